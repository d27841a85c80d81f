/* Check before write: statements are compiled against an empty shadow of the schema, in memory.
 *
 * SQLite reads a connection's whole schema again at each `create table`, so one growing shadow would cost quadratic time:
 * there is a fresh one every SHADOW_TABLES tables, and a table is made there only when a statement names it. A relation
 * that nobody described is looked up in the real database once. One whose columns are unknown is never made: a statement
 * that needs it is not checked, and says so.
 *
 * Names in double quotes: SQLite takes "x" for the string 'x' when there is no such column, which hides misspelt ones.
 * Here such a name is first taken for a column; only if there is none and none is nearly called so, it is a string. */
#include "adapter/sqlite/sqlite.h"

#include "base/edit.h"
#include "base/map.h"
#include "sql/scan.h"

#include <limits.h>
#include <string.h>

enum { SHADOW_TABLES = 256, MOST_STRINGS = 256 };

typedef struct Shadow {
    Str alias, name; /* alias empty: main */
    AdapterColumns columns;
    bool known;
    uint32_t generation; /* the handle that has its table */
} Shadow;

typedef struct SqliteCheck {
    AdapterCheck base;
    Arena *arena; /* owned */
    Map relations; /* lower-case "name" or "alias.name" -> Shadow * */
    sqlite3 *handle; /* owned: the shadow of this generation */
    uint32_t generation, tables;
    AdapterConnection *real; /* owned: made when a name is first looked up in the real database */
} SqliteCheck;

typedef VEC(Str) Names;

static Str key_of(Arena *arena, Str alias, Str name)
{
    if (alias.len == 0 || str_eq_nocase(alias, STR("main"))) return str_lower(arena, name);
    return str_lower(arena, str_cat(arena, str_cat(arena, alias, STR(".")), name));
}

bool sqlite_check_begin(AdapterDatabase *database, AdapterCheck **result, AdapterError *error)
{
    (void)error;
    Arena *arena = arena_new();
    SqliteCheck *check = ARENA_NEW(arena, SqliteCheck);
    *check = (SqliteCheck){.base = {database}, .arena = arena};
    map_init(&check->relations, arena);
    *result = &check->base;
    return true;
}

void sqlite_check_end(AdapterCheck *base)
{
    SqliteCheck *check = (SqliteCheck *)base;
    sqlite3_close_v2(check->handle);
    adapter_disconnect(check->real);
    arena_free(check->arena);
}

/* ---- shadows ---- */

/* What `create table as` makes of two columns with one name: "x" and "x:1" (sqlite3ColumnsFromExprList). */
static Str free_name(Arena *arena, Map *taken, Str name)
{
    Str candidate = name;
    for (unsigned i = 1; map_has(taken, str_lower(arena, candidate)); i++)
        candidate = str_fmt(arena, "%.*s:%u", STR_ARG(name), i);
    map_put(taken, str_lower(arena, candidate), taken);
    return candidate;
}

static Shadow *describe(SqliteCheck *check, Str alias, Str name, const AdapterColumns *columns)
{
    void **slot = map_slot(&check->relations, key_of(check->arena, alias, name));
    Shadow *shadow = *slot;
    if (!shadow) {
        *slot = shadow = ARENA_NEW(check->arena, Shadow);
        shadow->alias = str_eq_nocase(alias, STR("main")) ? STR_EMPTY : str_dup(check->arena, alias);
        shadow->name = str_dup(check->arena, name);
    }
    if (shadow->generation == check->generation && check->handle) {
        sqlite3_close_v2(check->handle); /* it holds the table as it was */
        check->handle = NULL;
    }
    shadow->generation = 0;
    shadow->known = columns != NULL;
    shadow->columns = (AdapterColumns){0};
    if (!columns) return shadow;
    Map taken;
    map_init(&taken, check->arena);
    shadow->columns.at = ARENA_ARRAY(check->arena, AdapterColumn, columns->n + 1);
    shadow->columns.n = columns->n;
    for (size_t i = 0; i < columns->n; i++) {
        shadow->columns.at[i].name = free_name(check->arena, &taken, str_dup(check->arena, columns->at[i].name));
        shadow->columns.at[i].type = str_dup(check->arena, columns->at[i].type);
    }
    return shadow;
}

