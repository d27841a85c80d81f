#include "docs/docs.h"

#include "base/map.h"
#include "docs/internal.h"

#include <math.h>

/* Writes one payload: where macros are numbered, and what was found for the nodes by id. */
typedef struct Writer {
    JsonWriter *json;
    const DocsInput *input;
    const Manifest *manifest;
    Arena *arena;
    Map results; /* unique id -> place of a const DocsResult * */
    Map macro_numbers; /* unique id -> pointer into `numbers` */
    uint32_t *numbers;
    Buf text; /* reused for every description */
} Writer;

static void key_text(Writer *w, const char *key, Str text)
{
    if (text.len) jw_key_str(w->json, key, text);
}

static void write_html(Writer *w, Str markdown)
{
    buf_clear(&w->text);
    docs_markdown(&w->text, markdown);
    jw_str(w->json, buf_str(&w->text));
}

static void key_html(Writer *w, const char *key, Str markdown)
{
    if (str_trim(markdown).len == 0) return;
    jw_key(w->json, str_from(key));
    write_html(w, markdown);
}

/* ---- values of the template language ---- */

enum { VALUE_DEPTH = 100 };

static void write_value(Writer *w, Value value, unsigned depth)
{
    JsonWriter *json = w->json;
    if (depth > VALUE_DEPTH) {
        jw_null(json);
        return;
    }
    switch ((ValueKind)value.kind) {
    case V_UNDEFINED:
    case V_NONE: jw_null(json); break;
    case V_BOOL: jw_bool(json, value.u.boolean); break;
    case V_INT: jw_int(json, value.u.integer); break;
    case V_FLOAT: jw_double(json, value.u.real); break;
    case V_STR: jw_str(json, value_text(value)); break;
    case V_LIST:
    case V_TUPLE:
        jw_array(json);
        for (uint32_t i = 0; i < value.u.list->n; i++) write_value(w, value.u.list->at[i], depth + 1);
        jw_array_end(json);
        break;
    case V_SET:
        jw_array(json);
        for (uint32_t i = 0; i < value.u.dict->used; i++) {
            if (value.u.dict->entries[i].key.kind != V_UNDEFINED)
                write_value(w, value.u.dict->entries[i].key, depth + 1);
        }
        jw_array_end(json);
        break;
    case V_DICT:
        jw_object(json);
        for (uint32_t i = 0; i < value.u.dict->used; i++) {
            const DictEntry *entry = &value.u.dict->entries[i];
            if (entry->key.kind == V_UNDEFINED) continue;
            jw_key(json, value_to_str(w->arena, entry->key));
            write_value(w, entry->value, depth + 1);
        }
        jw_object_end(json);
        break;
    default: jw_str(json, value_to_str(w->arena, value)); break;
    }
}

static bool value_empty(Value value)
{
    switch ((ValueKind)value.kind) {
    case V_UNDEFINED:
    case V_NONE: return true;
    case V_STR: return value.len == 0;
    case V_LIST:
    case V_TUPLE: return value.u.list->n == 0;
    case V_DICT:
    case V_SET: return value.u.dict->live == 0;
    default: return false;
    }
}

static bool listed(Str name, const Str *names)
{
    for (; names->len; names++) {
        if (str_eq(name, *names)) return true;
    }
    return false;
}

/* A dict without its empty values and without `left_out` (ended by an empty name); nothing if nothing is left. */
static void key_dict(Writer *w, const char *key, Value dict, const Str *left_out)
{
    if (dict.kind != V_DICT) return;
    bool open = false;
    for (uint32_t i = 0; i < dict.u.dict->used; i++) {
        const DictEntry *entry = &dict.u.dict->entries[i];
        if (entry->key.kind == V_UNDEFINED || value_empty(entry->value)) continue;
        Str name = value_to_str(w->arena, entry->key);
        if (listed(name, left_out)) continue;
        if (!open) jw_key_object(w->json, key);
        open = true;
        jw_key(w->json, name);
        write_value(w, entry->value, 0);
    }
    if (open) jw_object_end(w->json);
}

static Str text_of(Value dict, const char *key)
{
    if (dict.kind != V_DICT) return STR_EMPTY;
    Value value = dict_get_str(dict.u.dict, str_from(key));
    return value.kind == V_STR ? value_text(value) : STR_EMPTY;
}

/* ---- parts of a node ---- */

