/* Expressions, with Jinja2's grammar and precedence: ternary, or, and, not, comparisons (in, not in), + -, ~, * / // %,
 * **, unary + -, then calls, attributes and subscripts, and filters and tests closest of all. */
#include "base/edit.h"
#include "template/parser.h"

#include <string.h>

static Node *parse_unary(Parser *p, bool with_filters);
static Node *parse_level(Parser *p, int lowest);

/* ---- tuples and targets ---- */

static bool at_tuple_end(const Parser *p, TupleEnd more_ends)
{
    TokenKind kind = p->token->kind;
    return kind == T_END || kind == T_RPAREN || (more_ends && more_ends(p));
}

Node *parser_tuple(Parser *p, bool with_ternary, TupleEnd more_ends)
{
    uint32_t start = p->token->start;
    if (at_tuple_end(p, more_ends)) return parser_unexpected(p, "an expression");
    Node *first = with_ternary ? parser_expression(p) : parser_expression_plain(p);
    if (!first || p->token->kind != T_COMMA) return first;
    size_t mark = p->nodes.n;
    vec_push(p->scratch, &p->nodes, first);
    while (parser_take(p, T_COMMA) && !at_tuple_end(p, more_ends)) {
        Node *item = with_ternary ? parser_expression(p) : parser_expression_plain(p);
        if (!item) return NULL;
        vec_push(p->scratch, &p->nodes, item);
    }
    return tree_tuple(p, mark, start, p->token[-1].end);
}

static Node *parse_parentheses(Parser *p)
{
    uint32_t start = p->token->start;
    if (!parser_deeper(p, parser_span(p, start, start + 1))) return NULL;
    p->token++;
    Node *inside;
    if (p->token->kind == T_RPAREN) {
        inside = tree_tuple(p, p->nodes.n, start, p->token->end);
    } else {
        inside = parser_tuple(p, true, NULL);
        if (inside && p->token->kind != T_RPAREN) inside = parser_unexpected(p, "an operator, ',' or ')'");
    }
    parser_shallower(p);
    if (inside) p->token++;
    return inside;
}

static const char *not_assignable(const Token *token)
{
    if (token->word == W_TRUE || token->word == W_FALSE || token->word == W_NONE) return "a constant";
    if (token->word != W_OTHER && token->word != W_RECURSIVE) return "a word of the language";
    return NULL;
}

static Node *parse_one_target(Parser *p, bool with_attributes)
{
    const Token *t = p->token;
    if (t->kind == T_LPAREN) {
        if (!parser_deeper(p, parser_span(p, t->start, t->end))) return NULL;
        p->token++;
        Node *inside = parser_target(p, with_attributes, false);
        parser_shallower(p);
        if (inside && !parser_take(p, T_RPAREN)) return parser_unexpected(p, "',' or ')'");
        return inside;
    }
    if (t->kind != T_NAME) return parser_unexpected(p, "a name to assign to");
    const char *why = not_assignable(t);
    if (why)
        return parser_error(p, parser_span(p, t->start, t->end), "cannot assign to '%.*s', which is %s",
                            STR_ARG(parser_word(p, t)), why);
    p->token++;
    if (with_attributes && p->token->kind == T_DOT) {
        p->token++;
        if (p->token->kind != T_NAME) return parser_unexpected(p, "the name of an attribute");
        AttributeNode *node = tree_node(p, sizeof *node, N_TARGET_ATTRIBUTE, t->start, p->token->end);
        node->object = &tree_name(p, N_NAME, t)->n;
        node->name = parser_word(p, p->token);
        node->hash = str_hash(node->name);
        p->token++;
        return &node->n;
    }
    if (p->token->kind == T_LBRACKET || p->token->kind == T_DOT) {
        parser_error(p, parser_span(p, t->start, p->token->end), "only names can be assigned to");
        diag_hint(p->sink, "change a list or dict through its methods: do %.*s.update({..})",
                  STR_ARG(parser_word(p, t)));
        return NULL;
    }
    return &tree_name(p, N_TARGET, t)->n;
}

