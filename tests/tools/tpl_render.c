/* Renders a batch of templates, for the comparison with Jinja2 and for benchmarks.
 *
 *     tpl_render <requests >answers
 *
 * A request is one line of JSON: {"template": text, "context": {names}, "family": "curly" | "angle",
 * "lenient": true | false, "native": true | false, "repeat": N, "name": file}. The answer is one line: {"ok": text}, or
 * {"error": code, "message": text, "line": n, "column": n} of the first error. With "repeat" it renders so many times and
 * the answer holds "seconds" too; without it few steps are allowed, for what a random template does without end. With
 * "name", the file that the template is said to come from, an error also has "person": everything that was reported, as a
 * person reads it. */
#include "diag/render.h"
#include "template/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- what templates see besides the language: some of dbt's functions that need no project ---- */

static bool fn_tojson(TplCall *call, Value *result)
{
    Value args[3];
    if (!tpl_args(call, "value, default=?, sort_keys=?", args)) return false;
    JsonStyle style = {.indent = -1, .sort_keys = tpl_arg_given(args[2]) && value_truthy(args[2])};
    Buf out;
    buf_init(&out, call->arena);
    if (!value_to_json(call, args[0], &style, &out)) return false;
    *result = value_str(buf_str(&out));
    return true;
}

static bool fn_fromjson(TplCall *call, Value *result)
{
    Value args[2];
    Str problem;
    if (!tpl_args(call, "string, default=?", args)) return false;
    if (args[0].kind == V_STR && value_from_json(call->arena, value_text(args[0]), result, &problem)) return true;
    *result = tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return true;
}

static bool fn_set(TplCall *call, Value *result)
{
    Value items, list;
    if (!tpl_args(call, "value", &items) || !value_iterate(call, items, &list)) return false;
    *result = value_set(call->arena);
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        if (!value_hashable(list.u.list->at[i])) return tpl_fail(call, DIAG_template_type, "unhashable type");
        dict_set(result->u.dict, list.u.list->at[i], VALUE_NONE);
    }
    return true;
}

static bool fn_return(TplCall *call, Value *result)
{
    Value value;
    (void)result;
    return tpl_args(call, "data", &value) && tpl_return(call, value);
}

/* return() is dbt's: Jinja2 knows nothing like it, so only the manual's examples use it here. */
static const struct {
    const char *name;
    TplNative fn;
} functions[] = {{"tojson", fn_tojson}, {"fromjson", fn_fromjson}, {"set", fn_set}, {"return", fn_return}};

typedef struct Request {
    Arena *arena;
    Value context;
} Request;

