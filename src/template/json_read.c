/* JSON as Python's json.loads reads it: also NaN and Infinity, any value at the top, the last of doubled keys. */
#include "template/library.h"
#include "template/unicode.h"

#include <math.h>

typedef struct Reader {
    Arena *arena;
    Str text;
    size_t at;
    int depth;
    const char *problem; /* NULL while all is well */
    size_t problem_at;
} Reader;

enum { MAX_JSON_DEPTH = 900 };

static bool fail(Reader *r, const char *problem, size_t at)
{
    if (!r->problem) {
        r->problem = problem;
        r->problem_at = at;
    }
    return false;
}

static void skip_space(Reader *r)
{
    while (r->at < r->text.len && (r->text.ptr[r->at] == ' ' || r->text.ptr[r->at] == '\t' ||
                                   r->text.ptr[r->at] == '\n' || r->text.ptr[r->at] == '\r'))
        r->at++;
}

static bool next_is(Reader *r, char c)
{
    return r->at < r->text.len && r->text.ptr[r->at] == c;
}

static bool read_hex(Reader *r, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        char c = r->at < r->text.len ? r->text.ptr[r->at] : 0;
        if (c >= '0' && c <= '9')
            *code = *code * 16 + (uint32_t)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            *code = *code * 16 + (uint32_t)((c | 32) - 'a' + 10);
        else
            return fail(r, "Invalid \\uXXXX escape", r->at);
    }
    return true;
}

