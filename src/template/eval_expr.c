/* Expressions: names, literals, attributes and items, operators, filters and tests. */
#include "template/eval.h"
#include "template/methods.h"

#include "base/mem.h"

#include <string.h>

/* ---- names ---- */

static GlobalEntry *global_entry(TplEval *e, Str name, uint64_t hash)
{
    size_t mask = e->global_cap - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        GlobalEntry *g = &e->globals[i];
        if (g->generation != e->generation || (g->hash == hash && str_eq(g->name, name))) return g;
    }
}

static void grow_globals(TplEval *e)
{
    GlobalEntry *old = e->globals;
    size_t old_cap = e->global_cap;
    e->global_cap = old_cap ? old_cap * 2 : 64;
    e->globals = mem_zalloc(e->global_cap * sizeof *e->globals);
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].generation == e->generation) *global_entry(e, old[i].name, old[i].hash) = old[i];
    mem_free(old);
}

/* The host first, the language's own names behind it; asked once in a run. False if nobody knows the name. */
bool eval_global(TplEval *e, const NameNode *name, Value *out)
{
    if (e->global_generation != e->generation) {
        e->global_generation = e->generation;
        e->global_count = 0;
    }
    if (2 * (e->global_count + 1) > e->global_cap) grow_globals(e);
    GlobalEntry *g = global_entry(e, name->name, name->hash);
    if (g->generation != e->generation) {
        Value value;
        if (!e->host.lookup || !e->host.lookup(e->host.data, e, name->name, &value)) {
            const TplGlobalDef *def = tpl_global_find(name->name);
            value = def ? value_func(e->arena, def->name, def->fn, value_undefined(STR_EMPTY), NULL)
                        : value_undefined(name->name);
        }
        /* The host may have looked up names itself: find the place anew. */
        if (2 * (e->global_count + 1) > e->global_cap) grow_globals(e);
        g = global_entry(e, name->name, name->hash);
        *g = (GlobalEntry){name->name, name->hash, value, e->generation};
        e->global_count++;
    }
    *out = g->value;
    return out->kind != V_UNDEFINED;
}

/* The value of a name whose slot is empty. */
Value eval_name(TplEval *e, const Frame *f, const NameNode *name)
{
    Value out = value_undefined(name->name);
    if (name->fallback) eval_global(e, name, &out);
    if (out.kind == V_UNDEFINED && f->lenient) out.flags |= VALUE_LENIENT;
    return out;
}

static Value outer_name(TplEval *e, Frame *f, const NameNode *name)
{
    const Frame *at = f->outer;
    for (unsigned i = 1; at && i < name->up; i++) at = at->outer;
    Value out = {.kind = V_EMPTY};
    if (at) out = at->slots[name->slot];
    if (out.kind != V_EMPTY) return out;
    if (at && !name->fallback) return eval_name(e, f, name);
    /* A macro apart from its file sees globals where the file had variables. */
    if (!eval_global(e, name, &out) && f->lenient) out.flags |= VALUE_LENIENT;
    return out;
}

/* ---- attributes and items ---- */

static Value missing_part(const TplEval *e, Str name)
{
    Value v = value_undefined(name);
    v.flags = VALUE_MISSING_PART;
    if (e->frame && e->frame->lenient) v.flags |= VALUE_LENIENT;
    return v;
}

static bool object_part(TplEval *e, Value v, Value key, bool attribute_first, Span span, Value *out)
{
    const ObjectClass *class = v.u.object->class;
    TplCall call = eval_at(e, span);
    *out = value_undefined(STR_EMPTY);
    bool named = key.kind == V_STR;
    for (int turn = 0; turn < 2; turn++) {
        bool attribute = (turn == 0) == attribute_first;
        if (attribute && named && class->attr && !class->attr(&call, v.u.object, value_text(key), out)) return false;
        if (!attribute && class->item && !class->item(&call, v.u.object, key, out)) return false;
        if (out->kind != V_UNDEFINED) return true;
    }
    *out = missing_part(e, named ? value_text(key) : STR("this item"));
    return true;
}

/* The value of a key in a dict; small ones are looked through right here. */
static inline const Value *dict_value(const Dict *dict, Str name, uint64_t hash)
{
    if (dict->slot_count) return dict_find_hashed(dict, name, hash);
    for (uint32_t i = 0; i < dict->used; i++) {
        const DictEntry *entry = &dict->entries[i];
        if (entry->hash == hash && entry->key.kind == V_STR && str_eq(value_text(entry->key), name))
            return &entry->value;
    }
    return NULL;
}

