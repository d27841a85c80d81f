"""Selections at random: command lines of `ls` and selectors.yml, of the words that one project's manifest offers.

    grammar = Grammar(random.Random(7), manifest)      # dbt's manifest.json, loaded
    grammar.command()                                  # ["-s", "2+tag:w*,+orders", "--exclude", ...]
    grammar.selectors()                                # {"selectors": [...]}, for selectors.yml; JSON is YAML
"""

import os

METHODS = ["fqn", "tag", "path", "file", "source", "exposure", "metric", "semantic_model", "saved_query", "unit_test", "package",
           "config", "test_name", "test_type", "resource_type", "group", "access", "version"]
FIXED = {
    "test_type": ["generic", "singular", "data", "schema", "unit"],
    "resource_type": ["model", "seed", "test", "snapshot", "source", "exposure", "analysis", "unit_test", "metric", "semantic_model",
                      "saved_query", "function", "operation"],
    "access": ["public", "private", "protected"],
    "version": ["latest", "old", "prerelease", "none"],
}
MODES = ["eager", "cautious", "buildable", "empty"]
TYPES = ["model", "seed", "test", "snapshot", "source", "exposure", "analysis", "unit_test", "metric", "semantic_model", "saved_query",
         "function"]
KEYS = ["unique_id", "name", "fqn", "tags", "config", "config.materialized", "config.meta", "config.tags", "config.severity", "depends_on",
        "depends_on.nodes", "schema", "database", "path", "alias", "package_name", "resource_type", "original_file_path", "source_name",
        "description", "columns", "group", "access", "version", "latest_version", "patch_path", "language", "refs", "sources",
        "test_metadata", "test_metadata.name", "column_name", "attached_node", "checksum", "checksum.name", "docs", "docs.show", "meta",
        "meta.owner", "owner", "owner.name", "maturity", "url", "type", "label", "loader", "identifier", "freshness", "quoting",
        "quoting.database", "given", "expect", "overrides", "model", "constraints", "contract", "contract.enforced", "deprecation_date",
        "unrendered_config", "entities", "measures", "dimensions", "query_params", "exports", "type_params", "filter", "node_relation",
        "primary_entity", "defaults", "time_granularity", "raw_code", "macros", "arguments", "returns", "nothing", "config.nothing",
        "primary_key", "time_spine", "tags.0", "loaded_at_field", "loaded_at_query", "external", "source_meta", "source_description"]


def config_paths(value, path=""):
    """(dotted path, value) of everything below a config."""
    for key, below in value.items():
        # dbt compares these with no text: docs/differences.md.
        if not isinstance(key, str) or not key.replace("_", "").isalnum() or key in ("updates_on", "begin"):
            continue
        yield f"{path}{key}", below
        if isinstance(below, dict):
            yield from config_paths(below, f"{path}{key}.")


