"""YAML and Jinja for projects that a script makes: block YAML, arguments of config()."""

import json
import re


class Raw(str):
    """YAML or Jinja text that is written as it stands."""


PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ ./-]*[A-Za-z0-9_]$|[A-Za-z]$")
NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan"}


def scalar(value):
    if isinstance(value, Raw):
        return str(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if PLAIN.match(value) and value.lower() not in NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)


def yaml(value, depth=0):
    """Lines of block YAML; scalars and empty ones on one line."""
    pad = "  " * depth
    if isinstance(value, dict) and value:
        out = []
        for key, inner in value.items():
            name = scalar(key)
            if isinstance(inner, (dict, list)) and inner:
                out.append(f"{pad}{name}:")
                out += yaml(inner, depth + 1)
            else:
                out.append(f"{pad}{name}: {flow(inner)}")
        return out
    if isinstance(value, list) and value:
        out = []
        for inner in value:
            if isinstance(inner, (dict, list)) and inner:
                lines = yaml(inner, depth + 1)
                out.append(f"{pad}- {lines[0].strip()}")
                out += lines[1:]
            else:
                out.append(f"{pad}- {flow(inner)}")
        return out
    return [pad + flow(value)]


def flow(value):
    return ("{}" if isinstance(value, dict) else "[]") if isinstance(value, (dict, list)) else scalar(value)


def document(value):
    return "\n".join(yaml(value)) + "\n"


def jinja(value):
    """A value as an argument of config()."""
    if isinstance(value, Raw):
        return {"on": "true", "no": "false"}.get(str(value), json.dumps(str(value)))
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{jinja(k)}: {jinja(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(jinja(v) for v in value) + "]"
    if isinstance(value, str):
        whole = re.fullmatch(r"\{\{ (.*) \}\}", value)
        if whole and "{{" not in whole.group(1):
            return whole.group(1)
        return "'" + value.replace("'", '"') + "'" if "\\" not in value else '"x"'
    return repr(value)


def with_default(value):
    """var() in dbt_project.yml needs a default."""
    if isinstance(value, dict):
        return {k: with_default(v) for k, v in value.items()}
    if isinstance(value, list):
        return [with_default(v) for v in value]
    return re.sub(r"var\(.shared.\)", "var('unset', 'd')", value) if isinstance(value, str) and not isinstance(value, Raw) else value


def without_dates(value):
    """For configs of tests, which dbt writes into a template, where Python's form of a date means nothing."""
    if isinstance(value, dict):
        return {k: without_dates(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_dates(v) for v in value]
    return Raw("7") if isinstance(value, Raw) and value.startswith("2024") else value
