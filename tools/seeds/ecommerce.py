"""Seed of the e-commerce domain: the events of an online shop as its tracker delivers them, a JSON payload a row.

Visitors come back a few times before they buy, so sessions and days before the first purchase have a real distribution.
"""

import datetime as dt
import json

from common import Calendar, Chance, SHOP_DAY, SHOP_WEEK, csv_text, stamp

FIRST_DAY = dt.date(2025, 1, 6)
DAYS = 63

# id: (name, category, price, how often it is looked at, how well a look becomes a purchase)
PRODUCTS = {
    "P-101": ("Aero Kettle 1.7 l", "kitchen", 49.9, 20, 0.30),
    "P-102": ("Copper Moka Pot", "kitchen", 34.5, 14, 0.36),
    "P-103": ("Chef's Knife 8\"", "kitchen", 79.0, 17, 0.22),
    "P-104": ("Crêpe Pan", "kitchen", 27.9, 7, 0.42),
    "P-105": ("Nesting Bowls", "kitchen", 31.0, 5, 0.38),
    "P-201": ("Linen Duvet Cover", "home", 119.0, 15, 0.14),
    "P-202": ("Wool Throw", "home", 64.0, 12, 0.24),
    "P-203": ("Jäger Floor Lamp", "home", 149.0, 10, 0.10),
    "P-204": ("Oak Coat Rack", "home", 89.0, 4, 0.18),
    "P-205": ("Scented Candle \"Fjord\"", "home", 18.5, 11, 0.55),
    "P-301": ("Noise-Cancelling Earbuds", "tech", 129.0, 26, 0.12),
    "P-302": ("USB-C Hub 7-in-1", "tech", 39.9, 18, 0.34),
    "P-303": ("Desk Microphone", "tech", 99.0, 8, 0.16),
    "P-304": ("Phone Stand", "tech", 14.9, 13, 0.52),
    "P-305": ("E-Reader 7 inch", "tech", 169.0, 12, 0.09),
    "P-401": ("Trail Daypack 22 l", "outdoor", 74.0, 9, 0.20),
    "P-402": ("Insulated Bottle", "outdoor", 24.9, 16, 0.48),
    "P-403": ("Head Torch", "outdoor", 36.0, 6, 0.30),
    "P-404": ("Two-Person Tent", "outdoor", 239.0, 5, 0.07),
    "P-405": ("Merino Socks (3 pairs)", "outdoor", 29.0, 8, 0.44),
}
SOURCES = {
    None: (30, 1.15),
    "https://www.google.com/search?q=gift+ideas": (26, 1.0),
    "https://www.bing.com/": (4, 0.9),
    "https://l.instagram.com/?u=shop": (15, 0.55),
    "https://news.shop.example/weekly?utm_source=newsletter&utm_campaign=spring": (12, 1.6),
    "https://deals.partner.example/today?utm_source=affiliate": (8, 0.8),
    "https://blog.kitchen.example/best-kettles": (5, 1.2),
}
# country: (UTC offset in minutes, weight)
COUNTRIES = {"DE": (60, 30), "GB": (0, 18), "FR": (60, 14), "IN": (330, 12), "US": (-300, 12), "PT": (0, 6), "BR": (-180, 8)}
DEVICES = {"mobile": 58, "desktop": 34, "tablet": 8}


