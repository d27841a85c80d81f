"""What the four seed generators share: a reproducible source of chance, a calendar with a weekly rhythm, names, CSV.

Python promises the same numbers for the same seed only for Random.random(), so everything here is built on that one call:
the committed CSV files come out the same with every Python 3.
"""

import csv
import datetime as dt
import io
import math
import random


class Chance:
    """A source of random choices that depends on its name only."""

    def __init__(self, name):
        self._random = random.Random("cdbt example warehouse: " + name)

    def unit(self):
        return self._random.random()

    def happens(self, probability):
        return self.unit() < probability

    def between(self, low, high):
        """A whole number from low to high, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, items):
        return items[int(self.unit() * len(items))]

    def weighted(self, weights):
        """One key of a dict of weights."""
        left = self.unit() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return key

    def bell(self):
        """About a standard normal number (sum of twelve uniform ones)."""
        return sum(self.unit() for _ in range(12)) - 6

    def skewed(self, median, spread):
        """A positive number with a long right tail, as durations and amounts have."""
        return median * math.exp(spread * self.bell())

    def uuid(self):
        digits = "".join("0123456789abcdef"[int(self.unit() * 16)] for _ in range(32))
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def token(self, length):
        return "".join("0123456789abcdefghjkmnpqrstvwxyz"[int(self.unit() * 32)] for _ in range(length))


# Monday first. People look for advice in the evening and at the weekend, and shop at work.
LEISURE_WEEK = [0.8, 0.8, 0.9, 0.9, 1.2, 1.5, 1.6]
SHOP_WEEK = [1.25, 1.15, 1.1, 1.05, 1.0, 0.75, 0.85]
OFFICE_WEEK = [1.3, 1.2, 1.1, 1.1, 0.9, 0.3, 0.2]
EVENING_DAY = [3, 2, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 8, 10, 12, 13, 12, 9, 6]
SHOP_DAY = [2, 1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 9, 8, 8, 8, 8, 9, 10, 10, 8, 6, 4]
OFFICE_DAY = [0, 0, 0, 0, 0, 0, 1, 3, 8, 10, 10, 9, 6, 8, 10, 9, 8, 5, 2, 1, 1, 0, 0, 0]


class Calendar:
    """Moments inside a period, with a rhythm of weekdays and hours and a slow growth over the period."""

    def __init__(self, first_day, days, week, day, growth=0.3):
        self.first = dt.datetime.combine(first_day, dt.time())
        self.last = self.first + dt.timedelta(days=days) - dt.timedelta(seconds=1)
        self._days = {}
        for number in range(days):
            date = first_day + dt.timedelta(days=number)
            self._days[number] = week[date.weekday()] * (1 + growth * number / days)
        self._hours = dict(enumerate(day))

    def moment(self, chance, not_before=None):
        """A moment of the period; with not_before, one after that (None when there is none left)."""
        for _ in range(60):
            moment = self.first + dt.timedelta(
                days=chance.weighted(self._days),
                hours=chance.weighted(self._hours),
                minutes=chance.between(0, 59),
                seconds=chance.between(0, 59),
            )
            if not_before is None or moment >= not_before:
                return moment
        return None


GIVEN_NAMES = (
    "Aarav Aarti Adaeze Agnieszka Aisha Alejandro Amélie Ana Anaïs André Anjali Aoife Arjun Astrid Ayşe Beatriz Björn "
    "Bruna Carlos Chiara Chloé Clara Daniel Deepa Diego Divya Elena Elif Emma Esther Fatima Femi Fernanda Finn François "
    "Freya Gabriel Grace Gökhan Hana Hannah Henrik Hugo Inés Íñigo Isha Ivan Jack Jana João José Julia Jürgen Kamala "
    "Karan Katarzyna Kavya Kenji Lakshmi Lara Lena Leïla Liam Lucía Łukasz Maja Malik María Marta Mateo Maya Meera "
    "Mia Mikołaj Mohammed Nadia Naveen Neha Nikhil Nina Noor Olga Oliver Omar Pavel Pedro Pooja Priya Rafael Rahul "
    "Raj Renée Ritu Rohan Rosa Sanjay Sara Seán Shreya Sofía Søren Stella Sunita Tara Thomas Tomás Uma Valentina Vikram "
    "Wanjiru Yara Yusuf Zahra Zoë Zsófia Željko"
).split()
FAMILY_NAMES = (
    "Agarwal Ali Almeida Andersen Banerjee Becker Bianchi Bose Brown Byrne Çelik Chatterjee Costa D'Angelo D'Souza Das "
    "Desai Díaz Dubois Ferreira Fischer García Ghosh González Gupta Hernández Horváth Iyer Jansen Johansson Joshi Kaur "
    "Khan Kowalski Krüger Kumar Lefèvre Lindqvist López MacDonald Malhotra Martín Mehta Menon Moreau Müller Muñoz Murphy "
    "Nair Novák Núñez O'Brien O'Connor O'Neill Okafor Okonkwo Øvergård Patel Pereira Petrović Pillai Rao Reddy Rodríguez "
    "Rossi Sánchez Santos Schäfer Schmidt Sen Shah Sharma Silva Singh Smith Souza Tanaka Tremblay Usman Varga Verma "
    "Walker Weiß Wiśniewska Yadav Yılmaz Zając"
).split()

_PLAIN = str.maketrans({
    "ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "ı": "i", "'": "", "’": "", " ": ".", '"': "",
})


def plain(name):
    """A name as it may stand in an e-mail address: lower-case ASCII."""
    import unicodedata
    decomposed = unicodedata.normalize("NFD", name.translate(_PLAIN))
    return "".join(c for c in decomposed if ord(c) < 128).lower()


def email(chance, given, family, number):
    domain = chance.weighted({"example.com": 6, "example.org": 3, "example.net": 2, "mail.example": 1})
    return f"{plain(given)}.{plain(family)}{number}@{domain}"


def stamp(moment):
    """A timestamp as the warehouse's loaders write it: UTC, no zone."""
    return None if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")


def money(amount):
    return None if amount is None else f"{amount:.2f}"


def truth(flag):
    return "true" if flag else "false"


def csv_text(header, rows):
    """RFC 4180 text with LF line ends; None becomes an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{len(row)} cells under {len(header)} headings: {row}")
        writer.writerow(["" if cell is None else cell for cell in row])
    return out.getvalue()
