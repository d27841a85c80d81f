"""Seeds of the customer_360 domain: extracts of six source systems, with the dirt that such extracts have."""

import datetime as dt

from common import (Calendar, Chance, EVENING_DAY, FAMILY_NAMES, GIVEN_NAMES, LEISURE_WEEK, OFFICE_DAY, OFFICE_WEEK, SHOP_DAY,
                    SHOP_WEEK, csv_text, email, money, stamp)

FIRST_DAY = dt.date(2024, 7, 1)
DAYS = 364

GOODS = {"Notebook A5": 6.90, "Fountain Pen": 38.00, "Ink \"Midnight\" 50 ml": 12.50, "Desk Pad": 24.00, "Planner 2025": 29.90,
         "Sticky Notes, 6 colours": 4.20, "Mechanical Pencil": 15.80, "Washi Tape": 3.60, "Leather Case": 64.00, "Gift Card": 25.00}
METHODS = {"credit_card": 50, "paypal": 22, "bank_transfer": 16, "gift_card": 7, "Credit Card": 5}
PAGES = {"/": 18, "/products": 20, "/products/fountain-pen": 9, "/products/planner-2025": 11, "/cart": 8, "/checkout": 5,
         "/account/orders": 7, "/help": 4, "/blog/ink-guide": 6}
NOTES = [
    "Asked where the parcel is.", "Wants an invoice with VAT id.", "Pen leaks, replacement sent.", "Very happy, \"best planner ever\".",
    "Called back twice, nobody answered.\nLeft a message.", "Changed the delivery address; same city.", "Refund promised within 5 days.",
    "Question about ink cartridges,\nrefills and prices.", "Unsubscribed from the newsletter.", "Déjà vu: same complaint as last month.",
]


def shaken(chance, address):
    """An e-mail address as people type it."""
    style = chance.weighted({"plain": 70, "upper": 6, "title": 12, "spaces": 12})
    return {"plain": address, "upper": address.upper(), "title": address.title(), "spaces": f"  {address} "}[style]


