/* The parser's own state, shared by parser.c (driver, bodies, recovery), parse_stmt.c, parse_expr.c and
 * parse_literal.c. What it makes is
 * in tree.h; template.h has the entry tpl_parse.
 *
 * After an error an expression is NULL and the error is reported; statements go on, so that the tags around a broken one
 * still match and more errors are found in one go.
 * Thread rule: a Parser belongs to one call of tpl_parse. */
#ifndef CDBT_TEMPLATE_PARSER_H
#define CDBT_TEMPLATE_PARSER_H

#include "base/vec.h"
#include "template/lexer.h"
#include "template/tree.h"

enum {
    NESTING_MAX = 200, /* of brackets and blocks: bounds the native stack */
    CHAIN_MAX = 1000, /* a + b + c ..., x.a.b.c ..., filters behind filters */
};

/* A statement that waits for its closing tag. */
typedef struct OpenBlock {
    struct OpenBlock *outer;
    Str tag; /* as the person wrote it */
    const Str *ends; /* what may close or continue it */
    size_t end_count;
    Span span;
} OpenBlock;

typedef struct Parser {
    Arena *arena;
    Arena *scratch; /* of the stacks below; gone when the parse is over */
    const TplOptions *options;
    DiagSink *sink;
    size_t errors; /* in the sink when the parse began */
    const char *text;
    Lexer lexer;
    Chunk chunk; /* the one being read */
    const Token *token; /* inside a tag */
    OpenBlock *open;
    unsigned nesting;
    unsigned loops; /* around the place, in the same function */
    unsigned soft; /* conditional parts around the place: unknown filters there are errors only when reached */
    bool end_reported;
    bool replay; /* the chunk is to be read once more: it closes a block further out */
    VEC(Node *) nodes; /* a stack of children on their way into arrays */
    VEC(Str) names;
    VEC(TplBlock) blocks;
    VEC(Str) skipped; /* end tags of statements that were refused, to be passed over silently */
} Parser;

/* ---- parser.c ---- */
Span parser_span(const Parser *p, uint32_t start, uint32_t end);
Str parser_slice(const Parser *p, uint32_t start, uint32_t end);
Str parser_word(const Parser *p, const Token *token);
void *parser_error(Parser *p, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
void *parser_unexpected(Parser *p, const char *wanted); /* reports the current token; gives NULL */
bool parser_take(Parser *p, TokenKind kind); /* moves on if the current token is of that kind */
bool parser_take_word(Parser *p, TokenWord word);
bool parser_expect(Parser *p, TokenKind kind, const char *wanted);
bool parser_at_name(const Parser *p, Str name);
bool parser_tag_done(Parser *p); /* nothing may be left in the tag */
Node **parser_pop_nodes(Parser *p, size_t mark, uint32_t *count);
bool parser_deeper(Parser *p, Span span); /* false, reported, when nested too far */
void parser_shallower(Parser *p);

/* Parses up to a tag that closes `open`; gives its number in open->ends and stands inside that tag behind its name, or -1
 * when it is missing (which is reported). */
int parser_body(Parser *p, OpenBlock *open, Body *body);

/* ---- parse_stmt.c ---- */
/* The current chunk is a statement tag. Pushes what it stands for to p->nodes. */
void parser_statement(Parser *p);

/* ---- parse_expr.c ---- */
Node *parser_expression(Parser *p);
Node *parser_expression_plain(Parser *p); /* no `a if b`, as in the head of a for or an if */
typedef bool (*TupleEnd)(const Parser *p);
Node *parser_tuple(Parser *p, bool with_ternary, TupleEnd more_ends); /* `a` or `a, b` without parentheses */
Node *parser_target(Parser *p, bool with_attributes, bool until_in);
Node *parser_filters(Parser *p, Node *input, bool start_inline); /* | name(..) | name, behind `input` */
bool parser_arguments(Parser *p, Arguments *args); /* stands at ( */

/* ---- parse_literal.c ---- */
void *tree_node(Parser *p, size_t size, NodeKind kind, uint32_t start, uint32_t end);
/* Notes that `node` nests deeper than a and b (either may be NULL); NULL, reported, when that goes too far. */
void *tree_above(Parser *p, void *node, const Node *a, const Node *b);
Node *tree_const(Parser *p, Value value, uint32_t start, uint32_t end);
Node *tree_tuple(Parser *p, size_t mark, uint32_t start, uint32_t end); /* of the nodes from `mark` on */
NameNode *tree_name(Parser *p, NodeKind kind, const Token *token);
Node *parser_string(Parser *p);
Node *parser_number(Parser *p);
Node *parser_list(Parser *p);
Node *parser_dict(Parser *p);
/* The value of an expression that is one literal, or lists and dicts of them. */
bool tree_constant(Arena *arena, const Node *node, Value *value);
bool tree_is_constant(const Node *node);

/* ---- scope.c ---- */
/* Gives names their slots and collects call sites; the tree must be free of errors. */
void scope_resolve(Arena *arena, Arena *scratch, TplUnit *unit);

#endif
