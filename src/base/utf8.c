#include "base/utf8.h"

#include "base/utf8_width.h"

#include <string.h>

bool utf8_decode(Str text, size_t *at, uint32_t *code_point)
{
    size_t i = *at, left = text.len - i;
    const unsigned char *b = (const unsigned char *)text.ptr + i;
    *code_point = 0xFFFD;
    *at = i + 1;
    if (b[0] < 0x80) {
        *code_point = b[0];
        return true;
    }
    size_t n = b[0] >= 0xF0 && b[0] <= 0xF4 ? 4 : b[0] >= 0xE0 && b[0] < 0xF0 ? 3 : b[0] >= 0xC2 && b[0] < 0xE0 ? 2 : 0;
    if (n == 0 || left < n) return false;
    uint32_t c = b[0] & (0xFFu >> (n + 1));
    for (size_t k = 1; k < n; k++) {
        if ((b[k] & 0xC0) != 0x80) return false;
        c = c << 6 | (b[k] & 0x3Fu);
    }
    if ((n == 3 && (c < 0x800 || (c >= 0xD800 && c < 0xE000))) || (n == 4 && (c < 0x10000 || c > 0x10FFFF)))
        return false;
    *code_point = c;
    *at = i + n;
    return true;
}

uint32_t utf8_next(Str text, size_t *at)
{
    if (*at >= text.len) return 0;
    uint32_t c;
    utf8_decode(text, at, &c);
    return c;
}

size_t utf8_encode(uint32_t c, char bytes[4])
{
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
    if (c < 0x80) {
        bytes[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t k = n - 1; k > 0; k--) {
        bytes[k] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    bytes[0] = (char)((0xF00u >> n & 0xF0) | c); /* as many ones in front as there are bytes */
    return n;
}

void utf8_add(Buf *buf, uint32_t code_point)
{
    char bytes[4];
    buf_add(buf, str_n(bytes, utf8_encode(code_point, bytes)));
}

/* How many bytes from `at` on are plain ASCII, looked at eight at a time. */
static size_t ascii_run(Str text, size_t at)
{
    size_t i = at;
    while (text.len - i >= 8) {
        uint64_t word;
        memcpy(&word, text.ptr + i, 8);
        if (word & 0x8080808080808080u) break;
        i += 8;
    }
    while (i < text.len && (unsigned char)text.ptr[i] < 0x80) i++;
    return i - at;
}

size_t utf8_bad(Str text)
{
    for (size_t at = 0;;) {
        at += ascii_run(text, at);
        if (at >= text.len) return STR_NPOS;
        size_t here = at;
        uint32_t c;
        if (!utf8_decode(text, &at, &c)) return here;
    }
}

bool utf8_valid(Str text)
{
    return utf8_bad(text) == STR_NPOS;
}

bool utf8_ascii(Str text)
{
    return ascii_run(text, 0) == text.len;
}

size_t utf8_length(Str text)
{
    size_t n = 0;
    for (size_t at = 0; at < text.len; n++) {
        size_t run = ascii_run(text, at);
        n += run;
        at += run;
        if (at >= text.len) break;
        utf8_next(text, &at);
    }
    return n;
}

size_t utf8_index(Str text, size_t code_points)
{
    size_t at = 0;
    while (code_points-- > 0 && at < text.len) utf8_next(text, &at);
    return at;
}

Str utf8_without_bom(Str text)
{
    return str_starts(text, STR("\xEF\xBB\xBF")) ? str_from_index(text, 3) : text;
}

Str utf8_repair(Arena *arena, Str text)
{
    size_t bad = utf8_bad(text);
    if (bad == STR_NPOS) return text;
    Buf out;
    buf_init(&out, arena);
    buf_add(&out, str_slice(text, 0, bad));
    while (bad < text.len) utf8_add(&out, utf8_next(text, &bad));
    return buf_str(&out);
}

static bool in_ranges(const Utf8Range *ranges, size_t count, uint32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c < ranges[middle].from)
            high = middle;
        else if (c > ranges[middle].to)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

int utf8_char_width(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return 0;
    if (c < 0x300) return c == 0xAD ? 0 : 1;
    if (in_ranges(utf8_wide, sizeof utf8_wide / sizeof *utf8_wide, c)) return 2;
    return in_ranges(utf8_invisible, sizeof utf8_invisible / sizeof *utf8_invisible, c) ? 0 : 1;
}

size_t utf8_width(Str text)
{
    size_t width = 0;
    for (size_t at = 0; at < text.len;) width += (size_t)utf8_char_width(utf8_next(text, &at));
    return width;
}
