/* Files and paths: reading whole files, writing them so that readers see the old or the new one, walking folders.
 *
 * Paths are slices in the system's own bytes with '/' between parts; results belong to the arena given. Functions that
 * can fail return success and put one sentence without a full stop into *error ("No such file or directory"), without
 * the path: the caller knows it and has the span to report it at.
 * Thread rule: any thread, each with its own arena; no function depends on the working folder except for relative
 * paths, and none changes it. */
#ifndef CDBT_BASE_FILE_H
#define CDBT_BASE_FILE_H

#include "base/str.h"
#include "base/vec.h"

/* What the system says about an errno. */
Str file_error(Arena *arena, int code);

/* ---- whole files ---- */

/* Reads a regular file; the text is followed by a NUL that is not counted. A folder, a pipe or a device is refused. */
bool file_read(Arena *arena, const char *path, Str *text, Str *error);

enum { FILE_DURABLE = 1 /* fsync the file and its folder: survives a power cut */ };
/* Writes `text` under a temporary name in the same folder, which is made if need be, and renames it to `path`: the
 * file is the old one or the new one, never a part. An existing file keeps its permissions. On failure nothing is left
 * behind. The arena holds the error and temporary paths only. */
bool file_write_aside(Arena *arena, const char *path, Str text, unsigned flags, Str *error);

/* The same for texts that are not in memory as a whole: open, write in pieces (a JsonSink may do that), then commit or
 * abandon; one of the two must be called. A failed write is remembered and makes the commit fail. */
typedef struct FileWriter FileWriter;
FileWriter *file_writer_open(Arena *arena, const char *path, Str *error); /* NULL on failure */
bool file_writer_write(FileWriter *writer, Str piece);
bool file_writer_commit(Arena *arena, FileWriter *writer, unsigned flags, Str *error); /* frees the writer */
void file_writer_abandon(FileWriter *writer); /* frees the writer; NULL is fine */

/* Removes what writers that were killed left aside in `folder`, or in all folders below it too; gives how many files. What
 * a live process writes is left alone. */
size_t file_sweep_aside(Arena *arena, const char *folder, bool below);

bool file_exists(const char *path); /* anything at all, also a dangling link */
bool file_is_dir(const char *path); /* follows links */
bool file_is_regular(const char *path); /* follows links */
bool file_make_dirs(Arena *arena, const char *path, Str *error); /* with parents; fine if it exists already */

/* Removes `path` and all below it. Links are removed, never followed. Refused unless `path`, after resolving links in
 * its parents, lies below `root` (and is not root itself). Fine if there is nothing at `path`. */
bool file_remove_tree(Arena *arena, const char *root, const char *path, Str *error);

/* ---- paths ---- */

Str path_join(Arena *arena, Str a, Str b); /* b alone if it is absolute */
Str path_normal(Arena *arena,
                Str path); /* without '.', '..' (where possible), doubled and trailing '/'; "." if empty */
/* `path` as seen from the folder `base`; both absolute or both relative to the same folder. */
Str path_relative(Arena *arena, Str path, Str base);
Str path_absolute(Arena *arena, Str path); /* normal, from the working folder; resolves no links */
bool path_is_absolute(Str path);
bool path_below(Str path, Str folder); /* by text: both normal; a folder is below itself */
Str path_base(Str path); /* "a/b.sql" -> "b.sql" */
Str path_dir(Str path); /* "a/b.sql" -> "a"; "b.sql" -> "" */
Str path_stem(Str path); /* "a/b.c.sql" -> "b.c" */
Str path_ext(Str path); /* "a/b.c.sql" -> ".sql"; "a/.x" -> "" */

/* ---- walking ---- */

typedef enum DirKind { DIR_FILE, DIR_FOLDER, DIR_OTHER /* socket, pipe, dangling link */ } DirKind;

typedef struct DirEntry {
    Str path; /* relative to the root that was walked, NUL-terminated */
    DirKind kind; /* of what a link points to */
    uint64_t size; /* these two only with DIR_STAT */
    int64_t mtime_ns; /* since 1970 */
} DirEntry;

typedef VEC(DirEntry) DirEntries;

enum {
    DIR_HIDDEN = 1, /* also entries whose name begins with a dot */
    DIR_FOLDERS = 2, /* list folders too, before what they hold */
    DIR_STAT = 4, /* fill in size and mtime */
    DIR_FLAT = 8, /* do not descend */
};

typedef struct DirOptions {
    unsigned flags;
    /* Called for each folder before it is entered; false leaves it out. NULL enters all. */
    bool (*enter)(void *context, Str path);
    void *context;
} DirOptions;

/* Lists what is below `root`, sorted by the bytes of the path. Linked folders are entered unless that would lead into a
 * folder that is being walked already. A folder that cannot be read makes the walk fail, after listing the others;
 * a missing root is a failure too. */
bool dir_walk(Arena *arena, const char *root, const DirOptions *options_or_null, DirEntries *entries, Str *error);

#endif
