#include "support/yaml_dump.h"

static void wrapped(JsonWriter *json, const char *kind, Str text)
{
    jw_object(json);
    jw_key_str(json, kind, text);
    jw_object_end(json);
}

void yaml_dump(JsonWriter *json, Arena *arena, const YamlNode *node)
{
    if (!node) {
        jw_null(json);
        return;
    }
    switch (node->kind) {
    case YAML_NULL: jw_null(json); break;
    case YAML_BOOL: jw_bool(json, node->u.boolean); break;
    case YAML_INT: wrapped(json, "int", yaml_scalar_str(arena, node)); break;
    case YAML_FLOAT: wrapped(json, "float", yaml_scalar_str(arena, node)); break;
    case YAML_STR: jw_str(json, node->text); break;
    case YAML_DATE: wrapped(json, "date", yaml_iso(arena, node->u.time, true)); break;
    case YAML_TIME: wrapped(json, "time", yaml_iso(arena, node->u.time, false)); break;
    case YAML_SEQ:
        jw_array(json);
        for (size_t i = 0; i < node->u.seq.count; i++) yaml_dump(json, arena, node->u.seq.items[i]);
        jw_array_end(json);
        break;
    case YAML_MAP:
        jw_object(json);
        jw_key_array(json, "map");
        for (size_t i = 0; i < node->u.map.count; i++) {
            jw_array(json);
            yaml_dump(json, arena, node->u.map.pairs[i].key);
            yaml_dump(json, arena, node->u.map.pairs[i].value);
            jw_array_end(json);
        }
        jw_array_end(json);
        jw_object_end(json);
        break;
    }
}
