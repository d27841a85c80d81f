/* A template's tree as Jinja2 prints its own: Call(node=Name(name='var', ctx='load'), args=[Const(value='x')], ...). */
#include "project/written_tree.h"

#include "template/tree.h"

static void print_node(Buf *out, const Node *node, const char *text);

static void print_part(Buf *out, const char *name, const Node *node, const char *text)
{
    buf_addz(out, name);
    if (node)
        print_node(out, node, text);
    else
        buf_addz(out, "None");
}

static void print_nodes(Buf *out, Node *const *nodes, uint32_t count, const char *text)
{
    buf_addc(out, '[');
    for (uint32_t i = 0; i < count; i++) print_part(out, i ? ", " : "", nodes[i], text);
    buf_addc(out, ']');
}

static void print_text(Buf *out, const char *name, Str value)
{
    buf_addz(out, name);
    value_repr(value_str(value), out);
}

static void print_keyword(Buf *out, Str name, const Node *value, const char *text)
{
    print_text(out, "Keyword(key=", name);
    print_part(out, ", value=", value, text);
    buf_addc(out, ')');
}

static void print_arguments(Buf *out, const Arguments *args, const char *text)
{
    buf_addz(out, ", args=");
    print_nodes(out, args->args, args->arg_count, text);
    buf_addz(out, ", kwargs=[");
    for (uint32_t i = 0; i < args->named_count; i++) {
        if (i) buf_addz(out, ", ");
        print_keyword(out, args->names[i], args->named[i], text);
    }
    print_part(out, "], dyn_args=", args->star, text);
    print_part(out, ", dyn_kwargs=", args->star_star, text);
    buf_addc(out, ')');
}

/* Our parser folds a tuple of constants and the sign of a number. `text`: where the constant stands; NULL inside of a tuple. */
static void print_const(Buf *out, Value v, const char *text)
{
    if (v.kind == V_TUPLE) {
        buf_addz(out, "Tuple(items=[");
        for (uint32_t i = 0; i < v.u.list->n; i++) {
            if (i) buf_addz(out, ", ");
            print_const(out, v.u.list->at[i], NULL);
        }
        buf_addz(out, "], ctx='load')");
        return;
    }
    bool number = v.kind == V_INT || v.kind == V_FLOAT;
    bool minus = number && (v.kind == V_INT ? v.u.integer < 0 : v.u.real < 0 || (text && *text == '-'));
    bool plus = number && !minus && text && *text == '+';
    if (minus) v = v.kind == V_INT ? value_int(-v.u.integer) : value_float(-v.u.real);
    buf_addz(out, minus ? "Neg(node=Const(value=" : plus ? "Pos(node=Const(value=" : "Const(value=");
    value_repr(v, out);
    buf_addz(out, minus || plus ? "))" : ")");
}

static void print_pair(Buf *out, const char *name, const Node *left, const Node *right, const char *text)
{
    buf_addz(out, name);
    print_part(out, "(left=", left, text);
    print_part(out, ", right=", right, text);
    buf_addc(out, ')');
}

/* a and b and c: the first two are one operand of the second `and`. */
static void print_chain(Buf *out, const char *name, Node *const *items, uint32_t count, const char *text)
{
    if (count == 1) {
        print_node(out, items[0], text);
        return;
    }
    buf_addz(out, name);
    buf_addz(out, "(left=");
    print_chain(out, name, items, count - 1, text);
    print_part(out, ", right=", items[count - 1], text);
    buf_addc(out, ')');
}

static void print_comparison(Buf *out, const CompareNode *node, const char *text)
{
    static const char *const ops[] = {
        [TPL_EQ] = "eq", [TPL_NE] = "ne",   [TPL_LT] = "lt",     [TPL_LE] = "lteq",
        [TPL_GT] = "gt", [TPL_GE] = "gteq", [COMPARE_IN] = "in", [COMPARE_NOT_IN] = "notin",
    };
    print_part(out, "Compare(expr=", node->operands[0], text);
    buf_addz(out, ", ops=[");
    for (uint32_t i = 0; i < node->count; i++) {
        buf_addf(out, "%sOperand(op='%s'", i ? ", " : "", ops[node->ops[i]]);
        print_part(out, ", expr=", node->operands[i + 1], text);
        buf_addc(out, ')');
    }
    buf_addz(out, "])");
}

static void print_dict(Buf *out, const DictNode *node, const char *text)
{
    buf_addz(out, "Dict(items=[");
    for (uint32_t i = 0; i < node->count; i++) {
        print_part(out, i ? ", Pair(key=" : "Pair(key=", node->keys[i], text);
        print_part(out, ", value=", node->values[i], text);
        buf_addc(out, ')');
    }
    buf_addz(out, "])");
}

static void print_of(Buf *out, const char *name, const Node *node, const char *text)
{
    print_part(out, name, node, text);
    buf_addc(out, ')');
}

