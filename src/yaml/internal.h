/* What the files of src/yaml share; not for others.
 *
 * Nothing here owns memory of its own. Thread rule: as yaml.h. */
#ifndef CDBT_YAML_INTERNAL_H
#define CDBT_YAML_INTERNAL_H

#include "yaml/yaml.h"

#include <yaml.h>

/* The tag of a scalar: what it says it is, or what its form says. */
typedef enum ScalarTag {
    TAG_NULL,
    TAG_BOOL,
    TAG_INT,
    TAG_FLOAT,
    TAG_TIMESTAMP,
    TAG_STR,
    TAG_MERGE, /* an unquoted << */
    TAG_VALUE, /* an unquoted = */
} ScalarTag;

/* By the form of an unquoted scalar: PyYAML's Resolver. */
ScalarTag yaml_resolve(Str text);
/* Sets node->kind and the value from node->text: PyYAML's SafeConstructor. On failure *error is a sentence. */
bool yaml_construct(Arena *arena, YamlNode *node, ScalarTag tag, Str *error);

/* Reports what libyaml ran into, in words that help. `text` is the source without a byte order mark, which begins at
 * byte `base`; `offset_of` turns libyaml's marks, which count characters, into bytes of it. */
void yaml_explain(DiagSink *sink, SourceId source, Str text, size_t base, const yaml_parser_t *parser);

/* The byte where `characters` code points have passed; reuses and moves a cursor, since marks come nearly in order. */
typedef struct MarkCursor {
    Str text;
    bool ascii;
    size_t characters, bytes;
} MarkCursor;

size_t yaml_mark_byte(MarkCursor *cursor, size_t characters);

#endif
