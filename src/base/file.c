#include "base/file.h"

#include "base/mem.h"
#include "base/uuid.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* There are two strerror_r: glibc's gives the text, which need not be in the buffer; POSIX's fills the buffer. */
static const char *text_of_pointer(const char *result, const char *buffer)
{
    (void)buffer;
    return result;
}

static const char *text_of_int(int result, const char *buffer)
{
    return result == 0 ? buffer : "unknown error";
}

#define ERROR_TEXT(result) _Generic((result), char * : text_of_pointer, default : text_of_int)

Str file_error(Arena *arena, int code)
{
    char text[128];
    return str_dup(
        arena, str_from(ERROR_TEXT(strerror_r(code, text, sizeof text))(strerror_r(code, text, sizeof text), text)));
}

static bool fail(Arena *arena, Str *error, int code)
{
    *error = file_error(arena, code);
    return false;
}

/* ---- reading ---- */

bool file_read(Arena *arena, const char *path, Str *text, Str *error)
{
    *text = STR_EMPTY;
    /* O_NONBLOCK: opening a pipe that nobody writes to would wait for ever. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail(arena, error, errno);
    struct stat info;
    if (fstat(fd, &info) != 0) {
        int code = errno;
        close(fd);
        return fail(arena, error, code);
    }
    if (!S_ISREG(info.st_mode)) {
        close(fd);
        *error = S_ISDIR(info.st_mode) ? STR("this is a folder, not a file") : STR("this is not a regular file");
        return false;
    }
    /* One byte more than the size shows the end of the file in the same read; a file may also grow, or have no size as
     * those in /proc. */
    size_t cap = (size_t)info.st_size + 2, len = 0;
    char *bytes = arena_alloc(arena, cap);
    for (;;) {
        ssize_t n = read(fd, bytes + len, cap - len - 1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            int code = errno;
            close(fd);
            return fail(arena, error, code);
        }
        len += (size_t)n;
        /* Less than asked for, and as much as the file should hold: its end, without asking again. */
        if (n == 0 || (len < cap - 1 && len == (size_t)info.st_size)) break;
        if (len == cap - 1) {
            size_t more = cap < 4096 ? 4096 : cap * 2;
            bytes = arena_grow(arena, bytes, cap, more);
            cap = more;
        }
    }
    close(fd);
    bytes[len] = 0;
    *text = str_n(bytes, len);
    return true;
}

bool file_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool file_is_regular(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool file_make_dirs(Arena *arena, const char *path, Str *error)
{
    if (path[0] == 0 || file_is_dir(path)) return true;
    char *text = arena_copy(arena, path, strlen(path) + 1);
    for (char *at = text + 1;; at++) {
        if (*at != '/' && *at != 0) continue;
        char was = *at;
        *at = 0;
        if (mkdir(text, 0777) != 0 && errno != EEXIST) return fail(arena, error, errno);
        *at = was;
        if (!was) break;
    }
    if (!file_is_dir(path)) return fail(arena, error, ENOTDIR);
    return true;
}

/* ---- writing aside ---- */

struct FileWriter {
    int fd;
    int code; /* errno of the first failure */
    char *path, *aside; /* heap */
    char *pending; /* small pieces gather here */
    size_t pending_len;
};

enum { WRITER_BUFFER = 1 << 16 };

static char *heap_copy(const char *text, size_t len)
{
    char *copy = mem_alloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = 0;
    return copy;
}

static void writer_free(FileWriter *writer)
{
    mem_free(writer->path);
    mem_free(writer->aside);
    mem_free(writer->pending);
    mem_free(writer);
}

FileWriter *file_writer_open(Arena *arena, const char *path, Str *error)
{
    /* A link stays a link: what it points to is replaced. */
    char *real = NULL;
    struct stat info;
    if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode)) real = realpath(path, NULL);
    if (real) path = real;

    FileWriter *writer = NULL;
    Str folder = path_dir(str_from(path));
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        fail(arena, error, EISDIR);
    } else if (folder.len == 0 || file_make_dirs(arena, str_c(arena, folder), error)) {
        writer = mem_zalloc(sizeof *writer);
        writer->path = heap_copy(path, strlen(path));
        uint64_t random;
        random_bytes(&random, sizeof random);
        Str base = str_slice(path_base(str_from(path)), 0, 200); /* room for the rest within the 255 of a name */
        Str aside = str_fmt(arena, "%.*s%s.%.*s.%ld-%016llx.tmp", STR_ARG(folder), folder.len ? "/" : "", STR_ARG(base),
                            (long)getpid(), (unsigned long long)random);
        writer->aside = heap_copy(aside.ptr, aside.len);
        writer->fd = open(writer->aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (writer->fd < 0) {
            fail(arena, error, errno);
            writer_free(writer);
            writer = NULL;
        } else {
            flock(writer->fd, LOCK_EX | LOCK_NB); /* tells file_sweep_aside that somebody is at work */
            if (stat(path, &info) == 0 && fchmod(writer->fd, info.st_mode & 07777) != 0) writer->code = errno;
            writer->pending = mem_alloc(WRITER_BUFFER);
        }
    }
    free(real);
    return writer;
}