bool sqlite_check_relation(AdapterCheck *base, Str relation, const AdapterColumns *columns, AdapterError *error)
{
    SqliteCheck *check = (SqliteCheck *)base;
    Str alias, name;
    sqlite_split_name(error->arena, relation, &alias, &name);
    describe(check, alias, name, columns);
    return true;
}

static bool new_handle(SqliteCheck *check, AdapterError *error)
{
    sqlite3_close_v2(check->handle);
    check->generation++;
    check->tables = 0;
    int code = sqlite3_open_v2(":memory:", &check->handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) return sqlite_fail(check->handle, code, STR_EMPTY, 0, error);
    sqlite_prepare_handle(check->handle, false);
    const SqliteDatabase *database = (const SqliteDatabase *)check->base.database;
    for (size_t i = 0; i < database->attached.n && code == SQLITE_OK; i++) {
        char *sql = sqlite3_mprintf("attach ':memory:' as %Q", str_c(error->arena, database->attached.at[i].alias));
        code = sqlite3_exec(check->handle, sql, NULL, NULL, NULL);
        sqlite3_free(sql);
    }
    return code == SQLITE_OK || sqlite_fail(check->handle, code, STR_EMPTY, 0, error);
}

/* A type is copied into the statement as it stands if it can be nothing but a type. */
static bool is_type(Str type)
{
    for (size_t i = 0; i < type.len; i++) {
        char c = type.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ' ';
        if (!word && !(i && ((c >= '0' && c <= '9') || c == '(' || c == ')' || c == ','))) return false;
    }
    return type.len > 0;
}

static bool make_table(SqliteCheck *check, Shadow *shadow, AdapterError *error)
{
    const Dialect *dialect = adapter_sqlite.dialect;
    Buf sql;
    buf_init(&sql, error->arena);
    buf_addz(&sql, "create table ");
    if (shadow->alias.len) {
        buf_add(&sql, dialect_quote_identifier(error->arena, dialect, shadow->alias));
        buf_addc(&sql, '.');
    }
    buf_add(&sql, dialect_quote_identifier(error->arena, dialect, shadow->name));
    for (size_t i = 0; i < shadow->columns.n; i++) {
        buf_addz(&sql, i ? ", " : " (");
        buf_add(&sql, dialect_quote_identifier(error->arena, dialect, shadow->columns.at[i].name));
        if (is_type(shadow->columns.at[i].type)) {
            buf_addc(&sql, ' ');
            buf_add(&sql, shadow->columns.at[i].type);
        }
    }
    buf_addc(&sql, ')');
    int code = sqlite3_exec(check->handle, buf_str(&sql).ptr, NULL, NULL, NULL);
    if (code != SQLITE_OK) return sqlite_fail(check->handle, code, STR_EMPTY, 0, error);
    shadow->generation = check->generation;
    check->tables++;
    return true;
}

/* A walk over the names of a statement: each with the relations that it may mean. */
typedef struct Mentions {
    SqlScanner scanner;
    Str before; /* the name before a dot */
    bool dot;
    SqlToken token;
    Str name;
    Shadow *found[2]; /* by the name alone, by the name behind its alias; NULL if not described */
} Mentions;

static Mentions mentions_of(Str sql)
{
    return (Mentions){.scanner = sql_scanner(&sql_sqlite, sql), .before = STR_EMPTY};
}

static bool next_mention(const SqliteCheck *check, Arena *arena, Mentions *m)
{
    for (;;) {
        SqlToken t = m->token = sql_next(&m->scanner);
        if (t.kind == SQL_END) return false;
        if (t.kind == SQL_NAME || t.kind == SQL_QUOTED_NAME) break;
        m->dot = t.kind == SQL_DOT;
        if (!m->dot) m->before = STR_EMPTY;
    }
    m->name = sql_name_text(arena, m->scanner.text, m->token);
    m->found[0] = map_get(&check->relations, key_of(arena, STR_EMPTY, m->name));
    m->found[1] = m->dot && m->before.len ? map_get(&check->relations, key_of(arena, m->before, m->name)) : NULL;
    m->before = m->name;
    m->dot = false;
    return true;
}

