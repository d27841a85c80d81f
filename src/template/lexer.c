#include "template/lexer.h"

#include "base/mem.h"

#include <string.h>

enum { BRACKETS_MAX = 250 };

/* ---- white space ---- */

static bool plain_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* Beyond ASCII: U+0085 U+00A0 U+1680 U+2000..200A U+2028 U+2029 U+202F U+205F U+3000. */
size_t space_at(const char *at, const char *end)
{
    if (at >= end) return 0;
    const unsigned char *s = (const unsigned char *)at;
    if (s[0] < 0x80) return plain_space(s[0]) ? 1 : 0;
    size_t left = (size_t)(end - at);
    if (s[0] == 0xc2 && left >= 2) return s[1] == 0x85 || s[1] == 0xa0 ? 2 : 0;
    if (left < 3) return 0;
    if (s[0] == 0xe1) return s[1] == 0x9a && s[2] == 0x80 ? 3 : 0;
    if (s[0] == 0xe2 && s[1] == 0x80)
        return (s[2] >= 0x80 && s[2] <= 0x8a) || s[2] == 0xa8 || s[2] == 0xa9 || s[2] == 0xaf ? 3 : 0;
    if (s[0] == 0xe2) return s[1] == 0x81 && s[2] == 0x9f ? 3 : 0;
    return s[0] == 0xe3 && s[1] == 0x80 && s[2] == 0x80 ? 3 : 0;
}

size_t space_before(const char *begin, const char *at)
{
    if (at <= begin) return 0;
    if ((unsigned char)at[-1] < 0x80) return plain_space((unsigned char)at[-1]) ? 1 : 0;
    for (size_t n = 2; n <= 3 && n <= (size_t)(at - begin); n++)
        if (space_at(at - n, at) == n) return n;
    return 0;
}

static uint32_t skip_space(const Lexer *lx, uint32_t at)
{
    for (size_t n; (n = space_at(lx->text + at, lx->text + lx->end)); at += (uint32_t)n) {}
    return at;
}

/* ---- marks ---- */

const char *lexer_mark(const Lexer *lx, ChunkKind kind, bool closing)
{
    if (lx->angle) return kind == CHUNK_EXPRESSION ? (closing ? ">>" : "<<") : (closing ? "%>" : "<%");
    return kind == CHUNK_EXPRESSION ? (closing ? "}}" : "{{") : (closing ? "%}" : "{%");
}

void lexer_offer_escape(const Lexer *lx, ChunkKind kind)
{
    if (!lx->angle) return;
    const char *mark = lexer_mark(lx, kind, false);
    diag_hint(lx->sink, "if a literal %s is meant, write \\%s", mark, mark);
}

static Span span(const Lexer *lx, uint32_t start, uint32_t end)
{
    return (Span){lx->source, start, end};
}

static bool is_opener(const Lexer *lx, uint32_t at)
{
    if (at + 1 >= lx->end || lx->text[at] != lx->open) return false;
    char second = lx->text[at + 1];
    return second == lx->open || second == '%' || second == '#';
}

/* Where the next tag or comment opens, at `at` or behind it; the end of the region if none does. */
static uint32_t find_opener(const Lexer *lx, uint32_t at)
{
    while (at < lx->end) {
        const char *hit = memchr(lx->text + at, lx->open, lx->end - at);
        if (!hit) break;
        at = (uint32_t)(hit - lx->text);
        if (!is_opener(lx, at)) {
            at++;
        } else if (!lx->angle) {
            return at;
        } else if (at > 0 && lx->text[at - 1] == '\\') {
            /* An escaped opener is passed as a whole, so that the second < of \<<< does not open. */
            at += 2;
        } else {
            /* No expression starts with < or %, so of <<< the last two open, and of <<% too. */
            while (lx->text[at + 1] == '<' && is_opener(lx, at + 1)) at++;
            return at;
        }
    }
    return lx->end;
}

/* Python's newline rules: one line end at the end of a template is dropped. */
static uint32_t without_last_newline(Str text, Span region)
{
    uint32_t end = region.end;
    if (end > region.start && text.ptr[end - 1] == '\n') end--;
    if (end > region.start && text.ptr[end - 1] == '\r') end--;
    return end;
}