static void print_filter(Buf *out, const char *kind, const Node *input, Str name, const Arguments *args,
                         const char *text)
{
    buf_addz(out, kind);
    print_part(out, "(node=", input, text);
    print_text(out, ", name=", name);
    print_arguments(out, args, text);
}

static void print_slice(Buf *out, const SliceNode *node, const char *text)
{
    print_part(out, "Getitem(node=", node->object, text);
    print_part(out, ", arg=Slice(start=", node->from, text);
    print_part(out, ", stop=", node->to, text);
    print_part(out, ", step=", node->step, text);
    buf_addz(out, "), ctx='load')");
}

static void print_node(Buf *out, const Node *node, const char *text)
{
    static const char *const binary[] = {
        [TPL_ADD] = "Add",           [TPL_SUB] = "Sub", [TPL_MUL] = "Mul", [TPL_DIV] = "Div",
        [TPL_FLOORDIV] = "FloorDiv", [TPL_MOD] = "Mod", [TPL_POW] = "Pow", [TPL_CONCAT] = "Concat",
    };
    const ListNode *list = (const ListNode *)node;
    switch ((NodeKind)node->kind) {
    case N_CONST: print_const(out, ((const ConstNode *)node)->value, text + node->start); return;
    case N_NAME:
    case N_LOCAL:
    case N_OUTER:
    case N_GLOBAL:
        print_text(out, "Name(name=", ((const NameNode *)node)->name);
        buf_addz(out, ", ctx='load')");
        return;
    case N_LIST:
    case N_TUPLE:
        buf_addz(out, node->kind == N_LIST ? "List(items=" : "Tuple(items=");
        print_nodes(out, list->items, list->count, text);
        buf_addz(out, node->kind == N_LIST ? ")" : ", ctx='load')");
        return;
    case N_CONCAT:
        buf_addz(out, "Concat(nodes=");
        print_nodes(out, list->items, list->count, text);
        buf_addc(out, ')');
        return;
    case N_AND: print_chain(out, "And", list->items, list->count, text); return;
    case N_OR: print_chain(out, "Or", list->items, list->count, text); return;
    case N_DICT: print_dict(out, (const DictNode *)node, text); return;
    case N_LOOP_FIELD:
    case N_ATTRIBUTE:
        print_part(out, "Getattr(node=", ((const AttributeNode *)node)->object, text);
        print_text(out, ", attr=", ((const AttributeNode *)node)->name);
        buf_addz(out, ", ctx='load')");
        return;
    case N_ITEM:
        print_part(out, "Getitem(node=", ((const ItemNode *)node)->object, text);
        print_part(out, ", arg=", ((const ItemNode *)node)->key, text);
        buf_addz(out, ", ctx='load')");
        return;
    case N_SLICE: print_slice(out, (const SliceNode *)node, text); return;
    case N_CALL:
        print_part(out, "Call(node=", ((const CallNode *)node)->callee, text);
        print_arguments(out, &((const CallNode *)node)->args, text);
        return;
    case N_FILTER: {
        const FilterNode *filter = (const FilterNode *)node;
        print_filter(out, "Filter", filter->input, filter->name, &filter->args, text);
        return;
    }
    case N_TEST: {
        const TestNode *test = (const TestNode *)node;
        print_filter(out, "Test", test->input, test->name, &test->args, text);
        return;
    }
    case N_NEGATE: print_of(out, "Neg(node=", ((const UnaryNode *)node)->operand, text); return;
    case N_POSITIVE: print_of(out, "Pos(node=", ((const UnaryNode *)node)->operand, text); return;
    case N_NOT: print_of(out, "Not(node=", ((const UnaryNode *)node)->operand, text); return;
    case N_BINARY: {
        const BinaryNode *both = (const BinaryNode *)node;
        print_pair(out, binary[node->op], both->left, both->right, text);
        return;
    }
    case N_COMPARE: print_comparison(out, (const CompareNode *)node, text); return;
    case N_TERNARY: {
        const TernaryNode *choice = (const TernaryNode *)node;
        print_part(out, "CondExpr(test=", choice->test, text);
        print_part(out, ", expr1=", choice->yes, text);
        print_of(out, ", expr2=", choice->no, text);
        return;
    }
    default: return; /* statements are no arguments */
    }
}

bool written_keywords(Arena *arena, const TplUnit *unit, Str text, Value *keywords)
{
    if (unit->fn.body.n != 1 || unit->fn.body.at[0]->kind != N_OUTPUT) return false;
    const Node *value = ((const OutputNode *)unit->fn.body.at[0])->value;
    if (value->kind != N_CALL) return false;
    const Arguments *args = &((const CallNode *)value)->args;
    *keywords = value_dict(arena);
    for (uint32_t i = 0; i < args->named_count; i++) {
        Buf out;
        buf_init(&out, arena);
        print_keyword(&out, args->names[i], args->named[i], text.ptr);
        dict_set_str(keywords->u.dict, args->names[i], value_str(buf_str(&out)));
    }
    return args->named_count > 0;
}
