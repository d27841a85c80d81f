# shellcheck shell=sh
# What the measurements share. Sourced from the repository's root; $CDBT is the program, $WORK a place below build/.
set -eu
ROOT=$(pwd)
CDBT=${CDBT:-$ROOT/build/cdbt}
WORK=$ROOT/build/bench
mkdir -p "$WORK"
[ -x "$CDBT" ] || { echo "bench: $CDBT is not there; run make first" >&2; exit 1; }
command -v hyperfine >/dev/null || { echo 'bench: needs hyperfine (tools/deps.sh --dev)' >&2; exit 1; }

over=0

# measure NAME LIMIT-IN-MS HYPERFINE-ARGUMENTS...: one line with the median and the spread; LIMIT 0 means none.
# A limit is a promise of the documentation: missing it makes the script fail.
measure() {
    measured=$1
    promised=$2
    shift 2
    hyperfine --style none --export-json "$WORK/result.json" "$@" >"$WORK/result.log" 2>&1 || {
        cat "$WORK/result.log" >&2
        exit 1
    }
    python3 - "$WORK/result.json" "$measured" "$promised" <<'END' || over=1
import json, sys
path, name, promised = sys.argv[1], sys.argv[2], float(sys.argv[3])
for r in json.load(open(path))["results"]:
    median, low, high = (r[k] * 1000 for k in ("median", "min", "max"))
    verdict = ""
    if promised:
        verdict = f"   promised: below {promised:g} ms" + ("" if median < promised else "   MISSED")
    # The time of the processor tells a slow program from a busy machine.
    print(f"{name:<34} {median:9.2f} ms   ({low:.2f} to {high:.2f}, {len(r['times'])} runs; "
          f"processor {(r['user'] + r['system']) * 1000:.2f} ms){verdict}")
    print(f"    $ {r['command'].replace(sys.argv[1].rsplit('/build/', 1)[0] + '/', '')}")
    if promised and median >= promised:
        sys.exit(1)
END
}

# The generated project of that size (made once), with an empty target folder.
synthetic() { # MODELS FAMILY
    project=$WORK/synthetic-$2-$1
    if [ ! -e "$project/profiles.yml" ]; then
        rm -rf "$project"
        bench/gen --models "$1" --family "$2" --out "$project"
    fi
    rm -rf "$project/target" "$project"/*.db*
}

# A project of so many models of ROWS rows each, and FOLDER.sql: the same statements for the sqlite3 shell.
models() { # FOLDER COUNT ROWS table|view
    # cdbt's pragmas: src/adapter/sqlite/connection.c. A file with others is an older one.
    pragmas='pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -65536;'
    [ -e "$1.sql" ] && [ "$(head -n 1 "$1.sql")" = "$pragmas" ] && return
    mkdir -p "$1/models"
    printf 'name: models\nversion: "1.0"\nprofile: models\nmodels:\n  models:\n    +materialized: %s\n' "$4" >"$1/dbt_project.yml"
    echo "$pragmas" >"$1.new"
    i=0
    while [ "$i" -lt "$2" ]; do
        body="with recursive n(i) as (select 1 union all select i + 1 from n where i < $3) select i as id, i * $i as amount, 'row ' || i as name from n"
        printf '%s\n' "$body" >"$1/models/t_$i.sql"
        printf 'begin immediate; create %s t_%d as %s; commit;\n' "$4" "$i" "$body" >>"$1.new"
        i=$((i + 1))
    done
    mv "$1.new" "$1.sql"
}
