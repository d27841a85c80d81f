"""A project at random, only so large and so deep that every kind of node has something above and below it, for selections.

    random_graph.write(folder, random.Random(3))
"""

import json

WORDS = ["orders", "customers", "items", "visits", "prices", "stock", "ledger", "staff", "stores", "returns"]
FOLDERS = ["staging", "staging/shop", "staging/web", "marts", "marts/core", "marts/core/daily", "marts/finance", "", "Odd-Names", "a.b"]
TAGS = ["nightly", "hourly", "pii", "money", "weird tag", "Web", "web", "x.y", "tag[1]"]


class Writer:
    def __init__(self, folder, rng):
        self.folder, self.rng, self.models, self.named = folder, rng, [], 0

    def put(self, path, text):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text, indent=1), encoding="utf-8")

    def some(self, words, most):
        return self.rng.sample(words, self.rng.randrange(most + 1))

    def config(self, kind):
        rng, config = self.rng, {}
        if rng.random() < 0.4:
            config["tags"] = self.some(TAGS, 3) or rng.choice(TAGS)
        if rng.random() < 0.3:
            config["meta"] = {"owner": rng.choice(["ana", "ben"]), "level": rng.choice([1, 2, 1.5, "2", True, None]),
                              "flags": rng.choice([[1, "a"], [True, "b"], [0], [], ["a", "c"], [False], [None], [[1]]]),
                              "deep": {"er": rng.choice(["x", 3, False, {"est": 1}]), "list": [{"a": 1}]}}
        if kind == "model":
            if rng.random() < 0.6:
                config["materialized"] = rng.choice(["view", "table", "incremental", "ephemeral"])
            if rng.random() < 0.2:
                config["group"] = rng.choice(["finance", "growth"])
            if rng.random() < 0.15:
                config["schema"] = rng.choice(["raw", "Gold"])
            if rng.random() < 0.1:
                config["unique_key"] = rng.choice(["id", ["id", "day"]])
            if rng.random() < 0.1:
                config["on_schema_change"] = rng.choice(["fail", "ignore"])
            if rng.random() < 0.08:
                config["enabled"] = False
            if rng.random() < 0.1:
                config["docs"] = {"show": rng.choice([True, False])}
        if kind == "test":
            if rng.random() < 0.3:
                config["severity"] = rng.choice(["warn", "error", "WARN"])
            if rng.random() < 0.2:
                config["store_failures"] = rng.choice([True, False])
            if rng.random() < 0.1:
                config["limit"] = rng.choice([1, 10])
        return config

    def column(self, count, names=()):
        """A column with tests, no two of one name."""
        self.tests = set()
        return {"name": "id", "data_tests": [self.test(names) for _ in range(count)]}

    def test(self, names):
        form = self.rng.randrange(5)
        config = self.config("test")
        if form == 0:
            body = {"unique": {"config": config}}
        elif form == 1:
            body = {"not_null": {"config": config}}
        elif form == 2 and names:
            body = {"relationships": {"arguments": {"to": f"ref('{self.rng.choice(names)}')", "field": "id"}, "config": config}}
        elif form == 3:
            body = {"accepted_values": {"arguments": {"values": [self.rng.randrange(9), 10]}, "config": config}}
        else:
            body = {"is_small": {"config": config}}
        if self.rng.random() < 0.3 or next(iter(body)) in self.tests:
            self.named += 1
            next(iter(body.values()))["name"] = f"named_{self.named}"
        self.tests.add(next(iter(body)))
        return body


