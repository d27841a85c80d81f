/* Check before write: statements are prepared against empty views that stand for what the run will make, in scratch
 * schemas of a transaction that is rolled back at the end. Nobody else ever sees them.
 *
 * A view is made when a statement first names its relation, and the name in the statement is turned to it: only the part
 * before the identifier changes, so that unaliased tables keep their names. What nobody described is the real thing in
 * the database. A savepoint lies behind the newest view: what fails goes back to it. */
#include "adapter/postgres/postgres.h"

#include "base/clock.h"
#include "base/edit.h"
#include "sql/scan.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Shadow {
    Str schema, name;
    AdapterColumns columns;
    bool known, made;
} Shadow;

typedef struct Edit {
    size_t old_start, old_end, new_start, new_end;
} Edit;

typedef struct PgCheck {
    AdapterCheck base;
    Arena *arena; /* owned: this object */
    PgConnection *connection; /* owned */
    Map shadows; /* "schema.name" -> Shadow * */
    Map scratch; /* schema -> Str *: the scratch schema's name */
    Str stem; /* of the names of scratch schemas */
} PgCheck;

typedef VEC(Edit) Edits;

static const char *quoted(Arena *arena, Str name)
{
    return dialect_quote_identifier(arena, adapter_postgres.dialect, name).ptr;
}

/* ---- begin and end ---- */

bool pg_check_begin(AdapterDatabase *base, AdapterCheck **result, AdapterError *error)
{
    AdapterConnection *connection = NULL;
    if (!pg_connect_writing((PgDatabase *)base, &connection, error)) return false;
    Arena *arena = arena_new();
    PgCheck *check = ARENA_NEW(arena, PgCheck);
    *check = (PgCheck){.base = {base}, .arena = arena, .connection = (PgConnection *)connection};
    map_init(&check->shadows, arena);
    map_init(&check->scratch, arena);
    check->stem = str_fmt(arena, "cdbt_check_%lx_%llx", (unsigned long)getpid(),
                          (unsigned long long)(clock_wall_us() & 0xffffffffff));
    /* The right to make a schema is tried out at once: without it nothing can be checked. */
    Str sql = str_fmt(error->arena, "set local lock_timeout to '5s'; create schema %s; savepoint cdbt_check",
                      quoted(error->arena, check->stem));
    if (pg_transaction(connection, ADAPTER_BEGIN, error) && pg_may_run(check->connection, error) &&
        pg_run(check->connection, sql.ptr, error)) {
        *result = &check->base;
        return true;
    }
    pg_check_end(&check->base);
    return false;
}

void pg_check_end(AdapterCheck *base)
{
    PgCheck *check = (PgCheck *)base;
    pg_disconnect(&check->connection->base); /* which rolls back */
    arena_free(check->arena);
}

static bool back(PgCheck *check, Arena *arena)
{
    AdapterError ignored;
    adapter_error_init(&ignored, arena);
    return pg_run(check->connection, "rollback to savepoint cdbt_check", &ignored);
}

/* ---- names ---- */

static Str folded(Arena *arena, Str sql, SqlToken token)
{
    Str name = sql_name_text(arena, sql, token);
    return token.kind == SQL_QUOTED_NAME ? name : str_lower(arena, name);
}

static bool is_name(SqlToken token)
{
    return token.kind == SQL_NAME || token.kind == SQL_QUOTED_NAME;
}

static Str key_of(Arena *arena, Str schema, Str name)
{
    return str_fmt(arena, "%.*s.%.*s", STR_ARG(schema), STR_ARG(name));
}

/* A walk over the dotted names of a statement. */
typedef struct Walk {
    SqlScanner scanner;
    SqlToken parts[4];
    size_t count; /* of the chain at hand, at most 4 */
} Walk;

static bool next_chain(Walk *walk)
{
    SqlToken token = sql_next(&walk->scanner);
    for (;;) {
        while (!is_name(token)) {
            if (token.kind == SQL_END) return false;
            token = sql_next(&walk->scanner);
        }
        walk->count = 0;
        do {
            if (walk->count < 4) walk->parts[walk->count++] = token;
            size_t before = walk->scanner.at;
            token = sql_next(&walk->scanner);
            if (token.kind != SQL_DOT) {
                walk->scanner.at = before;
                break;
            }
            token = sql_next(&walk->scanner);
        } while (is_name(token));
        return true;
    }
}

/* The described relation that a chain names: "schema.name" or "database.schema.name", maybe with a column behind it.
 * *identifier is the place of the name among the parts. */
