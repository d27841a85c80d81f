#!/bin/sh
# The history of runs, and telling somebody that one failed.
. "${ROOT:-.}/tests/lib.sh"

shop() {
    new_shop
    cdbt build -q
}

break_seed() { sed -i.bak 's/2,Grace/1,Grace/' seeds/orders.csv; }
mend_seed() { sed -i.bak 's/1,Grace/2,Grace/' seeds/orders.csv; }

test_runs_and_what_fails() {
    shop
    break_seed
    run cdbt build -q
    expect_exit 1
    run cdbt build -q
    expect_exit 1
    run cdbt history --output json
    expect_exit 0
    python3 - "$OUT" <<'END2'
import json, sys
runs = json.load(open(sys.argv[1]))
assert [(r["command"], r["outcome"], r["good"], r["failed"], r["skipped"]) for r in runs] == [
    ("build", "failed", 3, 1, 3), ("build", "failed", 3, 1, 3), ("build", "good", 7, 0, 0)], runs
END2
    run cdbt history
    expect_stdout_has 'Failing now: 1' 'test.shop.unique_stg_orders_order_id.' 'The last 3 runs'
    mend_seed
    run cdbt build -q
    expect_exit 0
    run cdbt history
    expect_stdout_has 'Nothing fails now.'
}

test_one_node_with_its_rows_and_when_it_began_to_fail() {
    shop
    break_seed
    cdbt build -q >/dev/null || :
    run cdbt history unique_stg_orders_order_id --output csv
    expect_exit 0
    [ "$(cut -d, -f5,8 "$OUT" | tr '\n' ' ')" = 'status,failures fail,1 pass,0 ' ] || fail 'not these results'
    run cdbt history orders --output json
    expect_stdout_has '"rows":4'
    run cdbt history customers --output json --limit 1
    expect_stdout_has '"status":"skipped"'
    run cdbt history model.shop.customers --output json
    expect_stdout_has '"rows":3'
    run cdbt history custmers
    expect_exit 2
    expect_stderr_has "no run has a result of 'custmers'" "did you mean 'customers'?"
}

test_it_survives_clean_and_is_no_source() {
    shop
    run cdbt clean
    expect_exit 0
    [ ! -e target ] || fail 'clean left target'
    run cdbt history --output csv
    [ "$(wc -l <"$OUT")" -eq 2 ] || fail 'not one run'
    [ "$(cat .cdbt/.gitignore)" = '*' ] || fail 'git would see it'
}

test_commands_that_only_look_leave_no_trace() {
    new_shop
    cdbt compile -q
    cdbt ls -q >/dev/null
    [ ! -e .cdbt ] || fail 'a history was made'
    run cdbt history
    expect_exit 2
    expect_stderr_has 'there is no history yet' 'run `cdbt build` once'
}

test_a_killed_run_is_taken_over() {
    shop
    printf 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000000) select count(*) as c from n\n' \
        >models/gold/slow.sql
    "$CDBT" build >first 2>&1 &
    first=$!
    tries=0
    while [ "$(grep -c '"unique_id":"model.shop.stg_orders"' target/run_results.jsonl)" -lt 2 ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || fail 'it built nothing'
        sleep 0.02
    done
    kill -KILL "$first"
    wait "$first" || :
    rm models/gold/slow.sql
    run cdbt build -q
    expect_exit 0
    run cdbt history --output json
    python3 - "$OUT" <<'END2'
import json, sys
runs = json.load(open(sys.argv[1]))
assert [r["outcome"] for r in runs if r["outcome"] != "killed"] == ["good", "good"], runs
killed = [r for r in runs if r["outcome"] == "killed"]
assert len(killed) == 1 and killed[0]["command"] == "build" and killed[0]["good"] >= 1, runs
END2
}

test_two_at_once() {
    shop
    for process in 1 2 3 4 5 6; do
        "$CDBT" test -q >"out.$process" 2>&1 &
    done
    wait
    run cdbt history --output csv
    [ "$(wc -l <"$OUT")" -eq 8 ] || fail 'a run is missing'
}

test_off_and_elsewhere() {
    new_shop
    CDBT_HISTORY=off run cdbt build -q
    expect_exit 0
    [ ! -e .cdbt ] || fail 'a history was made'
    CDBT_HISTORY=$PWD/../runs.db run cdbt build -q
    expect_exit 0
    CDBT_HISTORY=$PWD/../runs.db run cdbt history --output csv
    [ "$(wc -l <"$OUT")" -eq 2 ] || fail 'not one run'
}

test_a_broken_history_stops_nothing() {
    shop
    printf 'this is no database, but it is long enough to be taken for one by whoever opens it as that. %0500d' 0 >.cdbt/history.db
    rm -f .cdbt/history.db-wal .cdbt/history.db-shm
    run cdbt build -q
    expect_exit 0
    run cdbt history
    expect_exit 2
    expect_stderr_has 'not a database' 'move the file away'
}

# ---- on_failure ----

