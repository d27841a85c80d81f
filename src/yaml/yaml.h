/* YAML as dbt reads it (YAML 1.1 with the rules of PyYAML's SafeLoader), as a tree whose every node knows its place.
 *
 * Aliases and merge keys are resolved: an alias is the very node of its anchor, a mapping holds its merged pairs in the
 * order that Python's dict would have. A duplicate key is a warning and the last one wins, as in dbt. Anything outside of
 * what SafeLoader accepts (several documents, unknown tags) is an error with its place.
 * Ownership: the tree belongs to the arena; texts of scalars may point into the source's text, which must live as long.
 * Thread rule: parsing may run in many threads, each with its own arena and sink; a finished tree is read-only. */
#ifndef CDBT_YAML_YAML_H
#define CDBT_YAML_YAML_H

#include "cdbt/diag.h"

typedef enum YamlKind {
    YAML_NULL,
    YAML_BOOL,
    YAML_INT,
    YAML_FLOAT,
    YAML_STR,
    YAML_DATE,
    YAML_TIME, /* date and time of day */
    YAML_SEQ,
    YAML_MAP,
} YamlKind;

typedef struct YamlNode YamlNode;

typedef struct YamlPair {
    const YamlNode *key, *value;
} YamlPair;

typedef struct YamlTime {
    int year, month, day, hour, minute, second, microsecond;
    bool zoned; /* a time zone was written */
    int offset; /* its seconds east of UTC */
} YamlTime;

struct YamlNode {
    YamlKind kind;
    bool plain; /* a scalar without quotes, not a block */
    bool block; /* a scalar written with | or > */
    bool literal; /* ... with | */
    /* `text` is byte for byte the source at `inner`: a place in it is a place in the file. For other scalars yaml_place
     * finds the place. */
    bool exact;
    Span span; /* the whole node, quotes included */
    Span inner; /* of a scalar: what the quotes hold, or the lines of a block */
    Str text; /* of a scalar: decoded, as written; not NUL-terminated */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const YamlTime *time;
        struct {
            const YamlNode **items;
            size_t count;
        } seq;
        struct {
            YamlPair *pairs; /* keys are unique */
            uint32_t count;
            bool indexed; /* a Map from a key's text to its pair stands before the pairs, for yaml_get */
        } map;
    } u;
};

/* Parses the text of `source`. True with *root == NULL if the document is empty or holds only comments; false if it is
 * broken, with at least one error in the sink. */
bool yaml_parse(Arena *arena, const SourceTable *sources, SourceId source, DiagSink *sink, const YamlNode **root);
/* The same with the tree in one arena, which may be cleared first, and the texts of scalars in another. */
bool yaml_parse_apart(Arena *tree, Arena *texts, const SourceTable *sources, SourceId source, DiagSink *sink,
                      const YamlNode **root);
/* A node with all that is below it; texts are shared with the original. NULL gives NULL. */
const YamlNode *yaml_copy(Arena *arena, const YamlNode *node);

/* ---- looking things up ---- */

/* The value under a key, by its text as written ("on" finds an unquoted `on`, though that means true). NULL if there is
 * none, or if `map` is NULL or no mapping. */
const YamlNode *yaml_get(const YamlNode *map, Str key);
/* The same with the key's own node. */
const YamlPair *yaml_pair(const YamlNode *map, Str key);
bool yaml_is(const YamlNode *node, YamlKind kind); /* false for NULL */
bool yaml_absent(const YamlNode *node); /* NULL or null */
bool yaml_is_scalar(const YamlNode *node);

/* "a string", "a list" …, for messages. */
const char *yaml_kind_name(YamlKind kind);
/* A scalar as Python's str() would print its value: "True", "None", "1.0", "2026-01-31"; strings as they are. */
Str yaml_scalar_str(Arena *arena, const YamlNode *node);
/* A date or time as Python's isoformat(). */
Str yaml_iso(Arena *arena, const YamlTime *time, bool date_only);

/* The place in the source of byte `offset` of a scalar's text: exact if the node is, within the right line for blocks and
 * for quoted text over several lines. */
Span yaml_place(const SourceTable *sources, const YamlNode *node, size_t offset);

/* ---- typed getters ----
 * Each takes a node that may be NULL, and `what`, its name in messages ("the description of model 'a'" or "'tags'").
 * True: *value is set, or the node is absent (NULL or null) and *value was left alone. False: the type is wrong and an
 * error yaml-type was reported at the node. */
bool yaml_to_str(const YamlNode *node, const char *what, DiagSink *sink, Str *value);
bool yaml_to_bool(const YamlNode *node, const char *what, DiagSink *sink, bool *value);
bool yaml_to_int(const YamlNode *node, const char *what, DiagSink *sink, int64_t *value);
bool yaml_to_list(const YamlNode *node, const char *what, DiagSink *sink, const YamlNode **value);
bool yaml_to_map(const YamlNode *node, const char *what, DiagSink *sink, const YamlNode **value);
/* A string, or a list of strings: what dbt takes for tags, paths and the like. In the arena. */
bool yaml_to_strs(Arena *arena, const YamlNode *node, const char *what, DiagSink *sink, Str **values, size_t *count);

/* The same for the value under `key` of a mapping; the message says 'key'. */
bool yaml_get_str(const YamlNode *map, const char *key, DiagSink *sink, Str *value);
bool yaml_get_bool(const YamlNode *map, const char *key, DiagSink *sink, bool *value);
bool yaml_get_int(const YamlNode *map, const char *key, DiagSink *sink, int64_t *value);
bool yaml_get_list(const YamlNode *map, const char *key, DiagSink *sink, const YamlNode **value);
bool yaml_get_map(const YamlNode *map, const char *key, DiagSink *sink, const YamlNode **value);
bool yaml_get_strs(Arena *arena, const YamlNode *map, const char *key, DiagSink *sink, Str **values, size_t *count);

/* The error yaml-type: "'tags' must be a list, not a mapping". */
void yaml_wrong_type(const YamlNode *node, const char *what, const char *wanted, DiagSink *sink);

/* Warns (yaml-unknown-key, with the nearest known key) about each key of `map` that is not known. `what` completes the
 * sentence "'x' is no key of …": "a model". True if all are known. */
bool yaml_check_keys(const YamlNode *map, const Str *known, size_t count, const char *what, DiagSink *sink);

#endif
