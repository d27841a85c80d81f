#include "sql/rewrite.h"

#include "base/utf8.h"
#include "base/vec.h"
#include "sql/qualified.h"
#include "sql/scan.h"
#include "sql/scope.h"

#include <stdlib.h>
#include <string.h>

/* One change: the bytes [start, end) become `text`. Insertions have start == end. */
typedef struct Change {
    size_t start, end;
    Str text;
    size_t order;
} Change;

typedef struct Rewriter {
    Arena *arena;
    Str sql;
    VEC(SqlToken) tokens;
    size_t *match; /* of a parenthesis, `case` and `end` its partner's index; else STR_NPOS */
    size_t *cast_start; /* of the last token of a cast or typed literal, its first one; else STR_NPOS */
    VEC(Change) changes;
    size_t skip_from, skip_to; /* tokens that were rewritten as a text of their own */
    unsigned depth; /* of such texts in one another */
    const SqlDatabases *databases;
} Rewriter;

enum { TEXTS_DEPTH = 8 };
static SqlRewritten rewrite(Arena *arena, Str sql, unsigned depth, const SqlDatabases *databases);

static SqlToken at(const Rewriter *r, size_t i)
{
    static const SqlToken none = {SQL_END, 0, 0};
    return i < r->tokens.n ? r->tokens.at[i] : none;
}

static Str text_of(const Rewriter *r, size_t i)
{
    return str_slice(r->sql, at(r, i).start, at(r, i).end);
}
static bool word(const Rewriter *r, size_t i, const char *w)
{
    return i < r->tokens.n && sql_is_word(r->sql, at(r, i), w);
}
static bool kind(const Rewriter *r, size_t i, SqlTokenKind k)
{
    return at(r, i).kind == k;
}

static bool one_of(const Rewriter *r, size_t i, const char *const *words)
{
    for (; *words; words++)
        if (word(r, i, *words)) return true;
    return false;
}

static void change(Rewriter *r, size_t start, size_t end, Str text)
{
    vec_push(r->arena, &r->changes, (Change){start, end, text, r->changes.n});
}
static void insert(Rewriter *r, size_t place, const char *text)
{
    change(r, place, place, str_from(text));
}
static void replace_token(Rewriter *r, size_t i, const char *text)
{
    change(r, at(r, i).start, at(r, i).end, str_from(text));
}

static void pair(Rewriter *r, size_t opener, size_t closer)
{
    r->match[opener] = closer;
    r->match[closer] = opener;
}

static void tokenize(Rewriter *r)
{
    SqlScanner scanner = sql_scanner(&sql_sqlite, r->sql);
    scanner.at = r->sql.len - utf8_without_bom(r->sql).len;
    for (SqlToken t; (t = sql_next(&scanner)).kind != SQL_END;) vec_push(r->arena, &r->tokens, t);
    r->match = arena_alloc(r->arena, (r->tokens.n + 1) * sizeof *r->match);
    r->cast_start = arena_alloc(r->arena, (r->tokens.n + 1) * sizeof *r->cast_start);
    /* Openers of parentheses and of `case`, innermost last. A closing parenthesis ends what was left open inside. */
    VEC(size_t) open = {0};
    for (size_t i = 0; i < r->tokens.n; i++) {
        r->match[i] = r->cast_start[i] = STR_NPOS;
        if (kind(r, i, SQL_OPEN) || word(r, i, "case")) {
            vec_push(r->arena, &open, i);
        } else if (kind(r, i, SQL_CLOSE)) {
            while (open.n && !kind(r, open.at[open.n - 1], SQL_OPEN)) open.n--;
            if (open.n) pair(r, open.at[--open.n], i);
        } else if (word(r, i, "end") && open.n && word(r, open.at[open.n - 1], "case")) {
            pair(r, open.at[--open.n], i);
        }
    }
}

/* ---- types ---- */

typedef struct TypeForm {
    const char *before, *after; /* around the operand */
    bool needed; /* SQLite's own cast would misunderstand it */
} TypeForm;

typedef struct Type {
    size_t first, last; /* tokens */
    TypeForm form;
} Type;

