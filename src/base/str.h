/* Strings: slices that own nothing and need not end in NUL, and a growing buffer.
 *
 * A Str points into memory of somebody else (a file's text, an arena, a literal) and is valid as long as that is.
 * Functions that make new text take the arena that shall own it first; that text is always followed by a NUL that is
 * not counted, so `.ptr` of their result can be handed to C libraries. Thread rule: pure functions. */
#ifndef CDBT_BASE_STR_H
#define CDBT_BASE_STR_H

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str){(literal), sizeof(literal) - 1})
/* clang-format off */
#define STR_INIT(literal) {(literal), sizeof(literal) - 1} /* for static tables */
/* clang-format on */
#define STR_EMPTY ((Str){"", 0})
/* For printf-like calls: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, (s).ptr

Str str_from(const char *cstring); /* NULL gives the empty string */
Str str_n(const char *ptr, size_t len);

/* Names and keys are short: comparing them is not worth a call. */
static inline bool str_eq(Str a, Str b)
{
    if (a.len != b.len) return false;
    if (a.len > 16) return memcmp(a.ptr, b.ptr, a.len) == 0;
    if (a.len >= 8) { /* the first and the last eight bytes, which may overlap */
        uint64_t x, y, x_end, y_end;
        memcpy(&x, a.ptr, 8);
        memcpy(&y, b.ptr, 8);
        memcpy(&x_end, a.ptr + a.len - 8, 8);
        memcpy(&y_end, b.ptr + b.len - 8, 8);
        return ((x ^ y) | (x_end ^ y_end)) == 0;
    }
    if (a.len >= 4) {
        uint32_t x, y, x_end, y_end;
        memcpy(&x, a.ptr, 4);
        memcpy(&y, b.ptr, 4);
        memcpy(&x_end, a.ptr + a.len - 4, 4);
        memcpy(&y_end, b.ptr + b.len - 4, 4);
        return ((x ^ y) | (x_end ^ y_end)) == 0;
    }
    for (size_t i = 0; i < a.len; i++)
        if (a.ptr[i] != b.ptr[i]) return false;
    return true;
}
bool str_eq_nocase(Str a, Str b); /* ASCII only */
int str_cmp(Str a, Str b); /* by bytes, shorter first: Python's order of UTF-8 text */
uint64_t str_hash(Str s);
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
Str str_slice(Str s, size_t from, size_t to); /* clamped to the length */
Str str_from_index(Str s, size_t from);
Str str_trim(Str s); /* ASCII white space on both sides */
Str str_trim_left(Str s);
Str str_trim_right(Str s);
#define STR_NPOS ((size_t)-1)
size_t str_find(Str s, Str needle, size_t from); /* STR_NPOS if there is none */
size_t str_find_char(Str s, char c, size_t from);
size_t str_rfind_char(Str s, char c);
/* Cuts `*rest` at the first `separator`: true with the piece before it, false when *rest was exhausted (ptr NULL). */
bool str_split_next(Str *rest, char separator, Str *piece);
bool str_to_int(Str s, int64_t *value); /* the whole text, decimal, no white space */
bool str_to_double(Str s, double *value);

Str str_dup(Arena *arena, Str s);
const char *str_c(Arena *arena, Str s); /* a NUL-terminated copy */
Str str_cat(Arena *arena, Str a, Str b);
Str str_fmt(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
Str str_vfmt(Arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
Str str_lower(Arena *arena, Str s); /* ASCII only */
Str str_upper(Arena *arena, Str s); /* ASCII only */
Str str_replace(Arena *arena, Str s, Str old, Str with);
Str str_join(Arena *arena, const Str *pieces, size_t count, Str separator);

/* A growing text. With an arena the bytes live there; without one they are the buffer's own until buf_release. */
typedef struct Buf {
    char *ptr;
    size_t len, cap;
    Arena *arena;
} Buf;

void buf_init(Buf *buf, Arena *arena_or_null);
void buf_release(Buf *buf); /* fine for an arena's buffer too */
void buf_clear(Buf *buf);
void buf_grow(Buf *buf, size_t more);
static inline void buf_reserve(Buf *buf, size_t more) /* one byte more stays free for the NUL */
{
    if (buf->cap - buf->len <= more) buf_grow(buf, more);
}
static inline void buf_add(Buf *buf, Str s)
{
    if (s.len == 0) return;
    buf_reserve(buf, s.len);
    memcpy(buf->ptr + buf->len, s.ptr, s.len);
    buf->len += s.len;
}
static inline void buf_addz(Buf *buf, const char *cstring)
{
    buf_add(buf, str_from(cstring));
}
static inline void buf_addc(Buf *buf, char c)
{
    buf_reserve(buf, 1);
    buf->ptr[buf->len++] = c;
}
void buf_addf(Buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(Buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
Str buf_str(Buf *buf); /* a view, NUL-terminated, valid until the next change */

#endif