void lexer_init(Lexer *lx, Str text, Span region, TplFamily family, DiagSink *sink)
{
    bool angle = family == TPL_ANGLE;
    *lx = (Lexer){.text = text.ptr,
                  .source = region.source,
                  .at = region.start,
                  .statement_end = region.start,
                  .end = without_last_newline(text, region),
                  .open = angle ? '<' : '{',
                  .close = angle ? '>' : '}',
                  .angle = angle,
                  .sink = sink};
}

void lexer_release(Lexer *lx)
{
    mem_free(lx->tokens);
    lx->tokens = NULL;
}

/* ---- the inside of a tag ---- */

static void push(Lexer *lx, TokenKind kind, uint32_t start, uint32_t end)
{
    if (lx->token_count == lx->token_cap) {
        lx->token_cap = lx->token_cap ? lx->token_cap * 2 : 64;
        lx->tokens = mem_realloc(lx->tokens, lx->token_cap * sizeof *lx->tokens);
    }
    lx->tokens[lx->token_count++] = (Token){.kind = (uint8_t)kind, .start = start, .end = end};
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static TokenWord word_of(Str s)
{
    static const struct {
        Str text;
        TokenWord word;
    } words[] = {{STR_INIT("and"), W_AND},     {STR_INIT("or"), W_OR},
                 {STR_INIT("not"), W_NOT},     {STR_INIT("in"), W_IN},
                 {STR_INIT("is"), W_IS},       {STR_INIT("if"), W_IF},
                 {STR_INIT("else"), W_ELSE},   {STR_INIT("true"), W_TRUE},
                 {STR_INIT("True"), W_TRUE},   {STR_INIT("false"), W_FALSE},
                 {STR_INIT("False"), W_FALSE}, {STR_INIT("none"), W_NONE},
                 {STR_INIT("None"), W_NONE},   {STR_INIT("recursive"), W_RECURSIVE}};
    if (s.len > 9 || !strchr("aoniertfTFN", s.ptr[0])) return W_OTHER;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i].text, s)) return words[i].word;
    return W_OTHER;
}

/* Digits with single underscores between them: the end of the longest run. */
static uint32_t digits(const Lexer *lx, uint32_t at, bool (*accepts)(char))
{
    while (at < lx->end) {
        if (accepts(lx->text[at]))
            at++;
        else if (lx->text[at] == '_' && at + 1 < lx->end && accepts(lx->text[at + 1]))
            at += 2;
        else
            break;
    }
    return at;
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}
static bool is_binary(char c)
{
    return c == '0' || c == '1';
}
static bool is_zero(char c)
{
    return c == '0';
}

/* A number as Jinja2 reads it: 1_000, 1.5, 1e3, 0x1f, 0o17, 0b11. Behind a dot (x.0.1) there are no fractions. */
static uint32_t lex_number(Lexer *lx, uint32_t at)
{
    const char *t = lx->text;
    if (!(at > 0 && t[at - 1] == '.')) {
        uint32_t whole = digits(lx, at, is_digit), end = whole;
        if (end + 1 < lx->end && t[end] == '.' && is_digit(t[end + 1])) end = digits(lx, end + 1, is_digit);
        if (end < lx->end && (t[end] == 'e' || t[end] == 'E')) {
            uint32_t e = end + 1;
            if (e < lx->end && (t[e] == '+' || t[e] == '-')) e++;
            if (e < lx->end && is_digit(t[e])) end = digits(lx, e, is_digit);
        }
        if (end > whole) {
            push(lx, T_FLOAT, at, end);
            return end;
        }
    }
    uint32_t end;
    if (t[at] == '0') {
        char base = at + 1 < lx->end ? (char)(t[at + 1] | 0x20) : 0;
        bool (*accepts)(char) = base == 'x' ? is_hex : base == 'o' ? is_octal : base == 'b' ? is_binary : NULL;
        uint32_t from = at + 2;
        if (accepts && from < lx->end && t[from] == '_') from++;
        if (accepts && from < lx->end && accepts(t[from]))
            end = digits(lx, from, accepts);
        else
            end = digits(lx, at, is_zero);
    } else {
        end = digits(lx, at, is_digit);
    }
    push(lx, T_INT, at, end);
    return end;
}

/* 0 if the string is never closed. */
static uint32_t lex_string(Lexer *lx, uint32_t at)
{
    char quote = lx->text[at];
    for (uint32_t i = at + 1; i < lx->end; i++) {
        if (lx->text[i] == '\\') {
            i++;
        } else if (lx->text[i] == quote) {
            push(lx, T_STRING, at, i + 1);
            return i + 1;
        }
    }
    return 0;
}

