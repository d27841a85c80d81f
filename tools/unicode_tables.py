#!/usr/bin/env python3
"""Writes src/template/unicode_tables.def from the Unicode data that this Python carries.

Run it by hand after a change of Unicode version; the header is committed, so that building needs no Python:
    tools/unicode_tables.py > src/template/unicode_tables.def
"""
import sys
import unicodedata

ALL = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def ranges(test):
    out = []
    for c in ALL:
        if test(chr(c)):
            if out and out[-1][1] == c - 1:
                out[-1][1] = c
            else:
                out.append([c, c])
    return out


def final_sigma(text):
    return (text + "\u03a3").lower().endswith("\u03c2")


def print_ranges(name, test):
    rows = ranges(test)
    print(f"\nstatic const UnicodeRange {name}[] = {{")
    line = "   "
    for a, b in rows:
        cell = f" {{0x{a:x}, 0x{b:x}}},"
        if len(line) + len(cell) > 118:
            print(line)
            line = "   "
        line += cell
    print(line)
    print("};")


def print_mapping(name, convert):
    runs, special = [], []
    for c in ALL:
        to = convert(chr(c))
        if to == chr(c):
            continue
        if len(to) != 1:
            special.append((c, to))
            continue
        delta = ord(to) - c
        if runs:
            start, end, stride, d = runs[-1]
            if d == delta and start == end and c - end in (1, 2):
                runs[-1] = (start, c, c - end, d)
                continue
            if d == delta and c - end == stride:
                runs[-1] = (start, c, stride, d)
                continue
        runs.append((c, c, 1, delta))
    print(f"\nstatic const UnicodeRun {name}_runs[] = {{")
    line = "   "
    for a, b, s, d in runs:
        cell = f" {{0x{a:x}, 0x{b:x}, {s}, {d}}},"
        if len(line) + len(cell) > 118:
            print(line)
            line = "   "
        line += cell
    print(line)
    print("};")
    print(f"\nstatic const UnicodeSpecial {name}_special[] = {{")
    for c, to in special:
        codes = ", ".join(f"0x{ord(x):x}" for x in to)
        print(f"    {{0x{c:x}, {{{codes}}}}},")
    print("};")


print("/* Made by tools/unicode_tables.py from Unicode " + unicodedata.unidata_version + "; do not edit. Included by unicode.c only. */")
print("/* clang-format off */")
print_ranges("unprintable_ranges", lambda c: not c.isprintable())
print_ranges("alpha_ranges", str.isalpha)
print_ranges("decimal_ranges", str.isdecimal)
print_ranges("digit_ranges", str.isdigit)
print_ranges("numeric_ranges", str.isnumeric)
print_ranges("space_ranges", str.isspace)
print_ranges("lower_ranges", str.islower)
print_ranges("upper_ranges", str.isupper)
print_ranges("title_ranges", lambda c: unicodedata.category(c) == "Lt")
print_ranges("ignorable_ranges", lambda c: final_sigma("A" + c) and not final_sigma("." + c))
print_ranges("id_start_ranges", str.isidentifier)
print_ranges("id_more_ranges", lambda c: ("a" + c).isidentifier())
print_mapping("to_lower", str.lower)
print_mapping("to_upper", str.upper)
print_mapping("to_title", str.title)
print_mapping("to_folded", str.casefold)
print("/* clang-format on */")