APART static bool attribute_of_others(TplEval *e, Value v, Str name, uint64_t hash, Span span, Value *out)
{
    if (v.kind == V_OBJECT) return object_part(e, v, value_str(name), true, span, out);
    if (v.kind == V_UNDEFINED) {
        if (!(v.flags & VALUE_LENIENT)) return eval_undefined(e, v, span);
        /* dbt's own class for it has an attribute of that name. */
        int64_t number;
        *out = !str_eq(name, STR("name"))           ? value_undefined(name)
               : !(v.flags & VALUE_NAMELESS)        ? value_str(value_text(v))
               : str_to_int(value_text(v), &number) ? value_int(number)
                                                    : VALUE_NONE;
        if (out->kind == V_UNDEFINED) out->flags = VALUE_LENIENT;
        return true;
    }
    if (v.kind == V_MACRO) {
        if (!eval_macro_attribute(e, v.u.macro, name, out)) *out = missing_part(e, name);
        return true;
    }
    TplCall call = eval_at(e, span);
    *out = value_undefined(STR_EMPTY);
    if (!value_method(&call, v, name, out)) return false;
    if (out->kind != V_UNDEFINED) return true;
    const Value *found = v.kind == V_DICT ? dict_value(v.u.dict, name, hash) : NULL;
    *out = found ? *found : missing_part(e, name);
    return true;
}

WALKER bool eval_attribute(TplEval *e, Value v, Str name, uint64_t hash, bool method_first, Span span, Value *out)
{
    if (v.kind == V_DICT && !method_first) {
        const Value *found = dict_value(v.u.dict, name, hash);
        if (found) {
            *out = *found;
            return true;
        }
    }
    return attribute_of_others(e, v, name, hash, span, out);
}

bool eval_item(TplEval *e, Value v, Value key, Span span, Value *out)
{
    if (v.kind == V_UNDEFINED) {
        if (!(v.flags & VALUE_LENIENT)) return eval_undefined(e, v, span);
        *out = v;
        return true;
    }
    if (v.kind == V_OBJECT) return object_part(e, v, key, false, span, out);
    if (v.kind == V_MACRO && key.kind == V_STR) return eval_attribute(e, v, value_text(key), 0, false, span, out);
    TplCall call = eval_at(e, span);
    *out = value_undefined(STR_EMPTY);
    if (!value_index(&call, v, key, out)) return false;
    if (out->kind != V_UNDEFINED) return true;
    if (key.kind == V_STR) {
        if (!value_method(&call, v, value_text(key), out)) return false;
        if (out->kind != V_UNDEFINED) return true;
    }
    bool lenient = e->frame && e->frame->lenient; /* which shows its key as its `name` */
    *out = missing_part(e, key.kind == V_STR || lenient ? value_to_str(e->arena, key) : STR("this item"));
    if (lenient && key.kind == V_INT) out->flags |= VALUE_NAMELESS;
    return true;
}

/* ---- operators ---- */

APART static bool eval_list(TplEval *e, Frame *f, const ListNode *n, Value *out)
{
    Value list = value_list(e->arena);
    for (uint32_t i = 0; i < n->count; i++) {
        Value item;
        if (!eval(e, f, n->items[i], &item)) return false;
        list_push(list.u.list, item);
    }
    *out = list;
    if (n->n.kind == N_TUPLE) out->kind = V_TUPLE;
    return true;
}

APART static bool eval_dict(TplEval *e, Frame *f, const DictNode *n, Value *out)
{
    Value dict = value_dict(e->arena);
    for (uint32_t i = 0; i < n->count; i++) {
        Value key, value;
        if (!eval(e, f, n->keys[i], &key) || !eval(e, f, n->values[i], &value)) return false;
        TplCall call = eval_at(e, node_span(f, n->keys[i]));
        if (!method_hashable(&call, key)) return false;
        dict_set(dict.u.dict, key, value);
    }
    *out = dict;
    return true;
}

static bool compare_ints(unsigned op, int64_t a, int64_t b)
{
    switch (op) {
    case TPL_EQ: return a == b;
    case TPL_NE: return a != b;
    case TPL_LT: return a < b;
    case TPL_LE: return a <= b;
    case TPL_GT: return a > b;
    default: return a >= b;
    }
}

