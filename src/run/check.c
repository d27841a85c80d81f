/* Check before write: every selected model's SQL is compiled by the engine itself, against an empty shadow of the schema,
 * before anything is written.
 *
 * What a model reads and this run does not build comes from the real database; where it is not there yet, a command that
 * writes refuses it, and one that does not takes the columns from YAML or the seed's file. What is unknown stays unknown:
 * then the model is not checked, and a message says why. */
#include "base/clock.h"
#include "base/edit.h"
#include "base/thread.h"
#include "run/internal.h"

#include <ctype.h>

typedef struct Checker {
    Run *run;
    RunWorker *worker;
    AdapterCheck *check;
    AdapterConnection *reader;
    bool writes; /* run, build: what is missing now is missing when it runs */
    bool *seen; /* by node: described as far as it can be */
    bool *builds; /* by node: this run makes something that it reads */
    Map lists; /* "database.schema" -> Map of the lower-case names that exist */
    Map filled; /* relation names of this run's seeds */
    size_t checked;
    AdapterError error;
} Checker;

/* Whether this run makes the node anew. Seeds only where they are loaded: compile has nothing to say about them. */
static bool planned(const Checker *c, const Node *node)
{
    return node_set_has(c->run->plan->work, node->index) && (c->writes || node->type != RESOURCE_SEED);
}

static bool is_ephemeral(const Node *node)
{
    return node->type == RESOURCE_MODEL && str_eq(node->materialized, STR("ephemeral"));
}

/* ---- what exists ---- */

static bool exists(Checker *c, const Node *node)
{
    Arena *arena = c->run->arena;
    Str key = str_fmt(arena, "%.*s.%.*s", STR_ARG(node->database), STR_ARG(node->schema));
    Map *names = map_get(&c->lists, key);
    if (!names) {
        names = ARENA_NEW(arena, Map);
        map_init(names, arena);
        map_put(&c->lists, key, names);
        AdapterRelations relations = {0};
        AdapterError error;
        adapter_error_init(&error, arena);
        if (c->reader && adapter_list_relations(c->reader, node->database, node->schema, arena, &relations, &error))
            for (size_t i = 0; i < relations.n; i++)
                map_put(names, str_lower(arena, relations.at[i].name), &relations.at[i]);
    }
    Str identifier = node->source_info ? node->source_info->identifier : node->alias;
    return map_has(names, str_lower(arena, identifier));
}

/* ---- describing what is read ---- */

static void describe(Checker *c, const Node *node, const AdapterColumns *columns)
{
    AdapterError ignored;
    adapter_error_init(&ignored, c->worker->render);
    adapter_check_relation(c->check, node->relation_name, columns, &ignored);
}

static bool seed_columns(Checker *c, const Node *node, AdapterColumns *columns)
{
    const SeedFile *file = seed_file(c->worker, node);
    *columns = (AdapterColumns){file->stored, file->column_count};
    return file->ok;
}

/* Columns that YAML declares. None declared: unknown. */
static bool yaml_columns(Checker *c, const Node *node, AdapterColumns *columns)
{
    if (!node->column_count) return false;
    columns->n = node->column_count;
    columns->at = ARENA_ARRAY(c->run->arena, AdapterColumn, columns->n);
    for (size_t i = 0; i < columns->n; i++) {
        columns->at[i].name = node->columns[i].name;
        columns->at[i].type = node->columns[i].data_type;
    }
    return true;
}

static void note(Checker *c, const Node *node, Str text)
{
    run_emit(c->run, &(RunEvent){.kind = RUN_EVENT_MESSAGE, .node = node, .text = text});
}

static void unchecked(Checker *c, const Node *node, const char *why, Str what)
{
    note(c, node,
         str_fmt(c->worker->render, "%.*s could not be checked before it runs: %s%.*s", STR_ARG(node->name), why,
                 STR_ARG(what)));
}

/* Where a node's text names a parent. */
static Span reference_span(const Checker *c, const Node *node, const Node *parent)
{
    for (size_t i = 0; i < node->ref_count; i++) {
        Node *found = NULL;
        const RefCall *ref = &node->refs[i];
        if (parent->type != RESOURCE_SOURCE &&
            manifest_find_ref(c->run->manifest, node->package, ref->package, ref->name, ref->version, &found) ==
                REF_FOUND &&
            found == parent)
            return ref->span;
    }
    for (size_t i = 0; parent->source_info && i < node->source_call_count; i++)
        if (str_eq(node->source_calls[i].source, parent->source_info->source_name) &&
            str_eq(node->source_calls[i].table, parent->name))
            return node->source_calls[i].span;
    return node_span(node);
}