/* What stands in the fqn between package and name: folders, and for tables of a source without the source's name. */
static void write_folders(Writer *w, const Node *node)
{
    size_t behind = 1;
    if (node->type == RESOURCE_SOURCE || (node->type == RESOURCE_MODEL && !value_empty(node->version))) behind = 2;
    if (node->fqn_count <= 1 + behind) return;
    jw_key_array(w->json, "folders");
    for (size_t i = 1; i + behind < node->fqn_count; i++) jw_str(w->json, node->fqn[i]);
    jw_array_end(w->json);
}

static void write_tags(Writer *w, const Node *node)
{
    if (!node->tag_count) return;
    jw_key_array(w->json, "tags");
    for (size_t i = 0; i < node->tag_count; i++) jw_str(w->json, node->tags[i]);
    jw_array_end(w->json);
}

static const Column *declared_column(const Node *node, Str name)
{
    for (size_t i = 0; i < node->column_count; i++) {
        if (str_eq_nocase(node->columns[i].name, name)) return &node->columns[i];
    }
    return NULL;
}

static const DocsColumn *stored_column(const DocsRelation *relation, Str name)
{
    for (size_t i = 0; relation && i < relation->column_count; i++) {
        if (str_eq_nocase(relation->columns[i].name, name)) return &relation->columns[i];
    }
    return NULL;
}

static void write_column(Writer *w, Str name, Str type, const Column *declared)
{
    JsonWriter *json = w->json;
    Value tags = declared ? declared->tags : VALUE_NONE;
    bool tagged = tags.kind == V_LIST && tags.u.list->n > 0;
    bool described = declared && str_trim(declared->description).len > 0;
    jw_array(json);
    jw_str(json, name);
    if (type.len || described || tagged) jw_str(json, type);
    if (described)
        write_html(w, declared->description);
    else if (tagged)
        jw_str(json, STR_EMPTY);
    if (tagged) write_value(w, tags, 0);
    jw_array_end(json);
}

/* The database's columns in its order, then those that only the project names. */
static void write_columns(Writer *w, const Node *node)
{
    const DocsRelation *relation = w->input->relations ? &w->input->relations[node->index] : NULL;
    size_t stored = relation ? relation->column_count : 0;
    if (stored + node->column_count == 0) return;
    jw_key_array(w->json, "columns");
    for (size_t i = 0; i < stored; i++) {
        const DocsColumn *column = &relation->columns[i];
        const Column *declared = declared_column(node, column->name);
        /* Columns of a view may be without a type in the database. */
        write_column(w, column->name, column->type.len || !declared ? column->type : declared->data_type, declared);
    }
    for (size_t i = 0; i < node->column_count; i++) {
        const Column *column = &node->columns[i];
        if (!stored_column(relation, column->name)) write_column(w, column->name, column->data_type, column);
    }
    jw_array_end(w->json);
}

static void write_links(Writer *w, const Node *node)
{
    if (node->depends_on_count) {
        jw_key_array(w->json, "parents");
        for (size_t i = 0; i < node->depends_on_count; i++) {
            uint32_t number = node->depends_on[i]->index;
            /* A node that was disabled after resolution has no number in the page. */
            if (number < w->manifest->node_count && w->manifest->nodes[number] == node->depends_on[i]) {
                jw_uint(w->json, number);
            }
        }
        jw_array_end(w->json);
    }
}

static void write_uses(Writer *w, const Str *ids, size_t count)
{
    bool open = false;
    for (size_t i = 0; i < count; i++) {
        const uint32_t *number = map_get(&w->macro_numbers, ids[i]);
        if (!number) continue;
        if (!open) jw_key_array(w->json, "uses");
        open = true;
        jw_uint(w->json, *number);
    }
    if (open) jw_array_end(w->json);
}

static void write_result(Writer *w, const Node *node)
{
    const DocsResult *const *found = map_get(&w->results, node->unique_id);
    if (!found) return;
    const DocsResult *result = *found;
    jw_key_object(w->json, "result");
    jw_key_str(w->json, "status", result->status);
    if (result->failures >= 0) jw_key_int(w->json, "failures", result->failures);
    if (result->seconds >= 0) jw_key_double(w->json, "time", round(result->seconds * 1e6) / 1e6);
    key_text(w, "message", result->message);
    key_text(w, "at", result->at);
    jw_object_end(w->json);
}

