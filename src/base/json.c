#include "base/json.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16 };

static void start(JsonWriter *json)
{
    json->sink = NULL;
    json->memo = NULL;
    json->double_length = 0;
    json->failed = json->expect_value = json->ascii = json->spaced = json->html = false;
    json->indent = json->depth = 0;
    json->level[0].object = json->level[0].used = false;
}

void jw_to_buf(JsonWriter *json, Buf *out)
{
    start(json);
    json->out = out;
}

void jw_to_sink(JsonWriter *json, JsonSink sink, void *context)
{
    start(json);
    buf_init(&json->own, NULL);
    json->out = &json->own;
    json->sink = sink;
    json->sink_context = context;
}

static void drain(JsonWriter *json)
{
    if (json->out->len && !json->failed) json->failed = !json->sink(json->sink_context, buf_str(json->out));
    buf_clear(json->out);
}

bool jw_end(JsonWriter *json)
{
    INVARIANT(json->depth == 0 && json->level[0].used && !json->expect_value);
    if (!json->sink) return true;
    drain(json);
    buf_release(&json->own);
    return !json->failed;
}

static void new_line(JsonWriter *json)
{
    buf_addc(json->out, '\n');
    for (unsigned i = 0; i < json->depth * json->indent; i++) buf_addc(json->out, ' ');
}

static void separate(JsonWriter *json)
{
    bool first = !json->level[json->depth].used;
    json->level[json->depth].used = true;
    if (!first) buf_addc(json->out, ',');
    if (json->indent && json->depth)
        new_line(json);
    else if (!first && json->spaced)
        buf_addc(json->out, ' ');
    if (json->sink && json->out->len >= PIECE) drain(json);
}

/* Before every value: whether the grammar wants one here, and the comma. */
static void value(JsonWriter *json)
{
    if (json->expect_value) {
        json->expect_value = false;
        return;
    }
    INVARIANT(!json->level[json->depth].object); /* a key is missing */
    INVARIANT(json->depth > 0 || !json->level[0].used); /* one value only */
    separate(json);
}

static void open_level(JsonWriter *json, bool object)
{
    value(json);
    buf_addc(json->out, object ? '{' : '[');
    INVARIANT(json->depth + 1 < JSON_DEPTH);
    json->depth++;
    json->level[json->depth].object = object;
    json->level[json->depth].used = false;
}

static void close_level(JsonWriter *json, bool object)
{
    INVARIANT(json->depth > 0 && json->level[json->depth].object == object && !json->expect_value);
    bool used = json->level[json->depth].used;
    json->depth--;
    if (used && json->indent) new_line(json);
    buf_addc(json->out, object ? '}' : ']');
}

void jw_object(JsonWriter *json)
{
    open_level(json, true);
}

void jw_object_end(JsonWriter *json)
{
    close_level(json, true);
}

void jw_array(JsonWriter *json)
{
    open_level(json, false);
}

void jw_array_end(JsonWriter *json)
{
    close_level(json, false);
}

/* \uXXXX, by hand: a page with the code of thousands of models holds millions of them. */
static void code_unit(Buf *out, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {
        '\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15], digits[unit >> 4 & 15], digits[unit & 15]};
    buf_add(out, str_n(text, sizeof text));
}

static void escape(JsonWriter *json, uint32_t c)
{
    const char *brief = NULL;
    switch (c) {
    case '"': brief = "\\\""; break;
    case '\\': brief = "\\\\"; break;
    case '\n': brief = "\\n"; break;
    case '\r': brief = "\\r"; break;
    case '\t': brief = "\\t"; break;
    case '\f': brief = "\\f"; break;
    case '\b': brief = "\\b"; break;
    default: break;
    }
    if (brief) {
        buf_addz(json->out, brief);
    } else if (c < 0x10000) {
        code_unit(json->out, c);
    } else {
        code_unit(json->out, 0xD7C0 + (c >> 10));
        code_unit(json->out, 0xDC00 + (c & 0x3FF));
    }
}

static bool plain(const JsonWriter *json, unsigned char c)
{
    if (c >= 0x80 || c < 0x20 || c == '"' || c == '\\') return false;
    if (c == 0x7F) return !json->ascii;
    return !(json->html && (c == '<' || c == '>' || c == '&'));
}

/* True if one of eight bytes needs a closer look: above 127, below 32, a quote or a backslash. */
static bool eight_special(uint64_t bytes)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t quote = bytes ^ (ones * '"'), slash = bytes ^ (ones * '\\');
    return ((bytes | (bytes - ones * 0x20) | (quote - ones) | (slash - ones)) & high) != 0;
}

