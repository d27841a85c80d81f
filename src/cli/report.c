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
                       .check_seconds = -1,
                       .level = LOG_INFO,
                       .result_column = 84,
                       .invocation_id = STR_EMPTY,
                       .root = STR_EMPTY,
                       .command = "",
                       .arena = arena_new()};
    log_file_init(&report->log, report->arena);
}

void report_release(Report *report)
{
    log_file_close(&report->log);
    arena_free(report->arena);
}

/* ---- JSON: dbt's envelope of info and data ---- */

/* One line, for the terminal, the log file or both. */
typedef struct JsonLine {
    Buf line;
    JsonWriter json;
    bool out, file;
} JsonLine;

/* NULL if nobody wants it. */
static JsonWriter *json_head(Report *report, JsonLine *made, const char *name, LogLevel level, Str message)
{
    made->out = report->json && level >= report->level;
    made->file = report->log.json && log_file_takes(&report->log, level);
    if (!made->out && !made->file) return NULL;
    JsonWriter *json = &made->json;
    buf_init(&made->line, NULL);
    jw_to_buf(json, &made->line);
    char now[CLOCK_ISO_SIZE];
    size_t length = clock_iso_text(clock_wall_us(), now);
    jw_object(json);
    jw_key_object(json, "info");
    jw_key_str(json, "name", str_from(name));
    jw_key_str(json, "level", str_from(log_level_word(level)));
    jw_key_str(json, "msg", message);
    jw_key_str(json, "ts", str_n(now, length));
    jw_key_str(json, "invocation_id", report->invocation_id);
    jw_key_int(json, "pid", getpid());
    jw_object_end(json);
    jw_key_object(json, "data");
    return json;
}

