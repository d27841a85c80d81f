/* The scope pass: which variable each name means, as Jinja2's compiler decides it, and which slot that variable has.
 *
 * Scopes are opened by units, macros, call blocks, loop bodies (and their `else` and filter), `with`, block `set` and
 * filter blocks; not by `if`. A scope is looked through as a whole before the scopes inside it, so that these see every
 * variable of the outer one, also those assigned further down. An assignment makes a variable of its own scope; if an
 * outer scope knows the name, the new variable starts as a copy of the outer one each time the scope is entered. A name
 * that is used before any assignment, or assigned only under a condition, means the global of that name until it is
 * assigned. Calls of globals are collected on the way. */
#include "template/parser.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

typedef struct Ref {
    struct Ref *next;
    Str name;
    uint64_t hash;
    struct Fn *fn;
    uint32_t slot;
    bool stored; /* has a slot; otherwise the name is a global */
    bool fallback; /* empty means the global */
    ForNode *loop; /* the variable `loop` of this loop */
    bool lazy; /* `loop`, `caller` and the like: a variable only once somebody uses it */
} Ref;

typedef struct Site {
    CallNode *call;
    NameNode *name;
    bool conditional;
    uint32_t level; /* of the function it stands in */
} Site;

typedef struct Fn {
    struct Fn *outer;
    Function *fn;
    TplMacro *macro; /* NULL: a unit or a call block */
    VEC(Site) sites;
    struct Fn *next;
} Fn;

typedef struct Inner {
    Node *node;
    int part; /* of a for: 0 body, 1 else, 2 filter */
    unsigned conditional;
} Inner;

typedef struct Scope {
    struct Scope *outer;
    Fn *fn;
    Ref *refs;
    unsigned soft; /* inside how many ifs */
    VEC(NameNode *) loads;
    VEC(AttributeNode *) loop_fields;
    VEC(Inner) inner;
    VEC(ScopeStart) starts;
} Scope;

typedef struct Walk {
    Arena *arena, *scratch;
    unsigned conditional;
    Fn *fns; /* macros, to finish their call sites */
    Fn *unit;
} Walk;

static void walk_expr(Walk *w, Scope *s, Node *node);
static void walk_body(Walk *w, Scope *s, Body body);
static void walk_inner(Walk *w, Scope *s);

/* ---- variables ---- */

static Ref *own_ref(const Scope *s, Str name, uint64_t hash)
{
    for (Ref *r = s->refs; r; r = r->next)
        if (r->hash == hash && str_eq(r->name, name)) return r;
    return NULL;
}

static Ref *find_ref(const Scope *s, Str name, uint64_t hash)
{
    for (; s; s = s->outer) {
        Ref *r = own_ref(s, name, hash);
        if (r) return r;
    }
    return NULL;
}

static Ref *new_ref(Walk *w, Scope *s, Str name, uint64_t hash)
{
    Ref *r = ARENA_NEW(w->scratch, Ref);
    *r = (Ref){.next = s->refs, .name = name, .hash = hash, .fn = s->fn};
    s->refs = r;
    return r;
}

static void give_slot(Ref *r)
{
    if (r->stored) return;
    r->stored = true;
    r->slot = r->fn->fn->slot_count++;
    if (r->loop) r->loop->loop_slot = (int32_t)r->slot;
}

/* As Jinja2 has it, a function that mentions `kwargs` and the like anywhere, also in functions inside it, takes them. */
static void mention_outside(const Scope *s, const Ref *found)
{
    for (; s; s = s->outer) {
        Ref *r = own_ref(s, found->name, found->hash);
        if (r && r->lazy && !r->loop) give_slot(r);
    }
}

static void load(Walk *w, Scope *s, NameNode *node)
{
    Ref *r = find_ref(s, node->name, node->hash);
    if (!r) {
        r = new_ref(w, s, node->name, node->hash);
        r->fallback = true;
    }
    if (r->lazy) give_slot(r);
    if (r->lazy && !r->loop) mention_outside(s, r);
    node->ref = r;
    vec_push(w->scratch, &s->loads, node);
}

static uint16_t levels(const Scope *s, const Ref *r)
{
    return (uint16_t)(s->fn->fn->level - r->fn->fn->level);
}

static Ref *store(Walk *w, Scope *s, Str name, uint64_t hash)
{
    Ref *r = own_ref(s, name, hash);
    if (r && r->stored) return r;
    ScopeStart start = {0};
    if (!r) {
        const Ref *outer = find_ref(s->outer, name, hash);
        r = new_ref(w, s, name, hash);
        r->fallback = outer ? outer->fallback : s->soft > 0;
        if (outer && outer->stored)
            start = (ScopeStart){.outer_slot = outer->slot, .up = levels(s, outer), .copies = true};
    }
    give_slot(r);
    start.slot = r->slot;
    vec_push(w->scratch, &s->starts, start);
    return r;
}

