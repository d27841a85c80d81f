/* The evaluator's own state, shared by eval.c (life, rendering, output), eval_expr.c, eval_stmt.c, loop.c, call.c,
 * macro.c, native.c and error.c. Everybody else uses template.h.
 *
 * Thread rule: an evaluator belongs to one thread at a time. */
#ifndef CDBT_TEMPLATE_EVAL_H
#define CDBT_TEMPLATE_EVAL_H

#include "template/srcmap.h"
#include "template/tree.h"

enum {
    V_EMPTY = 255, /* a slot that nobody has assigned yet; never seen outside of the evaluator */
    VALUE_LENIENT = 32, /* of a V_UNDEFINED: attributes, items and calls of it are undefined, too */
    VALUE_MISSING_PART = 64, /* of a V_UNDEFINED: an attribute or item that its owner does not have */
    VALUE_NO_ELSE = 128, /* of a V_UNDEFINED: `a if b` where b is false */
};

/* The functions that walk the tree recurse and run for every node. What needs room of its own is kept out of them
 * (APART), so that their frames stay small, and since they hold nothing but single values they need no guard against
 * overruns of arrays (WALKER). */
#define APART __attribute__((noinline))
#ifdef __has_attribute
#if __has_attribute(no_stack_protector)
#define WALKER __attribute__((no_stack_protector))
#endif
#endif
#ifndef WALKER
#define WALKER
#endif

/* A running function. Lives on the native stack, or in the arena if functions inside it may keep it alive. */
typedef struct Frame {
    struct Frame *outer; /* the frame that the function was defined in; NULL if it stands alone */
    const Function *fn;
    Value *slots;
    const SrcChain *chain; /* how the run came here */
    bool lenient; /* unknown names give lenient undefineds, as dbt has it while it parses */
} Frame;

typedef struct MacroValue MacroValue;
struct MacroValue {
    const Function *fn;
    const TplMacro *macro; /* NULL: the body of a call block */
    void *owner; /* the host's */
    Frame *outer; /* the frame around its definition; NULL if it was made by tpl_macro_value */
};

typedef struct GlobalEntry {
    Str name;
    uint64_t hash;
    Value value;
    uint32_t generation; /* entries of former renders do not count */
} GlobalEntry;

typedef struct SlotChunk {
    struct SlotChunk *previous;
    size_t used, cap;
    Value at[];
} SlotChunk;

/* What dbt's native rendering collects: the value, as long as there is only one piece. */
typedef struct NativePieces {
    size_t count;
    Value first;
} NativePieces;

/* A piece of text with what it came from; it reaches to the offset of the next one, counted in all text of the run. */
typedef struct TextPiece {
    SrcSegment from;
    const char *text;
} TextPiece;

struct TplEval {
    Arena *arena;
    const SourceTable *sources;
    DiagSink *sink;
    TplHost host;
    uint32_t host_macros; /* macros of the host that are running */
    TplLimits limits;
    bool lenient;
    Frame *frame; /* the innermost one; NULL when nothing runs */
    /* All text that is being made, the captures inside each other behind each other. The bytes stay where they are
     * (in the sources, in values of the run) until a capture ends and joins its pieces. */
    TextPiece *pieces;
    size_t piece_count, piece_cap;
    size_t out_len; /* of all pieces together */
    NativePieces *native; /* not NULL: the text of the unit itself is collected as values */
    Value block_text; /* what the innermost filter of a filter block works on */
    uint32_t depth;
    uint64_t steps, output;
    uint64_t memory; /* what the arena had reserved when the run began */
    char *stack; /* about where the native stack was when the run began */
    size_t stack_room;
    bool returning; /* a return() is on its way to the macro that it ends */
    Value returned;
    GlobalEntry *globals;
    size_t global_count, global_cap;
    uint32_t generation, global_generation;
    SlotChunk *chunk, *spare;
};

typedef enum Exec { EXEC_FAIL, EXEC_OK, EXEC_BREAK, EXEC_CONTINUE } Exec;

/* A capture: text made after capture_begin becomes a value instead of output. */
typedef struct Capture {
    size_t text, pieces;
    NativePieces *native;
} Capture;

static inline Span node_span(const Frame *f, const Node *node)
{
    return (Span){f->fn->source, node->start, node->end};
}

/* ---- eval.c ---- */
Capture capture_begin(TplEval *e);
Value capture_end(TplEval *e, Capture capture);
void capture_drop(TplEval *e, Capture capture);
bool eval_emit_text_slowly(TplEval *e, const Frame *f, const Node *node, Str text, bool exact);
bool eval_emit_value(TplEval *e, const Frame *f, const Node *node, Value v);

/* The bytes must stay valid until the run ends. */
static inline bool eval_emit_text(TplEval *e, const Frame *f, const Node *node, Str text, bool exact)
{
    size_t at = e->out_len;
    if (!text.len || e->output + text.len > e->limits.output || e->piece_count == e->piece_cap)
        return eval_emit_text_slowly(e, f, node, text, exact);
    e->output += text.len;
    e->out_len = at + text.len;
    TextPiece *piece = &e->pieces[e->piece_count++];
    piece->from.offset = (uint32_t)at;
    piece->from.start = node->start;
    piece->from.end = node->end;
    piece->from.source = f->fn->source & 0x7fffffff;
    piece->from.exact = exact;
    piece->from.chain = f->chain;
    piece->text = text.ptr;
    return true;
}