class Grammar:
    def __init__(self, rng, manifest):
        self.rng = rng
        kinds = ("nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests", "functions")
        everything = [node for kind in kinds for node in (manifest.get(kind) or {}).values()]
        self.words = {method: set() for method in METHODS}
        self.configs = []
        self.names = []
        for node in everything:
            self.add(node)
        self.words["package"] |= {"this"}
        self.words = {method: sorted(words) for method, words in self.words.items()}
        self.configs = [(path, value) for path, value in dict.fromkeys((path, repr(value)) for path, value in self.configs)]
        self.selector_names = []
        self.careful = False  # nothing that would make all of selectors.yml invalid

    def add(self, node):
        words, kind = self.words, node["resource_type"]
        fqn = node["fqn"]
        words["fqn"] |= {node["name"], ".".join(fqn), ".".join(fqn[1:]), ".".join(fqn[:-1]), fqn[-1]}
        if node.get("version") is not None:
            words["fqn"] |= {f"{node['name']}.v{node['version']}", f"{node['name']}_v{node['version']}"}
        words["tag"] |= set(node.get("tags") or ())
        file = node["original_file_path"]
        words["path"] |= {file, os.path.dirname(file)}
        while os.path.dirname(file):
            file = os.path.dirname(file)
            words["path"].add(file)
        if node.get("patch_path"):
            words["path"].add(node["patch_path"].split("://")[1])
            words["file"].add(os.path.basename(node["patch_path"]))
        base = os.path.basename(node["original_file_path"])
        words["file"] |= {base, os.path.splitext(base)[0]}
        words["package"].add(node["package_name"])
        if kind == "source":
            words["source"] |= {node["source_name"], f"{node['source_name']}.{node['name']}",
                                f"{node['package_name']}.{node['source_name']}.{node['name']}"}
        if kind in words and kind not in ("source",):
            words[kind] |= {node["name"], f"{node['package_name']}.{node['name']}"}
        if kind == "unit_test":
            words["test_name"].add(node["name"])
        if node.get("test_metadata"):
            words["test_name"].add(node["test_metadata"]["name"])
        if (node.get("config") or {}).get("group"):
            words["group"].add(node["config"]["group"])
        self.configs += list(config_paths(node.get("config") or {}))
        self.names.append(node["name"])

    # ---- values ----

    def chance(self, share):
        return self.rng.random() < share

    def pick(self, words):
        return self.rng.choice(words) if words else "none"

    def wild(self, text):
        """The text with a wildcard somewhere in it, or spoilt."""
        if not text:
            return "*"
        a = self.rng.randrange(len(text) + 1)
        b = min(len(text), a + self.rng.randrange(5))
        form = self.rng.randrange(10)
        if form < 3:
            return text[:a] + "*" + text[b:]
        if form == 3:
            return text[:a] + "?" + text[a + 1:]
        if form == 4 and a < len(text):
            return text[:a] + f"[{self.rng.choice('abcdo')}{text[a]}]" + text[a + 1:]
        if form == 5 and a < len(text):
            return text[:a] + self.rng.choice(["[!x]", "[a-z]", "[!a-m]", "[]", "[", "]", "[^a]", "[]a]", "[z-a]"]) + text[a + 1:]
        if form == 6:
            return "*" + text[a:]
        if form == 7:
            return text[:a] + "*" + text[a + 1:b] + "*" + text[b:]
        if form == 8 and "." in text:
            parts = text.split(".")
            parts[self.rng.randrange(len(parts))] = "*"
            return ".".join(parts)
        return self.rng.choice([text.upper(), text[:a] + text[a + 1:], text + ".", "." + text, text[:a] + "." + text[a:]])

    def path(self, text):
        form = self.rng.randrange(14)
        parts = text.split("/")
        if form == 0:
            return "./" + text
        if form == 1:
            return text + "/"
        if form == 2:
            return text + "/*"
        if form == 3:
            return text + "/**"
        if form == 4:
            return text + "/**/*" + self.rng.choice(["", ".sql", ".yml", "s*"])
        if form == 5:
            return "**/" + parts[-1]
        if form == 6:
            parts[self.rng.randrange(len(parts))] = self.rng.choice(["*", "**", ".", "..", ""])
            return "/".join(parts) or "."
        return text

    def config(self):
        path, shown = self.pick(self.configs)
        value = eval(shown)  # what repr() gave of JSON values
        if isinstance(value, list):
            value = self.pick(value) if value else ""
        if isinstance(value, dict):
            value = self.pick(list(value)) if value else ""
        return path, value

    def value(self, method):
        """(method as it is written, value that may be no text)."""
        if method == "config":
            path, value = self.config()
            if self.chance(0.05):
                path = self.wild(path).replace("*", "x")
            return f"config.{path}", value
        if method in FIXED:
            words = FIXED[method]
            return method, (self.wild(self.pick(words)) if self.chance(0.02) else self.pick(words))
        text = self.pick(self.words[method])
        if method == "path":
            text = self.path(text)
        if self.chance(0.3):
            text = self.wild(text)
        if self.chance(0.03):
            text = "*"
        return method, text

    # ---- texts ----

    def criterion(self):
        method, value = self.value(self.pick(METHODS + ["fqn"] * 6 + ["config"] * 4 + ["tag", "path", "source"]))
        text = value if isinstance(value, str) else str(value).lower() if self.chance(0.7) else str(value)
        word = text if method == "fqn" and self.chance(0.8) or method in ("path", "file") and self.chance(0.3) else f"{method}:{text}"
        if self.chance(0.01) and not self.careful:
            word = f"{self.wild(method)}:{text}"
        form, depth = self.rng.randrange(16), self.rng.choice(["", "", "", "0", "1", "1", "2", "3", "07"])
        if form in (0, 1):
            word = f"{depth}+{word}"
        elif form in (2, 3):
            word = f"{word}+{depth}"
        elif form == 4:
            word = f"{depth}+{word}+{self.rng.choice(['', '1', '2'])}"
        elif form == 5:
            word = f"@{word}"
        elif form == 6 and self.chance(0.2) and not self.careful:
            word = self.rng.choice([f"@{depth}+{word}", f"@{word}+", f"+@{word}", f"{word}++", f"{word}+x", f"++{word}", f"+{word}+1+2"])
        return word.replace(" ", "").replace(",", "")

    def word(self):
        return ",".join(self.criterion() for _ in range(self.rng.choice([1, 1, 1, 1, 2, 2, 3])))

    def arguments(self, option):
        words = [self.word() for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3, 4]))]
        form = self.rng.randrange(4)
        if form == 0:
            return [option, " ".join(words)]
        if form == 1:
            return [part for word in words for part in (option, word)]
        return [option, *words]

    def types(self, option):
        kinds = self.rng.sample(TYPES, self.rng.choice([1, 1, 2, 3]))
        if option == "--resource-type" and self.chance(0.15):
            kinds.append(self.rng.choice(["all", "default"]))
        return [part for kind in kinds for part in (option, kind)]

    def output(self):
        form = self.rng.choice(["name", "path", "selector", "json", "json", "json"])
        if form != "json" or self.chance(0.2):
            return ["--output", form]
        keys = self.rng.sample(KEYS, self.rng.choice([1, 2, 3, 4, 8]))
        return ["--output", "json", "--output-keys", *(keys if self.chance(0.7) else [" ".join(keys)])]

    def command(self):
        words = []
        first = self.rng.randrange(20)
        if first < 2 and self.selector_names:
            words += ["--selector", self.pick(self.selector_names)]
        elif first == 2:
            words += self.arguments(self.rng.choice(["-m", "--models", "--model"]))
        elif first < 19:
            words += self.arguments(self.rng.choice(["-s", "-s", "--select"]))
        if first >= 2 and self.chance(0.25):
            words += self.arguments("--exclude")
        if first != 2 and self.chance(0.12):
            words += self.types("--resource-type")
        if first != 2 and self.chance(0.1):
            words += self.types("--exclude-resource-type")
        if self.chance(0.3):
            words += ["--indirect-selection", self.pick(MODES)]
        if self.chance(0.15):
            words += self.output()
        return words

    # ---- selectors.yml ----

    def written(self, method, value):
        """A value as selectors.yml holds it: configs keep their types, and some texts are templates."""
        if not isinstance(value, str) and method.startswith("config") and self.chance(0.7):
            return value
        text = str(value)
        if self.chance(0.06) and "'" not in text and "\\" not in text:
            return self.rng.choice(["{{ '%s' }}", "{{ var('never_set', '%s') }}", "{{ env_var('NOT_SET_ANYWHERE', '%s') }}"]) % text
        return text

    def fields(self, depth):
        method, value = self.value(self.pick(METHODS + ["fqn"] * 4 + ["config"] * 4))
        fields = {"method": method, "value": self.written(method, value)}
        for key, values in (("children", [True, True, False, "true", 1]), ("parents", [True, True, False, "yes"]),
                            ("children_depth", [1, 2, 0, "1", None]), ("parents_depth", [1, 2, 0, "2"]), ("childrens_parents", [True, False]),
                            ("indirect_selection", MODES)):
            if self.chance(0.2):
                fields[key] = self.rng.choice(values)
        if fields.get("children") and fields.get("childrens_parents") and (self.careful or self.chance(0.95)):
            del fields["childrens_parents"]
        if self.chance(0.15):
            fields["exclude"] = self.parts(depth)
        return fields

    def parts(self, depth, with_exclude=False):
        parts = [self.definition(depth - 1) for _ in range(self.rng.choice([1, 1, 2, 2, 3]))]
        if with_exclude and self.chance(0.3):
            parts.insert(self.rng.randrange(len(parts) + 1), {"exclude": self.parts(depth - 1)})
        return parts

    def definition(self, depth=3):
        form = self.rng.randrange(12)
        if depth > 0 and form < 3:
            return {"union": self.parts(depth, True)}
        if depth > 0 and form < 6:
            return {"intersection": self.parts(depth, True)}
        if form == 6 and self.selector_names:
            return {"method": "selector", "value": self.pick(self.selector_names)}
        if form < 9:
            method, value = self.value(self.pick(METHODS + ["config"] * 4))
            return {method: self.written(method, value)}
        if form == 9:
            return self.criterion()
        return self.fields(depth)

    def selectors(self, count=12):
        self.selector_names, listed = [], []
        self.careful = self.chance(0.85)
        for i in range(count):
            listed.append({"name": f"s{i}", "definition": self.definition()})
            if self.chance(0.2):
                listed[-1]["description"] = "about it"
            self.selector_names.append(f"s{i}")
        if self.chance(0.4):
            chosen = self.pick(listed)
            chosen["default"] = self.rng.choice([True, True, False, "{{ target.name == 'dev' }}", "{{ target.name == 'prod' }}",
                                                 "{{ env_var('NOT_SET_ANYWHERE', 'false') | as_bool }}"])
        self.careful = False
        return {"selectors": listed}
