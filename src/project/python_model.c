/* A reader of just enough Python: words, texts, numbers, brackets and lines. See python_model.h. */
#include "project/python_model.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

typedef enum PyKind { PY_END, PY_LINE, PY_NAME, PY_NUMBER, PY_TEXT, PY_SIGN } PyKind;

/* PY_LINE ends a logical line. */
typedef struct PyToken {
    PyKind kind;
    bool raw, formatted, bytes; /* of a text, by its prefix */
    bool triple;
    uint32_t start, end; /* with the quotes and the prefix */
    uint32_t inner; /* where a text begins behind its quotes */
    uint32_t indent; /* of the line that it stands in, where it is the first of one */
} PyToken;

typedef struct Python {
    Arena *arena;
    Str text;
    Span region;
    DiagSink *sink;
    PythonCalls *calls;
    VEC(PyToken) tokens;
} Python;

enum { NESTED_AT_MOST = 64 };

static Span span_of(const Python *p, uint32_t start, uint32_t end)
{
    return (Span){p->region.source, p->region.start + start, p->region.start + end};
}

static bool wrong(const Python *p, uint32_t start, uint32_t end, const char *message)
{
    diag_add(p->sink, DIAG_python_invalid, span_of(p, start, end), "%s", message);
    return false;
}

static Str token_text(const Python *p, const PyToken *token)
{
    return str_slice(p->text, token->start, token->end);
}

static bool is_name(const Python *p, const PyToken *token, const char *name)
{
    return token->kind == PY_NAME && str_eq(token_text(p, token), str_from(name));
}

static bool is_sign(const Python *p, const PyToken *token, char sign)
{
    return token->kind == PY_SIGN && p->text.ptr[token->start] == sign;
}

/* ---- words ---- */

