"""What the comparisons of manifests share: the table EXPLAINED of what differs between dbt's and cdbt's, and the comparison itself.

    comparison = Comparison()
    for section in SECTIONS:
        comparison.section(section, ours.get(section) or {}, theirs.get(section) or {})
    differing = comparison.report(everything=False)     # prints each; their number

What must differ, because dbt runs on DuckDB and cdbt on SQLite, and what differs for a reason, is in EXPLAINED, which
docs/differences.md repeats under "Manifest".
"""

import collections
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
REQUIREMENTS = ["dbt-core==1.11.*", "dbt-duckdb==1.11.*"]
SHOWN = 3

# Keys that hold times, places of this machine, or the engine's own way to write a name.
LEFT_OUT = {
    "created_at": "when it was read",
    "root_path": "where it lies on this machine",
    "relation_name": "written in the engine's own quotes; compared is whether there is one",
    "compiled_path": "only compiling gives it",
    "build_path": "only running gives it",
}

SECTIONS = ["nodes", "sources", "exposures", "metrics", "groups", "unit_tests", "semantic_models", "saved_queries", "docs",
            "macros", "functions", "disabled", "parent_map", "child_map", "group_map", "selectors"]


def is_library(unique_id):
    """A macro of a built-in library: dbt's own, its adapter's, or cdbt's."""
    return unique_id.split(".")[1] in {"dbt", "dbt_duckdb", "dbt_postgres"}


ENGINES = re.compile(r"\.(duckdb|postgres|sqlite|default)__")


def same_macros(key, ours, theirs):
    """Lists of macros, apart from those of the built-in libraries, whatever engine's one dispatch chose, and the null that dbt lists
    for a generic test that is not there."""
    chosen = [[m for m in macros if m and not is_library(m) and not ENGINES.search(m)] for macros in (ours, theirs)]
    return chosen[0] == chosen[1]


def same_set(key, ours, theirs):
    return sorted(map(str, ours)) == sorted(map(str, theirs))


def same_but_sources(key, ours, theirs):
    """The sources come first; their order is a set's."""
    return same_set(key, ours, theirs) and [x for x in ours if not x.startswith("source.")] == [x for x in theirs if not x.startswith("source.")]


def same_set_of_lists(key, ours, theirs):
    return {json.dumps(x) for x in ours} == {json.dumps(x) for x in theirs}


ESCAPES = {"\n": "", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "\\": "\\", "'": "'", '"': '"'}


