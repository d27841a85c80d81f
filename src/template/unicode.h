/* Text by code points, with Unicode's own rules for letters and case, independent of any locale.
 *
 * Strings are UTF-8. A byte that is not UTF-8 counts as one code point of its own (it decodes to 0xDC00 + byte, which
 * encodes back to the byte), so that no text is lost. Thread rule: pure functions; results live in the given arena. */
#ifndef CDBT_TEMPLATE_UNICODE_H
#define CDBT_TEMPLATE_UNICODE_H

#include "base/str.h"

/* The code point at *at, which moves behind it; *at must be below s.len. */
uint32_t unicode_next(Str s, size_t *at);
/* The code point that ends at *at, which moves before it; *at must be above 0. */
uint32_t unicode_previous(Str s, size_t *at);
void unicode_add(Buf *out, uint32_t code);

bool unicode_is_ascii(Str s);
size_t unicode_length(Str s); /* len(s) */
size_t unicode_offset(Str s, size_t index); /* the byte offset of a code point; s.len if there are fewer */
size_t unicode_index(Str s, size_t offset); /* the reverse */

bool unicode_printable(uint32_t code);
bool unicode_alpha(uint32_t code);
bool unicode_decimal(uint32_t code);
int unicode_decimal_value(uint32_t code); /* 0..9, or -1 */
bool unicode_digit(uint32_t code);
bool unicode_numeric(uint32_t code);
bool unicode_alnum(uint32_t code);
bool unicode_space(uint32_t code); /* str.isspace, which is also what strip and split take as white space */
bool unicode_lower(uint32_t code);
bool unicode_upper(uint32_t code);
bool unicode_title(uint32_t code); /* a title-case letter such as U+01C5 */
bool unicode_id_start(uint32_t code);
bool unicode_id_more(uint32_t code);

typedef enum UnicodeCase {
    CASE_LOWER,
    CASE_UPPER,
    CASE_TITLE, /* str.title */
    CASE_CAPITAL, /* str.capitalize */
    CASE_SWAP,
    CASE_FOLD,
} UnicodeCase;
Str unicode_convert(Arena *arena, Str s, UnicodeCase to);

Str unicode_strip_left(Str s);
Str unicode_strip_right(Str s);
static inline Str unicode_strip(Str s)
{
    return unicode_strip_right(unicode_strip_left(s));
}

#endif
