#include "base/str.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

Str str_from(const char *cstring)
{
    return cstring ? (Str){cstring, strlen(cstring)} : STR_EMPTY;
}

Str str_n(const char *ptr, size_t len)
{
    return (Str){ptr, len};
}

static char lower_char(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char upper_char(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower_char(a.ptr[i]) != lower_char(b.ptr[i])) return false;
    return true;
}

int str_cmp(Str a, Str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (c) return c;
    return a.len < b.len ? -1 : a.len > b.len;
}

uint64_t str_hash(Str s)
{
    return XXH3_64bits(s.len ? s.ptr : "", s.len);
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_n(s.ptr, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_n(s.ptr + s.len - suffix.len, suffix.len), suffix);
}

Str str_slice(Str s, size_t from, size_t to)
{
    if (to > s.len) to = s.len;
    if (from > to) from = to;
    return str_n(s.ptr + from, to - from);
}

Str str_from_index(Str s, size_t from)
{
    return str_slice(s, from, s.len);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim_left(Str s)
{
    while (s.len && is_space(s.ptr[0])) s.ptr++, s.len--;
    return s;
}

Str str_trim_right(Str s)
{
    while (s.len && is_space(s.ptr[s.len - 1])) s.len--;
    return s;
}

Str str_trim(Str s)
{
    return str_trim_left(str_trim_right(s));
}

size_t str_find(Str s, Str needle, size_t from)
{
    if (from > s.len || needle.len > s.len - from) return STR_NPOS;
    if (needle.len == 0) return from;
    const char *hit = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return hit ? (size_t)(hit - s.ptr) : STR_NPOS;
}

size_t str_find_char(Str s, char c, size_t from)
{
    if (from >= s.len) return STR_NPOS;
    const char *hit = memchr(s.ptr + from, c, s.len - from);
    return hit ? (size_t)(hit - s.ptr) : STR_NPOS;
}

size_t str_rfind_char(Str s, char c)
{
    for (size_t i = s.len; i > 0; i--)
        if (s.ptr[i - 1] == c) return i - 1;
    return STR_NPOS;
}

bool str_split_next(Str *rest, char separator, Str *piece)
{
    if (!rest->ptr) return false;
    size_t at = str_find_char(*rest, separator, 0);
    if (at == STR_NPOS) {
        *piece = *rest;
        *rest = (Str){NULL, 0};
    } else {
        *piece = str_slice(*rest, 0, at);
        *rest = str_from_index(*rest, at + 1);
    }
    return true;
}

bool str_to_int(Str s, int64_t *value)
{
    char text[32];
    if (s.len == 0 || s.len >= sizeof text || is_space(s.ptr[0])) return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (errno || end != text + s.len) return false;
    *value = n;
    return true;
}

bool str_to_double(Str s, double *value)
{
    char text[512];
    if (s.len == 0 || s.len >= sizeof text || is_space(s.ptr[0])) return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    char *end;
    double n = strtod(text, &end);
    if (end != text + s.len) return false;
    *value = n;
    return true;
}

static char *new_text(Arena *arena, size_t len)
{
    char *text = arena_alloc(arena, len + 1);
    text[len] = 0;
    return text;
}

Str str_dup(Arena *arena, Str s)
{
    char *text = new_text(arena, s.len);
    if (s.len) memcpy(text, s.ptr, s.len);
    return str_n(text, s.len);
}

const char *str_c(Arena *arena, Str s)
{
    return str_dup(arena, s).ptr;
}

Str str_cat(Arena *arena, Str a, Str b)
{
    char *text = new_text(arena, a.len + b.len);
    if (a.len) memcpy(text, a.ptr, a.len);
    if (b.len) memcpy(text + a.len, b.ptr, b.len);
    return str_n(text, a.len + b.len);
}

/* Formats that join texts, which most are, need none of what printf can: it takes several times as long for them. A walk
 * through one gives its pieces, one a call; false at its end, and with `other` set at anything but text, %s and %.*s. */
static bool next_piece(const char **format, va_list *args, Str *piece, bool *other)
{
    const char *at = *format;
    if (!*at) return false;
    if (*at != '%') {
        const char *end = at;
        while (*end && *end != '%') end++;
        *piece = str_n(at, (size_t)(end - at));
        *format = end;
    } else if (at[1] == '.' && at[2] == '*' && at[3] == 's') {
        int most = va_arg(*args, int);
        const char *text = va_arg(*args, const char *);
        if ((*other = most < 0)) return false;
        *piece = most ? str_n(text, strnlen(text, (size_t)most)) : STR_EMPTY;
        *format = at + 4;
    } else if (at[1] == 's') {
        *piece = str_from(va_arg(*args, const char *));
        *format = at + 2;
    } else {
        *other = true;
        return false;
    }
    return true;
}

/* The length of what a format of texts gives; STR_NPOS if it is another one. */
static size_t joined_length(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t length = 0;
    bool other = false;
    for (Str piece; next_piece(&format, &again, &piece, &other);) length += piece.len;
    va_end(again);
    return other ? STR_NPOS : length;
}

static void join_pieces(char *at, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    bool other = false;
    for (Str piece; next_piece(&format, &again, &piece, &other); at += piece.len)
        if (piece.len) memcpy(at, piece.ptr, piece.len);
    va_end(again);
}

Str str_vfmt(Arena *arena, const char *format, va_list args)
{
    size_t length = joined_length(format, args);
    if (length != STR_NPOS) {
        char *joined = new_text(arena, length);
        join_pieces(joined, format, args);
        return str_n(joined, length);
    }
    char short_text[256];
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(short_text, sizeof short_text, format, args);
    INVARIANT(n >= 0);
    char *text = new_text(arena, (size_t)n);
    if ((size_t)n < sizeof short_text)
        memcpy(text, short_text, (size_t)n);
    else
        vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return str_n(text, (size_t)n);
}

Str str_fmt(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str s = str_vfmt(arena, format, args);
    va_end(args);
    return s;
}

Str str_lower(Arena *arena, Str s)
{
    char *text = new_text(arena, s.len);
    for (size_t i = 0; i < s.len; i++) text[i] = lower_char(s.ptr[i]);
    return str_n(text, s.len);
}

Str str_upper(Arena *arena, Str s)
{
    char *text = new_text(arena, s.len);
    for (size_t i = 0; i < s.len; i++) text[i] = upper_char(s.ptr[i]);
    return str_n(text, s.len);
}

Str str_replace(Arena *arena, Str s, Str old, Str with)
{
    if (old.len == 0) return str_dup(arena, s);
    Buf out;
    buf_init(&out, arena);
    size_t at = 0;
    for (size_t hit; (hit = str_find(s, old, at)) != STR_NPOS; at = hit + old.len) {
        buf_add(&out, str_slice(s, at, hit));
        buf_add(&out, with);
    }
    buf_add(&out, str_from_index(s, at));
    return buf_str(&out);
}

Str str_join(Arena *arena, const Str *pieces, size_t count, Str separator)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) len += pieces[i].len + (i ? separator.len : 0);
    char *text = new_text(arena, len), *at = text;
    for (size_t i = 0; i < count; i++) {
        if (i && separator.len) {
            memcpy(at, separator.ptr, separator.len);
            at += separator.len;
        }
        if (pieces[i].len) memcpy(at, pieces[i].ptr, pieces[i].len);
        at += pieces[i].len;
    }
    return str_n(text, len);
}

