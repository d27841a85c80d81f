#include "sql/scope.h"

#include "base/map.h"
#include "base/vec.h"

/* A name defined by a `with`. Those of equal name are chained: any of them may be the one that is meant. */
typedef struct Cte {
    size_t with; /* which `with` */
    size_t index; /* its place there */
    struct Cte *same_name;
} Cte;

/* One `with` list, as long as the text that can see it lasts. */
typedef struct With {
    bool open, recursive;
    size_t inside; /* index of the body that is being read; NOWHERE: the query behind the list */
    bool compound; /* ... and a set operator was seen in it */
} With;

typedef struct Body {
    size_t with, index;
} Body;

/* What is known within one pair of parentheses. */
typedef struct Level {
    bool selects; /* it holds a query, so `from` is a clause and no part of a function's arguments */
    bool from; /* within a from clause */
    bool table; /* the next name is that of a table */
    size_t with; /* NOWHERE: none of its own */
    Body body; /* of whose parentheses these are; with == NOWHERE: none */
} Level;

#define NOWHERE ((size_t)-1)
enum { SAME_NAME_LIMIT = 256 };

typedef struct Scanner {
    Arena *arena;
    Str sql;
    VEC(SqlToken) tokens;
    size_t *match; /* of a parenthesis its partner's index, else NOWHERE */
    Body *bodies; /* of a parenthesis that opens the body of a `with` name */
    bool *body_ends; /* of the one that closes it */
    VEC(With) withs;
    VEC(Level) levels;
    Map names; /* lower-case name -> Cte */
    VEC(size_t) hidden, operands;
    VEC(SqlDotted) dotted;
    bool index; /* within `create index`, whose table stands behind `on` */
} Scanner;

static bool word(const Scanner *s, size_t i, const char *w)
{
    return i < s->tokens.n && sql_is_word(s->sql, s->tokens.at[i], w);
}

static bool kind(const Scanner *s, size_t i, SqlTokenKind k)
{
    return i < s->tokens.n && s->tokens.at[i].kind == k;
}

static bool one_of(const Scanner *s, size_t i, const char *const *words)
{
    for (; *words; words++)
        if (word(s, i, *words)) return true;
    return false;
}

static bool is_name(const Scanner *s, size_t i)
{
    return kind(s, i, SQL_NAME) || kind(s, i, SQL_QUOTED_NAME);
}

static Str name_at(const Scanner *s, size_t i)
{
    return str_lower(s->arena, sql_name_text(s->arena, s->sql, s->tokens.at[i]));
}

static void tokenize(Scanner *s, const SqlSyntax *syntax)
{
    SqlScanner scanner = sql_scanner(syntax, s->sql);
    for (SqlToken t; (t = sql_next(&scanner)).kind != SQL_END;) vec_push(s->arena, &s->tokens, t);
    size_t n = s->tokens.n + 1;
    s->match = arena_alloc(s->arena, n * sizeof *s->match);
    s->bodies = arena_alloc(s->arena, n * sizeof *s->bodies);
    s->body_ends = arena_zalloc(s->arena, n * sizeof *s->body_ends);
    VEC(size_t) open = {0};
    for (size_t i = 0; i < n; i++) {
        s->match[i] = NOWHERE;
        s->bodies[i] = (Body){NOWHERE, 0};
        if (kind(s, i, SQL_OPEN)) {
            vec_push(s->arena, &open, i);
        } else if (kind(s, i, SQL_CLOSE) && open.n) {
            size_t opener = open.at[--open.n];
            s->match[opener] = i;
            s->match[i] = opener;
        }
    }
}