static Ref *param(Walk *w, Scope *s, Str name, uint64_t hash)
{
    Ref *r = own_ref(s, name, hash);
    if (!r) r = new_ref(w, s, name, hash);
    give_slot(r);
    return r;
}

static void walk_target(Walk *w, Scope *s, Node *target, bool is_param)
{
    if (target->kind == N_TARGET) {
        NameNode *name = (NameNode *)target;
        name->slot = (is_param ? param(w, s, name->name, name->hash) : store(w, s, name->name, name->hash))->slot;
    } else if (target->kind == N_TARGET_ATTRIBUTE) {
        walk_expr(w, s, ((AttributeNode *)target)->object);
    } else {
        ListNode *list = (ListNode *)target;
        for (uint32_t i = 0; i < list->count; i++) walk_target(w, s, list->items[i], is_param);
    }
}

/* ---- expressions ---- */

static void add_site(Walk *w, Scope *s, CallNode *call)
{
    Node *callee = call->callee;
    while (callee->kind == N_ATTRIBUTE) callee = ((AttributeNode *)callee)->object;
    if (callee->kind != N_NAME) return;
    Site site = {call, (NameNode *)callee, w->conditional > 0, s->fn->fn->level};
    for (Fn *fn = s->fn; fn; fn = fn->outer)
        if (fn->macro || !fn->outer) vec_push(w->scratch, &fn->sites, site);
}

static void walk_arguments(Walk *w, Scope *s, const Arguments *args)
{
    for (uint32_t i = 0; i < args->arg_count; i++) walk_expr(w, s, args->args[i]);
    for (uint32_t i = 0; i < args->named_count; i++) walk_expr(w, s, args->named[i]);
    if (args->star) walk_expr(w, s, args->star);
    if (args->star_star) walk_expr(w, s, args->star_star);
}

static void walk_expr(Walk *w, Scope *s, Node *node)
{
    if (!node) return;
    switch ((NodeKind)node->kind) {
    case N_NAME: load(w, s, (NameNode *)node); break;
    case N_LIST:
    case N_TUPLE:
    case N_CONCAT: {
        ListNode *n = (ListNode *)node;
        for (uint32_t i = 0; i < n->count; i++) walk_expr(w, s, n->items[i]);
        break;
    }
    case N_AND:
    case N_OR: {
        ListNode *n = (ListNode *)node;
        walk_expr(w, s, n->items[0]);
        w->conditional++;
        for (uint32_t i = 1; i < n->count; i++) walk_expr(w, s, n->items[i]);
        w->conditional--;
        break;
    }
    case N_DICT: {
        DictNode *n = (DictNode *)node;
        for (uint32_t i = 0; i < n->count; i++) {
            walk_expr(w, s, n->keys[i]);
            walk_expr(w, s, n->values[i]);
        }
        break;
    }
    case N_ATTRIBUTE: {
        AttributeNode *n = (AttributeNode *)node;
        walk_expr(w, s, n->object);
        if (n->object->kind == N_NAME && str_eq(((NameNode *)n->object)->name, STR("loop")))
            vec_push(w->scratch, &s->loop_fields, n);
        break;
    }
    case N_ITEM:
        walk_expr(w, s, ((ItemNode *)node)->object);
        walk_expr(w, s, ((ItemNode *)node)->key);
        break;
    case N_SLICE: {
        SliceNode *n = (SliceNode *)node;
        walk_expr(w, s, n->object);
        walk_expr(w, s, n->from);
        walk_expr(w, s, n->to);
        walk_expr(w, s, n->step);
        break;
    }
    case N_CALL: {
        CallNode *n = (CallNode *)node;
        add_site(w, s, n);
        walk_expr(w, s, n->callee);
        walk_arguments(w, s, &n->args);
        break;
    }
    case N_FILTER:
        walk_expr(w, s, ((FilterNode *)node)->input);
        walk_arguments(w, s, &((FilterNode *)node)->args);
        break;
    case N_TEST:
        walk_expr(w, s, ((TestNode *)node)->input);
        walk_arguments(w, s, &((TestNode *)node)->args);
        break;
    case N_NEGATE:
    case N_POSITIVE:
    case N_NOT: walk_expr(w, s, ((UnaryNode *)node)->operand); break;
    case N_BINARY:
        walk_expr(w, s, ((BinaryNode *)node)->left);
        walk_expr(w, s, ((BinaryNode *)node)->right);
        break;
    case N_COMPARE: {
        CompareNode *n = (CompareNode *)node;
        for (uint32_t i = 0; i <= n->count; i++) walk_expr(w, s, n->operands[i]);
        break;
    }
    case N_TERNARY: {
        TernaryNode *n = (TernaryNode *)node;
        walk_expr(w, s, n->test);
        w->conditional++;
        walk_expr(w, s, n->yes);
        walk_expr(w, s, n->no);
        w->conditional--;
        break;
    }
    default: break;
    }
}

