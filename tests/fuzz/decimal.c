/* Two numbers as a database might give them, a line each, behind a byte that chooses an operator: what is read prints and reads
 * back as the same number; order, equality and hash agree; arithmetic gives a number of 28 digits at most, or one error. */
#include "template/decimal.h"
#include "template/library.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

enum { DIGITS = 28, FAR = 900000 };

/* Numbers at the end of what can be read print with an exponent beyond it. */
static void read_back(Arena *arena, const Decimal *d)
{
    if (d->exponent > FAR || d->exponent < -FAR) return;
    Str text = value_to_str(arena, value_object((Object *)(uintptr_t)&d->head));
    Value again;
    require(decimal_read(arena, text, &again));
    const Decimal *same = value_as_decimal(again);
    require(same->kind == d->kind && same->negative == d->negative);
    if (d->kind == DECIMAL_FINITE) require(same->exponent == d->exponent && str_eq(same->digits, d->digits));
}

static void look_at(Arena *arena, const Decimal *d)
{
    require(d->digits.len && (d->digits.len == 1 || d->digits.ptr[0] != '0'));
    read_back(arena, d);
    int64_t whole;
    if (decimal_to_int(d, &whole) && decimal_is_integral(d)) {
        int order;
        require(decimal_compare(d, value_int(whole), &order) && order == 0);
        require(decimal_hash(d) == value_hash(value_int(whole)));
    }
    require(d->kind == DECIMAL_NAN || !isnan(decimal_to_double(d)));
    Value rounded;
    for (int64_t places = -3; places <= 3; places++)
        if (decimal_round(arena, d, places, &rounded) && d->kind == DECIMAL_FINITE)
            require(value_as_decimal(rounded)->exponent == -places);
}

static void compare(const Decimal *a, const Decimal *b, Value va, Value vb)
{
    int order, back;
    bool ordered = decimal_compare(a, vb, &order);
    require(ordered == decimal_compare(b, va, &back));
    require(ordered == (a->kind != DECIMAL_NAN && b->kind != DECIMAL_NAN));
    if (!ordered) return;
    require(order == -back);
    require(value_equal(va, vb) == (order == 0));
    if (order == 0) require(decimal_hash(a) == decimal_hash(b));
}

static void compute(TplEval *eval, DiagSink *sink, Span span, char op, Value va, Value vb)
{
    Arena *arena = tpl_eval_arena(eval);
    TplCall call = {.eval = eval, .arena = arena, .span = span};
    Value result;
    if (!decimal_class.binary(&call, op, va, vb, &result)) {
        require(sink->errors == 1);
        return;
    }
    require(sink->errors == 0);
    const Decimal *d = value_as_decimal(result);
    require(d && d->digits.len <= DIGITS);
    read_back(arena, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char operators[] = {'+', '-', '*', '/', 'f', '%'};
    if (!size) return 0;
    Arena *arena = arena_new();
    SourceTable *sources = source_table_new();
    DiagSink sink;
    diag_sink_init(&sink);
    TplEval *eval = tpl_eval_new(arena, sources, &sink, (TplHost){0}, (TplLimits){0});
    Span span = {source_add(sources, STR("fuzz"), STR("a + b")), 0, 5};
    Str first, second = str_n((const char *)data + 1, size - 1);
    Value a, b;
    if (str_split_next(&second, '\n', &first) && decimal_read(arena, first, &a)) {
        look_at(arena, value_as_decimal(a));
        if (decimal_read(arena, second, &b)) {
            look_at(arena, value_as_decimal(b));
            compare(value_as_decimal(a), value_as_decimal(b), a, b);
            compute(eval, &sink, span, operators[data[0] % sizeof operators], a, b);
        }
    }
    tpl_eval_free(eval);
    diag_sink_release(&sink);
    source_table_free(sources);
    arena_free(arena);
    return 0;
}
