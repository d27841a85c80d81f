"""Random templates with random data: valid by their grammar, mostly sensible by their types.

An expression is made for a wanted type; now and then another type is put in its place, so that errors are compared too.
Everything comes from one random.Random, so a seed repeats a run.
"""

WORDS = ["a", "b", "id", "name", "Hello World", "foo_bar", "x-y", "", " ", "Ünï ß", "日本", "it's", 'q"q', "1", "2.5", "a,b,,c",
         "SELECT", "line1\nline2\n", "<b>&", "%s", "{}", "tab\there", "-7", "true", "ǆ İ", "Zoë 😀"]
INTS = [0, 1, 2, 3, -1, -7, 10, 42, 100, 255, 1000, 123456, -2147483648, 9007199254740993]
FLOATS = [0.0, 1.0, 1.5, -2.5, 0.1, 3.14159, 1e10, 1e-7, 123456.789, 2.675, 1e16, -0.0, 1e22, 5e-324]
KEYS = ["a", "b", "id", "name", "k 1"]
STRING_METHODS = ["upper()", "lower()", "title()", "capitalize()", "strip()", "lstrip()", "rstrip()", "swapcase()", "casefold()",
                  "strip('a')", "replace('a', 'b')", "replace('', '.')", "center(7)", "ljust(5, '*')", "rjust(5)", "zfill(5)",
                  "expandtabs(4)", "removeprefix('a')", "removesuffix('b')", "replace('o', '0', 1)"]
STRING_FILTERS = ["upper", "lower", "title", "capitalize", "trim", "reverse", "replace('a', 'b')", "string", "e", "safe", "center(9)",
                  "indent", "indent(2, true)", "truncate(5)", "truncate(7, true)", "wordwrap(5)", "striptags", "urlencode",
                  "default('d')", "d('x', true)", "format", "trim('a ')", "forceescape", "as_text", "tojson", "pprint",
                  "replace('', '-')", "indent('> ', blank=true)", "truncate(4, false, '', 0)", "wordwrap(6, false)", "urlize",
                  "replace('a', 'b', 1)", "replace('l', 'L', count=2)", "indent(width=3, first=true, blank=true)", "wordwrap(4, true, '|')",
                  "wordwrap(width=7, wrapstring='/', break_on_hyphens=false)", "truncate(length=9, end='..')", "truncate(6, leeway=0)",
                  "truncate(255)", "center(width=11)", "default('d', boolean=true)", "default", "escape", "urlize(5, true)",
                  "urlize(nofollow=true, target='_top')", "tojson(indent=2)", "format('x')", "list | join('.')",
                  "string | length | string", "trim | lower", "e | e", "safe | e", "as_native", "lower | title | trim('ab')"]
# What takes a value of any type and gives text.
ANY_FILTERS = ["string", "upper", "trim", "e", "tojson", "pprint", "capitalize", "title", "urlencode", "striptags", "default('none')",
               "default('x', true)", "lower", "safe", "pprint(true)", "string | truncate(20)", "forceescape", "d", "length", "first", "last",
               "list", "int", "float", "sum", "is_list", "as_text", "items | list", "join", "reverse | list | string | length", "sort"]
BOOL_TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable",
              "callable", "true", "false", "lower", "upper", "odd", "even", "escaped", "filter", "test", "divisibleby(3)", "eq(1)",
              "ne('a')", "in([1, 'a'])", "sameas(none)", "gt(1)", "lt(2)", "ge(0)", "le(5)", "divisibleby 2", "eq 'a'", "sameas true", "in 'abc'",
              "greaterthan(0)", "lessthan 3", "equalto 1", "in {'a': 1}"]
SPECS = ["", "5", "<5", ">5", "^7", "*^9", ".2", "05", "+", ",", ".3f", "d", "x", "#x", "b", "e", "g", "%", "08.2f", "s", "_", "n", "+.1e"]
PERCENT = ["%s", "%d", "%5d", "%-5s|", "%05d", "%.2f", "%x", "%r", "%+d", "%e", "%g", "%%", "%c", "%.3s", "%8.3f", "%#o", "%i"]


# Arguments of map().
MAPPED = ["'default', 'x'", "'default', 0, true", "'replace', 'a', 'b'", "'round', 1", "'truncate', 3", "'string'", "'join', '-'", "'first'", "'attr', 'upper'",
          "'indent', 2", "'format'", "'int', 7", "'center', 5", "'list'", "'sort'", "'upper'", "'trim', 'a'", "'tojson'", "attribute='a'", "attribute=0",
          "attribute='a.b'", "attribute='name', default='-'", "'nosuch'", "'wordcount'", "'e'", "'reverse'"]