static bool name_starts(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static char at(const Python *p, uint32_t i, uint32_t end)
{
    return i < end ? p->text.ptr[i] : 0;
}

/* A text from its first quote on. */
static bool read_text(Python *p, uint32_t quote, uint32_t end, PyToken *token)
{
    char q = p->text.ptr[quote];
    token->kind = PY_TEXT;
    token->triple = at(p, quote + 1, end) == q && at(p, quote + 2, end) == q;
    uint32_t i = token->inner = quote + (token->triple ? 3 : 1);
    for (; i < end; i++) {
        char c = p->text.ptr[i];
        if (c == '\\') {
            i++;
        } else if (c == '\n' && !token->triple) {
            break;
        } else if (c == q && (!token->triple || (at(p, i + 1, end) == q && at(p, i + 2, end) == q))) {
            token->end = i + (token->triple ? 3 : 1);
            return true;
        }
    }
    return wrong(p, quote, token->inner, "this text does not end");
}

static void read_prefix(const Python *p, PyToken *token, uint32_t end)
{
    for (uint32_t i = token->start; i < end; i++) {
        char c = (char)(p->text.ptr[i] | 0x20);
        token->raw |= c == 'r';
        token->formatted |= c == 'f' || c == 't';
        token->bytes |= c == 'b';
    }
}

static bool is_prefix(const Python *p, uint32_t start, uint32_t end)
{
    if (end - start > 2) return false;
    for (uint32_t i = start; i < end; i++)
        if (!strchr("rRbBuUfFtT", p->text.ptr[i])) return false;
    return true;
}

static uint32_t number_end(const Python *p, uint32_t i, uint32_t end)
{
    bool hex = at(p, i, end) == '0' && (at(p, i + 1, end) | 0x20) == 'x';
    for (; i < end; i++) {
        char c = p->text.ptr[i];
        if (digit(c) || c == '.' || name_starts(c)) continue;
        if ((c == '+' || c == '-') && !hex && (p->text.ptr[i - 1] | 0x20) == 'e') continue;
        break;
    }
    return i;
}

/* The words of a part of the text. */
static bool read_tokens(Python *p, uint32_t start, uint32_t end)
{
    VEC(uint32_t) open = {0};
    bool fresh = true; /* at the start of a logical line */
    uint32_t indent = 0;
    for (uint32_t i = start; i < end;) {
        char c = p->text.ptr[i];
        if (c == '\n') {
            if (!open.n && !fresh) vec_push(p->arena, &p->tokens, (PyToken){.kind = PY_LINE, .start = i, .end = i + 1});
            if (!open.n) fresh = true, indent = 0;
            i++;
            continue;
        }
        if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
            if (fresh) indent = c == '\t' ? (indent / 8 + 1) * 8 : indent + (c == ' ');
            i++;
            continue;
        }
        if (c == '#') {
            while (i < end && p->text.ptr[i] != '\n') i++;
            continue;
        }
        if (c == '\\') {
            i += at(p, i + 1, end) == '\r' ? 3 : 2;
            continue;
        }
        PyToken token = {.start = i, .end = i + 1, .kind = PY_SIGN, .indent = fresh ? indent : UINT32_MAX};
        fresh = false;
        if (name_starts(c)) {
            token.kind = PY_NAME;
            while (token.end < end && (name_starts(p->text.ptr[token.end]) || digit(p->text.ptr[token.end])))
                token.end++;
            char next = at(p, token.end, end);
            if ((next == '"' || next == '\'') && is_prefix(p, token.start, token.end)) {
                read_prefix(p, &token, token.end);
                if (!read_text(p, token.end, end, &token)) return false;
            }
        } else if (c == '"' || c == '\'') {
            if (!read_text(p, i, end, &token)) return false;
        } else if (digit(c) || (c == '.' && digit(at(p, i + 1, end)))) {
            token.kind = PY_NUMBER;
            token.end = number_end(p, i, end);
        } else if (strchr("([{", c)) {
            vec_push(p->arena, &open, i);
        } else if (strchr(")]}", c)) {
            char opener = open.n ? p->text.ptr[open.at[open.n - 1]] : 0;
            if (opener != (c == ')' ? '(' : c == ']' ? '[' : '{'))
                return wrong(p, i, i + 1, "no bracket is open that this one closes");
            open.n--;
        }
        vec_push(p->arena, &p->tokens, token);
        i = token.end;
    }
    if (open.n) return wrong(p, open.at[open.n - 1], open.at[open.n - 1] + 1, "this bracket is not closed");
    vec_push(p->arena, &p->tokens, (PyToken){.kind = PY_LINE, .start = end, .end = end});
    vec_push(p->arena, &p->tokens, (PyToken){.kind = PY_END, .start = end, .end = end});
    return true;
}

/* ---- constants ---- */

