/* Telling somebody that a run failed: a command, or a URL that JSON is posted to.
 *
 *   on_failure:
 *     command: ./alert.sh            # the JSON is its standard input
 *     url: https://…                 # or posted, through the program curl
 *     when: failure | change         # each failed run, or only when something begins to fail or recovers
 *     include: [messages, rows]      # of failed nodes; left away by default, since they may hold data
 *     timeout: 10                    # seconds, then it is given up
 *
 * Nothing of it changes how the run ends. A URL is often a secret: it is never printed, and curl gets it on its standard
 * input, where no list of processes shows it. */
#include "history/history.h"

#include "base/clock.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMEOUT = 10, LONGEST_TIMEOUT = 600, MOST_NODES = 100 };

/* ---- reading ---- */

static bool wrong(const Manifest *manifest, DiagSink *sink, const char *what, Str value)
{
    diag_add(sink, DIAG_project_invalid, manifest->root->on_failure_span, "on_failure: %s%s%.*s%s", what,
             value.len ? " '" : "", STR_ARG(value), value.len ? "'" : "");
    diag_hint(sink, "its keys are command, url, when (failure, change), include (messages, rows), timeout (seconds)");
    return false;
}

static bool is_url(Str text)
{
    return str_starts(text, STR("https://")) || str_starts(text, STR("http://"));
}

static void take_target(Notify *notify, Str text)
{
    if (is_url(text))
        notify->url = text;
    else
        notify->command = text;
}

static bool read_include(const Manifest *manifest, Notify *notify, Value value, DiagSink *sink)
{
    Value one = value;
    uint32_t count = value.kind == V_LIST ? (uint32_t)value.u.list->n : 1;
    for (uint32_t i = 0; i < count; i++) {
        if (value.kind == V_LIST) one = value.u.list->at[i];
        Str word = one.kind == V_STR ? value_text(one) : STR_EMPTY;
        if (str_eq(word, STR("messages")))
            notify->messages = true;
        else if (str_eq(word, STR("rows")))
            notify->rows = true;
        else
            return wrong(manifest, sink, "`include` knows messages and rows, not", word);
    }
    return true;
}

static bool read_key(const Manifest *manifest, Notify *notify, Str key, Value value, DiagSink *sink)
{
    Str text = value.kind == V_STR ? value_text(value) : STR_EMPTY;
    if (str_eq(key, STR("command"))) {
        notify->command = text;
        return text.len || wrong(manifest, sink, "`command` must be a text for the shell", STR_EMPTY);
    }
    if (str_eq(key, STR("url"))) {
        notify->url = text;
        return is_url(text) || wrong(manifest, sink, "`url` must begin with https:// or http://", STR_EMPTY);
    }
    if (str_eq(key, STR("when"))) {
        notify->on_change = str_eq(text, STR("change"));
        return notify->on_change || str_eq(text, STR("failure")) ||
               wrong(manifest, sink, "`when` is failure or change, not", text);
    }
    if (str_eq(key, STR("timeout"))) {
        bool good = value.kind == V_INT && value.u.integer > 0 && value.u.integer <= LONGEST_TIMEOUT;
        if (good) notify->timeout = (unsigned)value.u.integer;
        return good || wrong(manifest, sink, "`timeout` is a number of seconds up to 600", STR_EMPTY);
    }
    if (str_eq(key, STR("include"))) return read_include(manifest, notify, value, sink);
    return wrong(manifest, sink, "there is no key", key);
}

bool notify_read(Arena *arena, const Manifest *manifest, Notify *notify, DiagSink *sink)
{
    *notify = (Notify){.command = STR_EMPTY, .url = STR_EMPTY, .timeout = TIMEOUT};
    const char *variable = getenv("CDBT_ON_FAILURE");
    Value value = manifest->root ? manifest->root->on_failure : VALUE_NONE;
    bool ok = true;
    if (value.kind == V_STR) {
        take_target(notify, value_text(value));
    } else if (value.kind == V_DICT) {
        for (uint32_t i = 0; ok && i < value.u.dict->used; i++) {
            const DictEntry *entry = &value.u.dict->entries[i];
            if (entry->key.kind == V_STR) ok = read_key(manifest, notify, value_text(entry->key), entry->value, sink);
        }
        if (ok && !notify->command.len && !notify->url.len && !(variable && *variable))
            ok = wrong(manifest, sink, "it names neither a command nor a url", STR_EMPTY);
    } else if (value.kind != V_NONE && value.kind != V_UNDEFINED) {
        ok = wrong(manifest, sink, "it must be a mapping, a command or a URL", STR_EMPTY);
    }
    if (variable && *variable) take_target(notify, str_dup(arena, str_from(variable)));
    return ok && (notify->command.len || notify->url.len);
}

