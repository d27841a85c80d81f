/* The driver of the parser: bodies of text and tags, tags that do not match, and the entry tpl_parse. */
#include "template/parser.h"

#include "base/edit.h"
#include "base/mem.h"

#include <string.h>

Span parser_span(const Parser *p, uint32_t start, uint32_t end)
{
    return (Span){p->lexer.source, start, end};
}

Str parser_slice(const Parser *p, uint32_t start, uint32_t end)
{
    return str_n(p->text + start, end - start);
}

Str parser_word(const Parser *p, const Token *token)
{
    return parser_slice(p, token->start, token->end);
}

void *parser_error(Parser *p, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str message = str_vfmt(p->sink->arena, format, args);
    va_end(args);
    diag_add(p->sink, DIAG_template_syntax, span, "%.*s", STR_ARG(message));
    return NULL;
}

static Span token_span(const Parser *p, const Token *t)
{
    return parser_span(p, t->start, t->end > t->start ? t->end : t->start + 1);
}

void *parser_unexpected(Parser *p, const char *wanted)
{
    const Token *t = p->token;
    if (t->kind == T_END) {
        parser_error(p, token_span(p, t), "the tag ends where %s is expected", wanted);
    } else {
        Str text = parser_word(p, t);
        const char *more = "";
        if (text.len > 40) {
            text.len = 40;
            more = "..";
        }
        if (t->kind == T_STRING)
            parser_error(p, token_span(p, t), "%.*s%s stands where %s is expected", STR_ARG(text), more, wanted);
        else
            parser_error(p, token_span(p, t), "'%.*s%s' stands where %s is expected", STR_ARG(text), more, wanted);
        if (t->kind == T_ASSIGN) diag_hint(p->sink, "to compare, write '=='");
    }
    return NULL;
}

bool parser_take(Parser *p, TokenKind kind)
{
    if (p->token->kind != kind) return false;
    p->token++;
    return true;
}

bool parser_take_word(Parser *p, TokenWord word)
{
    if (p->token->kind != T_NAME || p->token->word != word) return false;
    p->token++;
    return true;
}

bool parser_expect(Parser *p, TokenKind kind, const char *wanted)
{
    if (parser_take(p, kind)) return true;
    parser_unexpected(p, wanted);
    return false;
}

bool parser_at_name(const Parser *p, Str name)
{
    return p->token->kind == T_NAME && str_eq(parser_word(p, p->token), name);
}

bool parser_tag_done(Parser *p)
{
    if (p->token->kind == T_END) return true;
    parser_unexpected(p, "the end of the tag");
    return false;
}

Node **parser_pop_nodes(Parser *p, size_t mark, uint32_t *count)
{
    *count = (uint32_t)(p->nodes.n - mark);
    Node **nodes = *count ? arena_copy(p->arena, p->nodes.at + mark, *count * sizeof *nodes) : NULL;
    p->nodes.n = mark;
    return nodes;
}

bool parser_deeper(Parser *p, Span span)
{
    if (p->nesting < NESTING_MAX) {
        p->nesting++;
        return true;
    }
    diag_add(p->sink, DIAG_template_limit, span, "this is nested more than %d levels deep", (int)NESTING_MAX);
    diag_hint(p->sink, "move parts into macros, or into variables with 'set'");
    return false;
}

void parser_shallower(Parser *p)
{
    p->nesting--;
}

/* ---- text ---- */

static void push_text(Parser *p, uint32_t start, uint32_t end, const char *instead)
{
    if (end == start) return;
    TextNode *node = tree_node(p, sizeof *node, N_TEXT, start, end);
    node->n.op = instead != NULL;
    node->text = instead ? str_from(instead) : parser_slice(p, start, end);
    vec_push(p->scratch, &p->nodes, &node->n);
}

/* \r\n and \r become \n; an escaped opener of an angle file loses its backslash. The pieces between are nodes of their
 * own, each exactly what stands in the source. */
static void add_text(Parser *p)
{
    uint32_t from = p->chunk.start, end = p->chunk.end;
    const char *text = p->text;
    bool returns = memchr(text + from, '\r', end - from) != NULL;
    bool escapes = p->lexer.angle && !p->chunk.raw && memchr(text + from, '\\', end - from);
    if (returns || escapes) {
        for (uint32_t at = from; at < end; at++) {
            if (text[at] == '\r') {
                push_text(p, from, at, NULL);
                from = at + 1;
                if (at + 1 >= p->lexer.end || text[at + 1] != '\n') push_text(p, at, at + 1, "\n");
            } else if (escapes && text[at] == '\\' && at + 2 < end && text[at + 1] == '<' &&
                       (text[at + 2] == '<' || text[at + 2] == '%' || text[at + 2] == '#')) {
                push_text(p, from, at, NULL);
                from = at + 1;
                at += 2;
            }
        }
    }
    push_text(p, from, end, NULL);
}

static void add_output(Parser *p)
{
    if (p->chunk.broken) return;
    size_t mark = p->nodes.n, errors = p->sink->errors;
    p->token = p->chunk.tokens;
    Node *value = parser_tuple(p, true, NULL);
    if (value && !parser_tag_done(p)) value = NULL;
    p->nodes.n = mark;
    if (!value) {
        /* A shift operator of the SQL itself looks like a tag. */
        if (p->sink->errors > errors && !p->sink->items[p->sink->count - 1].hint.len)
            lexer_offer_escape(&p->lexer, CHUNK_EXPRESSION);
        return;
    }
    OutputNode *node = tree_node(p, sizeof *node, N_OUTPUT, p->chunk.start, p->chunk.end);
    node->value = value;
    vec_push(p->scratch, &p->nodes, &node->n);
}

/* ---- tags that do not match ---- */