static void json_tail(Report *report, JsonLine *made)
{
    jw_object_end(&made->json);
    jw_object_end(&made->json);
    jw_end(&made->json);
    buf_addc(&made->line, '\n');
    if (made->file) log_file_raw(&report->log, buf_str(&made->line));
    if (made->out) {
        terminal_write(report->terminal.out, buf_str(&made->line));
        fflush(report->terminal.out);
    }
    buf_release(&made->line);
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
    if (!report->terminal.live || report->level > LOG_INFO || report->json || report->no_nodes || !report->active_count)
        return;
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

void report_log(Report *report, LogLevel level, Str text)
{
    bool json = report->json;
    report->json = false;
    JsonLine made;
    if (json_head(report, &made, "Note", level, text)) json_tail(report, &made);
    report->json = json;
    log_file_text(&report->log, level, "MainThread", text);
}

static void say(Report *report, LogLevel level, Str text)
{
    JsonLine made;
    JsonWriter *json = text.len ? json_head(report, &made, "Note", level, text) : NULL;
    if (json) json_tail(report, &made);
    if (text.len) log_file_text(&report->log, level, "MainThread", text);
    if (report->json || level < report->level) return;
    Buf line;
    buf_init(&line, NULL);
    buf_add(&line, text);
    buf_addc(&line, '\n');
    print_out(report, buf_str(&line));
    buf_release(&line);
}

void report_line(Report *report, const char *format, ...)
{
    Buf line;
    buf_init(&line, NULL);
    va_list args;
    va_start(args, format);
    buf_vaddf(&line, format, args);
    va_end(args);
    say(report, LOG_INFO, buf_str(&line));
    buf_release(&line);
}

static LogLevel level_of(const Diag *diag)
{
    return diag->severity == DIAG_ERROR ? LOG_ERROR : diag->severity == DIAG_WARNING ? LOG_WARN : LOG_INFO;
}

/* Drawn as for a person, but without colours. */
static void log_diag(Report *report, const Diag *diag, const char *thread)
{
    if (report->log.json || !log_file_takes(&report->log, level_of(diag))) return;
    Buf out;
    buf_init(&out, NULL);
    DiagRenderOptions options = {.utf8 = true, .width = report->terminal.width};
    diag_render_person(&out, report->sources, diag, &options);
    log_file_text(&report->log, level_of(diag), thread, buf_str(&out));
    buf_release(&out);
}

static void show_diag(Report *report, const Diag *diag, bool err)
{
    if (report->json || level_of(diag) < report->level) return;
    Buf out;
    buf_init(&out, NULL);
    DiagRenderOptions options = terminal_diag_options(&report->terminal, err);
    diag_render_person(&out, report->sources, diag, &options);
    live_clear(report);
    terminal_write(err ? report->terminal.err : report->terminal.out, buf_str(&out));
    fflush(err ? report->terminal.err : report->terminal.out);
    live_draw(report);
    buf_release(&out);
}

void report_diag(Report *report, const Diag *diag, bool err)
{
    JsonLine made;
    JsonWriter *json = json_head(report, &made, "Diagnostic", level_of(diag), diag->message);
    if (json) {
        jw_key(json, STR("diagnostic"));
        diag_render_json(json, report->sources, diag);
        json_tail(report, &made);
    }
    log_diag(report, diag, "MainThread");
    show_diag(report, diag, err);
}

enum { DIAGS_SHOWN = 50 }; /* one mistake in a macro can give thousands: a person reads the first ones */

void report_sink(Report *report, const DiagSink *sink)
{
    size_t errors = 0, others = 0, kept_back = 0;
    for (size_t i = 0; i < sink->count; i++) {
        /* Each is counted among its like: warnings must not hide the error that stopped the command. */
        bool error = sink->items[i].severity == DIAG_ERROR;
        size_t *shown = error ? &errors : &others;
        if (report->json || report->level == LOG_DEBUG || *shown < DIAGS_SHOWN) {
            report_diag(report, &sink->items[i], true);
            (*shown)++;
        } else {
            log_diag(report, &sink->items[i], "MainThread");
            if (level_of(&sink->items[i]) >= report->level) kept_back++;
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

/* The first rows of a table, moved to the right. */
static void sample_rows(const Report *report, const RunResult *result, Buf *out)
{
    Buf table;
    buf_init(&table, NULL);
    table_text(&table, result->sample, report->terminal.utf8);
    Str rest = buf_str(&table), line;
    while (str_split_next(&rest, '\n', &line))
        if (line.len) buf_addf(out, "  %.*s\n", STR_ARG(line));
    buf_release(&table);
    if (result->sample_cut) buf_addf(out, "  (the first %zu of them)\n", result->sample->row_count);
}

static LogLevel result_level(const RunResult *result)
{
    return is_bad(result->status) ? LOG_ERROR : result->status == RUN_WARN ? LOG_WARN : LOG_INFO;
}

static void node_line(Report *report, const RunEvent *event, bool color, Buf *out)
{
    const RunResult *result = event->result;
    ArenaMark mark = arena_mark(report->arena);
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
    for (size_t i = plain + 1; i < report->result_column; i++) buf_addc(&line, '.');
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
    if (result->sample && event->node->type == RESOURCE_SEED) sample_rows(report, result, &line);
    buf_add(out, buf_str(&line));
    buf_release(&line);
    arena_rewind(report->arena, mark);
}

static void thread_name(unsigned number, char name[32])
{
    if (number)
        snprintf(name, 32, "Thread-%u", number);
    else
        snprintf(name, 32, "MainThread");
}

/* Into the log: the line, and what was found wrong. */
static void log_node(Report *report, const RunEvent *event)
{
    const RunResult *result = event->result;
    if (report->log.json || !log_file_takes(&report->log, LOG_ERROR)) return;
    char thread[32];
    thread_name(result->thread, thread);
    if (log_file_takes(&report->log, result_level(result))) {
        Buf line;
        buf_init(&line, NULL);
        node_line(report, event, false, &line);
        log_file_text(&report->log, result_level(result), thread, buf_str(&line));
        buf_release(&line);
    }
    for (size_t i = 0; i < result->diag_count; i++) log_diag(report, &result->diags[i], thread);
}

static void node_json(Report *report, const RunEvent *event)
{
    const RunResult *result = event->result;
    JsonLine made;
    JsonWriter *json = json_head(report, &made, "NodeFinished", result_level(result), result->message);
    if (!json) return;
    json_node(json, event->node);
    jw_key_str(json, "status", str_from(run_status_word(result->status)));
    jw_key_int(json, "index", (int64_t)event->index);
    jw_key_int(json, "total", (int64_t)event->total);
    jw_key_double(json, "execution_time", result->seconds);
    if (result->failures >= 0)
        jw_key_int(json, "num_failures", result->failures);
    else
        jw_key_null(json, "num_failures");
    if (result->rows >= 0)
        jw_key_int(json, "rows_affected", result->rows);
    else
        jw_key_null(json, "rows_affected");
    if (result->skipped_because) jw_key_str(json, "skipped_because", result->skipped_because->unique_id);
    if (result->compiled_path.len) jw_key_str(json, "compiled_path", result->compiled_path);
    jw_key_array(json, "diagnostics");
    for (size_t i = 0; i < result->diag_count; i++) diag_render_json(json, report->sources, &result->diags[i]);
    jw_array_end(json);
    json_tail(report, &made);
}

static void check_json(Report *report, const RunEvent *event)
{
    JsonLine made;
    JsonWriter *json = json_head(report, &made, "Checked", LOG_INFO, STR("the check before write is over"));
    if (!json) return;
    jw_key_int(json, "checked", (int64_t)event->count);
    jw_key_double(json, "seconds", event->seconds);
    json_tail(report, &made);
}

static void active_remove(Report *report, const Node *node)
{
    for (size_t i = 0; i < report->active_count; i++)
        if (report->active[i] == node) {
            report->active[i] = report->active[--report->active_count];
            return;
        }
}

/* Text of a project or a database: nothing in it steers the terminal. */
static void print_safely(Report *report, Str text)
{
    Buf out;
    buf_init(&out, NULL);
    diag_safe_text(&out, text, report->terminal.utf8);
    buf_addc(&out, '\n');
    print_out(report, buf_str(&out));
    buf_release(&out);
}

/* print() is heard whatever the level is. */
static void message(Report *report, const RunEvent *event)
{
    LogLevel level = event->to_person ? LOG_INFO : LOG_DEBUG;
    JsonLine made;
    JsonWriter *json = json_head(report, &made, "Message", level, event->text);
    if (json) {
        if (event->node) json_node(json, event->node);
        json_tail(report, &made);
    }
    log_file_text(&report->log, level, "MainThread", event->text);
    if (!report->json && (event->printed || level >= report->level)) print_safely(report, event->text);
}

/* As it is sent: in the log, and with --debug on the terminal too. */
static void statement(Report *report, const RunEvent *event)
{
    JsonLine made;
    JsonWriter *json = json_head(report, &made, "SQLQuery", LOG_DEBUG, event->text);
    if (json) {
        if (event->node) json_node(json, event->node);
        json_tail(report, &made);
    }
    char thread[32];
    thread_name(event->thread, thread);
    Str node = event->node ? event->node->unique_id : STR("master");
    Buf text;
    buf_init(&text, NULL);
    buf_addf(&text, "On %.*s: %.*s", STR_ARG(node), STR_ARG(event->text));
    log_file_text(&report->log, LOG_DEBUG, thread, buf_str(&text));
    if (!report->json && report->level == LOG_DEBUG) print_safely(report, buf_str(&text));
    buf_release(&text);
}

void report_event(void *data, const RunEvent *event)
{
    Report *report = data;
    switch (event->kind) {
    case RUN_EVENT_PLANNED: report->total = event->count; return;
    case RUN_EVENT_CHECKED:
        report->check_seconds = event->seconds;
        check_json(report, event);
        if (!report->json) {
            Buf line;
            buf_init(&line, NULL);
            buf_addf(&line, "Checked %zu models in %.3fs", event->count, event->seconds);
            say(report, LOG_DEBUG, buf_str(&line));
            buf_release(&line);
        }
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
        node_json(report, event);
        log_node(report, event);
        if (!report->json && report->level <= LOG_INFO && !report->no_nodes) {
            Buf line;
            buf_init(&line, NULL);
            node_line(report, event, report->terminal.color, &line);
            print_out(report, buf_str(&line));
            buf_release(&line);
        }
        return;
    case RUN_EVENT_MESSAGE: message(report, event); return;
    case RUN_EVENT_STATEMENT: statement(report, event); return;
    case RUN_EVENT_DIAG: report_diag(report, event->diag, false); return;
    }
}

/* ---- the end ---- */

/* What a data test found, and how to see all of it. */
static void sample(const Report *report, const RunResult *result, Buf *out)
{
    sample_rows(report, result, out);
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
            if ((bad && report->level <= LOG_ERROR) || (results[i].status == RUN_WARN && report->level <= LOG_WARN))
                failure(report, &results[i]);
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