static void write_stats(Writer *w, const Node *node)
{
    const DocsRelation *relation = w->input->relations ? &w->input->relations[node->index] : NULL;
    if (!relation || !relation->stat_count) return;
    jw_key_array(w->json, "stats");
    for (size_t i = 0; i < relation->stat_count; i++) {
        jw_array(w->json);
        jw_str(w->json, relation->stats[i].label);
        jw_str(w->json, relation->stats[i].value);
        jw_array_end(w->json);
    }
    jw_array_end(w->json);
}

static void write_visibility(Writer *w, Value docs)
{
    if (docs.kind != V_DICT) return;
    Value show = dict_get_str(docs.u.dict, STR("show"));
    if (show.kind == V_BOOL && !show.u.boolean) jw_key_bool(w->json, "hidden", true);
    key_text(w, "color", text_of(docs, "node_color"));
}

/* ---- kinds ---- */

static void write_limit(Buf *out, const char *word, const FreshnessTime *limit)
{
    if (limit->count < 0) return;
    buf_addf(out, "%s%s after %lld %.*s%s", out->len ? ", " : "", word, (long long)limit->count, STR_ARG(limit->period),
             limit->count == 1 ? "" : "s");
}

static void write_source(Writer *w, const SourceInfo *source)
{
    jw_key_str(w->json, "source", source->source_name);
    key_html(w, "source_description", source->source_description);
    key_text(w, "loader", source->loader);
    if (!source->has_freshness) return;
    buf_clear(&w->text);
    write_limit(&w->text, "warn", &source->warn_after);
    write_limit(&w->text, "error", &source->error_after);
    key_text(w, "freshness", buf_str(&w->text));
}

static void write_test(Writer *w, const Node *node)
{
    static const Str not_arguments[] = {STR_INIT("model"), STR_INIT("column_name"), STR_INIT("")};
    const TestInfo *test = node->test;
    if (test->generic) {
        Str name = test->namespace.len
                       ? str_fmt(w->arena, "%.*s.%.*s", STR_ARG(test->namespace), STR_ARG(test->test_name))
                       : test->test_name;
        jw_key_str(w->json, "test", name);
        if (test->attached && test->attached->index < w->manifest->node_count &&
            w->manifest->nodes[test->attached->index] == test->attached) {
            jw_key_int(w->json, "on", test->attached->index);
        }
        key_text(w, "column", test->column_name);
        key_dict(w, "args", test->kwargs, not_arguments);
    }
    Value severity = node_config(node, STR("severity"));
    if (severity.kind == V_STR) jw_key_str(w->json, "severity", str_lower(w->arena, value_text(severity)));
}

static void write_exposure(Writer *w, const ExposureInfo *exposure)
{
    key_text(w, "exposure_type", exposure->exposure_type);
    key_text(w, "label", exposure->label);
    key_text(w, "maturity", exposure->maturity);
    key_text(w, "url", exposure->url);
    if (exposure->owner_name.len && exposure->owner_email.len) {
        jw_key_str(w->json, "owner",
                   str_fmt(w->arena, "%.*s <%.*s>", STR_ARG(exposure->owner_name), STR_ARG(exposure->owner_email)));
    } else {
        key_text(w, "owner", exposure->owner_name.len ? exposure->owner_name : exposure->owner_email);
    }
}

static void write_node(Writer *w, const Node *node)
{
    /* Shown in places of their own. */
    static const Str not_config[] = {STR_INIT("meta"),  STR_INIT("tags"),   STR_INIT("docs"), STR_INIT("enabled"),
                                     STR_INIT("group"), STR_INIT("access"), STR_INIT("")};
    static const Str nothing[] = {STR_INIT("")};
    ArenaMark mark = arena_mark(w->arena);
    JsonWriter *json = w->json;
    jw_object(json);
    jw_key_str(json, "id", node->unique_id);
    jw_key_str(json, "kind", resource_type_word(node->type));
    jw_key_str(json, "name", node->name);
    if (node->package) jw_key_str(json, "package", node->package->name);
    key_text(w, "path", node->original_file_path);
    write_folders(w, node);
    if (node->source_info) write_source(w, node->source_info);
    if (node->test) write_test(w, node);
    if (node->exposure) write_exposure(w, node->exposure);
    key_html(w, "description", node->description);
    if (node->type != RESOURCE_TEST) {
        key_text(w, "relation", node->relation_name);
        key_text(w, "materialized", node->materialized);
    }
    write_tags(w, node);
    if (!node->exposure) key_text(w, "owner", text_of(node->meta, "owner"));
    key_text(w, "group", node->group);
    key_text(w, "access", node->access);
    if (!value_empty(node->version)) {
        jw_key(json, STR("version"));
        write_value(w, node->version, 0);
    }
    write_columns(w, node);
    write_links(w, node);
    write_uses(w, node->depends_on_macros, node->depends_on_macro_count);
    /* Kinds without a page of their own kind show their entry in YAML. */
    if (node->extra.kind == V_DICT)
        key_dict(w, "config", node->extra, nothing);
    else
        key_dict(w, "config", node->config, not_config);
    key_dict(w, "meta", node->meta, nothing);
    write_result(w, node);
    write_stats(w, node);
    write_visibility(w, node->docs);
    jw_object_end(json);
    arena_rewind(w->arena, mark);
}

