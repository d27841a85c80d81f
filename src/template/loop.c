/* Loops and the `loop` object. */
#include "template/eval.h"

#include <string.h>

/* A running loop. Items are taken from `source` (or counted through a range); with a filter in the header, those that
 * passed it are kept in `passed`, filled only as far as somebody looked: the filter may depend on what the body does. */
typedef struct Loop {
    Object object;
    TplEval *eval;
    Frame *frame;
    const ForNode *node;
    const List *source;
    Range range;
    uint64_t range_length;
    bool is_range;
    bool running; /* false when the loop has ended: nothing can be asked of it that runs templates */
    Value passed; /* a list; V_UNDEFINED if there is no filter */
    uint64_t next; /* item of the source that the filter has not seen */
    int64_t index0;
    int64_t length; /* as it was when it was asked for first; -1: nobody asked */
    uint32_t depth0;
    Value changed; /* what changed() was called with last */
    /* As Python's iterators have it: the item that loop.last or loop.nextitem looked ahead for comes next, and the one
     * before stays what it was, whatever the body does to the list meanwhile. */
    uint64_t ahead; /* its number + 1; 0: nobody looked */
    bool ahead_exists;
    Value ahead_item, current, before;
} Loop;

static uint64_t source_length(const Loop *loop)
{
    return loop->is_range ? loop->range_length : loop->source->n;
}

static Value source_item(const Loop *loop, uint64_t i)
{
    if (loop->is_range) return value_int(loop->range.start + (int64_t)i * loop->range.step);
    return loop->source->at[i];
}

/* Item number i of a loop with a filter; the filter sees no more items than that needs. */
APART static bool take_filtered(Loop *loop, uint64_t i, Value *item, bool *exists)
{
    List *passed = loop->passed.u.list;
    while (passed->n <= i && loop->next < source_length(loop) && loop->running) {
        Value candidate = source_item(loop, loop->next++), yes;
        eval_enter_scope(loop->frame, &loop->node->test_scope);
        if (!eval_assign(loop->eval, loop->frame, loop->node->test_target, candidate)) return false;
        if (!eval(loop->eval, loop->frame, loop->node->test, &yes)) return false;
        if (eval_truthy(yes)) list_push(passed, candidate);
    }
    if (i >= passed->n) return true;
    *item = passed->at[i];
    *exists = true;
    return true;
}

/* Item number i if there is one. */
WALKER static bool take_item(Loop *loop, uint64_t i, Value *item, bool *exists)
{
    *exists = false;
    if (loop->ahead == i + 1) {
        *exists = loop->ahead_exists;
        if (*exists) *item = loop->ahead_item;
        return true;
    }
    if (loop->passed.kind == V_UNDEFINED) {
        if (i >= source_length(loop)) return true;
        *item = source_item(loop, i);
        *exists = true;
        return true;
    }
    return take_filtered(loop, i, item, exists);
}

static bool look_ahead(Loop *loop, Value *item, bool *exists)
{
    uint64_t i = (uint64_t)loop->index0 + 1;
    if (!take_item(loop, i, item, exists)) return false;
    loop->ahead = i + 1;
    loop->ahead_exists = *exists;
    loop->ahead_item = *item;
    return true;
}

static bool loop_length(Loop *loop, int64_t *length)
{
    if (loop->length < 0) {
        Value item;
        bool exists, filtered = loop->passed.kind != V_UNDEFINED;
        if (filtered && !take_item(loop, UINT64_MAX - 1, &item, &exists)) return false;
        loop->length = filtered ? (int64_t)loop->passed.u.list->n : (int64_t)source_length(loop);
    }
    *length = loop->length;
    return true;
}

