/* Diagnostics: every problem that a person can cause or meet, with its place.
 *
 * A SourceTable holds the texts that problems point into: files, and also the command line, environment variables and
 * generated SQL, so that no diagnostic is without a place. A Span is a byte range in one of them. A DiagSink collects;
 * functions below the command line return success and report into a sink, they never print.
 *
 * Ownership: the table and the sink own copies of what they are given, unless said otherwise.
 * Thread rule: a SourceTable may be added to and read from any thread; a DiagSink belongs to one thread at a time (each
 * worker has its own; diag_sink_append merges them in a fixed order). */
#ifndef CDBT_DIAG_H
#define CDBT_DIAG_H

#include "base/str.h"

/* ---- sources ---- */

typedef uint32_t SourceId; /* 0: no source */

typedef struct SourceTable SourceTable;

typedef struct Span {
    SourceId source;
    uint32_t start, end; /* byte offsets, end exclusive */
} Span;

#define SPAN_NONE ((Span){0, 0, 0})

/* A text with its place, e.g. a word of the command line. */
typedef struct SpanText {
    Str text;
    Span span;
} SpanText;

SourceTable *source_table_new(void);
void source_table_free(SourceTable *table);
/* Neither `path` (as the person should read it, relative to the project) nor `text` is copied: both must live as long
 * as the table is used. A text over 4 GiB is cut there. */
SourceId source_add(SourceTable *table, Str path, Str text);
/* The lines of a source as messages show them, where its text is not for everybody: as long as the text, and not copied. */
void source_show(SourceTable *table, SourceId id, Str shown);
/* Makes the table the owner of an arena that holds texts of its sources. */
void source_table_adopt(SourceTable *table, Arena *arena);
Str source_path(const SourceTable *table, SourceId id);
Str source_text(const SourceTable *table, SourceId id);

typedef struct SourcePosition {
    uint32_t line, column; /* from 1; columns count code points */
    Str line_text; /* without its end of line */
    uint32_t line_start; /* byte offset of the line */
} SourcePosition;

SourcePosition source_position(const SourceTable *table, SourceId id, uint32_t offset);
/* The byte offset of a line and column (both from 1, columns in code points), clamped to the text. */
uint32_t source_offset(const SourceTable *table, SourceId id, uint32_t line, uint32_t column);

/* The smallest span that holds both; `a` if they lie in different sources. */
Span span_join(Span a, Span b);

/* ---- diagnostics ---- */

typedef enum DiagSeverity { DIAG_ERROR, DIAG_WARNING, DIAG_INFO } DiagSeverity;

/* One code for each kind of problem, from codes.def: DIAG_ref_not_found is shown as "ref-not-found". */
typedef enum DiagCode {
#define DIAG(id, word, severity, example, remedy) DIAG_##id,
#include "diag/codes.def"
#undef DIAG
    DIAG_CODE_COUNT
} DiagCode;

typedef struct DiagNote {
    Span span; /* may be SPAN_NONE: a note may be mere text */
    Str message;
} DiagNote;

typedef struct Diag {
    DiagCode code;
    DiagSeverity severity;
    Span span;
    Str message; /* what is wrong: one sentence, no full stop, no prefix */
    Str hint; /* what to do; empty if there is nothing to say */
    Str node; /* unique id of the node it belongs to, or empty */
    DiagNote *notes; /* e.g. the chain of macro calls, innermost first */
    size_t note_count;
} Diag;

typedef struct DiagSink {
    Arena *arena; /* owned: holds all texts */
    Diag *items;
    size_t count, cap;
    size_t errors, warnings;
} DiagSink;

void diag_sink_init(DiagSink *sink);
void diag_sink_release(DiagSink *sink);
void diag_sink_clear(DiagSink *sink);
/* Copies the items of `other` behind those of `sink`. */
void diag_sink_append(DiagSink *sink, const DiagSink *other);

/* Adds a diagnostic with the code's own severity. The result is valid until the next one is added; diag_hint and
 * diag_note extend the newest one. */
Diag *diag_add(DiagSink *sink, DiagCode code, Span span, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Gives the newest one another severity than its code has; the sink counts it as that. */
void diag_become(DiagSink *sink, DiagSeverity severity);
void diag_hint(DiagSink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_note(DiagSink *sink, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_copy(DiagSink *sink, const Diag *diag);

const char *diag_code_word(DiagCode code);
DiagSeverity diag_code_severity(DiagCode code);
const char *diag_code_remedy(DiagCode code);
const char *diag_code_example(DiagCode code);

#endif
