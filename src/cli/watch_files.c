#include "cli/watch_files.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>
#endif

enum {
    LOOK_MS = 500, /* how often to look where nothing tells */
    QUIET_MS = 60, /* an editor writes a file in several steps: so long nothing must have happened */
    LONGEST_MS = 2000, /* but somebody who writes all the time is not waited for any longer */
};

struct FileWatch {
    Str root;
    Arena *own, *now, *before; /* own: root, what is left out; the others: the last two looks and the changes */
    const Str *leave_out;
    size_t leave_out_count;
    Map files; /* path -> DirEntry * */
    int notices; /* inotify; -1: none */
};

/* Sources only: the database and its log lie in the same folder and change all the time. */
static bool is_source(Str path)
{
    static const char *const kinds[] = {".sql", ".yml", ".yaml", ".csv", ".md", ".py"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq_nocase(path_ext(path), str_from(kinds[i]))) return true;
    return false;
}

static bool enter(void *context, Str path)
{
    const FileWatch *watch = context;
    Str full = path_normal(watch->now, path_join(watch->now, watch->root, path));
    for (size_t i = 0; i < watch->leave_out_count; i++)
        if (str_eq(full, watch->leave_out[i])) return false;
    return true;
}

static void take_notice_of(const FileWatch *watch, Str folder)
{
#ifdef __linux__
    uint32_t events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR;
    if (watch->notices >= 0) inotify_add_watch(watch->notices, folder.ptr, events);
#else
    (void)watch, (void)folder;
#endif
}

static void look(FileWatch *watch, Map *files)
{
    DirEntries entries = {0};
    DirOptions options = {.flags = DIR_STAT | DIR_FOLDERS, .enter = enter, .context = watch};
    Str ignored;
    map_init(files, watch->now);
    take_notice_of(watch, str_fmt(watch->now, "%.*s", STR_ARG(watch->root)));
    dir_walk(watch->now, str_c(watch->now, watch->root), &options, &entries, &ignored); /* lists what can be read */
    for (size_t i = 0; i < entries.n; i++) {
        if (entries.at[i].kind == DIR_FOLDER && enter(watch, entries.at[i].path))
            take_notice_of(watch, str_fmt(watch->now, "%.*s/%.*s", STR_ARG(watch->root), STR_ARG(entries.at[i].path)));
        if (entries.at[i].kind == DIR_FILE && is_source(entries.at[i].path))
            map_put(files, entries.at[i].path, &entries.at[i]);
    }
}

FileWatch *file_watch_new(Str root, const Str *leave_out, size_t count)
{
    FileWatch *watch = mem_zalloc(sizeof *watch);
    watch->own = arena_new();
    watch->now = arena_new();
    watch->before = arena_new();
    watch->root = path_normal(watch->own, root);
    Str *copies = ARENA_ARRAY(watch->own, Str, count + 1);
    for (size_t i = 0; i < count; i++) copies[i] = path_normal(watch->own, leave_out[i]);
    watch->leave_out = copies;
    watch->leave_out_count = count;
    watch->notices = -1;
#ifdef __linux__
    watch->notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
#endif
    look(watch, &watch->files);
    return watch;
}

void file_watch_free(FileWatch *watch)
{
    if (watch->notices >= 0) close(watch->notices);
    arena_free(watch->now);
    arena_free(watch->before);
    arena_free(watch->own);
    mem_free(watch);
}

/* True if a notice came within that time. */
static bool notice(const FileWatch *watch, int ms)
{
    struct pollfd file = {watch->notices, POLLIN, 0};
    if (watch->notices < 0) {
        poll(NULL, 0, ms);
        return true;
    }
    if (poll(&file, 1, ms) <= 0) return false;
    char bytes[4096];
    while (read(watch->notices, bytes, sizeof bytes) > 0) {}
    return true;
}

static bool same(const DirEntry *a, const DirEntry *b)
{
    return a && b && a->size == b->size && a->mtime_ns == b->mtime_ns;
}

/* What differs between the last look and a new one, which becomes the last. */
static void compare(FileWatch *watch, FileChanges *changes)
{
    Arena *oldest = watch->before;
    watch->before = watch->now;
    watch->now = oldest;
    arena_clear(watch->now);
    Map files;
    look(watch, &files);
    changes->paths = ARENA_ARRAY(watch->now, Str, files.count + watch->files.count + 1);
    changes->n = 0;
    for (size_t i = 0; i < files.count; i++)
        if (!same(files.entries[i].value, map_get(&watch->files, files.entries[i].key)))
            changes->paths[changes->n++] = files.entries[i].key;
    for (size_t i = 0; i < watch->files.count; i++)
        if (!map_has(&files, watch->files.entries[i].key))
            changes->paths[changes->n++] = str_dup(watch->now, watch->files.entries[i].key);
    watch->files = files;
}

bool file_watch_wait(FileWatch *watch, volatile sig_atomic_t *stop, FileChanges *changes)
{
    while (!*stop) {
        /* The time-out is for a signal that came just before. */
        if (!notice(watch, LOOK_MS)) continue;
        uint64_t began = clock_monotonic_ns();
        while (watch->notices >= 0 && !*stop && notice(watch, QUIET_MS) &&
               clock_monotonic_ns() - began < LONGEST_MS * 1000000ull) {}
        if (*stop) break;
        compare(watch, changes);
        if (changes->n) return true;
    }
    return false;
}
