/* Rendered SQL as the target's dialect reads it: what was written for other engines is rewritten token by token, and the
 * source map goes along, so that errors still point at what the person wrote. */
#include "sql/rewrite.h"
#include "run/internal.h"
#include "template/srcmap.h"

static Span origin_at(Arena *scratch, Value text, size_t offset, Span otherwise)
{
    SrcOrigin origin;
    const SrcMap *map = value_srcmap(text);
    return map && srcmap_find(scratch, map, offset, &origin) ? origin.span : otherwise;
}

Value rewrite_sql(Arena *arena, const Manifest *manifest, const Node *node, Value text)
{
    if (!str_eq(manifest->dialect->name, STR("sqlite"))) return text;
    Arena *scratch = arena_new();
    SqlRewritten rewritten =
        sql_rewrite_for_sqlite(scratch, value_text(text), &(SqlDatabases){target_has_database, manifest});
    Value result = text;
    if (rewritten.edit_count) {
        MappedText out;
        mapped_begin(&out, arena);
        size_t at = 0;
        for (size_t i = 0; i < rewritten.edit_count; i++) {
            const SqlEdit *edit = &rewritten.edits[i];
            mapped_add_slice(&out, text, at, edit->old_start, node_span(node));
            if (edit->new_end > edit->new_start)
                mapped_add_str(&out, str_dup(arena, str_slice(rewritten.text, edit->new_start, edit->new_end)),
                               origin_at(scratch, text, edit->old_start, node_span(node)));
            at = edit->old_end;
        }
        mapped_add_slice(&out, text, at, value_text(text).len, node_span(node));
        result = mapped_end(&out);
    }
    arena_free(scratch);
    return result;
}