static bool find_form(Arena *arena, Str name, Str arguments, TypeForm *form)
{
    static const struct {
        const char *names; /* between bars */
        TypeForm form;
    } forms[] = {
        {"|int|integer|bigint|smallint|tinyint|mediumint|int2|int4|int8|int64|byteint|hugeint|signed|",
         {"cast(cast_integer(", ") as integer)", false}},
        {"|float|float4|float8|float64|double|double precision|real|", {"cast(cast_number(", ") as real)", false}},
        {"|numeric|decimal|number|bignumeric|bigdecimal|dec|", {"cast(cast_number(", ") as real)", false}},
        {"|text|varchar|char|character|character varying|string|nvarchar|bpchar|uuid|name|",
         {"cast(", " as text)", false}},
        {"|date|", {"cast(cast_date(", ") as text)", true}},
        {"|timestamp|timestamptz|timestamp_ntz|timestamp_ltz|timestamp_tz|datetime|datetime2|timestamp without time "
         "zone|timestamp with time zone|timestamp with local time zone|",
         {"cast(cast_timestamp(", ") as text)", true}},
        {"|time|time without time zone|time with time zone|", {"time(", ")", true}},
        {"|bool|boolean|", {"cast(cast_boolean(", ") as integer)", true}},
        {"|json|jsonb|", {"json(", ")", false}},
    };
    Str barred = str_fmt(arena, "|%.*s|", STR_ARG(name));
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (str_find(str_from(forms[i].names), barred, 0) == STR_NPOS) continue;
        *form = forms[i].form;
        /* number(10) and decimal(10, 0) are whole numbers; other scales round. */
        int64_t scale = 0;
        size_t comma = str_find_char(arguments, ',', 0);
        if (i == 2 && arguments.len &&
            (comma == STR_NPOS || str_to_int(str_trim(str_from_index(arguments, comma + 1)), &scale))) {
            form->before = scale ? "cast(round(cast_number(" : "cast(cast_integer(";
            form->after = scale ? str_fmt(arena, "), %lld) as real)", (long long)scale).ptr : ") as integer)";
        }
        return true;
    }
    return false;
}

/* Reads a type at token `i`: words such as `double precision`, perhaps with numbers in parentheses. */
static bool read_type(const Rewriter *r, size_t i, Type *type)
{
    static const char *const zones[] = {"with", "without", NULL};
    if (!kind(r, i, SQL_NAME)) return false;
    Str name = str_lower(r->arena, text_of(r, i)), arguments = STR_EMPTY;
    size_t last = i;
    if (word(r, i, "double") && word(r, i + 1, "precision")) {
        name = STR("double precision");
        last = i + 1;
    } else if (word(r, i, "character") && word(r, i + 1, "varying")) {
        name = STR("character varying");
        last = i + 1;
    }
    if (kind(r, last + 1, SQL_OPEN) && r->match[last + 1] != STR_NPOS) {
        size_t close = r->match[last + 1];
        for (size_t k = last + 2; k < close; k++)
            if (!kind(r, k, SQL_NUMBER) && !kind(r, k, SQL_COMMA)) return false;
        arguments = str_slice(r->sql, at(r, last + 1).end, at(r, close).start);
        last = close;
    }
    if ((word(r, i, "timestamp") || word(r, i, "time")) && one_of(r, last + 1, zones)) {
        size_t local = word(r, last + 2, "local");
        if (word(r, last + 2 + local, "time") && word(r, last + 3 + local, "zone")) {
            name = str_fmt(r->arena, "%.*s %.*s%s time zone", STR_ARG(name),
                           STR_ARG(str_lower(r->arena, text_of(r, last + 1))), local ? " local" : "");
            last += 3 + local;
        }
    }
    type->first = i;
    type->last = last;
    return find_form(r->arena, name, arguments, &type->form);
}

static const char *const date_parts[] = {"microsecond", "millisecond", "second",  "minute", "hour",   "day",
                                         "week",        "month",       "quarter", "year",   "decade", "century",
                                         "isoweek",     "isoyear",     "dow",     "doy",    "epoch",  "dayofweek",
                                         "dayofyear",   "days",        "months",  "years",  "hours",  "weeks",
                                         "minutes",     "seconds",     "isodow",  NULL};

/* ---- x::type ---- */

