/* Nodes that have a file: models, seeds, snapshots, singular tests, analyses; and the hooks of dbt_project.yml.
 *
 * A body is parsed and evaluated once with execute = false; what it asks for (ref, source, config) is recorded. */
#include "base/file.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "project/config.h"
#include "project/python_model.h"
#include "project/read_schema.h"
#include "project/shape.h"

#include <sys/stat.h>

typedef struct FileNodes {
    NodeVec nodes;
} FileNodes;

/* The file's text without white space around it, as dbt keeps it (and a byte-order mark, which it does not cut). */
static Span stripped(const ProjectFile *file)
{
    Str text = utf8_without_bom(file->text);
    size_t bom = file->text.len - text.len;
    Str left = str_trim_left(text);
    size_t start = bom + (text.len - left.len);
    return (Span){file->source, (uint32_t)start, (uint32_t)(start + str_trim_right(left).len)};
}

static const char *patch_kind(ResourceType type)
{
    switch (type) {
    case RESOURCE_MODEL: return "models";
    case RESOURCE_SEED: return "seeds";
    case RESOURCE_SNAPSHOT: return "snapshots";
    case RESOURCE_ANALYSIS: return "analyses";
    case RESOURCE_TEST: return "data_tests";
    case RESOURCE_FUNCTION: return "functions";
    default: return NULL;
    }
}

/* Many nodes have the same hook from dbt_project.yml: it is parsed once. */
static const TplUnit *hook_unit(Loader *loader, Worker *worker, const Node *node, const char *name, Str text)
{
    SourceTable *sources = loader->manifest->sources;
    Span place = context_text_place(loader->manifest, node, node->package, text, &worker->places);
    Str key = place.source ? str_fmt(worker->scratch, "%u:%u:%.*s", (unsigned)place.source, place.start, STR_ARG(text))
                           : text;
    TplUnit *unit = map_get(&worker->units, key);
    if (unit) return unit;
    Str kept = str_dup(worker->arena, key);
    if (!place.source) place = (Span){source_add(sources, str_from(name), kept), 0, (uint32_t)kept.len};
    TplOptions options = {.family = node->package->family};
    unit = tpl_parse(worker->arena, sources, place, &options, &worker->sink);
    if (unit) map_put(&worker->units, kept, unit);
    return unit;
}

/* A seed is loaded before all else: what its hooks refer to might not be there. dbt refuses it too. */
static bool seed_is_alone(Worker *worker, const Node *node, const Captured *captured)
{
    if (node->type != RESOURCE_SEED || !(captured->ref_count || captured->source_count)) return true;
    bool ref = captured->ref_count > 0;
    Str name = ref ? captured->refs[0].name : captured->sources[0].table;
    Diag *diag = diag_add(&worker->sink, DIAG_seed_dependency, ref ? captured->refs[0].span : captured->sources[0].span,
                          "a hook of the seed '%.*s' refers to '%.*s', but seeds cannot depend on other nodes",
                          STR_ARG(node->name), STR_ARG(name));
    diag->node = node->unique_id;
    diag_hint(&worker->sink, "use `this`, or put the statement into a hook of a model that reads the seed");
    return false;
}

/* What a hook refers to is a dependency of its node, as in dbt. */
static bool render_hooks(Loader *loader, Worker *worker, Node *node, Captured *captured)
{
    static const char *const keys[] = {"pre-hook", "post-hook"};
    bool ok = true;
    for (size_t k = 0; k < 2; k++) {
        Value hooks = node_config(node, str_from(keys[k]));
        for (uint32_t i = 0; hooks.kind == V_LIST && i < hooks.u.list->n; i++) {
            Value hook = hooks.u.list->at[i], sql = value_undefined(STR_EMPTY), text;
            if (hook.kind == V_DICT) sql = dict_get_str(hook.u.dict, STR("sql"));
            if (sql.kind != V_STR || tpl_is_plain(value_text(sql), node->package->family)) continue;
            const TplUnit *unit = hook_unit(loader, worker, node, keys[k], value_text(sql));
            if (!unit) return false;
            context_set_node(worker->parse, node, node->package);
            context_set_capture(worker->parse, captured, worker->scratch);
            size_t said = worker->sink.count;
            ok &= context_render(worker->parse, unit, &text);
            context_set_capture(worker->parse, NULL, NULL);
            for (size_t d = said; d < worker->sink.count; d++) worker->sink.items[d].node = node->unique_id;
            if (!ok && said < worker->sink.count) diag_note(&worker->sink, node->span, "it is a hook of this node");
        }
    }
    return seed_is_alone(worker, node, captured) && ok;
}

