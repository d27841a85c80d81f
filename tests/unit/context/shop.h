/* A small project made by hand for tests of the context: package `shop` (root), package `tools`, the embedded library, one
 * source and a few models, and a SQLite database in a folder of its own.
 *
 * Thread rule: one thread. */
#ifndef CDBT_TESTS_SHOP_H
#define CDBT_TESTS_SHOP_H

#include "support/check.h"

#include "base/embedded.h"
#include "base/file.h"
#include "cdbt/adapter.h"
#include "context/context.h"

#include <unistd.h>

typedef struct Shop {
    Manifest *manifest;
    Arena *arena; /* the project's */
    Arena *render;
    DiagSink sink;
    Package *shop, *tools, *dbt;
    Node *orders, *raw, *model;
    Context *ctx;
    ContextRun run;
    Str folder;
    AdapterDatabase *database;
    AdapterConnection *connection;
    Buf log; /* "I: text" for the person, "D: text" for the log, a line each */
    Buf written; /* what write() was given last */
} Shop;

static inline Package *shop_package(Shop *s, const char *name)
{
    Package *package = ARENA_NEW(s->arena, Package);
    package->name = str_from(name);
    package->family = TPL_CURLY;
    package->vars = value_undefined(STR_EMPTY);
    package->dispatch = package->quoting = package->flags = value_undefined(STR_EMPTY);
    map_init(&package->macros, s->arena);
    return package;
}

/* Macros of a package from a text, with dbt's mangled names. */
static inline void shop_macros(Shop *s, Package *package, const char *path, Str text)
{
    static const TplTag tags[] = {
        {STR_INIT("test"), STR_INIT("endtest"), TPL_TAG_MACRO},
        {STR_INIT("materialization"), STR_INIT("endmaterialization"), TPL_TAG_OPTIONS},
    };
    TplOptions options = {.family = TPL_CURLY, .tags = tags, .tag_count = 2};
    SourceId id = source_add(s->manifest->sources, str_from(path), text);
    TplUnit *unit = tpl_parse(s->arena, s->manifest->sources, (Span){id, 0, (uint32_t)text.len}, &options, &s->sink);
    if (!unit) fail_msg("%s: %.*s", path, STR_ARG(s->sink.items[0].message));
    size_t count;
    const TplBlock *blocks = tpl_blocks(unit, &count);
    for (size_t i = 0; i < count; i++) {
        Macro *macro = ARENA_NEW(s->arena, Macro);
        macro->name = blocks[i].name;
        if (str_eq(blocks[i].tag, STR("test"))) macro->name = str_cat(s->arena, STR("test_"), blocks[i].name);
        if (str_eq(blocks[i].tag, STR("materialization"))) {
            Value adapter = dict_get_str(blocks[i].options.u.dict, STR("adapter"));
            Str suffix = adapter.kind == V_STR ? value_text(adapter) : STR("default");
            macro->name = str_fmt(s->arena, "materialization_%.*s_%.*s", STR_ARG(blocks[i].name), STR_ARG(suffix));
        }
        macro->tag = blocks[i].tag;
        macro->package = package;
        macro->unique_id = str_fmt(s->arena, "macro.%.*s.%.*s", STR_ARG(package->name), STR_ARG(macro->name));
        macro->macro = blocks[i].macro;
        macro->span = blocks[i].span;
        map_put(&package->macros, macro->name, macro);
    }
}

static inline Node *shop_node(Shop *s, ResourceType type, const char *name, const char *schema,
                              const char *materialized)
{
    Node *node = ARENA_NEW(s->arena, Node);
    node->type = type;
    node->index = (uint32_t)s->manifest->node_count;
    node->package = s->shop;
    node->name = node->alias = str_from(name);
    node->unique_id = str_fmt(s->arena, "%.*s.shop.%s", STR_ARG(resource_type_word(type)), name);
    node->schema = str_from(schema);
    node->database = s->manifest->target.database;
    node->materialized = str_from(materialized);
    node->language = STR("sql");
    node->config = value_dict(s->arena);
    dict_set_str(node->config.u.dict, STR("materialized"), value_str(str_from(materialized)));
    node->unrendered_config = node->meta = node->docs = node->extra = value_undefined(STR_EMPTY);
    node->constraints = node->version = node->latest_version = value_undefined(STR_EMPTY);
    SourceId id = source_add(s->manifest->sources, str_fmt(s->arena, "models/%s.sql", name), STR("select 1"));
    node->span = (Span){id, 0, 8};
    Node **grown = ARENA_ARRAY(s->arena, Node *, s->manifest->node_count + 1);
    if (s->manifest->node_count) memcpy(grown, s->manifest->nodes, s->manifest->node_count * sizeof *grown);
    grown[s->manifest->node_count++] = node;
    s->manifest->nodes = grown;
    map_put(&s->manifest->nodes_by_id, node->unique_id, node);
    NodeList *list = ARENA_NEW(s->arena, NodeList);
    list->at = ARENA_ARRAY(s->arena, Node *, 1);
    list->at[0] = node;
    list->n = list->cap = 1;
    if (type == RESOURCE_SOURCE) {
        node->source_info = ARENA_NEW(s->arena, SourceInfo);
        node->source_info->source_name = node->schema;
        node->source_info->quoting = node->source_info->source_meta = node->source_info->external =
            value_undefined(STR_EMPTY);
        node->source_info->identifier = node->name;
        map_put(&s->manifest->sources_by_name, str_fmt(s->arena, "%s.%s", schema, name), list);
    } else if (type != RESOURCE_TEST) {
        map_put(&s->manifest->refs_by_name, node->name, list);
    }
    return node;
}

