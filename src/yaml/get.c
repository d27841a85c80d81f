/* Reading a tree: look-ups, values with their types checked, unknown keys. */
#include "yaml/internal.h"

#include "base/edit.h"
#include "base/json.h"
#include "base/map.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const YamlPair *yaml_pair(const YamlNode *map, Str key)
{
    if (!yaml_is(map, YAML_MAP)) return NULL;
    if (map->u.map.indexed) return map_get((const Map *)(const void *)map->u.map.pairs - 1, key);
    /* From behind: of keys that only look equal (1 and "1") the last one counts, as in the index. */
    for (size_t i = map->u.map.count; i > 0; i--)
        if (str_eq(map->u.map.pairs[i - 1].key->text, key)) return &map->u.map.pairs[i - 1];
    return NULL;
}

const YamlNode *yaml_get(const YamlNode *map, Str key)
{
    const YamlPair *pair = yaml_pair(map, key);
    return pair ? pair->value : NULL;
}

bool yaml_is(const YamlNode *node, YamlKind kind)
{
    return node && node->kind == kind;
}

bool yaml_absent(const YamlNode *node)
{
    return !node || node->kind == YAML_NULL;
}

bool yaml_is_scalar(const YamlNode *node)
{
    return node && node->kind != YAML_SEQ && node->kind != YAML_MAP;
}

const char *yaml_kind_name(YamlKind kind)
{
    switch (kind) {
    case YAML_NULL: return "null";
    case YAML_BOOL: return "a boolean";
    case YAML_INT: return "an integer";
    case YAML_FLOAT: return "a number";
    case YAML_STR: return "a string";
    case YAML_DATE: return "a date";
    case YAML_TIME: return "a time";
    case YAML_SEQ: return "a list";
    case YAML_MAP: return "a mapping";
    }
    return "nothing";
}