static TokenKind operator_at(const char *at, size_t left, uint32_t *length)
{
    char a = at[0], b = left > 1 ? at[1] : 0;
    *length = 2;
    if (a == '*' && b == '*') return T_POWER;
    if (a == '/' && b == '/') return T_FLOORDIV;
    if (a == '=' && b == '=') return T_EQ;
    if (a == '!' && b == '=') return T_NE;
    if (a == '<' && b == '=') return T_LE;
    if (a == '>' && b == '=') return T_GE;
    *length = 1;
    switch (a) {
    case '+': return T_PLUS;
    case '-': return T_MINUS;
    case '*': return T_STAR;
    case '/': return T_SLASH;
    case '%': return T_PERCENT;
    case '~': return T_TILDE;
    case '|': return T_PIPE;
    case '.': return T_DOT;
    case ',': return T_COMMA;
    case ':': return T_COLON;
    case ';': return T_SEMICOLON;
    case '=': return T_ASSIGN;
    case '<': return T_LT;
    case '>': return T_GT;
    case '(': return T_LPAREN;
    case ')': return T_RPAREN;
    case '[': return T_LBRACKET;
    case ']': return T_RBRACKET;
    case '{': return T_LBRACE;
    case '}': return T_RBRACE;
    default: return T_END;
    }
}

static char closer_of(char bracket)
{
    return bracket == '(' ? ')' : bracket == '[' ? ']' : '}';
}

/* U+2018 to U+201F, as text processors put them. */
static bool is_typographic_quote(const Lexer *lx, uint32_t at)
{
    const unsigned char *s = (const unsigned char *)lx->text + at;
    return lx->end - at >= 3 && s[0] == 0xe2 && s[1] == 0x80 && s[2] >= 0x98 && s[2] <= 0x9f;
}

/* Does a closing delimiter of `kind` stand at `at`? Its length with a leading - or +, or 0. */
static uint32_t closer_at(const Lexer *lx, uint32_t at, ChunkKind kind, bool *trims)
{
    const char *t = lx->text;
    uint32_t i = at;
    *trims = false;
    if (i < lx->end && (t[i] == '-' || (t[i] == '+' && kind == CHUNK_STATEMENT))) {
        *trims = t[i] == '-';
        i++;
    }
    if (i + 1 >= lx->end || t[i + 1] != lx->close) return 0;
    if (t[i] != (kind == CHUNK_EXPRESSION ? lx->close : '%')) return 0;
    return i + 2 - at;
}

/* After an error inside a tag: behind the next closing delimiter of its kind, if one comes before another tag opens;
 * otherwise at that opener, or at the end. */
static uint32_t recover(const Lexer *lx, uint32_t at, ChunkKind kind, bool *trims)
{
    for (; at < lx->end; at++) {
        uint32_t length = closer_at(lx, at, kind, trims);
        if (length) return at + length;
        if (is_opener(lx, at)) break;
    }
    *trims = false;
    return at;
}

static void line_note(const Lexer *lx, uint32_t opener)
{
    diag_note(lx->sink, span(lx, opener, opener + 2), "the tag opens here");
}

typedef struct Bracket {
    char open;
    uint32_t at;
} Bracket;

