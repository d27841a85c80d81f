#include "cli/report.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "cli/table.h"

#include <string.h>
#include <unistd.h>

void report_init(Report *report, Terminal terminal, const SourceTable *sources)
{
    *report = (Report){.terminal = terminal,
                       .sources = sources,
                       .print = true,
                       .check_seconds = -1,
                       .invocation_id = STR_EMPTY,
                       .root = STR_EMPTY,
                       .command = "",
                       .arena = arena_new()};
}

void report_release(Report *report)
{
    arena_free(report->arena);
}

/* ---- JSON: dbt's envelope of info and data ---- */

static void json_head(Report *report, JsonWriter *json, const char *name, const char *level, Str message)
{
    char now[CLOCK_ISO_SIZE];
    size_t length = clock_iso_text(clock_wall_us(), now);
    jw_object(json);
    jw_key_object(json, "info");
    jw_key_str(json, "name", str_from(name));
    jw_key_str(json, "level", str_from(level));
    jw_key_str(json, "msg", message);
    jw_key_str(json, "ts", str_n(now, length));
    jw_key_str(json, "invocation_id", report->invocation_id);
    jw_key_int(json, "pid", getpid());
    jw_object_end(json);
    jw_key_object(json, "data");
}

static void json_tail(Report *report, JsonWriter *json, Buf *line)
{
    jw_object_end(json);
    jw_object_end(json);
    jw_end(json);
    buf_addc(line, '\n');
    terminal_write(report->terminal.out, buf_str(line));
    fflush(report->terminal.out);
    buf_release(line);
}

static void json_node(JsonWriter *json, const Node *node)
{
    jw_key_object(json, "node_info");
    jw_key_str(json, "unique_id", node->unique_id);
    jw_key_str(json, "node_name", node->name);
    jw_key_str(json, "node_path", node->path);
    jw_key_str(json, "resource_type", resource_type_word(node->type));
    jw_key_str(json, "materialized", node->materialized);
    jw_key_str(json, "relation_name", node->relation_name);
    jw_object_end(json);
}

/* ---- the live line ---- */

static void live_clear(Report *report)
{
    if (!report->live_shown) return;
    fputs("\r\033[K", report->terminal.out);
    report->live_shown = false;
}

static void live_draw(Report *report)
{
    if (!report->terminal.live || report->quiet || report->json || report->no_nodes || !report->active_count) return;
    Buf line;
    buf_init(&line, NULL);
    buf_addf(&line, "%zu of %zu", report->done, report->total);
    for (size_t i = 0; i < report->active_count; i++) {
        buf_addz(&line, i ? ", " : "  running ");
        buf_add(&line, report->active[i]->name);
    }
    size_t room = report->terminal.width > 1 ? report->terminal.width - 1 : 1;
    Str text = buf_str(&line);
    text = str_slice(text, 0, utf8_index(text, room));
    Buf out;
    buf_init(&out, NULL);
    buf_addz(&out, "\r\033[K");
    terminal_styled(&out, report->terminal.color, STYLE_DIM, text);
    terminal_write(report->terminal.out, buf_str(&out));
    fflush(report->terminal.out);
    report->live_shown = true;
    buf_release(&out);
    buf_release(&line);
}

static void print_out(Report *report, Str text)
{
    live_clear(report);
    terminal_write(report->terminal.out, text);
    fflush(report->terminal.out);
    live_draw(report);
}

/* ---- lines and diagnostics ---- */

void report_line(Report *report, const char *format, ...)
{
    if (report->quiet) return;
    Buf line;
    buf_init(&line, NULL);
    va_list args;
    va_start(args, format);
    buf_vaddf(&line, format, args);
    va_end(args);
    if (report->json) {
        Buf out;
        JsonWriter json;
        buf_init(&out, NULL);
        jw_to_buf(&json, &out);
        if (line.len) {
            json_head(report, &json, "Note", "info", buf_str(&line));
            json_tail(report, &json, &out);
        } else {
            buf_release(&out);
        }
    } else {
        buf_addc(&line, '\n');
        print_out(report, buf_str(&line));
    }
    buf_release(&line);
}

void report_diag(Report *report, const Diag *diag, bool err)
{
    if (report->quiet && diag->severity != DIAG_ERROR) return;
    Buf out;
    buf_init(&out, NULL);
    if (report->json) {
        JsonWriter json;
        jw_to_buf(&json, &out);
        static const char *const levels[] = {[DIAG_ERROR] = "error", [DIAG_WARNING] = "warn", [DIAG_INFO] = "info"};
        json_head(report, &json, "Diagnostic", levels[diag->severity], diag->message);
        jw_key(&json, STR("diagnostic"));
        diag_render_json(&json, report->sources, diag);
        json_tail(report, &json, &out);
        return;
    }
    DiagRenderOptions options = terminal_diag_options(&report->terminal, err);
    diag_render_person(&out, report->sources, diag, &options);
    live_clear(report);
    terminal_write(err ? report->terminal.err : report->terminal.out, buf_str(&out));
    fflush(err ? report->terminal.err : report->terminal.out);
    live_draw(report);
    buf_release(&out);
}

