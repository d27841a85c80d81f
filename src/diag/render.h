/* Diagnostics as text: for a person at a terminal, and as JSON for programs.
 *
 * Nothing is printed here; text is appended to the caller's buffer. Whatever comes from files is made harmless first:
 * control characters, malformed bytes and characters that reorder text are shown as escapes, so that a file cannot
 * play tricks on the terminal.
 * Thread rule: pure functions (the source table may be shared). */
#ifndef CDBT_DIAG_RENDER_H
#define CDBT_DIAG_RENDER_H

#include "base/json.h"
#include "cdbt/diag.h"

typedef struct DiagRenderOptions {
    bool color; /* ANSI colours */
    bool utf8; /* the terminal shows it; otherwise characters above 127 are escaped */
    unsigned width; /* columns of the terminal; 0: 100 */
} DiagRenderOptions;

/*     error[ref-not-found]: there is no model 'stg_usres'
 *       --> models/gold/a.sql:12:18
 *        |
 *     12 |     from << ref('stg_usres') >>
 *        |                 ^^^^^^^^^^^
 *       note: in macro 'cents' (macros/cents.sql:3:5)
 *       help: did you mean 'stg_users'?
 * Ends in a newline. Of a span over several lines the first is shown. Tabs are shown as four columns. */
void diag_render_person(Buf *out, const SourceTable *sources, const Diag *diag, const DiagRenderOptions *options);

/* One object: code, severity, message, file, line, column, end_line, end_column, hint, node, notes[]. What there is not
 * is null; lines and columns count from 1, columns in code points, the end is exclusive. */
void diag_render_json(JsonWriter *json, const SourceTable *sources, const Diag *diag);

/* "models/a.sql:12:18", or the path alone for a place without text; empty without a source. */
Str diag_place(Arena *arena, const SourceTable *sources, Span span);

/* Text as it may safely go to a terminal: see above. Tabs and newlines are kept. */
void diag_safe_text(Buf *out, Str text, bool utf8);

const char *diag_severity_word(DiagSeverity severity); /* "error", "warning", "info" */

#endif