/* Cuts the inside of the tag that opens at `start` into tokens; `at` is behind the opener and its mark. */
static void lex_tag(Lexer *lx, Chunk *chunk, uint32_t start, uint32_t at)
{
    Bracket brackets[BRACKETS_MAX];
    size_t depth = 0;
    ChunkKind kind = chunk->kind, other = kind == CHUNK_EXPRESSION ? CHUNK_STATEMENT : CHUNK_EXPRESSION;
    const char *mark = lexer_mark(lx, kind, false);
    uint32_t finish;
    lx->token_count = 0;
    for (;;) {
        at = skip_space(lx, at);
        if (at >= lx->end) {
            diag_add(lx->sink, DIAG_template_syntax, span(lx, start, start + 2), "'%s' is never closed", mark);
            if (lx->angle)
                lexer_offer_escape(lx, kind);
            else
                diag_hint(lx->sink, "close it with '%s'", lexer_mark(lx, kind, true));
            chunk->broken = true;
            /* Whatever follows on the same line is taken for its inside; the next line may hold more tags. */
            const char *line = memchr(lx->text + start, '\n', lx->end - start);
            finish = line ? find_opener(lx, (uint32_t)(line - lx->text)) : lx->end;
            break;
        }
        char c = lx->text[at];
        bool trims;
        uint32_t length = closer_at(lx, at, kind, &trims);
        /* Two braces that close may belong to two dicts; no other closing delimiter can stand inside brackets. */
        bool braces = depth && brackets[depth - 1].open == '{' && kind == CHUNK_EXPRESSION && !lx->angle;
        if (length && (!depth || !braces)) {
            if (depth) {
                Bracket b = brackets[depth - 1];
                diag_add(lx->sink, DIAG_template_syntax, span(lx, b.at, b.at + 1), "'%c' is never closed", b.open);
                diag_note(lx->sink, span(lx, at, at + length), "the tag ends here");
                if (kind == CHUNK_EXPRESSION) lexer_offer_escape(lx, kind);
                chunk->broken = true;
            }
            chunk->trims_after = trims;
            finish = at + length;
            break;
        }
        length = closer_at(lx, at, other, &trims);
        if (length && !(other == CHUNK_EXPRESSION && (depth || lx->angle))) {
            diag_add(lx->sink, DIAG_template_syntax, span(lx, at, at + length), "'%s' is closed by '%.*s'", mark,
                     (int)length, lx->text + at);
            diag_hint(lx->sink, "close it with '%s'", lexer_mark(lx, kind, true));
            line_note(lx, start);
            chunk->broken = true;
            chunk->trims_after = trims;
            finish = at + length;
            break;
        }
        if (is_opener(lx, at) && !(lx->text[at + 1] == '{' && depth)) {
            bool nested = lx->text[at + 1] == lx->open && !memchr(lx->text + start, '\n', at - start);
            if (nested && (kind == CHUNK_STATEMENT || !lx->angle)) {
                diag_add(lx->sink, DIAG_template_syntax, span(lx, at, at + 2), "a tag cannot stand inside a tag");
                diag_hint(lx->sink, "inside a tag write the name alone, without '%s' and '%s'",
                          lexer_mark(lx, CHUNK_EXPRESSION, false), lexer_mark(lx, CHUNK_EXPRESSION, true));
                line_note(lx, start);
                /* Past the inner tag, then to the end of the outer one. */
                bool inner;
                uint32_t past = recover(lx, at + 2, CHUNK_EXPRESSION, &inner);
                finish = recover(lx, past, kind, &chunk->trims_after);
            } else {
                diag_add(lx->sink, DIAG_template_syntax, span(lx, start, start + 2), "'%s' is never closed", mark);
                diag_note(lx->sink, span(lx, at, at + 2), "another tag opens here");
                if (lx->angle)
                    lexer_offer_escape(lx, kind);
                else
                    diag_hint(lx->sink, "close it with '%s' before this place", lexer_mark(lx, kind, true));
                finish = at;
            }
            chunk->broken = true;
            break;
        }
        if (is_typographic_quote(lx, at)) {
            diag_add(lx->sink, DIAG_template_syntax, span(lx, at, at + 3), "a typographic quote does not quote");
            diag_hint(lx->sink, "write ' or \"");
            chunk->broken = true;
            finish = recover(lx, at + 3, kind, &chunk->trims_after);
            break;
        }
        if (is_digit(c)) {
            at = lex_number(lx, at);
        } else if (is_word(c)) {
            uint32_t end = at;
            while (end < lx->end && is_word(lx->text[end])) end++;
            push(lx, T_NAME, at, end);
            lx->tokens[lx->token_count - 1].word = (uint8_t)word_of(str_n(lx->text + at, end - at));
            at = end;
        } else if (c == '\'' || c == '"') {
            uint32_t end = lex_string(lx, at);
            if (!end) {
                diag_add(lx->sink, DIAG_template_syntax, span(lx, at, at + 1), "this string is never closed");
                line_note(lx, start);
                if (kind == CHUNK_EXPRESSION) lexer_offer_escape(lx, kind);
                chunk->broken = true;
                finish = recover(lx, at, kind, &chunk->trims_after);
                break;
            }
            at = end;
        } else {
            TokenKind op = operator_at(lx->text + at, lx->end - at, &length);
            bool opens = op == T_LPAREN || op == T_LBRACKET || op == T_LBRACE;
            bool closes = op == T_RPAREN || op == T_RBRACKET || op == T_RBRACE;
            bool fails = true;
            if (op == T_END) {
                diag_add(lx->sink, DIAG_template_syntax, span(lx, at, at + 1), "'%c' has no meaning in a tag", c);
                if (c == '!')
                    diag_hint(lx->sink, "write 'not'");
                else if (c == '&')
                    diag_hint(lx->sink, "write 'and'");
                else if (kind == CHUNK_EXPRESSION)
                    lexer_offer_escape(lx, kind);
            } else if (opens && depth == BRACKETS_MAX) {
                diag_add(lx->sink, DIAG_template_limit, span(lx, at, at + 1),
                         "brackets are nested more than %d levels deep", (int)BRACKETS_MAX);
                diag_hint(lx->sink, "put parts of the expression into variables with 'set'");
            } else if (closes && !depth) {
                diag_add(lx->sink, DIAG_template_syntax, span(lx, at, at + 1), "'%c' closes nothing", c);
                if (kind == CHUNK_EXPRESSION) lexer_offer_escape(lx, kind);
            } else if (closes && closer_of(brackets[depth - 1].open) != c) {
                Bracket b = brackets[depth - 1];
                diag_add(lx->sink, DIAG_template_syntax, span(lx, at, at + 1), "'%c' is closed by '%c'", b.open, c);
                diag_note(lx->sink, span(lx, b.at, b.at + 1), "'%c' opens here", b.open);
                diag_hint(lx->sink, "write '%c' here, or before it", closer_of(b.open));
            } else {
                fails = false;
            }
            if (fails) {
                chunk->broken = true;
                finish = recover(lx, at, kind, &chunk->trims_after);
                break;
            }
            if (opens) brackets[depth++] = (Bracket){c, at};
            if (closes) depth--;
            push(lx, op, at, at + length);
            at += length;
        }
    }
    size_t count = lx->token_count;
    push(lx, T_END, at < finish ? at : finish, finish);
    chunk->tokens = lx->tokens;
    chunk->count = count;
    chunk->start = start;
    chunk->end = finish;
    chunk->before = lx->statement_end;
    lx->at = finish;
    lx->trim = chunk->trims_after;
    if (kind == CHUNK_STATEMENT) lx->statement_end = lx->trim ? skip_space(lx, finish) : finish;
}

