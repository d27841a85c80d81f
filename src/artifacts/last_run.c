/* What `retry` needs of the last run: its command and arguments, and what it did not bring to a good end.
 *
 * A run that came to its end wrote run_results.json (dbt's own is as good). One that was killed left run_planned.json, which
 * is written when a run begins, and in run_results.jsonl a line for each node that was finished. */
#include "artifacts/internal.h"
#include "artifacts/pull.h"
#include "base/clock.h"
#include "template/library.h"

bool artifacts_write_plan(const Manifest *manifest, const Run *run, const RunOptions *options, DiagSink *sink)
{
    ArtifactFile file;
    if (!artifact_open(&file, manifest, "run_planned.json", STR_EMPTY,
                       "https://schemas.getdbt.com/dbt/run-results/v6.json", sink))
        return false;
    jw_object_end(&file.json);
    artifact_key_dict(&file.json, "args", options->invocation);
    artifact_key_list(&file.json, "planned", run_planned(run));
    return artifact_close(&file, sink);
}

static Value key_of(Value dict, const char *key)
{
    return dict.kind == V_DICT ? dict_get_str(dict.u.dict, str_from(key)) : value_undefined(STR_EMPTY);
}

static Str text_of(Value dict, const char *key)
{
    Value v = key_of(dict, key);
    return v.kind == V_STR ? value_text(v) : STR_EMPTY;
}

/* False if there is no such file, or none that can be read; `bad` tells the two apart. */
static bool read_file(Arena *arena, Str folder, const char *name, Value *value, bool *bad)
{
    Str text, error, path = path_join(arena, folder, str_from(name));
    *bad = false;
    if (!file_is_regular(path.ptr)) return false;
    *bad = true;
    if (!file_read(arena, path.ptr, &text, &error) || !value_from_json(arena, text, value, &error)) return false;
    *bad = value->kind != V_DICT;
    return !*bad;
}

static void add_id(Arena *arena, LastRun *last, Str id)
{
    if (last->count == last->cap) last->ids = vec_grown(arena, last->ids, &last->cap, last->count + 1, sizeof(Str));
    last->ids[last->count++] = id;
}

/* dbt: an on-run-start or -end hook is not tried again by itself. */
static bool wanted(const LastRun *last, Str id)
{
    return id.len && (str_eq(last->which, STR("run-operation")) || !str_starts(id, STR("operation.")));
}

static bool is_good(Str status, bool warnings)
{
    return str_eq(status, STR("success")) || str_eq(status, STR("pass")) || str_eq(status, STR("no-op")) ||
           (str_eq(status, STR("warn")) && !warnings);
}

/* ---- batches of microbatch models ---- */

static bool read_moment(Value v, int64_t *us)
{
    ClockParts parts = {.month = 1, .day = 1};
    if (v.kind != V_STR || v.len < 10) return false;
    Str text = value_text(v);
    int *const fields[] = {&parts.year, &parts.month, &parts.day, &parts.hour, &parts.minute, &parts.second};
    static const uint8_t at[] = {0, 5, 8, 11, 14, 17}, width[] = {4, 2, 2, 2, 2, 2};
    for (size_t i = 0; i < 6 && at[i] + width[i] <= text.len; i++) {
        int64_t n;
        if (!str_to_int(str_slice(text, at[i], (size_t)at[i] + width[i]), &n)) return false;
        *fields[i] = (int)n;
    }
    *us = clock_from_parts(&parts);
    return true;
}

static size_t read_windows(Arena *arena, Value list, ClockWindow **windows)
{
    size_t n = 0;
    if (list.kind != V_LIST) return 0;
    *windows = ARENA_ARRAY(arena, ClockWindow, list.u.list->n + 1);
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value pair = list.u.list->at[i];
        ClockWindow window = {.on = true};
        if (pair.kind == V_LIST && pair.u.list->n == 2 && read_moment(pair.u.list->at[0], &window.start) &&
            read_moment(pair.u.list->at[1], &window.end))
            (*windows)[n++] = window;
    }
    return n;
}

/* dbt: only where some batches are done is it worth to run the others alone. */
static void read_batches(Arena *arena, LastRun *last, Value result)
{
    Value both = key_of(result, "batch_results");
    if (both.kind != V_DICT) return;
    RunBatches *batches = ARENA_NEW(arena, RunBatches);
    batches->successful_count = read_windows(arena, key_of(both, "successful"), &batches->successful);
    batches->failed_count = read_windows(arena, key_of(both, "failed"), &batches->failed);
    if (batches->successful_count && batches->failed_count)
        map_put(&last->batches, text_of(result, "unique_id"), batches);
}

/* ---- the two kinds of ends ---- */

static void take_results(Arena *arena, LastRun *last, Value file, bool warnings)
{
    Value results = key_of(file, "results");
    for (uint32_t i = 0; results.kind == V_LIST && i < results.u.list->n; i++) {
        Value result = results.u.list->at[i];
        Str id = text_of(result, "unique_id");
        if (is_good(text_of(result, "status"), warnings) || !wanted(last, id)) continue;
        add_id(arena, last, id);
        read_batches(arena, last, result);
    }
}

