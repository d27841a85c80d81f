/* Expressions, with Jinja2's grammar and precedence: ternary, or, and, not, comparisons (in, not in), + -, ~, * / // %,
 * **, unary + -, then calls, attributes and subscripts, and filters and tests closest of all. */
#include "base/edit.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "template/parser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static Node *parse_unary(Parser *p, bool with_filters);
static Node *parse_level(Parser *p, int lowest);

void *tree_node(Parser *p, size_t size, NodeKind kind, uint32_t start, uint32_t end)
{
    Node *node = arena_zalloc(p->arena, size);
    node->kind = (uint8_t)kind;
    node->start = start;
    node->end = end;
    return node;
}

/* Nodes above `child` nest deeper than it; NULL, reported, when that goes too far. */
static void *above(Parser *p, void *node, const Node *a, const Node *b)
{
    Node *n = node;
    unsigned depth = a ? a->depth : 0;
    if (b && b->depth > depth) depth = b->depth;
    if (depth >= CHAIN_MAX) {
        diag_add(p->sink, DIAG_template_limit, parser_span(p, n->start, n->end),
                 "the expression nests more than %d operations", (int)CHAIN_MAX);
        diag_hint(p->sink, "put parts of it into variables with 'set'");
        return NULL;
    }
    n->depth = (uint16_t)(depth + 1);
    return n;
}

static Node *const_node(Parser *p, Value value, uint32_t start, uint32_t end)
{
    ConstNode *node = tree_node(p, sizeof *node, N_CONST, start, end);
    node->value = value;
    return &node->n;
}

NameNode *tree_name(Parser *p, NodeKind kind, const Token *token)
{
    NameNode *node = tree_node(p, sizeof *node, kind, token->start, token->end);
    node->name = parser_word(p, token);
    node->hash = str_hash(node->name);
    return node;
}

/* ---- literals ---- */

static bool hex_digits(Str s, size_t at, size_t count, uint32_t *code)
{
    if (at + count > s.len) return false;
    *code = 0;
    for (size_t i = at; i < at + count; i++) {
        char c = s.ptr[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A') + 10;
        else
            return false;
        *code = *code * 16 + digit;
    }
    return true;
}

/* Python's escapes; an unknown one stays as it is written. `offset` is where `s` starts in the source. */
static bool unescape(Parser *p, Str s, uint32_t offset, Buf *out)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\r') { /* all line ends become \n, as in text */
            if (i + 1 >= s.len || s.ptr[i + 1] != '\n') buf_addc(out, '\n');
            continue;
        }
        if (c != '\\' || i + 1 >= s.len) {
            buf_addc(out, c);
            continue;
        }
        size_t start = i++;
        uint32_t code = 0;
        switch (s.ptr[i]) {
        case '\n': break;
        case '\r':
            if (i + 1 < s.len && s.ptr[i + 1] == '\n') i++;
            break;
        case '\\': buf_addc(out, '\\'); break;
        case '\'': buf_addc(out, '\''); break;
        case '"': buf_addc(out, '"'); break;
        case 'a': buf_addc(out, '\a'); break;
        case 'b': buf_addc(out, '\b'); break;
        case 'f': buf_addc(out, '\f'); break;
        case 'n': buf_addc(out, '\n'); break;
        case 'r': buf_addc(out, '\r'); break;
        case 't': buf_addc(out, '\t'); break;
        case 'v': buf_addc(out, '\v'); break;
        case 'x':
        case 'u':
        case 'U': {
            size_t count = s.ptr[i] == 'x' ? 2 : s.ptr[i] == 'u' ? 4 : 8;
            Span span = parser_span(p, offset + (uint32_t)start, offset + (uint32_t)i + 1);
            if (!hex_digits(s, i + 1, count, &code))
                return parser_error(p, span, "'\\%c' needs %zu hexadecimal digits behind it", s.ptr[i], count);
            if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
                return parser_error(p, span, "U+%X is no character", code);
            utf8_add(out, code);
            i += count;
            break;
        }
        case 'N':
            return parser_error(p, parser_span(p, offset + (uint32_t)start, offset + (uint32_t)i + 1),
                                "characters cannot be written by name; use \\u with the code point");
        default:
            if (s.ptr[i] >= '0' && s.ptr[i] <= '7') {
                size_t from = i;
                while (i < s.len && i < from + 3 && s.ptr[i] >= '0' && s.ptr[i] <= '7')
                    code = code * 8 + (uint32_t)(s.ptr[i++] - '0');
                i--;
                utf8_add(out, code);
            } else {
                buf_addc(out, '\\');
                buf_addc(out, s.ptr[i]);
            }
        }
    }
    return true;
}