static void refuse_missing(Checker *c, const Node *node, const Node *parent)
{
    DiagSink *sink = &c->worker->sink;
    Str name = parent->source_info ? str_fmt(c->worker->render, "%.*s.%.*s", STR_ARG(parent->source_info->source_name),
                                             STR_ARG(parent->name))
                                   : parent->name;
    Diag *diag = diag_add(sink, DIAG_check_failed, reference_span(c, node, parent),
                          "%.*s reads the %.*s '%.*s', which is not in the database (%.*s)", STR_ARG(node->name),
                          STR_ARG(resource_type_word(parent->type)), STR_ARG(name), STR_ARG(parent->relation_name));
    diag->node = str_dup(sink->arena, node->unique_id);
    switch (parent->type) {
    case RESOURCE_SEED: diag_hint(sink, "load it with `cdbt seed`, or run `cdbt build`"); return;
    case RESOURCE_SOURCE:
        diag_hint(sink, "load it first; if a seed of this project fills it, run `cdbt seed` or `cdbt build`");
        return;
    default: diag_hint(sink, "build it first, or select it too: --select +%.*s", STR_ARG(node->name)); return;
    }
}

/* Makes known what `node` reads (what its ephemeral models read is known already); false if something is missing. */
static bool describe_parents(Checker *c, const Node *node)
{
    bool ok = true;
    for (size_t i = 0; i < node->depends_on_count; i++) {
        const Node *parent = node->depends_on[i];
        if (!node_has_relation(parent) || planned(c, parent) || map_has(&c->filled, parent->relation_name)) continue;
        if (c->run->deferred && c->run->deferred[parent->index]) continue; /* read from elsewhere in the database */
        if (exists(c, parent)) continue; /* the check looks it up in the database by itself */
        if (c->writes) {
            if (c->run->plan->start_hook_count) {
                if (!c->seen[parent->index]) describe(c, parent, NULL); /* a hook may make it */
            } else {
                refuse_missing(c, node, parent);
                ok = false;
            }
        } else if (!c->seen[parent->index]) {
            AdapterColumns columns = {0};
            bool known = parent->type == RESOURCE_SEED
                             ? seed_columns(c, parent, &columns)
                             : parent->type == RESOURCE_SOURCE && yaml_columns(c, parent, &columns);
            describe(c, parent, known ? &columns : NULL);
        }
        c->seen[parent->index] = true;
    }
    return ok;
}

/* ---- one node ---- */

/* Whether what the node reads is made by this run, through ephemeral models too. */
static bool builds_parents(Checker *c, const Node *node)
{
    bool builds = c->writes && c->run->plan->start_hook_count;
    for (size_t i = 0; c->writes && !builds && i < node->depends_on_count; i++) {
        const Node *parent = node->depends_on[i];
        builds = is_ephemeral(parent) ? c->builds[parent->index] : planned(c, parent);
    }
    return c->builds[node->index] = builds;
}

static bool has_pre_hooks(const Checker *c, const Node *node)
{
    Value hooks = node_config(node, STR("pre-hook"));
    return c->run->plan->start_hook_count || (hooks.kind == V_LIST && hooks.u.list->n) || hooks.kind == V_STR ||
           hooks.kind == V_DICT;
}

static void keep_diags(Checker *c, const Node *node, const Diag *diags, size_t count)
{
    NodeDiags *kept = ARENA_NEW(c->run->arena, NodeDiags);
    kept->at = diags_copy(c->worker->keep, diags, count);
    kept->n = count;
    c->run->check_diags[node->index] = kept;
}

static bool full_refresh(const Checker *c, const Node *node)
{
    Value wanted = node_config(node, STR("full_refresh"));
    return wanted.kind == V_BOOL ? wanted.u.boolean : c->run->options.full_refresh;
}