APART static bool compare_values(TplEval *e, Frame *f, const CompareNode *n, uint32_t i, Value left, Value right,
                                 bool *yes)
{
    unsigned op = n->ops[i];
    bool orders = op >= TPL_LT && op <= TPL_GE;
    if (orders && left.kind == V_UNDEFINED) return eval_undefined_node(e, f, left, n->operands[i]);
    if (orders && right.kind == V_UNDEFINED) return eval_undefined_node(e, f, right, n->operands[i + 1]);
    TplCall call = eval_at(e, node_span(f, &n->n));
    if (op <= TPL_GE) return value_compare_op(&call, (TplCompareOp)op, left, right, yes);
    if (!value_in(&call, left, right, yes)) return false;
    if (op == COMPARE_NOT_IN) *yes = !*yes;
    return true;
}

WALKER APART static bool eval_compare(TplEval *e, Frame *f, const CompareNode *n, Value *out)
{
    Value left, right;
    if (!eval(e, f, n->operands[0], &left)) return false;
    bool yes = true;
    for (uint32_t i = 0; yes && i < n->count; i++) {
        if (!eval(e, f, n->operands[i + 1], &right)) return false;
        unsigned op = n->ops[i];
        if (left.kind == V_INT && right.kind == V_INT && op <= TPL_GE)
            yes = compare_ints(op, left.u.integer, right.u.integer);
        else if (left.kind == V_STR && right.kind == V_STR && op <= TPL_NE)
            yes = str_eq(value_text(left), value_text(right)) == (op == TPL_EQ);
        else if (!compare_values(e, f, n, i, left, right, &yes))
            return false;
        left = right;
    }
    *out = value_bool(yes);
    return true;
}

/* a ~ b: the texts joined, with what they came from if one of them knows it. */
APART static bool eval_concat(TplEval *e, Frame *f, const ListNode *n, Value *out)
{
    Value inlined[6], *parts = inlined;
    if (n->count > sizeof inlined / sizeof *inlined) parts = arena_alloc(e->arena, n->count * sizeof *parts);
    bool mapped = false;
    size_t length = 0;
    for (uint32_t i = 0; i < n->count; i++) {
        if (!eval(e, f, n->items[i], &parts[i])) return false;
        if (parts[i].kind != V_STR) {
            char room[24];
            parts[i] = value_str(parts[i].kind == V_INT ? str_dup(e->arena, eval_print_int(parts[i].u.integer, room))
                                                        : value_to_str(e->arena, parts[i]));
        }
        mapped = mapped || parts[i].flags & VALUE_MAPPED;
        length += parts[i].len;
    }
    TplCall call = eval_at(e, node_span(f, &n->n));
    if (!tpl_may_make(&call, length)) return false;
    if (mapped) {
        MappedText text;
        mapped_begin(&text, e->arena);
        for (uint32_t i = 0; i < n->count; i++) mapped_add(&text, parts[i], node_span(f, n->items[i]));
        *out = mapped_end(&text);
        return true;
    }
    char *text = arena_alloc(e->arena, length + 1), *at = text;
    for (uint32_t i = 0; i < n->count; i++) {
        if (parts[i].len) memcpy(at, parts[i].u.str, parts[i].len);
        at += parts[i].len;
    }
    *at = 0;
    *out = value_str(str_n(text, length));
    return true;
}

/* What integers give most of the time; false leaves the rest (overflow, division) to the library. */
static bool binary_ints(unsigned op, int64_t a, int64_t b, int64_t *r)
{
    switch (op) {
    case TPL_ADD: return !__builtin_add_overflow(a, b, r);
    case TPL_SUB: return !__builtin_sub_overflow(a, b, r);
    case TPL_MUL: return !__builtin_mul_overflow(a, b, r);
    case TPL_MOD: /* the sign is the divisor's */
        if (b <= 0) return false;
        *r = a % b;
        if (*r < 0) *r += b;
        return true;
    default: return false;
    }
}

static uint64_t value_bytes(Value v)
{
    if (v.kind == V_LIST || v.kind == V_TUPLE) return (uint64_t)v.u.list->n * sizeof(Value);
    return v.kind == V_STR ? v.len : 0;
}

APART static bool binary_values(TplEval *e, Frame *f, const BinaryNode *n, Value a, Value b, Value *out)
{
    TplCall call = eval_at(e, node_span(f, &n->n));
    if (n->n.op == TPL_ADD && !tpl_may_make(&call, value_bytes(a) + value_bytes(b))) return false;
    /* Markup escapes what is added to it: value_binary does. */
    uint8_t flags = (uint8_t)(a.flags | b.flags);
    if (n->n.op == TPL_ADD && a.kind == V_STR && b.kind == V_STR && flags & VALUE_MAPPED && !(flags & VALUE_SAFE)) {
        MappedText text;
        mapped_begin(&text, e->arena);
        mapped_add(&text, a, node_span(f, n->left));
        mapped_add(&text, b, node_span(f, n->right));
        *out = mapped_end(&text);
        return true;
    }
    /* Text with nothing to fill in takes any value behind %. */
    bool formats = n->n.op == TPL_MOD && a.kind == V_STR;
    if (a.kind == V_UNDEFINED) return eval_undefined_node(e, f, a, n->left);
    if (b.kind == V_UNDEFINED && !formats) return eval_undefined_node(e, f, b, n->right);
    return value_binary(&call, (TplBinaryOp)n->n.op, a, b, out);
}