Node *parser_target(Parser *p, bool with_attributes, bool until_in)
{
    uint32_t start = p->token->start;
    Node *first = parse_one_target(p, with_attributes);
    if (!first || p->token->kind != T_COMMA) return first;
    size_t mark = p->nodes.n;
    vec_push(p->scratch, &p->nodes, first);
    while (parser_take(p, T_COMMA)) {
        TokenKind kind = p->token->kind;
        if (kind == T_END || kind == T_RPAREN || kind == T_ASSIGN || (until_in && p->token->word == W_IN)) break;
        Node *item = parse_one_target(p, with_attributes);
        if (!item) return NULL;
        vec_push(p->scratch, &p->nodes, item);
    }
    ListNode *node = tree_node(p, sizeof *node, N_TUPLE, start, p->token[-1].end);
    node->items = parser_pop_nodes(p, mark, &node->count);
    return &node->n;
}

/* ---- calls, attributes, subscripts, filters, tests ---- */

bool parser_arguments(Parser *p, Arguments *args)
{
    const Token *open = p->token++;
    size_t mark = p->nodes.n, names_mark = p->names.n;
    VEC(Node *) named = {0};
    *args = (Arguments){0};
    if (!parser_deeper(p, parser_span(p, open->start, open->end))) return false;
    bool ok = true;
    while (ok && p->token->kind != T_RPAREN) {
        const Token *t = p->token;
        Span span = parser_span(p, t->start, t->end);
        if (t->kind == T_STAR || t->kind == T_POWER) {
            bool twice = t->kind == T_STAR ? args->star || args->star_star : args->star_star != NULL;
            p->token++;
            Node *value = parser_expression(p);
            if (value && twice) value = parser_error(p, span, "'%s' cannot stand here", t->kind == T_STAR ? "*" : "**");
            if (t->kind == T_STAR)
                args->star = value;
            else
                args->star_star = value;
            ok = value != NULL;
        } else if (t->kind == T_NAME && t[1].kind == T_ASSIGN) {
            Str name = parser_word(p, t);
            p->token += 2;
            Node *value = parser_expression(p);
            for (size_t i = names_mark; value && i < p->names.n; i++)
                if (str_eq(p->names.at[i], name))
                    value = parser_error(p, span, "the argument '%.*s' stands twice", STR_ARG(name));
            if (value && args->star_star)
                value = parser_error(p, span, "the argument '%.*s' must stand before '**'", STR_ARG(name));
            vec_push(p->scratch, &p->names, name);
            vec_push(p->arena, &named, value);
            ok = value != NULL;
        } else {
            Node *value = parser_expression(p);
            if (value && (named.n || args->star || args->star_star)) {
                value = parser_error(p, parser_span(p, value->start, value->end),
                                     "an argument without a name must stand before those with one");
            }
            vec_push(p->scratch, &p->nodes, value);
            ok = value != NULL;
        }
        if (ok && !parser_take(p, T_COMMA) && p->token->kind != T_RPAREN) {
            parser_unexpected(p, "',' or ')'");
            ok = false;
        }
    }
    parser_shallower(p);
    args->args = parser_pop_nodes(p, mark, &args->arg_count);
    args->named = named.at;
    args->named_count = (uint32_t)named.n;
    args->names = named.n ? arena_copy(p->arena, p->names.at + names_mark, named.n * sizeof(Str)) : NULL;
    p->names.n = names_mark;
    if (ok) p->token++;
    return ok;
}

static unsigned arguments_depth(const Arguments *args)
{
    unsigned depth = 0;
    for (uint32_t i = 0; i < args->arg_count; i++)
        if (args->args[i]->depth > depth) depth = args->args[i]->depth;
    for (uint32_t i = 0; i < args->named_count; i++)
        if (args->named[i]->depth > depth) depth = args->named[i]->depth;
    if (args->star && args->star->depth > depth) depth = args->star->depth;
    if (args->star_star && args->star_star->depth > depth) depth = args->star_star->depth;
    return depth;
}

static Node *with_arguments(Parser *p, void *node, const Node *operand, const Arguments *args)
{
    Node widest = {.depth = (uint16_t)arguments_depth(args)};
    return tree_above(p, node, operand, &widest);
}

static Node *parse_call(Parser *p, Node *callee)
{
    CallNode *node = tree_node(p, sizeof *node, N_CALL, callee->start, 0);
    node->callee = callee;
    if (!parser_arguments(p, &node->args)) return NULL;
    node->n.end = p->token[-1].end;
    return with_arguments(p, node, callee, &node->args);
}

