"""Random dbt projects: valid ones mostly, small, with many features in each.

    files, packages, variables = project_grammar.project(random.Random(7))    # the same for the same seed

Everything is chosen by the grammar below: names, folders, configs at every level, YAML in several files, packages that the
root configures. Rare choices (see `rarely`) are those that a project may be refused for.
"""

import json
import re

from project_text import Raw, document, jinja, without_dates
from project_values import COLUMNS, TAGS, TYPES, Values


class Package:
    def __init__(self, name, folder, root):
        self.name, self.folder, self.root = name, folder, root
        self.files = {}
        self.refable, self.sources, self.docs, self.groups, self.tests, self.macros = [], [], [], [], [], []
        self.vars, self.metrics, self.functions = {}, [], []
        self.yaml = {}  # path → document, filled by `describe`


class Grammar(Values):
    # -- nodes --

    def columns(self, package, kind, contract=False, owner=None):
        out, keyed = [], False
        for name in self.some(COLUMNS, 1, 4):
            column = {"name": name}
            if self.maybe(0.4):
                column["description"] = self.text(package)
            if contract or self.maybe(0.3):
                column["data_type"] = self.pick(TYPES)
            if self.maybe(0.2):
                column["quote"] = self.pick([True, False])
            if self.maybe(0.2):
                column["tags"] = self.some(TAGS, 1, 2)
            if self.maybe(0.2):
                column["meta"] = self.meta()
            if self.maybe(0.2):
                column["config"] = {k: v for k, v in {"meta": self.meta(), "tags": self.some(TAGS, 1, 2), "other": 1}.items() if self.maybe(0.5)}
            if self.maybe(0.1):
                column["granularity"] = self.pick(["day", "month", "hour"])
            if self.maybe(0.1):
                column["extra_key"] = self.anything()
            if kind in ("model", "versioned") and self.maybe(0.2):
                column["constraints"] = [c for c in self.constraints(True) if c["type"] != "primary_key" or not keyed or self.rarely()]
                keyed = keyed or any(c["type"] == "primary_key" for c in column["constraints"])
            if kind in ("model", "versioned", "seed", "snapshot", "source") and self.maybe(0.5):
                column[self.pick(["tests", "data_tests"])] = self.tests(package, column=name, versioned=kind == "versioned")
            out.append(column)
        return out

    def constraints(self, column):
        one = [{"type": "not_null"}, {"type": "unique", "name": "u"}, {"type": "check", "expression": "id > 0"}, {"type": "primary_key"},
               {"type": "custom", "expression": "tag x"}, {"type": "check", "expression": "x > 1", "name": "c", "warn_unenforced": False, "warn_unsupported": False}]
        if not column:
            one = [{"type": "unique", "columns": ["id"]}, {"type": "check", "expression": "id > 0"}, {"type": "primary_key", "columns": ["id", "name"]},
                   {"type": "foreign_key", "columns": ["id"], "expression": "other (id)"}]
        return self.some(one, 1, 2)

    def target(self, package):
        """ref() or source() text of something that the package may use."""
        options = [self.ref(node, package) for p in self.packages if p is package or package.root for node in p.refable if node["use"]]
        options += [f"source('{s}', '{t}')" for p in self.packages if p is package or package.root for s, t in p.sources]
        return self.pick(options) if options else None

    def ref(self, node, package):
        name, owner = node["name"], node["package"]
        args = f"'{name}'"
        if self.maybe(0.2):
            args = f"'{owner.name}', '{name}'"
        if node.get("versions"):
            if self.maybe(0.6):
                version = self.pick(node["versions"])
                quoted = [", v='{}'", ", version='{}'"] if isinstance(version, str) and not self.rarely() else [", v={}", ", version={}", ", v='{}'"]
                args += self.pick(quoted).format(version)
        return f"ref({args})"

    def tests(self, package, column=None, versioned=False):
        out = []
        for _ in range(self.r.randint(1, 3)):
            arguments = {}
            kind = self.pick(["unique", "not_null", "accepted_values", "relationships", "small", "small", "odd"])
            if kind == "accepted_values":
                arguments = {"values": self.pick([["a", "b"], [1, 2], ["it's", "x y"], [True, None], [Raw("2024-01-31"), Raw("2024-01-31 10:00:00")], ["{{ var('shared') }}", "z"], "{{ ['p', 'q'] }}", ["é", "long " * 20]])}
                if self.maybe(0.3):
                    arguments["quote"] = self.pick([True, False])
            elif kind == "relationships":
                to = self.target(package)
                if not to:
                    continue
                arguments = {"to": to, "field": self.pick(["id", "name", '"Amount"'])}
            elif kind in ("small", "odd"):
                arguments = {key: self.anything() for key in self.some(["one", "two", "three"], 1, 2)}
                # In lists of lists dbt's names hold what Python calls a date inside.
                arguments = {k: without_dates(v) if isinstance(v, (dict, list)) else v for k, v in arguments.items()}
                if kind == "odd" and self.packages[0] is not package:
                    other = self.pick(self.packages if package.root else [package])
                    kind = self.pick([f"{other.name}.odd_{other.name}", f"odd_{package.name}"])
                elif kind == "odd":
                    kind = self.pick([f"{package.name}.odd_{package.name}", f"odd_{package.name}"])
                elif self.maybe(0.2) and package.name == self.packages[-1].name:
                    kind = f"{package.name}.small"
                if self.maybe(0.2):
                    arguments["compare"] = self.target(package) or "x"
            if column is None and kind in ("unique", "not_null", "accepted_values", "relationships"):
                arguments["column_name"] = self.pick(["id", "a || b", "{{ 'x' }}"])
            if self.maybe(0.1):
                arguments["quote_it"] = "{{ 'a' ~ 1 }}"
                kind, arguments = "small", {"one": arguments["quote_it"]}
            if not arguments and self.maybe(0.7):
                out.append(kind)
                continue
            body = {"arguments": dict(arguments)} if arguments and self.maybe(0.5) else dict(arguments)
            if "arguments" in body and "column_name" in arguments and self.maybe(0.5):
                body["column_name"] = body["arguments"].pop("column_name")
            if self.maybe(0.2):
                self.serial += 1
                body["name"] = f"named_test_{self.serial}"
            if self.maybe(0.15):
                body["description"] = self.text(package, doc=False)
            config = without_dates(self.config("test", "yaml", package, most=3))
            if self.maybe(0.4):
                if self.maybe(0.3):
                    body.update({k: v for k, v in config.items() if k in ("severity", "where", "limit", "tags", "enabled", "warn_if", "store_failures", "meta", "alias", "schema")})
                else:
                    body["config"] = config
            if self.maybe(0.08) and not versioned:  # dbt takes `test_name` out of the list that all versions share
                out.append(dict({"test_name": kind}, **body))
            else:
                out.append({kind: body})
        # Two tests alike are an error.
        kept, seen = [], set()
        for test in out:
            kind, body = (test, {}) if isinstance(test, str) else next(iter(test.items())) if "test_name" not in test else (test["test_name"], test)
            body = {k: v for k, v in body.items() if k not in ("test_name", "config", "description")}
            sign = json.dumps([kind.split(".")[-1], body.get("name") or body.get("arguments", body)], sort_keys=True, default=str)
            if sign not in seen or self.rarely():
                kept.append(test)
            seen.add(sign)
        return kept

    def yaml_entry(self, kind, name, package, contract=False, versioned=False):
        entry = {"name": name}
        if self.maybe(0.5):
            entry["description"] = self.text(package)
        config = self.config(kind, "yaml", package)
        if self.maybe(0.6) and config:
            entry["config"] = config
        beside = lambda key: key not in entry.get("config", {}) or self.rarely()
        if self.maybe(0.15) and beside("meta"):
            entry["meta"] = self.meta()
        if self.maybe(0.15) and kind == "model" and beside("docs"):
            entry["docs"] = self.pick([{"show": False}, {"node_color": "red"}])
        if self.maybe(0.1) and kind in ("model", "snapshot") and beside("tags"):
            entry["tags"] = self.some(TAGS, 1, 2)
        if self.maybe(0.6) or contract:
            entry["columns"] = self.columns(package, "versioned" if versioned else kind, contract)
        if kind in ("model", "seed", "snapshot") and self.maybe(0.3):
            entry[self.pick(["tests", "data_tests"])] = self.tests(package, versioned=versioned)
        if kind == "model" and self.maybe(0.15):
            entry["constraints"] = self.constraints(False)
        if kind == "model" and self.maybe(0.1):
            entry["deprecation_date"] = self.pick([Raw("2034-01-01"), Raw("2034-01-01 10:00:00+02:00"), Raw("2034-06-01T00:00:00Z"), "2034-01-01"])
        if kind == "model" and self.maybe(0.1) and beside("access"):
            entry["access"] = self.pick(["public", "protected"])
        if kind == "model" and package.groups and self.maybe(0.1) and beside("group"):
            entry["group"] = self.pick(package.groups)
        if self.maybe(0.05):
            entry["unknown_key"] = self.anything()
        return entry

    def in_file(self, kind, package, name):
        """config() calls as text."""
        config = self.config(kind, "file", package)
        if self.maybe(0.15):
            config["alias"] = self.pick(["al_" + name.lower(), "{{ 'al_%s' }}" % name.lower(), "{{ 'al' ~ '_%s' }}" % name.lower()])
        if not config:
            return ""
        keywords = {k: v for k, v in config.items() if "-" not in k}
        text = ", ".join(f"{k}={jinja(v)}" for k, v in keywords.items())
        if not text:
            return ""
        form = self.r.randrange(10)
        if form == 0:
            return "{{ config(" + jinja(keywords) + ") }}\n"
        if form == 1:
            return "{% set c = " + jinja(keywords) + " %}{{ config(**c) }}\n"
        if form == 2 and len(keywords) > 1:
            items = list(keywords.items())
            return "".join("{{ config(" + f"{k}={jinja(v)}" + ") }}\n" for k, v in items)
        if form == 3:
            return "{{- config(\n    " + text.replace(", ", ",\n    ", 1) + ",\n) -}}\n"
        if form == 4:
            return "{% do config(" + text + ") %}\n"
        return "{{ config(" + text + ") }}\n"

    def body(self, package):
        parts = []
        for _ in range(self.r.randint(0, 3)):
            target = self.target(package)
            if not target:
                break
            parts.append(self.pick(["select * from {{ %s }}", "select * from {{ %s }} as t", "{%% set r = %s %%}select * from {{ r }}", "select '{{ %s.identifier }}'",
                                    "{%% if execute %%}select 1{%% else %%}select * from {{ %s }}{%% endif %%}", "-- depends_on: {{ %s }}\nselect 1",
                                    "{{ passed(%s) }}", "{%% for t in [1, 2] %%}select * from {{ %s }}{%% endfor %%}", "{# {{ %s }} #}select 1"]) % target)
        parts.append(self.pick(["select 1 as id", "select {{ var('shared') }} as id", "select '{{ this }}' as id", "select {{ shout('x') }} as id", "select 1 as id -- {{ target.name }}",
                                "select 1 as id, 'x' as name\n", "select {{ var('nothing', 1) }} as id", "{% if is_incremental() %}select 2 as id{% else %}select 1 as id{% endif %}",
                                "select {{ dbt.type_string() }} as id", "select {{ builtins.ref is defined }} as id", "select 1 as id;", "select '{{ model.name }}' as id",
                                "select {{ config.get('materialized') }} as id", "select '{{ invocation_id | length }}' as id", "select {{ this.schema | length }} as id"]))
        return "\nunion all\n".join(parts) + self.pick(["", "\n", "\n\n", "  "])

    def folder(self, base):
        return base + self.pick(["", "", "/staging", "/marts", "/marts/core", "/Deep er/x", "/" + self.packages[0].name])

    def register(self, package, kind, path_folder, base, name):
        inner = path_folder[len(base):].strip("/")
        package.fqns.setdefault(kind, []).append(([p for p in inner.split("/") if p]) + [name])

    def describe(self, package, folder, section, entry):
        files = package.yaml
        path = f"{folder}/{self.pick(['schema', '_models', 'more', 'x.y'])}.{self.pick(['yml', 'yml', 'yaml'])}"
        document = files.setdefault(path, {"version": 2} if self.maybe(0.6) else {})
        document.setdefault(section, []).append(entry)

    def model(self, package):
        base = self.pick(package.paths["model-paths"])
        folder = self.folder(base)
        name = self.name()
        node = {"name": name, "package": package, "use": True, "kind": "model"}
        roll, contract = self.r.random(), False
        if roll < 0.1:
            return self.versioned(package, folder, base, name, node)
        if roll < 0.14:
            config = self.pick(["materialized='table'", "tags=['py'], meta={'a': 1}", "packages=['numpy']"])
            body = f"def model(dbt, session):\n    dbt.config({config})\n"
            targets = [n for n in package.refable if n["use"] and not n.get("versions")]
            if targets:
                body += "    x = dbt.ref(%s)\n" % json.dumps(self.pick(targets)["name"])
            package.files[f"{folder}/{name}.py"] = body + "    return dbt.ref" + "\n"
        else:
            contract = self.maybe(0.08)
            config = self.in_file("model", package, name) if not contract else "{{ config(materialized='table', contract={'enforced': true}) }}\n"
            if self.maybe(0.07):
                config += "{{ config(enabled=false) }}"
                node["use"] = self.rarely()
            text = config + self.body(package)
            if self.maybe(0.08) and not contract:
                text = self.body(package) + "\n" + config
            package.files[f"{folder}/{name}.sql"] = text
            if contract:
                self.describe(package, folder, "models", dict(self.yaml_entry("model", name, package, contract=True), config={}))
        if package.root and self.maybe(0.05) and len(self.packages) > 1 and roll >= 0.14 and not contract:
            # A package's model of this name, which is switched off there or by the root.
            other = self.pick(self.packages[:-1])
            way = self.pick(["file", "tree"])
            other.files[f"{other.paths['model-paths'][0]}/{name}.sql"] = ("{{ config(enabled=false) }}" if way == "file" else "") + "select 1 as id"
            if way == "tree":
                self.switched_off.append((other.name, name))
        self.register(package, "model", folder, base, name)
        if self.maybe(0.6) and roll >= 0.14 and not contract or roll < 0.14 and self.maybe():
            self.describe(package, self.folder(base) if self.maybe(0.3) else folder, "models", self.yaml_entry("model", name, package))
        if package.groups and not contract and roll >= 0.14 and self.maybe(0.1):
            # Seen by its own group only: the one that follows.
            group = self.pick(package.groups)
            secret, reader = self.name("secret_"), self.name("reads_")
            package.files[f"{base}/{secret}.sql"] = "{{ config(access='private', group='%s') }}select 1 as id" % group
            package.files[f"{base}/{reader}.sql"] = "{{ config(group='%s') }}select * from {{ ref('%s') }}" % (group, secret)
            package.refable.append({"name": reader, "package": package, "use": True, "kind": "model"})
        package.refable.append(node)

    def versioned(self, package, folder, base, name, node):
        numbers = self.pick([[1, 2], [1, 2, 3], [2, 10], ["a", "b"], [1.5, 2], [3]])
        versions, latest = [], self.pick([None, *numbers])
        if latest is None and self.maybe(0.3):
            latest = max(numbers)
            said = None
        else:
            said = latest
        for number in numbers:
            version = {"v": number}
            file = f"{name}_v{number}"
            if self.maybe(0.2):
                file = f"{name}_file_{str(number).replace('.', '_')}"
                version["defined_in"] = file
            elif number == latest and self.maybe(0.3):
                file = name
            if "." in file:
                file = name + "_one_and_a_half"
                version["defined_in"] = file
            package.files[f"{folder}/{file}.sql"] = self.in_file("model", package, file) + self.body(package)
            if self.maybe(0.3):
                version["config"] = {k: v for k, v in self.config("model", "yaml", package, most=2).items() if "hook" not in k}
            if self.maybe(0.3):
                version["columns"] = self.pick([[{"include": "all"}], [{"include": "*", "exclude": ["id", "name"]}], [{"include": ["id"]}],
                                                [{"include": "all", "exclude": ["name"]}, {"name": "extra", "data_type": "integer"}], [{"name": "own", "description": "x"}], []])
            if self.maybe(0.2):
                version["description"] = self.text(package, doc=False)
            if self.maybe(0.2):
                version[self.pick(["tests", "data_tests"])] = self.tests(package) if self.maybe(0.7) else []
            if self.maybe(0.15):
                version["deprecation_date"] = Raw("2035-05-05")
            if self.maybe(0.1):
                version["access"] = "public"
            if self.maybe(0.1):
                version["constraints"] = self.constraints(False)
            if self.maybe(0.1):
                version["docs"] = {"show": False}
            versions.append(version)
        entry = self.yaml_entry("model", name, package, versioned=True)
        entry.pop("config", None) if self.maybe() else None
        if said is not None:
            entry["latest_version"] = said
        entry["versions"] = versions
        self.describe(package, folder, "models", entry)
        node["versions"] = numbers
        self.versioned_names.add(name)
        package.refable.append(node)
        self.register(package, "model", folder, base, name)

    def seed(self, package):
        base = self.pick(package.paths["seed-paths"])
        folder, name = self.folder(base), self.name("s_")
        package.files[f"{folder}/{name}.csv"] = self.pick(["id,name\n1,x\n", "id;name\n1;x\n", "id,name\n", "a,b,c\n1,,\"q,\"\n", "id,name\r\n1,x\r\n", "id,näme\n1,x"])
        self.register(package, "seed", folder, base, name)
        if self.maybe():
            self.describe(package, folder, "seeds", self.yaml_entry("seed", name, package))
        package.refable.append({"name": name, "package": package, "use": True, "kind": "seed"})

    def snapshot(self, package):
        base = self.pick(package.paths["snapshot-paths"])
        folder, name, target = self.folder(base), self.name("h_"), self.target(package)
        strategy = self.pick([{"strategy": "timestamp", "updated_at": "created_at", "unique_key": "id"}, {"strategy": "check", "check_cols": "all", "unique_key": ["id", "name"]},
                              {"strategy": "check", "check_cols": ["id", "name"], "unique_key": "id"}])
        if self.maybe() and target:
            entry = self.yaml_entry("snapshot", name, package)
            entry["relation"] = target
            entry["config"] = dict(entry.get("config", {}), **strategy)
            self.describe(package, self.pick([folder, self.pick(package.paths["model-paths"])]), "snapshots", entry)
        else:
            config = dict(strategy, **({"target_schema": "hist"} if self.maybe() else {}))
            config.update({k: v for k, v in self.config("snapshot", "file", package, most=2).items() if "-" not in k})
            text = ", ".join(f"{k}={jinja(v)}" for k, v in config.items())
            block = "{%% snapshot %s %%}\n{{ config(%s) }}\n%s\n{%% endsnapshot %%}" % (name, text, self.body(package))
            file = f"{folder}/{self.pick(['snaps', name])}.sql"
            package.files[file] = package.files.get(file, "") + block + "\n"
            if self.maybe(0.4):
                self.describe(package, folder, "snapshots", self.yaml_entry("snapshot", name, package))
        self.register(package, "snapshot", folder, base, name)
        package.refable.append({"name": name, "package": package, "use": True, "kind": "snapshot"})

    def source(self, package):
        base = self.pick(package.paths["model-paths"])
        name, folder = "Raw Data" if self.rarely() else self.pick(["raw", "erp", "Raw_Data", "web"]), self.folder(base)
        if any(s == name for s, _ in package.sources):
            return
        source = {"name": name}
        for key, make in {"description": lambda: self.text(package), "schema": lambda: self.pick(["raw_s", "{{ target.schema }}", "{{ var('shared') }}_raw", "s-{{ target.name }}"]),
                          "database": lambda: self.pick(["main", "{{ target.database }}", "db_{{ target.name }}"]), "loader": lambda: "fivetran", "quoting": self.quoting,
                          "freshness": self.freshness, "loaded_at_field": lambda: self.pick(["loaded", "x_{{ var('shared') }}", "cast(x as date)"]),
                          "meta": self.meta, "tags": lambda: self.some(TAGS, 1, 2), "config": lambda: self.config("source", "yaml", package)}.items():
            if self.maybe(0.25):
                source[key] = make()
        tables = []
        for table_name in self.some(["t1", "T2", "order-lines", "events", "t 3" if self.rarely() else "t3"], 1, 4):
            table = {"name": table_name}
            for key, make in {"description": lambda: self.text(package), "identifier": lambda: self.pick(["ident", "{{ target.name }}_t", "Weird Name", "ev_*"]), "quoting": self.quoting,
                              "freshness": self.freshness, "loaded_at_field": lambda: "t_loaded", "meta": self.meta, "tags": lambda: self.some(TAGS, 1, 2),
                              "external": lambda: self.pick([{"location": "s3://x"}, {"location": "{{ target.name }}", "partitions": [{"name": "d", "data_type": "date"}]}, {"file_format": "csv", "my": 1}]),
                              "config": lambda: self.config("source", "yaml", package), "columns": lambda: self.columns(package, "source"), "data_tests": lambda: self.tests(package),
                              "extra_key": self.anything}.items():
                if self.maybe(0.2):
                    table[key] = make()
            tables.append(table)
            enabled = all(c.get("config", {}).get("enabled", True) is not False for c in (source, table))
            if enabled:
                package.sources.append((name, table_name))
        source["tables"] = tables
        if package.root and self.maybe(0.15):
            self.override()
        self.describe(package, folder, "sources", source)
        for table in tables:
            package.fqns.setdefault("source", []).append([p for p in folder[len(base):].split("/") if p] + [name, table["name"]])

    def override(self):
        """What the root says of a package's source, in the old way."""
        theirs = [(p, s, t) for p in self.packages[:-1] for s, t in p.sources]
        if not theirs:
            return
        package, source, table = self.pick(theirs)
        if any(s == source for s, _ in self.packages[-1].sources):
            return
        entry = {"name": source, "overrides": package.name}
        for key, make in {"description": lambda: "of the root", "schema": lambda: "ours", "meta": self.meta, "loader": lambda: "x", "tags": lambda: self.some(TAGS, 1, 2),
                          "freshness": self.freshness, "quoting": self.quoting}.items():
            if self.maybe(0.4):
                entry[key] = make()
        if self.maybe(0.6):
            entry["tables"] = [dict({"name": table}, **{k: v for k, v in {"identifier": "ours", "description": "theirs", "meta": self.meta(), "tags": ["o"],
                                                                         "columns": [{"name": "id", "data_tests": ["not_null"]}]}.items() if self.maybe(0.4)})]
        key = (package.name, source)
        if key not in self.used:
            self.used.add(key)
            self.describe(self.packages[-1], self.packages[-1].paths["model-paths"][0], "sources", entry)

    def unit_test(self, package):
        models = [n for n in package.refable if n["kind"] == "model" and n["use"]]
        if not models:
            return
        model = self.pick(models)
        given = []
        if self.maybe(0.9):
            given.append(dict({"input": "this"}, **self.rows(package)))
        for _ in range(self.r.randint(0, 2)):
            target = self.target(package)
            words = set(re.findall(r"'([^']+)'", target or "")) - {p.name for p in self.packages}
            if target and model["name"] not in words and (not any(words & set(re.findall(r"'([^']+)'", g["input"])) for g in given)):
                given.append(dict({"input": target}, **self.rows(package)))
        entry = {"name": self.name("ut_"), "model": model["name"], "given": given, "expect": self.rows(package)}
        if self.maybe(0.3):
            entry["description"] = "A plain text."
        if self.maybe(0.3):
            entry["config"] = self.config("unit_test", "yaml", package)
        if self.maybe(0.9):
            entry["overrides"] = {"macros": {"is_incremental": self.maybe(), "shout": "x"}}
            entry["overrides"].update({k: v for k, v in {"vars": {"shared": "3"}, "env_vars": {"E": 1}}.items() if self.maybe(0.3)})
        if model.get("versions") and self.maybe(0.5):
            entry["versions"] = {self.pick(["include", "exclude"]): [self.pick(model["versions"])]}
        self.describe(package, self.folder(self.pick(package.paths["model-paths"])), "unit_tests", entry)

    def rows(self, package):
        kind = self.pick(["dict", "dict", "csv", "sql", "fixture"])
        if kind == "dict":
            return dict({"rows": self.pick([[{"id": 1, "name": "x"}], [{"id": None}, {"id": 2.5}], [], [{"id": Raw("2024-01-01"), "b": True}]])}, **({"format": "dict"} if self.maybe() else {}))
        if kind == "csv":
            return {"format": "csv", "rows": Raw("|\n        id,name\n        1,x\n        2,") if False else "id,name\n1,x\n2,\n"}
        if kind == "sql":
            return {"format": "sql", "rows": "select 1 as id"}
        self.serial += 1
        name = f"fix_{self.serial}"
        form = self.pick(["csv", "sql"])
        package.files[f"{package.paths['test-paths'][0]}/fixtures/{name}.{form}"] = "id\n1\n" if form == "csv" else "select 1 as id\n"
        return {"format": form, "fixture": name}

    def singular(self, package):
        base = self.pick(package.paths["test-paths"])
        folder, name = base + self.pick(["", "/sub"]), self.name("check_")
        package.files[f"{folder}/{name}.sql"] = self.in_file("test", package, name) + self.body(package)
        self.register(package, "test", folder, base, name)
        if self.maybe(0.4):
            entry = {"name": name, "description": self.text(package)}
            if self.maybe():
                entry["config"] = self.config("test", "yaml", package, most=3)
            if self.maybe(0.2):
                entry["meta"] = self.meta()
            self.describe(package, self.pick(package.paths["model-paths"]), "data_tests", entry)

    def analysis(self, package):
        base = package.paths["analysis-paths"][0]
        name = self.name("an_")
        package.files[f"{base}/{name}.sql"] = self.body(package) if self.maybe() else self.in_file("analysis", package, name) + self.body(package)
        if self.maybe():
            entry = {"name": name, "description": self.text(package)}
            if self.maybe(0.3):
                entry["columns"] = [{"name": "id", "description": self.text(package)}]
            if self.maybe(0.3):
                entry["config"] = self.config("analysis", "yaml", package, most=2)
            self.describe(package, base if self.maybe() else self.pick(package.paths["model-paths"]), "analyses", entry)

    def exposure(self, package):
        entry = {"name": self.pick([self.name("exp_"), self.name("exp-")]), "type": self.pick(["dashboard", "notebook", "ml", "application", "analysis"]),
                 "owner": self.pick([{"name": "Ann"}, {"email": "a@x.org"}, {"name": "B", "email": "b@x.org", "slack": "#b"}])}
        for key, make in {"description": lambda: self.text(package), "label": lambda: "Label it's", "maturity": lambda: self.pick(["low", "medium", "high"]), "url": lambda: "https://x.org/{{ target.name }}",
                          "meta": self.meta, "tags": lambda: self.some(TAGS, 1, 2), "config": lambda: self.config("exposure", "yaml", package),
                          "depends_on": lambda: [t for t in (self.target(package) for _ in range(2)) if t]}.items():
            if self.maybe(0.4):
                entry[key] = make()
        folder = self.folder(self.pick(package.paths["model-paths"]))
        self.describe(package, folder, "exposures", entry)
        package.fqns.setdefault("exposure", []).append([entry["name"]])

    def macros(self, package):
        base = package.paths["macro-paths"][0]
        helpers = "{% macro shout(x) %}'{{ x | upper }}'{% endmacro %}\n{% macro passed(relation) %}select * from {{ relation }}{% endmacro %}\n"
        tests = ("{% test small(model, column_name=none, one=none, two=none, three=none, compare=none) %}select 1 where 1 = 2{% endtest %}\n"
                 "{% test odd_PKG(model, column_name=none, one='d', two=2, three=none, compare=none) %}\n{{ config(severity='warn', tags=['from_macro']) }}\nselect 1 from {{ model }} where 1 = 2\n{% endtest %}\n")
        package.files[f"{base}/helpers_{package.name}.sql"] = helpers
        # A generic test is there for its own package, for the root, and, if the root has it, for all.
        place = f"{package.paths['test-paths'][0]}/generic" if self.maybe() else base
        package.files[f"{place}/generic_{package.name}.sql"] = tests.replace("PKG", package.name)
        text = ""
        for i in range(self.r.randint(0, 2)):
            name = f"mac_{package.name}_{i}"
            text += self.pick(["{% macro NAME(a, b='x', c=none) %}{{ a }}{% endmacro %}\n", "{%- macro NAME() -%}\n{{ return(adapter.dispatch('NAME', 'PKG')()) }}\n{%- endmacro -%}\n"
                               "{% macro default__NAME() %}1{% endmacro %}\n", "{% macro NAME(x) %}{{ shout(x) }}{{ dbt.current_timestamp() }}{% endmacro %}\n"]).replace("NAME", name).replace("PKG", package.name)
            if self.maybe():
                entry = {"name": name, "description": self.text(package), "arguments": self.pick([[{"name": "a", "type": "string", "description": self.text(package)}], []])}
                for key, make in {"meta": self.meta, "docs": lambda: {"show": False}, "config": lambda: {"meta": self.meta()}}.items():
                    if self.maybe(0.25):
                        entry[key] = make()
                self.describe(package, base if self.maybe() else package.paths["model-paths"][0], "macros", entry)
        if text:
            package.files[f"{base}/deep/own.sql"] = text
        names = {"generate_schema_name": "{{ target.schema if custom_schema_name is none else (target.schema ~ '__' ~ custom_schema_name | trim) }}",
                 "generate_alias_name": "{{ custom_alias_name | trim if custom_alias_name else ('z_' ~ node.name ~ ('_' ~ node.version if node.version else '')) }}"}
        for name, text in names.items():
            if self.maybe(0.1):
                argument = "custom_schema_name" if "schema" in name else "custom_alias_name=none"
                package.files[f"{base}/{name}.sql"] = "{% macro " + name + "(" + argument + ", node=none) -%}\n" + text + "\n{%- endmacro %}\n"

    def docs_blocks(self, package):
        for i in range(self.r.randint(0, 3)):
            name = f"{self.pick(['about', 'note', 'col'])}_{package.name}_{i}"
            folder = self.pick(package.paths["model-paths"] + package.paths.get("docs-paths", []))
            file = f"{folder}/{self.pick(['docs', 'other'])}.md"
            block = self.pick(["{% docs NAME %}\nText *of* NAME.\n{% enddocs %}\n", "# Title\n{%- docs NAME -%}\n one {{ x }}\n{%- enddocs -%}\n", "{% docs NAME %}{% raw %}{{ r }}{% endraw %}{% enddocs %}"])
            package.files[file] = package.files.get(file, "") + block.replace("NAME", name)
            if not package.paths.get("docs-paths") or any(folder.startswith(p) for p in package.paths["docs-paths"]):
                package.docs.append(name)

    def group(self, package):
        entry = {"name": self.name("g_"), "owner": self.pick([{"name": "Ann"}, {"email": "x@y.z", "name": "N", "extra": 1}])}
        if self.maybe(0.3):
            entry["description"] = "A plain text."
        if self.maybe(0.3):
            entry["config"] = {"meta": self.meta()}
        self.describe(package, package.paths["model-paths"][0], "groups", entry)
        package.groups.append(entry["name"])

    def function(self, package):
        name = self.name("fn_")
        package.files[f"functions/{name}.sql"] = "x * 2\n"
        entry = {"name": name, "returns": {"data_type": "integer"}, "arguments": [{"name": "x", "data_type": "integer"}], "description": "plain"}
        if self.maybe():
            entry["config"] = self.config("function", "yaml", package, most=2)
        self.describe(package, "functions", "functions", entry)
        package.fqns.setdefault("function", []).append([name])

    def semantic(self, package):
        models = [n for n in package.refable if n["kind"] == "model" and n["use"] and not n.get("versions")]
        if not models:
            return
        base = package.paths["model-paths"][0]
        spine = self.name("spine_")
        package.files[f"{base}/{spine}.sql"] = "select 1 as d"
        self.describe(package, base, "models", {"name": spine, "config": {"materialized": "table"}, "time_spine": {"standard_granularity_column": "d"}, "columns": [{"name": "d", "granularity": "day"}]})
        name, measure = self.name("sem_"), self.name("ms_")
        semantic = {"name": name, "model": f"ref('{self.pick(models)['name']}')", "defaults": {"agg_time_dimension": "d" if self.rarely() else "day_of"},
                    "entities": [{"name": "ent_" + name.lower(), "type": "primary", "expr": "id"}],
                    "dimensions": [{"name": "day_of", "type": "time", "expr": "d", "type_params": {"time_granularity": "day"}}, {"name": "st", "type": "categorical", "expr": "status"}],
                    "measures": [{"name": measure, "agg": self.pick(["sum", "count", "max"]), "expr": "id"}]}
        semantic["name"] = semantic["name"].lower()
        measure = semantic["measures"][0]["name"] = measure.lower()
        if self.maybe(0.3):
            semantic["config"] = self.config("semantic_model", "yaml", package)
        if self.maybe(0.3):
            semantic["description"] = self.text(package)
        self.describe(package, base, "semantic_models", semantic)
        package.fqns.setdefault("semantic_model", []).append([semantic["name"]])
        metric = {"name": self.name("met_").lower(), "label": "M", "type": "simple", "type_params": {"measure": self.pick([measure, {"name": measure, "fill_nulls_with": 0}])}}
        if self.maybe(0.3):
            metric["config"] = self.config("metric", "yaml", package)
        if self.maybe(0.3):
            metric["filter"] = self.pick(["{{ Dimension('%s__st') }} = 'x'" % semantic["entities"][0]["name"], ["{{ Dimension('%s__st') }} = 'x'" % semantic["entities"][0]["name"]]])
        if self.maybe(0.3):
            metric["description"] = self.text(package)
        if self.maybe(0.2):
            metric["tags"] = self.some(TAGS, 1, 2)
        self.describe(package, base, "metrics", metric)
        package.fqns.setdefault("metric", []).append([metric["name"]])
        if self.maybe(0.5):
            more = {"name": self.name("met_").lower(), "label": "N", "type": "x"}
            kind = more["type"] = self.pick(["ratio", "derived", "cumulative"])
            more["type_params"] = {"ratio": {"numerator": metric["name"], "denominator": {"name": metric["name"], "filter": "{{ Dimension('%s__st') }} = 'y'" % semantic["entities"][0]["name"]}},
                                   "derived": {"expr": "a + 1", "metrics": [{"name": metric["name"], "alias": "a", "offset_window": "1 month"}]},
                                   "cumulative": {"measure": measure, "cumulative_type_params": self.pick([{"window": "7 days"}, {"grain_to_date": "month", "period_agg": "last"}])}}[kind]
            self.describe(package, base, "metrics", more)
            package.fqns["metric"].append([more["name"]])
        if self.maybe(0.5):
            saved = {"name": self.name("sq_").lower(), "query_params": {"metrics": [metric["name"]], "group_by": ["TimeDimension('metric_time', 'day')"]}}
            if self.maybe(0.4):
                saved["exports"] = [{"name": saved["name"] + "_e", "config": {"export_as": "table", "schema": "x"}}]
            if self.maybe(0.3):
                saved["config"] = self.config("saved_query", "yaml", package)
            if self.maybe(0.2):
                saved["tags"] = self.pick(["one", ["a", "b"]])
            self.describe(package, base, "saved_queries", saved)
            package.fqns.setdefault("saved_query", []).append([saved["name"]])

    # -- packages --

    def package(self, name, folder, root):
        package = Package(name, folder, root)
        package.fqns = {}
        package.paths = {"model-paths": self.pick([["models"], ["models"], ["models", "more/models"], ["src"]]), "seed-paths": self.pick([["seeds"], ["data"]]),
                         "snapshot-paths": ["snapshots"], "test-paths": self.pick([["tests"], ["tests", "checks"]]), "macro-paths": self.pick([["macros"], ["macros", "lib"]]),
                         "analysis-paths": self.pick([["analyses"], ["analysis"]])}
        if self.maybe(0.3):
            package.paths["docs-paths"] = [*package.paths["model-paths"], "docs"] if self.maybe(0.5) else ["docs"]
        self.packages.append(package)
        self.docs_blocks(package)
        self.macros(package)
        for _ in range(self.r.randint(0, 2)):
            self.group(package)
        makers = [(self.source, 2), (self.seed, 2), (self.model, 9 if root else 4), (self.snapshot, 2), (self.singular, 2), (self.analysis, 1), (self.unit_test, 2), (self.exposure, 2)]
        for make, most in makers:
            for _ in range(self.r.randint(0 if make != self.model else 2, most)):
                make(package)
        if root and self.maybe(0.3):
            self.semantic(package)
        if self.maybe(0.15):
            self.function(package)
        return package

    def project_file(self, package):
        out = {"name": package.name}
        if self.maybe(0.6):
            out["version"] = self.pick(["1.0", "1.0.0", 1.0, "0.1.0-a1"])
        if self.maybe(0.4):
            out["config-version"] = 2
        out["profile"] = "random"
        for key, value in package.paths.items():
            default = {"model-paths": ["models"], "seed-paths": ["seeds"], "snapshot-paths": ["snapshots"], "test-paths": ["tests"], "macro-paths": ["macros"], "analysis-paths": ["analyses"]}
            if default.get(key) != value or self.maybe(0.3):
                out[key] = value
        if self.maybe(0.2):
            out["require-dbt-version"] = self.pick([">=1.0.0", [">=1.0.0", "<3.0.0"], ">=1.5.0,<2.9.9", [">1.2.3"]])
        if self.maybe(0.2):
            out["quoting"] = self.quoting()
        if self.maybe(0.2):
            out["query-comment"] = self.pick(["text", "{{ shout('x') }}", {"comment": "c", "append": True}, None, {"comment": "c", "job-label": True}])
        for key in ("on-run-start", "on-run-end"):
            if self.maybe(0.2):
                out[key] = self.pick(["select 1", ["select 1", "{{ shout('x') }}"], "{{ log(var('shared')) }}", ["select '{{ target.schema }}'"], []])
        if self.maybe(0.1):
            out["restrict-access"] = False
        if self.maybe(0.2):
            out["clean-targets"] = ["target"]
        if self.maybe(0.2):
            out["dispatch"] = [{"macro_namespace": self.pick([p.name for p in self.packages]), "search_order": [p.name for p in self.packages]}]
        if package.root and self.maybe(0.3):
            out["flags"] = {k: v for k, v in {"send_anonymous_usage_stats": False, "require_generic_test_arguments_property": True, "validate_macro_args": self.maybe(),
                                              "source_freshness_run_project_hooks": True, "state_modified_compare_more_unrendered_values": self.maybe()}.items() if self.maybe(0.4)}
        out["vars"] = self.vars(package)
        for section, kind in {"models": "model", "seeds": "seed", "snapshots": "snapshot", "sources": "source", self.pick(["tests", "data_tests"]): "test", "unit_tests": "unit_test",
                              "exposures": "exposure", "metrics": "metric", "semantic-models": "semantic_model", "saved-queries": "saved_query", "functions": "function"}.items():
            if self.maybe(0.7) or (kind == "model" and self.switched_off):
                tree = self.tree(kind, package)
                for owner, name in self.switched_off if package.root and kind == "model" else ():
                    tree.setdefault(owner, {})[name] = {"+enabled": False}
                if tree:
                    out[section] = tree
        return out

    def vars(self, package):
        shared = 3 if self.rarely() else self.pick(["glob", "1", "two words"])
        out = {"shared": shared} if package.root or self.maybe() else {package.name: {"shared": "own"}}
        if package.root:
            for other in self.packages:
                if self.maybe(0.3):
                    out[other.name] = {"shared": 7 if self.rarely() else "scoped_" + other.name, "list_var": [1, "a"]}
        if self.maybe(0.3):
            out["deep"] = {"a": {"b": [1, 2]}}
        return out

    def project(self):
        names = self.r.sample(["kit", "Base_pkg", "alpha", "zoo"], self.pick([0, 0, 1, 1, 2]))
        for name in names:
            self.package(name, f"packages/{self.pick([name, name + '-folder'])}", False)
        root = self.package(self.pick(["shop", "main_project", "beta"]), "", True)
        files = {}
        for package in self.packages:
            prefix = package.folder + "/" if package.folder else ""
            for path, text in package.files.items():
                files[prefix + path] = text
            for path, content in package.yaml.items():
                files[prefix + path] = document(content)
            files[prefix + "dbt_project.yml"] = document(self.project_file(package))
        if len(self.packages) > 1:
            listed = [{"local": p.folder} for p in self.packages if not p.root]
            files["packages.yml" if self.maybe(0.7) else "dependencies.yml"] = document({"packages": listed})
        self.root = root
        return files


def project(random):
    """(path → text, name → folder of its packages, variables for the command line)"""
    grammar = Grammar(random)
    files = grammar.project()
    given = grammar.pick([{}, {}, {}, {"shared": "told"}, {"nothing": "something", "on_by_default": True}])
    return files, {p.name: p.folder for p in grammar.packages if not p.root}, given
