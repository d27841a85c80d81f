/* Who holds the lock: Linux tells in /proc/locks (which process locks which bytes of which inode). SQLite locks one byte
 * at 120 in the -shm file to write in WAL mode (sqlite.org/walformat.html, "WAL Locks") and bytes from 2^30 in the
 * database file otherwise. Where locks are not told (a container's own process ids, another system), whoever has the
 * file open is named; elsewhere nothing is. */
#include "adapter/sqlite/sqlite.h"

#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_HOLDERS = 3, LOCK_LINE = 512 };

typedef struct Holders {
    long pids[MOST_HOLDERS];
    size_t n;
} Holders;

static void add_holder(Holders *holders, long pid)
{
    for (size_t i = 0; i < holders->n; i++)
        if (holders->pids[i] == pid) return;
    if (holders->n < MOST_HOLDERS) holders->pids[holders->n++] = pid;
}

/* Write locks in /proc/locks on the byte range [from, to] of an inode: "1: POSIX  ADVISORY  WRITE 4711 08:02:131 120 120". */
static void from_locks(Holders *holders, unsigned long long inode, unsigned long long from, unsigned long long to)
{
    FILE *file = fopen("/proc/locks", "re");
    if (!file) return;
    char line[LOCK_LINE], kind[16], mode[16], access_word[16], last[32];
    while (fgets(line, sizeof line, file)) {
        long pid;
        unsigned major_number, minor_number;
        unsigned long long node, first;
        if (sscanf(line, "%*s %15s %15s %15s %ld %x:%x:%llu %llu %31s", kind, mode, access_word, &pid, &major_number,
                   &minor_number, &node, &first, last) != 9)
            continue;
        unsigned long long end = strcmp(last, "EOF") == 0 ? ~0ULL : strtoull(last, NULL, 10);
        if (node == inode && pid > 0 && strcmp(access_word, "WRITE") == 0 && first <= to && end >= from)
            add_holder(holders, pid);
    }
    fclose(file);
}

static bool has_open(long pid, const struct stat *wanted)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *folder = opendir(path);
    if (!folder) return false;
    bool found = false;
    struct dirent *entry;
    while (!found && (entry = readdir(folder))) {
        struct stat file;
        found = entry->d_name[0] != '.' && fstatat(dirfd(folder), entry->d_name, &file, 0) == 0 &&
                file.st_ino == wanted->st_ino && file.st_dev == wanted->st_dev;
    }
    closedir(folder);
    return found;
}

static void from_open_files(Holders *holders, const struct stat *wanted)
{
    DIR *folder = opendir("/proc");
    if (!folder) return;
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        char *end;
        long pid = strtol(entry->d_name, &end, 10);
        if (*end == '\0' && pid > 0 && pid != (long)getpid() && has_open(pid, wanted)) add_holder(holders, pid);
    }
    closedir(folder);
}

static void add_process(Buf *text, long pid)
{
    enum { COMMAND_SHOWN = 80 };
    if (pid == (long)getpid()) {
        buf_addz(text, "this process itself");
        return;
    }
    buf_addf(text, "process %ld", pid);
    char path[64], command[COMMAND_SHOWN + 1];
    snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
    FILE *file = fopen(path, "re");
    size_t n = file ? fread(command, 1, COMMAND_SHOWN, file) : 0;
    if (file) fclose(file);
    while (n && command[n - 1] == '\0') n--;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)command[i] < ' ') command[i] = ' ';
    if (n) buf_addf(text, " (%.*s)", (int)n, command);
}

Str sqlite_lock_holder(Arena *arena, Str path)
{
    enum { WAL_WRITE_LOCK = 120, FILE_LOCKS = 1 << 30, FILE_LOCKS_SIZE = 512 };
    struct stat database, shared;
    if (stat(str_c(arena, path), &database)) return STR_EMPTY;
    bool wal = stat(str_c(arena, str_cat(arena, path, STR("-shm"))), &shared) == 0;
    Holders holders = {.n = 0};
    if (wal) from_locks(&holders, shared.st_ino, WAL_WRITE_LOCK, WAL_WRITE_LOCK);
    from_locks(&holders, database.st_ino, FILE_LOCKS, FILE_LOCKS + FILE_LOCKS_SIZE);
    if (holders.n == 0) from_open_files(&holders, &database);
    Buf text;
    buf_init(&text, arena);
    for (size_t i = 0; i < holders.n; i++) {
        buf_addz(&text, i ? ", " : "");
        add_process(&text, holders.pids[i]);
    }
    return holders.n ? buf_str(&text) : STR_EMPTY;
}