class Generator:
    def __init__(self, rng):
        self.r = rng
        self.context = {}
        self.scope = {}  # name -> type
        self.macros = []  # (name, parameters)
        self.loops = 0
        self.names = 0

    # ---- data ----

    def data(self, kind, depth=0):
        r = self.r
        if kind == "any":
            kind = r.choice(["int", "float", "str", "bool", "none", "list", "dict"] if depth < 2 else ["int", "str", "bool", "none"])
        if kind == "int":
            return r.choice(INTS)
        if kind == "float":
            return r.choice(FLOATS)
        if kind == "str":
            return r.choice(WORDS)
        if kind == "bool":
            return r.random() < 0.5
        if kind == "none":
            return None
        if kind == "ints":
            return [r.choice(INTS) for _ in range(r.randrange(6))]
        if kind == "strs":
            return [r.choice(WORDS) for _ in range(r.randrange(6))]
        if kind == "rows":
            return [{k: self.data("any", 2) for k in KEYS if r.random() < 0.8} for _ in range(r.randrange(4))]
        if kind == "list":
            return [self.data("any", depth + 1) for _ in range(r.randrange(5))]
        return {k: self.data("any", depth + 1) for k in KEYS if r.random() < 0.7}

    def make_context(self):
        for kind in ["int", "int", "float", "str", "str", "bool", "none", "ints", "strs", "rows", "list", "dict"]:
            name = f"{kind}{len(self.context)}"
            self.context[name] = self.data(kind)
            self.scope[name] = kind

    def rows(self):
        return self.name_of(["rows"]) or "[{'a': 1, 'id': 2}, {'a': 0, 'id': 3, 'name': 'n'}]"

    def strings(self, d):
        """What has only strings in it."""
        return f"{self.postfix('list', d)} | {self.r.choice(['map(' + repr('string') + ') | list', 'select(' + repr('string') + ')'])}"

    # ---- expressions ----

    def literal_str(self):
        s = self.r.choice(WORDS)
        quote = self.r.choice("'\"")
        return quote + s.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n").replace("\t", "\\t") + quote

    def name_of(self, kinds):
        names = [n for n, k in self.scope.items() if k in kinds]
        return self.r.choice(names) if names else None

    def expr(self, kind, depth=0):
        r = self.r
        if r.random() < 0.012:
            kind = r.choice(["int", "float", "str", "bool", "list", "dict", "none", "any"])
        if r.random() < 0.004:
            return r.choice(["missing", "missing.a", "dict11.zz", "list10[99]"])
        if kind == "any":
            kind = r.choice(["int", "float", "str", "bool", "none", "list", "dict", "str", "int"])
        if kind == "none":
            return r.choice(["none", "None", "none6"])
        deep = depth > 3 or r.random() < 0.25
        text = getattr(self, "e_" + {"ints": "list", "strs": "list", "rows": "list"}.get(kind, kind))(depth, deep)
        if r.random() < 0.06:
            text = f"({text})"
        if r.random() < 0.04 and depth < 3:
            text = f"({text} if {self.expr('bool', depth + 2)} else {self.expr(kind, depth + 2)})"
        return text

    def e_int(self, depth, deep):
        r = self.r
        if deep:
            name = self.name_of(["int"])
            return name if name and r.random() < 0.6 else str(r.choice(INTS[:12])) if r.random() < 0.9 else "(-3)"
        d = depth + 1
        return r.choice([
            lambda: f"{self.expr('int', d)} {r.choice(['+', '-', '*'])} {self.expr('int', d)}",
            lambda: f"{self.expr('int', d)} {r.choice(['//', '%'])} {r.choice(['2', '3', '7', '-3', '10', 'int1'])}",
            lambda: f"({self.expr('int', d)} {r.choice(['+', '-', '*'])} {self.expr('int', d)})",
            lambda: f"{self.expr(r.choice(['str', 'list', 'dict']), d)} | {r.choice(['length', 'count'])}",
            lambda: f"{self.postfix('str', d)} | {r.choice(['int', 'int(5)', 'wordcount', 'int(default=-1)'])}",
            lambda: f"{self.expr('float', d)} | {r.choice(['int', 'round | int'])}",
            lambda: f"({self.expr('int', d)}) | {r.choice(['abs', 'int', 'round', 'round(-1)', 'as_number'])}",
            lambda: f"{self.name_of(['ints']) or '[1]'} | {r.choice(['sum', 'max', 'min', 'first', 'last'])}",
            lambda: f"{self.postfix('str', d)}.{r.choice(['count', 'find', 'rfind'])}({self.literal_str()})",
            lambda: f"-{self.postfix('int', d)}",
            lambda: f"{self.postfix('list', d)}.count({self.expr('any', d)})",
            lambda: f"[{self.expr('int', d)}, {self.expr('int', d)}] | {r.choice(['sum', 'max', 'min'])}",
            lambda: f"{self.expr('int', d)} ** {r.choice('0123')}",
            lambda: self.more_ints(d),
            lambda: self.more_ints(d),
            lambda: self.more_ints(d),
        ])()

    def more_ints(self, d):
        r = self.r
        return r.choice([
            lambda: f"{self.rows()} | sum(attribute='id')",
            lambda: f"{self.rows()} | sum('id', {self.expr('int', d)})",
            lambda: f"{self.rows()} | map(attribute='id', default=0) | select('integer') | sum",
            lambda: f"{self.expr('list', d)} | select('number') | sum(start={self.expr('int', d)})",
            lambda: f"{self.postfix('str', d)}.{r.choice(['index', 'rindex', 'find', 'count', 'rfind'])}({self.literal_str()}{r.choice(['', ', 1', ', 0, 3', ', -2', ', -5, -1', ', none, 2'])})",
            lambda: f"{self.postfix('list', d)}.{r.choice(['index', 'pop'])}({r.choice(['0', '-1', '1', repr('a')])})",
            lambda: f"({self.expr('int', d)}).{r.choice(['bit_length', 'bit_count', 'conjugate', 'as_integer_ratio'])}()",
            lambda: f"'{r.choice(['12', '0x1f', '0b11', '777', ' 5 ', '1_000', '1e3', '-0', 'ff', '٣'])}' | int({r.choice(['0', '-1', '0, 16', '7, 0', 'base=8', 'default=3, base=2'])})",
            lambda: f"{r.choice(['0x1F', '0b101', '0o17', '1_000', '1_0', '0xFF_FF'])} {r.choice(['+', '-', '%'])} {self.expr('int', d)}",
            lambda: f"{self.expr('int', d)} {r.choice(['and', 'or'])} {self.expr('int', d)}",
            lambda: f"- {self.postfix('int', d)} ** {r.choice('0123')}",
            lambda: f"+{self.postfix('int', d)}",
            lambda: f"(set({self.postfix('list', d)} | map('string') | list) | length)",
            lambda: f"(set({self.strings(d)}).{r.choice(['union', 'intersection', 'difference', 'symmetric_difference'])}({self.strings(d)}) | length)",
            lambda: f"namespace(a={self.expr('int', d)}, b=2).{r.choice('ab')}",
        ])()

    def e_float(self, depth, deep):
        r = self.r
        if deep:
            name = self.name_of(["float"])
            return name if name and r.random() < 0.5 else r.choice(["1.5", "0.1", "2.0", "1e3", "1e-5", "100.25"])
        d = depth + 1
        return r.choice([
            lambda: f"{self.expr('float', d)} {r.choice(['+', '-', '*'])} {self.expr(r.choice(['int', 'float']), d)}",
            lambda: f"{self.expr(r.choice(['int', 'float']), d)} {r.choice(['/', '//', '%'])} {r.choice(['2', '0.5', '-3', '7.5', 'float2', '10'])}",
            lambda: f"({self.expr('float', d)}) | {r.choice(['round', 'round(2)', 'abs', 'float', 'round(1, chr)', 'round(-1)']).replace('chr', repr(r.choice(['floor', 'ceil', 'common'])))}",
            lambda: f"{self.postfix('str', d)} | {r.choice(['float', 'float(0.5)'])}",
            lambda: f"({self.expr('float', d)}).{r.choice(['is_integer', 'as_integer_ratio', 'conjugate'])}()",
            lambda: f"{r.choice(['1_0.5', '2.5e-3', '1E5', '0.30000000000000004', '1e100'])} {r.choice(['+', '*', '/'])} {self.expr('float', d)}",
            lambda: f"({self.expr('float', d)}) ** {r.choice(['2', '0.5', '-1', '0'])}",
            lambda: f"({self.expr('int', d)}) | {r.choice(['round(2)', 'round(-2, ' + repr('floor') + ')', 'float', 'round(1, method=' + repr('ceil') + ')'])}",
        ])()

    def e_bool(self, depth, deep):
        r = self.r
        if deep:
            name = self.name_of(["bool"])
            return name if name and r.random() < 0.5 else r.choice(["true", "false", "True", "False"])
        d = depth + 1
        kind = r.choice(["int", "float", "str", "list"])
        return r.choice([
            lambda: f"{self.expr(kind, d)} {r.choice(['==', '!=', '<', '<=', '>', '>='])} {self.expr(kind, d)}",
            lambda: f"{self.expr('any', d)} {r.choice(['==', '!='])} {self.expr('any', d)}",
            lambda: f"{self.expr('any', d)} {r.choice(['in', 'not in'])} {self.expr('list', d)}",
            lambda: f"{self.expr('str', d)} {r.choice(['in', 'not in'])} {self.expr(r.choice(['str', 'dict']), d)}",
            lambda: f"{self.expr('bool', d)} {r.choice(['and', 'or'])} {self.expr('bool', d)}",
            lambda: f"(not {self.expr('bool', d)})",
            lambda: f"({self.postfix('any', d)} is {r.choice(['', 'not '])}{r.choice(BOOL_TESTS)})",  # Jinja2 refuses `is x if`
            lambda: f"{self.postfix('str', d)}.{r.choice(['startswith', 'endswith'])}({self.literal_str()})",
            lambda: f"{self.postfix('str', d)}.{r.choice(['isdigit', 'isalpha', 'isupper', 'islower', 'isalnum', 'isspace', 'istitle', 'isidentifier', 'isnumeric'])}()",
            lambda: f"{self.expr('int', d)} < {self.expr('int', d)} <= {self.expr('int', d)}",
            lambda: f"{self.expr('any', d)} {r.choice(['in', 'not in'])} {self.postfix(r.choice(['list', 'dict', 'str']), d)}",
            lambda: f"{self.expr('any', d)} {r.choice(['<', '>', '<=', '>=', '==', '!='])} {self.expr('any', d)}",
            lambda: f"{self.expr('list', d)} {r.choice(['<', '>', '==', '!='])} {self.expr('list', d)}",
            lambda: f"{self.postfix('str', d)}.{r.choice(['isascii', 'isprintable', 'isdecimal'])}()",
            lambda: f"{self.postfix('str', d)}.{r.choice(['startswith', 'endswith'])}(({self.literal_str()}, {self.literal_str()}){r.choice(['', ', 1', ', 0, 2'])})",
            lambda: f"set({self.strings(d)}).{r.choice(['issubset', 'issuperset', 'isdisjoint'])}({self.strings(d)})",
            lambda: f"({self.postfix('any', d)}{r.choice(['.a', '.name', '[0]', '[' + repr('id') + ']'])} is {r.choice(['defined', 'undefined', 'none', 'not defined'])})",
            lambda: f"({self.expr('any', d)} is not {r.choice(BOOL_TESTS)})",
        ])()

    def e_str(self, depth, deep):
        r = self.r
        if deep:
            name = self.name_of(["str"])
            return name if name and r.random() < 0.5 else self.literal_str()
        d = depth + 1
        return r.choice([
            lambda: f"{self.expr('str', d)} ~ {self.expr('any', d)}",
            lambda: f"{self.expr('str', d)} + {self.expr('str', d)}",
            lambda: f"{self.postfix('str', d)}.{r.choice(STRING_METHODS)}",
            lambda: f"{self.postfix('str', d)} | {r.choice(STRING_FILTERS)}",
            lambda: f"({self.expr('any', d)}) | {r.choice(ANY_FILTERS)}",
            lambda: f"{self.postfix('list', d)} | join({self.literal_str()})",
            lambda: f"{self.literal_str()}.join({self.expr('strs', d)} | map('string') | list)",
            lambda: f"{self.postfix('str', d)}[{self.slice()}]",
            lambda: f"{self.postfix('str', d)} * {r.choice('0123')}",
            lambda: self.percent(d),
            lambda: self.braces(d),
            lambda: f"{self.postfix('dict', d)}.{r.choice(['get', 'pop'])}({r.choice(KEYS)!r}, {self.expr('str', d)})",
            lambda: self.macro_call(d) or self.literal_str(),
            lambda: f"({self.expr('any', d)} | {r.choice(['tojson', 'tojson(2)'])})",
            lambda: f"tojson({self.expr('any', d)})",
            lambda: f"{self.postfix('list', d)} | {r.choice(['first', 'last', 'min', 'max'])}",
            lambda: self.more_strs(d),
            lambda: self.more_strs(d),
            lambda: self.more_strs(d),
        ])()

    def more_strs(self, d):
        r = self.r
        return r.choice([
            lambda: f"{self.literal_str()} {self.literal_str()}",
            lambda: r.choice([r"'\x41\u00e9\n'", r"'\101\t\\'", r"'\q\.\w'", r'"\U0001F600"', r"'a\
b'", "'%'", "'{}{}'"]),
            lambda: f"{self.rows()} | {r.choice(['min', 'max', 'first', 'last'])}{r.choice(['', '(attribute=' + repr(r.choice(KEYS)) + ')'])}",
            lambda: f"{self.rows()} | join('-', attribute={r.choice(KEYS)!r})",
            lambda: f"{self.rows()} | map(attribute={r.choice(KEYS)!r}) | join({self.literal_str()})",
            lambda: f"{self.expr('strs', d)} | join | {r.choice(['upper', 'length', 'first', 'last'])}",
            lambda: f"{self.expr('strs', d)} | {r.choice(['min', 'max', 'sort', 'unique | list'])}({r.choice(['', 'case_sensitive=true', 'true'])})".replace("list(", "list | string | replace(' ', '') | trim(").replace("sort(true)", "sort(true) | first"),
            lambda: f"{self.postfix('str', d)}.{r.choice(['rpartition', 'partition'])}({self.literal_str()})[{r.choice(['0', '1', '2', '-1'])}]",
            lambda: f"{self.postfix('str', d)}.translate({{97: 'X', 98: none, 111: 48}})",
            lambda: f"{self.postfix('str', d)}.{r.choice(['ljust(9)', 'rjust(9, chr)', 'center(9, chr)', 'zfill(9)', 'expandtabs()', 'splitlines(true) | join(chr)', 'rsplit(none, 1) | last', 'split(maxsplit=1) | first', 'strip(none)', 'lstrip(chr)', 'encode()'])}".replace("chr", repr(r.choice(["*", " ", "a", "ß", ""]))),
            lambda: f"'{r.choice(['{a} {b}', '{0} {a}', '{a.real}', '{c[0]}', '{c[x]}', '{a!r:>6}', '{b:{a}}', '{{}} {a}', '{a:,} {b!s}', '{', '}', '{z}', '{0.a}', '{:>{0}}'])}'.format({r.choice(['', '3, ', '-1, '])}a={self.expr('int', d)}, b={self.expr('str', d)}, c={self.expr('list', d)})",
            lambda: f"'{r.choice(['%(a)s', '%(a)d-%(b)s', '%(b)r', '%(c)s', '%(a)5.1f', '%s %s', '%(z)s', '%'])}' % {{'a': {self.expr('int', d)}, 'b': {self.expr('str', d)}, 'c': {self.expr('list', d)}}}",
            lambda: f"'%(a)s|%(b)s' | format(a={self.expr('any', d)}, b={self.expr('int', d)})",
            lambda: f"'%s' % {self.postfix('any', d)}",
            lambda: f"{self.postfix('int', d)} | filesizeformat{r.choice(['', '(true)', '(binary=true)'])}",
            lambda: f"{self.postfix('dict', d)} | {r.choice(['urlencode', 'xmlattr', 'xmlattr(false)', 'string', 'tojson', 'tojson(1)', 'length'])}",
            lambda: f"{self.postfix('str', d)} {r.choice(['and', 'or'])} {self.postfix('any', d)}",
            lambda: f"({self.postfix('str', d)} if {self.expr('bool', d)})",
            lambda: f"({self.expr('any', d)}, {self.expr('any', d)}) | {r.choice(['join', 'string', 'first', 'pprint', 'tojson'])}",
            lambda: f"{self.postfix('list', d)} | map({r.choice(MAPPED)}) | join({self.literal_str()})",
            lambda: f"[{self.postfix('str', d)}, {self.postfix('str', d)}] | {r.choice(['sort', 'map(chr) | list', 'unique | list', 'reverse | list', 'max', 'sort(true, true)']).replace('chr', repr('trim'))} | string",
        ])()

    def percent(self, d):
        pieces = [self.r.choice(PERCENT) for _ in range(self.r.randrange(1, 4))]
        args = [self.expr("str" if p[-1:] in "sr|" else "int", d + 1) for p in pieces if p != "%%"]
        form = repr("-".join(pieces))
        if self.r.random() < 0.5:
            return f"{form} % ({', '.join(args)}{',' if len(args) == 1 else ''})"
        return f"{form} | format({', '.join(args)})"

    def braces(self, d):
        count = self.r.randrange(1, 4)
        form = " ".join("{%s%s}" % (self.r.choice(["", "", "!r"]), (lambda s: ":" + s if s else "")(self.r.choice(SPECS))) for _ in range(count))
        args = ", ".join(self.expr(self.r.choice(["int", "float", "str"]), d + 1) for _ in range(count))
        return f"{form!r}.format({args})"

    def slice(self):
        part = lambda: self.r.choice(["", "", "0", "1", "2", "-1", "-2", "5"])
        text = part() + ":" + part()
        return text + (":" + self.r.choice(["1", "2", "-1", "-2"]) if self.r.random() < 0.3 else "")

    def e_list(self, depth, deep):
        r = self.r
        if deep:
            name = self.name_of(["list", "ints", "strs", "rows"])
            return name if name and r.random() < 0.7 else r.choice(["[]", "[1, 2, 3]", "['a', 'b']", "[1, 'a', none]", "(1, 2)", "range(4)"])
        d = depth + 1
        tolist = lambda: " | list"  # what Jinja2 makes lazily, and fails in only when it is used
        rows = lambda: self.name_of(["rows"]) or "[{'a': 1}]"
        ints = lambda: self.name_of(["ints"]) or "[1, 2]"
        return r.choice([
            lambda: "[" + ", ".join(self.expr("any", d) for _ in range(r.randrange(4))) + "]",
            lambda: f"({self.expr('any', d)}, {self.expr('any', d)})",
            lambda: f"{self.expr('list', d)} + {self.expr('list', d)}",
            lambda: f"{self.postfix('list', d)}[{self.slice()}]",
            lambda: f"{self.postfix('list', d)} | {r.choice(['sort', 'sort(reverse=true)', 'sort(case_sensitive=true)', 'list', 'unique | list', 'reverse | list'])}",
            lambda: f"{self.postfix('list', d)} | map({r.choice(['string', 'upper', 'length', 'int', 'trim', 'title', 'tojson', 'abs', 'float'])!r}){tolist()}",
            lambda: f"{self.postfix('list', d)} | {r.choice(['select', 'reject'])}({r.choice(['none', 'string', 'number', 'odd', 'defined', 'mapping', 'boolean', 'even'])!r}){tolist()}",
            lambda: f"{ints()} | {r.choice(['select', 'reject'])}({r.choice(['gt', 'lt', 'equalto', 'divisibleby', 'in', 'ge'])!r}, {self.expr('int', d)}){tolist()}",
            lambda: f"{rows()} | map(attribute={r.choice(KEYS)!r}{r.choice(['', ', default=0'])}){tolist()}",
            lambda: f"{rows()} | {r.choice(['selectattr', 'rejectattr'])}({r.choice(KEYS)!r}{r.choice(['', ', ' + repr('defined'), ', ' + repr('none'), ', ' + repr('equalto') + ', 1', ', ' + repr('in') + ', [1, 2]'])}){tolist()}",
            lambda: f"{rows()} | {r.choice(['sort', 'groupby', 'unique', 'map'])}(attribute={r.choice(KEYS)!r}) | list",
            lambda: f"{self.postfix('list', d)} | {r.choice(['batch(2)', 'slice(2)', 'batch(3, 0)', 'slice(3, none)'])} | list",
            lambda: f"{self.postfix('str', d)}.{r.choice(['split()', 'split(chr)', 'rsplit(chr, 1)', 'splitlines()', 'partition(chr)']).replace('chr', repr(r.choice([',', 'a', ' '])))}",
            lambda: f"{self.postfix('dict', d)}.{r.choice(['keys', 'values', 'items'])}(){tolist()}",
            lambda: f"{self.postfix('dict', d)} | {r.choice(['dictsort', 'list', 'items | list', 'dictsort(true)', 'sort'])}",
            lambda: f"range({self.expr('int', 4)}){tolist()}" if r.random() < 0.4 else f"range({r.choice(['3', '1, 4', '0, 9, 3', '4, 0, -1'])}) | list",
            lambda: f"{self.postfix('str', d)} | list",
            lambda: f"{self.postfix('list', d)} * {r.choice('012')}",
            lambda: f"{self.postfix('list', d)}.copy()",
            lambda: self.more_lists(d),
            lambda: self.more_lists(d),
            lambda: self.more_lists(d),
        ])()

    def more_lists(self, d):
        r = self.r
        key = repr(r.choice(KEYS))
        return r.choice([
            lambda: f"{self.rows()} | groupby({key}{r.choice(['', ', default=0', ', case_sensitive=true', ', ' + repr('x')])}) | {r.choice(['list', 'map(attribute=0) | list', 'map(attribute=' + repr('grouper') + ') | list', 'map(attribute=' + repr('list') + ') | list', 'first', 'length', 'map(' + repr('first') + ') | list', 'sort | list', 'reverse | list', 'tojson'])}",
            lambda: f"{self.rows()} | sort(attribute={r.choice([key, repr('a,id'), repr('id,name'), repr('a.b')])}{r.choice(['', ', reverse=true', ', case_sensitive=true'])}) | list",
            lambda: f"{self.rows()} | {r.choice(['selectattr', 'rejectattr'])}({key}, {r.choice(['repr(string)', 'gt0', 'ne0', 'eq'])}) | list".replace("repr(string)", "'string'").replace("gt0", "'gt', 0").replace("ne0", "'ne', 0").replace("eq)", "'==', 'a')"),
            lambda: f"{self.rows()} | map('attr', 'items') | list | length",
            lambda: f"{self.rows()} | map({r.choice(['attribute=' + key, repr('list'), repr('length'), repr('items') + ') | map(' + repr('list'), repr('dictsort'), repr('tojson')])}) | list",
            lambda: f"{self.postfix('list', d)} | map({r.choice(MAPPED)}) | list",
            lambda: f"{self.postfix('list', d)} | {r.choice(['select', 'reject'])} | list",
            lambda: f"{self.postfix('list', d)} | {r.choice(['batch', 'slice'])}({r.choice(['1', '4', '0', 'int0', '2, ' + repr('-'), '3, fill_with=none', 'linecount=2'])}) | map('list') | list",
            lambda: f"{self.postfix('dict', d)} | dictsort({r.choice(['', 'by=' + repr('value'), 'true, reverse=true', 'reverse=true', 'false, ' + repr('key')])})",
            lambda: f"set({self.name_of(['ints', 'strs', 'list']) or '[1]'}) | {r.choice(['list | length', 'sort', 'map(' + repr('string') + ') | sort', 'length'])}",
            lambda: f"set({self.strings(d)}) | sort",
            lambda: f"{self.postfix('any', d)} | list",
            lambda: f"{self.postfix('dict', d)}.items() | {r.choice(['list', 'sort', 'first', 'map(attribute=1) | list', 'map(' + repr('join') + ') | list', 'length'])}",
            lambda: f"{self.postfix('str', d)}.{r.choice(['split', 'rsplit'])}({r.choice(['none', repr(','), repr(''), repr('ab'), repr(',') + ', 1', 'none, 1', 'sep=none', 'maxsplit=0'])})",
            lambda: f"{self.postfix('str', d)}.splitlines({r.choice(['', 'true', 'keepends=true'])})",
            lambda: f"{self.postfix('list', d)} | unique({r.choice(['', 'true', 'case_sensitive=true', 'attribute=' + key])}) | list",
            lambda: f"{self.postfix('list', d)} {r.choice(['and', 'or'])} {self.postfix('list', d)}",
            lambda: f"({self.expr('any', d)},) * {r.choice('0123')}",
            lambda: f"range({r.choice(['10', '5, 0, -2', '2, 2', '-3, 3', '0, 10, 4'])}){r.choice(['[1:]', '[-1]', '[::2]', ' | sum', ' | reverse | list', ' | batch(3) | list', '.index(2)', '.count(2)', ''])}",
            lambda: f"{self.rows()}[{r.choice(['0', '-1', '1'])}].{r.choice(KEYS[:4])}",
            lambda: f"{self.rows()}[{r.choice(['0', '-1', ':2', '::-1'])}]",
            lambda: f"({self.rows()} | first | default({{}}, true)).{r.choice(['keys', 'values', 'items'])}() | list",
        ])()

    def e_dict(self, depth, deep):
        r = self.r
        if deep:
            name = self.name_of(["dict"])
            return name if name and r.random() < 0.7 else r.choice(["{}", "{'a': 1}", "{'a': 1, 'b': [2]}"])
        d = depth + 1
        return r.choice([
            lambda: "{" + ", ".join(f"{r.choice([repr(k), repr(k), r.choice('1239')])}: {self.expr('any', d)}" for k in KEYS[: r.randrange(4)]) + "}",
            lambda: f"dict({', '.join(f'{k}={self.expr(chr(105) + chr(110) + chr(116), d)}' for k in ['a', 'b'][: r.randrange(3)])})",
            lambda: f"dict({self.expr('dict', d)}, c={self.expr('any', d)})",
            lambda: f"{self.postfix('dict', d)}.copy()",
            lambda: f"fromjson(tojson({self.expr('dict', d)}))",
            lambda: f"dict({r.choice(['[(1, 2), (3, 4)]', 'a=1, b=none', '{}', '[[chr, 2]]', '[chr2]', 'dict11, a=3', 'dict11.items()']).replace('chr2', repr('xy')).replace('chr', repr('k'))})",
            lambda: f"dict({self.postfix('list', d)} | batch(2) | list)",
            lambda: f"{{'a': {self.expr('any', d)}, **{self.expr('dict', d)}}}" if r.random() < 0.1 else f"{{{self.expr('str', d)}: {self.expr('any', d)}, {self.expr('int', d)}: 1}}",
            lambda: f"{self.postfix('dict', d)}.get({r.choice(KEYS)!r}, {{}})",
            lambda: f"({self.rows()} | {r.choice(['first', 'last'])})",
            lambda: f"{self.postfix('dict', d)} {r.choice(['and', 'or'])} {self.postfix('dict', d)}",
        ])()

    def postfix(self, kind, depth):
        """Something that a dot, a bracket or a filter can follow."""
        text = self.expr(kind, depth + 1)
        if text.replace("_", "").isalnum() and not text[:1].isdigit():
            return text
        if text[:1] in "'\"[" and text.count(text[:1]) <= 2 and " " not in text and self.r.random() < 0.7 and text[-1:] in "'\"]":
            return text
        return f"({text})"

    def macro_call(self, depth):
        if not self.macros:
            return None
        name, params = self.r.choice(self.macros)
        args = []
        for p in params:
            if self.r.random() < 0.2:
                break
            args.append(self.expr("any", depth + 1))
        if self.r.random() < 0.3 and len(args) < len(params):
            args.append(f"{params[-1]}={self.expr('any', depth + 1)}")
        if self.r.random() < 0.06:
            args.append(f"*{self.postfix('list', depth + 1)}")
        if self.r.random() < 0.06:
            args.append("**{" + ", ".join(f"{p!r}: {self.expr('any', depth + 1)}" for p in params[-1:]) + "}")
        if self.r.random() < 0.03:
            return f"{name}.{self.r.choice(['name', 'arguments', 'catch_kwargs', 'catch_varargs', 'caller'])}"
        return f"{name}({', '.join(args)})"

    # ---- statements ----

    def block(self, inside, lead=None):
        r = self.r
        return "{%" + r.choice(["", "", "", "", "", "", "-", "-", "+"]) + " " + inside + " " + r.choice(["", "", "", "", "", "", "-", "-", "+"]) + "%}"

    def out(self, expression):
        r = self.r
        return "{{" + r.choice(["", "", "", "", "-"]) + " " + expression + " " + r.choice(["", "", "", "", "-"]) + "}}"

    def new_name(self):
        self.names += 1
        return f"v{self.names}"

    def text(self):
        return self.r.choice(["\n", " ", "x", "select ", ",", "\n  ", " a b ", "\n\n", "'", "-- c\n", "", "|"])

    def body(self, depth):
        return "".join(self.statement(depth) for _ in range(self.r.randrange(1, 4)))

    def scoped_body(self, depth):
        saved = dict(self.scope)
        text = self.body(depth)
        self.scope = saved
        return text

    def statement(self, depth):
        r = self.r
        pick = r.random()
        if depth > 3:
            pick *= 0.6
        if pick < 0.2:
            return self.text()
        if pick < 0.52:
            return self.out(self.expr("any"))
        if pick < 0.62:
            kind = r.choice(["int", "str", "list", "dict", "bool", "float"])
            value = self.expr(kind)
            name = self.new_name() if r.random() < 0.6 else (self.name_of([kind]) or self.new_name())
            self.scope[name] = kind
            return self.block(f"set {name} = {value}")
        if pick < 0.65:
            lists = self.name_of(["list", "ints", "strs"])
            if lists and r.random() < 0.25:
                return self.block(f"do {lists}.{r.choice(['pop()', 'reverse()', 'sort()', 'clear()', 'sort(reverse=true)', 'pop(0)', 'remove(1)', 'extend(range(2))', 'insert(1, none)', 'append(int0)'])}") + self.out(lists)
            if lists and r.random() < 0.6:
                return self.block(f"do {lists}.{r.choice(['append(', 'extend(', 'insert(0, ', 'insert(-1, '])}{self.expr('list')})")
            dicts = self.name_of(["dict"])
            if dicts and r.random() < 0.4:
                key = r.choice(KEYS)
                return self.block(f"do {dicts}.{r.choice([f'setdefault({key!r}, [])', f'setdefault({key!r}, []).append(1)', 'popitem()', f'pop({key!r})', 'clear()', f'update(a=1, {key[0]}2=2)', f'update([({key!r}, 1)])', f'pop({key!r}, none)'])}") + self.out(dicts)
            return self.block(f"do {dicts}.update({self.expr('dict')})") if dicts else ""
        if pick < 0.73:
            parts = [self.block(f"if {self.expr('bool')}"), self.scoped_body(depth + 1)]
            while r.random() < 0.3:
                parts += [self.block(f"elif {self.expr(r.choice(['bool', 'any']))}"), self.scoped_body(depth + 1)]
            if r.random() < 0.5:
                parts += [self.block("else"), self.scoped_body(depth + 1)]
            return "".join(parts) + self.block("endif")
        if pick < 0.85:
            return self.loop(depth)
        if pick < 0.89:
            name = self.new_name()
            body = self.scoped_body(depth + 1)
            self.scope[name] = "str"
            filters = r.choice(["", "", " | trim", " | upper", " | replace('a', 'b') | trim", " | length", " | default('x', true)", " | indent(2)"])
            return self.block(f"set {name}{filters}") + body + self.block("endset")
        if pick < 0.93:
            return self.macro(depth)
        if pick < 0.95:
            return self.block("filter " + r.choice(["upper", "trim", "replace('a', 'b')", "indent(2)", "title | trim", "wordwrap(9)", "e", "replace(' ', '_') | truncate(9)", "striptags", "length | string"])) + self.scoped_body(depth + 1) + self.block("endfilter")
        if pick < 0.962:
            return self.with_block(depth)
        if pick < 0.966:
            return self.unpacking()
        if pick < 0.972:
            return self.helper_object()
        if pick < 0.976:
            return self.recursive_loop(depth)
        if pick < 0.982:
            ns = self.new_name()
            return self.block(f"set {ns} = namespace(x={self.expr('int')})") + self.block(f"for i in {self.expr('list')}") + self.block(f"set {ns}.x = {ns}.x + 1") + self.block("endfor") + self.out(f"{ns}.x")
        if pick < 0.99:
            return self.block("raw").replace("- ", "-").replace(" -", "-") + r.choice([" {{ x }} ", "{% if %}", "text"]) + self.block("endraw")
        return r.choice(["{# comment #}", "{#- c -#}", "{# {{ x }}\n #}", "{##}", "{#+ c +#}", "{# a -#}", "{#- {% if %} #}"])

    def with_block(self, depth):
        saved = dict(self.scope)
        first, second = self.new_name(), self.new_name()
        head = f"with {first} = {self.expr('any')}"
        if self.r.random() < 0.5:
            head += f", {second} = {self.r.choice([first, self.expr('int')])}"
            self.scope[second] = "any"
        self.scope[first] = "any"
        text = self.block(head) + self.body(depth + 1) + self.out(first) + self.block("endwith")
        self.scope = saved
        return text + (self.out(first) if self.r.random() < 0.2 else "")

    def unpacking(self):
        names = [self.new_name() for _ in range(self.r.randrange(1, 4))]
        values = [self.expr("any") for _ in names]
        if self.r.random() < 0.2:
            values = values[1:] or [self.expr("any"), self.expr("any")]
        text = self.block(f"set {', '.join(names)} = {self.r.choice(['({})', '[{}]', '{}']).format(', '.join(values) + (',' if len(values) == 1 else ''))}")
        for name in names:
            self.scope[name] = "any"
        return text + self.out(names[0])

    def helper_object(self):
        r = self.r
        name = self.new_name()
        if r.random() < 0.35:
            made, uses = f"cycler({self.expr('any')}, {self.expr('any')}, 'z')", ["next()", "current", "reset()", "next()", "pos"]
            return self.block(f"set {name} = {made}") + "".join(self.out(f"{name}.{r.choice(uses)}") for _ in range(r.randrange(1, 5)))
        if r.random() < 0.5:
            return self.block(f"set {name} = joiner({r.choice(['', repr('|'), self.expr('str')])})") + "".join(self.out(f"{name}()") + self.text() for _ in range(r.randrange(1, 4)))
        key = r.choice(["x", "y"])
        text = self.block(f"set {name} = namespace({r.choice(['x=1', '', '{' + repr('x') + ': 2}', 'x=1, y=2', 'dict11'])})") + self.block(f"set {name}.{key} = {self.expr('any')}")
        return text + self.out(f"{name}.{r.choice('xyz')}") + (self.out(f"{name}[{key!r}]") if r.random() < 0.3 else "") + self.block(f"if {name}.{key} is defined") + "d" + self.block("endif")

    def recursive_loop(self, depth):
        r = self.r
        name = self.new_name()
        tree = r.choice(["[{'a': 1, 'c': [{'a': 2}, {'a': 3, 'c': [{'a': 4}]}]}, {'a': 5}]", "[[1, [2, 3]], [], [[4]]]"])
        inside = f"{name}.c" if "'a'" in tree else name
        guard = r.choice([f"{inside} is iterable", f"{inside}", f"{inside} is defined and {inside} is not string and {inside} is not number"])
        saved = dict(self.scope)
        self.scope[name] = "any"
        text = self.block(f"for {name} in {tree} recursive") + self.out(r.choice([f"{name}.a", "loop.depth", "loop.index ~ '/' ~ loop.length", "loop.depth0", "loop.last"]))
        text += self.block(f"if {guard}") + "(" + self.out(f"loop({inside})") + ")" + self.block("endif")
        if r.random() < 0.5:
            text += self.statement(depth + 2)
        self.scope = saved
        return text + self.block("endfor")

    def loop(self, depth):
        r = self.r
        saved = dict(self.scope)
        name = self.new_name()
        kind = r.choice(["list", "list", "ints", "strs", "rows", "dict"])
        source = self.expr(kind) if kind in ("list", "dict") else (self.name_of([kind]) or "[]")
        target = name
        element = {"ints": "int", "strs": "str", "rows": "dict", "dict": "str"}.get(kind, "any")
        if kind == "dict" and r.random() < 0.6:
            target, source = f"{name}, {name}b", f"({source}).items()"
            self.scope[name + "b"] = "any"
        elif kind == "dict" and r.random() < 0.3:
            target, source = f"{name}, {name}b", f"({source}) | {r.choice(['dictsort', 'items', 'dictsort(reverse=true)'])}"
            self.scope[name + "b"] = "any"
        elif kind == "ints" and r.random() < 0.05:
            target = f"{name}, {name}b"
        elif kind == "rows" and r.random() < 0.3:
            target, source = f"{name}, {name}b", f"{source} | groupby({r.choice(KEYS)!r}, default=0)"
            self.scope[name + "b"] = "rows"
        elif r.random() < 0.12:
            source = r.choice([f"{self.postfix('str', 2)}", "range(int1 % 5)", "range(3)", f"{self.postfix('list', 2)} | batch(2)", f"{self.postfix('list', 2)} | reverse",
                               f"({self.expr('any', 2)}, {self.expr('any', 2)})", f"{self.postfix('any', 2)}", f"{self.postfix('list', 2)} | map('string')"])
            element = "any"
        condition = ""
        self.scope[name] = element
        if r.random() < 0.2:
            condition = f" if {self.expr('bool')}"
        self.loops += 1
        body = [self.body(depth + 1)]
        for _ in range(r.randrange(3)):
            body.append(r.choice([
                lambda: self.out("loop." + r.choice(["index", "index0", "first", "last", "length", "revindex", "revindex0", "depth", "previtem", "nextitem"])),
                lambda: self.out("loop.cycle('a', 'b')"),
                lambda: self.out(f"loop.changed({name})"),
                lambda: self.out(f"loop.cycle({name}, 'x', loop.index)"),
                lambda: self.out(f"loop.changed({name}, loop.first)"),
                lambda: self.out(r.choice(["loop.previtem is defined", "loop.nextitem | default('end')", "loop.length - loop.index", "loop.index is divisibleby 2", "loop"])) if r.random() < 0.5 else "{{ loop.revindex0 }}",
                lambda: "{% if not loop.last %},{% endif %}",
                lambda: self.block(f"if {self.expr('bool')}") + self.block(r.choice(["break", "continue"])) + self.block("endif"),
                lambda: self.out(name),
            ])())
        r.shuffle(body)
        self.loops -= 1
        self.scope = saved
        text = self.block(f"for {target} in {source}{condition}") + "".join(body)
        if r.random() < 0.2:
            text += self.block("else") + self.scoped_body(depth + 1)
        return text + self.block("endfor")

    def macro(self, depth):
        r = self.r
        saved, saved_macros = dict(self.scope), list(self.macros)
        name = f"m{len(self.macros)}{self.new_name()}"
        params = [f"p{i}" for i in range(r.randrange(4))]
        shown, with_default = [], False
        for p in params:
            with_default = with_default or r.random() < 0.3
            shown.append(p + (f"={self.expr('any')}" if with_default else ""))
            self.scope[p] = "any"
        caller = r.random() < 0.2
        shares = caller and r.random() < 0.3  # caller() hands a value to the call block
        body = self.body(depth + 1)
        if r.random() < 0.1 and params and not caller:
            body += self.block(f"if {params[0]} is number and {params[0]} > 0 and {params[0]} < 5") + self.out(f"{name}({params[0]} - 1)") + self.block("endif")
        if shares:
            body += self.out(f"caller({self.expr('any')})")
        elif caller:
            body += self.out("caller()" if r.random() < 0.7 else "caller() if caller")
        if r.random() < 0.1:
            body += self.out("varargs") + self.out("kwargs")
        self.scope, self.macros = saved, saved_macros
        text = self.block(f"macro {name}({', '.join(shown)})") + body + self.block("endmacro")
        if shares:
            inner = self.new_name()
            saved = dict(self.scope)
            self.scope[inner] = "any"
            inside = self.out(inner) + self.body(depth + 1)
            self.scope = saved
            return text + self.block(f"call({inner}{r.choice(['', '=1', ', more=2'])}) {name}({', '.join(self.expr('any') for _ in params)})") + inside + self.block("endcall")
        if caller:
            return text + self.block(f"call {name}({', '.join(self.expr('any') for _ in params)})") + self.scoped_body(depth + 1) + self.block("endcall")
        if depth == 0:
            self.macros.append((name, params))
        return text + self.out(f"{name}({', '.join(self.expr('any') for _ in params)})")

    def native(self):
        """A value as it stands in YAML: mostly one expression."""
        self.make_context()
        r = self.r
        text = self.out(self.expr("any"))
        if r.random() < 0.2:
            text = r.choice(["", "a", " ", "1", "\n"]) + text + r.choice(["", "b", " "])
        if r.random() < 0.15:
            text += self.out(self.expr("any"))
        if r.random() < 0.2:
            text = "{{ (" + self.expr(r.choice(["str", "any"])) + ") | " + r.choice(["as_native", "as_bool", "as_number", "as_text", "as_native | as_text"]) + " }}"
        return text

    def template(self):
        self.make_context()
        return "".join(self.statement(0) for _ in range(self.r.randrange(1, 6)))