/* Where the first byte that cannot stand as it is may be: as far as eight bytes at a time can tell. */
static size_t plain_run(const JsonWriter *json, Str text, size_t at)
{
    if (!json->ascii && !json->html)
        for (uint64_t bytes; at + sizeof bytes <= text.len; at += sizeof bytes) {
            memcpy(&bytes, text.ptr + at, sizeof bytes);
            if (eight_special(bytes)) break;
        }
    /* The rest, less than eight: the last eight once more, of which the first were looked at. */
    uint64_t end;
    if (!json->ascii && !json->html && text.len - at < sizeof end && text.len >= sizeof end) {
        memcpy(&end, text.ptr + text.len - sizeof end, sizeof end);
        if (!eight_special(end)) return text.len;
    }
    while (at < text.len && plain(json, (unsigned char)text.ptr[at])) at++;
    return at;
}

static void quoted(JsonWriter *json, Str text)
{
    Buf *out = json->out;
    buf_reserve(out, text.len + 3); /* most need no more: both quotes, and a colon */
    out->ptr[out->len++] = '"';
    for (size_t at = 0; at < text.len;) {
        size_t run = plain_run(json, text, at);
        buf_add(out, str_slice(text, at, run));
        if (run >= text.len) break;
        at = run;
        uint32_t c = utf8_next(text, &at);
        /* U+2028 and U+2029 end a line in older readers of JavaScript. */
        if (c >= 0x80 && !json->ascii && !(json->html && (c == 0x2028 || c == 0x2029)))
            utf8_add(out, c);
        else
            escape(json, c);
    }
    buf_addc(out, '"');
}

void jw_key(JsonWriter *json, Str key)
{
    INVARIANT(json->level[json->depth].object && !json->expect_value);
    separate(json);
    quoted(json, key);
    buf_addc(json->out, ':');
    if (json->indent || json->spaced) buf_addc(json->out, ' ');
    json->expect_value = true;
}

/* A key that the program itself names: letters that stand as they are. */
static void key_word(JsonWriter *json, const char *key)
{
    INVARIANT(json->level[json->depth].object && !json->expect_value);
    separate(json);
    Buf *out = json->out;
    size_t length = strlen(key);
    buf_reserve(out, length + 4);
    char *at = out->ptr + out->len;
    *at++ = '"';
    memcpy(at, key, length);
    at += length;
    *at++ = '"';
    *at++ = ':';
    if (json->indent || json->spaced) *at++ = ' ';
    out->len = (size_t)(at - out->ptr);
    json->expect_value = true;
}

void jw_str(JsonWriter *json, Str text)
{
    value(json);
    quoted(json, text);
}

void jw_int(JsonWriter *json, int64_t number)
{
    value(json);
    buf_addf(json->out, "%" PRId64, number);
}

void jw_uint(JsonWriter *json, uint64_t number)
{
    value(json);
    buf_addf(json->out, "%" PRIu64, number);
}

void jw_double(JsonWriter *json, double number)
{
    value(json);
    if (!isfinite(number)) {
        buf_addz(json->out, "null");
        return;
    }
    /* The time that an artifact was made at stands in every node of it. */
    bool same = json->double_length && !signbit(json->last_double) == !signbit(number) && json->last_double == number;
    if (!same) {
        json->double_length = double_repr(number, json->double_text);
        json->last_double = number;
    }
    buf_add(json->out, str_n(json->double_text, json->double_length));
}

void jw_bool(JsonWriter *json, bool yes)
{
    value(json);
    buf_addz(json->out, yes ? "true" : "false");
}

void jw_null(JsonWriter *json)
{
    value(json);
    buf_addz(json->out, "null");
}

void jw_raw(JsonWriter *json, Str text)
{
    INVARIANT(text.len > 0);
    value(json);
    buf_add(json->out, text);
}

void jw_raw_entries(JsonWriter *json, Str entries)
{
    INVARIANT(!json->expect_value && json->depth > 0);
    if (!entries.len) return;
    separate(json);
    if (!json->sink) {
        buf_add(json->out, entries);
        return;
    }
    drain(json);
    if (!json->failed) json->failed = !json->sink(json->sink_context, entries);
}