/* Makes the tables of all described relations that the statement names. A name may be a column's: no harm. */
static bool make_parents(SqliteCheck *check, Str sql, AdapterError *error)
{
    if ((!check->handle || check->tables >= SHADOW_TABLES) && !new_handle(check, error)) return false;
    Mentions m = mentions_of(sql);
    while (next_mention(check, error->arena, &m))
        for (size_t i = 0; i < 2; i++) {
            Shadow *shadow = m.found[i];
            if (shadow && shadow->known && shadow->generation != check->generation && shadow->columns.n &&
                !make_table(check, shadow, error))
                return false;
        }
    return true;
}

/* Looks a name that nobody described up in the real database: a table that is named without ref or source. */
static bool look_up(SqliteCheck *check, Str alias, Str name, AdapterError *error)
{
    AdapterError ignored;
    adapter_error_init(&ignored, error->arena);
    if (!check->real && !adapter_connect(check->base.database, ADAPTER_READER, &check->real, &ignored)) return false;
    Str relation = dialect_quote_identifier(error->arena, adapter_sqlite.dialect, name);
    if (alias.len)
        relation =
            str_fmt(error->arena, "%.*s.%.*s",
                    STR_ARG(dialect_quote_identifier(error->arena, adapter_sqlite.dialect, alias)), STR_ARG(relation));
    AdapterColumns columns;
    bool found = adapter_columns(check->real, relation, error->arena, &columns, &ignored);
    if (!found && ignored.kind == ADAPTER_MISSING_RELATION) {
        Str missing_alias, missing;
        sqlite_split_name(error->arena, ignored.subject, &missing_alias, &missing);
        if (str_eq_nocase(missing, name))
            return false; /* there is none; any other missing name is that of a view's own parent */
    }
    describe(check, alias, name, found ? &columns : NULL);
    return true;
}

/* ---- hints ---- */

static void add_names(Arena *arena, Names *names, const Shadow *shadow)
{
    for (size_t i = 0; shadow && i < shadow->columns.n; i++) vec_push(arena, names, shadow->columns.at[i].name);
}

/* Names that a column reference in this statement could mean: columns of what it reads, and names after `as`. */
static Names column_names(SqliteCheck *check, Str sql, Arena *arena)
{
    Names names = {0};
    Mentions m = mentions_of(sql);
    bool after_as = false;
    while (next_mention(check, arena, &m)) {
        add_names(arena, &names, m.found[0]);
        add_names(arena, &names, m.found[1]);
        if (after_as) vec_push(arena, &names, m.name);
        after_as = sql_is_word(sql, m.token, "as");
    }
    return names;
}

static Names function_names(SqliteCheck *check, Arena *arena)
{
    Names names = {0};
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(check->handle, "select distinct name from pragma_function_list", -1, &statement, NULL) ==
        SQLITE_OK)
        while (sqlite3_step(statement) == SQLITE_ROW)
            vec_push(arena, &names, str_dup(arena, sqlite_column_text(statement, 0)));
    sqlite3_finalize(statement);
    return names;
}

static Names relation_names(SqliteCheck *check, Arena *arena)
{
    Names names = {0};
    for (size_t i = 0; i < check->relations.count; i++) {
        const Shadow *shadow = check->relations.entries[i].value;
        vec_push(arena, &names, shadow->name);
    }
    return names;
}

static Str last_part(Str name)
{
    size_t dot = str_rfind_char(name, '.');
    return dot == STR_NPOS ? name : str_from_index(name, dot + 1);
}

