"""What random projects (project_grammar.py) are made of: names, values, and the configs of each kind at each level."""

import re

from project_text import Raw, with_default

WORDS = ["orders", "clicks", "Users", "rates", "stock", "events", "a", "x1", "facts", "day_log", "order_items", "zeta", "mix", "v2", "store"]
TAGS = ["nightly", "web", "pii", "core", "a b", "é", "core"]
COLUMNS = ["id", "name", "created_at", "Amount", "is_new", "order id", "status"]
TYPES = ["integer", "varchar", "timestamp", "decimal(10, 2)", "boolean", "varchar(20)"]


class Values:
    def __init__(self, random):
        self.r = random
        self.used = set()
        self.packages = []
        self.switched_off = []
        self.versioned_names = set()
        self.serial = 0

    # -- choosing --

    def maybe(self, chance=0.5):
        return self.r.random() < chance

    def rarely(self):
        return self.r.random() < 0.015

    def pick(self, items):
        return self.r.choice(list(items))

    def some(self, items, least=0, most=3):
        items = list(items)
        return self.r.sample(items, min(len(items), self.r.randint(least, most)))

    def name(self, prefix=""):
        while True:
            name = prefix + self.pick(WORDS)
            if self.maybe(0.4):
                name += "_" + self.pick(WORDS)
            if self.rarely():
                name += "_" + "long_name_" * 6
            if name.lower() not in self.used and not re.search(r"_v\d$", name):
                self.used.add(name.lower())
                return name

    # -- values --

    def anything(self, depth=0):
        kind = self.r.randrange(14 if depth < 2 else 10)
        simple = [1, -3, 2.5, True, None, "text", "", "it's", 'say "x"', "{{ target.name }}"]
        raw = [Raw("0x1F"), Raw("1_000"), Raw("2024-01-31"), Raw("2024-01-31 10:00:00"), Raw("on"), Raw("no"), Raw("~"), Raw("1e3"), Raw("012"),
               Raw("1:30"), Raw(".5"), Raw("!!str 5"), Raw("'q'"), Raw("1.0"), Raw("100000000000000000000.0"), Raw("0.1")]
        if kind < 6:
            return self.pick(simple)
        if kind < 8:
            return self.pick(raw)
        if kind < 10:
            return self.pick(["{{ var('shared') }}", "{{ 1 + 1 }}", "{{ var('nothing', 'x') }}", "x {{ target.schema }} y", "{{ none }}", "{{ [1, 2] }}",
                              "{{ true }}", "a\nb", "ünï", "  pad ", "{{ '1' }}", "{{ target.threads }}", "#fff", "a: b", "- x", "{{ env_var('CDBT_TEST_ENV', 'd') }}"])
        if kind < 12:
            return [self.anything(depth + 1) for _ in range(self.r.randint(0, 3))]
        return {self.pick(["k", "K 2", "a-b", "list", "deep"]): self.anything(depth + 1) for _ in range(self.r.randint(0, 3))}

    def meta(self):
        return {self.pick(["owner", "tier", "k", "nested", "list"]): self.anything() for _ in range(self.r.randint(1, 3))}

    def tags(self):
        return self.pick([self.pick(TAGS), self.some(TAGS, 1, 3), [self.pick(TAGS)], "{{ target.name }}", []])

    def tag_list(self):
        return self.pick([self.some(TAGS, 1, 3), [self.pick(TAGS), "{{ target.name }}"], []])

    def text(self, package, doc=True):
        if not doc and not self.rarely():
            return self.pick(["A plain text.", "", "two\nlines", "with {{ target.name }}"])
        docs = [d for p in self.packages for d in p.docs if p is package or package.root]
        # dbt renders the descriptions of packages with the root's variables.
        choices = ["A plain text.", "", "two\nlines", "with {{ target.name }}", "{{ var('shared') }}" if package.root else "{{ 1 + 1 }}", " spaces ", "it's 50% \"done\"", "{% raw %}{{ x }}{% endraw %}"]
        if package.docs and self.maybe(0.4):
            return self.pick(["{{ doc('%s') }}", "see {{ doc('%s') }} there", '{{ doc("%s") }}']) % self.pick(package.docs)
        if docs and self.maybe(0.1):
            owner, name = self.pick([(p.name, d) for p in self.packages for d in p.docs])
            return "{{ doc('%s', '%s') }}" % (owner, name)
        return self.pick(choices)

    def hooks(self):
        one = ["select 1", "select '{{ this }}'", "{{ log('x') }}", "select {{ var('shared') | string | length }}", "{{ shout('h') }}"]
        item = lambda: self.pick([self.pick(one), {"sql": self.pick(one), "transaction": self.pick([True, False])}, {"sql": self.pick(one)}])
        return self.pick([item(), [item(), item()], [item()], []])

    def freshness(self):
        period = lambda: {"count": self.pick([1, 12, 0]), "period": self.pick(["minute", "hour", "day"])}
        out = {}
        for key in ("warn_after", "error_after"):
            if self.maybe(0.6):
                out[key] = self.pick([period(), period(), None, {}, {"count": 3}])
        if self.maybe(0.3):
            out["filter"] = self.pick(["id > 1", "d > '{{ var(\"shared\") }}'", "x = '{{ target.name }}'"])
        return self.pick([out, out, None])

    def quoting(self):
        return {key: self.pick([True, False]) for key in self.some(["database", "schema", "identifier"], 1, 3)}

    # -- configs --

    def config(self, kind, where, package, most=4):
        """A few configs of a kind. where: tree, yaml, file. dbt_project.yml does not know everything."""
        groups = [g for p in self.packages for g in p.groups]
        common = {"tags": self.tags, "meta": self.meta, "enabled": lambda: self.pick([True, True, "{{ true | as_bool }}", "{{ (target.name == 'dev') | as_bool }}", "{{ var('on_by_default', true) | as_bool }}"])}
        relation = dict(common, schema=lambda: self.pick(["gold", "{{ target.name }}_x", "s_{{ var('shared') }}", "staging", None]),
                        database=lambda: self.pick(["{{ target.database }}", None, "main"]),
                        static_analysis=lambda: self.pick(["on", "off", Raw("off"), "unsafe", None]))
        if groups:
            relation["group"] = lambda: self.pick(groups)
        node = dict(relation, docs=lambda: self.pick([{"show": False}, {"node_color": "#ff0000"}, {"show": True, "node_color": "gold"}, {}]),
                    persist_docs=lambda: {k: self.maybe() for k in self.some(["relation", "columns"], 0, 2)},
                    grants=lambda: {self.pick(["select", "+select", "insert", "+insert"]): self.pick([["ann"], "bob", ["ann", "cat"], "{{ [target.name] }}", []])
                                    for _ in range(self.r.randint(1, 2))},
                    quoting=self.quoting, full_refresh=lambda: self.pick([True, False, None]), event_time=lambda: self.pick(["created_at", None]),
                    column_types=lambda: {self.pick(COLUMNS): self.pick(TYPES) for _ in range(self.r.randint(1, 2))},
                    unique_key=lambda: self.pick(["id", ["id", "name"], None]), custom_key=self.anything, on_configuration_change=lambda: self.pick(["apply", "continue", "fail"]),
                    packages=lambda: self.pick([["numpy"], ["a", "b==1"]]), lookback=lambda: self.pick([1, 3]), batch_size=lambda: self.pick(["day", "hour"]),
                    begin=lambda: self.pick(["2024-01-01", Raw("2024-01-01"), "2024-01-01T10:00:00"]), concurrent_batches=lambda: self.pick([True, False, None]))
        node["pre-hook" if where == "tree" and self.maybe(0.6) else "pre_hook"] = self.hooks
        node["post-hook" if where == "tree" and self.maybe(0.6) else "post_hook"] = self.hooks
        if kind == "model":
            keys = dict(node, materialized=lambda: self.pick(["table", "view", "incremental", "ephemeral", "{{ 'table' if target.name == 'dev' else 'view' }}"]),
                        access=lambda: self.pick(["protected", "public", "protected"]), on_schema_change=lambda: self.pick(["append_new_columns", "fail"]),
                        incremental_strategy=lambda: self.pick(["append", "delete+insert", None]), contract=lambda: self.pick([{"enforced": False}, {"alias_types": False}]),
                        freshness=lambda: self.pick([{"build_after": {"count": 1, "period": "day"}}, {"build_after": {"count": 2, "period": "hour", "updates_on": "all"}},
                                                     None]),
                        sql_header=lambda: self.pick(["set x = 1;", "-- {{ target.name }}"]), indexes=lambda: [{"columns": ["id"], "unique": True}])
        elif kind == "seed":
            keys = dict(node, delimiter=lambda: self.pick([",", ";", "|"]), quote_columns=lambda: self.pick([True, False, None]))
        elif kind == "snapshot":
            keys = dict(node, target_schema=lambda: self.pick(["hist", "{{ target.schema }}_h"]), dbt_valid_to_current=lambda: self.pick(["'9999-12-31'", "to_date('{{ target.name }}')"]),
                        hard_deletes=lambda: self.pick(["ignore", "invalidate", "new_record"]),
                        snapshot_meta_column_names=lambda: {k: "c_" + k for k in self.some(["dbt_valid_to", "dbt_valid_from", "dbt_scd_id", "dbt_is_deleted"], 1, 3)})
        elif kind == "test":
            keys = dict(relation, severity=lambda: self.pick(["warn", "error", "WARN", "Error"]), where=lambda: self.pick(["id > 1", "name = 'x'", "{{ var('shared') }} is not null"]),
                        limit=lambda: self.pick([5, 100]), warn_if=lambda: self.pick([">10", "!= 0"]), error_if=lambda: self.pick([">100", "= 3"]), fail_calc=lambda: "sum(x)",
                        store_failures=lambda: self.pick([True, False]), store_failures_as=lambda: self.pick(["table", "view", "ephemeral"]), custom_key=self.anything)
            keys.pop("group", None)
        elif kind == "source":
            keys = dict(common, tags=self.tag_list, event_time=lambda: "loaded", freshness=self.freshness, loaded_at_field=lambda: self.pick(["loaded", "x::timestamp"]),
                        static_analysis=relation["static_analysis"], custom_key=self.anything)
            if where == "yaml":
                keys.pop("freshness")
                keys.pop("loaded_at_field")
        elif kind == "exposure":
            keys = dict(common, tags=self.tag_list, custom_key=self.anything)
        elif kind == "unit_test":
            keys = dict(common, static_analysis=relation["static_analysis"])
        elif kind in ("metric", "semantic_model"):
            keys = {"meta": self.meta, "enabled": common["enabled"]}
            if groups:
                keys["group"] = lambda: self.pick(groups)
        elif kind == "saved_query":
            keys = {"meta": self.meta, "cache": lambda: {"enabled": self.maybe()}, "schema": lambda: "exported", "export_as": lambda: self.pick(["view", "table"])}
        elif kind == "function":
            keys = dict(common, schema=relation["schema"], volatility=lambda: self.pick(["deterministic", "stable", "non-deterministic"]))
        else:
            keys = dict(node)
        return {key: keys[key]() for key in self.some(keys, 0, most)}

    def tree_level(self, kind, package):
        out = {}
        for key, value in self.config(kind, "tree", package, most=2).items():
            value = with_default(value)
            plain = not isinstance(value, dict) and self.maybe(0.3) and key != "custom_key"
            out[key if plain else "+" + key] = value
        return out

    def tree(self, kind, owner):
        """What dbt_project.yml of `owner` says of a kind: by package, folder, node."""
        out = self.tree_level(kind, owner) if self.maybe(0.3) else {}
        for package in self.packages if owner.root else [owner]:
            level = self.tree_level(kind, owner) if self.maybe(0.6) else {}
            for path in package.fqns.get(kind, []):
                if not self.maybe(0.35):
                    continue
                inner = level
                depth = self.r.randint(1, len(path))
                for part in path[:depth]:
                    inner = inner.setdefault(part, {})
                    if not isinstance(inner, dict):
                        break
                else:
                    for key, value in self.tree_level(kind, owner).items():
                        inner.setdefault(key, value)
                    if kind in ("model", "seed") and depth == len(path) and path[-1] not in self.versioned_names and self.maybe(0.1):
                        inner.setdefault("+alias", "alias_" + path[-1].lower())
            if level:
                out[package.name] = level
        if "+alias" in out:
            del out["+alias"]
        return out
