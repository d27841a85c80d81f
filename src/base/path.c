#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool path_is_absolute(Str path)
{
    return path.len > 0 && path.ptr[0] == '/';
}

Str path_join(Arena *arena, Str a, Str b)
{
    if (a.len == 0 || path_is_absolute(b)) return str_dup(arena, b);
    if (b.len == 0) return str_dup(arena, a);
    bool slash = a.ptr[a.len - 1] == '/';
    return str_fmt(arena, "%.*s%s%.*s", STR_ARG(a), slash ? "" : "/", STR_ARG(b));
}

Str path_normal(Arena *arena, Str path)
{
    bool absolute = path_is_absolute(path);
    char *text = arena_alloc(arena, path.len + 2);
    size_t len = 0;
    if (absolute) text[len++] = '/';
    size_t floor = len; /* what '..' cannot take away */
    Str rest = path, part;
    while (str_split_next(&rest, '/', &part)) {
        if (part.len == 0 || str_eq(part, STR("."))) continue;
        if (str_eq(part, STR(".."))) {
            if (len > floor) {
                while (len > floor && text[len - 1] != '/') len--;
                if (len > floor) len--; /* the '/' before it */
                continue;
            }
            if (absolute) continue; /* the parent of the root is the root */
        }
        if (len > (absolute ? 1u : 0u)) text[len++] = '/';
        memcpy(text + len, part.ptr, part.len);
        len += part.len;
        if (str_eq(part, STR(".."))) floor = len;
    }
    if (len == 0) text[len++] = '.';
    text[len] = 0;
    return str_n(text, len);
}

Str path_absolute(Arena *arena, Str path)
{
    if (path_is_absolute(path)) return path_normal(arena, path);
    char *here = getcwd(NULL, 0);
    Str whole = str_fmt(arena, "%s/%.*s", here ? here : "", STR_ARG(path));
    free(here);
    return path_normal(arena, whole);
}

bool path_below(Str path, Str folder)
{
    if (str_eq(folder, STR(".")))
        return !path_is_absolute(path) && !str_eq(path, STR("..")) && !str_starts(path, STR("../"));
    if (str_eq(folder, STR("/"))) return path_is_absolute(path);
    return str_starts(path, folder) && (path.len == folder.len || path.ptr[folder.len] == '/');
}

Str path_relative(Arena *arena, Str path, Str base)
{
    path = path_normal(arena, path);
    base = path_normal(arena, base);
    if (path_is_absolute(path) != path_is_absolute(base)) return path;
    if (str_eq(path, base)) return STR(".");
    if (str_eq(base, STR("."))) return path;
    if (str_eq(path, STR("."))) path = STR_EMPTY;
    /* The length of the common leading parts, each with the '/' after it. */
    size_t same = 0;
    for (size_t i = 0;; i++) {
        bool path_ends = i >= path.len, base_ends = i >= base.len;
        if ((path_ends || path.ptr[i] == '/') && (base_ends || base.ptr[i] == '/')) same = i + 1;
        if (path_ends || base_ends || path.ptr[i] != base.ptr[i]) break;
    }
    Str up = same > base.len ? STR_EMPTY : str_from_index(base, same);
    Str down = same > path.len ? STR_EMPTY : str_from_index(path, same);
    if (str_eq(up, STR("..")) || str_starts(up, STR("../"))) return path; /* the way down into base is unknown */
    Buf out;
    buf_init(&out, arena);
    Str part;
    Str rest = up.len ? up : (Str){NULL, 0};
    while (str_split_next(&rest, '/', &part)) buf_addz(&out, out.len ? "/.." : "..");
    if (down.len) {
        if (out.len) buf_addc(&out, '/');
        buf_add(&out, down);
    }
    return buf_str(&out);
}

Str path_base(Str path)
{
    size_t slash = str_rfind_char(path, '/');
    return slash == STR_NPOS ? path : str_from_index(path, slash + 1);
}

Str path_dir(Str path)
{
    size_t slash = str_rfind_char(path, '/');
    if (slash == STR_NPOS) return STR_EMPTY;
    return str_slice(path, 0, slash ? slash : 1);
}

Str path_ext(Str path)
{
    Str name = path_base(path);
    size_t dot = str_rfind_char(name, '.');
    if (dot == STR_NPOS || dot == 0) return str_from_index(path, path.len);
    return str_from_index(name, dot);
}

Str path_stem(Str path)
{
    Str name = path_base(path);
    return str_slice(name, 0, name.len - path_ext(path).len);
}