/* An incremental model that is there keeps its columns, unless on_schema_change says otherwise. */
static const AdapterColumns *incremental_columns(Checker *c, const Node *node, const AdapterColumns *made, bool *real)
{
    *real = false;
    if (!exists(c, node) || full_refresh(c, node)) return made;
    Value change = node_config(node, STR("on_schema_change"));
    if (value_is_str(change, STR("sync_all_columns"))) return made;
    if (!value_is_str(change, STR("append_new_columns"))) {
        *real = true;
        return NULL;
    }
    AdapterColumns now, *both = ARENA_NEW(c->run->arena, AdapterColumns);
    AdapterError error;
    adapter_error_init(&error, c->worker->render);
    if (!made || !c->reader || !adapter_columns(c->reader, node->relation_name, c->run->arena, &now, &error))
        return NULL;
    both->at = ARENA_ARRAY(c->run->arena, AdapterColumn, now.n + made->n + 1);
    for (size_t i = 0; i < now.n; i++) both->at[both->n++] = now.at[i];
    for (size_t i = 0; i < made->n; i++) {
        bool there = false;
        for (size_t k = 0; k < now.n && !there; k++) there = str_eq_nocase(now.at[k].name, made->at[i].name);
        if (!there) both->at[both->n++] = made->at[i];
    }
    return both;
}

/* What those that read this node will find. `made`: the columns of its SELECT, NULL if they are unknown. */
static void describe_result(Checker *c, const Node *node, const AdapterColumns *made)
{
    if (!node->relation_name.len || node->type == RESOURCE_TEST || node->type == RESOURCE_ANALYSIS ||
        is_ephemeral(node))
        return;
    bool real = false;
    const AdapterColumns *columns = NULL;
    if (node->type == RESOURCE_SNAPSHOT)
        real = exists(c, node); /* it adds columns of its own */
    else if (str_eq(node->materialized, STR("incremental")))
        columns = incremental_columns(c, node, made, &real);
    else if (str_eq(node->materialized, STR("view")) || str_eq(node->materialized, STR("table")) ||
             str_eq(node->materialized, STR("materialized_view")))
        columns = made;
    if (!real) describe(c, node, columns);
    if (made) c->run->columns[node->index] = arena_copy(c->run->arena, made, sizeof *made);
}

/* An ephemeral model with errors that the node's text would hold; those above were looked at before. */
static const Node *bad_ephemeral(const Checker *c, const Node *node)
{
    for (size_t i = 0; i < node->depends_on_count; i++) {
        const Node *parent = node->depends_on[i];
        if (!is_ephemeral(parent)) continue;
        if (c->run->check_diags[parent->index]) return parent;
        if (c->run->blocked_by[parent->index]) return c->run->blocked_by[parent->index];
    }
    return NULL;
}

/* Tells what the worker's sink holds of a node, or keeps it as the node's errors where warnings count as such. */
static void settle(Checker *c, const Node *node)
{
    DiagSink *sink = &c->worker->sink;
    if (run_weigh(c->run, sink))
        run_emit_diags(c->run, sink);
    else
        keep_diags(c, node, sink->items, sink->count);
    diag_sink_clear(sink);
}

/* SQLite reads a name in double quotes that is no column as a string: mostly a column that was meant. */
static void warn_strings(Checker *c, const Node *node, Value sql, const AdapterChecked *checked)
{
    DiagSink *sink = &c->worker->sink;
    for (size_t i = 0; i < checked->string_count; i++) {
        Str text = checked->strings[i];
        Diag *diag =
            diag_add(sink, DIAG_quoted_string, sql_span(node, sql, checked->string_offsets[i], text.len + 2),
                     "\"%.*s\" is no column here: SQLite reads it as the string '%.*s'", STR_ARG(text), STR_ARG(text));
        diag->node = str_dup(sink->arena, node->unique_id);
        diag_hint(sink, "write '%.*s' for a string, or correct the name of the column", STR_ARG(text));
    }
    settle(c, node);
}

static bool can_be_built(Checker *c, const Node *node)
{
    if (!c->writes || node->type != RESOURCE_MODEL || is_ephemeral(node)) return true;
    Context *context = worker_context(c->worker, CONTEXT_COMPILE, node, NULL);
    return !context || materialization_of(c->worker, context, node, node->materialized);
}