static void write_all(FileWriter *writer, Str text)
{
    while (text.len && !writer->code) {
        ssize_t n = write(writer->fd, text.ptr, text.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            writer->code = errno;
            return;
        }
        text = str_from_index(text, (size_t)n);
    }
}

static void flush(FileWriter *writer)
{
    write_all(writer, str_n(writer->pending, writer->pending_len));
    writer->pending_len = 0;
}

bool file_writer_write(FileWriter *writer, Str piece)
{
    if (piece.len >= WRITER_BUFFER - writer->pending_len) flush(writer);
    if (piece.len >= WRITER_BUFFER) {
        write_all(writer, piece);
    } else if (piece.len) {
        memcpy(writer->pending + writer->pending_len, piece.ptr, piece.len);
        writer->pending_len += piece.len;
    }
    return writer->code == 0;
}

/* The rename itself must reach the disk too: that is a change of the folder. */
static void sync_folder(FileWriter *writer)
{
    Str folder = path_dir(str_from(writer->path));
    char *name = folder.len ? heap_copy(folder.ptr, folder.len) : heap_copy(".", 1);
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        /* Some file systems cannot sync a folder and say EINVAL: then there is nothing more to do. */
        if (fsync(fd) != 0 && errno != EINVAL) writer->code = errno;
        close(fd);
    }
    mem_free(name);
}

bool file_writer_commit(Arena *arena, FileWriter *writer, unsigned flags, Str *error)
{
    flush(writer);
    if (!writer->code && (flags & FILE_DURABLE) && fsync(writer->fd) != 0) writer->code = errno;
    if (close(writer->fd) != 0 && !writer->code) writer->code = errno;
    if (!writer->code && rename(writer->aside, writer->path) != 0) writer->code = errno;
    if (writer->code)
        unlink(writer->aside);
    else if (flags & FILE_DURABLE)
        sync_folder(writer);
    bool well = writer->code == 0;
    if (!well) fail(arena, error, writer->code);
    writer_free(writer);
    return well;
}

void file_writer_abandon(FileWriter *writer)
{
    if (!writer) return;
    close(writer->fd);
    unlink(writer->aside);
    writer_free(writer);
}

/* ".name.4711-0123456789abcdef.tmp" -> 4711; 0 if it is no such name. */
static long aside_pid(Str name)
{
    enum { RANDOM_DIGITS = 16 };
    const Str suffix = STR(".tmp");
    if (name.len < 2 || name.ptr[0] != '.' || !str_ends(name, suffix)) return 0;
    name = str_slice(name, 0, name.len - suffix.len);
    size_t dash = name.len - RANDOM_DIGITS - 1, dot;
    if (name.len <= RANDOM_DIGITS + 1 || name.ptr[dash] != '-') return 0;
    for (size_t i = dash + 1; i < name.len; i++)
        if (!isxdigit((unsigned char)name.ptr[i])) return 0;
    for (dot = dash; dot && name.ptr[dot - 1] >= '0' && name.ptr[dot - 1] <= '9'; dot--) {}
    int64_t pid;
    if (!dot || name.ptr[dot - 1] != '.' || !str_to_int(str_slice(name, dot, dash), &pid)) return 0;
    return pid > 0 && pid <= INT32_MAX ? (long)pid : 0;
}