static int hex_digit(char c)
{
    if (digit(c)) return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void unescaped(const Python *p, const PyToken *token, Buf *out)
{
    uint32_t end = token->end - (token->triple ? 3 : 1);
    for (uint32_t i = token->inner; i < end; i++) {
        char c = p->text.ptr[i];
        if (c != '\\' || token->raw || i + 1 >= end) {
            buf_addc(out, c);
            continue;
        }
        c = p->text.ptr[++i];
        static const char letters[] = "abfnrtv\\'\"", means[] = "\a\b\f\n\r\t\v\\'\"";
        const char *letter = strchr(letters, c);
        uint32_t width = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0, code = 0, n = 0;
        if (letter) {
            buf_addc(out, means[letter - letters]);
        } else if (width) {
            while (n < width && i + 1 < end && hex_digit(p->text.ptr[i + 1]) >= 0)
                code = code * 16 + (uint32_t)hex_digit(p->text.ptr[++i]), n++;
            utf8_add(out, code);
        } else if (c >= '0' && c <= '7') {
            for (code = (uint32_t)(c - '0'), n = 1;
                 n < 3 && i + 1 < end && p->text.ptr[i + 1] >= '0' && p->text.ptr[i + 1] <= '7'; n++)
                code = code * 8 + (uint32_t)(p->text.ptr[++i] - '0');
            utf8_add(out, code);
        } else if (c != '\n') {
            buf_addc(out, '\\');
            buf_addc(out, c);
        }
    }
}

static bool read_number(const Python *p, const PyToken *token, Value *value)
{
    char digits[64];
    size_t n = 0;
    bool real = false;
    for (uint32_t i = token->start; i < token->end; i++) {
        if (p->text.ptr[i] == '_') continue;
        if (n == sizeof digits - 1) return false;
        digits[n++] = p->text.ptr[i];
    }
    digits[n] = 0;
    char letter = (char)(n > 1 ? digits[1] | 0x20 : 0), *rest;
    int base = digits[0] != '0' ? 10 : letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    for (size_t i = 0; base == 10 && i < n; i++) real |= digits[i] == '.' || (digits[i] | 0x20) == 'e';
    if (real) {
        *value = value_float(strtod(digits, &rest));
        return *rest == 0;
    }
    const char *from = digits + (base == 10 ? 0 : 2);
    if (strlen(from) > (base == 10 ? 18U : base == 16 ? 15U : base == 8 ? 20U : 62U)) return false; /* 64 bits */
    *value = value_int((int64_t)strtoll(from, &rest, base));
    return *rest == 0 && rest != from;
}

static bool read_value(Python *p, const PyToken **token, Value *value, unsigned depth);

/* The members of a list, tuple, set or dict up to its closing bracket. A tuple of one without a comma is that one. */
static bool read_members(Python *p, const PyToken **token, char close, Value *value, unsigned depth)
{
    Value list = value_list(p->arena), dict = value_dict(p->arena), key, item;
    bool comma = false, pairs = close == '}';
    while (!is_sign(p, *token, close)) {
        if (!read_value(p, token, &key, depth)) return false;
        if (close == '}' && is_sign(p, *token, ':')) {
            (*token)++;
            if (key.kind == V_LIST || key.kind == V_DICT || !read_value(p, token, &item, depth)) return false;
            dict_set(dict.u.dict, key, item);
        } else {
            pairs = false;
            list_push(list.u.list, key);
        }
        if (is_sign(p, *token, close)) break;
        if (!is_sign(p, *token, ',')) return false;
        comma = true;
        (*token)++;
    }
    (*token)++;
    if (list.u.list->n && dict.u.dict->live) return false;
    *value = pairs ? dict : close == ')' && !comma && list.u.list->n == 1 ? list.u.list->at[0] : list;
    return true;
}

/* A constant; false without a report if it is none. */
static bool read_value(Python *p, const PyToken **token, Value *value, unsigned depth)
{
    const PyToken *first = *token;
    if (depth > NESTED_AT_MOST) return false;
    switch (first->kind) {
    case PY_NAME:
        (*token)++;
        if (is_name(p, first, "None")) return *value = VALUE_NONE, true;
        *value = value_bool(is_name(p, first, "True"));
        return is_name(p, first, "True") || is_name(p, first, "False");
    case PY_NUMBER: (*token)++; return read_number(p, first, value);
    case PY_TEXT: {
        Buf out;
        buf_init(&out, p->arena);
        for (; (*token)->kind == PY_TEXT; (*token)++) {
            if ((*token)->formatted || (*token)->bytes) return false;
            unescaped(p, *token, &out);
        }
        *value = value_str(buf_str(&out));
        return true;
    }
    case PY_SIGN: break;
    default: return false;
    }
    (*token)++;
    switch (p->text.ptr[first->start]) {
    case '(': return read_members(p, token, ')', value, depth + 1);
    case '[': return read_members(p, token, ']', value, depth + 1);
    case '{': return read_members(p, token, '}', value, depth + 1);
    case '-':
    case '+':
        if (!read_value(p, token, value, depth + 1) || (value->kind != V_INT && value->kind != V_FLOAT)) return false;
        if (is_sign(p, first, '-') && value->kind == V_INT) value->u.integer = -value->u.integer;
        if (is_sign(p, first, '-') && value->kind == V_FLOAT) value->u.real = -value->u.real;
        return true;
    default: return false;
    }
}

/* ---- calls ---- */

/* The token behind `dbt.name(`, or NULL. */
static const PyToken *call_of(const Python *p, const PyToken *token, Str *name)
{
    static const char *const names[][2] = {
        {"ref", NULL}, {"source", NULL}, {"config", NULL}, {"config", "get"}, {"config", "meta_get"}};
    static const Str full[] = {STR_INIT("ref"), STR_INIT("source"), STR_INIT("config"), STR_INIT("config.get"),
                               STR_INIT("config.meta_get")};
    if (!is_name(p, token, "dbt") || (token > p->tokens.at && is_sign(p, token - 1, '.'))) return NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const PyToken *t = token + 1;
        bool fits = true;
        for (size_t part = 0; part < 2 && names[i][part] && fits; part++) {
            fits = is_sign(p, t, '.') && is_name(p, t + 1, names[i][part]);
            t += fits ? 2 : 0;
        }
        if (!fits || !is_sign(p, t, '(')) continue;
        *name = full[i];
        return t + 1;
    }
    return NULL;
}