/* Words that stand before a parenthesis without calling anything. */
static const char *const no_functions[] = {
    "select", "distinct", "all",   "from",  "join",   "on",     "using",   "where",     "and",       "or",     "not",
    "in",     "is",       "like",  "ilike", "glob",   "regexp", "between", "case",      "when",      "then",   "else",
    "by",     "having",   "limit", "as",    "over",   "filter", "union",   "except",    "intersect", "values", "set",
    "exists", "any",      "some",  "end",   "offset", "escape", "collate", "returning", "with",      NULL};

static size_t dotted_start(const Rewriter *r, size_t i)
{
    while (i >= 2 && kind(r, i - 1, SQL_DOT) && (kind(r, i - 2, SQL_NAME) || kind(r, i - 2, SQL_QUOTED_NAME))) i -= 2;
    return i;
}

/* The first token of the operand that ends just before token `i`. STR_NPOS if there is none. */
static size_t operand_start(const Rewriter *r, size_t i)
{
    for (;;) {
        if (i == 0) return STR_NPOS;
        size_t j = i - 1;
        if (r->cast_start[j] != STR_NPOS) return r->cast_start[j];
        switch (at(r, j).kind) {
        case SQL_STRING:
        case SQL_NUMBER:
        case SQL_PARAMETER: return j;
        case SQL_QUOTED_NAME: return dotted_start(r, j);
        case SQL_NAME: return word(r, j, "end") ? r->match[j] : dotted_start(r, j);
        case SQL_CLOSE: break;
        default: return STR_NPOS;
        }
        size_t open = r->match[j];
        if (open == STR_NPOS || open == 0) return open;
        if (open >= 2 && kind(r, open - 2, SQL_CLOSE) && (word(r, open - 1, "over") || word(r, open - 1, "filter"))) {
            i = open - 1; /* f(x) over (...), f(x) filter (...): the call is before it */
            continue;
        }
        if (kind(r, open - 1, SQL_QUOTED_NAME) || (kind(r, open - 1, SQL_NAME) && !one_of(r, open - 1, no_functions)))
            return dotted_start(r, open - 1);
        return open;
    }
}

static void rewrite_cast_operator(Rewriter *r, size_t i)
{
    Type type;
    size_t start = operand_start(r, i);
    if (start == STR_NPOS || !read_type(r, i + 1, &type)) return;
    insert(r, at(r, start).start, type.form.before);
    change(r, at(r, i - 1).end, at(r, type.last).end, str_from(type.form.after));
    r->cast_start[type.last] = start;
}

/* ---- x + interval '1 day' ---- */

/* The number and the part of an interval at token `i`: '1 day', '1' day, 1 day, (n) day. False if it is no simple one. */
static bool read_interval(const Rewriter *r, size_t i, Str *number, Str *part, size_t *last)
{
    *last = i + 2;
    *part = text_of(r, i + 2);
    *number = text_of(r, i + 1);
    if (kind(r, i + 1, SQL_OPEN) && r->match[i + 1] != STR_NPOS) {
        size_t close = r->match[i + 1];
        *number = str_slice(r->sql, at(r, i + 1).start, at(r, close).end);
        *last = close + 1;
        *part = text_of(r, close + 1);
        return one_of(r, close + 1, date_parts);
    }
    if (kind(r, i + 1, SQL_NUMBER)) return one_of(r, i + 2, date_parts);
    if (!kind(r, i + 1, SQL_STRING) || number->ptr[0] != '\'') return false;
    Str inside = str_trim(str_slice(*number, 1, number->len - 1));
    size_t space = str_find_char(inside, ' ', 0);
    *number = str_slice(inside, 0, space == STR_NPOS ? inside.len : space);
    int64_t value;
    if (!str_to_int(*number, &value)) return false;
    if (space == STR_NPOS) return one_of(r, i + 2, date_parts);
    *last = i + 1;
    *part = str_trim(str_from_index(inside, space));
    for (const char *const *w = date_parts; *w; w++)
        if (str_eq_nocase(*part, str_from(*w))) return true;
    return false;
}