/* A foreign key is a dependency: `to: ref('customers')`. dbt: _process_constraints_refs_and_sources. */
static void read_foreign_keys(Loader *loader, Worker *worker, Node *node, Value constraints, Span place,
                              Captured *captured)
{
    for (uint32_t i = 0; constraints.kind == V_LIST && i < constraints.u.list->n; i++) {
        const Dict *constraint = constraints.u.list->at[i].u.dict;
        Value to = dict_get_str(constraint, STR("to"));
        if (!value_is_str(dict_get_str(constraint, STR("type")), STR("foreign_key")) || to.kind != V_STR || !to.len)
            continue;
        YamlNode text = {.kind = YAML_STR, .text = value_text(to), .span = place, .inner = place};
        schema_dependency(loader, worker, node, &text, "what a foreign key refers to", captured);
    }
}

static void read_all_foreign_keys(Loader *loader, Worker *worker, Node *node, Captured *captured)
{
    read_foreign_keys(loader, worker, node, node->constraints, node->patch_span, captured);
    for (size_t i = 0; i < node->column_count; i++)
        read_foreign_keys(loader, worker, node, node->columns[i].constraints, node->columns[i].span, captured);
}

/* config(config_keys_used=[...], config_keys_defaults=[...]): what dbt.config.get() will find when the model runs. */
static bool note_keys(Worker *worker, Span place, Value lists[4])
{
    static const Str names[] = {STR_INIT("config_keys_used"), STR_INIT("config_keys_defaults"),
                                STR_INIT("meta_keys_used"), STR_INIT("meta_keys_defaults")};
    Value ignored;
    if (!lists[0].u.list->n && !lists[2].u.list->n) return true;
    return context_call_name(worker->parse, STR("config"), place, NULL, 0, names, lists, 4, &ignored);
}

/* What the calls of a Python model ask for is recorded as if a template had made them. */
static bool ask_python(Worker *worker, const Node *node)
{
    PythonCalls calls = {0};
    Span region = {node->source, node->span.start, node->span.start + (uint32_t)node->raw_code.len};
    if (!python_model_read(worker->scratch, node->raw_code, region, &calls, &worker->sink)) return false;
    Value lists[4];
    for (size_t i = 0; i < 4; i++) lists[i] = value_list(worker->scratch);
    for (size_t i = 0; i < calls.n; i++) {
        const PythonCall *call = &calls.at[i];
        const List *args = call->args.u.list;
        if (str_starts(call->name, STR("config."))) {
            size_t kind = str_eq(call->name, STR("config.get")) ? 0 : 2;
            if (args->n < 1 || args->n > 2) {
                diag_add(&worker->sink, DIAG_python_invalid, call->span,
                         "dbt.%.*s() takes a key and perhaps a default, not %u arguments", STR_ARG(call->name),
                         args->n);
                return false;
            }
            list_push(lists[kind].u.list, args->at[0]);
            list_push(lists[kind + 1].u.list, args->n == 2 ? args->at[1] : VALUE_NONE);
            continue;
        }
        const Dict *named = call->named.u.dict;
        Str *names = ARENA_ARRAY(worker->scratch, Str, named->used + 1);
        Value *values = ARENA_ARRAY(worker->scratch, Value, named->used + 1), ignored;
        size_t count = 0;
        for (uint32_t k = 0; k < named->used; k++) {
            names[count] = value_text(named->entries[k].key);
            values[count++] = named->entries[k].value;
        }
        if (!context_call_name(worker->parse, call->name, call->span, args->at, args->n, names, values, count,
                               &ignored))
            return false;
    }
    return note_keys(worker, node->span, lists);
}