static inline void shop_depends(Shop *s, Node *node, Node *on)
{
    Node **grown = ARENA_ARRAY(s->arena, Node *, node->depends_on_count + 1);
    if (node->depends_on_count) memcpy(grown, node->depends_on, node->depends_on_count * sizeof *grown);
    grown[node->depends_on_count++] = on;
    node->depends_on = grown;
}

static inline void shop_message(void *data, const Node *node, Str text, ContextMessage kind)
{
    (void)node;
    Shop *s = data;
    buf_addf(&s->log, "%c: %.*s\n", kind != MESSAGE_LOG ? 'I' : 'D', STR_ARG(text));
}

static inline bool shop_write(void *data, const Node *node, Str text)
{
    (void)node;
    Shop *s = data;
    buf_clear(&s->written);
    buf_add(&s->written, text);
    return true;
}

static inline bool shop_ephemeral(void *data, const Node *asking, const Node *ephemeral, Value *text)
{
    (void)asking;
    Shop *s = data;
    *text = value_str(str_cat(s->render, STR("__dbt__cte__"), ephemeral->name));
    return true;
}

static inline void shop_var(Shop *s, Package *package, const char *name, Value v)
{
    if (package->vars.kind != V_DICT) package->vars = value_dict(s->arena);
    dict_set_str(package->vars.u.dict, str_from(name), v);
}

static inline void shop_open(Shop *s, ContextMode mode)
{
    memset(s, 0, sizeof *s);
    s->manifest = manifest_new();
    s->arena = s->manifest->arena;
    s->render = arena_new();
    diag_sink_init(&s->sink);
    buf_init(&s->log, NULL);
    buf_init(&s->written, NULL);
    s->shop = shop_package(s, "shop");
    s->shop->is_root = true;
    s->tools = shop_package(s, "tools");
    s->dbt = shop_package(s, "dbt");
    s->dbt->is_builtin = true;
    Manifest *m = s->manifest;
    m->packages = ARENA_ARRAY(s->arena, Package *, 3);
    m->packages[0] = m->root = s->shop;
    m->packages[1] = s->tools;
    m->packages[2] = s->dbt;
    m->package_count = 3;
    m->target.profile_name = STR("shop");
    m->target.name = STR("dev");
    m->target.type = STR("sqlite");
    m->target.database = STR("shop");
    m->target.schema = STR("main");
    m->target.threads = 1;
    m->target.settings = value_dict(s->arena);
    dict_set_str(m->target.settings.u.dict, STR("name"), value_str(STR("dev")));
    dict_set_str(m->target.settings.u.dict, STR("type"), value_str(STR("sqlite")));
    dict_set_str(m->target.settings.u.dict, STR("schema"), value_str(STR("main")));
    dict_set_str(m->target.settings.u.dict, STR("database"), value_str(STR("shop")));
    m->dialect = dialect_find(STR("sqlite"));
    m->invocation_id = STR("6e8bc430-9c3a-11d9-9669-0800200c9a66");
    m->generated_at = STR("2026-01-31T12:34:56.000789Z");
    for (size_t i = 0; i < embedded_macros_count; i++)
        shop_macros(s, s->dbt, embedded_macros[i].path,
                    str_n((const char *)embedded_macros[i].data, embedded_macros[i].size));
    s->raw = shop_node(s, RESOURCE_SOURCE, "orders", "raw", "");
    s->orders = shop_node(s, RESOURCE_MODEL, "stg_orders", "main", "view");
    s->model = shop_node(s, RESOURCE_MODEL, "daily", "mart", "table");
    shop_depends(s, s->model, s->orders);
    shop_depends(s, s->model, s->raw);

    char name[] = "/tmp/cdbt-test-XXXXXX";
    s->folder = str_dup(s->arena, str_from(mkdtemp(name)));
    s->run.message = shop_message;
    s->run.message_data = s;
    s->run.write = shop_write;
    s->run.write_data = s;
    s->run.ephemeral = shop_ephemeral;
    s->run.ephemeral_data = s;
    s->run.invocation = s->run.flags = s->run.results = s->run.selected_resources = value_undefined(STR_EMPTY);
    s->run.schemas = s->run.database_schemas = value_undefined(STR_EMPTY);
    if (mode >= CONTEXT_COMPILE) {
        AdapterSetting setting = {STR("path"), path_join(s->arena, s->folder, STR("shop.db"))};
        AdapterOpen open = {.settings = &setting, .setting_count = 1, .base_folder = s->folder};
        AdapterError error;
        adapter_error_init(&error, s->arena);
        if (!adapter_open(STR("sqlite"), &open, &s->database, &error) ||
            !adapter_connect(s->database, ADAPTER_WRITER, &s->connection, &error))
            fail_msg("%.*s", STR_ARG(error.message));
        s->run.connection = s->connection;
    }
    s->ctx = context_new(m, mode, s->render, &s->sink);
    context_set_run(s->ctx, &s->run);
    context_set_node(s->ctx, s->model, NULL);
}

