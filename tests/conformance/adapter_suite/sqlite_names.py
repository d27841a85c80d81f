"""The database that cdbt wrote, as dbt's SQLite adapter expects it.

dbt's adapter attaches one file a schema; cdbt keeps all schemas in one file and puts the schema before the name:
`s.t` is `s__t`. A connection made here rewrites the statements of the test suite (and of dbt's adapter) accordingly. It
knows a schema by `attach database .. as s`, which is the adapter's way to create one, or by the suite's way to name them.
"""

import hashlib
import re
import sqlite3

# The classes of the suite write PostgreSQL where they prepare and change data; here it is said as SQLite says it.
POSTGRES = [
    (re.compile(r"::\s*(?:timestamp|text|varchar|date)(?:\s+without\s+time\s+zone)?\b", re.IGNORECASE), ""),
    (re.compile(r"(\w+)\s*\+\s*interval\s*'(\d+) (\w+)'", re.IGNORECASE), r"datetime(\1, '+\2 \3')"),
    (re.compile(r"\btimestamp\s+without\s+time\s+zone\b", re.IGNORECASE), "text"),
    (re.compile(r"\b(?:serial|bigserial)\s+primary\s+key\b", re.IGNORECASE), "integer primary key"),
]

# A string literal (left alone), a qualified name.
QUALIFIED = re.compile(r"""('(?:[^']|'')*')|(?<![\w."])(?:"?warehouse"?\s*\.\s*)?("?)(\w+)\2\s*\.\s*(?:"([^"]+)"|(\w+))(?!\s*\.)""")
DROP_SCHEMA = re.compile(r"\s*drop\s+schema\s+(?:if\s+exists\s+)?\"?(\w+)\"?(?:\s+cascade)?\s*;?\s*$", re.IGNORECASE)
CREATE_SCHEMA = re.compile(r"\s*create\s+schema\s+(?:if\s+not\s+exists\s+)?\"?(\w+)\"?\s*;?\s*$", re.IGNORECASE)
ATTACH = re.compile(r"\s*attach\s+(?:database\s+)?'([^']*)'\s+as\s+[\"']?(\w+)[\"']?\s*;?\s*$", re.IGNORECASE)
DETACH = re.compile(r"\s*detach\s+database\s+\"?(\w+)\"?", re.IGNORECASE)
PRAGMA = re.compile(r"\s*pragma\s+\"?(\w+)\"?\s*\.\s*(\w+)\s*\(\s*[\"']?([^\"')]+)[\"']?\s*\)", re.IGNORECASE)
RENAME = re.compile(r"(\s*alter\s+table\s+\"(\w+?)__[^\"]+\"\s+rename\s+to\s+)\"?(\w+)\"?\s*;?\s*$", re.IGNORECASE)
OF_THE_SUITE = re.compile(r"test\d{16,}_", re.IGNORECASE)

MASTER = ("(select type, substr(name, {skip}) as name, substr(tbl_name, {skip}) as tbl_name, rootpage, sql"
          " from sqlite_master where lower(substr(name, 1, {length})) = lower('{prefix}'))")


class Names:
    """What the connections of one test know of its schemas."""

    def __init__(self):
        self.schemas = set()

    def is_schema(self, name):
        return name.lower() in self.schemas or bool(OF_THE_SUITE.match(name))

    def rewrite(self, sql):
        found = ATTACH.match(sql)
        if found:
            open(found[1], "a", encoding="utf-8").close()  # the adapter removes it when the schema is dropped
            self.schemas.add(found[2].lower())
            return "select 1"
        found = DETACH.match(sql)
        if found:
            self.schemas.discard(found[1].lower())
            return "select 1"
        if sql.strip().rstrip(";").strip().lower() == "pragma database_list":
            rows = "".join(f" union all select {n}, '{name}', ''" for n, name in enumerate(sorted(self.schemas), 2))
            return f"select 0 as seq, 'main' as name, '' as file{rows}"
        found = PRAGMA.match(sql)
        if found and self.is_schema(found[1]):
            return f"pragma {found[2]}(\"{found[1]}__{found[3]}\")"
        found = CREATE_SCHEMA.match(sql)
        if found:
            self.schemas.add(found[1].lower())
            return "select 1"
        for pattern, replacement in POSTGRES:
            sql = pattern.sub(replacement, sql)
        sql = QUALIFIED.sub(self.name, sql)
        found = RENAME.match(sql)
        if found:
            sql = f'{found[1]}"{found[2]}__{found[3]}"'
        return sql

    def name(self, match):
        if match[1] or not self.is_schema(match[3]):
            return match[0]
        schema, table = match[3], match[4] or match[5]
        if table == "sqlite_master":
            prefix = schema + "__"
            return MASTER.format(prefix=prefix, length=len(prefix), skip=len(prefix) + 1)
        return f'"{schema}__{table}"'


def statements(sql):
    """One by one: Python's cursor takes no more, PostgreSQL's takes many."""
    if ";" not in sql.strip().rstrip(";"):
        return [sql]
    found, rest = [], ""
    for piece in sql.split(";"):
        rest += piece + ";"
        if sqlite3.complete_statement(rest):
            if rest.strip(" ;\n\t"):
                found.append(rest)
            rest = ""
    if rest.strip(" ;\n\t"):
        found.append(rest)
    return found


def connection_class(names):
    class MappedCursor(sqlite3.Cursor):
        def execute(self, sql, *arguments):
            found = DROP_SCHEMA.match(sql)
            if found:
                self.drop_schema(found[1])
                return self
            result = self
            for statement in statements(sql):
                result = super().execute(names.rewrite(statement), *arguments)
            return result

        def drop_schema(self, schema):
            super().execute("select type, name from sqlite_master where type in ('table', 'view')"
                            " and lower(substr(name, 1, ?)) = lower(?)", (len(schema) + 2, schema + "__"))
            for kind, name in self.fetchall():
                super().execute(f'drop {kind} if exists "{name}"')
            names.schemas.discard(schema.lower())

        def executemany(self, sql, *arguments):
            return super().executemany(names.rewrite(sql), *arguments)

    class MappedConnection(sqlite3.Connection):
        def cursor(self, factory=MappedCursor):
            return super().cursor(factory)

        def execute(self, sql, *arguments):
            return self.cursor().execute(sql, *arguments)

    return MappedConnection


def md5(value):
    return None if value is None else hashlib.md5(str(value).encode()).hexdigest()


class Module:
    """Stands for the module sqlite3 in the adapter: its connections are mapped (unless there are no names to map) and know
    md5(), for which the adapter's snapshots want an extension."""

    def __init__(self, names):
        self.factory = connection_class(names) if names else sqlite3.Connection

    def __getattr__(self, name):
        return getattr(sqlite3, name)

    def connect(self, path, **options):
        connection = sqlite3.connect(path, factory=self.factory, timeout=20, **options)
        connection.create_function("md5", 1, md5, deterministic=True)
        return connection
