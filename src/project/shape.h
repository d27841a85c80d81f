/* Entries of YAML whose form is fixed (metrics, semantic models, saved queries, functions), read by tables.
 *
 * A Shape lists the keys that an entry has, of what type each is, and what stands for it when it is missing; the result is
 * a dict with all of them, as dbt's manifest has it. Wrong types, missing and unknown keys are reported at their places.
 * Ownership: results live in the worker's arena. Private to src/project. */
#ifndef CDBT_PROJECT_SHAPE_H
#define CDBT_PROJECT_SHAPE_H

#include "project/loader.h"

typedef enum ShapeKind {
    SHAPE_STR,
    SHAPE_TEXT, /* a string, or another scalar as Python's str() prints it: `expr: 1` */
    SHAPE_DESCRIPTION, /* doc() is rendered */
    SHAPE_WORD, /* one of `words` */
    SHAPE_BOOL,
    SHAPE_INT,
    SHAPE_NUMBER,
    SHAPE_ANY,
    SHAPE_STRS, /* a list of strings; missing: an empty list */
    SHAPE_FILTER, /* a template that MetricFlow renders, or a list of them */
    SHAPE_WINDOW, /* "7 days" */
    SHAPE_OBJECT, /* a mapping of `shape`; missing: null */
    SHAPE_NAMED, /* the same, or its name alone */
    SHAPE_OBJECTS, /* a list of mappings; missing: an empty list */
    SHAPE_NAMEDS, /* the same, or names alone */
    SHAPE_OBJECTS_OR_NULL, /* missing: null */
    SHAPE_META, /* `config: {meta: ...}` and nothing else is kept of it */
    SHAPE_NULL, /* a key of dbt's manifest that YAML does not have */
} ShapeKind;

struct Shape;

typedef struct ShapeField {
    const char *name;
    ShapeKind kind;
    const struct Shape *shape;
    const char *const *words; /* ends with NULL */
    bool required;
    const char *fallback; /* of words: what is meant without the key; "true"/"false" of a bool; NULL: null, or false */
} ShapeField;

typedef struct Shape {
    const char *what; /* "a metric's measure", for messages */
    const ShapeField *fields;
    size_t count;
    /* Further keys that are known and read elsewhere. */
    const char *const *others; /* ends with NULL; may be NULL */
} Shape;

#define SHAPE(what, fields, others)                                                                                    \
    {                                                                                                                  \
        what, fields, sizeof fields / sizeof *fields, others                                                           \
    }

/* False if something was wrong; *value is a dict all the same, with nulls for what could not be read. */
bool shape_read(Worker *worker, const ProjectFile *file, const Shape *shape, const YamlNode *node, Value *value);

#endif