WALKER static bool field_value(Loop *loop, LoopField field, Value *out)
{
    int64_t length;
    Value item;
    bool exists;
    switch (field) {
    case LOOP_INDEX: *out = value_int(loop->index0 + 1); return true;
    case LOOP_INDEX0: *out = value_int(loop->index0); return true;
    case LOOP_FIRST: *out = value_bool(loop->index0 == 0); return true;
    case LOOP_DEPTH: *out = value_int(loop->depth0 + 1); return true;
    case LOOP_DEPTH0: *out = value_int(loop->depth0); return true;
    case LOOP_LAST:
        item = VALUE_NONE;
        if (!look_ahead(loop, &item, &exists)) return false;
        *out = value_bool(!exists);
        return true;
    case LOOP_LENGTH:
    case LOOP_REVINDEX:
    case LOOP_REVINDEX0:
        if (!loop_length(loop, &length)) return false;
        if (field == LOOP_REVINDEX) length -= loop->index0;
        if (field == LOOP_REVINDEX0) length -= loop->index0 + 1;
        *out = value_int(length);
        return true;
    case LOOP_PREVITEM:
        *out = value_undefined(STR("loop.previtem"));
        if (loop->index0) *out = loop->before;
        return true;
    case LOOP_NEXTITEM: *out = value_undefined(STR("loop.nextitem")); return look_ahead(loop, out, &exists);
    case LOOP_NONE: break;
    }
    return false;
}

/* ---- as an object ---- */

static bool loop_cycle(TplCall *call, Value *result)
{
    const Loop *loop = (const Loop *)call->func->self.u.object;
    if (call->named_count) return tpl_fail(call, DIAG_template_call, "loop.cycle() takes no named arguments");
    if (!call->arg_count) return tpl_fail(call, DIAG_template_call, "loop.cycle() needs values to go through");
    *result = call->args[(size_t)loop->index0 % call->arg_count];
    return true;
}

static bool loop_changed(TplCall *call, Value *result)
{
    Loop *loop = (Loop *)call->func->self.u.object;
    if (call->named_count) return tpl_fail(call, DIAG_template_call, "loop.changed() takes no named arguments");
    Value now = value_tuple(call->arena, call->args, call->arg_count);
    bool changed = loop->changed.kind == V_UNDEFINED || !value_equal(loop->changed, now);
    if (changed) loop->changed = now;
    *result = value_bool(changed);
    return true;
}

static bool loop_attr(TplCall *call, Object *self, Str name, Value *result)
{
    for (int i = 0; i < LOOP_NONE; i++)
        if (str_eq(loop_field_names[i], name)) return field_value((Loop *)self, (LoopField)i, result);
    if (str_eq(name, STR("cycle")))
        *result = value_func(call->arena, "loop.cycle", loop_cycle, value_object(self), NULL);
    else if (str_eq(name, STR("changed")))
        *result = value_func(call->arena, "loop.changed", loop_changed, value_object(self), NULL);
    return true;
}

static Exec run_loop(TplEval *e, Frame *f, const ForNode *node, Value items, uint32_t depth0);

/* loop(items) in a recursive loop: the body over other items, as text. */
static bool loop_call(TplCall *call, Object *self, Value *result)
{
    Loop *loop = (Loop *)self;
    const ForNode *node = loop->node;
    TplEval *e = call->eval;
    if (!node->recursive) {
        tpl_fail(call, DIAG_template_call, "this loop is not recursive, so 'loop' cannot be called");
        diag_hint(e->sink, "write 'recursive' at the end of its 'for'");
        return false;
    }
    if (!loop->running) return tpl_fail(call, DIAG_template_call, "the loop has ended");
    Value items;
    if (!tpl_args(call, "items", &items)) return false;
    if (!eval_deeper(e, call->span)) return false;
    /* The body's variables belong to this round; the inner one has its own. */
    Frame *f = loop->frame;
    size_t count = node->scope.last - node->scope.first;
    Value *saved = eval_slots_push(e, count);
    if (count) memcpy(saved, f->slots + node->scope.first, count * sizeof *saved);
    Capture capture = capture_begin(e);
    bool ok = run_loop(e, f, node, items, loop->depth0 + 1) != EXEC_FAIL;
    if (ok)
        *result = capture_end(e, capture);
    else
        capture_drop(e, capture);
    if (count) memcpy(f->slots + node->scope.first, saved, count * sizeof *saved);
    eval_slots_pop(e, saved, count);
    e->depth--;
    return ok;
}

static bool loop_object_length(TplCall *call, Object *self, int64_t *length)
{
    (void)call;
    return loop_length((Loop *)self, length);
}