/* Evaluates the node's unit, then gives the node its configuration, its description and its names. */
static void finish_node(Loader *loader, Worker *worker, Node *node)
{
    Captured captured = {0};
    const char *kind = patch_kind(node->type);
    Patch *patch = kind ? patch_find(loader, node->package, str_from(kind), node->name) : NULL;
    if (patch) node_apply_patch(worker, node, patch);
    node->database = loader->manifest->target.database;
    node->schema = loader->manifest->target.schema;
    bool ok = node_configure_draft(loader, worker, node, patch, NULL);
    bool python = str_eq(node->language, STR("python"));
    if (node->unit || python) {
        context_set_node(worker->parse, node, node->package);
        context_set_capture(worker->parse, &captured, worker->scratch);
        Value text;
        ok &= python ? ask_python(worker, node) : context_render(worker->parse, node->unit, &text);
        context_set_capture(worker->parse, NULL, NULL);
    }
    if (!ok || !node_configure(loader, worker, node, patch, &captured)) node->broken = true;
    if (!ok) node_keep_draft(worker, node, loader);
    if (node->type != RESOURCE_TEST && !node->broken && !render_hooks(loader, worker, node, &captured))
        node->broken = true;
    node_set_contract_checksum(worker->arena, node);
    if (node->type == RESOURCE_MODEL) read_all_foreign_keys(loader, worker, node, &captured);
    node_take_captured(worker->arena, node, &captured);
    context_set_node(worker->parse, node, node->package);
    if (!node_name_relation(loader, worker, node)) node->broken = true;
}

/* `unit`: the body, if it is parsed already and stays; else it is parsed for the moment. */
static Node *sql_node(Loader *loader, Worker *worker, ProjectFile *file, ResourceType type, Str name, Span region,
                      const TplUnit *unit)
{
    Str path = file->relative;
    if (type == RESOURCE_ANALYSIS) path = path_join(worker->arena, STR("analysis"), path);
    Node *node = node_new(worker->arena, type, file->package, name, path, file->path);
    node->span = (Span){region.source, region.start, region.start};
    node->source = region.source;
    node->raw_code = str_slice(source_text(loader->manifest->sources, region.source), region.start, region.end);
    node->checksum = sha256_hex(worker->arena, str_trim(file->text)); /* of the whole file, as in dbt */
    TplOptions options = loader_tpl_options(file->package);
    node->unit = unit ? unit : tpl_parse(worker->scratch, loader->manifest->sources, region, &options, &worker->sink);
    if (!node->unit) node->broken = true;
    node->templated = node->unit && !unit;
    return node;
}

/* ---- functions: what they take and give is said in YAML ---- */

static const ShapeField argument_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "data_type", .kind = SHAPE_STR, .required = true},
    {.name = "description", .kind = SHAPE_STR},
    {.name = "default_value", .kind = SHAPE_ANY},
};
static const Shape argument = SHAPE("a function's argument", argument_fields, NULL);
static const ShapeField returns_fields[] = {
    {.name = "data_type", .kind = SHAPE_STR, .required = true},
    {.name = "description", .kind = SHAPE_STR},
};
static const Shape returns = SHAPE("'returns'", returns_fields, NULL);
static const ShapeField function_fields[] = {
    {.name = "arguments", .kind = SHAPE_OBJECTS, .shape = &argument},
    {.name = "returns", .kind = SHAPE_OBJECT, .shape = &returns, .required = true},
};
static const char *const function_others[] = {"name",   "description", "config",      "meta", "docs",
                                              "access", "columns",     "constraints", NULL};
static const Shape function_shape = SHAPE("a function", function_fields, function_others);

static void check_defaults(Worker *worker, const Node *node)
{
    Value arguments = dict_get_str(node->extra.u.dict, STR("arguments"));
    bool defaulted = false;
    for (uint32_t i = 0; arguments.kind == V_LIST && i < arguments.u.list->n; i++) {
        const Dict *one = arguments.u.list->at[i].u.dict;
        bool has = dict_get_str(one, STR("default_value")).kind != V_NONE;
        Value name = dict_get_str(one, STR("name"));
        if (defaulted && !has && name.kind == V_STR) {
            diag_add(&worker->sink, DIAG_yaml_type, node->patch_span,
                     "the argument '%.*s' of '%.*s' has no default, and stands behind one that has",
                     STR_ARG(value_text(name)), STR_ARG(node->name));
            diag_hint(&worker->sink, "move the arguments with a 'default_value' to the end");
        }
        defaulted |= has;
    }
}

