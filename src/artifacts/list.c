/* A node as `ls --output json` prints it (dbt: ListTask.generate_json): some keys of what the manifest holds of it. */
#include "artifacts/internal.h"
#include "artifacts/pull.h"
#include "base/clock.h"

/* Without --output-keys; in the order of the manifest's own keys. */
static const Str usual_keys[] = {STR_INIT("alias"),         STR_INIT("name"),        STR_INIT("package_name"),
                                 STR_INIT("depends_on"),    STR_INIT("tags"),        STR_INIT("config"),
                                 STR_INIT("resource_type"), STR_INIT("source_name"), STR_INIT("original_file_path"),
                                 STR_INIT("unique_id")};

static bool has_key(Str key, const Str *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(key, keys[i])) return true;
    return false;
}

static bool find_key(Str object, Str wanted, Str *value)
{
    JsonPull pull = {.text = object};
    Str key;
    if (!pull_open(&pull, '{')) return false;
    while (pull_key(&pull, &key) && pull_value(&pull, value))
        if (str_eq(key, wanted)) return true;
    return false;
}

/* "config.meta.owner"; a null counts as not there, as in dbt. */
static bool find_path(Str object, Str path, Str *value)
{
    Str rest = path, part;
    *value = object;
    while (str_split_next(&rest, '.', &part))
        if (!find_key(*value, part, value)) return false;
    return !str_eq(*value, STR("null"));
}

void artifacts_list_node(Buf *out, const Manifest *manifest, const Graph *graph, const Node *node, const Str *keys,
                         size_t count)
{
    Buf text;
    JsonWriter whole, json;
    buf_init(&text, NULL);
    jw_to_buf(&whole, &text);
    whole.spaced = whole.ascii = true;
    artifact_node(&whole, manifest, graph, NULL, node, (double)clock_wall_us() / 1e6);
    jw_end(&whole);
    Str object = buf_str(&text), value;
    jw_to_buf(&json, out);
    json.spaced = json.ascii = true;
    jw_object(&json);
    if (count) {
        for (size_t i = 0; i < count; i++) {
            if (has_key(keys[i], keys, i)) continue; /* asked for twice */
            bool nested = str_find_char(keys[i], '.', 0) != STR_NPOS;
            if (!(nested ? find_path(object, keys[i], &value) : find_key(object, keys[i], &value))) continue;
            jw_key(&json, keys[i]);
            jw_raw(&json, value);
        }
    } else {
        JsonPull pull = {.text = object};
        Str key;
        pull_open(&pull, '{');
        while (pull_key(&pull, &key) && pull_value(&pull, &value)) {
            if (!has_key(key, usual_keys, sizeof usual_keys / sizeof *usual_keys)) continue;
            jw_key(&json, key);
            jw_raw(&json, value);
        }
    }
    jw_object_end(&json);
    jw_end(&json);
    buf_release(&text);
}
