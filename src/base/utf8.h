/* UTF-8: decoding, checking, and how wide text is on a terminal.
 *
 * Thread rule: pure functions. */
#ifndef CDBT_BASE_UTF8_H
#define CDBT_BASE_UTF8_H

#include "base/str.h"

/* The code point at *at, which moves behind it. A malformed byte gives U+FFFD and moves by one. Past the end gives 0
 * and does not move. Surrogates, overlong forms and code points above U+10FFFF are malformed. */
uint32_t utf8_next(Str text, size_t *at);
/* As utf8_next, but says whether the bytes were well formed. */
bool utf8_decode(Str text, size_t *at, uint32_t *code_point);
/* Writes 1..4 bytes; a code point that cannot be encoded is written as U+FFFD. */
size_t utf8_encode(uint32_t code_point, char bytes[4]);
void utf8_add(Buf *buf, uint32_t code_point);

size_t utf8_bad(Str text); /* the position of the first malformed byte, or STR_NPOS */
bool utf8_valid(Str text);
bool utf8_ascii(Str text);
size_t utf8_length(Str text); /* in code points; each malformed byte counts as one */
size_t utf8_index(Str text, size_t code_points); /* the byte where that many have passed, clamped to the end */
Str utf8_without_bom(Str text);
Str utf8_repair(Arena *arena, Str text); /* malformed bytes become U+FFFD; `text` itself if there are none */

/* Columns on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks and other invisible
 * characters, 1 otherwise. Control characters count 0. */
int utf8_char_width(uint32_t code_point);
size_t utf8_width(Str text);

#endif