/* What the lines of a run that was killed say of its nodes. */
typedef struct Lines {
    Map done; /* ids */
    Map batches; /* id -> RunBatches: `failed` are those that were planned */
} Lines;

static void take_batch_line(Arena *arena, Lines *lines, Value line)
{
    Str node = text_of(line, "node");
    ClockWindow window = {.on = true};
    RunBatches *batches = map_get(&lines->batches, node);
    if (str_eq(text_of(line, "event"), STR("batches"))) {
        batches = ARENA_NEW(arena, RunBatches);
        batches->failed_count = read_windows(arena, key_of(line, "planned"), &batches->failed);
        batches->successful = ARENA_ARRAY(arena, ClockWindow, batches->failed_count + 1);
        map_put(&lines->batches, node, batches);
    } else if (batches && batches->successful_count < batches->failed_count &&
               str_eq(text_of(line, "event"), STR("batch")) && is_good(text_of(line, "status"), false) &&
               read_moment(key_of(line, "event_time_start"), &window.start) &&
               read_moment(key_of(line, "event_time_end"), &window.end)) {
        batches->successful[batches->successful_count++] = window;
    }
}

static void take_lines(Arena *arena, Str folder, const char *name, Str invocation, Lines *lines, bool warnings)
{
    Str text, error, line, path = path_join(arena, folder, str_from(name));
    if (!file_is_regular(path.ptr) || !file_read(arena, path.ptr, &text, &error)) return;
    while (str_split_next(&text, '\n', &line)) {
        Value v;
        if (str_find(line, invocation, 0) == STR_NPOS || !value_from_json(arena, line, &v, &error) ||
            !str_eq(text_of(v, "invocation_id"), invocation))
            continue;
        Str id = text_of(v, "unique_id");
        if (!id.len)
            take_batch_line(arena, lines, v);
        else if (is_good(text_of(v, "status"), warnings))
            map_put(&lines->done, id, lines);
    }
}

/* Of a model that was being built batch by batch, those that are missing; all of it where none was finished. */
static void take_rest(LastRun *last, Str id, RunBatches *batches)
{
    size_t rest = 0;
    for (size_t i = 0; i < batches->failed_count; i++) {
        bool done = false;
        for (size_t k = 0; k < batches->successful_count && !done; k++)
            done = batches->successful[k].start == batches->failed[i].start;
        if (!done) batches->failed[rest++] = batches->failed[i];
    }
    batches->failed_count = rest;
    if (batches->successful_count && rest) map_put(&last->batches, id, batches);
}

/* What was planned, without what its lines say was done. */
static void take_planned(Arena *arena, LastRun *last, Str folder, Value file, Str invocation, bool warnings)
{
    Lines lines;
    map_init(&lines.done, arena);
    map_init(&lines.batches, arena);
    take_lines(arena, folder, "run_results.old.jsonl", invocation, &lines, warnings);
    take_lines(arena, folder, "run_results.jsonl", invocation, &lines, warnings);
    Value planned = key_of(file, "planned");
    for (uint32_t i = 0; planned.kind == V_LIST && i < planned.u.list->n; i++) {
        Str id = planned.u.list->at[i].kind == V_STR ? value_text(planned.u.list->at[i]) : STR_EMPTY;
        if (!wanted(last, id) || map_has(&lines.done, id)) continue;
        add_id(arena, last, id);
        RunBatches *batches = map_get(&lines.batches, id);
        if (batches) take_rest(last, id, batches);
    }
}

LastRunFound artifacts_read_last_run(Arena *arena, Str folder, bool warnings, LastRun *last)
{
    Value results = VALUE_NONE, planned = VALUE_NONE;
    bool bad_results, bad_planned;
    *last = (LastRun){.which = STR_EMPTY, .args = value_undefined(STR_EMPTY)};
    map_init(&last->batches, arena);
    bool ended = read_file(arena, folder, "run_results.json", &results, &bad_results);
    bool began = read_file(arena, folder, "run_planned.json", &planned, &bad_planned);
    Str end_id = text_of(key_of(results, "metadata"), "invocation_id");
    Str begin_id = text_of(key_of(planned, "metadata"), "invocation_id");
    /* A plan is older than results if another tool wrote those, or an older cdbt. */
    bool killed =
        began &&
        (!ended || (!str_eq(begin_id, end_id) && str_cmp(text_of(key_of(planned, "metadata"), "generated_at"),
                                                         text_of(key_of(results, "metadata"), "generated_at")) > 0));
    if (!ended && !began) return bad_results || bad_planned ? LAST_RUN_BROKEN : LAST_RUN_NONE;
    Value file = killed ? planned : results, metadata = key_of(file, "metadata");
    last->killed = killed;
    last->args = key_of(file, "args");
    last->which = text_of(last->args, "which");
    Value started = key_of(metadata, "invocation_started_at");
    if (!read_moment(started, &last->started_at)) read_moment(key_of(metadata, "generated_at"), &last->started_at);
    if (killed)
        take_planned(arena, last, folder, file, begin_id, warnings);
    else
        take_results(arena, last, file, warnings);
    return last->which.len ? LAST_RUN_FOUND : LAST_RUN_BROKEN;
}