static Shadow *shadow_of(const PgCheck *check, Arena *arena, const Walk *walk, size_t *identifier)
{
    Str sql = walk->scanner.text;
    const PgDatabase *database = (const PgDatabase *)check->base.database;
    for (size_t schema = 0; schema < 2 && schema + 1 < walk->count; schema++) {
        if (schema && !str_eq(folded(arena, sql, walk->parts[0]), database->name)) continue;
        Shadow *shadow = map_get(&check->shadows, key_of(arena, folded(arena, sql, walk->parts[schema]),
                                                         folded(arena, sql, walk->parts[schema + 1])));
        *identifier = schema + 1;
        if (shadow) return shadow;
    }
    return NULL;
}

bool pg_check_relation(AdapterCheck *base, Str relation, const AdapterColumns *columns, AdapterError *error)
{
    PgCheck *check = (PgCheck *)base;
    Walk walk = {.scanner = sql_scanner(&sql_postgres, relation)};
    if (!next_chain(&walk) || walk.count < 2 || walk.count > 3) return true; /* not one of ours */
    Str schema = folded(check->arena, relation, walk.parts[walk.count - 2]);
    Str name = folded(check->arena, relation, walk.parts[walk.count - 1]);
    void **slot = map_slot(&check->shadows, key_of(check->arena, schema, name));
    Shadow *shadow = *slot;
    if (shadow && shadow->made) {
        AdapterError ignored;
        adapter_error_init(&ignored, error->arena);
        const Str *scratch = map_get(&check->scratch, schema);
        Str sql = str_fmt(error->arena, "drop view %s.%s; release savepoint cdbt_check; savepoint cdbt_check",
                          quoted(error->arena, *scratch), quoted(error->arena, name));
        pg_run(check->connection, sql.ptr, &ignored);
    }
    if (!shadow) *slot = shadow = ARENA_NEW(check->arena, Shadow);
    *shadow = (Shadow){.schema = schema, .name = name, .known = columns && columns->n};
    if (!shadow->known) return true;
    shadow->columns = (AdapterColumns){ARENA_ARRAY(check->arena, AdapterColumn, columns->n), columns->n};
    Map taken;
    map_init(&taken, error->arena);
    for (size_t i = 0; i < columns->n; i++) {
        AdapterColumn *column = &shadow->columns.at[i];
        *column = (AdapterColumn){.name = str_dup(check->arena, columns->at[i].name),
                                  .type = str_dup(check->arena, columns->at[i].type)};
        if (map_put(&taken, column->name, column)) shadow->known = false; /* no relation can have a name twice */
    }
    return true;
}

/* ---- views ---- */

/* A type is copied into the statement as it stands if it can be nothing but a type. */
static bool is_type(Str type)
{
    for (size_t i = 0; i < type.len; i++) {
        char c = type.ptr[i];
        bool word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '"' || (unsigned char)c >= 0x80;
        bool more = (c >= '0' && c <= '9') || strchr(" (),.[]", c);
        if (!word && !(i && more)) return false;
    }
    return type.len > 0;
}

static void make_view(PgCheck *check, Shadow *shadow, Arena *arena)
{
    Buf sql;
    buf_init(&sql, arena);
    Str *scratch = map_get(&check->scratch, shadow->schema);
    if (!scratch) {
        scratch = ARENA_NEW(check->arena, Str);
        *scratch = check->scratch.count ? str_fmt(check->arena, "%.*s_%zu", STR_ARG(check->stem), check->scratch.count)
                                        : check->stem;
        if (check->scratch.count) buf_addf(&sql, "create schema %s; ", quoted(arena, *scratch));
    }
    buf_addf(&sql, "create view %s.%s as select ", quoted(arena, *scratch), quoted(arena, shadow->name));
    for (size_t i = 0; i < shadow->columns.n && shadow->known; i++) {
        const AdapterColumn *column = &shadow->columns.at[i];
        shadow->known = is_type(column->type);
        buf_addf(&sql, "%snull::%.*s as %s", i ? ", " : "", STR_ARG(column->type), quoted(arena, column->name));
    }
    if (!shadow->known) return;
    buf_addz(&sql, "; release savepoint cdbt_check; savepoint cdbt_check");
    AdapterError error;
    adapter_error_init(&error, arena);
    shadow->known = shadow->made = pg_run(check->connection, buf_str(&sql).ptr, &error);
    if (shadow->made)
        map_put(&check->scratch, shadow->schema, scratch);
    else
        back(check, arena);
}