static void check_node(Checker *c, const Node *node)
{
    Run *run = c->run;
    const Compiled *compiled = *compiled_slot(run, node);
    if (!compiled) return;
    worker_turn(c->worker, node);
    run->blocked_by[node->index] = bad_ephemeral(c, node);
    if (run->blocked_by[node->index]) {
        if (c->check) describe_result(c, node, NULL);
        return;
    }
    bool uncertain = builds_parents(c, node) && (compiled->asked & CONTEXT_ASKED_MORE);
    if (!compiled->ok) {
        if (uncertain)
            unchecked(c, node, "its text asks the database for what is not built yet", STR_EMPTY);
        else
            keep_diags(c, node, compiled->diags, compiled->diag_count);
        if (c->check) describe_result(c, node, NULL);
        return;
    }
    if (!c->check) return;
    if (!can_be_built(c, node)) {
        keep_diags(c, node, c->worker->sink.items, c->worker->sink.count);
        describe_result(c, node, NULL);
        return;
    }
    if (compiled->sql.kind == V_STR && sql_is_empty(run->manifest->dialect->syntax, value_text(compiled->sql))) {
        Diag *diag =
            diag_add(&c->worker->sink, DIAG_check_failed, node_span(node), "%.*s has no SQL: nothing is left of it%s",
                     STR_ARG(node->name), str_trim(node->raw_code).len ? " but comments" : "");
        diag->node = str_dup(c->worker->sink.arena, node->unique_id);
        diag_hint(&c->worker->sink, "write a select, or remove the file");
        keep_diags(c, node, c->worker->sink.items, c->worker->sink.count);
        describe_result(c, node, NULL);
        return;
    }
    if (!describe_parents(c, node)) {
        keep_diags(c, node, c->worker->sink.items, c->worker->sink.count);
        describe_result(c, node, NULL);
        return;
    }
    AdapterChecked checked = {0};
    adapter_error_init(&c->error, c->worker->render);
    if (adapter_check_prepare(c->check, value_text(compiled->sql), run->arena, &checked, &c->error)) {
        c->checked += checked.known;
        warn_strings(c, node, compiled->sql, &checked);
        if (checked.known && node_enforces_contract(node) &&
            !contract_check(c->worker, c->check, node, value_text(compiled->sql), &checked))
            keep_diags(c, node, c->worker->sink.items, c->worker->sink.count);
        if (!checked.known) unchecked(c, node, "nothing is known of the columns of ", checked.unknown_because);
        describe_result(c, node, checked.known ? &checked.columns : NULL);
        return;
    }
    bool hooked = has_pre_hooks(c, node) &&
                  (c->error.kind == ADAPTER_MISSING_RELATION || c->error.kind == ADAPTER_MISSING_FUNCTION);
    if (uncertain || (hooked && c->writes)) {
        unchecked(c, node,
                  uncertain ? "its text depends on what is not built yet: " : "a hook may make what is missing: ",
                  c->error.message);
    } else {
        report_sql_error(run, &c->worker->sink, DIAG_check_failed, node, compiled->sql, &c->error);
        keep_diags(c, node, c->worker->sink.items, c->worker->sink.count);
    }
    describe_result(c, node, NULL);
}

static void check_seed(Checker *c, const Node *node)
{
    worker_turn(c->worker, node);
    const SeedFile *file = seed_file(c->worker, node);
    if (!file->ok) keep_diags(c, node, file->diags, file->diag_count);
    AdapterColumns columns = {file->stored, file->column_count};
    if (c->check) describe(c, node, file->ok ? &columns : NULL);
    if (file->ok) c->run->columns[node->index] = arena_copy(c->run->arena, &columns, sizeof columns);
}

/* ---- all ---- */

static void read_seed(void *context, unsigned worker, size_t item)
{
    Run *run = context;
    const Node *node = run->manifest->nodes[run->plan->nodes[item]];
    if (node->type != RESOURCE_SEED) return;
    worker_turn(&run->workers[worker], node);
    seed_file(&run->workers[worker], node);
}

static void open_check(Checker *c)
{
    Run *run = c->run;
    if (!run->database || !run->capabilities.check_before_write) return;
    worker_turn(c->worker, NULL);
    c->reader = worker_reader(c->worker);
    adapter_error_init(&c->error, run->arena);
    if (adapter_check_begin(run->database, &c->check, &c->error)) return;
    c->check = NULL;
    if (c->error.kind == ADAPTER_UNSUPPORTED || c->error.kind == ADAPTER_INTERRUPTED) return;
    Str why = str_fmt(
        run->arena,
        "SQL is not checked before it is written: %.*s. Grant that, or say `check_before_write: false` in the target.",
        STR_ARG(c->error.message));
    run_emit(run, &(RunEvent){.kind = RUN_EVENT_MESSAGE, .to_person = true, .text = why});
}

/* A column that is an expression, or a part of one, is the database's to judge. */
static bool is_plain_name(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char b = (unsigned char)name.ptr[i];
        if (b < 0x80 && !isalnum(b) && b != '_') return false;
    }
    return name.len && !isdigit((unsigned char)name.ptr[0]);
}