static bool read_escape(Reader *r, Buf *out)
{
    size_t start = r->at - 1;
    char c = r->at < r->text.len ? r->text.ptr[r->at++] : 0;
    uint32_t code, low;
    switch (c) {
    case '"':
    case '\\':
    case '/': buf_addc(out, c); return true;
    case 'b': buf_addc(out, '\b'); return true;
    case 'f': buf_addc(out, '\f'); return true;
    case 'n': buf_addc(out, '\n'); return true;
    case 'r': buf_addc(out, '\r'); return true;
    case 't': buf_addc(out, '\t'); return true;
    case 'u': break;
    default: return fail(r, "Invalid \\escape", start);
    }
    if (!read_hex(r, &code)) return false;
    if (code >= 0xD800 && code < 0xDC00 && str_starts(str_from_index(r->text, r->at), STR("\\u"))) {
        size_t back = r->at;
        r->at += 2;
        if (!read_hex(r, &low)) return false;
        if (low >= 0xDC00 && low < 0xE000)
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        else
            r->at = back;
    }
    /* half of a pair alone is no character: the replacement character stands for it */
    unicode_add(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
    return true;
}

static bool read_text(Reader *r, Str *s)
{
    size_t start = r->at++, from = r->at;
    while (r->at < r->text.len && r->text.ptr[r->at] != '"' && r->text.ptr[r->at] != '\\' &&
           (unsigned char)r->text.ptr[r->at] >= ' ')
        r->at++;
    if (next_is(r, '"')) {
        *s = str_dup(r->arena, str_slice(r->text, from, r->at++));
        return true;
    }
    Buf out;
    buf_init(&out, r->arena);
    buf_add(&out, str_slice(r->text, from, r->at));
    for (;;) {
        if (r->at >= r->text.len) return fail(r, "Unterminated string starting at", start);
        char c = r->text.ptr[r->at++];
        if (c == '"') break;
        if ((unsigned char)c < ' ') return fail(r, "Invalid control character at", r->at - 1);
        if (c != '\\')
            buf_addc(&out, c);
        else if (!read_escape(r, &out))
            return false;
    }
    *s = buf_str(&out);
    return true;
}

static bool is_digit(const Reader *r, size_t at)
{
    return at < r->text.len && r->text.ptr[at] >= '0' && r->text.ptr[at] <= '9';
}

static bool read_number(Reader *r, Value *v)
{
    size_t from = r->at, at = r->at;
    bool real = false;
    if (r->text.ptr[at] == '-') at++;
    if (!is_digit(r, at)) return fail(r, "Expecting value", from);
    if (r->text.ptr[at] == '0')
        at++;
    else
        while (is_digit(r, at)) at++;
    if (at < r->text.len && r->text.ptr[at] == '.' && is_digit(r, at + 1)) {
        real = true;
        for (at++; is_digit(r, at);) at++;
    }
    if (at < r->text.len && (r->text.ptr[at] | 32) == 'e') {
        size_t digits = at + 1;
        if (digits < r->text.len && (r->text.ptr[digits] == '+' || r->text.ptr[digits] == '-')) digits++;
        if (is_digit(r, digits)) {
            real = true;
            for (at = digits; is_digit(r, at);) at++;
        }
    }
    Str text = str_slice(r->text, from, at);
    double f = 0;
    int64_t i = 0;
    bool large = false;
    if (real) {
        number_read_float(text, &f);
        *v = value_float(f);
    } else {
        number_read_int(text, 10, &i, &large);
        if (large) return fail(r, "this integer does not fit in 64 bits", from);
        *v = value_int(i);
    }
    r->at = at;
    return true;
}

static bool read_value(Reader *r, Value *v);

static bool read_list(Reader *r, Value *v)
{
    *v = value_list(r->arena);
    r->at++;
    skip_space(r);
    if (next_is(r, ']')) {
        r->at++;
        return true;
    }
    for (;;) {
        Value item;
        if (!read_value(r, &item)) return false;
        list_push(v->u.list, item);
        skip_space(r);
        if (next_is(r, ']')) break;
        if (!next_is(r, ',')) return fail(r, "Expecting ',' delimiter", r->at);
        r->at++;
        skip_space(r);
    }
    r->at++;
    return true;
}

static bool read_dict(Reader *r, Value *v)
{
    *v = value_dict(r->arena);
    r->at++;
    skip_space(r);
    if (next_is(r, '}')) {
        r->at++;
        return true;
    }
    for (;;) {
        Str key;
        Value item;
        if (!next_is(r, '"')) return fail(r, "Expecting property name enclosed in double quotes", r->at);
        if (!read_text(r, &key)) return false;
        skip_space(r);
        if (!next_is(r, ':')) return fail(r, "Expecting ':' delimiter", r->at);
        r->at++;
        skip_space(r);
        if (!read_value(r, &item)) return false;
        dict_set_str(v->u.dict, key, item);
        skip_space(r);
        if (next_is(r, '}')) break;
        if (!next_is(r, ',')) return fail(r, "Expecting ',' delimiter", r->at);
        r->at++;
        skip_space(r);
    }
    r->at++;
    return true;
}

static bool read_word(Reader *r, Value *v)
{
    static const struct {
        Str word;
        Value value;
    } words[] = {
        {STR_INIT("null"), {.kind = V_NONE}},
        {STR_INIT("true"), {.kind = V_BOOL, .u = {.boolean = true}}},
        {STR_INIT("false"), {.kind = V_BOOL}},
        {STR_INIT("NaN"), {.kind = V_FLOAT, .u = {.real = NAN}}},
        {STR_INIT("Infinity"), {.kind = V_FLOAT, .u = {.real = INFINITY}}},
        {STR_INIT("-Infinity"), {.kind = V_FLOAT, .u = {.real = -INFINITY}}},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_starts(str_from_index(r->text, r->at), words[i].word)) {
            *v = words[i].value;
            r->at += words[i].word.len;
            return true;
        }
    return false;
}

static bool read_value(Reader *r, Value *v)
{
    if (r->at >= r->text.len) return fail(r, "Expecting value", r->at);
    char c = r->text.ptr[r->at];
    if (c == '"') {
        Str s;
        if (!read_text(r, &s)) return false;
        *v = value_str(s);
        return true;
    }
    if (c == '[' || c == '{') {
        if (++r->depth > MAX_JSON_DEPTH) return fail(r, "this is nested too deeply", r->at);
        bool ok = c == '[' ? read_list(r, v) : read_dict(r, v);
        r->depth--;
        return ok;
    }
    if (read_word(r, v)) return true;
    if (c == '-' || (c >= '0' && c <= '9')) return read_number(r, v);
    return fail(r, "Expecting value", r->at);
}

bool value_from_json(Arena *arena, Str text, Value *result, Str *problem)
{
    Reader r = {.arena = arena, .text = text};
    skip_space(&r);
    bool ok = read_value(&r, result);
    skip_space(&r);
    if (ok && r.at < text.len) ok = fail(&r, "Extra data", r.at);
    if (ok) return true;
    size_t line = 1, start = 0;
    for (size_t i = 0; i < r.problem_at; i++)
        if (text.ptr[i] == '\n') {
            line++;
            start = i + 1;
        }
    *problem = str_fmt(arena, "%s: line %zu column %zu (char %zu)", r.problem, line,
                       unicode_length(str_slice(text, start, r.problem_at)) + 1,
                       unicode_length(str_slice(text, 0, r.problem_at)));
    return false;
}