/* ---- the JSON ---- */

/* Messages that we make ourselves, of counts and names; others may quote what is in the data. */
static bool harmless(const RunResult *result)
{
    if (result->status == RUN_FAIL || result->status == RUN_WARN) return true;
    for (size_t i = 0; i < result->diag_count; i++) {
        if (result->diags[i].severity != DIAG_ERROR) continue;
        switch (result->diags[i].code) {
        case DIAG_check_failed:
        case DIAG_database_locked:
        case DIAG_database_readonly:
        case DIAG_database_open:
        case DIAG_disk_full:
        case DIAG_ref_not_found:
        case DIAG_source_not_found:
        case DIAG_cancelled: continue;
        default: return false;
        }
    }
    return result->diag_count > 0;
}

static void write_cell(JsonWriter *json, const AdapterCell *cell)
{
    switch (cell->type) {
    case CELL_NULL: jw_null(json); return;
    case CELL_INTEGER: jw_int(json, cell->integer); return;
    case CELL_REAL: jw_double(json, cell->real); return;
    default: jw_str(json, cell->text);
    }
}

static void write_rows(JsonWriter *json, const RunTable *table)
{
    jw_key_array(json, "rows");
    for (size_t r = 0; r < table->row_count; r++) {
        jw_object(json);
        for (size_t c = 0; c < table->columns.n; c++) {
            jw_key(json, table->columns.at[c].name);
            write_cell(json, &table->rows[r][c]);
        }
        jw_object_end(json);
    }
    jw_array_end(json);
}

static void write_node(JsonWriter *json, const Node *node)
{
    jw_key_str(json, "unique_id", node->unique_id);
    jw_key_str(json, "name", node->name);
    jw_key_str(json, "resource_type", resource_type_word(node->type));
    jw_key_str(json, "path", node->original_file_path);
}

static void write_failure(JsonWriter *json, const Notify *notify, const RunResult *result, const HistoryNews *news)
{
    jw_object(json);
    write_node(json, result->node);
    jw_key_str(json, "status", str_from(run_status_word(result->status)));
    if (result->failures >= 0) jw_key_int(json, "failures", result->failures);
    for (size_t i = 0; i < result->diag_count; i++)
        if (result->diags[i].severity == DIAG_ERROR) {
            jw_key_str(json, "code", str_from(diag_code_word(result->diags[i].code)));
            break;
        }
    for (size_t i = 0; i < news->failing_count; i++)
        if (news->failing[i].node == result->node) {
            jw_key_str(json, "failing_since", news->failing[i].since);
            jw_key_int(json, "failing_runs", news->failing[i].runs);
        }
    if (notify->messages || harmless(result)) jw_key_str(json, "message", result->message);
    if (notify->rows && result->sample) write_rows(json, result->sample);
    jw_object_end(json);
}

/* "cdbt build of shop (prod) failed: unique_orders_id and 2 more; 1 began to fail" */
static void write_text(JsonWriter *json, const Manifest *manifest, const Run *run, Str command, Str refusal, size_t bad,
                       size_t began, size_t recovered)
{
    Buf text;
    buf_init(&text, NULL);
    buf_addf(&text, "cdbt %.*s of %.*s (%.*s) ", STR_ARG(command), STR_ARG(manifest->root->name),
             STR_ARG(manifest->target.name));
    size_t count = 0;
    const RunResult *results = run ? run_results(run, &count) : NULL;
    if (refusal.len) {
        buf_addf(&text, "could not be done: %.*s", STR_ARG(refusal));
    } else if (bad) {
        for (size_t i = 0; i < count; i++)
            if (results[i].status == RUN_ERROR || results[i].status == RUN_FAIL) {
                buf_addf(&text, "failed: %.*s", STR_ARG(results[i].node->name));
                break;
            }
        if (bad > 1) buf_addf(&text, " and %zu more", bad - 1);
    } else {
        buf_addz(&text, "is good");
    }
    if (began) buf_addf(&text, "; %zu began to fail", began);
    if (recovered) buf_addf(&text, "; %zu recovered", recovered);
    jw_key_str(json, "text", buf_str(&text));
    buf_release(&text);
}

