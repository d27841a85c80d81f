# shellcheck shell=sh
# What command-line tests on PostgreSQL share (POSIX shell): a server for the file's tests, and a project with a target on it.
#
#     #!/bin/sh
#     . "${ROOT:-.}/tests/lib.sh"
#     . "$ROOT/tests/lib_postgres.sh"
#
# Where there are no server programs, `project` skips the test.

server=$(mktemp -d "${TMPDIR:-/tmp}/cdbt-pg.XXXXXX")
chmod 755 "$server"
server=$server/s
absent=
code=0
"$ROOT/tests/support/postgres" start "$server" $$ || code=$?
case $code in
    0) ;;
    77) absent=yes ;;
    *) echo 'not ok - the server does not start' && exit 1 ;;
esac
trap '"$ROOT/tests/support/postgres" stop "$server" 2>/dev/null || :; rm -rf "${server%/s}"' EXIT

pg() { PGOPTIONS=--client-min-messages=warning psql -X -q -At -h "$server" -U postgres -d test -c "$1"; }
expect_pg() {
    got=$(pg "$1" 2>&1) || fail "psql: $got"
    [ "$got" = "$2" ] || fail "query:    $1" "expected: $2" "     got: $got"
}

# project [LINE ...]: a project whose target has further lines; the schema is the test's own and empty.
project() {
    [ -z "$absent" ] || skip 'no PostgreSQL server here'
    pg 'drop schema if exists shop cascade; drop schema if exists other cascade'
    put dbt_project.yml <<'END'
name: shop
profile: shop
END
    {
        printf 'shop:\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n      host: %s\n      user: postgres\n' "$server"
        printf '      dbname: test\n      schema: shop\n      threads: 4\n      retries: 0\n'
        for line in "$@"; do printf '      %s\n' "$line"; done
    } >profiles.yml
}

# Waits until the query gives that.
await() {
    tries=0
    until [ "$(pg "$1")" = "$2" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || fail "never came to be: $2 of $1"
        sleep 0.1
    done
}
