#include "cdbt/diag.h"

#include "base/vec.h"

#include <string.h>

typedef struct CodeInfo {
    const char *word;
    DiagSeverity severity;
    const char *example, *remedy;
} CodeInfo;

static const CodeInfo codes[] = {
#define DIAG(id, word, severity, example, remedy) [DIAG_##id] = {word, DIAG_##severity, example, remedy},
#include "diag/codes.def"
#undef DIAG
};

const char *diag_code_word(DiagCode code)
{
    return codes[code].word;
}

DiagSeverity diag_code_severity(DiagCode code)
{
    return codes[code].severity;
}

const char *diag_code_remedy(DiagCode code)
{
    return codes[code].remedy;
}

const char *diag_code_example(DiagCode code)
{
    return codes[code].example;
}

void diag_sink_init(DiagSink *sink)
{
    *sink = (DiagSink){.arena = arena_new()};
}

void diag_sink_release(DiagSink *sink)
{
    arena_free(sink->arena);
    *sink = (DiagSink){0};
}

void diag_sink_clear(DiagSink *sink)
{
    Arena *arena = sink->arena;
    arena_clear(arena);
    *sink = (DiagSink){.arena = arena};
}

static Diag *push(DiagSink *sink, Diag diag)
{
    if (sink->count == sink->cap)
        sink->items = vec_grown(sink->arena, sink->items, &sink->cap, sink->count + 1, sizeof *sink->items);
    Diag *at = &sink->items[sink->count++];
    *at = diag;
    if (diag.severity == DIAG_ERROR) sink->errors++;
    if (diag.severity == DIAG_WARNING) sink->warnings++;
    return at;
}

Diag *diag_add(DiagSink *sink, DiagCode code, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str message = str_vfmt(sink->arena, format, args);
    va_end(args);
    return push(sink, (Diag){.code = code,
                             .severity = codes[code].severity,
                             .span = span,
                             .message = message,
                             .hint = STR_EMPTY,
                             .node = STR_EMPTY});
}

void diag_become(DiagSink *sink, DiagSeverity severity)
{
    Diag *last = &sink->items[sink->count - 1];
    if (last->severity == DIAG_ERROR) sink->errors--;
    if (last->severity == DIAG_WARNING) sink->warnings--;
    if (severity == DIAG_ERROR) sink->errors++;
    if (severity == DIAG_WARNING) sink->warnings++;
    last->severity = severity;
}

void diag_hint(DiagSink *sink, const char *format, ...)
{
    if (!sink->count) return;
    va_list args;
    va_start(args, format);
    sink->items[sink->count - 1].hint = str_vfmt(sink->arena, format, args);
    va_end(args);
}

static void add_note(DiagSink *sink, DiagNote note)
{
    Diag *diag = &sink->items[sink->count - 1];
    diag->notes = arena_grow(sink->arena, diag->notes, diag->note_count * sizeof *diag->notes,
                             (diag->note_count + 1) * sizeof *diag->notes);
    diag->notes[diag->note_count++] = note;
}

void diag_note(DiagSink *sink, Span span, const char *format, ...)
{
    if (!sink->count) return;
    va_list args;
    va_start(args, format);
    add_note(sink, (DiagNote){span, str_vfmt(sink->arena, format, args)});
    va_end(args);
}

void diag_copy(DiagSink *sink, const Diag *diag)
{
    Diag copy = *diag;
    copy.message = str_dup(sink->arena, diag->message);
    copy.hint = str_dup(sink->arena, diag->hint);
    copy.node = str_dup(sink->arena, diag->node);
    copy.notes = NULL;
    copy.note_count = 0;
    push(sink, copy);
    for (size_t i = 0; i < diag->note_count; i++)
        add_note(sink, (DiagNote){diag->notes[i].span, str_dup(sink->arena, diag->notes[i].message)});
}

void diag_sink_append(DiagSink *sink, const DiagSink *other)
{
    for (size_t i = 0; i < other->count; i++) diag_copy(sink, &other->items[i]);
}