def tables():
    chance = Chance("customer_360")
    calendar = Calendar(FIRST_DAY, DAYS, SHOP_WEEK, SHOP_DAY)
    evenings = Calendar(FIRST_DAY, DAYS, LEISURE_WEEK, EVENING_DAY)
    office = Calendar(FIRST_DAY, DAYS, OFFICE_WEEK, OFFICE_DAY)

    customers, since, pull = [], {}, {}
    for number in range(1, 361):
        given, family = chance.pick(GIVEN_NAMES), chance.pick(FAMILY_NAMES)
        created = calendar.moment(chance) if chance.happens(0.6) else calendar.first - dt.timedelta(seconds=chance.between(3600, 32000000))
        address = email(chance, given, family, number) if chance.happens(0.96) else None
        country = chance.weighted({"DE": 40, "AT": 12, "CH": 10, "fr": 4, "FR": 16, "PL": 10, None: 5})
        phone = f"+49 30 {chance.between(1000000, 9999999)}" if chance.happens(0.7) else None
        since[number] = created
        pull[number] = chance.skewed(1.0, 1.0) if chance.happens(0.92) else 0.0
        updated = created + dt.timedelta(days=chance.between(0, 60))
        typed = shaken(chance, address) if address else None
        customers.append([number, given, family, typed, phone, country, created, updated])
        if chance.happens(0.07):
            # Exported again after a change: the same key twice, the later row is right.
            customers.append([number, given, family.upper() if chance.happens(0.3) else family, address, phone, country, created,
                              updated + dt.timedelta(days=chance.between(1, 90))])
    customers.sort(key=lambda row: (row[7], row[0]))
    customers = [row[:6] + [stamp(row[6]), stamp(row[7])] for row in customers]

    drafts = []
    while len(drafts) < 1050:
        customer = chance.weighted(pull)
        placed = calendar.moment(chance, not_before=since[customer])
        if placed is not None:
            drafts.append((placed, customer))
    drafts.sort()

    orders, items, payments = [], [], []
    for order, (placed, customer) in enumerate(drafts, 5001):
        total, lines = 0.0, []
        while not lines or chance.happens(0.52):
            good = chance.pick(list(GOODS))
            quantity = chance.weighted({1: 68, 2: 20, 3: 8, 5: 4})
            lines.append((good, quantity, GOODS[good]))
            total += quantity * GOODS[good]
        status = chance.weighted({"completed": 66, "Completed": 8, "shipped": 10, "cancelled": 8, "returned": 5, "pending": 3})
        row = [order, 100000 + customer, stamp(placed), status, None if chance.happens(0.03) else money(total)]
        orders.append(row)
        if chance.happens(0.02):
            orders.append(list(row))
        for good, quantity, price in lines:
            items.append([len(items) + 1, order, good, quantity, money(price)])

        method = chance.weighted(METHODS)
        paid = placed + dt.timedelta(seconds=int(chance.skewed(90, 1.0)))
        if method == "bank_transfer":
            paid += dt.timedelta(days=chance.between(1, 5))
        if chance.happens(0.09):
            payments.append([order, method, money(total), "failed", paid])
            method = "paypal"
            paid += dt.timedelta(minutes=chance.between(2, 900))
        if status == "cancelled":
            if chance.happens(0.5):
                payments.append([order, method, money(total), "failed", paid])
        elif status == "pending":
            payments.append([order, method, money(total), "pending", paid])
        else:
            if total > 120 and chance.happens(0.3):
                part = round(total / 2, 2)
                payments.append([order, "gift_card", money(part), "completed", paid])
                payments.append([order, method, money(total - part), "completed", paid])
            else:
                payments.append([order, method, money(total), "completed", paid])
            if status == "returned":
                back = paid + dt.timedelta(days=chance.between(6, 25))
                payments.append([order, method, money(total), "refunded", back])
    for number in range(1, 5):
        # Paid for orders that the shop's export does not hold: reported by a test.
        payments.append([9900 + number, "credit_card", money(chance.between(500, 9000) / 100), "completed", calendar.moment(chance)])
    payments.sort(key=lambda row: (row[4], row[0]))
    payments = [[number] + row[:4] + [stamp(row[4])] for number, row in enumerate(payments, 20001)]
    for row in payments[::83]:
        payments.append(list(row))

    interactions = []
    for _ in range(780):
        customer = chance.weighted({number: 0.4 + weight for number, weight in pull.items()})
        moment = office.moment(chance, not_before=since[customer])
        if moment is None:
            continue
        channel = chance.weighted({"email": 46, "phone": 26, "chat": 22, "Email": 6})
        kind = chance.weighted({"question": 9, "complaint": 5, "order_change": 3, "praise": 2})
        score = None
        if chance.happens(0.55):
            middle = {"question": 3.9, "complaint": 2.4, "order_change": 3.7, "praise": 4.8}[kind]
            score = max(1, min(5, round(middle + 0.9 * chance.bell())))
        note = chance.pick(NOTES) if chance.happens(0.6) else None
        interactions.append([100000 + customer, channel, kind, moment, score, note])
    interactions.sort(key=lambda row: (row[3], row[0]))
    interactions = [[number] + row[:3] + [stamp(row[3])] + row[4:] for number, row in enumerate(interactions, 1)]

    activity = []
    for _ in range(1800):
        customer = chance.weighted({number: 0.3 + weight for number, weight in pull.items()})
        moment = evenings.moment(chance, not_before=since[customer])
        if moment is None:
            continue
        known = 100000 + customer if chance.happens(0.88) else None
        stay = int(chance.skewed(42, 1.1)) if chance.happens(0.93) else None
        activity.append([known, chance.weighted(PAGES), moment, stay, chance.weighted({"mobile": 55, "desktop": 38, "tablet": 7})])
    activity.sort(key=lambda row: (row[2], row[1]))
    activity = [[number] + row[:2] + [stamp(row[2])] + row[3:] for number, row in enumerate(activity, 1)]

    for row in customers:
        row[0] += 100000
    return {
        "customers": csv_text(
            ["customer_id", "first_name", "last_name", "email", "phone", "country_code", "created_at", "updated_at"], customers),
        "orders": csv_text(["order_id", "customer_id", "ordered_at", "status", "total_amount"], orders),
        "order_items": csv_text(["order_item_id", "order_id", "product_name", "quantity", "unit_price"], items),
        "payments": csv_text(["payment_id", "order_id", "payment_method", "amount", "status", "paid_at"], payments),
        "customer_interactions": csv_text(
            ["interaction_id", "customer_id", "channel", "interaction_type", "occurred_at", "satisfaction_score", "note"], interactions),
        "website_activity": csv_text(["activity_id", "customer_id", "page", "visited_at", "seconds_on_page", "device"], activity),
    }