static Str time_text(Arena *arena, const YamlTime *time, bool date_only, char between)
{
    Buf out;
    buf_init(&out, arena);
    buf_addf(&out, "%04d-%02d-%02d", time->year, time->month, time->day);
    if (date_only) return buf_str(&out);
    buf_addf(&out, "%c%02d:%02d:%02d", between, time->hour, time->minute, time->second);
    if (time->microsecond) buf_addf(&out, ".%06d", time->microsecond);
    if (time->zoned) {
        int minutes = abs(time->offset) / 60;
        buf_addf(&out, "%c%02d:%02d", time->offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    }
    return buf_str(&out);
}

Str yaml_iso(Arena *arena, const YamlTime *time, bool date_only)
{
    return time_text(arena, time, date_only, 'T');
}

Str yaml_scalar_str(Arena *arena, const YamlNode *node)
{
    char text[32];
    switch (node->kind) {
    case YAML_NULL: return STR("None");
    case YAML_BOOL: return node->u.boolean ? STR("True") : STR("False");
    case YAML_INT: return str_fmt(arena, "%" PRId64, node->u.integer);
    case YAML_FLOAT: return str_dup(arena, str_n(text, double_repr(node->u.real, text)));
    case YAML_DATE: return time_text(arena, node->u.time, true, ' ');
    case YAML_TIME: return time_text(arena, node->u.time, false, ' '); /* str() of a datetime has a space */
    default: return node->text;
    }
}

/* ---- typed getters ---- */

void yaml_wrong_type(const YamlNode *node, const char *what, const char *wanted, DiagSink *sink)
{
    diag_add(sink, DIAG_yaml_type, node->span, "%s must be %s, not %s", what, wanted, yaml_kind_name(node->kind));
    if (strcmp(wanted, "a string") == 0 && yaml_is_scalar(node))
        diag_hint(sink, "quote it: \"%.*s\"", STR_ARG(node->text));
}

bool yaml_to_str(const YamlNode *node, const char *what, DiagSink *sink, Str *value)
{
    if (yaml_absent(node)) return true;
    if (node->kind != YAML_STR) {
        yaml_wrong_type(node, what, "a string", sink);
        return false;
    }
    *value = node->text;
    return true;
}

bool yaml_to_bool(const YamlNode *node, const char *what, DiagSink *sink, bool *value)
{
    if (yaml_absent(node)) return true;
    if (node->kind != YAML_BOOL) {
        yaml_wrong_type(node, what, "true or false", sink);
        return false;
    }
    *value = node->u.boolean;
    return true;
}

bool yaml_to_int(const YamlNode *node, const char *what, DiagSink *sink, int64_t *value)
{
    if (yaml_absent(node)) return true;
    if (node->kind != YAML_INT) {
        yaml_wrong_type(node, what, "an integer", sink);
        return false;
    }
    *value = node->u.integer;
    return true;
}

bool yaml_to_list(const YamlNode *node, const char *what, DiagSink *sink, const YamlNode **value)
{
    if (yaml_absent(node)) return true;
    if (node->kind != YAML_SEQ) {
        yaml_wrong_type(node, what, "a list", sink);
        return false;
    }
    *value = node;
    return true;
}

bool yaml_to_map(const YamlNode *node, const char *what, DiagSink *sink, const YamlNode **value)
{
    if (yaml_absent(node)) return true;
    if (node->kind != YAML_MAP) {
        yaml_wrong_type(node, what, "a mapping", sink);
        return false;
    }
    *value = node;
    return true;
}

bool yaml_to_strs(Arena *arena, const YamlNode *node, const char *what, DiagSink *sink, Str **values, size_t *count)
{
    if (yaml_absent(node)) return true;
    if (node->kind == YAML_STR) {
        *values = arena_copy(arena, &node->text, sizeof(Str));
        *count = 1;
        return true;
    }
    if (node->kind != YAML_SEQ) {
        yaml_wrong_type(node, what, "a string or a list of strings", sink);
        return false;
    }
    Str *texts = ARENA_ARRAY(arena, Str, node->u.seq.count);
    bool well = true;
    for (size_t i = 0; i < node->u.seq.count; i++) {
        const YamlNode *item = node->u.seq.items[i];
        texts[i] = item->text;
        if (item->kind == YAML_STR) continue;
        Str each = str_fmt(arena, "each item of %s", what);
        yaml_wrong_type(item, each.ptr, "a string", sink);
        well = false;
    }
    if (!well) return false;
    *values = texts;
    *count = node->u.seq.count;
    return true;
}

/* "'key'" in `text`, which is cut if the key is absurdly long. */
enum { WHAT_SIZE = 96 };

static const char *quoted_key(const char *key, char text[WHAT_SIZE])
{
    size_t n = strlen(key);
    if (n > WHAT_SIZE - 3) n = WHAT_SIZE - 3;
    text[0] = '\'';
    memcpy(text + 1, key, n);
    text[n + 1] = '\'';
    text[n + 2] = 0;
    return text;
}

bool yaml_get_str(const YamlNode *map, const char *key, DiagSink *sink, Str *value)
{
    char what[WHAT_SIZE];
    return yaml_to_str(yaml_get(map, str_from(key)), quoted_key(key, what), sink, value);
}

bool yaml_get_bool(const YamlNode *map, const char *key, DiagSink *sink, bool *value)
{
    char what[WHAT_SIZE];
    return yaml_to_bool(yaml_get(map, str_from(key)), quoted_key(key, what), sink, value);
}

bool yaml_get_int(const YamlNode *map, const char *key, DiagSink *sink, int64_t *value)
{
    char what[WHAT_SIZE];
    return yaml_to_int(yaml_get(map, str_from(key)), quoted_key(key, what), sink, value);
}

bool yaml_get_list(const YamlNode *map, const char *key, DiagSink *sink, const YamlNode **value)
{
    char what[WHAT_SIZE];
    return yaml_to_list(yaml_get(map, str_from(key)), quoted_key(key, what), sink, value);
}

bool yaml_get_map(const YamlNode *map, const char *key, DiagSink *sink, const YamlNode **value)
{
    char what[WHAT_SIZE];
    return yaml_to_map(yaml_get(map, str_from(key)), quoted_key(key, what), sink, value);
}

bool yaml_get_strs(Arena *arena, const YamlNode *map, const char *key, DiagSink *sink, Str **values, size_t *count)
{
    char what[WHAT_SIZE];
    return yaml_to_strs(arena, yaml_get(map, str_from(key)), quoted_key(key, what), sink, values, count);
}

/* ---- unknown keys ---- */

bool yaml_check_keys(const YamlNode *map, const Str *known, size_t count, const char *what, DiagSink *sink)
{
    if (!yaml_is(map, YAML_MAP)) return true;
    bool all = true;
    for (size_t i = 0; i < map->u.map.count; i++) {
        const YamlNode *key = map->u.map.pairs[i].key;
        bool found = false;
        for (size_t k = 0; k < count && !found; k++) found = str_eq(known[k], key->text);
        if (found) continue;
        all = false;
        diag_add(sink, DIAG_yaml_unknown_key, key->span, "'%.*s' is no key of %s", STR_ARG(key->text), what);
        Str best;
        if (nearest(key->text, known, count, &best)) diag_hint(sink, "did you mean '%.*s'?", STR_ARG(best));
    }
    return all;
}
