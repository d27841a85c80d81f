"""Seeds of the greenery domain: a plant shop with users, orders and the page events around them."""

import datetime as dt

from common import (Calendar, Chance, FAMILY_NAMES, GIVEN_NAMES, SHOP_DAY, SHOP_WEEK, csv_text, email, money, stamp)

FIRST_DAY = dt.date(2025, 2, 3)
DAYS = 56
SITE = "https://shop.greenery.example"

# name: (price, stock, popularity)
PLANTS = {
    "Monstera": (50.50, 31, 12), "String of Pearls": (80.50, 19, 9), "Snake Plant": (42.00, 64, 10), "Pothos": (30.50, 140, 11),
    "Fiddle Leaf Fig": (88.25, 21, 7), "ZZ Plant": (25.00, 89, 8), "Bird of Paradise": (60.00, 53, 5), "Aloe Vera": (18.75, 112, 9),
    "Peace Lily": (27.50, 73, 6), "Calathea Makoyana": (54.75, 9, 5), "Alocasia Polly": (61.25, 19, 3), "Boston Fern": (22.50, 66, 4),
    "Rubber Plant": (37.00, 48, 6), "Spider Plant": (15.50, 131, 8), "Dragon Tree": (48.00, 32, 4), "Jade Plant": (21.25, 97, 5),
    "Philodendron": (45.00, 59, 7), "Orchid": (34.90, 16, 6), "Cactus Trio": (19.90, 150, 6), "Birdsnest Fern": (56.00, 12, 2),
    "Majesty Palm": (69.00, 25, 3), "Arrowhead": (28.00, 38, 2), "Money Tree": (52.00, 36, 5), "Devil's Ivy \"Neon\"": (33.50, 61, 3),
    "Ponytail Palm": (74.50, 17, 2),
}
# discount in the shop's currency, whether it still holds
PROMOS = {"spring-greens": (10, "active"), "first-leaf": (5, "active"), "mandatory-watering": (15, "inactive"),
          "leafy-friday": (20, "inactive"), "newsletter": (7, "active"), "repot-me": (12, "active")}
STREETS = "Maple Oak Cedar Juniper Willow Linden Aspen Birch Laurel Chestnut".split()
STATES = {"California": ("9", 14), "Texas": ("7", 11), "New York": ("1", 9), "Florida": ("3", 8), "Illinois": ("6", 5),
          "Massachusetts": ("0", 5), "Washington": ("9", 5), "Georgia": ("3", 4), "Oregon": ("9", 3), "New Jersey": ("0", 4)}
CARRIERS = {"ups": 5, "usps": 6, "fedex": 4, "dhl": 1}