/* ---- objects that are written again and again ---- */

enum { MEMO_PLACES = 256 }; /* a power of two */

struct JsonMemo {
    struct {
        const void *what;
        Str text;
    } at[MEMO_PLACES];
    Arena *arena;
};

JsonMemo *json_memo_new(Arena *arena)
{
    JsonMemo *memo = ARENA_NEW(arena, JsonMemo);
    memo->arena = arena;
    return memo;
}

static size_t memo_place(const void *what)
{
    return ((uintptr_t)what * 0x9E3779B97F4A7C15u >> 40) & (MEMO_PLACES - 1);
}

bool jw_memo_write(JsonWriter *json, const void *what)
{
    if (!json->memo) return false;
    size_t place = memo_place(what);
    if (json->memo->at[place].what != what) return false;
    jw_raw(json, json->memo->at[place].text);
    return true;
}

void jw_memo_keep(JsonWriter *json, const void *what, size_t start)
{
    if (!json->memo || json->sink) return; /* a sink has taken the beginning already */
    size_t place = memo_place(what);
    if (json->memo->at[place].what) return; /* the first one stays: few are shared by many */
    json->memo->at[place].what = what;
    json->memo->at[place].text = str_dup(json->memo->arena, str_n(json->out->ptr + start, json->out->len - start));
}

void jw_key_str(JsonWriter *json, const char *key, Str text)
{
    key_word(json, key);
    jw_str(json, text);
}

void jw_key_str_or_null(JsonWriter *json, const char *key, Str text)
{
    key_word(json, key);
    if (text.len)
        jw_str(json, text);
    else
        jw_null(json);
}

void jw_key_int(JsonWriter *json, const char *key, int64_t number)
{
    key_word(json, key);
    jw_int(json, number);
}

void jw_key_double(JsonWriter *json, const char *key, double number)
{
    key_word(json, key);
    jw_double(json, number);
}

void jw_key_bool(JsonWriter *json, const char *key, bool yes)
{
    key_word(json, key);
    jw_bool(json, yes);
}

void jw_key_null(JsonWriter *json, const char *key)
{
    key_word(json, key);
    jw_null(json);
}

void jw_key_object(JsonWriter *json, const char *key)
{
    key_word(json, key);
    jw_object(json);
}

void jw_key_array(JsonWriter *json, const char *key)
{
    key_word(json, key);
    jw_array(json);
}

/* ---- doubles ---- */

size_t double_repr(double number, char text[32])
{
    if (isnan(number)) return (size_t)snprintf(text, 32, "nan");
    if (isinf(number)) return (size_t)snprintf(text, 32, number < 0 ? "-inf" : "inf");
    /* A normal double comes out of 15 digits if any shorter text means it, and of 17 always. Subnormal ones have less. */
    char raw[40];
    for (int precision = fabs(number) < DBL_MIN ? 1 : 15; precision <= 17; precision++) {
        snprintf(raw, sizeof raw, "%.*e", precision - 1, number);
        if (strtod(raw, NULL) == number) break;
    }
    char digits[20] = {0};
    size_t n = 0;
    const char *at = raw;
    for (; *at && *at != 'e'; at++) /* skips the sign and the locale's decimal point */
        if (*at >= '0' && *at <= '9') digits[n++] = *at;
    int exponent = atoi(at + 1);
    while (n > 1 && digits[n - 1] == '0') n--;

    char *out = text;
    if (signbit(number)) *out++ = '-';
    if (exponent < -4 || exponent >= 16) {
        *out++ = digits[0];
        if (n > 1) {
            *out++ = '.';
            memcpy(out, digits + 1, n - 1);
            out += n - 1;
        }
        out += snprintf(out, 8, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
    } else if (exponent < 0) {
        *out++ = '0';
        *out++ = '.';
        for (int i = -1; i > exponent; i--) *out++ = '0';
        memcpy(out, digits, n);
        out += n;
    } else {
        for (size_t i = 0; i < n || i <= (size_t)exponent + 1; i++) {
            if (i == (size_t)exponent + 1) {
                *out++ = '.';
                if (i >= n) *out++ = '0';
            }
            if (i < n)
                *out++ = digits[i];
            else if (i <= (size_t)exponent)
                *out++ = '0';
        }
    }
    *out = 0;
    return (size_t)(out - text);
}