enum { DIAGS_SHOWN = 50 }; /* one mistake in a macro can give thousands: a person reads the first ones */

void report_sink(Report *report, const DiagSink *sink)
{
    size_t errors = 0, others = 0, kept_back = 0;
    for (size_t i = 0; i < sink->count; i++) {
        /* Each is counted among its like: warnings must not hide the error that stopped the command. */
        bool error = sink->items[i].severity == DIAG_ERROR;
        size_t *shown = error ? &errors : &others;
        if (report->quiet && !error) continue;
        if (report->json || report->debug || *shown < DIAGS_SHOWN) {
            report_diag(report, &sink->items[i], true);
            (*shown)++;
        } else {
            kept_back++;
        }
    }
    if (!kept_back) return;
    Buf line;
    buf_init(&line, NULL);
    buf_addf(&line, "... and %zu more: mend these first, or see all with --debug\n", kept_back);
    terminal_write(report->terminal.err, buf_str(&line));
    buf_release(&line);
}

/* ---- nodes ---- */

static Str label(Arena *arena, const Node *node)
{
    switch (node->type) {
    case RESOURCE_MODEL: return str_fmt(arena, "%.*s model", STR_ARG(node->materialized));
    case RESOURCE_OPERATION: return STR("hook");
    case RESOURCE_TEST: return STR("test");
    case RESOURCE_UNIT_TEST: return STR("unit test");
    case RESOURCE_SOURCE: return STR("freshness of");
    default: return resource_type_word(node->type);
    }
}

/* Relations by schema and name where the schema says something, tests by their name. */
static Str shown_name(Arena *arena, const Node *node, const Report *report)
{
    (void)report;
    if (node->type == RESOURCE_TEST || node->type == RESOURCE_OPERATION) return node->name;
    if (node->type == RESOURCE_SOURCE)
        return str_fmt(arena, "%.*s.%.*s", STR_ARG(node->source_info->source_name), STR_ARG(node->name));
    if (node->type == RESOURCE_UNIT_TEST)
        return str_fmt(arena, "%.*s::%.*s", STR_ARG(node->unit_test->model), STR_ARG(node->alias));
    if (!node->schema.len || str_eq(node->schema, STR("main"))) return node->alias;
    return str_fmt(arena, "%.*s.%.*s", STR_ARG(node->schema), STR_ARG(node->alias));
}

static bool is_bad(RunStatus status)
{
    return status == RUN_ERROR || status == RUN_FAIL || status == RUN_PARTIAL;
}

/* The word of a result, and how it looks. */
static const char *word_of(const RunResult *result, TerminalStyle *style)
{
    switch (result->status) {
    case RUN_SUCCESS: return *style = STYLE_GOOD, "OK";
    case RUN_PASS: return *style = STYLE_GOOD, "PASS";
    case RUN_WARN: return *style = STYLE_WARN, "WARN";
    case RUN_PARTIAL: return *style = STYLE_BAD, "PARTLY";
    case RUN_FAIL: return *style = STYLE_BAD, result->freshness ? "STALE" : "FAIL";
    case RUN_ERROR: return *style = STYLE_BAD, "ERROR";
    case RUN_NO_OP: return *style = STYLE_DIM, "NO-OP";
    case RUN_SKIPPED: return *style = STYLE_WARN, "SKIP";
    case RUN_CANCELLED: break;
    }
    return *style = STYLE_WARN, "CANCEL";
}

static void node_line(Report *report, const RunEvent *event)
{
    const RunResult *result = event->result;
    ArenaMark mark = arena_mark(report->arena);
    bool color = report->terminal.color;
    TerminalStyle style;
    const char *word = word_of(result, &style);
    Buf line;
    buf_init(&line, NULL);
    int digits = snprintf(NULL, 0, "%zu", event->total);
    buf_addf(&line, "%*zu of %zu ", digits, event->index, event->total);
    size_t plain = line.len;
    terminal_styled(&line, color, style, str_from(word));
    Str kind = label(report->arena, event->node), name = shown_name(report->arena, event->node, report);
    Str middle = str_fmt(report->arena, "%*s%.*s ", (int)(7 - strlen(word)), "", STR_ARG(kind));
    buf_add(&line, middle);
    diag_safe_text(&line, name, report->terminal.utf8);
    plain += strlen(word) + middle.len + utf8_width(name);
    buf_addc(&line, ' ');
    enum { RESULT_COLUMN = 84 };
    for (size_t i = plain + 1; i < RESULT_COLUMN; i++) buf_addc(&line, '.');
    buf_addz(&line, " [");
    if (result->status == RUN_SKIPPED && result->skipped_because)
        buf_addf(&line, "because of %.*s]", STR_ARG(result->skipped_because->name));
    else if (result->status == RUN_SKIPPED || result->status == RUN_CANCELLED)
        buf_addf(&line, "%s]", word);
    else {
        if (result->failures > 0 && (result->status == RUN_WARN || result->status == RUN_FAIL))
            buf_addf(&line, "%s %lld", word, (long long)result->failures);
        else if (result->rows >= 0 && result->status == RUN_SUCCESS)
            buf_addf(&line, "%.*s %lld", STR_ARG(result->adapter_code.len ? result->adapter_code : STR("OK")),
                     (long long)result->rows);
        else
            buf_addz(&line, word);
        buf_addf(&line, " in %.2fs]", result->seconds);
    }
    buf_addc(&line, '\n');
    print_out(report, buf_str(&line));
    buf_release(&line);
    arena_rewind(report->arena, mark);
}

