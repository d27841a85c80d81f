#!/bin/sh
# The example project has one of everything that a project of its size needs, and all of it works.
. "${ROOT:-.}/tests/lib.sh"

test_the_example_has_one_of_everything_in_each_domain() {
    copy_project project .
    rm -rf target logs .cdbt ./*.db*
    run cdbt parse -q
    expect_exit 0
    python3 - <<'PY'
import json
m = json.load(open("target/manifest.json"))
domains = {n["fqn"][2] for n in m["nodes"].values() if n["resource_type"] == "model" and n["fqn"][1] == "bronze"}
assert len(domains) == 4, domains
models = [n for n in m["nodes"].values() if n["resource_type"] == "model"]
assert any(n["resource_type"] == "snapshot" for n in m["nodes"].values()), "no snapshot"
assert any(n["config"]["materialized"] == "incremental" for n in models), "no incremental model"
assert any(n["config"]["contract"]["enforced"] for n in models), "no contract"
assert any((s.get("freshness") or {}).get("warn_after") or (s.get("freshness") or {}).get("error_after") for s in m["sources"].values()), "no freshness"
for kind in ("unit_tests", "exposures"):
    found = {part for n in m[kind].values() for part in n["original_file_path"].split("/") if part in domains}
    assert found == domains, (kind, domains - found)
PY
}

run_tests
