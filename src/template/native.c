/* dbt's native rendering, for values in YAML and project files: a text that is one expression gives the value of that
 * expression. A constant expression counts as text, because Jinja2 turns it into text while it compiles. Values marked by
 * as_native, as_bool and as_number are read as Python literals. */
#include "template/eval.h"

#include "base/utf8.h"

#include <string.h>

void eval_native_text(TplEval *e, Str text)
{
    if (!text.len) return;
    if (!e->native->count++) e->native->first = value_str(text);
}

static bool folds(TplEval *e, const Node *node);

static bool all_fold(TplEval *e, Node *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!folds(e, nodes[i])) return false;
    return true;
}

static bool arguments_fold(TplEval *e, const Arguments *args)
{
    return all_fold(e, args->args, args->arg_count) && all_fold(e, args->named, args->named_count) && !args->star &&
           !args->star_star;
}

/* Filters that Jinja2 does not run while it compiles, because they see the context. */
static bool filter_folds(Str name)
{
    static const Str not_folded[] = {STR_INIT("map"),        STR_INIT("select"),     STR_INIT("reject"),
                                     STR_INIT("selectattr"), STR_INIT("rejectattr"), STR_INIT("random")};
    for (size_t i = 0; i < sizeof not_folded / sizeof *not_folded; i++)
        if (str_eq(not_folded[i], name)) return false;
    return true;
}

/* Is it a constant, and is it true? It was evaluated before without an error, so it can be once more. */
static bool constant(TplEval *e, const Node *node, bool *yes)
{
    Value v;
    if (!folds(e, node) || !eval(e, e->frame, node, &v)) return false;
    *yes = value_truthy(v);
    return true;
}

/* a < b < c is known when a < b is constant and false, whatever c is. */
static bool compare_folds(TplEval *e, const CompareNode *node)
{
    for (uint32_t i = 0; i <= node->count; i++) {
        if (!folds(e, node->operands[i])) return false;
        if (i == 0) continue;
        CompareNode pair = *node;
        pair.count = 1;
        pair.ops = node->ops + i - 1;
        pair.operands = node->operands + i - 1;
        Value v;
        if (!eval(e, e->frame, &pair.n, &v)) return false;
        if (!value_truthy(v)) return true;
    }
    return true;
}

/* Does Jinja2's compiler know the value of the expression? */
static bool folds(TplEval *e, const Node *node)
{
    if (!node) return true;
    switch ((NodeKind)node->kind) {
    case N_CONST: return true;
    case N_AND:
    case N_OR: {
        const ListNode *n = (const ListNode *)node;
        for (uint32_t i = 0; i < n->count; i++) {
            bool yes;
            if (!constant(e, n->items[i], &yes)) return false;
            if (yes == (node->kind == N_OR)) break; /* what follows is never looked at */
        }
        return true;
    }
    case N_LIST:
    case N_TUPLE:
    case N_CONCAT: return all_fold(e, ((const ListNode *)node)->items, ((const ListNode *)node)->count);
    case N_DICT: {
        const DictNode *n = (const DictNode *)node;
        return all_fold(e, n->keys, n->count) && all_fold(e, n->values, n->count);
    }
    case N_NEGATE:
    case N_POSITIVE:
    case N_NOT: return folds(e, ((const UnaryNode *)node)->operand);
    case N_BINARY: return folds(e, ((const BinaryNode *)node)->left) && folds(e, ((const BinaryNode *)node)->right);
    case N_COMPARE: return compare_folds(e, (const CompareNode *)node);
    case N_TERNARY: {
        const TernaryNode *n = (const TernaryNode *)node;
        bool yes;
        if (!constant(e, n->test, &yes)) return false;
        const Node *taken = yes ? n->yes : n->no; /* the other side is never looked at */
        return taken && folds(e, taken);
    }
    case N_ATTRIBUTE: return folds(e, ((const AttributeNode *)node)->object);
    case N_ITEM: return folds(e, ((const ItemNode *)node)->object) && folds(e, ((const ItemNode *)node)->key);
    case N_SLICE: {
        const SliceNode *n = (const SliceNode *)node;
        return folds(e, n->object) && folds(e, n->from) && folds(e, n->to) && folds(e, n->step);
    }
    case N_FILTER: {
        const FilterNode *n = (const FilterNode *)node;
        return n->input && filter_folds(n->name) && folds(e, n->input) && arguments_fold(e, &n->args);
    }
    case N_TEST: {
        const TestNode *n = (const TestNode *)node;
        return folds(e, n->input) && arguments_fold(e, &n->args);
    }
    default: return false;
    }
}

