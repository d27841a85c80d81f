/* The token scan. Rules of the two dialects: sqlite.org/lang_expr.html and lang_comment.html with the tokenizer's own
 * habits ($ inside names, `==`, [names], `names`), and PostgreSQL's manual, chapter "Lexical Structure". */
#include "sql/scan.h"

#include <string.h>

const SqlSyntax sql_sqlite = {
    .backtick_names = true, .bracket_names = true, .named_parameters = true, .atomic_bodies = true};

const SqlSyntax sql_postgres = {.dollar_strings = true,
                                .escape_strings = true,
                                .nested_comments = true,
                                .hash_operators = true,
                                .atomic_bodies = true};

static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}
static bool is_name_start(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}
static bool is_name(unsigned char c)
{
    return is_name_start(c) || is_digit(c) || c == '$';
}
static bool is_hex(unsigned char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

SqlScanner sql_scanner(const SqlSyntax *syntax, Str text)
{
    return (SqlScanner){syntax, text, 0};
}

/* The byte at `i`, or 0 behind the end. */
static unsigned char at(const SqlScanner *s, size_t i)
{
    return i < s->text.len ? (unsigned char)s->text.ptr[i] : 0;
}

static SqlToken token(SqlScanner *s, SqlTokenKind kind, size_t end)
{
    SqlToken t = {kind, s->at, end};
    s->at = end;
    return t;
}

/* From the opening quote at `i` to behind the closing one; doubled quotes stay inside. STR_NPOS if it never closes. */
static size_t quoted_end(const SqlScanner *s, size_t i, char close, bool backslash)
{
    for (i++; i < s->text.len; i++) {
        if (backslash && s->text.ptr[i] == '\\') {
            i++;
        } else if (s->text.ptr[i] == close) {
            if (close == ']' || at(s, i + 1) != (unsigned char)close) return i + 1;
            i++;
        }
    }
    return STR_NPOS;
}

static SqlToken quoted(SqlScanner *s, SqlTokenKind kind, size_t open, char close, bool backslash)
{
    size_t end = quoted_end(s, open, close, backslash);
    return end == STR_NPOS ? token(s, SQL_BAD, s->text.len) : token(s, kind, end);
}

static SqlToken block_comment(SqlScanner *s)
{
    size_t depth = 1;
    for (size_t i = s->at + 2; i < s->text.len; i++) {
        if (at(s, i) == '*' && at(s, i + 1) == '/') {
            i++;
            if (--depth == 0) return token(s, SQL_COMMENT, i + 1);
        } else if (s->syntax->nested_comments && at(s, i) == '/' && at(s, i + 1) == '*') {
            i++;
            depth++;
        }
    }
    return token(s, SQL_BAD, s->text.len);
}

/* $$...$$ or $tag$...$tag$ at the scanner's place; false if this dollar opens no string. */
static bool dollar_string(SqlScanner *s, SqlToken *result)
{
    size_t i = s->at + 1;
    if (!is_digit(at(s, i)))
        while (is_name(at(s, i)) && at(s, i) != '$') i++;
    if (at(s, i) != '$') return false;
    Str tag = str_slice(s->text, s->at, i + 1);
    size_t close = str_find(s->text, tag, i + 1);
    *result = close == STR_NPOS ? token(s, SQL_BAD, s->text.len) : token(s, SQL_STRING, close + tag.len);
    return true;
}

static SqlToken number(SqlScanner *s)
{
    size_t i = s->at;
    if (at(s, i) == '0' && (at(s, i + 1) == 'x' || at(s, i + 1) == 'X') && is_hex(at(s, i + 2))) {
        for (i += 2; is_hex(at(s, i));) i++;
        return token(s, SQL_NUMBER, i);
    }
    while (is_digit(at(s, i))) i++;
    if (at(s, i) == '.' && at(s, i + 1) != '.')
        for (i++; is_digit(at(s, i));) i++;
    if (at(s, i) == 'e' || at(s, i) == 'E') {
        size_t digits = i + 1;
        if (at(s, digits) == '+' || at(s, digits) == '-') digits++;
        if (is_digit(at(s, digits)))
            for (i = digits; is_digit(at(s, i));) i++;
    }
    return token(s, SQL_NUMBER, i);
}

static size_t sqlite_operator(const SqlScanner *s)
{
    static const char *const longest_first[] = {
        "->>", "::", "->", "||", "<<", "<=", "<>", ">>", ">=", "==", "!=", ":="};
    Str rest = str_from_index(s->text, s->at);
    for (size_t i = 0; i < sizeof longest_first / sizeof *longest_first; i++)
        if (str_starts(rest, str_from(longest_first[i]))) return strlen(longest_first[i]);
    return strchr("-*/%+|<>=&~!^:[]{}", at(s, s->at)) ? 1 : 0;
}

/* PostgreSQL's operators are any run of operator characters, cut before a comment; a run of several that ends in + or -
 * gives the sign back unless it holds one of ~ ! @ # % ^ & | ` ? (manual, section "Operators"). */
static size_t postgres_operator(const SqlScanner *s)
{
    unsigned char c = at(s, s->at);
    if (c == ':') return at(s, s->at + 1) == ':' || at(s, s->at + 1) == '=' ? 2 : 1;
    if (c == '[' || c == ']' || c == '{' || c == '}') return 1;
    size_t n = 0;
    bool special = false;
    for (; (c = at(s, s->at + n)) != 0 && strchr("+-*/<>=~!@#%^&|`?", c); n++) {
        unsigned char after = at(s, s->at + n + 1);
        if ((c == '-' && after == '-') || (c == '/' && after == '*')) break;
        special = special || strchr("~!@#%^&|`?", c);
    }
    while (n > 1 && !special && (at(s, s->at + n - 1) == '+' || at(s, s->at + n - 1) == '-')) n--;
    return n;
}

static SqlToken name(SqlScanner *s)
{
    unsigned char c = at(s, s->at), after = at(s, s->at + 1);
    if (after == '\'') {
        if (c == 'x' || c == 'X') return quoted(s, SQL_STRING, s->at + 1, '\'', false);
        if (s->syntax->escape_strings && (c == 'e' || c == 'E')) return quoted(s, SQL_STRING, s->at + 1, '\'', true);
        if (s->syntax->escape_strings && strchr("bBnN", c)) return quoted(s, SQL_STRING, s->at + 1, '\'', false);
    }
    if (s->syntax->escape_strings && (c == 'u' || c == 'U') && after == '&') {
        if (at(s, s->at + 2) == '\'') return quoted(s, SQL_STRING, s->at + 2, '\'', false);
        if (at(s, s->at + 2) == '"') return quoted(s, SQL_QUOTED_NAME, s->at + 2, '"', false);
    }
    size_t i = s->at + 1;
    while (is_name(at(s, i))) i++;
    return token(s, SQL_NAME, i);
}

static bool parameter(SqlScanner *s, SqlToken *result)
{
    unsigned char c = at(s, s->at);
    size_t i = s->at + 1;
    if (!s->syntax->named_parameters) {
        if (c != '$' || !is_digit(at(s, i))) return false;
        while (is_digit(at(s, i))) i++;
    } else if (c == '?') {
        while (is_digit(at(s, i))) i++;
    } else if ((c == ':' || c == '@' || c == '$' || c == '#') && is_name(at(s, i))) {
        while (is_name(at(s, i))) i++;
    } else {
        return false;
    }
    *result = token(s, SQL_PARAMETER, i);
    return true;
}

SqlToken sql_next_raw(SqlScanner *s)
{
    while (s->at < s->text.len && is_space((unsigned char)s->text.ptr[s->at])) s->at++;
    if (s->at >= s->text.len) return token(s, SQL_END, s->text.len);
    unsigned char c = at(s, s->at), after = at(s, s->at + 1);
    SqlToken special;
    if (is_name_start(c)) return name(s);
    if (is_digit(c) || (c == '.' && is_digit(after))) return number(s);
    switch (c) {
    case '\'': return quoted(s, SQL_STRING, s->at, '\'', false);
    case '"': return quoted(s, SQL_QUOTED_NAME, s->at, '"', false);
    case '(': return token(s, SQL_OPEN, s->at + 1);
    case ')': return token(s, SQL_CLOSE, s->at + 1);
    case ',': return token(s, SQL_COMMA, s->at + 1);
    case ';': return token(s, SQL_SEMICOLON, s->at + 1);
    case '.': return token(s, SQL_DOT, s->at + 1);
    case '-':
        if (after == '-') {
            size_t end = s->at;
            while (end < s->text.len && s->text.ptr[end] != '\n' && s->text.ptr[end] != '\r') end++;
            return token(s, SQL_COMMENT, end);
        }
        break;
    case '/':
        if (after == '*') return block_comment(s);
        break;
    case '`':
        if (s->syntax->backtick_names) return quoted(s, SQL_QUOTED_NAME, s->at, '`', false);
        break;
    case '[':
        if (s->syntax->bracket_names) return quoted(s, SQL_QUOTED_NAME, s->at, ']', false);
        break;
    case '$':
        if (s->syntax->dollar_strings && dollar_string(s, &special)) return special;
        break;
    default: break;
    }
    if (parameter(s, &special)) return special;
    size_t length = s->syntax->hash_operators ? postgres_operator(s) : sqlite_operator(s);
    return length ? token(s, SQL_OPERATOR, s->at + length) : token(s, SQL_BAD, s->at + 1);
}

SqlToken sql_next(SqlScanner *s)
{
    SqlToken t;
    do t = sql_next_raw(s);
    while (t.kind == SQL_COMMENT);
    return t;
}

bool sql_is_word(Str text, SqlToken t, const char *word)
{
    /* Asked a dozen times for each word of a statement: most answers are in the first letter. */
    if (t.kind != SQL_NAME) return false;
    for (size_t i = t.start; i < t.end; i++, word++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (!c || c != *word) return false; /* of a longer name too: the word ends with NUL */
    }
    return !*word;
}

Str sql_name_text(Arena *arena, Str text, SqlToken t)
{
    Str raw = str_slice(text, t.start, t.end);
    if (t.kind != SQL_QUOTED_NAME || raw.len < 2) return raw;
    char close = raw.ptr[raw.len - 1];
    size_t open = raw.ptr[0] == 'u' || raw.ptr[0] == 'U' ? 2 : 0;
    Str inside = str_slice(raw, open + 1, raw.len - 1);
    if (close == ']' || str_find_char(inside, close, 0) == STR_NPOS) return inside;
    char twice[] = {close, close};
    return str_replace(arena, inside, str_n(twice, 2), str_n(twice, 1));
}

Str sql_trim_end(const SqlSyntax *syntax, Str sql)
{
    SqlScanner s = sql_scanner(syntax, sql);
    size_t end = 0;
    for (;;) {
        SqlToken t = sql_next(&s);
        if (t.kind == SQL_END) return str_slice(sql, 0, end);
        if (t.kind == SQL_BAD && t.end == sql.len) return str_trim_right(sql);
        if (t.kind != SQL_SEMICOLON) end = t.end;
    }
}

bool sql_is_empty(const SqlSyntax *syntax, Str sql)
{
    SqlScanner s = sql_scanner(syntax, sql);
    SqlToken t;
    do t = sql_next(&s);
    while (t.kind == SQL_SEMICOLON);
    return t.kind == SQL_END;
}

/* Follows one statement, to know which semicolons end it. */
typedef struct Body {
    size_t words; /* names seen so far */
    bool create, routine; /* `create ... trigger|function|procedure` */
    size_t depth; /* open begin and case blocks */
} Body;

static void body_feed(Body *body, Str text, SqlToken t)
{
    if (t.kind != SQL_NAME) return;
    body->words++;
    if (body->words == 1) body->create = sql_is_word(text, t, "create");
    if (!body->create) return;
    if (!body->routine) {
        /* create [or replace] [temp] trigger: the kind is among the first words. */
        body->routine = body->words <= 5 && (sql_is_word(text, t, "trigger") || sql_is_word(text, t, "function") ||
                                             sql_is_word(text, t, "procedure"));
    } else if (sql_is_word(text, t, "begin") || (body->depth && sql_is_word(text, t, "case"))) {
        body->depth++;
    } else if (body->depth && sql_is_word(text, t, "end")) {
        body->depth--;
    }
}

bool sql_split_next(const SqlSyntax *syntax, Str script, size_t *place, Str *statement)
{
    SqlScanner s = sql_scanner(syntax, script);
    s.at = *place;
    Body body = {0};
    size_t start = STR_NPOS, end = 0;
    for (;;) {
        SqlToken t = sql_next(&s);
        bool ends = t.kind == SQL_END || (t.kind == SQL_SEMICOLON && body.depth == 0);
        if (ends && start != STR_NPOS) {
            *statement = str_slice(script, start, end);
            *place = t.end;
            return true;
        }
        if (t.kind == SQL_END) {
            *place = script.len;
            return false;
        }
        if (ends) continue;
        if (start == STR_NPOS) start = t.start;
        end = t.end;
        if (syntax->atomic_bodies) body_feed(&body, script, t);
    }
}

size_t sql_second_statement(const SqlSyntax *syntax, Str sql)
{
    size_t place = 0;
    Str statement;
    if (!sql_split_next(syntax, sql, &place, &statement) || !sql_split_next(syntax, sql, &place, &statement))
        return STR_NPOS;
    return (size_t)(statement.ptr - sql.ptr);
}

/* Whether a token is this name, without making a copy: `name` holds no quotes, the token may. */
static bool token_is(Str text, SqlToken t, Str wanted)
{
    Str raw = str_slice(text, t.start, t.end);
    if (t.kind == SQL_NAME) return str_eq_nocase(raw, wanted);
    if (t.kind != SQL_QUOTED_NAME || raw.len < 2) return false;
    char close = raw.ptr[raw.len - 1];
    size_t from = raw.ptr[0] == 'u' || raw.ptr[0] == 'U' ? 3 : 1, matched = 0;
    for (size_t i = from; i + 1 < raw.len; i++) {
        if (matched >= wanted.len || !str_eq_nocase(str_n(raw.ptr + i, 1), str_n(wanted.ptr + matched, 1)))
            return false;
        matched++;
        if (raw.ptr[i] == close && close != ']') i++; /* a doubled quote stands for one */
    }
    return matched == wanted.len;
}

static bool is_name_token(SqlToken t)
{
    return t.kind == SQL_NAME || t.kind == SQL_QUOTED_NAME;
}

/* The first token that is `wanted`; only before an opening parenthesis if it is to be a call. */
static size_t find_part(const SqlSyntax *syntax, Str sql, Str wanted, bool call, size_t *length)
{
    SqlScanner s = sql_scanner(syntax, sql);
    for (;;) {
        SqlToken t = sql_next(&s);
        if (t.kind == SQL_END) return STR_NPOS;
        if (!is_name_token(t) || !token_is(sql, t, wanted)) continue;
        SqlScanner ahead = s;
        if (call && sql_next(&ahead).kind != SQL_OPEN) continue;
        *length = t.end - t.start;
        return t.start;
    }
}

/* A dotted name: all its parts one after the other. */
static size_t find_dotted(const SqlSyntax *syntax, Str sql, Str wanted, size_t *length)
{
    SqlScanner s = sql_scanner(syntax, sql);
    for (;;) {
        SqlToken first = sql_next(&s);
        if (first.kind == SQL_END) return STR_NPOS;
        if (!is_name_token(first)) continue;
        SqlScanner ahead = s;
        SqlToken t = first;
        Str rest = wanted, part;
        bool matches = true, more = str_split_next(&rest, '.', &part);
        while (matches && more) {
            matches = is_name_token(t) && token_is(sql, t, part);
            more = matches && str_split_next(&rest, '.', &part);
            if (more) {
                matches = sql_next(&ahead).kind == SQL_DOT;
                t = sql_next(&ahead);
            }
        }
        if (matches) {
            *length = t.end - first.start;
            return first.start;
        }
    }
}

size_t sql_find_name(const SqlSyntax *syntax, Str sql, Str wanted, size_t *length)
{
    size_t dot = str_rfind_char(wanted, '.');
    size_t found = find_part(syntax, sql, wanted, false, length); /* a quoted name may hold dots */
    if (found == STR_NPOS && dot != STR_NPOS) {
        found = find_dotted(syntax, sql, wanted, length);
        if (found == STR_NPOS) found = find_part(syntax, sql, str_from_index(wanted, dot + 1), false, length);
    }
    return found;
}

size_t sql_find_call(const SqlSyntax *syntax, Str sql, Str wanted, size_t *length)
{
    return find_part(syntax, sql, wanted, true, length);
}
