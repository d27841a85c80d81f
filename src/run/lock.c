/* Two runs on one database. On a database file one at a time writes: a second one waits for the first, and says whom it waits
 * for. On a server they go side by side, and wait for each other only where both build the same relation.
 *
 * The lock is a file beside the database, `<database>-lock`, locked by flock for as long as the run works on the database, and
 * holding one line about who that is. The system gives a dead process's lock free by itself, so a file that is there and not
 * locked tells of a run that was killed. It is removed at the end; whoever waited for a file that is gone begins anew. */
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "run/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_SECONDS = 3600, HOLDER_SIZE = 512, HOST_SIZE = 256 };

/* ---- who holds it ---- */

/* One line for people: "`cdbt build` (process 4711 on host, since 2026-01-31T12:00:00Z)". */
static void write_holder(const Run *run)
{
    char host[HOST_SIZE] = "", line[HOLDER_SIZE], now[CLOCK_ISO_SIZE];
    gethostname(host, sizeof host - 1);
    size_t size = clock_iso_text(clock_wall_us(), now);
    now[size < 20 ? size : 19] = 0; /* whole seconds */
    int n = snprintf(line, sizeof line, "`cdbt %s` (process %ld on %.200s, since %s UTC)\n",
                     run_command_word(run->options.command), (long)getpid(), host, now);
    if (ftruncate(run->lock_file, 0) != 0 || pwrite(run->lock_file, line, (size_t)n, 0) != n)
        return; /* then nobody is named */
}

static Str read_holder(Arena *arena, int file)
{
    char line[HOLDER_SIZE];
    ssize_t n = pread(file, line, sizeof line, 0);
    if (n <= 0) return STR_EMPTY;
    Str text = str_n(line, (size_t)n);
    text = str_trim(str_slice(text, 0, str_find_char(text, '\n', 0)));
    /* It is printed: nothing but what we would have written. */
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f) return STR_EMPTY;
    return str_starts(text, STR("`cdbt ")) ? str_dup(arena, text) : STR_EMPTY;
}

static void say(Run *run, Str text)
{
    run_emit(run, &(RunEvent){.kind = RUN_EVENT_MESSAGE, .to_person = true, .text = text});
}

/* ---- taking it ---- */

static bool same_file(int file, const char *path)
{
    struct stat ours, now;
    return fstat(file, &ours) == 0 && stat(path, &now) == 0 && ours.st_ino == now.st_ino && ours.st_dev == now.st_dev;
}

typedef enum Attempt { LOCK_TAKEN, LOCK_HELD, LOCK_GONE, LOCK_NONE } Attempt;

/* LOCK_NONE: this folder or file system has no locks, then the database's own must do. */
static Attempt attempt(Run *run, Str *holder)
{
    int file = open(run->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0) return LOCK_NONE;
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        bool held = errno == EWOULDBLOCK || errno == EINTR;
        if (held) *holder = read_holder(run->arena, file);
        close(file);
        return held ? LOCK_HELD : LOCK_NONE;
    }
    if (!same_file(file, run->lock_path)) {
        close(file);
        return LOCK_GONE;
    }
    run->lock_file = file;
    Str dead = read_holder(run->arena, file);
    if (dead.len)
        say(run, str_fmt(run->arena,
                         "The last run, %.*s, did not come to its end. What it was in the middle of was rolled back.",
                         STR_ARG(dead)));
    write_holder(run);
    return LOCK_TAKEN;
}

static void nap(uint64_t waited_ns)
{
    enum { SHORT_MS = 10, LONG_MS = 200, NS_PER_MS = 1000000 };
    struct timespec time = {0, (waited_ns < 1000000000u ? SHORT_MS : LONG_MS) * (long)NS_PER_MS};
    nanosleep(&time, NULL);
}

static bool refuse(Run *run, DiagSink *sink, Str holder, int64_t limit)
{
    diag_add(sink, DIAG_run_locked, run->manifest->target.span, "%.*s is in use by another run, %.*s (waited %lld s)",
             STR_ARG(run->manifest->target.database_path), STR_ARG(holder.len ? holder : STR("which cannot be named")),
             (long long)limit);
    diag_hint(sink, "wait for it to finish or stop it, then run again; --wait sets how many seconds to wait for it");
    return false;
}

bool run_lock(Run *run, DiagSink *sink)
{
    Str database = run->manifest->target.database_path, folder = path_dir(database);
    if (!run->manifest->dialect->is_file || !database.len || !file_is_dir(folder.len ? str_c(run->arena, folder) : "."))
        return true;
    run->lock_path = str_c(run->arena, str_cat(run->arena, database, STR("-lock")));
    int64_t limit = run->options.wait >= 0 ? run->options.wait : WAIT_SECONDS;
    uint64_t began = clock_monotonic_ns();
    bool told = false;
    for (;;) {
        Str holder = STR_EMPTY;
        Attempt result = attempt(run, &holder);
        if (result == LOCK_TAKEN || result == LOCK_NONE) return true;
        if (result == LOCK_GONE) continue;
        uint64_t waited = clock_monotonic_ns() - began;
        if (waited / 1000000000u >= (uint64_t)limit) return refuse(run, sink, holder, limit);
        if (atomic_load(&run->cancelled)) {
            diag_add(sink, DIAG_cancelled, run->manifest->target.span, "stopped while waiting for another run%s%.*s",
                     holder.len ? ", " : "", STR_ARG(holder));
            return false;
        }
        if (!told && holder.len) {
            say(run, str_fmt(run->arena, "Waiting for another run on %.*s: %.*s", STR_ARG(path_base(database)),
                             STR_ARG(holder)));
            told = true;
        }
        nap(waited);
    }
}

bool run_lock_relation(RunWorker *worker, AdapterConnection *writer, const Node *node)
{
    Run *run = worker->run;
    int64_t limit = run->options.wait >= 0 ? run->options.wait : WAIT_SECONDS;
    uint64_t began = clock_monotonic_ns();
    for (bool told = false;;) {
        bool taken;
        Str holder;
        AdapterError error;
        adapter_error_init(&error, worker->render);
        if (!adapter_lock(writer, node->relation_name, worker->render, &taken, &holder, &error)) {
            report_sql_error(run, &worker->sink, database_code(error.kind), node, VALUE_NONE, &error);
            return false;
        }
        if (taken) return true;
        Str who = holder.len ? holder : STR("another run, which cannot be named");
        uint64_t waited = clock_monotonic_ns() - began;
        if (waited / 1000000000u >= (uint64_t)limit) {
            diag_add(&worker->sink, DIAG_run_locked, node_span(node), "%.*s is being built by %.*s (waited %lld s)",
                     STR_ARG(node->relation_name), STR_ARG(who), (long long)limit);
            diag_hint(&worker->sink,
                      "wait for it to finish or stop it, then run again; --wait sets how many seconds to wait for it");
            return false;
        }
        if (!told && waited > 100000000u) { /* a tenth of a second is no news */
            say(run, str_fmt(worker->render, "Waiting for another run to finish with %.*s: %.*s",
                             STR_ARG(node->relation_name), STR_ARG(who)));
            told = true;
        }
        nap(waited);
    }
}

void run_unlock(Run *run)
{
    if (run->lock_file < 0) return;
    unlink(run->lock_path);
    close(run->lock_file);
    run->lock_file = -1;
}

Str run_lock_holder(Arena *arena, Str database_path)
{
    int file = open(str_c(arena, str_cat(arena, database_path, STR("-lock"))), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return STR_EMPTY;
    bool held = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    Str holder = held ? read_holder(arena, file) : STR_EMPTY;
    close(file);
    return holder;
}