SOUP = ["{{ x }}", "{{- x }}", "{{ x -}}", "{{- x -}}", "{{x}}", "{{ 'a' }}", "{{ 'a}}b' }}", '{{ "{%" }}', "{% if t %}", "{%- if t -%}", "{% endif %}",
        "{%- endif %}", "{% endif -%}", "{% else %}", "{% for i in l %}", "{%- for i in l -%}", "{{ i }}", "{% endfor %}", "{%- endfor -%}", "{% raw %}",
        "{%- raw -%}", "{% endraw %}", "{%- endraw -%}", "{# c #}", "{#- c -#}", "{# {{ x }} #}", "{# #", "#}", "{%", "%}", "{{", "}}", "{#", "-", "+",
        "{%+ if t %}", "{{+ x }}", "{% set y = 1 %}", "{% set y %}", "{% endset %}", "{{ y }}", " ", "  ", "\n", "\n\n", "\r\n", "\t", "a", "b c", "{", "}",
        "%", "#", "'", '"', "<", ">", "<<", "select 1", "-- {{ x }}\n", "{{ {'a': 1} }}", "{{ {} }}", "{{ '\n' }}", "{% do l %}", "{{ x\n}}", "{%\nif t\n%}"]


def soup(rng):
    """Tags, halves of tags, white space and text in any order: what a lexer must get right."""
    return "".join(rng.choice(SOUP) for _ in range(rng.randrange(1, 9)))