enum { MARKS = VALUE_MARK_NATIVE | VALUE_MARK_BOOL | VALUE_MARK_NUMBER | VALUE_MARK_TEXT };

/* What as_native and its like gave stays marked, and so does what holds it: Jinja2 writes no such constant into its program. */
static bool holds_marked(Value v)
{
    if (v.flags & MARKS) return true;
    if (v.kind == V_LIST || v.kind == V_TUPLE)
        for (uint32_t i = 0; i < v.u.list->n; i++)
            if (holds_marked(v.u.list->at[i])) return true;
    if (v.kind == V_DICT || v.kind == V_SET)
        for (uint32_t i = 0; i < v.u.dict->used; i++) {
            const DictEntry *entry = &v.u.dict->entries[i];
            if (entry->key.kind == V_UNDEFINED) continue;
            if (holds_marked(entry->key) || (v.kind == V_DICT && holds_marked(entry->value))) return true;
        }
    return false;
}

void eval_native_output(TplEval *e, const OutputNode *node, Value v)
{
    if (e->native->count++) return;
    bool data = v.kind != V_UNDEFINED && v.kind != V_OBJECT && v.kind != V_FUNC && v.kind != V_MACRO;
    if (data && folds(e, node->value) && !holds_marked(v)) v = value_str(value_to_str(e->arena, v));
    e->native->first = v;
}

/* ---- Python literals ---- */

enum { LITERAL_DEPTH = 100 };

typedef struct Reader {
    Arena *arena;
    Str text;
    size_t at;
    unsigned depth;
} Reader;

static bool read_literal(Reader *r, Value *out);

static void skip_blank(Reader *r)
{
    while (r->at < r->text.len && strchr(" \t\r\n\f", r->text.ptr[r->at])) r->at++;
}

static bool take(Reader *r, char c)
{
    skip_blank(r);
    if (r->at >= r->text.len || r->text.ptr[r->at] != c) return false;
    r->at++;
    return true;
}

static bool read_escape(Reader *r, Buf *out)
{
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    char c = r->text.ptr[r->at++];
    const char *simple = c ? strchr(from, c) : NULL;
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (c == '\n') return true;
    if (simple) {
        buf_addc(out, to[simple - from]);
        return true;
    }
    if (!digits) {
        buf_addc(out, '\\');
        buf_addc(out, c);
        return c != 'N';
    }
    uint32_t code = 0;
    for (size_t i = 0; i < digits; i++, r->at++) {
        char d = r->at < r->text.len ? r->text.ptr[r->at] : 0;
        const char *hex = "0123456789abcdef", *hit = d ? strchr(hex, d | 0x20) : NULL;
        if (!hit || (d < '0')) return false;
        code = code * 16 + (uint32_t)(hit - hex);
    }
    utf8_add(out, code);
    return true;
}

static bool read_quoted(Reader *r, Value *out)
{
    Buf text;
    buf_init(&text, r->arena);
    do {
        char quote = r->text.ptr[r->at];
        bool triple = r->at + 2 < r->text.len && r->text.ptr[r->at + 1] == quote && r->text.ptr[r->at + 2] == quote;
        r->at += triple ? 3 : 1;
        for (;;) {
            if (r->at >= r->text.len) return false;
            char c = r->text.ptr[r->at];
            if (c == quote && !triple) {
                r->at++;
                break;
            }
            if (c == quote && r->at + 2 < r->text.len && r->text.ptr[r->at + 1] == quote &&
                r->text.ptr[r->at + 2] == quote) {
                r->at += 3;
                break;
            }
            if (c == '\n' && !triple) return false;
            r->at++;
            if (c != '\\')
                buf_addc(&text, c);
            else if (r->at >= r->text.len || !read_escape(r, &text))
                return false;
        }
        skip_blank(r);
    } while (r->at < r->text.len && strchr("'\"", r->text.ptr[r->at]));
    *out = value_str(buf_str(&text));
    return true;
}

static bool read_number(Reader *r, bool negative, Value *out)
{
    size_t from = r->at, to = from;
    while (to < r->text.len) {
        char c = r->text.ptr[to];
        bool exponent_sign = (c == '-' || c == '+') && to > from && (r->text.ptr[to - 1] | 0x20) == 'e' &&
                             !str_starts(str_from_index(r->text, from), STR("0x"));
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
              exponent_sign))
            break;
        to++;
    }
    Str digits = str_slice(r->text, from, to);
    if (!digits.len) return false;
    r->at = to;
    bool large, leading = digits.len > 1 && digits.ptr[0] == '0';
    int64_t integer;
    double real;
    if (number_read_int(digits, 0, &integer, &large) && !large) {
        *out = value_int(negative ? -integer : integer);
        return true;
    }
    bool fraction = str_find_char(digits, '.', 0) != STR_NPOS || str_find_char(digits, 'e', 0) != STR_NPOS ||
                    str_find_char(digits, 'E', 0) != STR_NPOS;
    if ((leading && !fraction) || !((digits.ptr[0] >= '0' && digits.ptr[0] <= '9') || digits.ptr[0] == '.'))
        return false;
    if (!number_read_float(digits, &real)) return false;
    *out = value_float(negative ? -real : real);
    return true;
}

