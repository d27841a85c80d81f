/* The database's errors as diagnostics at the place that the person wrote. */
#include "run/internal.h"
#include "template/srcmap.h"

DiagCode database_code(AdapterErrorKind kind)
{
    switch (kind) {
    case ADAPTER_LOCKED: return DIAG_database_locked;
    case ADAPTER_READONLY: return DIAG_database_readonly;
    case ADAPTER_NOT_A_DATABASE:
    case ADAPTER_CORRUPT: return DIAG_database_invalid;
    case ADAPTER_CONNECTION:
    case ADAPTER_AUTH: return DIAG_database_open;
    case ADAPTER_SETTING: return DIAG_profile_invalid;
    case ADAPTER_DISK_FULL: return DIAG_disk_full;
    case ADAPTER_INTERRUPTED: return DIAG_cancelled;
    default: return DIAG_database_error;
    }
}

void report_target_error(const Run *run, DiagSink *sink, const AdapterError *error)
{
    const Target *target = &run->manifest->target;
    /* Most messages name the database themselves. */
    bool named = !target->database_path.len || str_find(error->message, target->database_path, 0) != STR_NPOS;
    diag_add(sink, database_code(error->kind), target->span, "%.*s%s%.*s",
             STR_ARG(named ? STR_EMPTY : target->database_path), named ? "" : ": ", STR_ARG(error->message));
    if (error->hint.len) diag_hint(sink, "%.*s", STR_ARG(error->hint));
}

Span node_span(const Node *node)
{
    if (node->span.source) return node->span;
    return (Span){node->source, 0, 0};
}

/* The line of the SQL that was sent, after the place in the template. */
static void note_line(DiagSink *sink, Str sql, size_t offset)
{
    size_t line = 1, start = 0;
    for (size_t i = 0; i < offset; i++)
        if (sql.ptr[i] == '\n') {
            line++;
            start = i + 1;
        }
    size_t end = str_find_char(sql, '\n', offset);
    Str text = str_trim(str_slice(sql, start, end == STR_NPOS ? sql.len : end));
    enum { LONGEST = 160 };
    if (text.len > LONGEST) text = str_slice(text, 0, LONGEST);
    diag_note(sink, SPAN_NONE, "in line %zu of the compiled SQL: %.*s", line, STR_ARG(text));
}

Span sql_span(const Node *node, Value sql, size_t offset, size_t length)
{
    const SrcMap *map = sql.kind == V_STR ? value_srcmap(sql) : NULL;
    Arena *scratch = arena_new();
    SrcOrigin origin;
    Span span = node_span(node);
    if (map && srcmap_find_range(scratch, map, offset, offset + length, &origin)) span = origin.span;
    arena_free(scratch);
    return span;
}

void report_sql_error(const Run *run, DiagSink *sink, DiagCode code, const Node *node, Value sql,
                      const AdapterError *error)
{
    (void)run;
    Str text = sql.kind == V_STR ? value_text(sql) : STR_EMPTY;
    const SrcMap *map = sql.kind == V_STR ? value_srcmap(sql) : NULL;
    SrcOrigin origin = {.span = node_span(node)};
    bool placed = error->offset >= 0 && (size_t)error->offset <= text.len && text.len;
    /* "incomplete input" is about the end of the text: its last byte is shown. */
    size_t from = !placed ? 0 : (size_t)error->offset < text.len ? (size_t)error->offset : text.len - 1;
    Arena *scratch = arena_new();
    if (placed && map) {
        size_t length = error->length > 0 ? (size_t)error->length : 1;
        if (!srcmap_find_range(scratch, map, from, from + length, &origin))
            origin = (SrcOrigin){.span = node_span(node)};
    }
    Diag *diag = diag_add(sink, code, origin.span, "%.*s", STR_ARG(error->message));
    diag->node = str_dup(sink->arena, node->unique_id);
    if (error->hint.len) diag_hint(sink, "%.*s", STR_ARG(error->hint));
    tpl_note_chain(sink, origin.chain, origin.chain_count);
    if (placed) note_line(sink, text, from);
    arena_free(scratch);
}
