"""Runs the example under real dbt: a curly copy of project/, a profile of the SQLite adapter, a build.

What the copy has on top of the mechanical conversion is listed here and nowhere else:
  * a profile; cdbt needs none;
  * generate_schema_name, because cdbt's default target schema lets a custom schema stand alone while dbt joins the two;
  * tests/schema_tests.yml goes to models/, because dbt 1.10 reads property files in the model paths only.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import venv

import to_curly

REQUIREMENTS = ["dbt-core==1.10.*", "dbt-sqlite==1.10.*"]

PROFILE = """\
warehouse:
  target: dev
  outputs:
    dev:
      type: sqlite
      threads: 1
      database: warehouse
      schema: main
      schemas_and_paths:
        main: {folder}/warehouse.db
        raw_data: {folder}/raw_data.db
      schema_directory: {folder}
"""

SCHEMA_NAME = """\
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
"""

# Nodes that dbt's SQLite adapter cannot build, and why. They are left out of its run and of the comparison.
CANNOT_RUN = {
    "snapshot.warehouse.products_snapshot": "the adapter's snapshots call md5(), which SQLite lacks without an extension",
}


class Failed(Exception):
    pass


def executable(build_folder):
    """dbt's executable: the one that DBT110 names, else one in a virtual environment made here from PyPI."""
    named = os.environ.get("DBT110")
    if named:
        return pathlib.Path(named)
    folder = build_folder / "venv" / "dbt110"
    dbt = folder / "bin" / "dbt"
    if not dbt.exists():
        print(f"installing {' '.join(REQUIREMENTS)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    return dbt


def prepare(project, folder):
    """The converted project in a fresh folder."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    to_curly.convert_project(project, folder / "project")
    (folder / "data").mkdir()
    (folder / "profiles.yml").write_text(PROFILE.format(folder=(folder / "data").as_posix()), encoding="utf-8")
    (folder / "project" / "macros" / "generate_schema_name.sql").write_text(SCHEMA_NAME, encoding="utf-8")
    tests = folder / "project" / "tests" / "schema_tests.yml"
    if tests.exists():
        tests.rename(folder / "project" / "models" / "schema_tests.yml")


def run(dbt, folder, *arguments):
    """One dbt command on the prepared project; its output is kept in FOLDER/dbt.log. Returns the exit code and the output."""
    environment = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DBT_USE_COLORS="false", DO_NOT_TRACK="1")
    command = [str(dbt), "--no-version-check", *arguments, "--project-dir", str(folder / "project"), "--profiles-dir", str(folder)]
    done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with open(folder / "dbt.log", "a", encoding="utf-8") as log:
        log.write(f"$ dbt {' '.join(arguments)}\n{done.stdout}\n")
    return done.returncode, done.stdout


def build(dbt, project, folder):
    """Seeds, models and tests of the project in FOLDER/data; raises Failed with dbt's output when anything fails."""
    prepare(project, folder)
    excluded = [name.split(".")[-1] for name in CANNOT_RUN]
    # The adapter knows no type of an expression and casts what a unit test gives to UNKNOWN, which makes 0 of a text.
    arguments = ["build", "--exclude-resource-type", "unit_test"] + (["--exclude", *excluded] if excluded else [])
    code, output = run(dbt, folder, *arguments)
    if code:
        raise Failed(output)
    return output


if __name__ == "__main__":
    root = pathlib.Path(__file__).resolve().parents[2]
    try:
        print(build(executable(root / "build"), root / "project", root / "build" / "conformance" / "dbt"))
    except (Failed, to_curly.Unconvertible) as problem:
        sys.exit(str(problem))