/* ( .. ), [ .. ] or { .. } behind its opening bracket. */
static bool read_container(Reader *r, char open, Value *out)
{
    char close = open == '(' ? ')' : open == '[' ? ']' : '}';
    Value list = value_list(r->arena), dict = value_dict(r->arena), set = value_set(r->arena);
    bool pairs = open == '{', comma = false;
    size_t count = 0;
    while (!take(r, close)) {
        Value item, value;
        if (count && !comma) return false;
        if (!read_literal(r, &item)) return false;
        if (open == '{') {
            bool colon = take(r, ':');
            if (count == 0) pairs = colon;
            if (colon != pairs || !value_hashable(item)) return false;
            if (colon && !read_literal(r, &value)) return false;
            if (colon)
                dict_set(dict.u.dict, item, value);
            else
                dict_set(set.u.dict, item, VALUE_NONE);
        } else {
            list_push(list.u.list, item);
        }
        count++;
        comma = take(r, ',');
    }
    if (open == '{')
        *out = pairs ? dict : set;
    else if (open == '(' && count == 1 && !comma)
        *out = list.u.list->at[0];
    else
        *out = list;
    if (open == '(' && !(count == 1 && !comma)) out->kind = V_TUPLE;
    return true;
}

static bool read_literal(Reader *r, Value *out)
{
    static const struct {
        Str text;
        Value value;
    } words[] = {{STR_INIT("None"), {.kind = V_NONE}},
                 {STR_INIT("True"), {.kind = V_BOOL, .u.boolean = true}},
                 {STR_INIT("False"), {.kind = V_BOOL}}};
    skip_blank(r);
    if (r->at >= r->text.len || r->depth >= LITERAL_DEPTH) return false;
    char c = r->text.ptr[r->at];
    if (c == '\'' || c == '"') return read_quoted(r, out);
    if (c == '(' || c == '[' || c == '{') {
        r->at++;
        r->depth++;
        bool ok = read_container(r, c, out);
        r->depth--;
        return ok;
    }
    if (c == '-' || c == '+') {
        r->at++;
        skip_blank(r);
        return read_number(r, c == '-', out);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_starts(str_from_index(r->text, r->at), words[i].text)) continue;
        r->at += words[i].text.len;
        *out = words[i].value;
        return true;
    }
    return read_number(r, false, out);
}

/* Python's ast.literal_eval. False if the text is no literal. */
static bool literal(Arena *arena, Str text, Value *out)
{
    Reader r = {.arena = arena, .text = text};
    while (r.at < text.len && (text.ptr[r.at] == ' ' || text.ptr[r.at] == '\t')) r.at++;
    if (!read_literal(&r, out)) return false;
    if (take(&r, ',')) { /* a bare tuple */
        Value list = value_list(arena), item = *out;
        list_push(list.u.list, item);
        for (bool more = true; more;) {
            skip_blank(&r);
            if (r.at >= text.len) break;
            if (!read_literal(&r, &item)) return false;
            list_push(list.u.list, item);
            more = take(&r, ',');
        }
        *out = list;
        out->kind = V_TUPLE;
    }
    skip_blank(&r);
    return r.at >= text.len;
}

bool eval_native_value(TplEval *e, const TplUnit *unit, Value piece, Value *result)
{
    unsigned marks = piece.flags & MARKS;
    *result = piece;
    if (!marks) return true;
    piece.flags = (uint8_t)(piece.flags & ~marks);
    Str raw = value_to_str(e->arena, piece);
    *result = value_str(raw);
    if (marks & VALUE_MARK_TEXT) return true;
    Value read;
    if (literal(e->arena, raw, &read)) *result = read;
    bool number = result->kind == V_INT || result->kind == V_FLOAT;
    const char *wanted = (marks & VALUE_MARK_BOOL) && result->kind != V_BOOL ? "bool"
                         : (marks & VALUE_MARK_NUMBER) && !number            ? "number"
                                                                             : NULL;
    if (!wanted) return true;
    const Node *first = unit->fn.body.at[0];
    return tpl_fail_at(e, (Span){unit->fn.source, first->start, first->end}, DIAG_template_value,
                       "could not convert value '%.*s' into type '%s'", STR_ARG(raw), wanted);
}
