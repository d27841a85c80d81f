#!/usr/bin/env python3
"""Copies a project of the angle delimiter family and turns its delimiters into those of the curly family.

    to_curly.py SOURCE TARGET

Only delimiters change, in .sql, .md, .yml and .yaml files. Text that is no delimiter stays as it is, so the result is what a
dbt user would have written. The script stops at an opener that never closes and at text that would mean something else
in the curly family. It is independent of cdbt's own lexer on purpose: it judges that lexer.
"""

import pathlib
import re
import shutil
import sys

CONVERTED = {".sql", ".md", ".yml", ".yaml"}
NOT_PART_OF_A_PROJECT = {"target", "logs", "dbt_packages", ".user.yml"}
KINDS = {"<<": (">>", "{{", "}}"), "<%": ("%>", "{%", "%}"), "<#": ("#>", "{#", "#}")}
OPENER = re.compile(r"\\?<[<%#]")
CURLY = re.compile(r"\{[{%#]|[}%#]\}")
STRING = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)


class Unconvertible(Exception):
    pass


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def end_of_tag(text, start, closer, skip_strings):
    """Where the closer stands, not counting one inside a string of the tag; -1 when there is none."""
    at = start
    while at < len(text):
        if text.startswith(closer, at):
            return at
        if skip_strings and text[at] in "'\"":
            string = STRING.match(text, at)
            at = string.end() if string else at + 1
        else:
            at += 1
    return -1


def convert(text, yaml=False):
    out, at = [], 0
    while True:
        found = OPENER.search(text, at)
        plain = text[at:found.start() if found else len(text)]
        clash = CURLY.search(plain)
        if clash and not yaml:
            raise Unconvertible(f"line {line_of(text, at + clash.start())}: the text {clash.group()!r} is a curly delimiter")
        out.append(plain)
        if not found:
            return "".join(out)
        if found.group().startswith("\\"):
            out.append(found.group()[1:])
            at = found.end()
            continue
        if yaml and found.group() == "<<" and re.match(r"\s*:", text[found.end():]):
            out.append("<<")  # YAML's merge key
            at = found.end()
            continue
        closer, new_opener, new_closer = KINDS[found.group()]
        end = end_of_tag(text, found.end(), closer, skip_strings=found.group() != "<#")
        if end < 0:
            raise Unconvertible(f"line {line_of(text, found.start())}: {found.group()} is never closed")
        inside = text[found.end():end]
        out.append(new_opener + inside + new_closer)
        at = end + len(closer)


def convert_yaml(text):
    """A plain value that starts with << needs no quotes in the angle family; with {{ YAML would read it as a mapping."""
    def quoted(match):
        head, value = match.groups()
        if '"' in value:
            return head + "'" + value.replace("'", "''") + "'"
        return f'{head}"{value}"'
    text = re.sub(r"(?m)^(\s*(?:- +)?(?:[\w+-]+: +)?)(<<(?! *:).*?)\s*$", quoted, text)
    return convert(text, yaml=True)


def convert_project(source, target):
    for path in sorted(source.rglob("*")):
        inner = path.relative_to(source)
        if inner.parts[0] in NOT_PART_OF_A_PROJECT or path.is_dir() or ".db" in path.name:
            continue
        new = target / inner
        new.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix not in CONVERTED:
            shutil.copyfile(path, new)
            continue
        text = path.read_text(encoding="utf-8")
        try:
            text = convert_yaml(text) if path.suffix in {".yml", ".yaml"} else convert(text)
        except Unconvertible as problem:
            raise Unconvertible(f"{path}: {problem}") from None
        if inner.name == "dbt_project.yml":
            # The key is cdbt's own.
            text = re.sub(r"(?m)^delimiters:.*\n", "", text)
        new.write_text(text, encoding="utf-8")


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        convert_project(pathlib.Path(arguments[0]), pathlib.Path(arguments[1]))
    except Unconvertible as problem:
        print(f"to_curly: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