static void node_json(Report *report, const RunEvent *event)
{
    const RunResult *result = event->result;
    Buf line;
    JsonWriter json;
    buf_init(&line, NULL);
    jw_to_buf(&json, &line);
    bool bad = is_bad(result->status);
    json_head(report, &json, "NodeFinished",
              bad                          ? "error"
              : result->status == RUN_WARN ? "warn"
                                           : "info",
              result->message);
    json_node(&json, event->node);
    jw_key_str(&json, "status", str_from(run_status_word(result->status)));
    jw_key_int(&json, "index", (int64_t)event->index);
    jw_key_int(&json, "total", (int64_t)event->total);
    jw_key_double(&json, "execution_time", result->seconds);
    if (result->failures >= 0)
        jw_key_int(&json, "num_failures", result->failures);
    else
        jw_key_null(&json, "num_failures");
    if (result->rows >= 0)
        jw_key_int(&json, "rows_affected", result->rows);
    else
        jw_key_null(&json, "rows_affected");
    if (result->skipped_because) jw_key_str(&json, "skipped_because", result->skipped_because->unique_id);
    if (result->compiled_path.len) jw_key_str(&json, "compiled_path", result->compiled_path);
    jw_key_array(&json, "diagnostics");
    for (size_t i = 0; i < result->diag_count; i++) diag_render_json(&json, report->sources, &result->diags[i]);
    jw_array_end(&json);
    json_tail(report, &json, &line);
}

static void check_json(Report *report, const RunEvent *event)
{
    Buf line;
    JsonWriter json;
    buf_init(&line, NULL);
    jw_to_buf(&json, &line);
    json_head(report, &json, "Checked", "info", STR("the check before write is over"));
    jw_key_int(&json, "checked", (int64_t)event->count);
    jw_key_double(&json, "seconds", event->seconds);
    json_tail(report, &json, &line);
}

static void active_remove(Report *report, const Node *node)
{
    for (size_t i = 0; i < report->active_count; i++)
        if (report->active[i] == node) {
            report->active[i] = report->active[--report->active_count];
            return;
        }
}

static void message(Report *report, const RunEvent *event)
{
    if (!event->to_person && !report->debug) return;
    if (report->json) {
        Buf line;
        JsonWriter json;
        buf_init(&line, NULL);
        jw_to_buf(&json, &line);
        json_head(report, &json, "Message", event->to_person ? "info" : "debug", event->text);
        if (event->node) json_node(&json, event->node);
        json_tail(report, &json, &line);
        return;
    }
    Buf text;
    buf_init(&text, NULL);
    diag_safe_text(&text, event->text, report->terminal.utf8);
    buf_addc(&text, '\n');
    print_out(report, buf_str(&text));
    buf_release(&text);
}

void report_event(void *data, const RunEvent *event)
{
    Report *report = data;
    switch (event->kind) {
    case RUN_EVENT_PLANNED: report->total = event->count; return;
    case RUN_EVENT_CHECKED:
        report->check_seconds = event->seconds;
        if (report->json)
            check_json(report, event);
        else if (report->debug)
            report_line(report, "Checked %zu models in %.3fs", event->count, event->seconds);
        return;
    case RUN_EVENT_STARTED:
        if (report->active_count == report->active_cap)
            report->active = vec_grown(report->arena, (void *)report->active, &report->active_cap,
                                       report->active_count + 1, sizeof *report->active);
        report->active[report->active_count++] = event->node;
        live_draw(report);
        return;
    case RUN_EVENT_FINISHED:
        active_remove(report, event->node);
        report->done++;
        if (report->json)
            node_json(report, event);
        else if (!report->quiet && !report->no_nodes)
            node_line(report, event);
        return;
    case RUN_EVENT_MESSAGE: message(report, event); return;
    case RUN_EVENT_DIAG: report_diag(report, event->diag, false); return;
    }
}