/* Nobody writes it any more: its process is gone, and so is the lock (which counts across containers and hosts). */
static bool is_abandoned(const char *path, long pid)
{
    if (kill((pid_t)pid, 0) == 0 || errno != ESRCH) return false;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return false;
    bool free_now = flock(fd, LOCK_EX | LOCK_NB) == 0;
    close(fd);
    return free_now;
}

size_t file_sweep_aside(Arena *arena, const char *folder, bool below)
{
    DirEntries entries = {0};
    DirOptions options = {.flags = DIR_HIDDEN | (below ? 0 : DIR_FLAT)};
    Str ignored;
    size_t removed = 0;
    if (!dir_walk(arena, folder, &options, &entries, &ignored)) return 0;
    for (size_t i = 0; i < entries.n; i++) {
        long pid = entries.at[i].kind == DIR_FILE ? aside_pid(path_base(entries.at[i].path)) : 0;
        if (!pid) continue;
        const char *path = str_c(arena, path_join(arena, str_from(folder), entries.at[i].path));
        if (is_abandoned(path, pid) && unlink(path) == 0) removed++;
    }
    return removed;
}

bool file_write_aside(Arena *arena, const char *path, Str text, unsigned flags, Str *error)
{
    FileWriter *writer = file_writer_open(arena, path, error);
    if (!writer) return false;
    file_writer_write(writer, text);
    return file_writer_commit(arena, writer, flags, error);
}

/* ---- removing ---- */

/* Removes what is in the folder `fd` (which it closes); gives 0 or errno of the first failure, after trying all. */
static int empty_folder(int fd, unsigned depth)
{
    enum { DEEPEST = 512 }; /* one descriptor a level */
    if (depth > DEEPEST) {
        close(fd);
        return ELOOP;
    }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int failed = errno;
        close(fd);
        return failed;
    }
    int code = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        struct stat info;
        int failed = 0;
        if (fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
            failed = errno == ENOENT ? 0 : errno;
        } else if (S_ISDIR(info.st_mode)) {
            int inner = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            failed = inner < 0 ? errno : empty_folder(inner, depth + 1);
            if (unlinkat(fd, name, AT_REMOVEDIR) == 0)
                failed = 0;
            else if (!failed)
                failed = errno;
        } else if (unlinkat(fd, name, 0) != 0) {
            failed = errno;
        }
        if (failed && !code) code = failed;
    }
    closedir(dir);
    return code;
}

bool file_remove_tree(Arena *arena, const char *root, const char *path, Str *error)
{
    if (!file_exists(path)) return true;
    Str whole = path_absolute(arena, str_from(path)), name = path_base(whole);
    char *real_root = realpath(root, NULL);
    char *real_parent = realpath(str_c(arena, path_dir(whole)), NULL);
    bool allowed = real_root && real_parent && name.len > 0;
    if (allowed) {
        Str resolved = path_join(arena, str_from(real_parent), name);
        allowed = path_below(resolved, str_from(real_root)) && !str_eq(resolved, str_from(real_root));
    }
    int code = 0;
    if (allowed) {
        int parent = open(real_parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct stat info;
        if (parent < 0 || fstatat(parent, name.ptr, &info, AT_SYMLINK_NOFOLLOW) != 0) {
            code = errno;
        } else if (S_ISDIR(info.st_mode)) {
            int fd = openat(parent, name.ptr, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            code = fd < 0 ? errno : empty_folder(fd, 0);
            if (!code && unlinkat(parent, name.ptr, AT_REMOVEDIR) != 0) code = errno;
        } else if (unlinkat(parent, name.ptr, 0) != 0) {
            code = errno;
        }
        if (parent >= 0) close(parent);
    }
    free(real_root);
    free(real_parent);
    if (!allowed) {
        *error = str_fmt(arena, "it does not lie below %s", root);
        return false;
    }
    return code ? fail(arena, error, code) : true;
}
