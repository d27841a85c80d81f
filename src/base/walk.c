#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Links to folders may fan out (each of two links leading to a folder with two links …): beyond this many on one path
 * the walk refuses, before it takes for ever. */
enum { LINKS_DEEP = 8, PATH_LONGEST = 4096 };

typedef struct Level {
    const struct Level *above;
    dev_t device;
    ino_t inode;
} Level;

typedef struct Name {
    Str name;
    DirKind kind;
    bool linked;
    uint64_t size;
    int64_t mtime_ns;
} Name;

typedef VEC(Name) Names;

typedef struct Walk {
    Arena *arena;
    int root;
    DirOptions options;
    DirEntries *entries;
    Str *error;
    bool failed;
} Walk;

static void fail(Walk *walk, Str path, Str what)
{
    if (!walk->failed)
        *walk->error = path.len ? str_fmt(walk->arena, "%.*s: %.*s", STR_ARG(path), STR_ARG(what)) : what;
    walk->failed = true;
}

static void fail_code(Walk *walk, Str path, int code)
{
    fail(walk, path, file_error(walk->arena, code));
}

/* Orders as the whole paths will be ordered: what a folder holds is compared from the '/' after its name on. */
static int by_path(const void *left, const void *right)
{
    const Name *a = left, *b = right;
    size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
    int c = memcmp(a->name.ptr, b->name.ptr, n);
    if (c) return c;
    /* Names of one folder differ, so at most one of the two ends here. */
    unsigned char next_a = a->name.len > n ? (unsigned char)a->name.ptr[n] : a->kind == DIR_FOLDER ? '/' : 0;
    unsigned char next_b = b->name.len > n ? (unsigned char)b->name.ptr[n] : b->kind == DIR_FOLDER ? '/' : 0;
    return (int)next_a - (int)next_b;
}

static int by_entry_path(const void *left, const void *right)
{
    const DirEntry *a = left, *b = right;
    return str_cmp(a->path, b->path);
}

static bool is_sorted(const DirEntries *entries)
{
    for (size_t i = 1; i < entries->n; i++)
        if (by_entry_path(&entries->at[i - 1], &entries->at[i]) > 0) return false;
    return true;
}

static int64_t mtime_of(const struct stat *info)
{
#ifdef __APPLE__
    return (int64_t)info->st_mtimespec.tv_sec * 1000000000 + info->st_mtimespec.tv_nsec;
#else
    return (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
#endif
}

static void read_names(Walk *walk, DIR *dir, Names *names)
{
    for (struct dirent *entry; (entry = readdir(dir));) {
        Str name = str_from(entry->d_name);
        if (str_eq(name, STR(".")) || str_eq(name, STR(".."))) continue;
        if (name.ptr[0] == '.' && !(walk->options.flags & DIR_HIDDEN)) continue;
        Name found = {.kind = DIR_OTHER, .linked = entry->d_type == DT_LNK};
        if (entry->d_type == DT_REG) found.kind = DIR_FILE;
        if (entry->d_type == DT_DIR) found.kind = DIR_FOLDER;
        bool unknown = entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
        if (unknown || (walk->options.flags & DIR_STAT)) {
            struct stat info;
            if (fstatat(dirfd(dir), entry->d_name, &info, 0) == 0) {
                if (unknown)
                    found.kind = S_ISREG(info.st_mode) ? DIR_FILE : S_ISDIR(info.st_mode) ? DIR_FOLDER : DIR_OTHER;
                found.size = (uint64_t)info.st_size;
                found.mtime_ns = mtime_of(&info);
            }
            struct stat own;
            if (entry->d_type == DT_UNKNOWN && fstatat(dirfd(dir), entry->d_name, &own, AT_SYMLINK_NOFOLLOW) == 0)
                found.linked = S_ISLNK(own.st_mode);
        }
        found.name = str_dup(walk->arena, name);
        vec_push(walk->arena, names, found);
    }
}

static void walk_folder(Walk *walk, Str path, const Level *above, unsigned links)
{
    /* Always opened from the root and closed before going down: depth costs no descriptors. */
    int fd = path.len ? openat(walk->root, path.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : dup(walk->root);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        fail_code(walk, path, errno);
        if (fd >= 0) close(fd);
        return;
    }
    Level level = {above, info.st_dev, info.st_ino};
    if (links)
        for (const Level *at = above; at; at = at->above)
            if (at->device == level.device && at->inode == level.inode) {
                close(fd);
                return;
            }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        fail_code(walk, path, errno);
        close(fd);
        return;
    }
    Names names = {0};
    read_names(walk, dir, &names);
    closedir(dir);
    if (names.n > 1) qsort(names.at, names.n, sizeof *names.at, by_path);

    for (size_t i = 0; i < names.n; i++) {
        const Name *name = &names.at[i];
        Str inner = path.len ? path_join(walk->arena, path, name->name) : name->name;
        if (name->kind != DIR_FOLDER || (walk->options.flags & DIR_FOLDERS))
            vec_push(walk->arena, walk->entries, (DirEntry){inner, name->kind, name->size, name->mtime_ns});
        if (name->kind != DIR_FOLDER || (walk->options.flags & DIR_FLAT)) continue;
        if (walk->options.enter && !walk->options.enter(walk->options.context, inner)) continue;
        if (inner.len >= PATH_LONGEST)
            fail(walk, str_slice(inner, 0, 80), STR("folders are nested too deep"));
        else if (links + name->linked > LINKS_DEEP)
            fail(walk, inner, STR("too many links to folders inside one another"));
        else
            walk_folder(walk, inner, &level, links + name->linked);
    }
}

bool dir_walk(Arena *arena, const char *root, const DirOptions *options, DirEntries *entries, Str *error)
{
    Walk walk = {.arena = arena, .entries = entries, .error = error};
    if (options) walk.options = *options;
    *entries = (DirEntries){0};
    walk.root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (walk.root < 0) {
        fail_code(&walk, STR_EMPTY, errno);
        return false;
    }
    walk_folder(&walk, STR_EMPTY, NULL, 0);
    close(walk.root);
    /* Folders themselves sort before "name.ext", what they hold after it: only then the order above does not suffice. */
    if ((walk.options.flags & DIR_FOLDERS) && !is_sorted(entries))
        qsort(entries->at, entries->n, sizeof *entries->at, by_entry_path);
    return !walk.failed;
}
