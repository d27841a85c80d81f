#include "cli/log_file.h"

#include "cli/secrets.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const words[] = {"debug", "info", "warn", "error", "none"};

const char *log_level_word(LogLevel level)
{
    return words[level];
}

bool log_level_find(Str word, LogLevel *level)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(word, str_from(words[i]))) {
            *level = (LogLevel)i;
            return true;
        }
    return false;
}

void log_file_init(LogFile *log, Arena *arena)
{
    *log = (LogFile){.level = LOG_DEBUG, .file = -1, .arena = arena, .path = STR_EMPTY, .max_bytes = 10 << 20};
    buf_init(&log->waiting, NULL);
}

bool log_file_takes(const LogFile *log, LogLevel level)
{
    return !log->closed && level >= log->level && log->level != LOG_NONE;
}

static void close_file(LogFile *log)
{
    if (log->file >= 0) close(log->file);
    log->file = -1;
}

static bool open_file(LogFile *log)
{
    log->file = open(log->path.ptr, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    struct stat info;
    log->size = log->file >= 0 && fstat(log->file, &info) == 0 ? (int64_t)info.st_size : 0;
    return log->file >= 0;
}

enum { KEPT = 5 }; /* dbt.log.1 to dbt.log.5, as dbt keeps them */

static void roll(LogFile *log)
{
    close_file(log);
    for (int i = KEPT; i > 0; i--) {
        Str to = str_fmt(log->arena, "%.*s.%d", STR_ARG(log->path), i);
        Str from = i > 1 ? str_fmt(log->arena, "%.*s.%d", STR_ARG(log->path), i - 1) : log->path;
        rename(from.ptr, to.ptr);
    }
    if (!open_file(log)) log->closed = true;
}

/* A log that cannot be written any more is no reason to stop. */
static void write_out(LogFile *log)
{
    Buf shown;
    buf_init(&shown, NULL);
    Str text = secrets_hide(buf_str(&log->waiting), &shown) ? buf_str(&shown) : buf_str(&log->waiting);
    if (log->max_bytes && log->size && log->size + (int64_t)text.len > log->max_bytes) roll(log);
    while (text.len && log->file >= 0) {
        ssize_t n = write(log->file, text.ptr, text.len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            log->closed = true;
            break;
        }
        log->size += n;
        text = str_from_index(text, (size_t)n);
    }
    buf_release(&shown);
    buf_clear(&log->waiting);
}

void log_file_raw(LogFile *log, Str line)
{
    if (log->closed) return;
    buf_add(&log->waiting, line);
    if (log->file >= 0) write_out(log);
}

static void add_time(Buf *out)
{
    ClockParts now = clock_parts(clock_wall_us());
    buf_addf(out, "%02d:%02d:%02d.%06d", now.hour, now.minute, now.second, now.microsecond);
}

/* Control characters of a database or a file do no harm in a terminal that shows the log. */
static void add_clean(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
            buf_addf(out, "\\x%02x", c);
        else
            buf_addc(out, (char)c);
    }
}

void log_file_text(LogFile *log, LogLevel level, const char *thread, Str text)
{
    if (!log_file_takes(log, level) || log->json) return;
    while (text.len && text.ptr[text.len - 1] == '\n') text = str_slice(text, 0, text.len - 1);
    add_time(&log->waiting);
    buf_addf(&log->waiting, " [%-5s] [%s]: ", words[level], thread);
    add_clean(&log->waiting, text);
    buf_addc(&log->waiting, '\n');
    if (log->file >= 0) write_out(log);
}

bool log_file_open(LogFile *log, Str folder, Str invocation_id, Str *error)
{
    if (log->closed || log->file >= 0 || log->level == LOG_NONE) return true;
    log->path = path_join(log->arena, folder, STR("dbt.log"));
    bool ok = file_make_dirs(log->arena, str_c(log->arena, folder), error);
    if (ok && !open_file(log)) {
        *error = str_from(strerror(errno));
        ok = false;
    }
    if (!ok) {
        log->closed = true;
        buf_clear(&log->waiting);
        return false;
    }
    if (!log->json) {
        Buf head;
        buf_init(&head, NULL);
        buf_addz(&head, log->size ? "\n\n" : "");
        buf_addz(&head, "============================== ");
        add_time(&head);
        buf_addf(&head, " | %.*s ==============================\n", STR_ARG(invocation_id));
        buf_add(&head, buf_str(&log->waiting));
        buf_release(&log->waiting);
        log->waiting = head;
    }
    if (log->waiting.len) write_out(log);
    return true;
}

void log_file_close(LogFile *log)
{
    close_file(log);
    buf_release(&log->waiting);
    log->closed = true;
}