test_a_command_gets_the_json() {
    shop
    printf 'on_failure:\n  command: cat >told.json\n' >>dbt_project.yml
    run cdbt build -q
    expect_exit 0
    [ ! -e told.json ] || fail 'told of a good run'
    break_seed
    run cdbt build -q
    expect_exit 1
    python3 - <<'END2'
import json
told = json.load(open("told.json"))
assert told["event"] == "failure" and told["failed"] == 1 and told["project"] == "shop", told
failure = told["failures"][0]
assert failure["name"] == "unique_stg_orders_order_id" and failure["failures"] == 1 and failure["code"] == "test-failed", told
assert failure["failing_runs"] == 1 and "rows" not in failure, told
assert told["text"] == "cdbt build of shop (dev) failed: unique_stg_orders_order_id; 1 began to fail", told["text"]
END2
}

test_rows_and_messages_only_when_asked() {
    shop
    printf 'seeds: {shop: {+column_types: {amount_cents: integer}}}\n' >>dbt_project.yml
    printf '5,Ada,2026-02-03,secret-amount\n' >>seeds/orders.csv
    printf 'on_failure: {command: cat >told.json}\n' >>dbt_project.yml
    run cdbt seed
    expect_exit 1
    ! grep -q secret-amount told.json || fail 'a cell was told'
    grep -q '"code":"seed-type"' told.json || fail 'not why'
    sed -i.bak 's/{command: cat >told.json}/{command: cat >told.json, include: [messages, rows]}/' dbt_project.yml
    run cdbt seed
    grep -q secret-amount told.json || fail 'no message, though asked for'
    sed -i.bak '$d' seeds/orders.csv
    break_seed
    run cdbt build -q
    grep -q '"rows":\[{' told.json || fail 'no rows, though asked for'
}

test_only_changes() {
    shop
    printf 'on_failure: {command: cat >>told.json; echo >>told.json, when: change}\n' >>dbt_project.yml
    break_seed
    run cdbt build -q
    run cdbt build -q
    mend_seed
    run cdbt build -q
    run cdbt build -q
    python3 - <<'END2'
import json
told = [json.loads(l) for l in open("told.json") if l.strip()]
assert [(t["event"], [r["name"] for r in t["recovered"]]) for t in told] == [
    ("failure", []), ("recovery", ["unique_stg_orders_order_id"])], told
END2
}

test_a_url_is_posted_to_and_never_printed() {
    command -v curl >/dev/null || skip 'needs curl'
    shop
    printf "on_failure: {url: \"<< env_var('DBT_ENV_SECRET_HOOK') >>\"}\n" >>dbt_project.yml
    break_seed
    python3 - <<'END2' &
import http.server, os
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        with open("posted.json", "wb") as file:
            file.write(self.rfile.read(int(self.headers["content-length"])))
        with open("path", "w") as file:
            file.write(self.path + " " + self.headers["content-type"])
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
server.timeout = 60
with open("port.new", "w") as file: file.write(str(server.server_port))
os.rename("port.new", "port")
server.handle_request()
END2
    server=$!
    while [ ! -e port ]; do sleep 0.05; done
    DBT_ENV_SECRET_HOOK=http://127.0.0.1:$(cat port)/hook/s3cr3t run cdbt build
    wait "$server"
    expect_exit 1
    python3 -c 'import json; told = json.load(open("posted.json")); assert told["failed"] == 1 and "\"" not in told["text"], told'
    [ "$(cat path)" = '/hook/s3cr3t application/json' ] || fail "$(cat path)"
    # Nobody answers any more: a warning without the address, and the same exit code.
    DBT_ENV_SECRET_HOOK=http://127.0.0.1:$(cat port)/hook/s3cr3t run cdbt build
    expect_exit 1
    expect_stderr_has 'warning[notify-failed]' 'posting to the url did not work: nothing answers there' \
        '--> dbt_project.yml:'
    ! grep -q s3cr3t "$OUT" "$ERR" || fail 'printed'
    ! grep -rq s3cr3t target .cdbt || fail 'written'
}

test_a_command_that_hangs_is_stopped() {
    shop
    printf 'on_failure: {command: sleep 600 & sleep 600, timeout: 1}\n' >>dbt_project.yml
    break_seed
    run cdbt build
    expect_exit 1
    expect_stderr_has 'warning[notify-failed]' 'it did not end within 1 s and was stopped'
}

test_a_project_that_cannot_be_read_is_told_of_too() {
    shop
    printf 'on_failure: {command: cat >told.json}\n' >>dbt_project.yml
    printf 'select * from << ref("nothing") >>\n' >models/gold/lost.sql
    run cdbt build
    expect_exit 2
    grep -q '"error":' told.json || fail 'not told'
    run cdbt history --output csv
    expect_stdout_has 'failed'
}

test_wrong_keys_are_named() {
    shop
    break_seed
    printf 'on_failure: {comand: x}\n' >>dbt_project.yml
    run cdbt build -q
    expect_exit 1
    expect_stderr_has "on_failure: there is no key 'comand'" '--> dbt_project.yml:' 'its keys are command, url'
}

test_by_environment() {
    shop
    break_seed
    CDBT_ON_FAILURE='cat >told.json' run cdbt build -q
    expect_exit 1
    [ -s told.json ] || fail 'not told'
}

run_tests