static void read_signature(Loader *loader, Worker *worker, Node *node)
{
    const Patch *patch = patch_find(loader, node->package, STR("functions"), node->name);
    if (!patch) {
        diag_add(&worker->sink, DIAG_yaml_missing_key, node->span,
                 "the function '%.*s' needs a description in YAML that says what it returns", STR_ARG(node->name));
        diag_hint(&worker->sink, "add it below `functions:`, with `returns: {data_type: ...}`");
        node->broken = true;
        return;
    }
    context_set_node(worker->yaml, NULL, patch->file->package);
    if (!shape_read(worker, patch->file, &function_shape, patch->node, &node->extra)) node->broken = true;
    check_defaults(worker, node);
}

static void read_sql(Loader *loader, Worker *worker, ProjectFile *file, FileNodes *out)
{
    static const ResourceType types[] = {[FILE_MODEL] = RESOURCE_MODEL,
                                         [FILE_TEST] = RESOURCE_TEST,
                                         [FILE_ANALYSIS] = RESOURCE_ANALYSIS,
                                         [FILE_FUNCTION] = RESOURCE_FUNCTION};
    ResourceType type = types[file->kind];
    Str name = path_stem(file->path);
    Node *node = sql_node(loader, worker, file, type, name, stripped(file), NULL);
    node_set_fqn(worker->arena, node, node->path, &name, 1);
    if (type == RESOURCE_TEST) {
        node->test = ARENA_NEW(worker->arena, TestInfo);
        node->test->test_name = node->test->namespace = node->test->column_name = node->test->file_key_name = STR_EMPTY;
        node->test->kwargs = value_undefined(STR_EMPTY);
        node->test->span = node->span;
        if (node->unit) {
            size_t count;
            const TplBlock *block = tpl_blocks(node->unit, &count);
            for (size_t i = 0; i < count; i++)
                if (str_eq(block[i].tag, STR("test")) || str_eq(block[i].tag, STR("data_test"))) {
                    diag_add(&worker->sink, DIAG_test_invalid, block[i].span,
                             "a generic test cannot be defined in a singular test's file");
                    diag_hint(&worker->sink, "move it below tests/generic/ or macros/");
                    return;
                }
        }
    }
    vec_push(worker->arena, &out->nodes, node);
    finish_node(loader, worker, node);
    if (type == RESOURCE_FUNCTION) read_signature(loader, worker, node);
    node->unit = NULL; /* node_unit parses it again */
}

/* A Python model: a node like the others, whose calls are read off its text. */
static void read_python(Loader *loader, Worker *worker, ProjectFile *file, FileNodes *out)
{
    Str name = path_stem(file->path);
    Span region = stripped(file);
    Node *node = node_new(worker->arena, RESOURCE_MODEL, file->package, name, file->relative, file->path);
    node->language = STR("python");
    node->span = (Span){region.source, region.start, region.start};
    node->source = region.source;
    node->raw_code = str_slice(source_text(loader->manifest->sources, region.source), region.start, region.end);
    node->checksum = sha256_hex(worker->arena, str_trim(file->text));
    node_set_fqn(worker->arena, node, node->path, &name, 1);
    vec_push(worker->arena, &out->nodes, node);
    finish_node(loader, worker, node);
}

/* A snapshot that YAML alone defines: `relation:` stands in place of a query. */
static void read_yaml_snapshot(Loader *loader, Worker *worker, ProjectFile *file, const Patch *patch, FileNodes *out)
{
    Arena *arena = worker->arena;
    const YamlNode *relation = yaml_get(patch->node, STR("relation"));
    if (!yaml_is(relation, YAML_STR)) {
        yaml_wrong_type(relation, "'relation'", "ref(...) or source(...)", &worker->sink);
        return;
    }
    Str path = path_join(arena, file->relative, str_fmt(arena, "%.*s.sql", STR_ARG(patch->name)));
    Node *node = node_new(arena, RESOURCE_SNAPSHOT, file->package, patch->name, path, file->path);
    node->span = patch->name_span;
    node_set_fqn(arena, node, file->relative, &node->name, 1);
    node->raw_code = str_fmt(arena, "select * from {{ %.*s }}", STR_ARG(relation->text));
    node->checksum = sha256_hex(arena, str_trim(file->text));
    node->source = source_add(loader->manifest->sources, file->path, node->raw_code);
    TplOptions options = {.family = TPL_CURLY};
    size_t said = worker->sink.count;
    node->unit = tpl_parse(arena, loader->manifest->sources, (Span){node->source, 0, (uint32_t)node->raw_code.len},
                           &options, &worker->sink);
    if (!node->unit) node->broken = true;
    vec_push(arena, &out->nodes, node);
    finish_node(loader, worker, node);
    /* The person wrote the relation, not the query around it. */
    for (size_t d = said; d < worker->sink.count; d++)
        if (worker->sink.items[d].span.source == node->source) worker->sink.items[d].span = relation->span;
    for (size_t i = 0; i < node->ref_count; i++) node->refs[i].span = relation->span;
    for (size_t i = 0; i < node->source_call_count; i++) node->source_calls[i].span = relation->span;
    if (node->broken || node->ref_count + node->source_call_count == 1) return;
    diag_add(&worker->sink, DIAG_yaml_type, relation->span,
             "the 'relation' of a snapshot must be ref(...) or source(...)");
    diag_hint(&worker->sink, "write e.g. `relation: ref('orders')`");
    node->broken = true;
}

