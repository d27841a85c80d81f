/* The evaluator: its life, rendering, and the text that it makes. */
#include "template/eval.h"

#include "base/mem.h"

#include <string.h>
#include <sys/resource.h>

enum { DEPTH = 1000, STACK_ROOM = 4 << 20, STACK_EXPECTED = 8 << 20, SLOT_CHUNK = 4096 };
static const uint64_t STEPS = 100u * 1000 * 1000, OUTPUT = 256u << 20, MEMORY = 1u << 30;

TplEval *tpl_eval_new(Arena *arena, const SourceTable *sources, DiagSink *sink, TplHost host, TplLimits limits)
{
    TplEval *e = mem_zalloc(sizeof *e);
    e->arena = arena;
    e->sources = sources;
    e->sink = sink;
    e->host = host;
    e->limits = limits;
    if (!e->limits.depth) e->limits.depth = DEPTH;
    if (!e->limits.steps) e->limits.steps = STEPS;
    if (!e->limits.output) e->limits.output = OUTPUT;
    if (!e->limits.memory) e->limits.memory = MEMORY;
    if (e->limits.output > UINT32_MAX) e->limits.output = UINT32_MAX;
    /* Threads have 8 MiB of stack (base/thread.h); a main thread may have been given less. */
    e->stack_room = STACK_ROOM;
    struct rlimit stack;
    if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur < STACK_EXPECTED) e->stack_room = stack.rlim_cur / 2;
    return e;
}

void tpl_eval_free(TplEval *e)
{
    if (!e) return;
    for (SlotChunk *chunk = e->chunk; chunk;) {
        SlotChunk *previous = chunk->previous;
        mem_free(chunk);
        chunk = previous;
    }
    mem_free(e->spare);
    mem_free(e->pieces);
    mem_free(e->globals);
    mem_free(e);
}

Arena *tpl_eval_arena(const TplEval *e)
{
    return e->arena;
}
DiagSink *tpl_eval_sink(const TplEval *e)
{
    return e->sink;
}
const SourceTable *tpl_eval_sources(const TplEval *e)
{
    return e->sources;
}
void *tpl_eval_host(const TplEval *e)
{
    return e->host.data;
}
void tpl_eval_set_host(TplEval *e, TplHost host)
{
    e->host = host;
    e->generation++;
}
void tpl_eval_set_lenient(TplEval *e, bool lenient)
{
    e->lenient = lenient;
}

bool tpl_eval_native(const TplEval *e)
{
    return e->native != NULL;
}

/* ---- limits ---- */

bool eval_stack_low(const TplEval *e)
{
    ptrdiff_t used = e->stack - (char *)__builtin_frame_address(0);
    return (size_t)(used < 0 ? -used : used) > e->stack_room;
}

bool eval_deeper(TplEval *e, Span span)
{
    if (e->depth >= e->limits.depth || eval_stack_low(e)) {
        tpl_fail_at(e, span, DIAG_template_limit, "calls go more than %u levels deep", e->depth);
        diag_hint(e->sink, "look for a macro that calls itself without end");
        return false;
    }
    e->depth++;
    return true;
}

bool eval_step(TplEval *e, Span span)
{
    if (arena_bytes(e->arena) > e->limits.memory && arena_bytes(e->arena) - e->memory > e->limits.memory)
        return tpl_fail_at(e, span, DIAG_template_limit, "the run takes more than %llu MiB of memory",
                           (unsigned long long)(e->limits.memory >> 20));
    if (++e->steps <= e->limits.steps) return true;
    return tpl_fail_at(e, span, DIAG_template_limit, "more than %llu loop rounds and calls in one run",
                       (unsigned long long)e->limits.steps);
}

bool tpl_step(TplCall *call)
{
    return !call->eval || eval_step(call->eval, call->span);
}

bool tpl_may_make(TplCall *call, uint64_t bytes)
{
    if (!call->eval || bytes <= call->eval->limits.output) return true;
    return tpl_fail(call, DIAG_template_limit, "the result would be larger than %llu MiB",
                    (unsigned long long)(call->eval->limits.output >> 20));
}

/* ---- slots ---- */

