/* Literals: strings with their escapes, numbers, lists, dicts and tuples; and what of a tree is constant. */
#include "base/utf8.h"
#include "template/parser.h"

#include <stdlib.h>
#include <string.h>

void *tree_node(Parser *p, size_t size, NodeKind kind, uint32_t start, uint32_t end)
{
    Node *node = arena_zalloc(p->arena, size);
    node->kind = (uint8_t)kind;
    node->start = start;
    node->end = end;
    return node;
}

void *tree_above(Parser *p, void *node, const Node *a, const Node *b)
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

Node *tree_const(Parser *p, Value value, uint32_t start, uint32_t end)
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
Node *parser_string(Parser *p)
{
    const Token *first = p->token;
    Str inside = parser_slice(p, first->start + 1, first->end - 1);
    bool plain = inside.len == 0 || (!memchr(inside.ptr, '\\', inside.len) && !memchr(inside.ptr, '\r', inside.len));
    p->token++;
    if (plain && p->token->kind != T_STRING) return tree_const(p, value_str(inside), first->start, first->end);
    Buf out;
    buf_init(&out, p->arena);
    uint32_t end = first->end;
    for (const Token *t = first; t->kind == T_STRING; t++) {
        if (!unescape(p, parser_slice(p, t->start + 1, t->end - 1), t->start + 1, &out)) return NULL;
        end = t->end;
        p->token = t + 1;
    }
    return tree_const(p, value_str(buf_str(&out)), first->start, end);
}

Node *parser_number(Parser *p)
{
    const Token *t = p->token++;
    char digits[512];
    size_t n = 0;
    for (uint32_t i = t->start; i < t->end && n < sizeof digits - 1; i++)
        if (p->text[i] != '_') digits[n++] = p->text[i];
    digits[n] = 0;
    Span span = parser_span(p, t->start, t->end);
    if (t->kind == T_FLOAT) return tree_const(p, value_float(strtod(digits, NULL)), t->start, t->end);
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
    return tree_const(p, value_int((int64_t)value), t->start, t->end);
}

Node *parser_list(Parser *p)
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
    return tree_above(p, node, deepest, NULL);
}

Node *parser_dict(Parser *p)
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
    return tree_above(p, node, deepest, NULL);
}

/* A tuple of constants is a constant itself: it cannot change. */
Node *tree_tuple(Parser *p, size_t mark, uint32_t start, uint32_t end)
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
        return tree_const(p, tuple, start, end);
    }
    return tree_above(p, node, deepest, NULL);
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