static const Str continuing[] = {STR_INIT("elif"),     STR_INIT("else"),   STR_INIT("endif"),   STR_INIT("endfor"),
                                 STR_INIT("endmacro"), STR_INIT("endset"), STR_INIT("endcall"), STR_INIT("endfilter"),
                                 STR_INIT("endwith"),  STR_INIT("endraw")};

static bool in_list(Str name, const Str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], name)) return true;
    return false;
}

static bool closes_something(const Parser *p, Str name)
{
    if (in_list(name, continuing, sizeof continuing / sizeof *continuing)) return true;
    for (size_t i = 0; i < p->options->tag_count; i++)
        if (str_eq(p->options->tags[i].end, name)) return true;
    return false;
}

static void hint_ends(Parser *p, const OpenBlock *open)
{
    Str end = open->ends[open->end_count - 1];
    diag_hint(p->sink, "close it with '%s %.*s %s'", lexer_mark(&p->lexer, CHUNK_STATEMENT, false), STR_ARG(end),
              lexer_mark(&p->lexer, CHUNK_STATEMENT, true));
}

/* The current tag closes something, but not the innermost open block. True if a block further out takes it: then the
 * innermost one is not closed, and the tag is read again for the other. */
static bool misplaced_end(Parser *p, Str name, OpenBlock *open)
{
    Span here = token_span(p, p->token);
    for (OpenBlock *outer = open ? open->outer : NULL; outer; outer = outer->outer) {
        if (!in_list(name, outer->ends, outer->end_count)) continue;
        parser_error(p, open->span, "'%.*s' is never closed", STR_ARG(open->tag));
        diag_note(p->sink, here, "'%.*s' stands here and belongs to the '%.*s' around it", STR_ARG(name),
                  STR_ARG(outer->tag));
        hint_ends(p, open);
        return true;
    }
    if (in_list(name, p->skipped.at, p->skipped.n)) return false;
    if (!open) {
        parser_error(p, here, "'%.*s' closes nothing", STR_ARG(name));
        return false;
    }
    parser_error(p, here, "'%.*s' does not close '%.*s'", STR_ARG(name), STR_ARG(open->tag));
    diag_note(p->sink, open->span, "'%.*s' opens here", STR_ARG(open->tag));
    hint_ends(p, open);
    return false;
}

static void never_closed(Parser *p, OpenBlock *open)
{
    if (p->end_reported) return;
    p->end_reported = true;
    parser_error(p, open->span, "'%.*s' is never closed", STR_ARG(open->tag));
    for (OpenBlock *outer = open->outer; outer; outer = outer->outer)
        diag_note(p->sink, outer->span, "'%.*s' opens here and is still open, too", STR_ARG(outer->tag));
    hint_ends(p, open);
}

int parser_body(Parser *p, OpenBlock *open, Body *body)
{
    size_t mark = p->nodes.n;
    int which = -1;
    if (open) {
        open->outer = p->open;
        p->open = open;
    }
    for (bool done = false; !done;) {
        if (!p->replay) lexer_next(&p->lexer, &p->chunk);
        p->replay = false;
        switch (p->chunk.kind) {
        case CHUNK_TEXT: add_text(p); break;
        case CHUNK_EXPRESSION: add_output(p); break;
        case CHUNK_END:
            if (open) never_closed(p, open);
            done = true;
            break;
        case CHUNK_STATEMENT: {
            p->token = p->chunk.tokens;
            Str name = p->token->kind == T_NAME ? parser_word(p, p->token) : STR_EMPTY;
            size_t i = 0;
            while (open && i < open->end_count && !str_eq(open->ends[i], name)) i++;
            if (open && i < open->end_count) {
                p->token++;
                which = (int)i;
                done = true;
            } else if (name.len && closes_something(p, name)) {
                done = misplaced_end(p, name, open);
                p->replay = done;
            } else {
                size_t before = p->nodes.n, names = p->names.n;
                unsigned nesting = p->nesting, soft = p->soft, loops = p->loops;
                parser_statement(p);
                /* A statement leaves itself or nothing, whatever went wrong in it. */
                if (p->nodes.n > before + 1 && p->sink->errors) p->nodes.n = before;
                p->names.n = names;
                p->nesting = nesting;
                p->soft = soft;
                p->loops = loops;
            }
            break;
        }
        }
    }
    if (open) p->open = open->outer;
    body->at = parser_pop_nodes(p, mark, &body->n);
    return which;
}

/* ---- the entry ---- */

TplUnit *tpl_parse(Arena *arena, const SourceTable *sources, Span region, const TplOptions *options, DiagSink *sink)
{
    static const TplOptions defaults = {0};
    if (!options) options = &defaults;
    Str text = source_text(sources, region.source);
    INVARIANT(region.start <= region.end && region.end <= text.len);
    TplFamily family = tpl_family_of(str_slice(text, region.start, region.end), options->family);
    Parser p = {.arena = arena, .options = options, .sink = sink, .text = text.ptr};
    p.errors = sink->errors;
    p.scratch = arena_new();
    lexer_init(&p.lexer, text, region, family, sink);
    TplUnit *unit = ARENA_NEW(arena, TplUnit);
    unit->family = family;
    unit->fn.source = region.source;
    unit->fn.caller_slot = unit->fn.varargs_slot = unit->fn.kwargs_slot = -1;
    parser_body(&p, NULL, &unit->fn.body);
    lexer_release(&p.lexer);
    unit->blocks = p.blocks.at;
    unit->block_count = p.blocks.n;
    bool ok = sink->errors == p.errors;
    if (ok) scope_resolve(arena, p.scratch, unit);
    arena_free(p.scratch);
    return ok ? unit : NULL;
}
