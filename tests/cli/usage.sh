#!/bin/sh
# The command line itself: help, versions, options, what is refused.
. "${ROOT:-.}/tests/lib.sh"

test_version() {
    run cdbt --version
    expect_exit 0
    expect_stdout_line 'cdbt [0-9]+\.[0-9]+\.[0-9]+'
    run cdbt -v
    expect_exit 0
}

test_no_words_give_the_overview() {
    run cdbt
    expect_exit 0
    expect_stdout_has 'Usage: cdbt COMMAND' 'build ' 'docs '
}

test_every_command_of_the_overview_has_help() {
    run cdbt help
    expect_exit 0
    sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' "$OUT" >commands
    [ "$(wc -l <commands)" -ge 12 ]
    while read -r command; do
        run cdbt help "$command"
        expect_exit 0
        expect_stdout_has "Usage: cdbt $command" '--help'
    done <commands
}

test_unknown_command_is_named_with_the_nearest() {
    run cdbt bulid
    expect_exit 2
    expect_stderr_has 'error[usage]' "'bulid'" "did you mean 'build'?" 'command line:1:6'
}

test_unknown_option_is_named_with_the_nearest() {
    run cdbt run --selct x
    expect_exit 2
    expect_stderr_has "'--selct'" "did you mean '--select'?"
}

test_option_of_another_command_is_refused() {
    run cdbt ls --full-refresh
    expect_exit 2
    expect_stderr_has '`cdbt ls` has no option --full-refresh'
}

test_option_without_its_value_is_refused() {
    run cdbt run --target
    expect_exit 2
    expect_stderr_has '--target needs a value'
}

test_number_that_is_none_is_refused() {
    run cdbt run --threads many
    expect_exit 2
    expect_stderr_has "--threads takes a whole number, not 'many'"
}

test_word_too_many_is_refused_with_what_was_meant() {
    cdbt init shop >/dev/null
    run cdbt run --project-dir shop stg_orders -q
    expect_exit 2
    expect_stderr_has "to choose nodes write --select stg_orders"
}

test_json_log_is_one_object_a_line() {
    cdbt init shop >/dev/null
    printf 'select * from << ref("nowhere") >>\n' >shop/models/x.sql
    run cdbt parse --project-dir shop --log-format json
    expect_exit 2
    python3 - "$OUT" <<'END'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
found = [l["data"]["diagnostic"] for l in lines if "diagnostic" in l["data"]]
assert len(found) == 1, found
d = found[0]
assert (d["code"], d["file"], d["line"], d["column"]) == ("ref-not-found", "models/x.sql", 1, 18), d
assert lines[0]["info"]["level"] == "error"
END
}

test_output_to_a_full_disk_is_an_error() {
    [ -w /dev/full ] || skip 'no /dev/full here'
    status=0
    "$CDBT" help >/dev/full 2>/dev/null || status=$?
    expect_equal 2 "$status"
}

run_tests