/* ---- the end ---- */

/* The first rows of what a data test found, moved to the right, and how to see all of them. */
static void sample(const Report *report, const RunResult *result, Buf *out)
{
    Buf table;
    buf_init(&table, NULL);
    table_text(&table, result->sample, report->terminal.utf8);
    Str rest = buf_str(&table), line;
    while (str_split_next(&rest, '\n', &line))
        if (line.len) buf_addf(out, "  %.*s\n", STR_ARG(line));
    buf_release(&table);
    if (result->sample_cut) buf_addf(out, "  (the first %zu of them)\n", result->sample->row_count);
    if (result->relation_name.len)
        buf_addf(out, "  they are kept: select * from %.*s\n", STR_ARG(result->relation_name));
    else if (result->sample_cut)
        buf_addf(out, "  to see all: cdbt test --show-failures -1 --select %.*s\n", STR_ARG(result->node->name));
}

static void failure(Report *report, const RunResult *result)
{
    Buf out;
    buf_init(&out, NULL);
    ArenaMark mark = arena_mark(report->arena);
    bool bad = is_bad(result->status);
    Str kind = label(report->arena, result->node);
    Str title = str_fmt(report->arena, "%s in %.*s %.*s (%.*s)",
                        result->status == RUN_ERROR     ? "Error"
                        : result->status == RUN_FAIL    ? "Failure"
                        : result->status == RUN_PARTIAL ? "Failed batches"
                                                        : "Warning",
                        STR_ARG(kind), STR_ARG(result->node->name), STR_ARG(result->node->original_file_path));
    buf_addc(&out, '\n');
    terminal_styled(&out, report->terminal.color, bad ? STYLE_BAD : STYLE_WARN, title);
    buf_addc(&out, '\n');
    if (result->status != RUN_ERROR || !result->diag_count) {
        buf_addz(&out, "  ");
        diag_safe_text(&out, result->message, report->terminal.utf8);
        buf_addc(&out, '\n');
    }
    DiagRenderOptions options = terminal_diag_options(&report->terminal, false);
    for (size_t i = 0; i < result->diag_count; i++)
        diag_render_person(&out, report->sources, &result->diags[i], &options);
    if (result->sample) sample(report, result, &out);
    if (result->compiled_path.len) {
        Str path = path_normal(report->arena, path_join(report->arena, report->root, result->compiled_path));
        buf_addf(&out, "  the query is in %.*s\n", STR_ARG(path));
    }
    terminal_write(report->terminal.out, buf_str(&out));
    buf_release(&out);
    arena_rewind(report->arena, mark);
}

void report_end(Report *report, const Run *run)
{
    live_clear(report);
    size_t count, by_status[RUN_CANCELLED + 1] = {0};
    const RunResult *results = run_results(run, &count);
    for (size_t i = 0; i < count; i++) by_status[results[i].status]++;
    if (!report->json)
        for (size_t i = 0; i < count; i++) {
            bool bad = is_bad(results[i].status);
            if (bad || (results[i].status == RUN_WARN && !report->quiet)) failure(report, &results[i]);
        }
    size_t errors = by_status[RUN_ERROR] + by_status[RUN_FAIL] + by_status[RUN_PARTIAL];
    report_line(report, "%s", "");
    Buf words;
    buf_init(&words, NULL);
    Str verdict = run_was_cancelled(run) ? STR("Stopped before the end")
                  : errors == 1          ? STR("Completed with 1 error")
                  : errors               ? str_fmt(report->arena, "Completed with %zu errors", errors)
                  : by_status[RUN_WARN]  ? str_fmt(report->arena, "Completed with %zu warning%s", by_status[RUN_WARN],
                                                  by_status[RUN_WARN] == 1 ? "" : "s")
                                         : STR("Completed successfully");
    terminal_styled(&words, report->terminal.color && !report->json,
                    errors || run_was_cancelled(run) ? STYLE_BAD
                    : by_status[RUN_WARN]            ? STYLE_WARN
                                                     : STYLE_GOOD,
                    verdict);
    if (report->check_seconds >= 0)
        report_line(report, "%.*s in %.2fs, %.2fs of it checking", STR_ARG(buf_str(&words)), run_seconds(run),
                    report->check_seconds);
    else
        report_line(report, "%.*s in %.2fs", STR_ARG(buf_str(&words)), run_seconds(run));
    report_line(report, "Done. PASS=%zu WARN=%zu ERROR=%zu SKIP=%zu NO-OP=%zu TOTAL=%zu",
                by_status[RUN_SUCCESS] + by_status[RUN_PASS], by_status[RUN_WARN], errors,
                by_status[RUN_SKIPPED] + by_status[RUN_CANCELLED], by_status[RUN_NO_OP], count);
    buf_release(&words);
}