/* ---- statements ---- */

static void later(Walk *w, Scope *s, void *node, int part)
{
    vec_push(w->scratch, &s->inner, (Inner){node, part, w->conditional});
}

static void walk_statement(Walk *w, Scope *s, Node *node)
{
    switch ((NodeKind)node->kind) {
    case N_OUTPUT: walk_expr(w, s, ((OutputNode *)node)->value); break;
    case N_DO: walk_expr(w, s, ((DoNode *)node)->value); break;
    case N_IF: {
        IfNode *n = (IfNode *)node;
        for (uint32_t i = 0; i < n->count; i++) {
            if (n->branches[i].test) walk_expr(w, s, n->branches[i].test);
            bool always = !n->branches[i].test && i == 0;
            if (!always) s->soft++, w->conditional++;
            walk_body(w, s, n->branches[i].body);
            if (!always) s->soft--;
            /* A test behind another may not be reached. */
        }
        for (uint32_t i = 0; i < n->count; i++)
            if (n->branches[i].test || i > 0) w->conditional--;
        break;
    }
    case N_FOR: {
        ForNode *n = (ForNode *)node;
        walk_expr(w, s, n->iterable);
        if (n->test) later(w, s, n, 2);
        later(w, s, n, 0);
        if (n->has_else) later(w, s, n, 1);
        break;
    }
    case N_SET:
        walk_expr(w, s, ((SetNode *)node)->value);
        walk_target(w, s, ((SetNode *)node)->target, false);
        break;
    case N_SET_BLOCK:
        walk_target(w, s, ((SetBlockNode *)node)->target, false);
        later(w, s, node, 0);
        break;
    case N_FILTER_BLOCK: later(w, s, node, 0); break;
    case N_WITH: {
        WithNode *n = (WithNode *)node;
        for (uint32_t i = 0; i < n->count; i++) walk_expr(w, s, n->values[i]);
        later(w, s, n, 0);
        break;
    }
    case N_MACRO: {
        MacroNode *n = (MacroNode *)node;
        if (n->target) walk_target(w, s, &n->target->n, false);
        later(w, s, n, 0);
        break;
    }
    case N_CALL_BLOCK: {
        CallBlockNode *n = (CallBlockNode *)node;
        walk_expr(w, s, &n->call->n);
        later(w, s, n, 0);
        break;
    }
    default: break;
    }
}

static void walk_body(Walk *w, Scope *s, Body body)
{
    for (uint32_t i = 0; i < body.n; i++) walk_statement(w, s, body.at[i]);
}

/* ---- scopes ---- */

const Str loop_field_names[LOOP_NONE] = {
    [LOOP_INDEX] = STR_INIT("index"),       [LOOP_INDEX0] = STR_INIT("index0"),
    [LOOP_REVINDEX] = STR_INIT("revindex"), [LOOP_REVINDEX0] = STR_INIT("revindex0"),
    [LOOP_FIRST] = STR_INIT("first"),       [LOOP_LAST] = STR_INIT("last"),
    [LOOP_LENGTH] = STR_INIT("length"),     [LOOP_DEPTH] = STR_INIT("depth"),
    [LOOP_DEPTH0] = STR_INIT("depth0"),     [LOOP_PREVITEM] = STR_INIT("previtem"),
    [LOOP_NEXTITEM] = STR_INIT("nextitem"),
};

static LoopField loop_field(Str name)
{
    for (int i = 0; i < LOOP_NONE; i++)
        if (str_eq(loop_field_names[i], name)) return (LoopField)i;
    return LOOP_NONE;
}