static void rewrite_interval(Rewriter *r, size_t i)
{
    static const char operators[] = "+-*/%|";
    Str number, part;
    size_t last, start = i >= 2 ? operand_start(r, i - 1) : STR_NPOS;
    Str sign = i ? text_of(r, i - 1) : STR_EMPTY;
    bool minus = str_eq(sign, STR("-"));
    if (start == STR_NPOS || (!minus && !str_eq(sign, STR("+"))) || !read_interval(r, i, &number, &part, &last)) return;
    /* In a chain of sums the operand would be more than what stands right before the sign. */
    if (start && kind(r, start - 1, SQL_OPERATOR) && strchr(operators, text_of(r, start - 1).ptr[0])) return;
    change(r, at(r, start).start, at(r, start).start,
           str_fmt(r->arena, "dateadd('%.*s', %s%.*s%s, ", STR_ARG(part), minus ? "-(" : "", STR_ARG(number),
                   minus ? ")" : ""));
    change(r, at(r, i - 2).end, at(r, last).end, STR(")"));
    r->cast_start[last] = start;
}

/* ---- functions ---- */

/* The last `separator` word of the call whose parentheses are at `open`, at its own level. */
static size_t find_inside(const Rewriter *r, size_t open, const char *separator)
{
    size_t found = STR_NPOS;
    for (size_t i = open + 1; i < r->match[open]; i++) {
        if (kind(r, i, SQL_OPEN) && r->match[i] != STR_NPOS)
            i = r->match[i];
        else if (word(r, i, separator))
            found = i;
    }
    return found;
}

static void rewrite_cast(Rewriter *r, size_t i)
{
    size_t open = i + 1, as = find_inside(r, open, "as");
    Type type;
    if (as == STR_NPOS || as == open + 1 || !read_type(r, as + 1, &type) || type.last + 1 != r->match[open] ||
        !type.form.needed)
        return;
    change(r, at(r, i).start, at(r, open).end, str_from(type.form.before));
    change(r, at(r, as - 1).end, at(r, r->match[open]).end, str_from(type.form.after));
}

static void rewrite_try_cast(Rewriter *r, size_t i)
{
    size_t open = i + 1, close = r->match[open], as = find_inside(r, open, "as");
    if (as == STR_NPOS || as + 1 == close) return;
    Str type = str_slice(r->sql, at(r, as + 1).start, at(r, close - 1).end);
    if (!word(r, i, "try_cast")) replace_token(r, i, "try_cast");
    change(r, at(r, as - 1).end, at(r, close).start, str_fmt(r->arena, ", '%.*s'", STR_ARG(type)));
}

static void rewrite_extract(Rewriter *r, size_t i)
{
    size_t open = i + 1;
    if (!kind(r, open + 1, SQL_NAME) || !word(r, open + 2, "from")) return;
    replace_token(r, i, "date_part");
    change(r, at(r, open + 1).start, at(r, open + 2).end, str_fmt(r->arena, "'%.*s',", STR_ARG(text_of(r, open + 1))));
}

/* Parts of dates that stand as a bare word in the first place of a call. */
static void quote_part(Rewriter *r, size_t open)
{
    if (kind(r, open + 1, SQL_NAME) && kind(r, open + 2, SQL_COMMA) && one_of(r, open + 1, date_parts)) {
        insert(r, at(r, open + 1).start, "'");
        insert(r, at(r, open + 1).end, "'");
    }
}

/* percentile_cont(0.5) within group (order by x) as percentile_cont(x, 0.5); descending, the fraction counts from the
 * other end. True if it was one. */
static bool rewrite_within_group(Rewriter *r, size_t i)
{
    static const char *const names[] = {"percentile_cont", "percentile_disc", "quantile_cont", "quantile_disc", NULL};
    size_t close = r->match[i + 1], open = close + 3;
    bool is_mode = word(r, i, "mode");
    if ((!is_mode && !one_of(r, i, names)) || r->depth == TEXTS_DEPTH) return false;
    if (!word(r, close + 1, "within") || !word(r, close + 2, "group") || !kind(r, open, SQL_OPEN) ||
        r->match[open] == STR_NPOS || !word(r, open + 1, "order") || !word(r, open + 2, "by"))
        return false;
    size_t end = r->match[open], last = end - 1;
    bool descends = word(r, last, "desc");
    if (descends || word(r, last, "asc")) last--;
    if (last < open + 3) return false;
    for (size_t k = open + 3; k <= last; k++) {
        if (kind(r, k, SQL_OPEN) && r->match[k] != STR_NPOS)
            k = r->match[k];
        else if (kind(r, k, SQL_COMMA))
            return false;
    }
    Str value =
        rewrite(r->arena, str_slice(r->sql, at(r, open + 3).start, at(r, last).end), r->depth + 1, r->databases).text;
    r->skip_from = close + 1;
    r->skip_to = end;
    Str before = is_mode ? value : str_fmt(r->arena, "%.*s, %s", STR_ARG(value), descends ? "1 - (" : "");
    change(r, at(r, i + 1).end, at(r, i + 1).end, before);
    if (descends && !is_mode) insert(r, at(r, close).start, ")");
    change(r, at(r, close).end, at(r, end).end, STR_EMPTY);
    return true;
}