/* Reads the names of a `with` at token i: name [(columns)] as [[not] materialized] (body), ... */
static void read_with(Scanner *s, size_t i)
{
    bool recursive = word(s, i + 1, "recursive");
    i += recursive ? 2 : 1;
    size_t with = s->withs.n, index = 0;
    for (;;) {
        size_t name = i++;
        if (!is_name(s, name)) break;
        if (kind(s, i, SQL_OPEN) && s->match[i] != NOWHERE) i = s->match[i] + 1;
        if (!word(s, i, "as")) break;
        i++;
        if (word(s, i, "not")) i++;
        if (word(s, i, "materialized")) i++;
        if (!kind(s, i, SQL_OPEN) || s->match[i] == NOWHERE) break;
        Cte *cte = ARENA_NEW(s->arena, Cte);
        cte->with = with;
        cte->index = index;
        void **slot = map_slot(&s->names, name_at(s, name));
        cte->same_name = *slot;
        *slot = cte;
        s->bodies[i] = (Body){with, index++};
        i = s->match[i];
        s->body_ends[i] = true;
        if (!kind(s, i + 1, SQL_COMMA)) break;
        i += 2; /* to the name behind the comma */
    }
    if (!index) return;
    vec_push(s->arena, &s->withs, (With){true, recursive, NOWHERE, false});
    s->levels.at[s->levels.n - 1].with = with;
}

/* Would SQLite take this name for one of a `with` where the engine that it was written for takes the table? */
static bool hidden(const Scanner *s, size_t i)
{
    const Cte *cte = map_get(&s->names, name_at(s, i));
    bool found = false;
    for (unsigned n = 0; cte && n < SAME_NAME_LIMIT; cte = cte->same_name, n++) {
        const With *with = &s->withs.at[cte->with];
        if (!with->open) continue;
        if (with->recursive || with->inside == NOWHERE || cte->index < with->inside) return false;
        /* SQLite needs no `recursive`: a bare name behind a union is how it is written there. What ref() gives has quotes. */
        if (cte->index == with->inside && with->compound && kind(s, i, SQL_NAME)) return false;
        found = true;
    }
    return found;
}

static void push_level(Scanner *s, size_t i)
{
    static const char *const queries[] = {"select", "with", "values", NULL};
    Level *outer = &s->levels.at[s->levels.n - 1];
    Level level = {.with = NOWHERE, .body = s->bodies[i]};
    if (outer->table && !one_of(s, i + 1, queries)) { /* from (a join b on ..) */
        level.selects = level.from = level.table = true;
    }
    outer->table = false;
    if (level.body.with != NOWHERE) {
        s->withs.at[level.body.with].inside = level.body.index;
        s->withs.at[level.body.with].compound = false;
    }
    vec_push(s->arena, &s->levels, level);
}

static void close_level(Scanner *s)
{
    Level *level = &s->levels.at[s->levels.n - 1];
    if (level->with != NOWHERE) s->withs.at[level->with].open = false;
    if (level->body.with != NOWHERE) s->withs.at[level->body.with].inside = NOWHERE;
    if (s->levels.n > 1)
        s->levels.n--;
    else
        *level = (Level){.with = NOWHERE, .body = {NOWHERE, 0}};
}

static bool is_set_operator(const Scanner *s, size_t i)
{
    static const char *const words[] = {"union", "except", "intersect", NULL};
    return one_of(s, i, words);
}

/* union, union all, union distinct: is token i the last of one? */
static bool ends_set_operator(const Scanner *s, size_t i)
{
    if (is_set_operator(s, i)) return true;
    return i > 0 && (word(s, i, "all") || word(s, i, "distinct")) && is_set_operator(s, i - 1);
}

/* A query in parentheses where SQLite wants one without: an operand of a set operator, a whole statement or body. */
static bool is_bare_operand(const Scanner *s, size_t i)
{
    static const char *const queries[] = {"select", "with", "values", NULL};
    size_t close = s->match[i], first = i + 1;
    if (close == NOWHERE || s->bodies[i].with != NOWHERE) return false;
    while (kind(s, first, SQL_OPEN)) first++;
    if (!one_of(s, first, queries)) return false;
    bool starts = i == 0 || kind(s, i - 1, SQL_SEMICOLON) || s->body_ends[i - 1] || word(s, i - 1, "as");
    bool ends = close + 1 >= s->tokens.n || kind(s, close + 1, SQL_SEMICOLON);
    bool is_body = i > 0 && s->bodies[i - 1].with != NOWHERE && close + 1 == s->match[i - 1];
    if (i > 0 && ends_set_operator(s, i - 1)) return true;
    if (starts && ends) return true;
    return is_body || (is_set_operator(s, close + 1) && (starts || kind(s, i - 1, SQL_OPEN)));
}