/* ---- tags as wholes ---- */

static bool word_follows(const Lexer *lx, uint32_t *at, Str word)
{
    uint32_t i = skip_space(lx, *at);
    if (lx->end - i < word.len || memcmp(lx->text + i, word.ptr, word.len) != 0) return false;
    i += (uint32_t)word.len;
    if (i < lx->end && is_word(lx->text[i])) return false;
    *at = i;
    return true;
}

/* Is the statement tag that opens at `at` nothing but `word`? */
static bool word_tag_at(const Lexer *lx, uint32_t at, Str word, uint32_t *end, bool *trims_before, bool *trims_after)
{
    if (at + 1 >= lx->end || lx->text[at] != lx->open || lx->text[at + 1] != '%') return false;
    at += 2;
    *trims_before = at < lx->end && lx->text[at] == '-';
    if (at < lx->end && (lx->text[at] == '-' || lx->text[at] == '+')) at++;
    if (!word_follows(lx, &at, word)) return false;
    at = skip_space(lx, at);
    uint32_t length = closer_at(lx, at, CHUNK_STATEMENT, trims_after);
    *end = at + length;
    return length != 0;
}

bool lexer_skip_to_tag(Lexer *lx, Str name, Span *tag, bool *trims_before, bool *trims_after)
{
    for (uint32_t at = find_opener(lx, lx->at); at < lx->end; at = find_opener(lx, at + 2)) {
        uint32_t end;
        if (!word_tag_at(lx, at, name, &end, trims_before, trims_after)) continue;
        *tag = span(lx, at, end);
        lx->at = end;
        lx->statement_end = *trims_after ? skip_space(lx, end) : end;
        lx->trim = *trims_after;
        lx->has_pending = false;
        return true;
    }
    return false;
}