def write(folder, rng, size=45):
    w = Writer(folder, rng)
    w.put("dbt_project.yml", {
        "name": "made", "version": "1.0", "profile": "context", "analysis-paths": ["analyses"],
        "models": {"made": {"+tags": ["everything"], "staging": {"+materialized": "view", "shop": {"+tags": "shop"}},
                            "marts": {"+meta": {"layer": "marts"}, "core": {"+group": "growth"}}}},
        "data_tests": {"made": {"marts": {"+severity": "warn"}}}, "snapshots": {"+strategy": "check", "+check_cols": "all", "+unique_key": "id"}})
    w.put("packages.yml", {"packages": [{"local": "packages/helpers"}]})
    w.put("packages/helpers/dbt_project.yml", {"name": "helpers", "version": "1.0"})
    w.put("packages/helpers/models/helped.sql", "select 1 as id")
    w.put("packages/helpers/models/staging/orders_helper.sql", "{{ config(tags=['helper']) }}select * from {{ ref('helped') }}")
    w.put("packages/helpers/models/helped.yml", {"models": [{"name": "helped", "columns": [{"name": "id", "data_tests": ["unique"]}]}],
                                                  "exposures": [{"name": "shown", "type": "analysis", "owner": {"name": "x"}, "depends_on": ["ref('helped')"]}]})
    w.put("tests/generic/is_small.sql", "{% test is_small(model, column_name) %}select 1 from {{ model }} where {{ column_name }} > 9{% endtest %}")
    w.put("models/groups.yml", {"groups": [{"name": name, "owner": {"name": "x"}} for name in ("finance", "growth")]})
    sources = []
    for source in ("shop", "web", "shop_2"):
        tables = [{"name": name, "config": w.config("source"), "columns": [w.column(1)]}
                  for name in rng.sample(WORDS, 3)]
        sources.append({"name": source, "config": w.config("source"), "tables": tables})
    w.put("models/staging/sources.yml", {"sources": sources})
    tables = [(s["name"], t["name"]) for s in sources for t in s["tables"]]
    for name in ("rates", "countries", "old_rates"):
        w.put(f"seeds/{rng.choice(['', 'fixed/'])}{name}.csv", "id\n1\n")
    w.put("seeds/seeds.yml", {"seeds": [{"name": "rates", "config": w.config("seed"), "columns": [w.column(2)]}]})
    taken, names, usable, described = {"orders_helper", "helped"}, [], [f"ref('{n}')" for n in ("rates", "countries", "helped", "orders_helper")], {}
    for i in range(size):
        name = f"{rng.choice(['stg_', 'int_', 'fct_', 'dim_', ''])}{rng.choice(WORDS)}" + (f"_{i}" if rng.random() < 0.7 else "")
        if name in taken:
            continue
        taken.add(name)
        place = rng.choice(FOLDERS)
        config = w.config("model")
        body = "select 1 as id"
        for ref in w.some(usable, 3) + [f"source('{s}', '{t}')" for s, t in w.some(tables, 1 if i > 12 else 2)]:
            body += f"\nunion all select id from {{{{ {ref} }}}}"
        if rng.random() < 0.03:
            body = " \n"
        entry = {"name": name, "config": config, "columns": [w.column(rng.randrange(3), names)]}
        if rng.random() < 0.3:
            entry["data_tests"] = [{"is_small": {"arguments": {"column_name": "id"}, "name": f"whole_{i}"}}]
        if rng.random() < 0.3 and not config.get("group") and config.get("materialized") != "ephemeral":
            entry["access"] = rng.choice(["public", "protected"])
        versions = rng.random() < 0.15
        if versions:
            # Each version has the tests: a name of its own would be theirs all.
            kinds = {next(iter(test)): test for test in entry["columns"][0]["data_tests"]}
            for kind in kinds:
                kinds[kind][kind].pop("name", None)
            entry["columns"][0]["data_tests"] = list(kinds.values())
            entry.pop("data_tests", None)
            config["enabled"] = True
            count = rng.choice([2, 3])
            entry["versions"] = [{"v": v} for v in range(1, count + 1)]
            if rng.random() < 0.6:
                entry["latest_version"] = rng.randrange(1, count + 1)
            for v in range(1, count + 1):
                w.put(f"models/{place}/{name}_v{v}.sql", body)
        else:
            w.put(f"models/{place}/{name}.sql", body)
        described.setdefault(place if rng.random() < 0.8 else "", []).append(entry)
        if config.get("enabled", True):
            names.append(name)
            usable.append(f"ref('{name}'" + (f", v={rng.randrange(1, len(entry['versions']) + 1)})" if versions and rng.random() < 0.7 else ")"))
        w.models.append(entry)
    enabled = [entry["name"] for entry in w.models if entry["name"] in names and "versions" not in entry]
    for place, entries in described.items():
        units = [{"name": f"unit_{entry['name']}", "model": entry["name"], "given": [], "expect": {"rows": [{"id": 1}]}, "config": w.config("unit")}
                 for entry in entries if rng.random() < 0.12 and entry["name"] in enabled]
        w.put(f"models/{place}/schema_{len(place)}.yml", {"models": entries, "unit_tests": units} if units else {"models": entries})
    for i in range(4):
        refs = rng.sample(usable, 2)
        w.put(f"tests/{rng.choice(['', 'deep/'])}singular_{i}.sql", "select 1 where 1 = 0" + "".join(f" and exists (select 1 from {{{{ {r} }}}})" for r in refs))
    for i in range(3):
        w.put(f"analyses/look_{i}.sql", f"select * from {{{{ {rng.choice(usable)} }}}}")
    for i in range(3):
        w.put(f"snapshots/snap_{i}.sql", f"{{% snapshot history_{i} %}}{{{{ config(target_schema='snap') }}}}select * from {{{{ {rng.choice(usable)} }}}}{{% endsnapshot %}}")
    exposures = [{"name": f"board_{i}", "type": rng.choice(["dashboard", "notebook"]), "owner": {"name": "ana", "email": "a@b.c"},
                  "depends_on": rng.sample(usable, 2), "config": w.config("exposure")} for i in range(4)]
    plain = [entry["name"] for entry in w.models if entry["config"].get("materialized", "view") != "ephemeral"]
    base = [name for name in enabled if name in plain][:2]
    w.put("models/spine.sql", "select 1 as day")
    semantic = [{"name": f"sem_{n}", "model": f"ref('{n}')", "defaults": {"agg_time_dimension": "happened"}, "config": w.config("semantic"),
                 "entities": [{"name": f"key_{n}", "type": "primary", "expr": "id"}],
                 "dimensions": [{"name": "happened", "type": "time", "type_params": {"time_granularity": "day"}}],
                 "measures": [{"name": f"sum_{n}", "agg": "sum", "expr": "id", "create_metric": True}]} for n in base]
    metrics = [{"name": f"simple_{n}", "label": n, "type": "simple", "type_params": {"measure": f"sum_{n}"}, "config": w.config("metric")} for n in base]
    metrics.append({"name": "ratio", "label": "r", "type": "ratio", "type_params": {"numerator": f"simple_{base[0]}", "denominator": f"simple_{base[-1]}"}})
    saved = [{"name": "kept", "query_params": {"metrics": ["ratio"], "group_by": []}, "config": w.config("saved")}]
    exposures[0]["depends_on"].append("metric('ratio')")
    w.put("models/semantic.yml", {"models": [{"name": "spine", "time_spine": {"standard_granularity_column": "day"},
                                              "columns": [{"name": "day", "granularity": "day"}]}],
                                  "semantic_models": semantic, "metrics": metrics, "saved_queries": saved, "exposures": exposures})