bool notify_payload(Buf *out, const Notify *notify, const Manifest *manifest, const Run *run, Str command, Str refusal,
                    const HistoryNews *news)
{
    size_t count = 0, bad = 0, began = 0, recovered = 0, written = 0;
    const RunResult *results = run ? run_results(run, &count) : NULL;
    for (size_t i = 0; i < count; i++) bad += results[i].status == RUN_ERROR || results[i].status == RUN_FAIL;
    for (size_t i = 0; i < news->change_count; i++) {
        began += !news->changes[i].recovered;
        recovered += news->changes[i].recovered;
    }
    /* Without a history every failure is news. */
    bool wanted = notify->on_change && news->known ? refusal.len || began || recovered : refusal.len || bad;
    if (!wanted) return false;
    enum { HOST_SIZE = 256 };
    char host[HOST_SIZE] = "";
    gethostname(host, sizeof host - 1);
    JsonWriter writer, *json = &writer;
    jw_to_buf(json, out);
    jw_object(json);
    jw_key_str(json, "event", refusal.len || bad ? STR("failure") : STR("recovery"));
    write_text(json, manifest, run, command, refusal, bad, began, recovered);
    jw_key_str(json, "command", command);
    jw_key_str(json, "project", manifest->root->name);
    jw_key_str(json, "target", manifest->target.name);
    jw_key_str(json, "host", str_from(host));
    jw_key_str(json, "invocation_id", manifest->invocation_id);
    jw_key_str(json, "started_at", manifest->generated_at);
    if (run) jw_key_double(json, "seconds", run_seconds(run));
    if (refusal.len) jw_key_str(json, "error", refusal);
    jw_key_int(json, "results", (int64_t)count);
    jw_key_int(json, "failed", (int64_t)bad);
    jw_key_array(json, "failures");
    for (size_t i = 0; i < count && written < MOST_NODES; i++)
        if (results[i].status == RUN_ERROR || results[i].status == RUN_FAIL) {
            write_failure(json, notify, &results[i], news);
            written++;
        }
    jw_array_end(json);
    jw_key_array(json, "recovered");
    for (size_t i = 0; i < news->change_count && i < MOST_NODES; i++)
        if (news->changes[i].recovered) {
            jw_object(json);
            write_node(json, news->changes[i].node);
            jw_object_end(json);
        }
    jw_array_end(json);
    jw_object_end(json);
    jw_end(json);
    return true;
}

/* ---- sending ---- */

/* A file without a name that holds the text, to be read from its start; -1 on failure. */
static int nameless_file(Str text)
{
    const char *folder = getenv("TMPDIR");
    char name[512];
    snprintf(name, sizeof name, "%.400s/cdbt-XXXXXX", folder && *folder ? folder : "/tmp");
    int file = mkstemp(name);
    if (file < 0) return -1;
    unlink(name);
    fcntl(file, F_SETFD, FD_CLOEXEC);
    while (text.len) {
        ssize_t n = write(file, text.ptr, text.len);
        if (n <= 0) {
            close(file);
            return -1;
        }
        text = str_from_index(text, (size_t)n);
    }
    lseek(file, 0, SEEK_SET);
    return file;
}

static pid_t start(char *const *words, const char *folder, int input, int output)
{
    pid_t child = fork();
    if (child != 0) return child;
    setpgid(0, 0); /* so that what it starts ends with it */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    /* What it says goes to standard error: standard output may be a stream of JSON. */
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
        (folder && *folder && chdir(folder) != 0))
        _exit(126); /* layers: the child's end, not ours */
    execvp(words[0], words);
    _exit(127); /* layers: as above */
}