static void skip_comment(Lexer *lx, uint32_t start)
{
    uint32_t from = start + 2;
    if (from < lx->end && (lx->text[from] == '-' || lx->text[from] == '+')) from++;
    for (uint32_t at = from; at + 1 < lx->end; at++) {
        const char *hit = memchr(lx->text + at, '#', lx->end - at - 1);
        if (!hit) break;
        at = (uint32_t)(hit - lx->text);
        if (lx->text[at + 1] != lx->close) continue;
        lx->trim = at > from && lx->text[at - 1] == '-';
        lx->at = at + 2;
        return;
    }
    diag_add(lx->sink, DIAG_template_syntax, span(lx, start, start + 2), "the comment '%c#' is never closed", lx->open);
    if (lx->angle)
        diag_hint(lx->sink, "close it with '#>'; if a literal <# is meant, write \\<#");
    else
        diag_hint(lx->sink, "close it with '#}'");
    lx->at = lx->end;
}

/* The text of a raw block, from behind its opening tag. */
static void lex_raw(Lexer *lx, Chunk *chunk, uint32_t start, uint32_t tag_end, bool trims)
{
    uint32_t from = trims ? skip_space(lx, tag_end) : tag_end;
    bool before = false, after = false;
    for (uint32_t at = from; at < lx->end; at++) {
        const char *hit = memchr(lx->text + at, lx->open, lx->end - at);
        if (!hit) break;
        at = (uint32_t)(hit - lx->text);
        uint32_t end;
        if (!word_tag_at(lx, at, STR("endraw"), &end, &before, &after)) continue;
        uint32_t to = at;
        if (before)
            for (size_t n; (n = space_before(lx->text + from, lx->text + to)); to -= (uint32_t)n) {}
        *chunk = (Chunk){.kind = CHUNK_TEXT, .start = from, .end = to, .raw = true};
        lx->at = end;
        lx->trim = after;
        lx->statement_end = after ? skip_space(lx, end) : end;
        return;
    }
    diag_add(lx->sink, DIAG_template_syntax, span(lx, start, tag_end), "the raw block is never closed");
    diag_hint(lx->sink, "close it with '%s endraw %s'", lexer_mark(lx, CHUNK_STATEMENT, false),
              lexer_mark(lx, CHUNK_STATEMENT, true));
    *chunk = (Chunk){.kind = CHUNK_TEXT, .start = lx->end, .end = lx->end, .raw = true};
    lx->at = lx->end;
    lx->trim = false;
}

void lexer_next(Lexer *lx, Chunk *chunk)
{
    for (;;) {
        if (!lx->has_pending) {
            uint32_t from = lx->at;
            uint32_t opener = find_opener(lx, from), to = opener;
            if (lx->trim) {
                uint32_t past = skip_space(lx, from);
                from = past < to ? past : to;
                lx->trim = false;
            }
            if (opener + 2 < lx->end && lx->text[opener + 2] == '-')
                for (size_t n; (n = space_before(lx->text + from, lx->text + to)); to -= (uint32_t)n) {}
            lx->at = opener;
            lx->pending = opener;
            lx->has_pending = true;
            if (to > from) {
                *chunk = (Chunk){.kind = CHUNK_TEXT, .start = from, .end = to};
                return;
            }
        }
        lx->has_pending = false;
        uint32_t start = lx->pending;
        if (start >= lx->end) {
            *chunk = (Chunk){.kind = CHUNK_END, .start = lx->end, .end = lx->end};
            return;
        }
        char second = lx->text[start + 1];
        if (second == '#') {
            skip_comment(lx, start);
            continue;
        }
        bool before, after;
        uint32_t end;
        /* As in Jinja2, an opening raw tag takes no `+` at its end; the parser then knows no tag of that name. */
        if (second == '%' && word_tag_at(lx, start, STR("raw"), &end, &before, &after) && lx->text[end - 3] != '+') {
            lex_raw(lx, chunk, start, end, after);
            if (chunk->end > chunk->start) return;
            continue;
        }
        *chunk = (Chunk){.kind = second == '%' ? CHUNK_STATEMENT : CHUNK_EXPRESSION};
        uint32_t at = start + 2;
        if (at < lx->end && (lx->text[at] == '-' || lx->text[at] == '+')) {
            chunk->trims_before = lx->text[at] == '-';
            at++;
        }
        lex_tag(lx, chunk, start, at);
        return;
    }
}
