/* Template values as JSON. */
#include "artifacts/internal.h"

static void write_entries(JsonWriter *json, const Dict *dict)
{
    for (uint32_t i = 0; i < dict->used; i++) {
        Value key = dict->entries[i].key;
        if (key.kind == V_UNDEFINED) continue;
        if (key.kind == V_STR) {
            jw_key(json, value_text(key));
        } else {
            Buf text;
            buf_init(&text, NULL);
            value_print(key, &text);
            jw_key(json, buf_str(&text));
            buf_release(&text);
        }
        artifact_value(json, dict->entries[i].value);
    }
}

static void write_dict(JsonWriter *json, const Dict *dict)
{
    jw_object(json);
    write_entries(json, dict);
    jw_object_end(json);
}

void artifact_entries(JsonWriter *json, Value dict)
{
    if (dict.kind == V_DICT) write_entries(json, dict.u.dict);
}

void artifact_value(JsonWriter *json, Value v)
{
    switch ((ValueKind)v.kind) {
    case V_UNDEFINED:
    case V_NONE: jw_null(json); return;
    case V_BOOL: jw_bool(json, v.u.boolean); return;
    case V_INT: jw_int(json, v.u.integer); return;
    case V_FLOAT: jw_double(json, v.u.real); return;
    case V_STR: jw_str(json, value_text(v)); return;
    case V_LIST:
    case V_TUPLE:
        jw_array(json);
        for (uint32_t i = 0; i < v.u.list->n; i++) artifact_value(json, v.u.list->at[i]);
        jw_array_end(json);
        return;
    case V_DICT: write_dict(json, v.u.dict); return;
    case V_SET:
        jw_array(json);
        for (uint32_t i = 0; i < v.u.dict->used; i++)
            if (v.u.dict->entries[i].key.kind != V_UNDEFINED) artifact_value(json, v.u.dict->entries[i].key);
        jw_array_end(json);
        return;
    default: {
        Buf text;
        buf_init(&text, NULL);
        value_print(v, &text);
        jw_str(json, buf_str(&text));
        buf_release(&text);
    }
    }
}

void artifact_key_value(JsonWriter *json, const char *key, Value v)
{
    jw_key(json, str_from(key));
    artifact_value(json, v);
}

void artifact_key_dict(JsonWriter *json, const char *key, Value v)
{
    jw_key(json, str_from(key));
    /* Frozen ones are the configs that thousands of nodes share. */
    bool shared = v.kind == V_DICT && v.u.dict->frozen;
    if (shared && jw_memo_write(json, v.u.dict)) return;
    size_t start = json->out->len;
    jw_object(json);
    for (uint32_t i = 0; v.kind == V_DICT && i < v.u.dict->used; i++) {
        const DictEntry *entry = &v.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        jw_key(json, value_text(entry->key));
        artifact_value(json, entry->value);
    }
    jw_object_end(json);
    if (shared) jw_memo_keep(json, v.u.dict, start);
}

void artifact_key_list(JsonWriter *json, const char *key, Value v)
{
    jw_key_array(json, key);
    if (v.kind == V_LIST || v.kind == V_TUPLE)
        for (uint32_t i = 0; i < v.u.list->n; i++) artifact_value(json, v.u.list->at[i]);
    jw_array_end(json);
}

void artifact_key_strs(JsonWriter *json, const char *key, const Str *at, size_t count)
{
    jw_key_array(json, key);
    for (size_t i = 0; i < count; i++) jw_str(json, at[i]);
    jw_array_end(json);
}
