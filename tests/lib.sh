# shellcheck shell=sh
# Helpers for command-line tests (POSIX shell). A test script is:
#
#     #!/bin/sh
#     . "${ROOT:-.}/tests/lib.sh"
#
#     test_version() {
#         run cdbt --version
#         expect_exit 0
#         expect_stdout_has 'cdbt '
#     }
#
#     run_tests
#
# `run_tests` runs every function whose name starts with test_, in the order of the file, each in a subshell and in an
# empty temporary folder of its own (removed afterwards), and prints TAP. A failed expectation says what it wanted and
# what it got, and ends that test. `set -e` is on: any other command that fails, fails the test too.
#
# Given to the test: $CDBT the program (`cdbt` is a function that calls it), $ROOT the repository, $PWD its own folder.
# `run COMMAND...` keeps what happened in $status and the files $OUT and $ERR.
# `UPDATE=1 make test` lets expect_golden write the files that it otherwise compares with.

ROOT=$(cd "${ROOT:-.}" && pwd)
CDBT=${CDBT:-$ROOT/build/cdbt}
LC_ALL=C.UTF-8
export ROOT CDBT LC_ALL

test_file=$0
case $test_file in /*) ;; *) test_file=$PWD/$test_file ;; esac

cdbt() { "$CDBT" "$@"; }

# ---- doing ----

# Runs a command with its output kept aside; its failing does not end the test.
run() {
    run_words=$*
    OUT=$test_tmp/stdout
    ERR=$test_tmp/stderr
    status=0
    "$@" >"$OUT" 2>"$ERR" </dev/null || status=$?
}

# Writes standard input to a file, making its folder: put models/a.sql <<'END'
put() {
    case $1 in */*) mkdir -p "${1%/*}" ;; esac
    cat >"$1"
}

# Copies a folder of the repository (say tests/project/basic) to here, so that a test may write into it.
copy_project() { cp -R "$ROOT/$1/." "${2:-.}"; }

# The project that `cdbt init` makes, in ./shop; what follows happens there.
new_shop() {
    cdbt init shop >/dev/null
    cd shop
}

# The same, built, with what is in its database kept in `before`.
built_shop() {
    new_shop
    cdbt build -q
    sqlite3 shop.db .dump >before
}

# A project that has nothing yet but its name, here.
empty_shop() { printf "name: shop\nversion: '1.0'\n" >dbt_project.yml; }

# Waits until a command succeeds, 15 seconds at most: wait_until WHAT COMMAND...
wait_until() {
    waited_for=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 750 ] || fail "it never happened: $waited_for"
        sleep 0.02
    done
}

# ---- expecting ----

fail() {
    printf '# %s\n' "$@"
    if [ -n "${run_words:-}" ]; then
        printf '# after: %s\n# exit code %s\n' "$run_words" "$status"
        sed 's/^/#   stdout| /' "$OUT"
        sed 's/^/#   stderr| /' "$ERR"
    fi
    exit 1
}

skip() {
    printf '%s' "$*" >"$test_tmp/skipped"
    exit 0
}

expect_exit() { [ "$status" -eq "$1" ] || fail "expected exit code $1"; }

has() { LC_ALL=C grep -qF -e "$2" "$1"; }
expect_stdout_has() { for want in "$@"; do has "$OUT" "$want" || fail "expected on standard output: $want"; done; }
expect_stderr_has() { for want in "$@"; do has "$ERR" "$want" || fail "expected on standard error: $want"; done; }
expect_output_has() { for want in "$@"; do has "$OUT" "$want" || has "$ERR" "$want" || fail "expected in the output: $want"; done; }
expect_stdout_lacks() { for want in "$@"; do ! has "$OUT" "$want" || fail "expected not on standard output: $want"; done; }
expect_stderr_lacks() { for want in "$@"; do ! has "$ERR" "$want" || fail "expected not on standard error: $want"; done; }
expect_output_lacks() { expect_stdout_lacks "$@"; expect_stderr_lacks "$@"; }
expect_stdout_empty() { [ ! -s "$OUT" ] || fail 'expected nothing on standard output'; }
expect_stderr_empty() { [ ! -s "$ERR" ] || fail 'expected nothing on standard error'; }
# An extended regular expression that one whole line must match.
expect_stdout_line() { LC_ALL=C grep -qxE -e "$1" "$OUT" || fail "expected a line on standard output like: $1"; }

