/* run-operation: one macro with its arguments, in one transaction; and the nodes that stand in no manifest. */
#include "base/edit.h"
#include "run/internal.h"

/* A node for what the command line names. */
static Node *own_node(Run *run, ResourceType type, Str name, SourceId source)
{
    const Package *root = run->manifest->root;
    Node *node = ARENA_NEW(run->arena, Node);
    node->type = type;
    node->index = UINT32_MAX;
    node->package = root;
    node->name = node->alias = name;
    node->unique_id =
        str_fmt(run->arena, "%.*s.%.*s.%.*s", STR_ARG(resource_type_word(type)), STR_ARG(root->name), STR_ARG(name));
    node->path = node->original_file_path = str_fmt(run->arena, "%.*s.sql", STR_ARG(name));
    node->fqn = ARENA_ARRAY(run->arena, Str, 2);
    node->fqn[0] = root->name;
    node->fqn[1] = name;
    node->fqn_count = 2;
    node->source = source;
    node->span = (Span){source, 0, 0};
    node->raw_code = node->checksum = node->relation_name = node->group = node->access = node->description =
        node->patch_path = node->materialized = STR_EMPTY;
    node->database = run->manifest->target.database;
    node->schema = run->manifest->target.schema;
    node->language = STR("sql");
    node->enabled = true;
    node->config = value_dict(run->arena);
    node->unrendered_config = value_dict(run->arena);
    node->meta = value_dict(run->arena);
    node->docs = node->constraints = node->version = node->latest_version = node->extra = value_undefined(STR_EMPTY);
    run->own_node = node;
    run->own_compiled = ARENA_NEW(run->arena, Compiled *);
    return node;
}

/* "macro" or "package.macro". */
static const Macro *find_macro(const Run *run, Str name)
{
    size_t dot = str_find_char(name, '.', 0);
    if (dot != STR_NPOS)
        return manifest_find_package_macro(run->manifest, str_slice(name, 0, dot), str_from_index(name, dot + 1));
    const Macro *macro = manifest_find_macro(run->manifest, run->manifest->root, name);
    for (size_t i = 0; !macro && i < run->manifest->package_count; i++)
        macro = manifest_find_package_macro(run->manifest, run->manifest->packages[i]->name, name);
    return macro;
}

static void hint_macros(Run *run, DiagSink *sink, Str wanted)
{
    VEC(Str) names = {0};
    for (size_t i = 0; i < run->manifest->macro_count; i++)
        vec_push(run->arena, &names, run->manifest->macros[i]->name);
    Str best;
    if (nearest(wanted, names.at, names.n, &best)) diag_hint(sink, "did you mean '%.*s'?", STR_ARG(best));
}

static bool call(RunWorker *worker, const Node *node, const Macro *macro)
{
    Run *run = worker->run;
    Context *context = materialize_begin(worker, NULL);
    if (!context) return false;
    AdapterConnection *writer = worker_writer(worker);
    context_set_node(context, NULL, macro->package->is_builtin ? run->manifest->root : macro->package);
    VEC(Str) names = {0};
    VEC(Value) values = {0};
    Value args = run->options.operation_args;
    for (uint32_t i = 0; args.kind == V_DICT && i < args.u.dict->used; i++) {
        if (args.u.dict->entries[i].key.kind != V_STR) continue;
        vec_push(worker->render, &names, value_text(args.u.dict->entries[i].key));
        vec_push(worker->render, &values, args.u.dict->entries[i].value);
    }
    Value ignored;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    bool ok = context_call(context, macro, node_span(node), NULL, 0, names.at, values.at, values.n, &ignored);
    if (ok && adapter_depth(writer) > run_base_depth(worker->run) && !adapter_commit(writer, &error)) {
        report_target_error(run, &worker->sink, &error);
        ok = false;
    }
    rollback_all(worker, writer);
    return ok;
}

bool operation_execute(Run *run, DiagSink *sink)
{
    Str name = run->options.operation_macro.text;
    const Macro *macro = find_macro(run, name);
    if (!macro) {
        run->impossible = true;
        diag_add(sink, DIAG_macro_not_found, run->options.operation_macro.span, "there is no macro '%.*s'",
                 STR_ARG(name));
        hint_macros(run, sink, name);
        return false;
    }
    Node *node = own_node(run, RESOURCE_OPERATION, name, macro->span.source);
    node->unique_id = macro->unique_id; /* as in dbt: "macro.shop.grant_all" */
    node->span = macro->span;
    node->original_file_path = macro->original_file_path;
    RunWorker *worker = &run->workers[0];
    RunResult result;
    worker_turn(worker, node);
    result_begin(worker, node, &result);
    timing_begin(worker->keep, &result.execute);
    if (!call(worker, node, macro)) result.status = RUN_ERROR;
    timing_end(worker->keep, &result.execute);
    result_end(worker, &result);
    return true;
}

/* ---- --inline ---- */

static bool resolve(Run *run, Node *node, const Captured *captured, DiagSink *sink)
{
    VEC(Node *) parents = {0};
    for (size_t i = 0; i < captured->ref_count; i++) {
        Node *found = NULL;
        const RefCall *ref = &captured->refs[i];
        if (manifest_find_ref(run->manifest, run->manifest->root, ref->package, ref->name, ref->version, &found) ==
            REF_FOUND) {
            vec_push(run->arena, &parents, found);
        } else {
            diag_add(sink, DIAG_ref_not_found, ref->span, "there is no model, seed or snapshot '%.*s'",
                     STR_ARG(ref->name));
            VEC(Str) names = {0};
            const Map *map = &run->manifest->refs_by_name;
            for (size_t n = 0; n < map->count; n++) vec_push(run->arena, &names, map->entries[n].key);
            Str best;
            if (nearest(ref->name, names.at, names.n, &best)) diag_hint(sink, "did you mean '%.*s'?", STR_ARG(best));
            return false;
        }
    }
    for (size_t i = 0; i < captured->source_count; i++) {
        Node *found = NULL;
        const SourceCall *source = &captured->sources[i];
        if (manifest_find_source(run->manifest, run->manifest->root, source->source, source->table, &found) ==
            REF_FOUND) {
            vec_push(run->arena, &parents, found);
        } else {
            diag_add(sink, DIAG_source_not_found, source->span, "there is no source '%.*s.%.*s'",
                     STR_ARG(source->source), STR_ARG(source->table));
            return false;
        }
    }
    node->depends_on = parents.at;
    node->depends_on_count = parents.n;
    return true;
}

Node *inline_node(Run *run, DiagSink *sink)
{
    Node *node = own_node(run, RESOURCE_ANALYSIS, STR("inline_query"), run->options.inline_source);
    node->raw_code = run->options.inline_sql;
    TplOptions options = {.family = run->manifest->root->family};
    Span whole = {run->options.inline_source, 0, (uint32_t)run->options.inline_sql.len};
    node->unit = tpl_parse(run->arena, run->manifest->sources, whole, &options, sink);
    if (!node->unit) return NULL;
    Captured captured = {0};
    Context *context = context_new(run->manifest, CONTEXT_PARSE, run->arena, sink);
    ContextRun context_run = worker_context_run(&run->workers[0], NULL);
    context_set_run(context, &context_run);
    context_set_node(context, node, node->package);
    context_set_capture(context, &captured, run->arena);
    Value text;
    bool ok = context_render(context, node->unit, &text) && resolve(run, node, &captured, sink);
    context_free(context);
    return ok ? node : NULL;
}
