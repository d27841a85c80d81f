/* Waiting until files of a folder are saved.
 *
 * What changed is always found by looking at all files (path, size, time); the system's notices (inotify) only tell when to
 * look. Without them the folder is looked at twice a second.
 * Ownership: a FileWatch owns its arenas; the list of changes lives until the next wait. Thread rule: one thread. */
#ifndef CDBT_CLI_WATCH_FILES_H
#define CDBT_CLI_WATCH_FILES_H

#include "base/file.h"

#include <signal.h>

typedef struct FileWatch FileWatch;

/* `leave_out`: folders below root that are not looked at (target, logs, packages), as the program opens them. */
FileWatch *file_watch_new(Str root, const Str *leave_out, size_t count);
void file_watch_free(FileWatch *watch);

typedef struct FileChanges {
    Str *paths; /* relative to root; added, changed and removed ones */
    size_t n;
} FileChanges;

/* Returns when something changed and has been quiet for a moment, or, with false, when *stop is set. */
bool file_watch_wait(FileWatch *watch, volatile sig_atomic_t *stop, FileChanges *changes);

#endif