expect_file() { [ -e "$1" ] || fail "expected a file: $1"; }
expect_no_file() { [ ! -e "$1" ] || fail "expected no file: $1"; }
expect_file_has() { expect_file "$1"; has "$1" "$2" || fail "expected in $1: $2" "$(head -c 2000 "$1")"; }
expect_file_lacks() { expect_file "$1"; ! has "$1" "$2" || fail "expected not in $1: $2"; }
expect_same() { cmp -s "$1" "$2" || fail "$1 and $2 differ:" "$(diff -u "$1" "$2" | head -50)"; }
expect_equal() { [ "$1" = "$2" ] || fail "expected: $1" "     got: $2"; }

# expect_sql DATABASE QUERY WANTED: what the sqlite3 shell prints (columns separated by |) is WANTED.
expect_sql() {
    got=$(sqlite3 -batch "$1" "$2" 2>&1) || fail "sqlite3 $1: $got"
    [ "$got" = "$3" ] || fail "query:    $2" "expected: $3" "     got: $got"
}

# After built_shop: the database is as it was.
expect_unchanged() {
    sqlite3 shop.db .dump >after
    expect_same before after
}

# expect_golden FILE GOLDEN: FILE equals the stored one. GOLDEN is relative to the folder of the test script.
# What differs on every run (times, versions, the temporary folder) goes through `steady` first.
expect_golden() {
    golden=${test_file%/*}/$2
    if [ -n "${UPDATE:-}" ]; then
        mkdir -p "${golden%/*}"
        cp "$1" "$golden"
    fi
    [ -e "$golden" ] || fail "no golden file $2: look at the output, then make it with UPDATE=1" "$(cat "$1")"
    cmp -s "$golden" "$1" || fail "differs from $2 (UPDATE=1 rewrites it):" "$(diff -u "$golden" "$1")"
}

# Standard input with times, seconds and the folder of the test replaced by fixed words.
steady() {
    LC_ALL=C sed -E -e "s|$PWD|<folder>|g" \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?/<timestamp>/g' \
        -e 's/\b[0-9]{2}:[0-9]{2}:[0-9]{2}\b/<time>/g' \
        -e 's/\b[0-9]+\.[0-9]+ ?s\b/<seconds>/g' \
        -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/<uuid>/g'
}

# ---- running ----

run_tests() {
    tests=$(sed -nE 's/^(test_[A-Za-z0-9_]+) *\(\).*/\1/p' "$test_file")
    # What merely looks like a function (in a here document) is none of ours; one name for two tests would lose one.
    set --
    for test_name in $tests; do
        if command -v "$test_name" >/dev/null; then set -- "$@" "$test_name"; fi
    done
    twice=$(printf '%s\n' "$@" | sort | uniq -d)
    [ -z "$twice" ] || { echo "not ok - defined twice: $twice"; exit 1; }
    printf '1..%d\n' "$#"
    number=0
    failed=0
    for test_name in "$@"; do
        number=$((number + 1))
        words=$(printf '%s' "${test_name#test_}" | tr _ ' ')
        test_tmp=$(mktemp -d "${TMPDIR:-/tmp}/cdbt-test.XXXXXX")
        mkdir "$test_tmp/work"
        # A subshell under `if` would lose its `set -e`: the status is taken afterwards.
        set +e
        (
            set -eu
            run_words=
            cd "$test_tmp/work"
            "$test_name"
        ) >"$test_tmp/said" 2>&1
        result=$?
        set -e
        if [ "$result" -ne 0 ]; then
            sed 's/^\([^#]\)/# \1/' "$test_tmp/said"
            [ -s "$test_tmp/said" ] || printf '# a command failed with exit code %d\n' "$result"
            printf 'not ok %d - %s\n' "$number" "$words"
            failed=1
        elif [ -e "$test_tmp/skipped" ]; then
            printf 'ok %d - %s # SKIP %s\n' "$number" "$words" "$(cat "$test_tmp/skipped")"
        else
            printf 'ok %d - %s\n' "$number" "$words"
        fi
        chmod -R u+rwX "$test_tmp" 2>/dev/null || :
        rm -rf "$test_tmp"
    done
    exit "$failed"
}
