/* Ephemeral models as CTEs, in dbt's way: `with __dbt__cte__a as (\n...\n), __dbt__cte__b as (\n...\n) ` in front of the
 * query, or behind its own `with [recursive]`. (dbt: Compiler._recursively_prepend_ctes, inject_ctes_into_sql.) */
#include "run/internal.h"
#include "sql/scan.h"
#include "template/srcmap.h"

typedef struct Cte {
    const Node *node;
    const Compiled *compiled;
} Cte;

typedef struct Ctes {
    Arena *arena;
    InjectFind find;
    void *data;
    VEC(Cte) list;
} Ctes;

/* dbt's names; rows of a unit test may also stand for a source. */
Str cte_name(Arena *arena, const Node *node)
{
    if (node->source_info)
        return str_fmt(arena, "__dbt__cte__%.*s__%.*s", STR_ARG(node->source_info->source_name), STR_ARG(node->name));
    return str_fmt(arena, "__dbt__cte__%.*s", STR_ARG(node->alias));
}

/* Those that an ephemeral model needs itself come first; each stands once. */
static bool collect(Ctes *ctes, const Compiled *compiled)
{
    for (size_t i = 0; i < compiled->ephemeral_count; i++) {
        const Node *node = compiled->ephemerals[i];
        bool known = false;
        for (size_t k = 0; k < ctes->list.n && !known; k++) known = ctes->list.at[k].node == node;
        if (known) continue;
        const Compiled *found = ctes->find(ctes->data, node);
        if (!found || !found->ok || !collect(ctes, found)) return false;
        vec_push(ctes->arena, &ctes->list, (Cte){node, found});
    }
    return true;
}

/* Where the CTEs go, and whether there is a WITH that they join. */
static size_t find_place(const SqlSyntax *syntax, Str sql, bool *joins)
{
    SqlScanner scanner = sql_scanner(syntax, sql);
    SqlToken first = sql_next(&scanner);
    *joins = sql_is_word(sql, first, "with");
    if (!*joins) {
        size_t at = 0;
        while (at < sql.len && (sql.ptr[at] == ' ' || (sql.ptr[at] >= '\t' && sql.ptr[at] <= '\r'))) at++;
        return at;
    }
    SqlToken second = sql_next(&scanner);
    return sql_is_word(sql, second, "recursive") ? second.end : first.end;
}

bool inject_ctes(Arena *arena, const SqlSyntax *syntax, const Node *node, Compiled *compiled, InjectFind find,
                 void *data, Value *sql)
{
    *sql = compiled->body;
    if (!compiled->ephemeral_count) return true;
    Ctes ctes = {.arena = arena, .find = find, .data = data};
    if (!collect(&ctes, compiled)) return false;
    compiled->ctes = ARENA_ARRAY(arena, RunCte, ctes.list.n + 1);
    compiled->cte_count = ctes.list.n;
    for (size_t i = 0; i < ctes.list.n; i++)
        compiled->ctes[i] = (RunCte){ctes.list.at[i].node, value_text(ctes.list.at[i].compiled->body)};
    Str body = value_text(compiled->body);
    bool joins;
    size_t place = find_place(syntax, body, &joins);
    Span whole = node_span(node);
    MappedText out;
    mapped_begin(&out, arena);
    mapped_add_slice(&out, compiled->body, 0, place, whole);
    if (!joins) mapped_add_str(&out, STR("with"), whole);
    for (size_t i = 0; i < ctes.list.n; i++) {
        const Node *ephemeral = ctes.list.at[i].node;
        Span span = node_span(ephemeral);
        mapped_add_str(&out, str_fmt(arena, "%s %.*s as (\n", i ? ", " : "", STR_ARG(cte_name(arena, ephemeral))),
                       span);
        mapped_add(&out, ctes.list.at[i].compiled->body, span);
        mapped_add_str(&out, STR("\n)"), span);
    }
    mapped_add_str(&out, joins ? STR(",") : STR(" "), whole);
    mapped_add_slice(&out, compiled->body, place, body.len, whole);
    *sql = mapped_end(&out);
    return true;
}