/* All variables of the scope are known: its names can be settled, and then the scopes inside it. */
static void finish_scope(Walk *w, Scope *s, ScopeInfo *info)
{
    for (size_t i = 0; i < s->loads.n; i++) {
        NameNode *node = s->loads.at[i];
        const Ref *r = node->ref;
        if (!r->stored) {
            node->n.kind = N_GLOBAL;
            continue;
        }
        node->up = levels(s, r);
        node->n.kind = node->up ? N_OUTER : N_LOCAL;
        node->slot = r->slot;
        node->fallback = r->fallback;
        if (node->up) r->fn->fn->has_inner = true;
    }
    for (size_t i = 0; i < s->loop_fields.n; i++) {
        AttributeNode *node = s->loop_fields.at[i];
        const NameNode *name = (const NameNode *)node->object;
        LoopField field = loop_field(node->name);
        if (name->n.kind != N_LOCAL || !name->ref->loop || field == LOOP_NONE) continue;
        node->n.kind = N_LOOP_FIELD;
        node->n.op = (uint8_t)field;
    }
    walk_inner(w, s);
    info->count = (uint32_t)s->starts.n;
    info->starts = info->count ? arena_copy(w->arena, s->starts.at, info->count * sizeof *info->starts) : NULL;
    info->last = s->fn->fn->slot_count;
}

static void walk_for(Walk *w, Scope *outer, ForNode *n, int part)
{
    Scope s = {.outer = outer, .fn = outer->fn};
    ScopeInfo *info = part == 0 ? &n->scope : part == 1 ? &n->else_scope : &n->test_scope;
    info->first = outer->fn->fn->slot_count;
    w->conditional++;
    if (part == 2) {
        walk_target(w, &s, n->test_target, true);
        walk_expr(w, &s, n->test);
    } else if (part == 0) {
        Ref *loop = new_ref(w, &s, STR("loop"), str_hash(STR("loop")));
        loop->loop = n;
        loop->lazy = true;
        if (n->recursive) give_slot(loop);
        walk_target(w, &s, n->target, true);
        walk_body(w, &s, n->body);
    } else {
        walk_body(w, &s, n->otherwise);
    }
    finish_scope(w, &s, info);
    w->conditional--;
}

/* Does a body mention one of the names that only functions have, so that it gets a variable for it? Names that scopes
 * inside mention count, so the variable is made first and its slot given only when somebody uses it. */
typedef struct Special {
    const char *name;
    int32_t *slot;
    Ref *ref;
} Special;

static void note_names(Walk *w, const Scope *s, Function *function)
{
    uint32_t count = 0;
    for (const Ref *r = s->refs; r; r = r->next) count += r->stored;
    if (!count) return;
    Str *names = ARENA_ARRAY(w->arena, Str, count);
    for (const Ref *r = s->refs; r; r = r->next)
        if (r->stored) names[function->name_count++] = r->name;
    function->names = names;
}

static void walk_function(Walk *w, Scope *outer, Function *function, TplMacro *macro)
{
    Fn *fn = ARENA_NEW(w->scratch, Fn);
    *fn = (Fn){.outer = outer ? outer->fn : NULL, .fn = function, .macro = macro, .next = w->fns};
    w->fns = fn;
    function->level = outer ? outer->fn->fn->level + 1 : 0;
    if (outer) {
        /* A value of the function may outlive the frame around it. */
        for (Fn *around = fn->outer; around; around = around->outer) around->fn->has_inner = true;
        w->conditional++;
    }
    Scope s = {.outer = outer, .fn = fn};
    for (uint32_t i = 0; i < function->param_count; i++) walk_target(w, &s, &function->params[i]->n, true);
    for (uint32_t i = 0; i < function->param_count; i++) walk_expr(w, &s, function->defaults[i]);
    Special specials[] = {{"caller", &function->caller_slot, NULL},
                          {"varargs", &function->varargs_slot, NULL},
                          {"kwargs", &function->kwargs_slot, NULL}};
    enum { SPECIALS = sizeof specials / sizeof *specials };
    for (size_t i = 0; outer && i < SPECIALS; i++) {
        Str name = str_from(specials[i].name);
        if (own_ref(&s, name, str_hash(name))) continue;
        specials[i].ref = new_ref(w, &s, name, str_hash(name));
        specials[i].ref->lazy = true;
    }
    walk_body(w, &s, function->body);
    finish_scope(w, &s, &function->scope);
    function->scope.first = 0;
    note_names(w, &s, function);
    for (size_t i = 0; i < SPECIALS; i++)
        if (specials[i].ref && specials[i].ref->stored) *specials[i].slot = (int32_t)specials[i].ref->slot;
    if (outer) w->conditional--;
}

