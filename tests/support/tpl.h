/* Rendering in tests: one source table, sink, arena and evaluator, and a host with a few names.
 *
 * Names that templates see: everything put into `context` (values) and the functions `return(v)`, `fail(text)`,
 * `render(text)` (a curly template inside the run) and `kind(v)`.
 * Thread rule: as the evaluator, one thread. */
#ifndef CDBT_TESTS_TPL_H
#define CDBT_TESTS_TPL_H

#include "base/map.h"
#include "template/library.h"

typedef struct Tpl {
    Arena *parse_arena, *arena;
    SourceTable *sources;
    DiagSink sink;
    TplEval *eval;
    Map context; /* name -> Value * */
    TplOptions options;
    unsigned lookups; /* how often the host was asked */
} Tpl;

void tpl_open(Tpl *t);
void tpl_open_limits(Tpl *t, TplLimits limits);
void tpl_close(Tpl *t);
void tpl_let(Tpl *t, const char *name, Value value);
TplUnit *tpl_unit(Tpl *t, const char *text); /* NULL after errors */
bool tpl_text(Tpl *t, const char *text, Value *result);
/* The text, or "error: " and the messages joined by "; ". */
Str tpl_run(Tpl *t, const char *text);
/* The diagnostics as a person sees them: place, message, the line with a caret, notes, hint. */
Str tpl_report(Tpl *t);
/* The curly template in the angle family: marks replaced outside of string literals. */
Str tpl_to_angle(Arena *arena, Str curly);

#endif