def same_but_escapes(key, ours, theirs):
    """What dbt's static reader keeps of a string: its backslashes as they are written."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return list(ours) == list(theirs) and all(same_but_escapes(key, ours[k], theirs[k]) for k in ours)
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(ours) == len(theirs) and all(same_but_escapes(key, a, b) for a, b in zip(ours, theirs))
    if isinstance(theirs, str):
        return ours == re.sub(r"\\(.|\n)", lambda found: ESCAPES.get(found.group(1), found.group()), theirs)
    return ours == theirs


def same_moment(key, ours, theirs):
    """Times that a template took from the clock."""
    try:
        return abs(datetime.datetime.fromisoformat(ours) - datetime.datetime.fromisoformat(theirs)) < datetime.timedelta(minutes=15)
    except (TypeError, ValueError):
        return False


# (kind of node or "*", key, when (a function of key, ours, theirs) or None, why). docs/differences.md says the same.
EXPLAINED = [
    ("*", "depends_on.macros", same_macros,
     "macros of the built-in library (cdbt's is smaller and split differently than dbt's and its adapters'), and the "
     "engine's own variant that adapter.dispatch chooses"),
    ("model", "sources", same_set_of_lists, "one of dbt's two readers of a file keeps a source that is named twice only once"),
    ("model", "depends_on.nodes", same_but_sources, "the same reader keeps them in a set, whose order changes"),
    ("model", "config.begin", same_moment, "when it was read: the project asks for now()"),
    ("model", "unrendered_config.begin", same_moment, "the same"),
    ("*", "raw_code", lambda key, ours, theirs: theirs == "\ufeff" + ours, "dbt keeps a file's byte-order mark, and sends it to the database"),
    ("model", "config.*", same_but_escapes, "dbt's static reader of models keeps backslashes in strings as they are written"),
    ("model", "unrendered_config.*", same_but_escapes, "the same"),
    ("group_map", "value", same_set, "the members of a group, in the order in which files are read"),
    ("function", "doc_blocks", None, "the same"),
    ("disabled", "*", lambda key, ours, theirs: key in {"description", "source_description", "doc_blocks", "columns"},
     "dbt leaves doc() in the descriptions of what is disabled as it stands"),
    ("function", "description", None, "dbt forgets to render doc() in the descriptions of functions"),
]


class Failed(Exception):
    pass


def dbt_python():
    """Python of dbt's environment: beside the executable that DBT111 names, else made here from PyPI."""
    named = os.environ.get("DBT111")
    if named:
        return pathlib.Path(named).parent / "python"
    folder = ROOT / "build" / "venv" / "dbt111"
    if not (folder / "bin" / "dbt").exists():
        print(f"installing {' '.join(REQUIREMENTS)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    return folder / "bin" / "python"


def flat(entry):
    """One level below the dicts that hold settings of their own: config.tags, depends_on.nodes."""
    out = {}
    for key, value in entry.items():
        if key in {"config", "depends_on", "docs", "contract", "unrendered_config"} and isinstance(value, dict):
            out.update({f"{key}.{inner}": v for inner, v in value.items()})
        elif key == "columns" and isinstance(value, dict):
            # dbt lists the tags of a column as a set gives them, in another order with every run.
            out[key] = {name: dict(column, tags=sorted(column["tags"]), config=dict(column["config"], tags=[]))
                        for name, column in value.items()}
        elif key == "node_relation" and isinstance(value, dict):
            out[key] = {k: v for k, v in value.items() if k != "relation_name"}  # in the engine's own quotes
        else:
            out[key] = value
    return out


def explained(kind, key, ours, theirs):
    for of_kind, of_key, when, _ in EXPLAINED:
        if of_kind in ("*", kind) and (of_key in (key, "*") or (of_key.endswith(".*") and key.startswith(of_key[:-1]))) \
                and (when is None or when(key, ours, theirs)):
            return True
    return False


MISSING = "(missing)"


def without_relation(value):
    """Without names in the engine's quotes; named things in the order of their names."""
    if isinstance(value, dict):
        return {k: without_relation(v) for k, v in value.items() if k not in ("relation_name", "location")}
    if isinstance(value, list):
        items = [without_relation(v) for v in value]
        return sorted(items, key=lambda v: v["name"]) if items and all(isinstance(v, dict) and "name" in v for v in items) else items
    return value


class Comparison:
    def __init__(self):
        self.found = collections.defaultdict(list)
        self.explained = collections.Counter()
        self.compared = 0

    def add(self, kind, key, unique_id, ours, theirs):
        if explained(kind, key, ours, theirs):
            self.explained[kind, key] += 1
        else:
            self.found[kind, key].append((unique_id, ours, theirs))

    def entry(self, kind, unique_id, ours, theirs, disabled=False):
        # The keys come in dbt's order: `ls --output json` prints them so.
        self.compared += 1
        if set(ours) == set(theirs) and list(ours) != list(theirs):
            self.add(kind, "(order of keys)", unique_id, list(ours), list(theirs))
        ours, theirs = flat(ours), flat(theirs)
        for key in sorted(set(ours) | set(theirs)):
            a, b = ours.get(key, MISSING), theirs.get(key, MISSING)
            if key == "relation_name":
                a, b = bool(a) and a != MISSING, bool(b) and b != MISSING
            elif key in LEFT_OUT:
                continue
            self.compared += 1
            if a != b and not (disabled and explained("disabled", key, a, b)):
                self.add(kind, key, unique_id, a, b)

    def section(self, name, ours, theirs):
        if name == "nodes":
            # A test of a model that does not exist: dbt keeps it, switched off; cdbt leaves it out with its warning.
            self.gone = {k for k, v in theirs.items() if k not in ours and not v["config"]["enabled"]}
            self.explained["test", "entry"] += len(self.gone)
        if name in ("nodes", "parent_map", "child_map"):
            theirs = {k: v for k, v in theirs.items() if k not in self.gone}
        if name in ("child_map", "group_map"):
            theirs = {k: [c for c in v if c not in self.gone] for k, v in theirs.items()}
        if name == "macros":
            ours = {k: v for k, v in ours.items() if not is_library(k)}
            theirs = {k: v for k, v in theirs.items() if not is_library(k)}
        if name == "docs":  # the overview page of dbt's own library
            theirs = {k: v for k, v in theirs.items() if not k.startswith("doc.dbt.")}
        for unique_id in sorted(set(ours) | set(theirs)):
            a, b = ours.get(unique_id), theirs.get(unique_id)
            kind = unique_id.split(".")[0]
            if a is None or b is None:
                self.add(name, "entry", unique_id, MISSING if a is None else "there", MISSING if b is None else "there")
            elif name == "disabled":
                if len(a) != len(b):
                    self.add("disabled", "count", unique_id, len(a), len(b))
                for x, y in zip(a, b):
                    self.entry(kind, unique_id, x, y, disabled=True)
            elif isinstance(a, dict) and isinstance(b, dict):
                self.entry(kind, unique_id, a, b)
            else:
                self.compared += 1
                if a != b:
                    self.add(name, "value", unique_id, a, b)

    def semantic_manifest(self, ours, theirs):
        """MetricFlow's file, list by list. cdbt leaves it out if there is nothing to put into it."""
        theirs = json.loads(theirs.read_text(encoding="utf-8"))
        if not any(theirs[key] for key in ("semantic_models", "metrics", "saved_queries")):
            return
        ours = json.loads(ours.read_text(encoding="utf-8")) if ours.exists() else {}
        for key in sorted(set(ours) | set(theirs)):
            a, b = (without_relation(m.get(key, MISSING)) for m in (ours, theirs))
            self.compared += 1
            if a != b:
                self.add("semantic_manifest", key, key, a, b)

    def report(self, everything):
        for (kind, key), cases in sorted(self.found.items(), key=lambda item: -len(item[1])):
            print(f"  {len(cases):5} x {kind} {key}")
            for unique_id, ours, theirs in cases if everything else cases[:SHOWN]:
                print(f"          {unique_id}\n            cdbt {shown(ours)}\n            dbt  {shown(theirs)}")
        return sum(len(cases) for cases in self.found.values())


def shown(value):
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else repr(value)
    return text if len(text) < 600 else text[:600] + " ..."
