"""A pytest plugin that runs the classes of dbt-tests-adapter against cdbt: `-p dbt.tests.fixtures.project -p suite_plugin`
(in this order: of two fixtures of one name the later one counts).

  --engine cdbt|dbt     whom the tests drive; dbt shows what the adapter itself passes
  --adapter NAME        sqlite or postgres: which of dbt's adapters looks into the database
  --cdbt FILE           the binary

The classes are taken as they are. Where one names SQL that a database cannot read, dbt's own adapters override a fixture;
what is overridden here stands in overrides_<adapter>.py, with its reason.
"""

import importlib
import inspect
import os
import pathlib
import re

import dbt.adapters.factory
import dbt.cli.main
import dbt.tests.util
import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def pytest_addoption(parser):
    parser.addoption("--engine", choices=["cdbt", "dbt"], default="cdbt")
    parser.addoption("--adapter", default="sqlite")
    parser.addoption("--own", action="store_true", help="the adapter's own test files, collected as they are")
    parser.addoption("--cdbt", default=os.environ.get("CDBT", str(ROOT / "build" / "cdbt")))


def pytest_configure(config):
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if config.getoption("--engine") == "cdbt":
        take_dbts_place(config)


def take_dbts_place(config):
    import engine

    cdbt = engine.Engine(pathlib.Path(config.getoption("--cdbt")).resolve())
    config.cdbt_engine = cdbt

    class Runner:
        def __init__(self, manifest=None, callbacks=None):
            pass

        def invoke(self, args, **options):
            result = cdbt.invoke(list(args))
            connect_again()
            return result

    dbt.cli.main.dbtRunner = Runner
    dbt.tests.util.dbtRunner = Runner

    def run_dbt_and_capture(args=None, expect_pass=True):
        cdbt.captured = ""
        result = dbt.tests.util.run_dbt(args, expect_pass=expect_pass)
        return result, cdbt.captured

    dbt.tests.util.run_dbt_and_capture = run_dbt_and_capture
    dbt.tests.util.get_manifest = lambda root: engine.read_manifest(pathlib.Path(root) / "target")
    dbt.tests.util.patch_microbatch_end_time = pinned_clock


def connect_again():
    """dbt leaves the test's own thread with a connection that opens when it is used; some tests ask the adapter through it."""
    for adapter in dbt.adapters.factory.FACTORY.adapters.values():
        if adapter.type() == "postgres":
            adapter.acquire_connection("master")


class pinned_clock:
    """Microbatch models end at this time and not now: what the suite does by patching dbt, CDBT_NOW does for cdbt."""

    def __init__(self, text):
        self.text = text

    def __enter__(self):
        os.environ["CDBT_NOW"] = self.text

    def __exit__(self, *_):
        os.environ.pop("CDBT_NOW", None)


# ---- which classes ----


def has_tests(cls):
    return any(name.startswith("test") for name in dir(cls))


def pytest_pycollect_makeitem(collector, name, obj):
    """Of the classes defined in a module those that no other class of the same module extends, or that add to it."""
    if collector.config.getoption("--own"):
        return None
    if not inspect.isclass(obj):
        return None if isinstance(collector, pytest.Class) else []
    if obj.__module__ != collector.module.__name__ or not has_tests(obj):
        return []
    heirs = [other for other in vars(collector.module).values()
             if inspect.isclass(other) and other is not obj and issubclass(other, obj)
             and other.__module__ == obj.__module__ and has_tests(other)]
    if heirs and not any(test in vars(obj) for test in dir(obj) if test.startswith("test") and unlike(test, obj, heirs)):
        return []
    override(obj, collector.config.getoption("--adapter"))
    return pytest.Class.from_parent(collector, name=name, obj=obj) if not obj.__dict__.get("__test__") is False else []


def unlike(test, cls, heirs):
    return all(getattr(heir, test, None) is not getattr(cls, test) for heir in heirs)


def override(cls, adapter):
    """Fixtures and attributes that the adapter needs to be different are put into the class, before pytest reads it."""
    try:
        overrides = importlib.import_module("overrides_" + adapter)
    except ModuleNotFoundError:
        return
    for name, value in overrides.CLASSES.get(cls.__name__, {}).items():
        setattr(cls, name, value)


# ---- the database ----


@pytest.fixture(scope="class")
def dbt_profile_target(request, tmp_path_factory):
    adapter = request.config.getoption("--adapter")
    if adapter == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        return {
            "type": "sqlite", "threads": 1, "database": "warehouse", "schema": "main",
            "schemas_and_paths": {"main": str(folder / "warehouse.db")}, "schema_directory": str(folder),
        }
    if adapter == "postgres":
        return {
            "type": "postgres", "threads": 4,
            "host": os.environ.get("POSTGRES_TEST_HOST", "localhost"),
            "port": int(os.environ.get("POSTGRES_TEST_PORT", 5432)),
            "user": os.environ.get("POSTGRES_TEST_USER", "postgres"),
            "pass": os.environ.get("POSTGRES_TEST_PASS", ""),
            "dbname": os.environ.get("POSTGRES_TEST_DATABASE", "dbt"),
        }
    raise ValueError(f"no profile for the adapter {adapter}")


@pytest.fixture(scope="class", autouse=True)
def sqlite_module(request):
    """Each class of tests begins with no schema known."""
    if request.config.getoption("--adapter") == "sqlite":
        import sqlite_names
        from dbt.adapters.sqlite import connections

        real = request.config.getoption("--engine") == "dbt"
        connections.sqlite3 = sqlite_names.Module(None if real else sqlite_names.Names())
    yield


# What these want to see is how a run goes on after SQL that cannot work. cdbt finds that before it writes anything, and
# goes on only if it is told not to check.
UNCHECKED = {"TestConcurrency", "TestConcurenncy", "TestEphemeralErrorHandling"}


@pytest.fixture(scope="class", autouse=True)
def checks(request):
    engine = getattr(request.config, "cdbt_engine", None)
    if engine:
        engine.checks = request.cls is None or request.cls.__name__ not in UNCHECKED
    yield


# ---- the outcome, for the runner ----


def pytest_runtest_logreport(report):
    path = os.environ.get("SUITE_OUTCOMES")
    if not path or (report.when != "call" and report.outcome == "passed"):
        return
    reason = ""
    if report.outcome == "failed":
        crash = getattr(report.longrepr, "reprcrash", None)
        reason = crash.message if crash else str(report.longrepr)
        if "dbt exit state" in reason:
            reason = told(report.capstdout) or reason
        reason = re.sub(r"\s+", " ", reason)[:300]
    with open(path, "a", encoding="utf-8") as out:
        out.write(f"{report.outcome}\t{report.when}\t{PLACES.get(report.nodeid, report.nodeid)}\t{reason}\n")


def told(output):
    """The last error that cdbt printed, with its place."""
    found = re.findall(r"^(error\[.*\n *--> .*)$", output, re.MULTILINE)
    return "cdbt: " + found[-1] if found else None


# nodeid -> area/file::class::test, the same wherever the suite is installed.
PLACES = {}


def pytest_collection_modifyitems(items):
    for item in items:
        file = item.path.with_suffix("").as_posix().split("/tests/adapter/")[-1].split("/tests/functional/")[-1]
        PLACES[item.nodeid] = "::".join([file, *item.nodeid.split("::")[1:]])