static void add_hint(SqliteCheck *check, Str sql, AdapterError *error)
{
    Names names = {0};
    if (error->kind == ADAPTER_MISSING_COLUMN)
        names = column_names(check, sql, error->arena);
    else if (error->kind == ADAPTER_MISSING_FUNCTION && str_starts(error->message, STR("no such")))
        names = function_names(check, error->arena);
    else if (error->kind == ADAPTER_MISSING_RELATION)
        names = relation_names(check, error->arena);
    Str best;
    if (names.n && nearest(last_part(error->subject), names.at, names.n, &best))
        error->hint = str_fmt(error->arena, "did you mean '%.*s'?", STR_ARG(best));
}

/* ---- statements ---- */

typedef struct Strings {
    VEC(size_t) offsets;
    VEC(Str) texts;
} Strings;

/* If the error is about a name in double quotes that cannot be a misspelt column: turns it into a string, in place, so
 * that all offsets stay. */
static bool take_for_string(SqliteCheck *check, Str sql, Arena *arena, Strings *strings, const AdapterError *error)
{
    const SqliteDatabase *database = (const SqliteDatabase *)check->base.database;
    if (!database->quoted_strings || error->kind != ADAPTER_MISSING_COLUMN || error->offset < 0 ||
        strings->offsets.n >= MOST_STRINGS)
        return false;
    SqlScanner scanner = sql_scanner(&sql_sqlite, sql);
    scanner.at = (size_t)error->offset;
    SqlToken token = sql_next(&scanner);
    Str raw = str_slice(sql, token.start, token.end);
    if (token.kind != SQL_QUOTED_NAME || raw.ptr[0] != '"' || sql_next(&scanner).kind == SQL_DOT) return false;
    Str text = str_slice(raw, 1, raw.len - 1), best;
    if (str_find_char(text, '\'', 0) != STR_NPOS || str_find_char(text, '"', 0) != STR_NPOS) return false;
    Names names = column_names(check, sql, arena);
    if (names.n && nearest(text, names.at, names.n, &best)) return false;
    vec_push(arena, &strings->offsets, token.start);
    vec_push(arena, &strings->texts, str_dup(arena, text));
    char *writable = (char *)(uintptr_t)sql.ptr; /* the caller's own copy */
    writable[token.start] = writable[token.end - 1] = '\'';
    return true;
}

static bool second_statement(Str sql, AdapterError *error)
{
    size_t second = sql_second_statement(&sql_sqlite, sql);
    if (second == STR_NPOS) return false;
    adapter_error_set(error, ADAPTER_SYNTAX, "a second statement begins here; a model is one SELECT");
    error->offset = (int64_t)second;
    return true;
}

typedef enum Outcome { CHECK_GOOD, CHECK_BAD, CHECK_UNKNOWN } Outcome;

static Outcome compile(SqliteCheck *check, Str sql, Arena *arena, Strings *strings, sqlite3_stmt **statement,
                       Str *unknown, AdapterError *error)
{
    for (;;) {
        int code = sqlite3_prepare_v2(check->handle, sql.ptr, (int)sql.len, statement, NULL);
        if (code == SQLITE_OK) return CHECK_GOOD;
        sqlite_fail(check->handle, code, sql, 0, error);
        if (take_for_string(check, sql, arena, strings, error)) continue;
        if (error->kind != ADAPTER_MISSING_RELATION) return CHECK_BAD;
        Str alias, name;
        sqlite_split_name(error->arena, error->subject, &alias, &name);
        if (str_eq_nocase(alias, STR("main"))) alias = STR_EMPTY;
        Shadow *shadow = map_get(&check->relations, key_of(error->arena, alias, name));
        if (shadow && (!shadow->known || shadow->columns.n == 0)) {
            *unknown = str_dup(arena, error->subject);
            return CHECK_UNKNOWN;
        }
        AdapterError first = *error;
        if (shadow || !look_up(check, alias, name, error) || !make_parents(check, sql, error)) {
            *error = first;
            return CHECK_BAD;
        }
    }
}

