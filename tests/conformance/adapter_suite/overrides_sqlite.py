"""Where a class of the suite says that adapters shall override SQL, the SQL that SQLite reads. Everything else is as it came."""

import pytest
from dbt.tests.adapter.constraints import test_constraints as contracts

EVENTS = """
{{ config(materialized='table', event_time='event_time') }}
select 1 as id, '2020-01-01 00:00:00' as event_time
union all
select 2 as id, '2020-01-02T00:00:00Z' as event_time
union all
select 3 as id, '2020-01-03 00:00:00+00:00' as event_time
"""

SAMPLED = """
{{ config(materialized='table', event_time='event_time') }}
select 1 as id, '2025-01-01 01:25:00' as event_time
union all
select 2 as id, '2025-01-02T13:47:00Z' as event_time
union all
select 3 as id, '2025-01-03 01:32:00+00:00' as event_time
"""


def fixture(make):
    return pytest.fixture(scope="class")(make)


@fixture
def events(self):
    return EVENTS


@fixture
def sampled(self):
    return SAMPLED


@fixture
def two_more(self, project):
    return (f"insert into {project.test_schema}.input_model (id, event_time)"
            " values (4, '2020-01-04 00:00:00'), (5, '2020-01-05T00:00:00Z')")


CLASSES = {
    "BaseMicrobatch": {"input_model_sql": events, "insert_two_rows_sql": two_more},
    "BaseSampleModeTest": {"input_model_sql": sampled},
}


# ---- hooks ----
# `vacuum` takes no table, and a target of SQLite has no host, user or password. What else the hooks saw is looked at as ever.


def around(pre, post):
    def config(self):
        from dbt.tests.adapter.hooks import test_model_hooks as hooks

        outside = {"sql": "vacuum", "transaction": False}
        return {"models": {"test": {pre: [hooks.MODEL_PRE_HOOK, outside], post: [outside, hooks.MODEL_POST_HOOK]}}}

    return fixture(config)


def looked_at(row, state, project):
    assert row["test_state"] == state
    assert (row["target_name"], row["target_type"]) == ("default", "sqlite")
    assert row["target_schema"] == project.test_schema
    assert row["target_threads"] == 1
    assert row["run_started_at"] and row["invocation_id"]
    assert row["thread_id"].startswith("Thread-")


def check_model_hooks(self, state, project, host, count=1):
    for row in self.get_ctx_vars(state, count=count, project=project):
        looked_at(row, state, project)


def check_run_hooks(self, state, project, host):
    looked_at(dict(self.get_ctx_vars(state, project), thread_id="Thread-"), state, project)


# ---- contracts ----
# Types that SQLite has, and its words; an insert takes no select in parentheses, and `integer primary key` would be another
# name of the row numbers.

TYPES = [["1", "int", "INTEGER"], ["'1'", "text", "TEXT"], ["1.5", "real", "REAL"], ["x'00'", "blob", "BLOB"]]


@pytest.fixture
def types(self):
    return TYPES


@pytest.fixture
def int_type(self):
    return "INT"


@fixture
def not_null(self):
    return ["NOT NULL constraint failed: ", "my_model", ".id"]


def ddl(cls):
    own = cls.expected_sql
    text = (own._get_wrapped_function() if hasattr(own, "_get_wrapped_function") else own.__pytest_wrapped__.obj)(None)
    if "primary key" in text:
        text = text.replace("id integer", "id int")
    head, _, tail = text.rpartition("\n(\n")

    def with_sqlites_words(self):
        return head + "\n" + tail.rpartition(")")[0]

    return fixture(with_sqlites_words)


UNIT_TYPES = [
    ["1", "1"], ["'1'", "1"], ["true", "true"], ["1.5", "1.5"],
    ["DATE '2020-01-02'", "2020-01-02"],
    ["TIMESTAMP '2013-11-03 00:00:00-00'", "2013-11-03 00:00:00-00"],
    ["TIMESTAMPTZ '2013-11-03 00:00:00-00'", "2013-11-03 00:00:00-00"],
    ["'1'::numeric", "1"],
    ["""'{"bar": "baz", "balance": 7.77, "active": false}'::json""", """'{"bar": "baz", "balance": 7.77, "active": false}'"""],
]


@pytest.fixture
def unit_types(self):
    return UNIT_TYPES


# ---- the catalog ----


@fixture
def catalog(self, project):
    from dbt.tests.adapter.basic import expected_catalog as base

    return base.base_expected_catalog(
        project, role=None, id_type="INT", text_type="TEXT", time_type="TEXT", view_type="view", table_type="table",
        model_stats=base.no_stats())


@fixture
def catalog_of_references(self, project):
    from dbt.tests.adapter.basic import expected_catalog as base

    found = base.expected_references_catalog(
        project, role=None, id_type="INT", text_type="TEXT", time_type="TEXT", bigint_type="", view_type="view",
        table_type="table", model_stats=base.no_stats())
    entries = [*found["nodes"].values(), *found["sources"].values()]
    for column in {id(column): column for entry in entries for column in entry["columns"].values()}.values():
        column["index"] -= 1  # dbt's SQLite adapter counts from 0
    return found


@fixture
def nobody(self):
    return None


# ---- the clock ----


@fixture
def parsed_clock(self, project):
    import datetime
    from dbt.tests.util import relation_from_name, run_dbt

    run_dbt(["build"])
    row = project.run_sql(f"select current_ts_column from {relation_from_name(project.adapter, 'current_ts')}", fetch="one")
    return datetime.datetime.fromisoformat(row[0])


HOOKS = {"check_hooks": check_model_hooks}
CATALOG = {"expected_catalog": catalog, "profile_user": nobody}
COLUMNS = {"data_types": types, "int_type": int_type}
CLASSES.update({
    "TestPrePostModelHooks": {"project_config_update": around("pre-hook", "post-hook"), **HOOKS},
    "TestPrePostModelHooksUnderscores": {"project_config_update": around("pre_hook", "post_hook"), **HOOKS},
    "TestPrePostModelHooksInConfig": HOOKS,
    "TestPrePostModelHooksInConfigKwargs": HOOKS,
    "TestPrePostModelHooksInConfigWithCount": {"project_config_update": around("pre-hook", "post-hook"), **HOOKS},
    "TestHookRefs": HOOKS,
    "TestPrePostRunHooks": {"check_hooks": check_run_hooks},
    "TestTableConstraintsColumnsEqual": COLUMNS,
    "TestViewConstraintsColumnsEqual": COLUMNS,
    "TestIncrementalConstraintsColumnsEqual": COLUMNS,
    "TestTableConstraintsRollback": {"expected_error_messages": not_null},
    "TestIncrementalConstraintsRollback": {"expected_error_messages": not_null},
    "TestTableConstraintsRuntimeDdlEnforcement": {"expected_sql": ddl(contracts.BaseConstraintsRuntimeDdlEnforcement)},
    "TestIncrementalConstraintsRuntimeDdlEnforcement": {"expected_sql": ddl(contracts.BaseConstraintsRuntimeDdlEnforcement)},
    "TestModelConstraintsRuntimeEnforcement": {"expected_sql": ddl(contracts.BaseModelConstraintsRuntimeEnforcement)},
    "TestConstraintQuotedColumn": {"expected_sql": ddl(contracts.BaseConstraintQuotedColumn)},
    "TestPostgresUnitTestingTypes": {"data_types": unit_types},
    "TestDocsGenerate": CATALOG,
    "TestDocsGenReferences": {"expected_catalog": catalog_of_references, "profile_user": nobody},
    "BaseCurrentTimestampNaive": {"current_timestamp": parsed_clock},
})