static bool read_call(Python *p, const PyToken *from, const PyToken *token, Str name)
{
    PythonCall call = {name, {0}, value_list(p->arena), value_dict(p->arena)};
    while (!is_sign(p, token, ')')) {
        const PyToken *argument = token;
        bool named = token->kind == PY_NAME && is_sign(p, token + 1, '=') && !is_sign(p, token + 2, '=');
        if (named) token += 2;
        Value value;
        if (!read_value(p, &token, &value, 0) || (!is_sign(p, token, ',') && !is_sign(p, token, ')'))) {
            diag_add(p->sink, DIAG_python_invalid, span_of(p, argument->start, argument->end),
                     "the arguments of dbt.%.*s() must be constants", STR_ARG(name));
            diag_hint(p->sink,
                      "they are read without running the file: write a text, number, list or dict in the call");
            return false;
        }
        if (named)
            dict_set_str(call.named.u.dict, token_text(p, argument), value);
        else
            list_push(call.args.u.list, value);
        if (is_sign(p, token, ',')) token++;
    }
    call.span = span_of(p, from->start, token->end);
    vec_push(p->arena, p->calls, call);
    return true;
}

static bool read_calls(Python *p, unsigned depth);

/* f"... {dbt.ref('a')} ...": what stands in braces is Python again. */
static bool read_formatted(Python *p, const PyToken *token, unsigned depth)
{
    uint32_t end = token->end - (token->triple ? 3 : 1);
    for (uint32_t i = token->inner; i < end; i++) {
        if (p->text.ptr[i] != '{') continue;
        uint32_t start = ++i, open = 1;
        for (; i < end && open; i++) open += (p->text.ptr[i] == '{') - (uint32_t)(p->text.ptr[i] == '}');
        Str inside = str_slice(p->text, start, i);
        if (str_find(inside, STR("dbt"), 0) == STR_NPOS) continue;
        DiagSink quiet; /* a format behind a colon is no Python: what cannot be read there is nobody's call */
        diag_sink_init(&quiet);
        Python part = {p->arena, p->text, p->region, &quiet, p->calls, {0}};
        bool words = read_tokens(&part, start, i - (open ? 0 : 1));
        diag_sink_release(&quiet);
        part.sink = p->sink;
        if (words && !read_calls(&part, depth + 1)) return false;
    }
    return true;
}

static bool read_calls(Python *p, unsigned depth)
{
    if (depth > NESTED_AT_MOST) return true;
    for (const PyToken *token = p->tokens.at; token->kind != PY_END; token++) {
        Str name;
        const PyToken *inside = call_of(p, token, &name);
        if (inside && !read_call(p, token, inside, name)) return false;
        if (token->kind == PY_TEXT && token->formatted && !read_formatted(p, token, depth)) return false;
    }
    return true;
}

/* ---- def model(dbt, session) ---- */

static const PyToken *line_end(const PyToken *token)
{
    while (token->kind != PY_LINE && token->kind != PY_END) token++;
    return token;
}

/* Behind the bracket that closes the one before `token`. */
static const PyToken *behind(const Python *p, const PyToken *token)
{
    for (unsigned open = 1; open && token->kind != PY_END; token++) {
        if (token->kind != PY_SIGN) continue;
        char c = p->text.ptr[token->start];
        open += (unsigned)(strchr("([{", c) != NULL);
        open -= (unsigned)(strchr(")]}", c) != NULL);
    }
    return token;
}

