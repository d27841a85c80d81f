"""Where a class of the suite says that adapters shall override SQL, the SQL that SQLite reads. Everything else is as it came."""

import pytest

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
