"""Seeds of the astrology domain: astrologers ping users, users chat and pay by the minute."""

import datetime as dt

from common import (Calendar, Chance, EVENING_DAY, FAMILY_NAMES, GIVEN_NAMES, LEISURE_WEEK, csv_text, money, stamp, truth)

FIRST_DAY = dt.date(2025, 1, 6)
DAYS = 84
FREE_MINUTES = 3

SPECIALTIES = {"vedic": 9, "tarot": 6, "numerology": 4, "western": 4, "palmistry": 2, "vastu": 1}
LANGUAGES = ["en", "hi", "en|hi", "en|es", "pt", "en|pt", "ta|en", "bn|hi|en", "de|en", "pl"]
# zone: (minutes from UTC in this winter period, weight)
ZONES = {
    "Asia/Kolkata": (330, 46), "Asia/Dubai": (240, 8), "Europe/London": (0, 12), "Europe/Warsaw": (60, 7),
    "America/New_York": (-300, 12), "America/Sao_Paulo": (-180, 8), "Australia/Sydney": (660, 4), "Asia/Kathmandu": (345, 3),
}
TITLES = ["Acharya", "Guru", "Pandit", "Dr.", "Swami"]
NICKNAMES = ["Stargazer", "Moonchild", "The Oracle", "Lucky", "Comet"]
# How likely a ping leads to a chat, by what the astrologer is to the user.
REPLY = {None: 0.05, "lead": 0.10, "client": 0.24, "favourite": 0.40, "lapsed": 0.07, "blocked": 0.0}
REPLY_OF_TYPE = {"guest": 0.55, "registered": 1.0, "subscriber": 1.5}