static bool lookup(void *data, TplEval *eval, Str name, Value *result)
{
    const Request *request = data;
    (void)eval;
    Value *found = request->context.kind == V_DICT ? dict_find_str(request->context.u.dict, name) : NULL;
    if (found) {
        *result = *found;
        return true;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (str_eq(name, str_from(functions[i].name))) {
            *result = value_func(request->arena, functions[i].name, functions[i].fn, (Value){0}, NULL);
            return true;
        }
    const TplGlobalDef *global = tpl_global_find(name);
    if (!global) return false;
    *result = value_func(request->arena, global->name, global->fn, (Value){0}, NULL);
    return true;
}

/* ---- answers ---- */

static void add_member(Buf *out, const char *name, Value v)
{
    static const JsonStyle style = {.indent = -1};
    TplCall nothing = {.arena = out->arena};
    buf_addf(out, "%s\"%s\": ", out->len ? ", " : "{", name);
    value_to_json(&nothing, v, &style, out); /* text and numbers cannot fail */
}

static void add_error(Buf *out, const SourceTable *sources, const DiagSink *sink)
{
    const Diag *diag = NULL;
    for (size_t i = 0; i < sink->count && !diag; i++)
        if (sink->items[i].severity == DIAG_ERROR) diag = &sink->items[i];
    if (!diag) {
        add_member(out, "error", value_str(STR("none-reported")));
        return;
    }
    SourcePosition at =
        diag->span.source ? source_position(sources, diag->span.source, diag->span.start) : (SourcePosition){0};
    add_member(out, "error", value_str(str_from(diag_code_word(diag->code))));
    add_member(out, "message", value_str(diag->message));
    add_member(out, "line", value_int(at.line));
    add_member(out, "column", value_int(at.column));
}

static void add_person(Buf *out, const SourceTable *sources, const DiagSink *sink)
{
    Buf text;
    buf_init(&text, out->arena);
    for (size_t i = 0; i < sink->count; i++)
        diag_render_person(&text, sources, &sink->items[i], &(DiagRenderOptions){.utf8 = true});
    add_member(out, "person", value_str(buf_str(&text)));
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool flag(const Dict *request, Str name)
{
    return value_truthy(dict_get_str(request, name));
}

static void answer(Value request, Buf *out)
{
    Arena *parse_arena = arena_new(), *render_arena = arena_new();
    SourceTable *sources = source_table_new();
    DiagSink sink;
    diag_sink_init(&sink);
    const Dict *dict = request.u.dict;
    Str text = value_text(dict_get_str(dict, STR("template")));
    bool angle = value_is_str(dict_get_str(dict, STR("family")), STR("angle"));
    Value times = dict_get_str(dict, STR("repeat"));
    int64_t repeat = times.kind == V_INT ? times.u.integer : 1;

    Value name = dict_get_str(dict, STR("name"));
    SourceId id = source_add(sources, name.kind == V_STR ? value_text(name) : STR("case"), text);
    TplOptions options = {.family = angle ? TPL_ANGLE : TPL_CURLY};
    double begin = now(), parsed = 0;
    TplUnit *unit = tpl_parse(parse_arena, sources, (Span){id, 0, (uint32_t)text.len}, &options, &sink);
    Request host = {parse_arena, dict_get_str(dict, STR("context"))};
    TplEval *eval = tpl_eval_new(render_arena, sources, &sink, (TplHost){.data = &host, .lookup = lookup},
                                 (TplLimits){.steps = times.kind == V_INT ? 0 : 20000});
    tpl_eval_set_lenient(eval, flag(dict, STR("lenient")));
    Value result = {0};
    bool ok = unit != NULL;
    parsed = now() - begin;
    begin = now();
    for (int64_t i = 0; i < repeat && ok; i++) {
        if (i) arena_clear(render_arena);
        ok = flag(dict, STR("native")) ? tpl_render_native(eval, unit, &result) : tpl_render(eval, unit, &result);
    }
    double seconds = now() - begin;
    if (ok && sink.errors == 0) {
        if (flag(dict, STR("native"))) {
            Buf repr;
            buf_init(&repr, out->arena);
            value_repr(result, &repr);
            result = value_str(buf_str(&repr));
        }
        add_member(out, "ok", result);
    } else {
        add_error(out, sources, &sink);
        if (name.kind == V_STR) add_person(out, sources, &sink);
    }
    if (times.kind == V_INT) {
        add_member(out, "seconds", value_float(seconds));
        add_member(out, "parse_seconds", value_float(parsed));
    }
    buf_addz(out, "}\n");
    tpl_eval_free(eval);
    diag_sink_release(&sink);
    source_table_free(sources);
    arena_free(render_arena);
    arena_free(parse_arena);
}

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t length;
    Arena *arena = arena_new();
    while ((length = getline(&line, &cap, stdin)) > 0) {
        Value request;
        Str problem;
        Buf out;
        buf_init(&out, arena);
        if (!value_from_json(arena, str_n(line, (size_t)length), &request, &problem) || request.kind != V_DICT) {
            fputs("tpl_render: a request is no JSON object\n", stderr);
            return 2;
        }
        answer(request, &out);
        fwrite(out.ptr, 1, out.len, stdout);
        fflush(stdout);
        arena_clear(arena);
    }
    free(line);
    arena_free(arena);
    return 0;
}