/* Adjacent literals join. */
static Node *parse_string(Parser *p)
{
    const Token *first = p->token;
    Str inside = parser_slice(p, first->start + 1, first->end - 1);
    bool plain = inside.len == 0 || (!memchr(inside.ptr, '\\', inside.len) && !memchr(inside.ptr, '\r', inside.len));
    p->token++;
    if (plain && p->token->kind != T_STRING) return const_node(p, value_str(inside), first->start, first->end);
    Buf out;
    buf_init(&out, p->arena);
    uint32_t end = first->end;
    for (const Token *t = first; t->kind == T_STRING; t++) {
        if (!unescape(p, parser_slice(p, t->start + 1, t->end - 1), t->start + 1, &out)) return NULL;
        end = t->end;
        p->token = t + 1;
    }
    return const_node(p, value_str(buf_str(&out)), first->start, end);
}

static Node *parse_number(Parser *p)
{
    const Token *t = p->token++;
    char digits[512];
    size_t n = 0;
    for (uint32_t i = t->start; i < t->end && n < sizeof digits - 1; i++)
        if (p->text[i] != '_') digits[n++] = p->text[i];
    digits[n] = 0;
    Span span = parser_span(p, t->start, t->end);
    if (t->kind == T_FLOAT) return const_node(p, value_float(strtod(digits, NULL)), t->start, t->end);
    int base = 10;
    const char *from = digits;
    if (digits[0] == '0' && n > 1) {
        char c = (char)(digits[1] | 0x20);
        base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 10;
        if (base != 10) from += 2;
    }
    uint64_t value = 0;
    for (; *from; from++) {
        uint64_t digit = (uint64_t)(*from <= '9' ? *from - '0' : (*from | 0x20) - 'a' + 10);
        if (value > ((uint64_t)INT64_MAX - digit) / (uint64_t)base)
            return parser_error(p, span, "the integer is larger than %lld, the largest there is", (long long)INT64_MAX);
        value = value * (uint64_t)base + digit;
    }
    return const_node(p, value_int((int64_t)value), t->start, t->end);
}

static Node *parse_list(Parser *p)
{
    uint32_t start = p->token->start;
    size_t mark = p->nodes.n;
    p->token++;
    const Node *deepest = NULL;
    while (p->token->kind != T_RBRACKET) {
        Node *item = parser_expression(p);
        if (!item) return NULL;
        if (!deepest || item->depth > deepest->depth) deepest = item;
        vec_push(p->scratch, &p->nodes, item);
        if (!parser_take(p, T_COMMA) && p->token->kind != T_RBRACKET) return parser_unexpected(p, "',' or ']'");
    }
    ListNode *node = tree_node(p, sizeof *node, N_LIST, start, p->token->end);
    p->token++;
    node->items = parser_pop_nodes(p, mark, &node->count);
    return above(p, node, deepest, NULL);
}

static Node *parse_dict(Parser *p)
{
    uint32_t start = p->token->start;
    size_t mark = p->nodes.n;
    p->token++;
    const Node *deepest = NULL;
    while (p->token->kind != T_RBRACE) {
        Node *key = parser_expression(p);
        if (!key) return NULL;
        if (p->token->kind != T_COLON) return parser_unexpected(p, "':' and a value");
        p->token++;
        Node *value = parser_expression(p);
        if (!value) return NULL;
        if (!deepest || key->depth > deepest->depth) deepest = key;
        if (value->depth > deepest->depth) deepest = value;
        vec_push(p->scratch, &p->nodes, key);
        vec_push(p->scratch, &p->nodes, value);
        if (!parser_take(p, T_COMMA) && p->token->kind != T_RBRACE) return parser_unexpected(p, "',' or '}'");
    }
    DictNode *node = tree_node(p, sizeof *node, N_DICT, start, p->token->end);
    p->token++;
    node->count = (uint32_t)(p->nodes.n - mark) / 2;
    node->keys = ARENA_ARRAY(p->arena, Node *, node->count ? node->count : 1);
    node->values = ARENA_ARRAY(p->arena, Node *, node->count ? node->count : 1);
    for (uint32_t i = 0; i < node->count; i++) {
        node->keys[i] = p->nodes.at[mark + 2 * i];
        node->values[i] = p->nodes.at[mark + 2 * i + 1];
    }
    p->nodes.n = mark;
    return above(p, node, deepest, NULL);
}