static void loop_str(const Object *self, Buf *out)
{
    const Loop *loop = (const Loop *)self;
    buf_addf(out, "<LoopContext %lld/%llu>", (long long)loop->index0 + 1, (unsigned long long)source_length(loop));
}

static void loop_names(const Object *self, List *names)
{
    (void)self;
    for (int i = 0; i < LOOP_NONE; i++) list_push(names, value_str(loop_field_names[i]));
    list_push(names, value_str(STR("cycle")));
    list_push(names, value_str(STR("changed")));
}

static const ObjectClass loop_class = {
    .name = "LoopContext",
    .names = loop_names,
    .attr = loop_attr,
    .call = loop_call,
    .length = loop_object_length,
    .str = loop_str,
};

bool eval_loop_field(TplEval *e, Value v, LoopField field, Value *out, bool *is_loop)
{
    (void)e;
    *is_loop = v.kind == V_OBJECT && v.u.object->class == &loop_class;
    return !*is_loop || field_value((Loop *)v.u.object, field, out);
}

/* ---- running ---- */

static bool start_loop(TplEval *e, Frame *f, const ForNode *node, Value items, Loop *loop)
{
    loop->object.class = &loop_class;
    loop->eval = e;
    loop->frame = f;
    loop->node = node;
    loop->running = true;
    loop->changed = loop->passed = value_undefined(STR_EMPTY);
    if (items.kind == V_RANGE) {
        loop->is_range = true;
        loop->range = *items.u.range;
        const Range *r = &loop->range;
        uint64_t distance =
            r->step > 0 ? (uint64_t)r->stop - (uint64_t)r->start : (uint64_t)r->start - (uint64_t)r->stop;
        uint64_t step = r->step > 0 ? (uint64_t)r->step : 0 - (uint64_t)r->step;
        bool some = r->step > 0 ? r->start < r->stop : r->start > r->stop;
        loop->range_length = some ? (distance - 1) / step + 1 : 0;
    } else {
        TplCall call = eval_at(e, node_span(f, node->iterable));
        Value list;
        if (!value_iterate(&call, items, &list)) return false;
        loop->source = list.u.list;
    }
    if (node->test) loop->passed = value_list(e->arena);
    return true;
}

WALKER static Exec run_loop(TplEval *e, Frame *f, const ForNode *node, Value items, uint32_t depth0)
{
    Loop local = {0}, *loop = &local;
    if (node->loop_slot >= 0) loop = ARENA_NEW(e->arena, Loop);
    if (!start_loop(e, f, node, items, loop)) return EXEC_FAIL;
    loop->depth0 = depth0;
    loop->length = -1;
    Exec result = EXEC_OK;
    bool completed = false;
    for (uint64_t i = 0;; i++) {
        Value item;
        bool exists;
        if (!take_item(loop, i, &item, &exists)) result = EXEC_FAIL;
        if (result == EXEC_FAIL || !exists) break;
        if (!eval_step(e, node_span(f, &node->n))) {
            result = EXEC_FAIL;
            break;
        }
        loop->index0 = (int64_t)i;
        loop->before = loop->current;
        loop->current = item;
        eval_enter_scope(f, &node->scope);
        if (node->loop_slot >= 0) f->slots[node->loop_slot] = value_object(&loop->object);
        if (!eval_assign(e, f, node->target, item)) {
            result = EXEC_FAIL;
            break;
        }
        result = eval_body(e, f, node->body);
        if (result == EXEC_FAIL || result == EXEC_BREAK) break;
        completed = completed || result == EXEC_OK;
    }
    loop->running = false;
    if (result == EXEC_FAIL) return result;
    /* `else` is for loops without a single round that reached its end: as in Jinja2, also if break or continue cut all
     * rounds short. */
    if (!completed && node->has_else) {
        eval_enter_scope(f, &node->else_scope);
        return eval_body(e, f, node->otherwise);
    }
    return EXEC_OK;
}

Exec eval_for(TplEval *e, Frame *f, const ForNode *node)
{
    Value items;
    if (!eval(e, f, node->iterable, &items)) return EXEC_FAIL;
    return run_loop(e, f, node, items, 0);
}