def zoned(moment, offset):
    """A moment given in UTC, written in local time with its offset, as a browser does."""
    local = moment + dt.timedelta(minutes=offset)
    sign = "-" if offset < 0 else "+"
    return f"{local:%Y-%m-%dT%H:%M:%S}{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def tables():
    chance = Chance("ecommerce")
    calendar = Calendar(FIRST_DAY, DAYS, SHOP_WEEK, SHOP_DAY)
    looks = {product: facts[3] for product, facts in PRODUCTS.items()}

    events, orders = [], 0
    for number in range(1, 301):
        country = chance.weighted({code: weight for code, (_, weight) in COUNTRIES.items()})
        offset = COUNTRIES[country][0]
        device = chance.weighted(DEVICES)
        known = chance.happens(0.86)
        user = {"id": f"u-{10000 + number}"} if known else {"id": None, "anonymous_id": f"a-{chance.token(6)}"}
        keen = chance.skewed(1.0, 0.5)
        favourites = [chance.weighted(looks) for _ in range(3)]
        start = calendar.moment(chance)
        visit = 0
        while start is not None and start <= calendar.last:
            visit += 1
            session = f"s-{chance.token(8)}"
            referrer = chance.weighted({url: weight for url, (weight, _) in SOURCES.items()})
            likely = SOURCES[referrer][1] * keen * (0.6 + 0.2 * min(visit, 5)) * (0.75 if device == "mobile" else 1.15)
            clock = start

            def emit(kind, path, product=None, quantity=None, order=None):
                payload = {"event": kind, "user": user, "session": {"id": session}, "ts": zoned(clock, offset), "page": path}
                if clock == start:
                    # A browser knows where it came from on the first page only.
                    payload["session"]["referrer"] = referrer
                if product is not None:
                    name, category, price, _, _ = PRODUCTS[product]
                    payload["product"] = {"id": product, "name": name, "category": category, "price": price}
                if quantity is not None:
                    payload["quantity"] = quantity
                if order is not None:
                    payload["order_id"] = order
                payload["device"] = device
                payload["country"] = country
                received = clock + dt.timedelta(seconds=1 + int(chance.skewed(2, 0.8)))
                events.append((received, payload))

            # Most people arrive on a product from a search or a letter, on the front page otherwise.
            emit("page_view", "/" if referrer is None or chance.happens(0.35) else "/collections/new")
            cart = {}
            bounced = chance.happens(0.22)
            for _ in range(0 if bounced else 1 + int(chance.skewed(1.3, 0.7))):
                clock += dt.timedelta(seconds=5 + int(chance.skewed(45, 0.9)))
                if chance.happens(0.16):
                    emit("page_view", chance.pick(["/search", "/collections/sale", "/help/delivery"]))
                    clock += dt.timedelta(seconds=4 + int(chance.skewed(25, 0.9)))
                product = chance.pick(favourites) if chance.happens(0.45) else chance.weighted(looks)
                path = f"/products/{product.lower()}"
                emit("product_view", path, product)
                if chance.happens(min(0.9, PRODUCTS[product][4] * likely)):
                    clock += dt.timedelta(seconds=3 + int(chance.skewed(20, 0.8)))
                    quantity = chance.weighted({1: 80, 2: 15, 3: 5})
                    cart[product] = cart.get(product, 0) + quantity
                    emit("add_to_cart", path, product, quantity)
            if cart and chance.happens(0.12):
                clock += dt.timedelta(seconds=6 + int(chance.skewed(30, 0.8)))
                product = chance.pick(sorted(cart))
                emit("remove_from_cart", "/cart", product, cart.pop(product))
            if cart and chance.happens(0.72):
                clock += dt.timedelta(seconds=10 + int(chance.skewed(60, 0.8)))
                emit("checkout", "/checkout")
                if chance.happens(min(0.95, 0.74 * keen ** 0.3)):
                    clock += dt.timedelta(seconds=30 + int(chance.skewed(90, 0.7)))
                    orders += 1
                    for product, quantity in cart.items():
                        emit("purchase", "/checkout/done", product, quantity, f"o-{40000 + orders}")
            # Some never come back; the others after a few days.
            if not known or chance.happens(0.30):
                break
            gap = int(86400 * chance.skewed(4.0, 1.1)) + chance.between(0, 7200)
            start = clock + dt.timedelta(seconds=max(3600, gap))

    events.sort(key=lambda event: (event[0], event[1]["session"]["id"], event[1]["ts"]))
    rows = []
    for received, payload in events:
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        event_id = f"e-{chance.token(10)}"
        rows.append((received, event_id, text))
        if chance.happens(0.018):
            # The tracker tried twice: the same event, delivered again a little later.
            rows.append((received + dt.timedelta(seconds=chance.between(20, 400)), event_id, text))
        if chance.happens(0.003):
            # A connection that broke in the middle of an event.
            rows.append((received, f"e-{chance.token(10)}", text[:chance.between(20, len(text) // 2)].rstrip("}")))
    rows.sort(key=lambda row: (row[0], row[1]))
    return {
        "ecommerce_events": csv_text(["event_id", "received_at", "payload"],
                                     [[event_id, stamp(received), text] for received, event_id, text in rows]),
    }