void buf_init(Buf *buf, Arena *arena_or_null)
{
    *buf = (Buf){.arena = arena_or_null};
}

void buf_release(Buf *buf)
{
    if (!buf->arena) mem_free(buf->ptr);
    buf->ptr = NULL;
    buf->len = buf->cap = 0;
}

void buf_clear(Buf *buf)
{
    buf->len = 0;
}

void buf_grow(Buf *buf, size_t more)
{
    size_t cap = buf->cap ? buf->cap * 2 : 64;
    while (cap - buf->len <= more) {
        if (cap > SIZE_MAX / 2) mem_exhausted(more);
        cap *= 2;
    }
    buf->ptr = buf->arena ? arena_grow(buf->arena, buf->ptr, buf->cap, cap) : mem_realloc(buf->ptr, cap);
    buf->cap = cap;
}

void buf_vaddf(Buf *buf, const char *format, va_list args)
{
    size_t length = joined_length(format, args);
    if (length != STR_NPOS) {
        buf_reserve(buf, length);
        join_pieces(buf->ptr + buf->len, format, args);
        buf->len += length;
        return;
    }
    va_list again;
    va_copy(again, args);
    buf_reserve(buf, 127);
    size_t room = buf->cap - buf->len;
    int n = vsnprintf(buf->ptr + buf->len, room, format, args);
    INVARIANT(n >= 0);
    if ((size_t)n >= room) {
        buf_reserve(buf, (size_t)n);
        vsnprintf(buf->ptr + buf->len, (size_t)n + 1, format, again);
    }
    va_end(again);
    buf->len += (size_t)n;
}

void buf_addf(Buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vaddf(buf, format, args);
    va_end(args);
}

Str buf_str(Buf *buf)
{
    buf_reserve(buf, 0);
    buf->ptr[buf->len] = 0;
    return str_n(buf->ptr, buf->len);
}