/* The statement with the names of described relations turned to their views. *unknown: one whose columns nobody knows. */
static Str redirect(PgCheck *check, Str sql, Arena *arena, Edits *edits, Str *unknown)
{
    Buf out;
    buf_init(&out, arena);
    buf_reserve(&out, sql.len + 64);
    size_t at = 0;
    Walk walk = {.scanner = sql_scanner(&sql_postgres, sql)};
    while (next_chain(&walk)) {
        size_t identifier;
        Shadow *shadow = shadow_of(check, arena, &walk, &identifier);
        if (!shadow) continue;
        if (shadow->known && !shadow->made) make_view(check, shadow, arena);
        if (!shadow->known) {
            *unknown = shadow->name;
            return sql;
        }
        Edit edit = {.old_start = walk.parts[0].start, .old_end = walk.parts[identifier].start};
        buf_add(&out, str_slice(sql, at, edit.old_start));
        edit.new_start = out.len;
        const Str *scratch = map_get(&check->scratch, shadow->schema);
        buf_addf(&out, "%s.", quoted(arena, *scratch));
        edit.new_end = out.len;
        at = edit.old_end;
        vec_push(arena, edits, edit);
    }
    buf_add(&out, str_from_index(sql, at));
    return buf_str(&out);
}

static int64_t old_offset(const Edits *edits, int64_t offset)
{
    int64_t shift = 0;
    for (size_t i = 0; i < edits->n; i++) {
        const Edit *edit = &edits->at[i];
        if (offset < (int64_t)edit->new_start) break;
        if (offset < (int64_t)edit->new_end) return (int64_t)edit->old_start;
        shift = (int64_t)edit->old_end - (int64_t)edit->new_end;
    }
    return offset + shift;
}

/* ---- statements ---- */

/* PostgreSQL proposes columns itself; where it does not, the nearest one of what the statement reads. */
static void add_hint(PgCheck *check, Str sql, AdapterError *error)
{
    if (error->hint.len || error->kind != ADAPTER_MISSING_COLUMN) return;
    VEC(Str) names = {0};
    Walk walk = {.scanner = sql_scanner(&sql_postgres, sql)};
    while (next_chain(&walk)) {
        size_t identifier;
        const Shadow *shadow = shadow_of(check, error->arena, &walk, &identifier);
        for (size_t i = 0; shadow && i < shadow->columns.n; i++)
            vec_push(error->arena, &names, shadow->columns.at[i].name);
    }
    Str subject = error->subject, best;
    size_t dot = str_rfind_char(subject, '.');
    if (dot != STR_NPOS) subject = str_from_index(subject, dot + 1);
    if (names.n && nearest(subject, names.at, names.n, &best))
        error->hint = str_fmt(error->arena, "did you mean '%.*s'?", STR_ARG(best));
}

bool pg_check_prepare(AdapterCheck *base, Str sql, Arena *arena, AdapterChecked *checked, AdapterError *error)
{
    PgCheck *check = (PgCheck *)base;
    Edits edits = {0};
    AdapterChecked result = {.unknown_because = STR_EMPTY};
    size_t second = sql_second_statement(&sql_postgres, sql);
    if (second != STR_NPOS) {
        adapter_error_set(error, ADAPTER_SYNTAX, "a second statement begins here; a model is one SELECT");
        error->offset = (int64_t)second;
        return false;
    }
    Str redirected = redirect(check, sql, error->arena, &edits, &result.unknown_because);
    if (result.unknown_because.len) {
        *checked = result;
        checked->unknown_because = str_dup(arena, result.unknown_because);
        return true;
    }
    if (!pg_prepare(&check->connection->base, redirected, arena, &result.columns, error)) {
        if (error->offset >= 0) {
            int64_t end = error->offset + error->length;
            error->offset = old_offset(&edits, error->offset);
            error->length = old_offset(&edits, end) - error->offset;
        }
        back(check, error->arena);
        if (!strcmp(error->sqlstate, "55P03")) { /* locked by somebody: the run will wait for it */
            *checked = (AdapterChecked){.unknown_because = STR("a locked relation")};
            adapter_error_init(error, error->arena);
            return true;
        }
        add_hint(check, sql, error);
        return false;
    }
    if (!result.columns.n) {
        adapter_error_set(error, ADAPTER_SYNTAX, "this statement gives no columns; a model is one SELECT");
        error->offset = 0;
        return false;
    }
    result.known = true;
    *checked = result;
    return true;
}
