"""What the comparisons of whole projects share: both programs, a fresh copy of a project for each, and their output.

Real dbt runs on DuckDB and cdbt on SQLite.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
REQUIREMENTS = ["dbt-core==1.11.*", "dbt-duckdb"]

PROFILE = """\
context:
  target: dev
  outputs:
    dev:
      type: {type}
      path: {path}
      schema: analytics
      threads: 1
"""

# Relations are named in three parts by DuckDB; in SQLite, which has no schemas, cdbt puts the schema before the name. The
# quotes stay. The database is called after DuckDB's file, and always `main` in SQLite.
THREE_PARTS = re.compile(r'"(?:warehouse|main)"\."(\w+)"\."(\w+)"')
DATABASE = re.compile(r"\bwarehouse\b")


class Failed(Exception):
    pass


def real_dbt():
    """dbt's executable: the one that DBT111 names, else one in a virtual environment made here from PyPI."""
    named = os.environ.get("DBT111")
    if named:
        return pathlib.Path(named)
    folder = ROOT / "build" / "venv" / "dbt111"
    dbt = folder / "bin" / "dbt"
    if not dbt.exists():
        print(f"installing {' '.join(REQUIREMENTS)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    return dbt


def relation_names(text):
    """dbt's relation names as cdbt writes them."""
    return DATABASE.sub("main", THREE_PARTS.sub(r'"\1__\2"', text))


# In a line of JSON: quotes behind backslashes, and what the libraries' own macros are.
JSON_PARTS = re.compile(r'\\"(?:warehouse|main)\\"\.\\"(\w+)\\"\.\\"(\w+)\\"')
MACRO = re.compile(r'"macro\.dbt(?:_\w+)?\.\w+"(?:, )?')


def listed_line(line):
    """A line of `ls` without what must differ between the engines and their libraries."""
    return MACRO.sub("", JSON_PARTS.sub(r'\"\1__\2\"', relation_names(line))).replace(", ]", "]")


class Side:
    """One program with its own copy of a project."""

    def __init__(self, name, project, folder):
        self.name = name
        self.folder = folder
        self.real = name == "dbt"
        if folder.exists():
            shutil.rmtree(folder)
        ignored = shutil.ignore_patterns("target", "logs", "*.db", "*.db-*")
        shutil.copytree(project, folder, ignore=ignored)
        kind, path = ("duckdb", "warehouse.duckdb") if self.real else ("sqlite", "main.db")
        (folder / "profiles.yml").write_text(PROFILE.format(type=kind, path=path), encoding="utf-8")
        if self.real:
            # What `dbt deps` does with local packages, without another start of dbt.
            for package in sorted((folder / "packages").glob("*")):
                shutil.copytree(package, folder / "dbt_packages" / package.name)

    def run(self, command, *arguments, environment=None):
        """One command. Returns the exit code, stdout and stderr; both outputs are kept in <folder>/output.log."""
        program = [str(real_dbt()), "--no-version-check", "--no-use-colors"] if self.real else [
            os.environ.get("CDBT", str(ROOT / "build" / "cdbt"))]
        everything = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1", **(environment or {}))
        done = subprocess.run([*program, command, *arguments, "--project-dir", ".", "--profiles-dir", "."], cwd=self.folder,
                              env=everything, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
        with open(self.folder / "output.log", "a", encoding="utf-8") as log:
            log.write(f"$ {command} {' '.join(arguments)}\n{done.stdout}{done.stderr}\nexit code {done.returncode}\n")
        return done.returncode, done.stdout, done.stderr

    def compiled(self, pattern="*.sql"):
        """File name → compiled text of the models."""
        found = {}
        for path in sorted((self.folder / "target" / "compiled").rglob(pattern)):
            text = path.read_text(encoding="utf-8")
            found[path.stem] = relation_names(text) if self.real else text
        return found

    def results(self):
        """Node name → (status, message) of the last run."""
        path = self.folder / "target" / "run_results.json"
        if not path.exists():
            raise Failed(f"{self.name} wrote no run_results.json; see {self.folder / 'output.log'}")
        rows = json.loads(path.read_text(encoding="utf-8"))["results"]
        return {row["unique_id"].split(".")[-1]: (row["status"], row["message"] or "") for row in rows}


def cases(files):
    """Compiled files, cut at the lines `-- case: <name>` → {"file: name": text}. Trailing blanks do not count: dbt strips files."""
    found = {}
    for file, text in files.items():
        name, lines = None, []
        for line in text.splitlines() + ["-- case: "]:
            if line.startswith("-- case: "):
                if name is not None:
                    found[f"{file}: {name}"] = "\n".join(lines).rstrip()
                name, lines = line[len("-- case: "):], []
            else:
                lines.append(line)
    return found


class Tally:
    """Counts comparisons and prints those that differ."""

    def __init__(self):
        self.passed = self.failed = 0

    def compare(self, name, theirs, ours):
        if theirs == ours:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAIL {name}\n  dbt:  {theirs}\n  cdbt: {ours}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0