static inline bool eval_emit(TplEval *e, const Frame *f, const Node *node, Value v)
{
    if (v.kind == V_STR && !(v.flags & VALUE_MAPPED)) return eval_emit_text(e, f, node, str_n(v.u.str, v.len), false);
    return eval_emit_value(e, f, node, v);
}
Str eval_print_int(int64_t value, char room[24]); /* points into `room` */
Value *eval_slots_push(TplEval *e, size_t count);
void eval_slots_pop(TplEval *e, Value *slots, size_t count);
bool eval_run_enter(TplEval *e, bool *first); /* a call from outside; *first if nothing was running */
void eval_run_leave(TplEval *e, bool first);
bool eval_deeper(TplEval *e, Span span); /* bounds recursion; undone by e->depth-- */
bool eval_step(TplEval *e, Span span);
bool eval_stack_low(const TplEval *e);

/* ---- eval_expr.c ---- */
bool eval_slow(TplEval *e, Frame *f, const Node *node, Value *out);
bool eval_part(TplEval *e, Frame *f, const AttributeNode *node, Value *out);
Value eval_name(TplEval *e, const Frame *f, const NameNode *name); /* of a name whose slot is empty */
bool eval_global(TplEval *e, const NameNode *name, Value *out);
bool eval_attribute(TplEval *e, Value v, Str name, uint64_t hash, bool method_first, Span span, Value *out);
bool eval_item(TplEval *e, Value v, Value key, Span span, Value *out);

static inline bool eval(TplEval *e, Frame *f, const Node *node, Value *out)
{
    if (node->kind == N_CONST) {
        *out = ((const ConstNode *)node)->value;
        return true;
    }
    if (node->kind == N_LOCAL) {
        const NameNode *name = (const NameNode *)node;
        *out = f->slots[name->slot];
        if (out->kind == V_EMPTY) *out = eval_name(e, f, name);
        return true;
    }
    if (node->kind == N_ATTRIBUTE) return eval_part(e, f, (const AttributeNode *)node, out);
    return eval_slow(e, f, node, out);
}

/* ---- eval_stmt.c ---- */
Exec eval_body(TplEval *e, Frame *f, Body body);
bool eval_assign_parts(TplEval *e, Frame *f, const Node *target, Value v);

static inline bool eval_assign(TplEval *e, Frame *f, const Node *target, Value v)
{
    if (target->kind != N_TARGET) return eval_assign_parts(e, f, target, v);
    f->slots[((const NameNode *)target)->slot] = v;
    return true;
}

void eval_enter_scope(Frame *f, const ScopeInfo *scope);

/* ---- loop.c ---- */
Exec eval_for(TplEval *e, Frame *f, const ForNode *node);
bool eval_loop_field(TplEval *e, Value loop, LoopField field, Value *out, bool *is_loop);

/* ---- call.c ---- */
typedef struct Args {
    const Value *args;
    size_t arg_count;
    const Str *names;
    const Value *named;
    size_t named_count;
} Args;
enum { ARGS_INLINE = 6 };
typedef struct ArgsRoom {
    Value args[ARGS_INLINE], named[ARGS_INLINE];
} ArgsRoom;
bool eval_arguments(TplEval *e, Frame *f, const Arguments *nodes, ArgsRoom *room, Args *args);
/* With emit, the text of a macro goes straight to the output and *out is V_EMPTY; other results are in *out. */
bool eval_call_value(TplEval *e, Value callee, Span span, const Args *args, bool emit, Value *out);
bool eval_call(TplEval *e, Frame *f, const CallNode *node, const Value *caller, bool emit, Value *out);

/* ---- macro.c ---- */
bool eval_macro(TplEval *e, const MacroValue *macro, Span span, const Args *args, bool emit, Value *out);
bool eval_macro_attribute(TplEval *e, const MacroValue *macro, Str name, Value *out);

/* ---- native.c ---- */
void eval_native_text(TplEval *e, Str text);
void eval_native_output(TplEval *e, const OutputNode *node, Value v);
bool eval_native_value(TplEval *e, const TplUnit *unit, Value piece, Value *result);

/* ---- error.c ---- */
/* Report the use of an undefined value, at it; give false. The second knows the expression, and names what was meant. */
bool eval_undefined(TplEval *e, Value v, Span span);
bool eval_undefined_node(TplEval *e, Frame *f, Value v, const Node *node);
bool eval_undefined_callee(TplEval *e, Frame *f, Value v, const Node *callee);
bool eval_undefined_owner(TplEval *e, Frame *f, Value v, const Node *owner); /* its attribute is asked for */

/* For operators of the library. */
static inline TplCall eval_at(TplEval *e, Span span)
{
    return (TplCall){.eval = e, .arena = e->arena, .span = span};
}

static inline bool eval_truthy(Value v)
{
    return v.kind == V_BOOL ? v.u.boolean : value_truthy(v);
}

#endif