/* Names that are methods of dicts: `d.items` is the method even when the dict has a key "items". */
static bool dict_method(Str name)
{
    static const Str names[] = {STR_INIT("items"),   STR_INIT("keys"),       STR_INIT("values"),  STR_INIT("get"),
                                STR_INIT("update"),  STR_INIT("pop"),        STR_INIT("copy"),    STR_INIT("clear"),
                                STR_INIT("popitem"), STR_INIT("setdefault"), STR_INIT("fromkeys")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(names[i], name)) return true;
    return false;
}

static Node *attribute_node(Parser *p, Node *object, const Token *name)
{
    AttributeNode *node = tree_node(p, sizeof *node, N_ATTRIBUTE, object->start, name->end);
    node->object = object;
    node->name = parser_word(p, name);
    node->hash = str_hash(node->name);
    node->n.op = dict_method(node->name);
    return tree_above(p, node, object, NULL);
}

static Node *item_node(Parser *p, Node *object, Node *key, uint32_t end)
{
    ItemNode *node = tree_node(p, sizeof *node, N_ITEM, object->start, end);
    node->object = object;
    node->key = key;
    return tree_above(p, node, object, key);
}

static Node *parse_subscript(Parser *p, Node *object)
{
    p->token++;
    Node *parts[3] = {NULL, NULL, NULL};
    int part = 0;
    bool slice = false;
    while (p->token->kind != T_RBRACKET) {
        if (p->token->kind == T_COLON && part < 2) {
            slice = true;
            part++;
            p->token++;
            continue;
        }
        if (parts[part]) {
            if (p->token->kind != T_COMMA || slice) return parser_unexpected(p, "']'");
            /* x[a, b]: the key is a tuple */
            size_t mark = p->nodes.n;
            vec_push(p->scratch, &p->nodes, parts[0]);
            while (parser_take(p, T_COMMA) && p->token->kind != T_RBRACKET) {
                Node *item = parser_expression(p);
                if (!item) return NULL;
                vec_push(p->scratch, &p->nodes, item);
            }
            parts[0] = tree_tuple(p, mark, parts[0]->start, p->token->start);
            if (!parts[0]) return NULL;
            if (p->token->kind != T_RBRACKET) return parser_unexpected(p, "']'");
            break;
        }
        parts[part] = parser_expression(p);
        if (!parts[part]) return NULL;
    }
    uint32_t end = p->token->end;
    if (!slice && !parts[0]) return parser_unexpected(p, "a key or an index");
    p->token++;
    if (!slice) return item_node(p, object, parts[0], end);
    SliceNode *node = tree_node(p, sizeof *node, N_SLICE, object->start, end);
    node->object = object;
    node->from = parts[0];
    node->to = parts[1];
    node->step = parts[2];
    Node widest = {0};
    for (int i = 0; i < 3; i++)
        if (parts[i] && parts[i]->depth > widest.depth) widest.depth = parts[i]->depth;
    return tree_above(p, node, object, &widest);
}

static Node *parse_postfix(Parser *p, Node *node)
{
    while (node) {
        TokenKind kind = p->token->kind;
        if (kind == T_DOT) {
            const Token *t = ++p->token;
            if (t->kind == T_NAME) {
                p->token++;
                node = attribute_node(p, node, t);
            } else if (t->kind == T_INT) {
                Node *index = parser_number(p);
                node = index ? item_node(p, node, index, t->end) : NULL;
            } else {
                return parser_unexpected(p, "the name of an attribute");
            }
        } else if (kind == T_LBRACKET) {
            if (!parser_deeper(p, parser_span(p, p->token->start, p->token->end))) return NULL;
            node = parse_subscript(p, node);
            parser_shallower(p);
        } else if (kind == T_LPAREN) {
            node = parse_call(p, node);
        } else {
            break;
        }
    }
    return node;
}

/* A name with dots, as filters and tests may have. */
static bool dotted_name(Parser *p, Str *name, uint32_t *end, const char *wanted)
{
    if (p->token->kind != T_NAME) {
        parser_unexpected(p, wanted);
        return false;
    }
    uint32_t start = p->token->start;
    *end = p->token++->end;
    while (p->token->kind == T_DOT && p->token[1].kind == T_NAME) {
        *end = p->token[1].end;
        p->token += 2;
    }
    *name = parser_slice(p, start, *end);
    return true;
}

static void suggest(Parser *p, Str name, const char *const *names, size_t count)
{
    Str *candidates = ARENA_ARRAY(p->arena, Str, count ? count : 1), best;
    for (size_t i = 0; i < count; i++) candidates[i] = str_from(names[i]);
    if (nearest(name, candidates, count, &best)) diag_hint(p->sink, "did you mean '%.*s'?", STR_ARG(best));
}

