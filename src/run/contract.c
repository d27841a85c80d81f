/* Contracts: the columns and types that a model promises in YAML against those that its SQL gives, before anything is
 * written. */
#include "base/vec.h"
#include "run/internal.h"

/* ---- types where the engine has affinities only ---- */

/* What a declared type holds, as people mean it. TYPE_OTHER fits everything: the name says nothing that SQLite knows. */
typedef enum TypeClass { TYPE_OTHER, TYPE_INTEGER, TYPE_REAL, TYPE_NUMBER, TYPE_TEXT, TYPE_TIME, TYPE_BLOB } TypeClass;

static bool has(Str type, const char *word)
{
    return str_find(type, str_from(word), 0) != STR_NPOS;
}

static TypeClass class_of(Arena *arena, Str type)
{
    Str t = str_lower(arena, type);
    if (!t.len) return TYPE_OTHER;
    if (has(t, "interval")) return TYPE_TIME;
    if (has(t, "int")) return TYPE_INTEGER;
    if (has(t, "char") || has(t, "text") || has(t, "clob") || has(t, "string")) return TYPE_TEXT;
    if (has(t, "blob") || has(t, "bytea") || has(t, "binary")) return TYPE_BLOB;
    if (has(t, "real") || has(t, "floa") || has(t, "doub")) return TYPE_REAL;
    if (has(t, "date") || has(t, "time")) return TYPE_TIME;
    if (has(t, "num") || has(t, "dec") || has(t, "bool")) return TYPE_NUMBER;
    return TYPE_OTHER;
}

/* Whether values of one type can be kept in a column of the other without becoming something else. Times are texts or
 * numbers in SQLite, whole numbers are numbers. */
static bool fits(Arena *arena, Str definition, Str contract)
{
    if (str_eq_nocase(definition, contract)) return true;
    TypeClass from = class_of(arena, definition), to = class_of(arena, contract);
    if (from == to || from == TYPE_OTHER || to == TYPE_OTHER) return true;
    if (from == TYPE_INTEGER) return to == TYPE_NUMBER || to == TYPE_REAL || to == TYPE_TIME;
    if (from == TYPE_REAL) return to == TYPE_NUMBER;
    if (from == TYPE_NUMBER) return to == TYPE_REAL || to == TYPE_TIME;
    if (from == TYPE_TIME) return to == TYPE_TEXT;
    return from == TYPE_TEXT && to == TYPE_TIME;
}

/* ---- comparing ---- */

/* Every column of a contract says its type. */
static bool has_types(DiagSink *sink, const Node *node)
{
    bool ok = true;
    if (!node->column_count) {
        diag_add(sink, DIAG_contract_failed, node_described_at(node), "the contract of '%.*s' names no columns",
                 STR_ARG(node->name));
        diag_hint(sink, "list all its columns with their data_type below `columns:` in YAML");
        return false;
    }
    for (size_t i = 0; i < node->column_count; i++) {
        if (node->columns[i].data_type.len) continue;
        ok = false;
        diag_add(sink, DIAG_contract_failed, node->columns[i].span, "the contract's column '%.*s' has no data_type",
                 STR_ARG(node->columns[i].name));
        diag_hint(sink, "add `data_type: ` and its type: a contract needs it for each column");
    }
    return ok;
}

static bool promised(const Node *node, Str name)
{
    for (size_t i = 0; i < node->column_count; i++)
        if (str_eq_nocase(node->columns[i].name, name)) return true;
    return false;
}

/* What the check took for strings, in single quotes. */
static Str with_strings(Arena *arena, Str sql, const AdapterChecked *checked)
{
    if (!checked->string_count) return sql;
    char *copy = arena_copy(arena, sql.ptr, sql.len);
    for (size_t i = 0; i < checked->string_count; i++) {
        size_t at = checked->string_offsets[i];
        copy[at] = copy[at + checked->strings[i].len + 1] = '\'';
    }
    return str_n(copy, sql.len);
}

/* ---- types where the engine knows them ---- */

/* The engine's own names of the types that the contract gives, in its order: `int` is `integer`. dbt asks the same way
 * (get_empty_schema_sql). False if the engine does not know one of them: then they are compared as they are written. */
static bool engine_types(AdapterCheck *check, Arena *arena, const Node *node, AdapterColumns *types)
{
    Buf sql;
    buf_init(&sql, arena);
    for (size_t i = 0; i < node->column_count; i++)
        buf_addf(&sql, "%s cast(null as %.*s) as c%zu", i ? "," : "select", STR_ARG(node->columns[i].data_type), i);
    AdapterChecked checked = {0};
    AdapterError error;
    adapter_error_init(&error, arena);
    if (!adapter_check_prepare(check, buf_str(&sql), arena, &checked, &error) || !checked.known) return false;
    *types = checked.columns;
    return types->n == node->column_count;
}

static Str plain_type(Str type)
{
    static const char *const texts[] = {"character varying", "varchar", "character", "char", "bpchar"};
    size_t open = str_find_char(type, '(', 0);
    type = str_trim(str_slice(type, 0, open == STR_NPOS ? type.len : open));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_eq_nocase(type, str_from(texts[i]))) return STR("text");
    return type;
}

/* Lengths and kinds of text do not count. dbt compares what the driver calls the types
 * (PostgresConnectionManager.data_type_code_to_name). */
static bool same_type(Str definition, Str contract)
{
    return str_eq_nocase(plain_type(definition), plain_type(contract));
}

bool contract_check(RunWorker *worker, AdapterCheck *check, const Node *node, Str sql, const AdapterChecked *checked)
{
    DiagSink *sink = &worker->sink;
    Arena *arena = worker->render;
    if (!has_types(sink, node)) return false;
    AdapterColumns given = {
        arena_copy(arena, checked->columns.at, sizeof *checked->columns.at * (checked->columns.n + 1)),
        checked->columns.n};
    bool guessed = adapter_check_types(check, with_strings(arena, sql, checked), arena, &given);
    AdapterColumns wanted = {0};
    bool named = !guessed && engine_types(check, arena, node, &wanted);
    VEC(ContractMismatch) found = {0};
    Span span = SPAN_NONE;
    for (size_t i = 0; i < node->column_count; i++) {
        const Column *column = &node->columns[i];
        const AdapterColumn *other = adapter_column(&given, column->name);
        Str type = named ? wanted.at[i].type : column->data_type;
        bool same =
            other && (!other->type.len || (guessed ? fits(arena, other->type, type) : same_type(other->type, type)));
        if (same) continue;
        if (!span.source) span = column->span;
        vec_push(arena, &found,
                 (ContractMismatch){column->name, other ? other->type : STR_EMPTY, type,
                                    other ? "data type mismatch" : "missing in definition"});
    }
    for (size_t i = 0; i < given.n; i++)
        if (!promised(node, given.at[i].name))
            vec_push(arena, &found,
                     (ContractMismatch){given.at[i].name, given.at[i].type, STR_EMPTY, "missing in contract"});
    if (!found.n) return true;
    Str table = contract_table(arena, found.at, found.n);
    Diag *diag = diag_add(sink, DIAG_contract_failed, span.source ? span : node_described_at(node),
                          "the columns of '%.*s' differ from its contract\n%.*s", STR_ARG(node->name), STR_ARG(table));
    diag->node = str_dup(sink->arena, node->unique_id);
    diag_hint(sink, "change the SQL or the columns in YAML so that names and types agree");
    return false;
}