/* A tuple of constants is a constant itself: it cannot change. */
static Node *tuple_node(Parser *p, size_t mark, uint32_t start, uint32_t end)
{
    ListNode *node = tree_node(p, sizeof *node, N_TUPLE, start, end);
    node->items = parser_pop_nodes(p, mark, &node->count);
    const Node *deepest = NULL;
    bool constant = true;
    for (uint32_t i = 0; i < node->count; i++) {
        if (!deepest || node->items[i]->depth > deepest->depth) deepest = node->items[i];
        constant = constant && node->items[i]->kind == N_CONST;
    }
    if (constant) {
        Value tuple;
        tree_constant(p->arena, &node->n, &tuple);
        return const_node(p, tuple, start, end);
    }
    return above(p, node, deepest, NULL);
}

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
    return tuple_node(p, mark, start, p->token[-1].end);
}

static Node *parse_parentheses(Parser *p)
{
    uint32_t start = p->token->start;
    if (!parser_deeper(p, parser_span(p, start, start + 1))) return NULL;
    p->token++;
    Node *inside;
    if (p->token->kind == T_RPAREN) {
        inside = tuple_node(p, p->nodes.n, start, p->token->end);
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
    return above(p, node, operand, &widest);
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
    return above(p, node, object, NULL);
}

static Node *item_node(Parser *p, Node *object, Node *key, uint32_t end)
{
    ItemNode *node = tree_node(p, sizeof *node, N_ITEM, object->start, end);
    node->object = object;
    node->key = key;
    return above(p, node, object, key);
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
            parts[0] = tuple_node(p, mark, parts[0]->start, p->token->start);
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
    return above(p, node, object, &widest);
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
                Node *index = parse_number(p);
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
    return above(p, not, result, NULL);
}

static Node *parse_primary(Parser *p)
{
    const Token *t = p->token;
    switch ((TokenKind)t->kind) {
    case T_NAME:
        switch ((TokenWord)t->word) {
        case W_TRUE: p->token++; return const_node(p, VALUE_TRUE, t->start, t->end);
        case W_FALSE: p->token++; return const_node(p, VALUE_FALSE, t->start, t->end);
        case W_NONE: p->token++; return const_node(p, VALUE_NONE, t->start, t->end);
        case W_OTHER:
        case W_RECURSIVE: p->token++; return &tree_name(p, N_NAME, t)->n;
        default: return parser_unexpected(p, "an expression");
        }
    case T_STRING: return parse_string(p);
    case T_INT:
    case T_FLOAT: return parse_number(p);
    case T_LPAREN: return parse_parentheses(p);
    case T_LBRACKET:
    case T_LBRACE: {
        if (!parser_deeper(p, parser_span(p, t->start, t->end))) return NULL;
        Node *node = t->kind == T_LBRACKET ? parse_list(p) : parse_dict(p);
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
            return const_node(p, v, start, operand->end);
        }
    }
    UnaryNode *node = tree_node(p, sizeof *node, minus ? N_NEGATE : N_POSITIVE, start, operand->end);
    node->operand = operand;
    return above(p, node, operand, NULL);
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
    return above(p, node, deepest, NULL);
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
    return above(p, node, deepest, NULL);
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
        left = above(p, node, operand, NULL);
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
            left = above(p, node, left, right);
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
        value = above(p, node, value, &widest);
    }
    return value;
}

/* ---- constants ---- */

bool tree_is_constant(const Node *node)
{
    if (node->kind == N_CONST) return true;
    if (node->kind == N_LIST || node->kind == N_TUPLE) {
        const ListNode *list = (const ListNode *)node;
        for (uint32_t i = 0; i < list->count; i++)
            if (!tree_is_constant(list->items[i])) return false;
        return true;
    }
    if (node->kind != N_DICT) return false;
    const DictNode *dict = (const DictNode *)node;
    for (uint32_t i = 0; i < dict->count; i++)
        if (!tree_is_constant(dict->keys[i]) || !tree_is_constant(dict->values[i])) return false;
    return true;
}

static bool constant_dict(Arena *arena, const DictNode *node, Value *value)
{
    *value = value_dict(arena);
    for (uint32_t i = 0; i < node->count; i++) {
        Value key, item;
        if (!tree_constant(arena, node->keys[i], &key) || !tree_constant(arena, node->values[i], &item)) return false;
        if (!value_hashable(key)) return false;
        dict_set(value->u.dict, key, item);
    }
    return true;
}

bool tree_constant(Arena *arena, const Node *node, Value *value)
{
    if (node->kind == N_CONST) {
        *value = ((const ConstNode *)node)->value;
        return true;
    }
    if (node->kind == N_DICT) return constant_dict(arena, (const DictNode *)node, value);
    if (node->kind != N_LIST && node->kind != N_TUPLE) return false;
    const ListNode *list = (const ListNode *)node;
    *value = value_list(arena);
    for (uint32_t i = 0; i < list->count; i++) {
        Value item;
        if (!tree_constant(arena, list->items[i], &item)) return false;
        list_push(value->u.list, item);
    }
    if (node->kind == N_TUPLE) value->kind = V_TUPLE;
    return true;
}