/* Is the place in a part of the template that may not run? There an unknown filter or test is an error only when it is
 * reached, so that macros can hold code for other tools. The condition of `a if b` stands behind the `a`. */
static bool may_not_run(const Parser *p)
{
    if (p->soft) return true;
    int depth = 0;
    for (const Token *t = p->token; t->kind != T_END && depth >= 0; t++) {
        if (t->kind == T_LPAREN || t->kind == T_LBRACKET || t->kind == T_LBRACE) depth++;
        if (t->kind == T_RPAREN || t->kind == T_RBRACKET || t->kind == T_RBRACE) depth--;
        if (depth == 0 && t->kind == T_NAME && t->word == W_IF) return true;
    }
    return false;
}

Node *parser_filters(Parser *p, Node *input, bool start_inline)
{
    while (start_inline || p->token->kind == T_PIPE) {
        if (!start_inline) p->token++;
        start_inline = false;
        FilterNode *node = tree_node(p, sizeof *node, N_FILTER, input ? input->start : p->token->start, 0);
        uint32_t start = p->token->start, end;
        if (!dotted_name(p, &node->name, &end, "the name of a filter")) return NULL;
        node->input = input;
        node->def = tpl_filter_find(node->name);
        if (!node->def && !may_not_run(p)) {
            parser_error(p, parser_span(p, start, end), "there is no filter '%.*s'", STR_ARG(node->name));
            size_t count;
            const char *const *names = tpl_filter_names(&count);
            suggest(p, node->name, names, count);
            return NULL;
        }
        if (p->token->kind == T_LPAREN && !parser_arguments(p, &node->args)) return NULL;
        node->n.end = p->token[-1].end;
        input = with_arguments(p, node, input, &node->args);
        if (!input) return NULL;
    }
    return input;
}

/* May the token start an argument of a test without parentheses, as in `is divisibleby 3`? */
static bool starts_test_argument(const Token *t)
{
    switch ((TokenKind)t->kind) {
    case T_NAME: return t->word == W_OTHER || t->word == W_TRUE || t->word == W_FALSE || t->word == W_NONE;
    case T_STRING:
    case T_INT:
    case T_FLOAT:
    case T_LBRACKET:
    case T_LBRACE: return true;
    default: return false;
    }
}

static Node *parse_primary(Parser *p);

static Node *parse_test(Parser *p, Node *input)
{
    p->token++;
    bool negated = parser_take_word(p, W_NOT);
    TestNode *node = tree_node(p, sizeof *node, N_TEST, input->start, 0);
    uint32_t start = p->token->start, end;
    if (!dotted_name(p, &node->name, &end, "the name of a test")) return NULL;
    node->input = input;
    node->def = tpl_test_find(node->name);
    if (!node->def && !may_not_run(p)) {
        parser_error(p, parser_span(p, start, end), "there is no test '%.*s'", STR_ARG(node->name));
        size_t count;
        const char *const *names = tpl_test_names(&count);
        suggest(p, node->name, names, count);
        return NULL;
    }
    if (p->token->kind == T_LPAREN) {
        if (!parser_arguments(p, &node->args)) return NULL;
    } else if (starts_test_argument(p->token)) {
        Node *arg = parse_postfix(p, parse_primary(p));
        if (!arg) return NULL;
        node->args.args = ARENA_ARRAY(p->arena, Node *, 1);
        node->args.args[0] = arg;
        node->args.arg_count = 1;
    } else if (p->token->word == W_IS) {
        return parser_error(p, parser_span(p, p->token->start, p->token->end), "tests with 'is' cannot be chained");
    }
    node->n.end = p->token[-1].end;
    Node *result = with_arguments(p, node, input, &node->args);
    if (!result || !negated) return result;
    UnaryNode *not = tree_node(p, sizeof *not, N_NOT, result->start, result->end);
    not ->operand = result;
    return tree_above(p, not, result, NULL);
}