def tables():
    chance = Chance("greenery")
    calendar = Calendar(FIRST_DAY, DAYS, SHOP_WEEK, SHOP_DAY, growth=0.5)

    plants = {chance.uuid(): (name, *facts) for name, facts in PLANTS.items()}
    popularity = {plant: facts[3] for plant, facts in plants.items()}
    products = [[plant, name, money(price), stock] for plant, (name, price, stock, _) in plants.items()]

    addresses, users, profile = [], [], {}
    for number in range(1, 281):
        if addresses and chance.happens(0.07):
            address = chance.pick(addresses)[0]
        else:
            address = chance.uuid()
            state = chance.weighted({state: weight for state, (_, weight) in STATES.items()})
            street = f"{chance.between(1, 9800)} {chance.pick(STREETS)} {chance.weighted({'Street': 5, 'Avenue': 3, 'Lane': 2})}"
            if chance.happens(0.2):
                street += f", Apt {chance.between(1, 40)}"
            zipcode = STATES[state][0] + f"{chance.between(0, 9999):04d}"
            addresses.append([address, street, zipcode, state, "United States"])
        given, family = chance.pick(GIVEN_NAMES), chance.pick(FAMILY_NAMES)
        created = calendar.first - dt.timedelta(days=int(chance.skewed(120, 0.8)), seconds=chance.between(0, 86399))
        updated = created + dt.timedelta(days=chance.between(0, 40), seconds=chance.between(0, 86399))
        phone = f"{chance.between(201, 989)}-555-{chance.between(0, 9999):04d}" if chance.happens(0.9) else None
        user = chance.uuid()
        users.append([user, given, family, email(chance, given, family, number), phone, stamp(created), stamp(updated), address])
        profile[user] = (address, chance.skewed(1.0, 0.8))
    visits = {user: pull for user, (_, pull) in profile.items()}

    events, orders, items = [], [], []
    for _ in range(480):
        user = chance.weighted(visits)
        session = chance.uuid()
        clock = calendar.moment(chance)

        def emit(kind, page, order=None, product=None, when=None):
            events.append([chance.uuid(), session, user, f"{SITE}/{page}", when or clock, kind, order, product])

        if chance.happens(0.45):
            emit("page_view", "browse")
            clock += dt.timedelta(seconds=5 + int(chance.skewed(40, 0.9)))
        cart = {}
        for _ in range(1 + int(chance.skewed(1.5, 0.7))):
            plant = chance.weighted(popularity)
            if plant in cart:
                continue
            emit("page_view", f"product/{plant}", product=plant)
            clock += dt.timedelta(seconds=8 + int(chance.skewed(70, 1.0)))
            name, price, stock, popular = plants[plant]
            # Cheap and well-known plants are decided on faster.
            if chance.happens(0.32 + 0.02 * popular - 0.0015 * price):
                emit("add_to_cart", f"product/{plant}", product=plant)
                cart[plant] = chance.weighted({1: 60, 2: 24, 3: 10, 4: 6})
                clock += dt.timedelta(seconds=4 + int(chance.skewed(45, 0.9)))
        if not cart or not chance.happens(0.68):
            continue
        order = chance.uuid()
        emit("checkout", "checkout", order=order)
        cost = sum(plants[plant][1] * quantity for plant, quantity in cart.items())
        promo = chance.weighted({"spring-greens": 4, "newsletter": 3, "first-leaf": 2, "repot-me": 1}) if chance.happens(0.17) else None
        shipping = round(3.5 + 0.04 * cost + chance.between(0, 400) / 100, 2)
        total = max(0, cost + shipping - (PROMOS[promo][0] if promo else 0))
        placed = clock
        shipped = placed + dt.timedelta(hours=chance.between(5, 60), minutes=chance.between(0, 59))
        estimated = placed + dt.timedelta(days=chance.between(3, 8))
        delivered = estimated + dt.timedelta(hours=int(20 * chance.bell()) - 20)
        delivered = max(delivered, shipped + dt.timedelta(hours=18))
        carrier, tracking, status = chance.weighted(CARRIERS), chance.uuid(), "delivered"
        if delivered > calendar.last:
            delivered, status = None, "shipped"
        if shipped > calendar.last or chance.happens(0.03):
            # Still packing, or held back.
            carrier = tracking = estimated = delivered = None
            status = "preparing"
        else:
            emit("package_shipped", "shipping", order=order, when=shipped)
        orders.append([order, promo, user, profile[user][0], placed, money(cost), money(shipping), money(total), tracking, carrier,
                       stamp(estimated), stamp(delivered), status])
        items.extend([order, plant, quantity] for plant, quantity in cart.items())

    events.sort(key=lambda row: (row[4], row[0]))
    for number, row in enumerate(events):
        # Bad rows, on purpose: a broken tracker sent a relative, an http or a mistyped address now and then.
        if number % 397 == 200:
            row[3] = row[3].replace(SITE, ["", "http://shop.greenery.example", "https:/shop.greenery.example"][number // 397 % 3])
        row[4] = stamp(row[4])
    orders.sort(key=lambda row: (row[4], row[0]))
    place = {row[0]: number for number, row in enumerate(orders)}
    items.sort(key=lambda row: (place[row[0]], row[1]))
    for row in orders:
        row[4] = stamp(row[4])

    return {
        "greenery_users": csv_text(
            ["user_id", "first_name", "last_name", "email", "phone_number", "created_at", "updated_at", "address_id"], users),
        "greenery_addresses": csv_text(["address_id", "address", "zipcode", "state", "country"], addresses),
        "greenery_products": csv_text(["product_id", "name", "price", "inventory"], products),
        "greenery_promos": csv_text(["promo_id", "discount", "status"],
                                    [[promo, discount, status] for promo, (discount, status) in PROMOS.items()]),
        "greenery_orders": csv_text(
            ["order_id", "promo_id", "user_id", "address_id", "created_at", "order_cost", "shipping_cost", "order_total",
             "tracking_id", "shipping_service", "estimated_delivery_at", "delivered_at", "status"], orders),
        "greenery_order_items": csv_text(["order_id", "product_id", "quantity"], items),
        "greenery_events": csv_text(
            ["event_id", "session_id", "user_id", "page_url", "created_at", "event_type", "order_id", "product_id"], events),
    }