WALKER APART static bool eval_binary(TplEval *e, Frame *f, const BinaryNode *n, Value *out)
{
    Value a, b;
    int64_t r;
    if (!eval(e, f, n->left, &a) || !eval(e, f, n->right, &b)) return false;
    if (a.kind == V_INT && b.kind == V_INT && binary_ints(n->n.op, a.u.integer, b.u.integer, &r)) {
        *out = value_int(r);
        return true;
    }
    return binary_values(e, f, n, a, b, out);
}

APART static bool eval_slice(TplEval *e, Frame *f, const SliceNode *n, Value *out)
{
    Value v, from = VALUE_NONE, to = VALUE_NONE, step = VALUE_NONE;
    if (!eval(e, f, n->object, &v)) return false;
    if (n->from && !eval(e, f, n->from, &from)) return false;
    if (n->to && !eval(e, f, n->to, &to)) return false;
    if (n->step && !eval(e, f, n->step, &step)) return false;
    if (v.kind == V_UNDEFINED) return eval_item(e, v, from, node_span(f, n->object), out);
    TplCall call = eval_at(e, node_span(f, &n->n));
    if (!value_slice(&call, v, from, to, step, out)) return false;
    *out = srcmap_follow(e->arena, v, *out);
    return true;
}

/* ---- filters and tests ---- */

static bool run_filter(TplEval *e, const FilterNode *n, TplCall *call, Value input, Value *out)
{
    if (!n->def->fn(call, input, out) || (out->kind == V_STR && !tpl_may_make(call, out->len))) return false;
    if (out->kind == V_UNDEFINED && e->frame && e->frame->lenient) out->flags |= VALUE_LENIENT;
    if (input.flags & VALUE_MAPPED && input.kind == V_STR) *out = srcmap_follow(e->arena, input, *out);
    return true;
}

APART static bool eval_filter(TplEval *e, Frame *f, const FilterNode *n, Value *out)
{
    Value input = e->block_text;
    if (n->input && !eval(e, f, n->input, &input)) return false;
    Span span = node_span(f, &n->n);
    if (!n->def) return tpl_fail_at(e, span, DIAG_template_syntax, "there is no filter '%.*s'", STR_ARG(n->name));
    TplCall call = eval_at(e, span);
    call.name = n->def->name;
    if (!n->args.arg_count && !n->args.named_count && !n->args.star && !n->args.star_star)
        return run_filter(e, n, &call, input, out);
    ArgsRoom room;
    Args args;
    if (!eval_arguments(e, f, &n->args, &room, &args)) return false;
    call.args = args.args;
    call.arg_count = args.arg_count;
    call.names = args.names;
    call.named = args.named;
    call.named_count = args.named_count;
    return run_filter(e, n, &call, input, out);
}

APART static bool eval_test(TplEval *e, Frame *f, const TestNode *n, Value *out)
{
    Value input;
    if (!eval(e, f, n->input, &input)) return false;
    Span span = node_span(f, &n->n);
    if (!n->def) return tpl_fail_at(e, span, DIAG_template_syntax, "there is no test '%.*s'", STR_ARG(n->name));
    TplCall call = eval_at(e, span);
    call.name = n->def->name;
    ArgsRoom room;
    Args args = {0};
    if (n->args.arg_count || n->args.named_count || n->args.star || n->args.star_star) {
        if (!eval_arguments(e, f, &n->args, &room, &args)) return false;
        call.args = args.args;
        call.arg_count = args.arg_count;
        call.names = args.names;
        call.named = args.named;
        call.named_count = args.named_count;
    }
    bool yes;
    if (!n->def->fn(&call, input, &yes)) return false;
    *out = value_bool(yes);
    return true;
}

APART static bool eval_sign(TplEval *e, Frame *f, const UnaryNode *n, Value *out)
{
    Value v;
    if (!eval(e, f, n->operand, &v)) return false;
    if (v.kind == V_UNDEFINED) return eval_undefined_node(e, f, v, n->operand);
    TplCall call = eval_at(e, node_span(f, &n->n));
    return n->n.kind == N_NEGATE ? value_negate(&call, v, out) : value_positive(&call, v, out);
}