/* A word before an opening parenthesis that has its partner. */
static void rewrite_call(Rewriter *r, size_t i)
{
    static const char *const takes_part[] = {"datediff", "dateadd", "date_trunc", "date_part", "date_diff", NULL};
    static const char *const clocks[] = {"current_date", "current_timestamp", "current_time", NULL};
    bool empty = r->match[i + 1] == i + 2;
    if (i && kind(r, i - 1, SQL_DOT)) return;
    if (rewrite_within_group(r, i)) return;
    if (word(r, i, "cast"))
        rewrite_cast(r, i);
    else if (word(r, i, "try_cast") || word(r, i, "safe_cast"))
        rewrite_try_cast(r, i);
    else if (word(r, i, "extract"))
        rewrite_extract(r, i);
    else if (one_of(r, i, takes_part))
        quote_part(r, i + 1);
    else if (word(r, i, "left") || word(r, i, "right"))
        replace_token(r, i, word(r, i, "left") ? "\"left\"" : "\"right\"");
    else if (word(r, i, "if") || word(r, i, "iff"))
        replace_token(r, i, "iif");
    else if (empty && one_of(r, i, clocks))
        change(r, at(r, i + 1).start, at(r, i + 2).end, STR_EMPTY);
    else if (empty && word(r, i, "getdate"))
        change(r, at(r, i).start, at(r, i + 2).end, STR("current_timestamp"));
}

/* date '2024-01-05': only a string that begins like a date, since `select date 'Day'` names a column. */
static void rewrite_literal(Rewriter *r, size_t i)
{
    Str s = text_of(r, i + 1);
    if (s.len < 10 || s.ptr[5] != '-') return;
    for (size_t k = 1; k < 5; k++)
        if (s.ptr[k] < '0' || s.ptr[k] > '9') return;
    change(r, at(r, i).start, at(r, i + 1).start, word(r, i, "date") ? STR("cast_date(") : STR("cast_timestamp("));
    insert(r, at(r, i + 1).end, ")");
    r->cast_start[i + 1] = i; /* for a cast of the literal */
}

static void rewrite_token(Rewriter *r, size_t i)
{
    if (kind(r, i, SQL_OPERATOR) && str_eq(text_of(r, i), STR("::"))) {
        rewrite_cast_operator(r, i);
        return;
    }
    if (!kind(r, i, SQL_NAME)) return;
    if (kind(r, i + 1, SQL_OPEN) && r->match[i + 1] != STR_NPOS && !word(r, i, "interval"))
        rewrite_call(r, i);
    else if (kind(r, i + 1, SQL_STRING) &&
             (word(r, i, "date") || word(r, i, "timestamp") || word(r, i, "timestamptz") || word(r, i, "datetime")))
        rewrite_literal(r, i);
    else if (word(r, i, "interval"))
        rewrite_interval(r, i);
    else if (word(r, i, "ilike"))
        replace_token(r, i, "like");
    else if ((word(r, i, "union") || word(r, i, "except") || word(r, i, "intersect")) && word(r, i + 1, "distinct"))
        change(r, at(r, i).end, at(r, i + 1).end, STR_EMPTY);
}

/* ---- putting it together ---- */

/* By place. What is put in at one place: an operand's outer cast (found later) comes before its inner one, but behind the
 * text that ends there, which is put in first. */