static Node *parse_primary(Parser *p)
{
    const Token *t = p->token;
    switch ((TokenKind)t->kind) {
    case T_NAME:
        switch ((TokenWord)t->word) {
        case W_TRUE: p->token++; return tree_const(p, VALUE_TRUE, t->start, t->end);
        case W_FALSE: p->token++; return tree_const(p, VALUE_FALSE, t->start, t->end);
        case W_NONE: p->token++; return tree_const(p, VALUE_NONE, t->start, t->end);
        case W_OTHER:
        case W_RECURSIVE: p->token++; return &tree_name(p, N_NAME, t)->n;
        default: return parser_unexpected(p, "an expression");
        }
    case T_STRING: return parser_string(p);
    case T_INT:
    case T_FLOAT: return parser_number(p);
    case T_LPAREN: return parse_parentheses(p);
    case T_LBRACKET:
    case T_LBRACE: {
        if (!parser_deeper(p, parser_span(p, t->start, t->end))) return NULL;
        Node *node = t->kind == T_LBRACKET ? parser_list(p) : parser_dict(p);
        parser_shallower(p);
        return node;
    }
    default: return parser_unexpected(p, "an expression");
    }
}

static Node *negated(Parser *p, Node *operand, bool minus, uint32_t start)
{
    if (operand->kind == N_CONST) {
        Value v = ((ConstNode *)operand)->value;
        if (v.kind == V_INT || v.kind == V_FLOAT) {
            if (minus && v.kind == V_INT) v.u.integer = -v.u.integer;
            if (minus && v.kind == V_FLOAT) v.u.real = -v.u.real;
            return tree_const(p, v, start, operand->end);
        }
    }
    UnaryNode *node = tree_node(p, sizeof *node, minus ? N_NEGATE : N_POSITIVE, start, operand->end);
    node->operand = operand;
    return tree_above(p, node, operand, NULL);
}

static Node *parse_unary(Parser *p, bool with_filters)
{
    const Token *t = p->token;
    Node *node;
    if (t->kind == T_MINUS || t->kind == T_PLUS) {
        if (!parser_deeper(p, parser_span(p, t->start, t->end))) return NULL;
        p->token++;
        node = parse_unary(p, false);
        parser_shallower(p);
        if (node) node = negated(p, node, t->kind == T_MINUS, t->start);
    } else {
        node = parse_primary(p);
    }
    node = parse_postfix(p, node);
    while (node && with_filters) {
        if (p->token->kind == T_PIPE)
            node = parser_filters(p, node, false);
        else if (p->token->kind == T_NAME && p->token->word == W_IS)
            node = parse_test(p, node);
        else if (p->token->kind == T_LPAREN)
            node = parse_call(p, node); /* the result of a filter can be called */
        else
            break;
    }
    return node;
}

/* ---- operators ---- */

enum { LEVEL_OR = 1, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_ADD, LEVEL_CONCAT, LEVEL_MULTIPLY, LEVEL_POWER };

/* The level of the operator at the current token and what it does; 0 if there is none. */
static int operator_level(const Parser *p, int *op)
{
    const Token *t = p->token;
    switch ((TokenKind)t->kind) {
    case T_NAME:
        switch ((TokenWord)t->word) {
        case W_OR: return LEVEL_OR;
        case W_AND: return LEVEL_AND;
        case W_IN: *op = COMPARE_IN; return LEVEL_COMPARE;
        case W_NOT: *op = COMPARE_NOT_IN; return t[1].kind == T_NAME && t[1].word == W_IN ? LEVEL_COMPARE : 0;
        default: return 0;
        }
    case T_EQ: *op = TPL_EQ; return LEVEL_COMPARE;
    case T_NE: *op = TPL_NE; return LEVEL_COMPARE;
    case T_LT: *op = TPL_LT; return LEVEL_COMPARE;
    case T_LE: *op = TPL_LE; return LEVEL_COMPARE;
    case T_GT: *op = TPL_GT; return LEVEL_COMPARE;
    case T_GE: *op = TPL_GE; return LEVEL_COMPARE;
    case T_PLUS: *op = TPL_ADD; return LEVEL_ADD;
    case T_MINUS: *op = TPL_SUB; return LEVEL_ADD;
    case T_TILDE: return LEVEL_CONCAT;
    case T_STAR: *op = TPL_MUL; return LEVEL_MULTIPLY;
    case T_SLASH: *op = TPL_DIV; return LEVEL_MULTIPLY;
    case T_FLOORDIV: *op = TPL_FLOORDIV; return LEVEL_MULTIPLY;
    case T_PERCENT: *op = TPL_MOD; return LEVEL_MULTIPLY;
    case T_POWER: *op = TPL_POW; return LEVEL_POWER;
    default: return 0;
    }
}

