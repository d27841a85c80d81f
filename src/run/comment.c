/* The comment that each statement carries: `query-comment` of dbt_project.yml, or dbt's own.
 *
 * Where the project says nothing, a server gets the comment that dbt sends, with the same keys: it stands in the server's log
 * and in its list of sessions, and tools read it there. A database that is a file has neither. */
#include "base/json.h"
#include "run/internal.h"

/* The text becomes the body of a macro, as in dbt: return() works in it. One line more or less would move its places. */
static const Macro *macro_of(Run *run, Str text, DiagSink *sink)
{
    const Package *root = run->manifest->root;
    TplFamily family = tpl_family_of(text, root->family);
    bool angle = family == TPL_ANGLE;
    /* What is wrong with it is shown when the run is gone: the text lives as long as the table of sources. */
    Str whole =
        str_fmt(run->manifest->arena, "%s macro query_comment_macro(connection_name, node) -%s%.*s%s endmacro %s",
                angle ? "<%" : "{%", angle ? "%>" : "%}", STR_ARG(text), angle ? "<%" : "{%", angle ? "%>" : "%}");
    SourceId source = source_add(run->manifest->sources, STR("dbt_project.yml (query-comment)"), whole);
    TplOptions options = {.family = family};
    const TplUnit *unit =
        tpl_parse(run->arena, run->manifest->sources, (Span){source, 0, (uint32_t)whole.len}, &options, sink);
    size_t count = 0;
    const TplBlock *blocks = unit ? tpl_blocks(unit, &count) : NULL;
    if (!count || !blocks[0].macro) return NULL;
    Macro *macro = ARENA_NEW(run->arena, Macro);
    macro->name = STR("query_comment_macro");
    macro->unique_id = str_fmt(run->arena, "macro.%.*s.query_comment_macro", STR_ARG(root->name));
    macro->tag = blocks[0].tag;
    macro->package = root;
    macro->path = macro->original_file_path = STR("dbt_project.yml");
    macro->description = macro->patch_path = STR_EMPTY;
    macro->meta = macro->docs = value_undefined(STR_EMPTY);
    macro->span = blocks[0].span;
    macro->macro = blocks[0].macro;
    macro->options = blocks[0].options;
    return macro;
}

/* Python's json.dumps of dbt's dict. */
static Str standard(RunWorker *worker, const Node *node, Str connection)
{
    const Target *target = &worker->run->manifest->target;
    Buf text;
    JsonWriter json;
    buf_init(&text, worker->comment);
    jw_to_buf(&json, &text);
    json.ascii = json.spaced = true;
    jw_object(&json);
    jw_key_str(&json, "app", STR("dbt"));
    jw_key_str(&json, "dbt_version", STR(CONTEXT_DBT_VERSION));
    jw_key_str(&json, "profile_name", target->profile_name);
    jw_key_str(&json, "target_name", target->name);
    jw_key_str(&json, node ? "node_id" : "connection_name", node ? node->unique_id : connection);
    jw_object_end(&json);
    jw_end(&json);
    return buf_str(&text);
}

static void render(RunWorker *worker, const Node *node, Str connection, Str *text, Str *why)
{
    Run *run = worker->run;
    const Macro *macro = run->comment.macro;
    DiagSink *sink = &worker->comment_sink;
    if (!worker->comments) worker->comments = context_new(run->manifest, CONTEXT_COMPILE, worker->comment, sink);
    Context *context = worker->comments;
    diag_sink_clear(sink);
    ContextRun context_run = worker_context_run(worker, NULL);
    context_set_run(context, &context_run);
    context_set_node(context, NULL, run->manifest->root);
    Value args[2] = {value_str(connection), node ? context_node(context, node) : VALUE_NONE}, result = VALUE_NONE;
    bool ok = context_call(context, macro, macro->span, args, 2, NULL, NULL, 0, &result);
    if (ok)
        *text = str_trim(value_to_str(worker->comment, result));
    else
        *why = str_fmt(worker->comment, "the query-comment of dbt_project.yml cannot be rendered: %.*s",
                       STR_ARG(sink->count ? sink->items[0].message : STR_EMPTY));
}