/* Waits for so long, then ends it with all that it started. Gives what became of it, or NULL if all went well. */
static const char *wait_for(Arena *arena, pid_t child, unsigned seconds)
{
    uint64_t began = clock_monotonic_ns();
    int status;
    for (;;) {
        pid_t done = waitpid(child, &status, WNOHANG);
        if (done == child) break;
        if (done < 0 && errno != EINTR) return "it cannot be waited for";
        if (clock_monotonic_ns() - began > (uint64_t)seconds * 1000000000u) {
            kill(-child, SIGKILL);
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return str_fmt(arena, "it did not end within %u s and was stopped", seconds).ptr;
        }
        struct timespec nap = {0, 5000000};
        nanosleep(&nap, NULL);
    }
    if (WIFSIGNALED(status)) return str_fmt(arena, "it was ended by signal %d", WTERMSIG(status)).ptr;
    if (WEXITSTATUS(status) == 127) return "there is no such program";
    return WEXITSTATUS(status) ? str_fmt(arena, "exit code %d", WEXITSTATUS(status)).ptr : NULL;
}

static const char *run_words(Arena *arena, char *const *words, const char *folder, Str input, unsigned timeout,
                             int output)
{
    int file = nameless_file(input);
    if (file < 0) return "no temporary file can be written";
    pid_t child = start(words, folder, file, output);
    close(file);
    return child < 0 ? "no process can be started" : wait_for(arena, child, timeout);
}

static const char *run_command(Arena *arena, const Notify *notify, const Manifest *manifest, Str payload)
{
    Str command = notify->command;
    char shell[] = "/bin/sh", option[] = "-c";
    char *words[] = {shell, option, arena_copy(arena, str_c(arena, command), command.len + 1), NULL};
    return run_words(arena, words, str_c(arena, manifest->paths.root), payload, notify->timeout, STDERR_FILENO);
}

/* One line of curl's own configuration: key = "value" with its escapes. */
static void curl_line(Buf *out, const char *key, Str value)
{
    buf_addf(out, "%s = \"", key);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '"' || c == '\\') buf_addc(out, '\\');
        if (c == '\n')
            buf_addz(out, "\\n");
        else
            buf_addc(out, c);
    }
    buf_addz(out, "\"\n");
}

static const char *post(Arena *arena, const Notify *notify, Str payload)
{
    Buf config;
    buf_init(&config, arena);
    buf_addz(&config, "silent\nfail\noutput = \"/dev/null\"\n");
    buf_addf(&config, "max-time = %u\n", notify->timeout);
    curl_line(&config, "url", notify->url);
    curl_line(&config, "header", STR("Content-Type: application/json"));
    curl_line(&config, "user-agent", STR("cdbt"));
    curl_line(&config, "data-raw", payload);
    char curl[] = "curl", no_rc[] = "-q", option[] = "-K", from[] = "-";
    char *words[] = {curl, no_rc, option, from, NULL};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const char *problem = nowhere < 0 ? "/dev/null cannot be opened"
                                      : run_words(arena, words, NULL, buf_str(&config), notify->timeout + 1, nowhere);
    if (nowhere >= 0) close(nowhere);
    if (!problem) return NULL;
    static const struct {
        const char *problem, *meaning;
    } known[] = {
        {"there is no such program", "the program curl is not installed"},
        {"exit code 6", "its host cannot be found (curl: exit code 6)"},
        {"exit code 7", "nothing answers there (curl: exit code 7)"},
        {"exit code 22", "it was refused with an HTTP error (curl: exit code 22)"},
        {"exit code 28", "no answer came in time (curl: exit code 28)"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(problem, known[i].problem) == 0) return known[i].meaning;
    return str_fmt(arena, "curl: %s", problem).ptr;
}

void notify_send(Arena *arena, const Notify *notify, const Manifest *manifest, const Run *run, Str command, Str refusal,
                 const HistoryNews *news, DiagSink *sink)
{
    Buf payload;
    buf_init(&payload, arena);
    if (!notify_payload(&payload, notify, manifest, run, command, refusal, news)) return;
    const struct {
        const char *what, *problem;
    } ways[] = {
        {"running the command", notify->command.len ? run_command(arena, notify, manifest, buf_str(&payload)) : NULL},
        {"posting to the url", notify->url.len ? post(arena, notify, buf_str(&payload)) : NULL},
    };
    for (size_t i = 0; i < 2; i++) {
        if (!ways[i].problem) continue;
        Span span = manifest->root->on_failure_span;
        if (!span.source) span = (Span){manifest->root->file, 0, 0};
        diag_add(sink, DIAG_notify_failed, span, "on_failure: %s did not work: %s", ways[i].what, ways[i].problem);
        diag_hint(sink, "nobody was told of this run; mend it, or raise its `timeout`");
    }
}
