#include "base/untar.h"

#include "base/file.h"
#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 512, ENTRIES = 200000 };

typedef struct Link {
    Str name, target;
} Link;

typedef struct Untar {
    Arena *arena;
    Str archive;
    const char *folder;
    size_t at;
    Str long_name, long_link; /* for the next entry; empty: none */
    VEC(Link) links;
    size_t entries;
    Str *error;
} Untar;

static bool refuse(Untar *u, const char *what, Str name)
{
    *u->error = str_fmt(u->arena, "%s: '%.*s'", what, STR_ARG(name));
    return false;
}

static bool system_refuses(Untar *u, Str name)
{
    *u->error = str_fmt(u->arena, "cannot write '%.*s': %.*s", STR_ARG(name), STR_ARG(file_error(u->arena, errno)));
    return false;
}

/* A field of the header up to its NUL. */
static Str field(Str header, size_t at, size_t size)
{
    Str text = str_slice(header, at, at + size);
    size_t end = str_find_char(text, 0, 0);
    return end == STR_NPOS ? text : str_slice(text, 0, end);
}

/* Octal, as tar writes numbers; the binary form is for files above 8 GiB, which no package holds. */
static bool read_size(Str header, size_t at, size_t size, uint64_t *value)
{
    Str text = str_trim(field(header, at, size));
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '7' || *value > UINT64_MAX / 16) return false;
        *value = *value * 8 + (uint64_t)(text.ptr[i] - '0');
    }
    return true;
}

static bool good_checksum(Str header)
{
    uint64_t wanted, sum = 0;
    if (!read_size(header, 148, 8, &wanted)) return false;
    for (size_t i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? ' ' : (unsigned char)header.ptr[i];
    return sum == wanted;
}

/* Relative and without `..`; comes back without `.` and doubled slashes. */
static bool safe_name(Untar *u, Str name, Str *clean)
{
    Str rest = name, part;
    if (!name.len || name.ptr[0] == '/' || str_find_char(name, '\\', 0) != STR_NPOS)
        return refuse(u, "the archive holds a path that is not below its folder", name);
    while (str_split_next(&rest, '/', &part))
        if (str_eq(part, STR(".."))) return refuse(u, "the archive holds a path that is not below its folder", name);
    *clean = path_normal(u->arena, name);
    return true;
}

/* Makes the folders of a path, none of which may be a link. */
static bool make_folders(Untar *u, Str name)
{
    for (size_t at = 0; at <= name.len; at++) {
        if (at < name.len && name.ptr[at] != '/') continue;
        Str part = str_slice(name, 0, at), path = path_join(u->arena, str_from(u->folder), part);
        struct stat s;
        if (!part.len) continue;
        if (lstat(path.ptr, &s) == 0) {
            if (!S_ISDIR(s.st_mode)) return refuse(u, "the archive holds a file and a folder of one name", part);
        } else if (mkdir(path.ptr, 0755)) {
            return system_refuses(u, part);
        }
    }
    return true;
}

static bool write_file(Untar *u, Str name, Str bytes, bool runnable)
{
    Str path = path_join(u->arena, str_from(u->folder), name);
    if (!make_folders(u, path_dir(name))) return false;
    unlink(path.ptr); /* the last entry of a name wins; a folder stays and makes the next call fail */
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, runnable ? 0755 : 0644);
    if (fd < 0) return system_refuses(u, name);
    bool ok = true;
    for (size_t done = 0; done < bytes.len && ok;) {
        ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
        if (n < 0 && errno == EINTR) continue;
        ok = n > 0;
        if (ok) done += (size_t)n;
    }
    ok = close(fd) == 0 && ok;
    return ok || system_refuses(u, name);
}

/* Up as far as its own folder allows, then only down: what it leads to is inside, whatever other links do. */
static bool safe_link(Str name, Str target)
{
    size_t depth = 0, up = 0;
    bool down = false;
    for (size_t i = 0; i < name.len; i++) depth += name.ptr[i] == '/';
    if (!target.len || target.ptr[0] == '/') return false;
    Str rest = target, part;
    while (str_split_next(&rest, '/', &part)) {
        if (!part.len || str_eq(part, STR("."))) continue;
        bool climbs = str_eq(part, STR(".."));
        if (climbs && down) return false;
        up += climbs;
        down = down || !climbs;
    }
    return up <= depth;
}

