/* Python models: what their calls of dbt.ref, dbt.source and dbt.config say, read off the text without running it.
 *
 * As dbt does it: the arguments must be constants, and the file defines `model(dbt, session)` once.
 * Ownership: the list and its values live in the arena given; texts without escapes point into `text`.
 * Thread rule: pure functions. */
#ifndef CDBT_PROJECT_PYTHON_MODEL_H
#define CDBT_PROJECT_PYTHON_MODEL_H

#include "base/vec.h"
#include "cdbt/diag.h"
#include "template/value.h"

typedef struct PythonCall {
    Str name; /* "ref", "source", "config", "config.get", "config.meta_get" */
    Span span;
    Value args; /* a list */
    Value named; /* a dict */
} PythonCall;

typedef VEC(PythonCall) PythonCalls;

/* `region`: where `text` stands in its source. False after an error in the sink. */
bool python_model_read(Arena *arena, Str text, Span region, PythonCalls *calls, DiagSink *sink);

#endif