/* Words of statements that are followed by the name of a relation. */
static void read_target(Scanner *s, size_t i)
{
    static const char *const before[] = {"into", "update", "table", "view", "exists", "references", NULL};
    if (!is_name(s, i + 1) || !kind(s, i + 2, SQL_DOT)) {
        if (word(s, i, "index") && i && (word(s, i - 1, "create") || word(s, i - 1, "unique"))) s->index = true;
        return;
    }
    bool on = s->index && word(s, i, "on");
    if (on) s->index = false;
    if (on || one_of(s, i, before))
        vec_push(s->arena, &s->dotted, (SqlDotted){s->tokens.at[i + 1].start, word(s, i, "update")});
}

static void read_word(Scanner *s, size_t i)
{
    static const char *const ends_from[] = {"where",  "group",     "having", "order",  "limit",     "window", "union",
                                            "except", "intersect", "set",    "values", "returning", NULL};
    Level *level = &s->levels.at[s->levels.n - 1];
    if (word(s, i, "with") && !(i > 0 && kind(s, i - 1, SQL_DOT))) {
        read_with(s, i);
    } else if (word(s, i, "select") || word(s, i, "delete") || word(s, i, "update")) {
        level->selects = true;
        level->from = level->table = false;
    } else if ((word(s, i, "from") && !(i > 0 && word(s, i - 1, "distinct"))) || word(s, i, "join")) {
        level->from = level->table = level->selects;
    } else if (one_of(s, i, ends_from)) {
        level->from = level->table = false;
        if (level->body.with != NOWHERE && is_set_operator(s, i)) s->withs.at[level->body.with].compound = true;
    }
}

SqlScopes sql_scopes(Arena *arena, const SqlSyntax *syntax, Str sql)
{
    Scanner s = {.arena = arena, .sql = sql};
    map_init(&s.names, arena);
    tokenize(&s, syntax);
    vec_push(arena, &s.levels, (Level){.with = NOWHERE, .body = {NOWHERE, 0}});
    for (size_t i = 0; i < s.tokens.n; i++) {
        Level *level = &s.levels.at[s.levels.n - 1];
        if (kind(&s, i, SQL_OPEN)) {
            if (is_bare_operand(&s, i)) vec_push(arena, &s.operands, s.tokens.at[i].start);
            push_level(&s, i);
        } else if (kind(&s, i, SQL_CLOSE)) {
            close_level(&s);
        } else if (kind(&s, i, SQL_SEMICOLON)) {
            if (s.levels.n == 1) close_level(&s);
            s.index = false;
        } else if (kind(&s, i, SQL_COMMA)) {
            level->table = level->from;
        } else if (level->table && is_name(&s, i) && !word(&s, i, "lateral") && !word(&s, i, "only")) {
            level->table = false;
            if (kind(&s, i + 1, SQL_DOT))
                vec_push(arena, &s.dotted, (SqlDotted){s.tokens.at[i].start, true});
            else if (!kind(&s, i + 1, SQL_OPEN) && hidden(&s, i))
                vec_push(arena, &s.hidden, s.tokens.at[i].start);
        } else if (kind(&s, i, SQL_NAME)) {
            read_word(&s, i);
            read_target(&s, i);
        }
    }
    return (SqlScopes){{s.hidden.at, s.hidden.n}, {s.operands.at, s.operands.n}, s.dotted.at, s.dotted.n};
}