/* `return a, b` or `return (a, b)`. */
static bool returns_tuple(const Python *p, const PyToken *token)
{
    const PyToken *end = line_end(token), *inside = token;
    if (is_sign(p, token, '(') && behind(p, token + 1) == end) inside = token + 1;
    for (const PyToken *t = inside; t < end;) {
        if (is_sign(p, t, ',')) return true;
        t = t->kind == PY_SIGN && strchr("([{", p->text.ptr[t->start]) ? behind(p, t + 1) : t + 1;
    }
    return false;
}

static bool check_model(const Python *p, const PyToken *def)
{
    const PyToken *open = def + 2, *close = behind(p, open + 1), *first = open + 1;
    unsigned count = 0;
    bool counts = true;
    for (const PyToken *t = first; t < close - 1;) {
        if (is_sign(p, t, '*')) counts = false;
        if (is_sign(p, t, '/')) count = 0;
        if (counts && t->kind == PY_NAME && (t == first || is_sign(p, t - 1, ','))) count++;
        t = t->kind == PY_SIGN && strchr("([{", p->text.ptr[t->start]) ? behind(p, t + 1) : t + 1;
    }
    if (count != 2 || !is_name(p, first, "dbt")) {
        wrong(p, def->start, close[-1].end, "model() must take two arguments, `dbt` and a session");
        diag_hint(p->sink, "write `def model(dbt, session):`");
        return false;
    }
    const PyToken *colon = close;
    while (colon->kind != PY_LINE && colon->kind != PY_END && !is_sign(p, colon, ':')) colon++;
    const PyToken *last = colon->kind == PY_SIGN ? colon + 1 : colon;
    if (last->kind == PY_LINE) {
        uint32_t body = last[1].indent;
        for (const PyToken *line = last + 1; line->kind != PY_END && line->indent > def->indent;
             line = line_end(line) + 1)
            if (line->indent == body) last = line;
    }
    if (is_name(p, last, "return") && !returns_tuple(p, last + 1)) return true;
    wrong(p, last->start, last->end, "model() must end by returning one data frame");
    diag_hint(p->sink, "make `return <data frame>` its last line");
    return false;
}

static bool check_models(const Python *p)
{
    const PyToken *found = NULL;
    uint32_t function = UINT32_MAX; /* the indent of the function that we are in: what it defines itself is its own */
    for (const PyToken *line = p->tokens.at; line->kind != PY_END; line = line_end(line) + 1) {
        if (line->kind == PY_LINE || line->indent > function) continue;
        bool async = is_name(p, line, "async"), def = is_name(p, line + async, "def");
        function = def ? line->indent : UINT32_MAX;
        if (!def || async || !is_name(p, line + 1, "model") || !is_sign(p, line + 2, '(')) continue;
        if (found)
            return wrong(p, line->start, line[1].end, "a Python model defines model() once, and this is the second");
        found = line;
    }
    if (found) return check_model(p, found);
    wrong(p, 0, 0, "a Python model must define the function model()");
    diag_hint(p->sink, "write `def model(dbt, session):`, which returns a data frame");
    return false;
}

static bool check_plain(const Python *p)
{
    static const Str marks[] = {STR_INIT("{{"), STR_INIT("{%"), STR_INIT("{#")};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t found = str_find(p->text, marks[i], 0);
        if (found == STR_NPOS) continue;
        wrong(p, (uint32_t)found, (uint32_t)found + 2, "a Python model cannot hold templates");
        diag_hint(p->sink, "use dbt.ref(), dbt.source() and dbt.config.get(); write two braces of Python apart: `{ {`");
        return false;
    }
    return true;
}

bool python_model_read(Arena *arena, Str text, Span region, PythonCalls *calls, DiagSink *sink)
{
    Python p = {arena, text, region, sink, calls, {0}};
    if (!check_plain(&p) || !read_tokens(&p, 0, (uint32_t)text.len)) return false;
    if (p.tokens.at[0].kind == PY_LINE) return true; /* nothing but comments: dbt takes it */
    return check_models(&p) && read_calls(&p, 0);
}