Value *eval_slots_push(TplEval *e, size_t count)
{
    if (!e->chunk || e->chunk->cap - e->chunk->used < count) {
        size_t cap = count > SLOT_CHUNK ? count : SLOT_CHUNK;
        SlotChunk *chunk = e->spare;
        if (!chunk || chunk->cap < cap) {
            mem_free(chunk);
            chunk = mem_alloc(sizeof *chunk + cap * sizeof(Value));
            chunk->cap = cap;
        }
        e->spare = NULL;
        chunk->used = 0;
        chunk->previous = e->chunk;
        e->chunk = chunk;
    }
    Value *slots = e->chunk->at + e->chunk->used;
    e->chunk->used += count;
    for (size_t i = 0; i < count; i++) slots[i].kind = V_EMPTY;
    return slots;
}

void eval_slots_pop(TplEval *e, Value *slots, size_t count)
{
    SlotChunk *chunk = e->chunk;
    INVARIANT(chunk && slots + count == chunk->at + chunk->used);
    chunk->used -= count;
    if (!chunk->used && chunk->previous) {
        e->chunk = chunk->previous;
        mem_free(e->spare);
        e->spare = chunk;
    }
}

/* ---- text ---- */

APART static bool too_much_text(TplEval *e, Span span)
{
    return tpl_fail_at(e, span, DIAG_template_limit, "the run makes more than %llu bytes of text",
                       (unsigned long long)e->limits.output);
}

APART static void grow_pieces(TplEval *e, size_t more)
{
    size_t cap = e->piece_cap ? e->piece_cap * 2 : 256;
    while (cap - e->piece_count < more) cap *= 2;
    e->pieces = mem_realloc(e->pieces, cap * sizeof *e->pieces);
    e->piece_cap = cap;
}

bool eval_emit_text_slowly(TplEval *e, const Frame *f, const Node *node, Str text, bool exact)
{
    if (!text.len) return true;
    if (e->output + text.len > e->limits.output) return too_much_text(e, node_span(f, node));
    grow_pieces(e, 1);
    return eval_emit_text(e, f, node, text, exact);
}

APART static bool emit_mapped(TplEval *e, const Frame *f, const Node *node, Value v)
{
    const SrcMap *map = value_srcmap(v);
    if (e->output + v.len > e->limits.output) return too_much_text(e, node_span(f, node));
    if (e->piece_cap - e->piece_count < map->count) grow_pieces(e, map->count);
    TextPiece *piece = e->pieces + e->piece_count;
    for (uint32_t i = 0; i < map->count; i++) {
        piece[i].from = map->segments[i];
        piece[i].from.offset += (uint32_t)e->out_len;
        piece[i].text = v.u.str + map->segments[i].offset;
    }
    e->piece_count += map->count;
    e->output += v.len;
    e->out_len += v.len;
    return true;
}

Str eval_print_int(int64_t value, char room[24])
{
    char *at = room + 24;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) *--at = '-';
    return str_n(at, (size_t)(room + 24 - at));
}

APART static bool emit_int(TplEval *e, const Frame *f, const Node *node, int64_t value)
{
    char room[24];
    return eval_emit_text(e, f, node, str_dup(e->arena, eval_print_int(value, room)), false);
}

APART static bool emit_printed(TplEval *e, const Frame *f, const Node *node, Value v)
{
    return eval_emit_text(e, f, node, value_to_str(e->arena, v), false);
}

bool eval_emit_value(TplEval *e, const Frame *f, const Node *node, Value v)
{
    switch (v.kind) {
    case V_STR: return emit_mapped(e, f, node, v);
    case V_UNDEFINED: return true;
    case V_INT: return emit_int(e, f, node, v.u.integer);
    case V_NONE: return eval_emit_text(e, f, node, STR("None"), false);
    case V_BOOL: return eval_emit_text(e, f, node, v.u.boolean ? STR("True") : STR("False"), false);
    default: return emit_printed(e, f, node, v);
    }
}

Capture capture_begin(TplEval *e)
{
    Capture capture = {e->out_len, e->piece_count, e->native};
    e->native = NULL;
    return capture;
}

void capture_drop(TplEval *e, Capture capture)
{
    e->out_len = capture.text;
    e->piece_count = capture.pieces;
    e->native = capture.native;
}

