/* What cmocka lacks for our types. Include it instead of cmocka.h: that one needs others before it.
 *
 * Thread rule: as cmocka, one thread. */
#ifndef CDBT_TESTS_CHECK_H
#define CDBT_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

/* A Str against a C string, shown as text when they differ. */
#define assert_str(got, want) check_str((got), (want), __FILE__, __LINE__)

static inline void check_str(Str got, const char *want, const char *file, int line)
{
    char *text = malloc(got.len + 1);
    if (!text) abort();
    memcpy(text, got.len ? got.ptr : "", got.len);
    text[got.len] = 0;
    bool same = got.len == strlen(want) && memcmp(text, want, got.len) == 0;
    if (!same) print_error("got  <%s>\nwant <%s>\n", text, want);
    free(text);
    if (!same) _fail(file, line);
}

#endif
