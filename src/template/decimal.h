/* Decimal numbers: what databases give as numeric. Exact as they come; arithmetic keeps 28 digits and rounds half to even, as
 * Python's decimal module does by default.
 *
 * A decimal is an object of the template language and is never changed. Everything lives in the arena given. Thread rule:
 * as value.h. */
#ifndef CDBT_TEMPLATE_DECIMAL_H
#define CDBT_TEMPLATE_DECIMAL_H

#include "template/value.h"

typedef enum DecimalKind { DECIMAL_FINITE, DECIMAL_INFINITE, DECIMAL_NAN } DecimalKind;

/* (-1)^negative * digits * 10^exponent */
typedef struct Decimal {
    Object head;
    DecimalKind kind;
    bool negative;
    Str digits; /* no leading zeros; "0" for zero */
    int64_t exponent;
} Decimal;

extern const ObjectClass decimal_class;

const Decimal *value_as_decimal(Value v); /* NULL if it is none */
/* Of text such as "-12.50", "1E+20", "NaN", "-Infinity"; false if it is none. */
bool decimal_read(Arena *arena, Str text, Value *result);
double decimal_to_double(const Decimal *d);
bool decimal_to_int(const Decimal *d, int64_t *i); /* cut towards zero; false if it does not fit, or is no number */
bool decimal_is_integral(const Decimal *d);
/* The order of a decimal and any number; false if the other is none, or one of them is a NaN. */
bool decimal_compare(const Decimal *d, Value other, int *order);
uint64_t decimal_hash(const Decimal *d); /* that of an equal int or float */
Value decimal_negate(Arena *arena, const Decimal *d, bool negative); /* rounded to 28 digits, as every operation is */
/* round(d, places): to a decimal with so many places, half to even. False if it needs more than 28 digits. */
bool decimal_round(Arena *arena, const Decimal *d, int64_t places, Value *result);

/* The digits of |d| * 10^places, rounded half to even, without limit: of 1.25 with one place "12". At least places + 1 of them. */
Str decimal_digits(Arena *arena, const Decimal *d, int64_t places);

#endif