static int compare(const void *a, const void *b)
{
    const Change *x = a, *y = b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    bool x_inserts = x->start == x->end, y_inserts = y->start == y->end;
    if (x_inserts != y_inserts) return x_inserts ? -1 : 1;
    return x->order < y->order ? 1 : -1;
}

static void add_edit(Arena *arena, SqlRewritten *out, size_t *cap, SqlEdit edit)
{
    if (out->edit_count && out->edits[out->edit_count - 1].old_end == edit.old_start &&
        out->edits[out->edit_count - 1].new_end == edit.new_start) {
        out->edits[out->edit_count - 1].old_end = edit.old_end;
        out->edits[out->edit_count - 1].new_end = edit.new_end;
        return;
    }
    if (out->edit_count == *cap) {
        size_t more = *cap ? *cap * 2 : 16;
        out->edits = arena_grow(arena, out->edits, *cap * sizeof *out->edits, more * sizeof *out->edits);
        *cap = more;
    }
    out->edits[out->edit_count++] = edit;
}

static SqlRewritten rewrite(Arena *arena, Str sql, unsigned depth, const SqlDatabases *databases)
{
    Rewriter r = {.arena = arena, .sql = sql, .skip_from = STR_NPOS, .depth = depth, .databases = databases};
    size_t bom = sql.len - utf8_without_bom(sql).len;
    if (bom) change(&r, 0, bom, STR_EMPTY);
    tokenize(&r);
    for (size_t i = 0; i < r.tokens.n; i++) {
        if (i == r.skip_from)
            i = r.skip_to;
        else
            rewrite_token(&r, i);
    }
    SqlScopes scopes = sql_scopes(arena, &sql_sqlite, sql);
    for (size_t i = 0; i < scopes.hidden_tables.n; i++) insert(&r, scopes.hidden_tables.at[i], "main.");
    for (size_t i = 0; i < scopes.bare_operands.n; i++) insert(&r, scopes.bare_operands.at[i], "select * from ");
    size_t renamed_count;
    const SqlRenamed *renamed = sql_qualified(arena, &sql_sqlite, sql, &scopes, databases, &renamed_count);
    for (size_t i = 0; i < renamed_count; i++) change(&r, renamed[i].start, renamed[i].end, renamed[i].text);
    if (r.changes.n == 0) return (SqlRewritten){sql, NULL, 0};
    qsort(r.changes.at, r.changes.n, sizeof *r.changes.at, compare);
    SqlRewritten out = {.edits = NULL};
    Buf text;
    buf_init(&text, arena);
    size_t copied = 0, cap = 0;
    for (size_t i = 0; i < r.changes.n; i++) {
        const Change *c = &r.changes.at[i];
        if (c->start < copied) continue; /* two rules about one token: the first holds */
        buf_add(&text, str_slice(sql, copied, c->start));
        size_t new_start = text.len;
        buf_add(&text, c->text);
        add_edit(arena, &out, &cap, (SqlEdit){c->start, c->end, new_start, text.len});
        copied = c->end;
    }
    buf_add(&text, str_from_index(sql, copied));
    out.text = buf_str(&text);
    return out;
}

SqlRewritten sql_rewrite_for_sqlite(Arena *arena, Str sql, const SqlDatabases *databases)
{
    return rewrite(arena, sql, 0, databases);
}

size_t sql_old_offset(const SqlRewritten *rewritten, size_t offset)
{
    size_t old_base = 0, new_base = 0;
    for (size_t i = 0; i < rewritten->edit_count && rewritten->edits[i].new_start <= offset; i++) {
        const SqlEdit *edit = &rewritten->edits[i];
        if (offset < edit->new_end) return edit->old_start;
        old_base = edit->old_end;
        new_base = edit->new_end;
    }
    return old_base + (offset - new_base);
}

size_t sql_new_offset(const SqlRewritten *rewritten, size_t offset)
{
    size_t old_base = 0, new_base = 0;
    for (size_t i = 0; i < rewritten->edit_count && rewritten->edits[i].old_start <= offset; i++) {
        const SqlEdit *edit = &rewritten->edits[i];
        if (offset < edit->old_end) return edit->new_start;
        old_base = edit->old_end;
        new_base = edit->new_end;
    }
    return new_base + (offset - old_base);
}