def tables():
    chance = Chance("astrology")
    calendar = Calendar(FIRST_DAY, DAYS, LEISURE_WEEK, EVENING_DAY)
    day_before = calendar.first - dt.timedelta(days=1)

    astrologers, price, pull = [], {}, {}
    for number in range(1, 61):
        name = f"{chance.pick(GIVEN_NAMES)} {chance.pick(FAMILY_NAMES)}"
        if chance.happens(0.25):
            name = f"{chance.pick(TITLES)} {name}"
        elif chance.happens(0.15):
            given, family = name.split(" ", 1)
            name = f'{given} "{chance.pick(NICKNAMES)}" {family}'
        specialty = chance.weighted(SPECIALTIES)
        price[number] = chance.pick([0.49, 0.79, 0.99, 1.29, 1.49, 1.99, 2.49, 3.99])
        active = chance.happens(0.92)
        # A few stars get most of the work; the retired ones got a little before they left.
        pull[number] = chance.skewed(1.0, 0.9) * (1.0 if active else 0.15)
        joined = day_before.date() - dt.timedelta(days=chance.between(5, 900))
        rating = None if chance.happens(0.12) else f"{min(5.0, 4.3 + 0.35 * chance.bell()):.1f}"
        astrologers.append([number, name, specialty, chance.pick(LANGUAGES), money(price[number]), rating, joined.isoformat(),
                            truth(active)])
    # One who has joined and never pinged or chatted, so that outer joins show.
    pull[60] = 0.0

    users, kind, ahead = [], {}, {}
    for number in range(1, 641):
        kind[number] = chance.weighted({"guest": 34, "registered": 46, "subscriber": 20})
        zone = chance.weighted({zone: weight for zone, (_, weight) in ZONES.items()})
        ahead[number] = ZONES[zone][0]
        born = None
        if kind[number] != "guest" or chance.happens(0.35):
            born = (dt.date(2004, 12, 31) - dt.timedelta(days=int(chance.skewed(3600, 0.7)) % 18000)).isoformat()
        created = day_before - dt.timedelta(days=int(chance.skewed(110, 0.9)), seconds=chance.between(0, 86399))
        name = f"{chance.pick(GIVEN_NAMES)} {chance.pick(FAMILY_NAMES)[0]}." if chance.happens(0.93) else None
        source = chance.weighted({"organic": 9, "instagram": 7, "referral": 4, "search_ads": 5, None: 3})
        users.append([1000 + number, name, kind[number], born, zone, ZONES[zone][0], source, stamp(created)])

    relations, history = [], {}
    for user in range(1, 641):
        for _ in range(1 + int(chance.skewed(1.2, 0.7))):
            astrolog = chance.weighted(pull)
            if (astrolog, user) in history:
                continue
            when = day_before - dt.timedelta(days=chance.between(0, 60), seconds=chance.between(0, 86399))
            steps = [("lead", when)]
            if chance.happens(0.55):
                when += dt.timedelta(days=chance.between(1, 30), seconds=chance.between(0, 86399))
                steps.append(("client", when))
                if chance.happens(0.5):
                    when += dt.timedelta(days=chance.between(2, 40), seconds=chance.between(0, 86399))
                    steps.append((chance.weighted({"favourite": 5, "lapsed": 6, "blocked": 1}), when))
            history[(astrolog, user)] = steps
            for relation, moment in steps:
                relations.append([astrolog, user, relation, moment])
    relations.sort(key=lambda row: row[3])
    relations = [[number, astrolog, 1000 + user, relation, stamp(moment)]
                 for number, (astrolog, user, relation, moment) in enumerate(relations, 1)]

    pairs = list(history)
    pings, chats = [], []
    for _ in range(3600):
        if chance.happens(0.9):
            astrolog, user = chance.pick(pairs)
        else:
            astrolog, user = chance.weighted(pull), chance.between(1, 640)
        # Most know what time it is where the user lives; some write in their own evening, which is India's.
        sent = calendar.moment(chance) - dt.timedelta(minutes=ahead[user] if chance.happens(0.85) else 330)
        if sent < calendar.first:
            sent += dt.timedelta(days=1)
        elif sent > calendar.last:
            sent -= dt.timedelta(days=1)
        channel = chance.weighted({"push": 70, "email": 18, "sms": 12})
        template = chance.weighted({"daily_horoscope": 5, "free_minutes": 3, "moon_phase": 2, None: 1})
        pings.append([astrolog, user, sent, channel, template])
        relation = None
        for name, since in history.get((astrolog, user), []):
            if since <= sent:
                relation = name
        likely = REPLY[relation] * REPLY_OF_TYPE[kind[user]]
        likely *= 1.35 if template == "free_minutes" else 1.0
        likely *= {"push": 1.0, "email": 0.6, "sms": 1.2}[channel]
        if chance.happens(likely):
            wait = int(60 * chance.skewed(16, 1.3))
            chats.append([astrolog, user, sent + dt.timedelta(seconds=wait)])
    for _ in range(820):
        astrolog, user = chance.pick(pairs)
        chats.append([astrolog, user, max(calendar.first, calendar.moment(chance) - dt.timedelta(minutes=ahead[user]))])
    pings.sort(key=lambda row: (row[2], row[0], row[1]))
    pings = [[number, astrolog, 1000 + user, stamp(sent), channel, template]
             for number, (astrolog, user, sent, channel, template) in enumerate(pings, 1)]

    chats = sorted((row for row in chats if row[2] <= calendar.last), key=lambda row: (row[2], row[0], row[1]))
    seen, out = set(), []
    for number, (astrolog, user, started) in enumerate(chats, 1):
        status = chance.weighted({"completed": 76, "missed": 15, "cancelled": 9})
        ended = amount = None
        if status == "completed":
            seconds = max(20, min(5400, int(60 * chance.skewed(7.5, 0.8))))
            ended = started + dt.timedelta(seconds=seconds)
            paid_minutes = -(-seconds // 60) - (0 if user in seen else FREE_MINUTES)
            discount = 0.8 if kind[user] == "subscriber" else 1.0
            amount = max(0, paid_minutes) * price[astrolog] * discount
            seen.add(user)
        elif status == "cancelled":
            ended = started + dt.timedelta(seconds=chance.between(3, 55))
            amount = 0.0
        if number % 331 == 0 and ended is not None:
            # The phone's clock was an hour behind: reported, and kept out of every duration.
            ended -= dt.timedelta(hours=2)
        out.append([number, astrolog, 1000 + user, stamp(started), stamp(ended), status, money(amount)])

    return {
        "astrology_astrologers": csv_text(
            ["id", "display_name", "specialty", "languages", "price_per_minute", "rating", "joined_on", "is_active"], astrologers),
        "astrology_users": csv_text(
            ["id", "display_name", "user_type", "birth_date", "time_zone", "utc_offset_minutes", "signup_source", "created_at"], users),
        "astrology_user_relations": csv_text(["id", "astrolog_id", "user_id", "relation", "created_at"], relations),
        "astrology_pings": csv_text(["id", "astrolog_id", "user_id", "sent_at", "channel", "template"], pings),
        "astrology_chats": csv_text(["id", "astrolog_id", "user_id", "started_at", "ended_at", "status", "amount_paid"], out),
    }