static inline void shop_close(Shop *s)
{
    context_free(s->ctx);
    adapter_disconnect(s->connection);
    adapter_close(s->database);
    Arena *arena = arena_new();
    Str error;
    file_remove_tree(arena, "/tmp", str_c(arena, s->folder), &error);
    arena_free(arena);
    diag_sink_release(&s->sink);
    buf_release(&s->log);
    buf_release(&s->written);
    arena_free(s->render);
    manifest_free(s->manifest);
}

/* "error: " and the messages, each with its hint in brackets and its notes. */
static inline Str shop_errors(Shop *s)
{
    Buf out;
    buf_init(&out, s->render);
    buf_addz(&out, "error: ");
    for (size_t i = 0; i < s->sink.count; i++) {
        const Diag *d = &s->sink.items[i];
        if (i) buf_addz(&out, "; ");
        buf_addf(&out, "[%s] %.*s", diag_code_word(d->code), STR_ARG(d->message));
        if (d->hint.len) buf_addf(&out, " (%.*s)", STR_ARG(d->hint));
    }
    diag_sink_clear(&s->sink);
    return buf_str(&out);
}

static inline Str shop_render(Shop *s, const char *text)
{
    Str copy = str_dup(s->arena, str_from(text));
    SourceId id = source_add(s->manifest->sources, STR("models/test.sql"), copy);
    TplOptions options = {.family = TPL_CURLY};
    TplUnit *unit = tpl_parse(s->arena, s->manifest->sources, (Span){id, 0, (uint32_t)copy.len}, &options, &s->sink);
    Value value;
    if (!unit || !context_render(s->ctx, unit, &value)) return shop_errors(s);
    if (s->sink.count) return shop_errors(s);
    return value_text(value);
}

static inline void expect(Shop *s, const char *text, const char *want)
{
    assert_str(shop_render(s, text), want);
}

/* Runs the current node's materialisation with this SQL in a transaction of its own. Empty, or the errors. */
static inline Str shop_build(Shop *s, const char *sql)
{
    Value text = value_str(str_dup(s->arena, str_from(sql))), result;
    context_set_name(s->ctx, STR("sql"), text);
    context_set_name(s->ctx, STR("compiled_code"), text);
    const Node *node = s->ctx ? s->model : NULL;
    const Macro *macro = context_materialization(s->ctx, node->materialized);
    if (!macro) return STR("no materialization");
    AdapterError error;
    adapter_error_init(&error, s->render);
    if (!adapter_begin(s->connection, &error)) return error.message;
    if (!context_call(s->ctx, macro, node->span, NULL, 0, NULL, NULL, 0, &result)) {
        adapter_rollback(s->connection, &error);
        return shop_errors(s);
    }
    if (!adapter_commit(s->connection, &error)) return error.message;
    return s->sink.count ? shop_errors(s) : STR_EMPTY;
}

/* A query's rows: cells separated by |, rows by newlines. */
static inline Str shop_query(Shop *s, const char *sql)
{
    AdapterCursor *cursor;
    AdapterError error;
    adapter_error_init(&error, s->render);
    if (!adapter_query(s->connection, str_from(sql), &cursor, &error)) return error.message;
    size_t count;
    adapter_cursor_columns(cursor, &count);
    const AdapterCell *cells;
    Buf out;
    buf_init(&out, s->render);
    while (adapter_step(cursor, &cells, &error) == ADAPTER_ROW) {
        if (out.len) buf_addc(&out, '\n');
        for (size_t i = 0; i < count; i++) {
            if (i) buf_addc(&out, '|');
            switch (cells[i].type) {
            case CELL_NULL: buf_addz(&out, "null"); break;
            case CELL_INTEGER: buf_addf(&out, "%lld", (long long)cells[i].integer); break;
            case CELL_REAL: buf_addf(&out, "%g", cells[i].real); break;
            default: buf_add(&out, cells[i].text); break;
            }
        }
    }
    adapter_finish(cursor);
    return buf_str(&out);
}

#endif
