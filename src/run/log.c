/* target/run_results.jsonl: every result is appended as it comes, so that any end of the process leaves what was finished.
 *
 * One line a node: invocation_id, command, unique_id, status, message, failures, rows, seconds, completed_at. Around them one
 * line when a run begins and one when it ends: {"event":"begin", ...}, {"event":"end", ...}; a run without an end was killed,
 * or is at work. A write that a kill or a full disk cuts off leaves a broken line; the next one begins on a line of its own. */
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "run/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* When the file has grown to this size it becomes run_results.old.jsonl, in place of the last one of that name. */
enum { LARGEST_LOG = 8 << 20, HOST_SIZE = 256 };

/* ---- lines ---- */

typedef struct Line {
    Buf text;
    JsonWriter json;
} Line;

static void line_begin(const Run *run, Line *line)
{
    buf_init(&line->text, NULL);
    jw_to_buf(&line->json, &line->text);
    jw_object(&line->json);
    jw_key_str(&line->json, "invocation_id", run->manifest->invocation_id);
}

static void line_time(Line *line, const char *key)
{
    char now[CLOCK_ISO_SIZE];
    jw_key_str(&line->json, key, str_n(now, clock_iso_text(clock_wall_us(), now)));
}

/* One write a line: an append is whole, or cut off by a full disk, which the artifacts report. */
static void line_end(Run *run, Line *line)
{
    jw_object_end(&line->json);
    jw_end(&line->json);
    buf_addc(&line->text, '\n');
    if (run->log_torn && write(run->log, "\n", 1) == 1) run->log_torn = false;
    ssize_t written = run->log_torn ? -1 : write(run->log, line->text.ptr, line->text.len);
    if (written > 0 && (size_t)written < line->text.len) run->log_torn = true;
    buf_release(&line->text);
}

/* ---- opening ---- */

static const char end_mark[] = "\"event\":\"end\"";

/* What the file ends with: a line that was cut off, and whether the last run came to its end. */
static bool ended_well(int file, off_t size, bool *torn)
{
    enum { TAIL = 1024 };
    char tail[TAIL];
    *torn = false;
    if (size == 0) return true;
    off_t from = size > TAIL ? size - TAIL : 0;
    ssize_t n = pread(file, tail, TAIL, from);
    if (n <= 0) return true;
    *torn = tail[n - 1] != '\n';
    Str last = str_trim(str_n(tail, (size_t)n));
    size_t line = last.len;
    while (line && last.ptr[line - 1] != '\n') line--;
    return str_find(str_from_index(last, line), str_from(end_mark), 0) != STR_NPOS;
}

static void log_begin(Run *run)
{
    char host[HOST_SIZE] = "";
    Line line;
    line_begin(run, &line);
    jw_key_str(&line.json, "event", STR("begin"));
    jw_key_str(&line.json, "command", str_from(run_command_word(run->options.command)));
    jw_key_str(&line.json, "project", run->manifest->root->name);
    jw_key_str(&line.json, "target", run->manifest->target.name);
    if (gethostname(host, sizeof host - 1) == 0) jw_key_str(&line.json, "host", str_from(host));
    jw_key_int(&line.json, "pid", getpid());
    jw_key_int(&line.json, "nodes", (int64_t)run->total);
    line_time(&line, "started_at");
    line_end(run, &line);
}

void results_open(Run *run)
{
    run->log = -1;
    Str error, target = run->manifest->paths.target;
    if (!file_make_dirs(run->arena, str_c(run->arena, target), &error)) return;
    Str path = path_join(run->arena, target, STR("run_results.jsonl"));
    struct stat info;
    if (stat(path.ptr, &info) == 0 && info.st_size > LARGEST_LOG)
        rename(path.ptr, path_join(run->arena, target, STR("run_results.old.jsonl")).ptr);
    run->log = open(path.ptr, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (run->log < 0) return;
    if (fstat(run->log, &info) != 0) info.st_size = 0;
    /* What a killed run left aside in target/ is removed. */
    bool whole = ended_well(run->log, info.st_size, &run->log_torn);
    run->log_start = info.st_size;
    file_sweep_aside(run->arena, target.ptr, !whole);
    log_begin(run);
}

void results_close(Run *run)
{
    if (run->log < 0) return;
    Line line;
    line_begin(run, &line);
    jw_key_str(&line.json, "event", STR("end"));
    jw_key_double(&line.json, "seconds", (double)(clock_monotonic_ns() - run->began) / 1e9);
    jw_key_bool(&line.json, "failed", run->failed);
    jw_key_bool(&line.json, "cancelled", atomic_load(&run->cancelled));
    line_time(&line, "ended_at");
    line_end(run, &line);
    struct stat info;
    if (fstat(run->log, &info) == 0) run->log_end = info.st_size;
    close(run->log);
    run->log = -1;
}

int64_t run_log_start(const Run *run)
{
    return run->log_start;
}

int64_t run_log_end(const Run *run)
{
    return run->log_end;
}

void results_log(Run *run, const RunResult *result)
{
    if (run->log < 0) return;
    Line line;
    line_begin(run, &line);
    jw_key_str(&line.json, "command", str_from(run_command_word(run->options.command)));
    jw_key_str(&line.json, "unique_id", result->node->unique_id);
    jw_key_str(&line.json, "status", str_from(run_status_word(result->status)));
    jw_key_str(&line.json, "message", result->message);
    jw_key_int(&line.json, "failures", result->failures);
    jw_key_int(&line.json, "rows", result->stored >= 0 ? result->stored : result->rows);
    jw_key_double(&line.json, "seconds", result->seconds);
    line_time(&line, "completed_at");
    line_end(run, &line);
}

static void event_end(Run *run, Line *line, const char *time)
{
    line_time(line, time);
    pthread_mutex_lock(&run->lock);
    line_end(run, line);
    pthread_mutex_unlock(&run->lock);
}

void results_log_batch(Run *run, const Node *node, const ClockWindow *batch, RunStatus status)
{
    if (run->log < 0 || run->options.atomic) return;
    char start[CLOCK_ISO_SIZE], end[CLOCK_ISO_SIZE];
    Line line;
    line_begin(run, &line);
    jw_key_str(&line.json, "event", STR("batch"));
    jw_key_str(&line.json, "node", node->unique_id);
    jw_key_str(&line.json, "status", str_from(run_status_word(status)));
    jw_key_str(&line.json, "event_time_start", str_n(start, clock_iso_text(batch->start, start)));
    jw_key_str(&line.json, "event_time_end", str_n(end, clock_iso_text(batch->end, end)));
    event_end(run, &line, "completed_at");
}

/* What a model is about to build, so that a run that is killed can be taken up where it stood. */
void results_log_batches(Run *run, const Node *node, const ClockWindow *batches, size_t count)
{
    if (run->log < 0 || run->options.atomic) return;
    char text[CLOCK_ISO_SIZE];
    Line line;
    line_begin(run, &line);
    jw_key_str(&line.json, "event", STR("batches"));
    jw_key_str(&line.json, "node", node->unique_id);
    jw_key_array(&line.json, "planned");
    for (size_t i = 0; i < count; i++) {
        jw_array(&line.json);
        jw_str(&line.json, str_n(text, clock_iso_text(batches[i].start, text)));
        jw_str(&line.json, str_n(text, clock_iso_text(batches[i].end, text)));
        jw_array_end(&line.json);
    }
    jw_array_end(&line.json);
    event_end(run, &line, "started_at");
}

void results_log_all(Run *run)
{
    for (size_t i = 0; i < run->results.n; i++) results_log(run, &run->results.at[i]);
}