static void walk_inner(Walk *w, Scope *outer)
{
    for (size_t i = 0; i < outer->inner.n; i++) {
        Inner inner = outer->inner.at[i];
        unsigned conditional = w->conditional;
        w->conditional = inner.conditional;
        switch ((NodeKind)inner.node->kind) {
        case N_FOR: walk_for(w, outer, (ForNode *)inner.node, inner.part); break;
        case N_MACRO:
            walk_function(w, outer, &((MacroNode *)inner.node)->macro->fn, ((MacroNode *)inner.node)->macro);
            break;
        case N_CALL_BLOCK: walk_function(w, outer, ((CallBlockNode *)inner.node)->fn, NULL); break;
        case N_WITH: {
            WithNode *n = (WithNode *)inner.node;
            Scope s = {.outer = outer, .fn = outer->fn};
            n->scope.first = outer->fn->fn->slot_count;
            for (uint32_t t = 0; t < n->count; t++) walk_target(w, &s, n->targets[t], true);
            walk_body(w, &s, n->body);
            finish_scope(w, &s, &n->scope);
            break;
        }
        default: { /* N_SET_BLOCK, N_FILTER_BLOCK */
            SetBlockNode *n = (SetBlockNode *)inner.node;
            Scope s = {.outer = outer, .fn = outer->fn};
            n->scope.first = outer->fn->fn->slot_count;
            walk_body(w, &s, n->body);
            walk_expr(w, &s, n->filter);
            finish_scope(w, &s, &n->scope);
        }
        }
        w->conditional = conditional;
    }
}

/* ---- call sites ---- */

static int by_place(const void *a, const void *b)
{
    const TplCallSite *x = a, *y = b;
    return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

static bool dotted(Arena *arena, const Node *callee, Str *name)
{
    if (callee->kind == N_ATTRIBUTE) {
        const AttributeNode *attribute = (const AttributeNode *)callee;
        Str object;
        if (!dotted(arena, attribute->object, &object)) return false;
        /* Mostly the source says it in one piece already. */
        if (object.ptr + object.len + 1 == attribute->name.ptr)
            *name = str_n(object.ptr, object.len + 1 + attribute->name.len);
        else
            *name = str_fmt(arena, "%.*s.%.*s", STR_ARG(object), STR_ARG(attribute->name));
        return true;
    }
    *name = ((const NameNode *)callee)->name;
    return true;
}

static void constant_arguments(Arena *arena, const Arguments *args, TplCallSite *site)
{
    if (args->star || args->star_star) return;
    Value *values = ARENA_ARRAY(arena, Value, args->arg_count + args->named_count + 1);
    site->constant = true;
    for (uint32_t i = 0; i < args->arg_count + args->named_count; i++) {
        const Node *arg = i < args->arg_count ? args->args[i] : args->named[i - args->arg_count];
        if (tree_is_constant(arg) && tree_constant(arena, arg, &values[i])) continue;
        values[i] = value_undefined(STR_EMPTY);
        site->constant = false;
    }
    site->args = values;
    site->arg_count = args->arg_count;
    site->names = args->names;
    site->named = values + args->arg_count;
    site->named_count = args->named_count;
}

/* Which calls are listed: of a unit those of global names; of a macro all, as a static reader that knows no scopes sees them. */
static bool is_listed(const Site *site, const Fn *fn)
{
    return fn->macro || site->name->n.kind == N_GLOBAL;
}

static TplCallSite *finish_sites(Walk *w, const Fn *fn, size_t *count)
{
    TplCallSite *sites = ARENA_ARRAY(w->arena, TplCallSite, fn->sites.n ? fn->sites.n : 1);
    *count = 0;
    for (size_t i = 0; i < fn->sites.n; i++) {
        const Site *site = &fn->sites.at[i];
        if (!is_listed(site, fn)) continue;
        TplCallSite *out = &sites[(*count)++];
        *out = (TplCallSite){.span = {fn->fn->source, site->call->n.start, site->call->n.end},
                             .conditional = site->conditional};
        dotted(w->arena, site->call->callee, &out->name);
        constant_arguments(w->arena, &site->call->args, out);
    }
    qsort(sites, *count, sizeof *sites, by_place);
    return sites;
}

void scope_resolve(Arena *arena, Arena *scratch, TplUnit *unit)
{
    Walk w = {.arena = arena, .scratch = scratch};
    walk_function(&w, NULL, &unit->fn, NULL);
    for (const Fn *fn = w.fns; fn; fn = fn->next) {
        if (fn->macro)
            fn->macro->sites = finish_sites(&w, fn, &fn->macro->site_count);
        else if (!fn->outer)
            unit->sites = finish_sites(&w, fn, &unit->site_count);
    }
}