bool sqlite_check_prepare(AdapterCheck *base, Str sql, Arena *arena, AdapterChecked *checked, AdapterError *error)
{
    SqliteCheck *check = (SqliteCheck *)base;
    if (sql.len > INT_MAX || second_statement(sql, error)) return false;
    if (!make_parents(check, sql, error)) return false;
    ArenaMark mark = arena_mark(error->arena);
    Str copy = error->arena == arena ? str_dup(arena, sql) : str_dup(error->arena, sql);
    Strings strings = {0};
    sqlite3_stmt *statement = NULL;
    AdapterChecked result = {.unknown_because = STR_EMPTY};
    Outcome outcome = compile(check, copy, arena, &strings, &statement, &result.unknown_because, error);
    if (outcome == CHECK_BAD) {
        add_hint(check, sql, error);
        return false;
    }
    if (outcome == CHECK_GOOD && !statement) {
        adapter_error_set(error, ADAPTER_SYNTAX, "there is no statement");
        error->offset = 0;
        return false;
    }
    if (outcome == CHECK_GOOD && sqlite3_column_count(statement) == 0) {
        sqlite3_finalize(statement);
        adapter_error_set(error, ADAPTER_SYNTAX, "this statement gives no columns; a model is one SELECT");
        error->offset = 0;
        return false;
    }
    if (outcome == CHECK_GOOD) {
        result.known = true;
        result.columns = sqlite_result_columns(statement, arena);
    }
    sqlite3_finalize(statement);
    result.string_offsets = strings.offsets.at;
    result.strings = strings.texts.at;
    result.string_count = strings.offsets.n;
    *checked = result;
    adapter_error_init(error, error->arena);
    if (error->arena != arena) arena_rewind(error->arena, mark);
    return true;
}

/* ---- types of expressions ---- */

static void take_types(SqliteCheck *check, Str sql, Arena *arena, AdapterColumns *columns, bool values)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(check->handle, sql.ptr, (int)sql.len, &statement, NULL) == SQLITE_OK &&
        sqlite3_column_count(statement) == (int)columns->n && (!values || sqlite3_step(statement) == SQLITE_ROW))
        for (int i = 0; i < (int)columns->n; i++) {
            if (is_type(columns->at[i].type)) continue;
            Str type = values ? sqlite_column_text(statement, i) : str_from(sqlite3_column_decltype(statement, i));
            if (!str_eq(type, STR("null"))) columns->at[i].type = str_upper(arena, str_dup(arena, type));
        }
    sqlite3_finalize(statement);
}

/* A table made from the query gets the affinities of its expressions (a cast's, a column's); and where the query gives a row
 * even over empty tables (literals, counts), the row's values have types. */
void sqlite_check_types(AdapterCheck *base, Str sql, Arena *arena, AdapterColumns *columns)
{
    SqliteCheck *check = (SqliteCheck *)base;
    bool all = true;
    for (size_t i = 0; i < columns->n; i++) all = all && is_type(columns->at[i].type);
    AdapterError ignored;
    adapter_error_init(&ignored, arena);
    if (all || !make_parents(check, sql, &ignored)) return;
    Arena *scratch = arena_new();
    Str create = str_fmt(scratch, "create temp table cdbt_types as %.*s\n", STR_ARG(sql));
    if (sqlite3_exec(check->handle, create.ptr, NULL, NULL, NULL) == SQLITE_OK) {
        take_types(check, STR("select * from temp.cdbt_types"), arena, columns, false);
        Buf types;
        buf_init(&types, scratch);
        for (size_t i = 0; i < columns->n; i++) {
            Str name = dialect_quote_identifier(scratch, adapter_sqlite.dialect, columns->at[i].name);
            buf_addf(&types, "%stypeof(%.*s)", i ? ", " : "select ", STR_ARG(name));
        }
        buf_addz(&types, " from temp.cdbt_types limit 1");
        take_types(check, buf_str(&types), arena, columns, true);
        sqlite3_exec(check->handle, "drop table temp.cdbt_types", NULL, NULL, NULL);
    }
    arena_free(scratch);
}