/* Most pieces are a few bytes long: they are not worth a call. */
static inline void copy_piece(char *to, const char *from, size_t n)
{
    if (n > 32) {
        memcpy(to, from, n);
    } else if (n >= 16) { /* first and last half, which may overlap */
        memcpy(to, from, 16);
        memcpy(to + n - 16, from + n - 16, 16);
    } else if (n >= 8) {
        memcpy(to, from, 8);
        memcpy(to + n - 8, from + n - 8, 8);
    } else if (n >= 4) {
        memcpy(to, from, 4);
        memcpy(to + n - 4, from + n - 4, 4);
    } else {
        for (size_t i = 0; i < n; i++) to[i] = from[i];
    }
}

Value capture_end(TplEval *e, Capture capture)
{
    size_t length = e->out_len - capture.text, count = e->piece_count - capture.pieces;
    const TextPiece *piece = e->pieces + capture.pieces;
    Value text = value_str(STR_EMPTY);
    if (length) {
        SrcSegment *segments;
        char *to;
        text = mapped_room(e->arena, length, count, &to, &segments);
        for (size_t i = 0; i < count; i++) {
            size_t from = piece[i].from.offset - capture.text;
            size_t next = i + 1 < count ? piece[i + 1].from.offset - capture.text : length;
            segments[i] = piece[i].from;
            segments[i].offset = (uint32_t)from;
            copy_piece(to + from, piece[i].text, next - from);
        }
    }
    capture_drop(e, capture);
    return text;
}

/* ---- running ---- */

/* A run that starts while nothing else runs begins with fresh limits and fresh globals. */
bool eval_run_enter(TplEval *e, bool *first)
{
    *first = !e->frame && !e->depth;
    if (!*first) return true;
    e->stack = __builtin_frame_address(0);
    e->steps = e->output = 0;
    e->memory = arena_bytes(e->arena);
    e->returning = false;
    e->generation++;
    return true;
}

void eval_run_leave(TplEval *e, bool first)
{
    if (!first) return;
    e->depth = 0;
    e->out_len = e->piece_count = 0;
}

static bool run_unit(TplEval *e, const TplUnit *unit, NativePieces *native, Value *text)
{
    bool first;
    eval_run_enter(e, &first);
    Span whole = {unit->fn.source, 0, 0};
    if (unit->fn.body.n) whole = (Span){unit->fn.source, unit->fn.body.at[0]->start, unit->fn.body.at[0]->end};
    if (!eval_deeper(e, whole)) {
        eval_run_leave(e, first);
        return false;
    }
    Frame local = {.fn = &unit->fn, .lenient = e->lenient, .chain = e->frame ? e->frame->chain : NULL};
    Frame *f = unit->fn.has_inner ? arena_copy(e->arena, &local, sizeof local) : &local;
    size_t count = unit->fn.slot_count;
    if (unit->fn.has_inner) {
        f->slots = arena_alloc(e->arena, (count + 1) * sizeof(Value));
        for (size_t i = 0; i < count; i++) f->slots[i].kind = V_EMPTY;
    } else {
        f->slots = eval_slots_push(e, count);
    }
    Frame *before = e->frame;
    e->frame = f;
    Capture capture = capture_begin(e);
    e->native = native;
    bool ok = eval_body(e, f, unit->fn.body) != EXEC_FAIL;
    if (!ok && e->returning && first) {
        e->returning = false;
        tpl_fail_at(e, whole, DIAG_template_call, "return() ends a macro, and no macro is running here");
        diag_hint(e->sink, "move the code into a macro, or print the value instead");
    }
    if (ok)
        *text = capture_end(e, capture);
    else
        capture_drop(e, capture);
    e->frame = before;
    if (!unit->fn.has_inner) eval_slots_pop(e, f->slots, count);
    e->depth--;
    eval_run_leave(e, first);
    return ok;
}

bool tpl_render(TplEval *e, const TplUnit *unit, Value *text)
{
    return run_unit(e, unit, NULL, text);
}

bool tpl_render_native(TplEval *e, const TplUnit *unit, Value *result)
{
    NativePieces pieces = {0};
    Value text;
    if (!run_unit(e, unit, &pieces, &text)) return false;
    if (pieces.count != 1) {
        *result = text;
        return true;
    }
    return eval_native_value(e, unit, pieces.first, result);
}