/* a or b or c, a and b and c, a ~ b ~ c: one node with many operands, so that long chains nest no deeper. */
static Node *parse_chain(Parser *p, Node *left, int level)
{
    NodeKind kind = level == LEVEL_OR ? N_OR : level == LEVEL_AND ? N_AND : N_CONCAT;
    size_t mark = p->nodes.n;
    const Node *deepest = left;
    int op;
    vec_push(p->scratch, &p->nodes, left);
    while (operator_level(p, &op) == level) {
        p->token++;
        Node *right = parse_level(p, level + 1);
        if (!right) return NULL;
        if (right->depth > deepest->depth) deepest = right;
        vec_push(p->scratch, &p->nodes, right);
    }
    ListNode *node = tree_node(p, sizeof *node, kind, left->start, p->token[-1].end);
    node->items = parser_pop_nodes(p, mark, &node->count);
    return tree_above(p, node, deepest, NULL);
}

static Node *parse_comparison(Parser *p, Node *left)
{
    size_t mark = p->nodes.n;
    const Node *deepest = left;
    uint8_t ops[64];
    uint32_t count = 0;
    int op;
    vec_push(p->scratch, &p->nodes, left);
    while (operator_level(p, &op) == LEVEL_COMPARE) {
        const Token *t = p->token;
        if (count == sizeof ops)
            return parser_error(p, parser_span(p, t->start, t->end), "too many comparisons in one chain");
        ops[count++] = (uint8_t)op;
        p->token += op == COMPARE_NOT_IN ? 2 : 1;
        Node *right = parse_level(p, LEVEL_ADD);
        if (!right) return NULL;
        if (right->depth > deepest->depth) deepest = right;
        vec_push(p->scratch, &p->nodes, right);
    }
    CompareNode *node = tree_node(p, sizeof *node, N_COMPARE, left->start, p->token[-1].end);
    node->count = count;
    node->ops = arena_copy(p->arena, ops, count);
    node->operands = parser_pop_nodes(p, mark, &count);
    return tree_above(p, node, deepest, NULL);
}

static Node *parse_level(Parser *p, int lowest)
{
    Node *left;
    if (lowest <= LEVEL_NOT && p->token->kind == T_NAME && p->token->word == W_NOT) {
        const Token *t = p->token++;
        if (!parser_deeper(p, parser_span(p, t->start, t->end))) return NULL;
        Node *operand = parse_level(p, LEVEL_NOT);
        parser_shallower(p);
        if (!operand) return NULL;
        UnaryNode *node = tree_node(p, sizeof *node, N_NOT, t->start, operand->end);
        node->operand = operand;
        left = tree_above(p, node, operand, NULL);
    } else {
        left = parse_unary(p, true);
    }
    for (int op = 0, level; left && (level = operator_level(p, &op)) >= lowest && level;) {
        if (level == LEVEL_OR || level == LEVEL_AND || level == LEVEL_CONCAT) {
            left = parse_chain(p, left, level);
        } else if (level == LEVEL_COMPARE) {
            left = parse_comparison(p, left);
        } else {
            p->token++;
            Node *right = parse_level(p, level + 1);
            if (!right) return NULL;
            BinaryNode *node = tree_node(p, sizeof *node, N_BINARY, left->start, right->end);
            node->n.op = (uint8_t)op;
            node->left = left;
            node->right = right;
            left = tree_above(p, node, left, right);
        }
    }
    return left;
}

Node *parser_expression_plain(Parser *p)
{
    return parse_level(p, LEVEL_OR);
}

Node *parser_expression(Parser *p)
{
    Node *value = parse_level(p, LEVEL_OR);
    while (value && p->token->kind == T_NAME && p->token->word == W_IF) {
        p->token++;
        p->soft++;
        TernaryNode *node = tree_node(p, sizeof *node, N_TERNARY, value->start, 0);
        node->yes = value;
        node->test = parse_level(p, LEVEL_OR);
        bool ok = node->test != NULL;
        if (ok && parser_take_word(p, W_ELSE)) {
            ok = parser_deeper(p, parser_span(p, p->token[-1].start, p->token[-1].end));
            if (ok) {
                node->no = parser_expression(p);
                ok = node->no != NULL;
                parser_shallower(p);
            }
        }
        p->soft--;
        if (!ok) return NULL;
        node->n.end = p->token[-1].end;
        Node widest = {.depth = node->test->depth};
        if (node->no && node->no->depth > widest.depth) widest.depth = node->no->depth;
        value = tree_above(p, node, value, &widest);
    }
    return value;
}