static void read_yaml_snapshots(Loader *loader, Worker *worker, ProjectFile *file, const SchemaFile *schema,
                                FileNodes *out)
{
    for (size_t i = 0; i < schema->patches.n; i++) {
        const Patch *patch = schema->patches.at[i];
        if (str_eq(patch->kind, STR("snapshots")) && yaml_get(patch->node, STR("relation")))
            read_yaml_snapshot(loader, worker, file, patch, out);
    }
}

/* A snapshot file holds any number of snapshot blocks; dbt's fqn has the file's name in it. */
static void read_snapshots(Loader *loader, Worker *worker, ProjectFile *file, FileNodes *out)
{
    TplOptions options = loader_tpl_options(file->package);
    Span all = {file->source, 0, (uint32_t)file->text.len};
    TplUnit *unit = tpl_parse(worker->arena, loader->manifest->sources, all, &options, &worker->sink);
    if (!unit) return;
    size_t count;
    const TplBlock *blocks = tpl_blocks(unit, &count);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(blocks[i].tag, STR("snapshot"))) continue;
        any = true;
        Node *node = sql_node(loader, worker, file, RESOURCE_SNAPSHOT, blocks[i].name, blocks[i].body, blocks[i].unit);
        node->span = blocks[i].name_span;
        node->checksum = sha256_hex(worker->arena, str_trim(file->text)); /* the whole file's, as in dbt */
        const Str more[] = {path_stem(file->path), blocks[i].name};
        node_set_fqn(worker->arena, node, node->path, more, 2);
        vec_push(worker->arena, &out->nodes, node);
        finish_node(loader, worker, node);
    }
    if (!any && str_trim(file->text).len) {
        diag_add(&worker->sink, DIAG_template_syntax, (Span){file->source, 0, 0},
                 "a file below the snapshot paths needs a snapshot block");
        diag_hint(&worker->sink, tpl_family_of(file->text, file->package->family) == TPL_CURLY
                                     ? "write {%% snapshot name %%} ... {%% endsnapshot %%}"
                                     : "write <%% snapshot name %%> ... <%% endsnapshot %%>");
    }
}

enum { LARGEST_HASHED_SEED = 1 << 20 }; /* dbt: MAXIMUM_SEED_SIZE; larger ones are known by their path */

static void read_seed(Loader *loader, Worker *worker, ProjectFile *file, FileNodes *out)
{
    Str full = path_join(worker->arena, file->package->root, file->path);
    struct stat info;
    bool large = stat(full.ptr, &info) == 0 && info.st_size > LARGEST_HASHED_SEED;
    /* Read into the scratch arena: the rows are streamed from the file when the seed is loaded. */
    Str text = STR_EMPTY, error;
    if (!large && !file_read(worker->scratch, full.ptr, &text, &error)) {
        file->source = source_add(loader->manifest->sources, file->path, STR_EMPTY);
        diag_add(&worker->sink, DIAG_file_read, (Span){file->source, 0, 0}, "cannot read %.*s: %.*s",
                 STR_ARG(file->path), STR_ARG(error));
        return;
    }
    file->source = source_add(loader->manifest->sources, file->path, STR_EMPTY);
    Str name = path_stem(file->path);
    Node *node = node_new(worker->arena, RESOURCE_SEED, file->package, name, file->relative, file->path);
    node->span = (Span){file->source, 0, 0};
    node->checksum = large ? file->path : sha256_hex(worker->arena, str_trim(text)); /* stripped, as in dbt */
    node_set_fqn(worker->arena, node, file->relative, &name, 1);
    vec_push(worker->arena, &out->nodes, node);
    finish_node(loader, worker, node);
}

