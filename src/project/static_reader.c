/* dbt's static reader: it takes a model whose templates are nothing but ref(), source() and config() of constants, without
 * rendering them. What it takes is seen in the manifest where configs are kept as they are written (written.c). */
#include "project/loader.h"

#include <string.h>

typedef struct Reader {
    Str text;
    size_t at;
} Reader;

static bool next_is(const Reader *r, char c)
{
    return r->at < r->text.len && r->text.ptr[r->at] == c;
}

static void skip_space(Reader *r)
{
    while (r->at < r->text.len && strchr(" \t\r\n\f\v", r->text.ptr[r->at])) r->at++;
}

static bool take(Reader *r, char c)
{
    skip_space(r);
    if (!next_is(r, c)) return false;
    r->at++;
    return true;
}

static Str take_word(Reader *r)
{
    skip_space(r);
    size_t start = r->at;
    while (r->at < r->text.len) {
        char c = r->text.ptr[r->at];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(r->at > start && c >= '0' && c <= '9')) break;
        r->at++;
    }
    return str_slice(r->text, start, r->at);
}

static bool take_string(Reader *r)
{
    skip_space(r);
    if (!next_is(r, '\'') && !next_is(r, '"')) return false;
    char quote = r->text.ptr[r->at++];
    while (r->at < r->text.len && (r->text.ptr[r->at] != quote || r->text.ptr[r->at - 1] == '\\')) r->at++;
    return take(r, quote);
}

static bool take_number(Reader *r)
{
    skip_space(r);
    if (next_is(r, '-')) r->at++;
    size_t start = r->at, dots = 0;
    while (r->at < r->text.len &&
           ((r->text.ptr[r->at] >= '0' && r->text.ptr[r->at] <= '9') || (next_is(r, '.') && !dots++)))
        r->at++;
    return r->at > start;
}

static bool take_constant(Reader *r, unsigned depth);

static bool take_items(Reader *r, char end, bool pairs, unsigned depth)
{
    while (!take(r, end)) {
        if (pairs && (!take_string(r) || !take(r, ':'))) return false;
        if (!take_constant(r, depth)) return false;
        if (!take(r, ',')) return take(r, end);
    }
    return true;
}

/* A string, True, False, or a list or mapping of such. */
static bool take_constant(Reader *r, unsigned depth)
{
    skip_space(r);
    if (depth == 0) return false;
    if (next_is(r, '\'') || next_is(r, '"')) return take_string(r);
    if (take(r, '[')) return take_items(r, ']', false, depth - 1);
    if (take(r, '{')) return take_items(r, '}', true, depth - 1);
    Str word = take_word(r);
    return str_eq(word, STR("True")) || str_eq(word, STR("False"));
}

enum { DEEPEST_CONSTANT = 64 };

static bool take_config(Reader *r)
{
    bool any = false;
    while (!take(r, ')')) {
        any = true;
        Str key = take_word(r);
        if (!key.len || str_eq(key, STR("pre_hook")) || str_eq(key, STR("post_hook")) || !take(r, '=') ||
            !take_constant(r, DEEPEST_CONSTANT))
            return false;
        if (!take(r, ',')) return take(r, ')');
    }
    return any;
}

static bool take_ref(Reader *r, size_t least, size_t most, bool version)
{
    size_t count = 0;
    bool versioned = false;
    do {
        skip_space(r);
        if (next_is(r, ')')) break;
        if (next_is(r, '\'') || next_is(r, '"')) {
            if (versioned || !take_string(r)) return false;
            count++;
            continue;
        }
        Str key = take_word(r);
        if (!version || versioned || !(str_eq(key, STR("v")) || str_eq(key, STR("version"))) || !take(r, '='))
            return false;
        skip_space(r);
        if (!(next_is(r, '\'') || next_is(r, '"') ? take_string(r) : take_number(r))) return false;
        versioned = true;
    } while (take(r, ','));
    return take(r, ')') && count >= least && count <= most;
}

static bool take_call(Reader *r)
{
    skip_space(r);
    size_t start = r->at;
    Str name = take_word(r);
    if (name.len && take(r, '(')) {
        if (str_eq(name, STR("config"))) return take_config(r);
        if (str_eq(name, STR("ref"))) return take_ref(r, 1, 2, true);
        return str_eq(name, STR("source")) && take_ref(r, 2, 2, false);
    }
    r->at = start;
    if (next_is(r, '-') || (r->at < r->text.len && r->text.ptr[r->at] >= '0' && r->text.ptr[r->at] <= '9'))
        return take_number(r);
    return take_constant(r, DEEPEST_CONSTANT);
}

bool static_reader_takes(Str text, TplFamily family)
{
    char open = family == TPL_ANGLE ? '<' : '{', shut = family == TPL_ANGLE ? '>' : '}';
    Reader r = {.text = text};
    while (r.at < text.len) {
        if (text.ptr[r.at++] != open) continue;
        if (r.at == text.len) return false; /* dbt's reader does not like it either */
        char kind = text.ptr[r.at];
        if (kind == '%') return false;
        if (kind == '#') {
            const char comment_end[] = {'#', shut, 0};
            size_t end = str_find(text, str_from(comment_end), r.at + 1);
            if (end == STR_NPOS) return false;
            r.at = end + 2;
        } else if (kind == open) {
            r.at++;
            if (!take_call(&r) || !take(&r, shut) || !next_is(&r, shut)) return false;
            r.at++;
        }
    }
    return true;
}
