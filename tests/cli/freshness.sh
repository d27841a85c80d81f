#!/bin/sh
# Source freshness: what is fresh, old and stale, and what cannot be known.
. "${ROOT:-.}/tests/lib.sh"

raw() {
    empty_shop
    put models/s.yml <<'END'
sources:
  - name: raw
    schema: main
    loaded_at_field: loaded
    freshness: {warn_after: {count: 12, period: hour}, error_after: {count: 2, period: day}}
    tables:
      - name: good
      - {name: warned, config: {freshness: {warn_after: {count: 1, period: minute}}}}
      - name: bad
      - {name: filtered, identifier: bad, freshness: {filter: "id > 100"}}
      - {name: unwatched, freshness: null}
      - {name: asked, identifier: good, config: {loaded_at_query: "select max(loaded) from << this >>"}}
END
    put models/m.sql <<'END'
select id from << source('raw', 'good') >>
END
    sqlite3 shop.db "
        create table good (id int, loaded timestamp); insert into good values (1, datetime('now', '-5 seconds'));
        create table warned (id int, loaded text); insert into warned values (1, strftime('%Y-%m-%dT%H:%M:%f+02:00', 'now', '-96 minutes'));
        create table bad (id int, loaded text); insert into bad values (1, date('now', '-5 days'));"
}

status_of() {
    python3 - "$@" <<'END'
import json, sys
data = json.load(open(sys.argv[2] if len(sys.argv) > 2 else "target/sources.json"))
assert data["metadata"]["dbt_schema_version"] == "https://schemas.getdbt.com/dbt/sources/v3.json"
order = ["good", "warned", "bad", "filtered", "asked"]  # results come as they end
print(" ".join(r["unique_id"].split(".")[-1] + "=" + r["status"].replace(" ", "_") for r in sorted(data["results"], key=lambda r: order.index(r["unique_id"].split(".")[-1]))))
for r in data["results"]:
    if r["unique_id"].endswith(sys.argv[1]):
        print(r["criteria"]["warn_after"], round(r["max_loaded_at_time_ago_in_s"] / 3600))
END
}

test_fresh_old_and_stale() {
    raw
    run cdbt source freshness
    expect_exit 1
    expect_output_has 'PASS   freshness of raw.good' 'WARN   freshness of raw.warned' 'STALE  freshness of raw.bad' \
        'STALE  freshness of raw.filtered' 'PASS   freshness of raw.asked' 'is 5 days old; an error after 2 days' \
        'is 3 hours old; a warning after 1 minute' 'raw.filtered has no rows' '--> models/s.yml:9:15' 'TOTAL=5'
    expect_output_lacks 'unwatched'
    expect_equal "good=pass warned=warn bad=error filtered=error asked=pass
{'count': 1, 'period': 'minute'} 4" "$(status_of warned)"
    expect_no_file target/run_results.json
}

test_a_selection_a_file_and_the_older_name() {
    raw
    run cdbt source snapshot-freshness --select source:raw.good source:raw.warned --output fresh.json
    expect_exit 0
    expect_equal 'good=pass warned=warn' "$(status_of nothing fresh.json)"
    run cdbt source freshness --select m
    expect_exit 0
    expect_output_has 'Nothing to do'
}

test_what_cannot_be_known_is_an_error_with_a_remedy() {
    raw
    sqlite3 shop.db "update good set loaded = 'soon'; update bad set loaded = 1700000000"
    cat >>models/s.yml <<'END'
  - name: bare
    schema: main
    freshness: {warn_after: {count: 1, period: day}}
    tables: [{name: good}]
END
    sed -i 's/name: warned,/name: missing,/' models/s.yml
    run cdbt source freshness
    expect_exit 1
    expect_output_has "loaded in raw.good is no timestamp: 'soon'" "is no timestamp: '1700000000'" \
        "add \`loaded_at_field: \`" 'no such table: missing'
    expect_equal 'filtered=error' "$(status_of nothing)" # as in dbt, only what is known
}

test_build_takes_no_notice() {
    raw
    run cdbt build
    expect_exit 0
    expect_output_lacks 'freshness'
    expect_no_file target/sources.json
}

test_the_macro_can_be_overridden() {
    raw
    put macros/freshness.sql <<'END'
{% macro collect_freshness(source, loaded_at_field, filter) %}
  {% call statement('collect_freshness', fetch_result=True) %}
    select '2000-01-01' as max_loaded_at, '2000-01-01 06:00:00' as snapshotted_at
  {% endcall %}
  {{ return(load_result('collect_freshness')) }}
{% endmacro %}
END
    run cdbt source freshness --select source:raw.bad
    expect_exit 0
    expect_output_has 'PASS   freshness of raw.bad'
}

test_words_that_are_none() {
    raw
    run cdbt source
    expect_exit 2
    expect_output_has 'source needs a second word: freshness'
    run cdbt source fresh
    expect_exit 2
    expect_output_has 'source has only the command `source freshness`'
}

test_what_is_below_fresher_sources_is_selected() {
    raw
    run cdbt source freshness
    cp -R target before
    run cdbt ls -s 'source_status:fresher+' --state before
    expect_exit 0
    expect_stdout_empty
    sqlite3 shop.db "insert into good values (2, datetime('now', '+3 seconds'))"
    run cdbt source freshness
    run cdbt ls -s 'source_status:fresher+' --state before
    expect_equal 'shop.m source:shop.raw.asked source:shop.raw.good' "$(sort "$OUT" | tr '\n' ' ' | sed 's/ $//')"
    run cdbt build -s 'source_status:fresher+' --state before
    expect_exit 0
    expect_stdout_has 'view model m'
}

test_a_fraction_of_a_second_is_fresher() {
    raw
    run cdbt source freshness
    cp -R target before
    sed -i 's/"max_loaded_at":"[^"]*"/"max_loaded_at":"2026-01-01T00:00:00Z"/g' before/sources.json
    sed -i 's/"max_loaded_at":"[^"]*"/"max_loaded_at":"2026-01-01T00:00:00.250000Z"/g' target/sources.json
    run cdbt ls -s source_status:fresher --state before
    expect_stdout_has source:shop.raw.good
    sed -i 's/00:00:00Z/00:00:00.250000+00:00/g' before/sources.json
    run cdbt ls -s source_status:fresher --state before
    expect_exit 0
    expect_stdout_empty
    sed -i 's/00:00:00.250000+00:00/00:00:00Z/g' before/sources.json
    cp target/sources.json later.json
    cp before/sources.json target/sources.json
    cp later.json before/sources.json
    run cdbt ls -s source_status:fresher --state before
    expect_exit 0
    expect_stdout_empty
}

test_a_limit_that_is_switched_off_is_null_in_the_file() {
    raw
    sed -i 's/- name: bad$/- {name: bad, freshness: {warn_after: {count: 6, period: hour}, error_after: null}}/' models/s.yml
    run cdbt source freshness --select source:raw.bad
    expect_exit 0
    expect_output_has 'WARN=1'
    python3 -c 'import json; c = json.load(open("target/sources.json"))["results"][0]["criteria"]; assert c == {"warn_after": {"count": 6, "period": "hour"}, "error_after": None, "filter": None}, c' ||
        fail 'sources.json'
}

run_tests