APART static bool part_of(TplEval *e, Frame *f, const AttributeNode *node, Value *out)
{
    Value object;
    if (!eval(e, f, node->object, &object)) return false;
    if (object.kind == V_UNDEFINED && !(object.flags & VALUE_LENIENT))
        return eval_undefined_owner(e, f, object, node->object);
    return eval_attribute(e, object, node->name, node->hash, node->n.op, node_span(f, &node->n), out);
}

/* What loops over rows do most: the value of a key of a small dict in a variable. */
WALKER bool eval_part(TplEval *e, Frame *f, const AttributeNode *node, Value *out)
{
    if (node->object->kind == N_LOCAL && !node->n.op) {
        Value object = f->slots[((const NameNode *)node->object)->slot];
        const Value *found = object.kind == V_DICT ? dict_value(object.u.dict, node->name, node->hash) : NULL;
        if (found) {
            *out = *found;
            return true;
        }
    }
    return part_of(e, f, node, out);
}

WALKER bool eval_slow(TplEval *e, Frame *f, const Node *node, Value *out)
{
    *out = VALUE_NONE;
    switch ((NodeKind)node->kind) {
    case N_CONST:
    case N_LOCAL: return eval(e, f, node, out);
    case N_OUTER: *out = outer_name(e, f, (const NameNode *)node); return true;
    case N_GLOBAL:
        if (!eval_global(e, (const NameNode *)node, out) && f->lenient) out->flags |= VALUE_LENIENT;
        return true;
    case N_LOOP_FIELD: {
        const AttributeNode *n = (const AttributeNode *)node;
        Value loop;
        if (!eval(e, f, n->object, &loop)) return false;
        bool is_loop;
        if (!eval_loop_field(e, loop, (LoopField)node->op, out, &is_loop)) return false;
        return is_loop || eval_attribute(e, loop, n->name, n->hash, false, node_span(f, node), out);
    }
    case N_LIST:
    case N_TUPLE: return eval_list(e, f, (const ListNode *)node, out);
    case N_DICT: return eval_dict(e, f, (const DictNode *)node, out);
    case N_ATTRIBUTE: return eval(e, f, node, out);
    case N_ITEM: {
        const ItemNode *n = (const ItemNode *)node;
        Value object, key;
        if (!eval(e, f, n->object, &object)) return false;
        if (object.kind == V_UNDEFINED && !(object.flags & VALUE_LENIENT))
            return eval_undefined_node(e, f, object, n->object);
        if (!eval(e, f, n->key, &key)) return false;
        return eval_item(e, object, key, node_span(f, node), out);
    }
    case N_SLICE: return eval_slice(e, f, (const SliceNode *)node, out);
    case N_CALL: return eval_call(e, f, (const CallNode *)node, NULL, false, out);
    case N_FILTER: return eval_filter(e, f, (const FilterNode *)node, out);
    case N_TEST: return eval_test(e, f, (const TestNode *)node, out);
    case N_NEGATE:
    case N_POSITIVE: return eval_sign(e, f, (const UnaryNode *)node, out);
    case N_NOT: {
        Value v;
        if (!eval(e, f, ((const UnaryNode *)node)->operand, &v)) return false;
        *out = value_bool(!eval_truthy(v));
        return true;
    }
    case N_BINARY: return eval_binary(e, f, (const BinaryNode *)node, out);
    case N_COMPARE: return eval_compare(e, f, (const CompareNode *)node, out);
    case N_AND:
    case N_OR: {
        const ListNode *n = (const ListNode *)node;
        for (uint32_t i = 0; i < n->count; i++) {
            if (!eval(e, f, n->items[i], out)) return false;
            if (eval_truthy(*out) == (node->kind == N_OR)) return true;
        }
        return true;
    }
    case N_CONCAT: return eval_concat(e, f, (const ListNode *)node, out);
    case N_TERNARY: {
        const TernaryNode *n = (const TernaryNode *)node;
        Value test;
        if (!eval(e, f, n->test, &test)) return false;
        if (eval_truthy(test)) return eval(e, f, n->yes, out);
        if (n->no) return eval(e, f, n->no, out);
        *out = value_undefined(STR_EMPTY);
        out->flags = VALUE_NO_ELSE; /* never lenient: Jinja2 makes this one by its own class */
        return true;
    }
    default: return tpl_fail_at(e, node_span(f, node), DIAG_template_syntax, "this is no expression");
    }
}