static bool ends_itself(Str comment)
{
    return str_find(comment, STR("*/"), 0) != STR_NPOS;
}

/* Of no node: a comment that is wrong everywhere is told once, before anything is sent. */
static bool works(Run *run, DiagSink *sink)
{
    RunWorker *worker = &run->workers[0];
    Str text = STR_EMPTY, why = STR_EMPTY;
    render(worker, NULL, STR("master"), &text, &why);
    if (!why.len && !ends_itself(text)) return true;
    for (size_t i = 0; why.len && i < worker->comment_sink.count; i++) diag_copy(sink, &worker->comment_sink.items[i]);
    if (!why.len)
        diag_add(sink, DIAG_project_invalid, run->comment.macro->span, "the query-comment holds '*/': %.*s",
                 STR_ARG(text));
    diag_note(sink, SPAN_NONE, "it is the query-comment of dbt_project.yml, which every statement would carry");
    return false;
}

bool run_comment_init(Run *run, DiagSink *sink)
{
    Value said = run->manifest->root->query_comment;
    run->comment = (RunComment){.standard = !run->manifest->dialect->is_file};
    if (said.kind == V_UNDEFINED) return true;
    Value text = said;
    if (said.kind == V_DICT) {
        Value append = dict_get_str(said.u.dict, STR("append"));
        run->comment.append = append.kind == V_BOOL && value_truthy(append);
        text = dict_get_str(said.u.dict, STR("comment"));
        if (text.kind == V_UNDEFINED && said.u.dict->used) {
            run->comment.standard = true; /* it is wanted, at another place */
            return true;
        }
    }
    run->comment.standard = false;
    if (text.kind != V_STR || !value_text(text).len) return true;
    run->comment.macro = macro_of(run, value_text(text), sink);
    return run->comment.macro && works(run, sink);
}

static void on_sent(void *data, Str sql)
{
    RunWorker *worker = data;
    run_emit(worker->run,
             &(RunEvent){.kind = RUN_EVENT_STATEMENT, .node = worker->node, .text = sql, .thread = worker->number + 1});
}

void worker_statements(RunWorker *worker, const Node *node, AdapterConnection *connection)
{
    const Run *run = worker->run;
    AdapterStatements statements = {.comment = STR_EMPTY, .append = run->comment.append, .refusal = STR_EMPTY};
    if (run->options.statements) {
        statements.sent = on_sent;
        statements.data = worker;
    }
    if (!run->comment.standard && !run->comment.macro) {
        adapter_statements(connection, &statements);
        return;
    }
    if (worker->comments) context_set_node(worker->comments, NULL, NULL);
    arena_clear(worker->comment);
    /* What stands in no manifest is no node for dbt either; it names the connection. */
    bool named = node && node != run->own_node && node->type != RESOURCE_OPERATION;
    Str connection_name = named ? node->unique_id
                          : run->options.command == RUN_OPERATION
                              ? str_fmt(worker->comment, "macro_%.*s", STR_ARG(run->options.operation_macro.text))
                          : run->options.command == RUN_SHOW ? STR("show")
                                                             : STR("master");
    if (run->comment.standard)
        statements.comment = standard(worker, named ? node : NULL, connection_name);
    else if (run->comment.macro)
        render(worker, named ? node : NULL, connection_name, &statements.comment, &statements.refusal);
    if (ends_itself(statements.comment)) {
        statements.refusal = str_fmt(worker->comment, "the query-comment of dbt_project.yml holds '*/': %.*s",
                                     STR_ARG(statements.comment));
        statements.comment = STR_EMPTY;
    }
    adapter_statements(connection, &statements);
}