static void write_macro(Writer *w, const Macro *macro)
{
    JsonWriter *json = w->json;
    jw_object(json);
    jw_key_str(json, "id", macro->unique_id);
    jw_key_str(json, "kind", STR("macro"));
    jw_key_str(json, "name", macro->name);
    jw_key_str(json, "package", macro->package->name);
    key_text(w, "path", macro->original_file_path);
    key_html(w, "description", macro->description);
    if (macro->argument_count) {
        jw_key_array(json, "arguments");
        for (size_t i = 0; i < macro->argument_count; i++) {
            const MacroArgument *argument = &macro->arguments[i];
            jw_array(json);
            jw_str(json, argument->name);
            jw_str(json, argument->type);
            if (str_trim(argument->description).len) write_html(w, argument->description);
            jw_array_end(json);
        }
        jw_array_end(json);
    }
    write_uses(w, macro->depends_on, macro->depends_on_count);
    static const Str nothing[] = {STR_INIT("")};
    key_dict(w, "meta", macro->meta, nothing);
    write_visibility(w, macro->docs);
    jw_object_end(json);
}

/* ---- the whole ---- */

bool docs_shows_macro(const Macro *macro)
{
    return macro->package && !macro->package->is_builtin;
}

static void index_input(Writer *w)
{
    map_init(&w->results, w->arena);
    const DocsResult **results = ARENA_ARRAY(w->arena, const DocsResult *, w->input->result_count + 1);
    for (size_t i = 0; i < w->input->result_count; i++) {
        results[i] = &w->input->results[i];
        map_put(&w->results, results[i]->unique_id, &results[i]);
    }
    map_init(&w->macro_numbers, w->arena);
    w->numbers = ARENA_ARRAY(w->arena, uint32_t, w->manifest->macro_count + 1);
    uint32_t number = (uint32_t)w->manifest->node_count;
    for (size_t i = 0; i < w->manifest->macro_count; i++) {
        if (!docs_shows_macro(w->manifest->macros[i])) continue;
        w->numbers[i] = number++;
        map_put(&w->macro_numbers, w->manifest->macros[i]->unique_id, &w->numbers[i]);
    }
}

/* dbt: a docs block of that name in the project replaces the overview that dbt brings along. */
static Str overview(const Manifest *manifest)
{
    for (size_t i = 0; i < manifest->doc_count; i++) {
        const DocBlock *doc = manifest->docs[i];
        if (doc->package == manifest->root && str_eq(doc->name, STR("__overview__"))) return doc->contents;
    }
    return STR_EMPTY;
}

void docs_payload(JsonWriter *json, const DocsInput *input)
{
    const Manifest *manifest = input->manifest;
    Writer w = {.json = json, .input = input, .manifest = manifest, .arena = arena_new()};
    buf_init(&w.text, NULL);
    index_input(&w);

    jw_object(json);
    jw_key_int(json, "format", 1);
    jw_key_object(json, "project");
    if (manifest->root) jw_key_str(json, "name", manifest->root->name);
    key_text(&w, "generator", input->generator);
    key_text(&w, "generated_at", manifest->generated_at);
    key_text(&w, "adapter", manifest->target.type);
    key_text(&w, "target", manifest->target.name);
    key_html(&w, "overview", overview(manifest));
    jw_object_end(json);
    jw_key_array(json, "nodes");
    for (size_t i = 0; i < manifest->node_count; i++) write_node(&w, manifest->nodes[i]);
    for (size_t i = 0; i < manifest->macro_count; i++) {
        if (docs_shows_macro(manifest->macros[i])) write_macro(&w, manifest->macros[i]);
    }
    jw_array_end(json);
    jw_object_end(json);

    buf_release(&w.text);
    arena_free(w.arena);
}