static Span column_span(const Node *node, Str name, Span otherwise)
{
    for (size_t i = 0; i < node->column_count; i++)
        if (str_eq(node->columns[i].name, name) && node->columns[i].span.source) return node->columns[i].span;
    return otherwise;
}

/* The tests of a column that is not there will fail at their turn, behind the model's whole work. */
static void check_test_columns(Checker *c)
{
    const Run *run = c->run;
    DiagSink *sink = &c->worker->sink;
    Map told;
    map_init(&told, run->arena);
    for (uint32_t i = 0; i < run->plan->node_count; i++) {
        const Node *node = run->manifest->nodes[run->plan->nodes[i]];
        const TestInfo *test = node->type == RESOURCE_TEST ? node->test : NULL;
        if (!test || !test->attached || !is_plain_name(test->column_name)) continue;
        const Node *model = test->attached;
        const AdapterColumns *columns = run->columns[model->index];
        if (!columns || !columns->n || adapter_column(columns, test->column_name)) continue;
        Str key = str_fmt(run->arena, "%.*s.%.*s", STR_ARG(model->unique_id), STR_ARG(test->column_name));
        if (map_has(&told, key)) continue;
        map_put(&told, key, &told);
        worker_turn(c->worker, node);
        Diag *diag =
            diag_add(sink, DIAG_column_missing, column_span(model, test->column_name, test->span),
                     "the %.*s '%.*s' has no column '%.*s', which is to be tested",
                     STR_ARG(resource_type_word(model->type)), STR_ARG(model->name), STR_ARG(test->column_name));
        diag->node = str_dup(sink->arena, node->unique_id);
        Str *names = ARENA_ARRAY(run->arena, Str, columns->n), best;
        for (size_t k = 0; k < columns->n; k++) names[k] = columns->at[k].name;
        if (nearest(test->column_name, names, columns->n, &best))
            diag_hint(sink, "did you mean '%.*s'?", STR_ARG(best));
        else
            diag_hint(sink, "it has: %.*s", STR_ARG(str_join(run->arena, names, columns->n, STR(", "))));
        settle(c, node);
    }
}

bool check_all(Run *run)
{
    const Plan *plan = run->plan;
    uint64_t began = clock_monotonic_ns();
    Checker c = {.run = run,
                 .worker = &run->workers[0],
                 .writes = run->options.command == RUN_RUN || run->options.command == RUN_BUILD ||
                           run->options.command == RUN_SNAPSHOT};
    c.seen = ARENA_ARRAY(run->arena, bool, run->graph->node_count + 1);
    c.builds = ARENA_ARRAY(run->arena, bool, run->graph->node_count + 1);
    map_init(&c.lists, run->arena);
    map_init(&c.filled, run->arena);
    if (c.writes) parallel_for(plan->node_count, run->worker_count, read_seed, run);
    for (uint32_t i = 0; c.writes && i < plan->node_count; i++) {
        Node *node = run->manifest->nodes[plan->nodes[i]];
        if (node->type == RESOURCE_SEED && node->relation_name.len) map_put(&c.filled, node->relation_name, node);
    }
    open_check(&c);
    NodeSet both = node_set_copy(run->arena, plan->work);
    for (uint32_t i = 0; i < plan->ephemeral_count; i++) node_set_add(both, plan->ephemerals[i]);
    /* Seeds first: a source may be what one of them fills. Then parents before children. */
    for (uint32_t i = 0; c.writes && i < plan->node_count; i++)
        if (run->manifest->nodes[plan->nodes[i]]->type == RESOURCE_SEED)
            check_seed(&c, run->manifest->nodes[plan->nodes[i]]);
    for (uint32_t o = 0; o < run->graph->node_count && !atomic_load(&run->cancelled); o++) {
        const Node *node = run->manifest->nodes[run->graph->order[o]];
        if (node->type != RESOURCE_SEED && node_set_has(both, node->index)) check_node(&c, node);
    }
    check_test_columns(&c);
    adapter_check_end(c.check);
    size_t bad = 0;
    for (uint32_t i = 0; i < run->graph->node_count; i++) bad += run->check_diags[i] != NULL;
    run_emit(run, &(RunEvent){.kind = RUN_EVENT_CHECKED,
                              .seconds = (double)(clock_monotonic_ns() - began) / 1e9,
                              .count = c.checked});
    return bad == 0;
}