static void read_file(Loader *loader, Worker *worker, size_t item, void *data)
{
    FileNodes *out = &((FileNodes *)data)[item];
    ProjectFile *file = &loader->files.at[item];
    switch (file->kind) {
    case FILE_SEED: read_seed(loader, worker, file, out); return;
    case FILE_PYTHON:
        if (file_load(loader, worker->arena, file, &worker->sink)) read_python(loader, worker, file, out);
        return;
    case FILE_PYTHON_FUNCTION: {
        SourceId source = source_add(loader->manifest->sources, file->path, STR_EMPTY);
        diag_add(&worker->sink, DIAG_unsupported, (Span){source, 0, 0}, "functions in Python are not supported");
        diag_hint(&worker->sink, "write the function in SQL, or leave the file out of the function paths");
        return;
    }
    case FILE_MODEL:
    case FILE_TEST:
    case FILE_ANALYSIS:
    case FILE_FUNCTION:
        if (file_load(loader, worker->arena, file, &worker->sink)) read_sql(loader, worker, file, out);
        return;
    case FILE_SNAPSHOT:
        if (file_load(loader, worker->arena, file, &worker->sink)) read_snapshots(loader, worker, file, out);
        return;
    case FILE_SCHEMA: read_yaml_snapshots(loader, worker, file, &loader->schemas[item], out); return;
    default: return;
    }
}

/* on-run-start and on-run-end: operations named as in dbt, shop-on-run-start-0. */
static void read_hooks(Loader *loader, Package *package, Value hooks, const char *when)
{
    Worker *worker = &loader->workers[0];
    Arena *arena = loader->arena;
    for (uint32_t i = 0; hooks.kind == V_LIST && i < hooks.u.list->n; i++) {
        Str name = str_fmt(arena, "%.*s-%s-%u", STR_ARG(package->name), when, i);
        Node *node = node_new(arena, RESOURCE_OPERATION, package, name, str_fmt(arena, "hooks/%.*s.sql", STR_ARG(name)),
                              STR("./dbt_project.yml"));
        Str text = value_text(hooks.u.list->at[i]);
        Span place = context_text_place(loader->manifest, NULL, package, text, &worker->places);
        if (!place.source)
            place = (Span){source_add(loader->manifest->sources, STR("dbt_project.yml"), text), 0, (uint32_t)text.len};
        node->source = place.source;
        node->span = (Span){place.source, place.start, place.start};
        node->raw_code = text;
        node->checksum =
            sha256_hex(arena, str_trim(source_text(loader->manifest->sources, package->file))); /* dbt: of the file */
        const Str more[] = {STR("hooks"), name};
        node_set_fqn(arena, node, STR_EMPTY, more, 2);
        TplOptions options = loader_tpl_options(package);
        node->unit = tpl_parse(arena, loader->manifest->sources, place, &options, &worker->sink);
        if (!node->unit) node->broken = true;
        finish_node(loader, worker, node);
        Str *tags = ARENA_ARRAY(arena, Str, node->tag_count + 1);
        tags[0] = str_from(when);
        for (size_t t = 0; t < node->tag_count; t++) tags[t + 1] = node->tags[t];
        node->tags = tags;
        node->tag_count++;
        node->extra = value_int(i);
        vec_push(arena, &loader->nodes, node);
    }
    worker_drain(loader, worker);
}

void nodes_read(Loader *loader)
{
    FileNodes *files = ARENA_ARRAY(loader->arena, FileNodes, loader->files.n + 1);
    loader_parallel(loader, loader->files.n, read_file, files);
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < files[f].nodes.n; i++) vec_push(loader->arena, &loader->nodes, files[f].nodes.at[i]);
    for (size_t p = 0; p < loader->manifest->package_count; p++) {
        Package *package = loader->manifest->packages[p];
        read_hooks(loader, package, package->on_run_start, "on-run-start");
        read_hooks(loader, package, package->on_run_end, "on-run-end");
    }
}