static bool make_links(Untar *u)
{
    for (size_t i = 0; i < u->links.n; i++) {
        Link link = u->links.at[i];
        if (!safe_link(link.name, link.target))
            return refuse(u, "the archive holds a link that leads out of its folder", link.name);
        if (!make_folders(u, path_dir(link.name))) return false;
        Str path = path_join(u->arena, str_from(u->folder), link.name);
        if (symlink(str_c(u->arena, link.target), path.ptr)) return system_refuses(u, link.name);
    }
    return true;
}

/* "27 path=some/long/name\n": the two keys that matter here. */
static bool read_pax(Untar *u, Str text)
{
    while (text.len) {
        size_t blank = str_find_char(text, ' ', 0), equals = str_find_char(text, '=', 0);
        int64_t length;
        if (blank == STR_NPOS || equals == STR_NPOS || equals < blank ||
            !str_to_int(str_slice(text, 0, blank), &length) || length <= (int64_t)equals || (uint64_t)length > text.len)
            return refuse(u, "the archive is broken", STR("pax header"));
        Str key = str_slice(text, blank + 1, equals), value = str_slice(text, equals + 1, (size_t)length - 1);
        if (str_eq(key, STR("path"))) u->long_name = value;
        if (str_eq(key, STR("linkpath"))) u->long_link = value;
        text = str_from_index(text, (size_t)length);
    }
    return true;
}

static bool take_entry(Untar *u, Str header, Str bytes, bool runnable)
{
    char type = header.ptr[156];
    switch (type) {
    case 'x': return read_pax(u, bytes);
    case 'g': return true; /* about the archive as a whole: GitHub's commit */
    case 'L': u->long_name = field(bytes, 0, bytes.len); return true;
    case 'K': u->long_link = field(bytes, 0, bytes.len); return true;
    default: break;
    }
    Str prefix = str_starts(str_slice(header, 257, 263), STR("ustar")) ? field(header, 345, 155) : STR_EMPTY;
    Str name = u->long_name.len ? u->long_name : field(header, 0, 100);
    if (!u->long_name.len && prefix.len) name = str_fmt(u->arena, "%.*s/%.*s", STR_ARG(prefix), STR_ARG(name));
    Str link = u->long_link.len ? u->long_link : field(header, 157, 100);
    u->long_name = u->long_link = STR_EMPTY;
    if (++u->entries > ENTRIES) return refuse(u, "the archive holds too many files", name);
    bool folder = type == '5' || (name.len && name.ptr[name.len - 1] == '/' && type != '2');
    if (!safe_name(u, name, &name)) return false;
    if (str_eq(name, STR("."))) return true;
    if (folder) return make_folders(u, name);
    if (type == '0' || type == 0 || type == '7') return write_file(u, name, bytes, runnable);
    if (type != '2') return refuse(u, "the archive holds something that is no file, folder or link", name);
    Link made = {name, link};
    vec_push(u->arena, &u->links, made);
    return true;
}

bool untar(Arena *arena, Str archive, const char *folder, Str *error)
{
    Untar u = {.arena = arena,
               .archive = archive,
               .folder = folder,
               .error = error,
               .long_name = STR_EMPTY,
               .long_link = STR_EMPTY};
    bool any = false, ended = false;
    while (u.at + BLOCK <= archive.len) {
        Str header = str_slice(archive, u.at, u.at + BLOCK);
        u.at += BLOCK;
        ended = header.ptr[0] == 0;
        if (ended) break;
        uint64_t size, mode;
        if (!good_checksum(header) || !read_size(header, 124, 12, &size))
            return refuse(&u, "this is no tar archive, or a broken one", field(header, 0, 100));
        if (size > archive.len - u.at)
            return refuse(&u, "the archive ends in the middle of a file", field(header, 0, 100));
        if (!read_size(header, 100, 8, &mode)) mode = 0;
        if (!take_entry(&u, header, str_slice(archive, u.at, u.at + size), mode & 0111)) return false;
        u.at += (size + BLOCK - 1) / BLOCK * BLOCK;
        any = true;
    }
    if (!any) return refuse(&u, "this is no tar archive, or an empty one", STR_EMPTY);
    if (!ended) return refuse(&u, "the archive is cut off", STR("its end is missing"));
    return make_links(&u);
}
