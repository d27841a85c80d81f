/* The terminal: what it can show, and safe writing to it.
 *
 * Everything that comes from files or the database goes through terminal_text, which makes control characters harmless.
 * Thread rule: one thread at a time. */
#ifndef CDBT_CLI_TERMINAL_H
#define CDBT_CLI_TERMINAL_H

#include "diag/render.h"

#include <stdio.h>

typedef struct Terminal {
    FILE *out, *err;
    bool color; /* of out */
    bool err_color;
    bool live; /* out is a terminal where a line can be redrawn */
    bool utf8;
    unsigned width;
} Terminal;

typedef enum TerminalStyle { STYLE_PLAIN, STYLE_GOOD, STYLE_BAD, STYLE_WARN, STYLE_DIM, STYLE_BOLD } TerminalStyle;

/* `colors`: -1 as the terminal is (and NO_COLOR says), 0 never, 1 always. */
Terminal terminal_init(int colors);
DiagRenderOptions terminal_diag_options(const Terminal *terminal, bool err);
/* Appends text in a style (the escape sequences only where `color`). */
void terminal_styled(Buf *out, bool color, TerminalStyle style, Str text);
void terminal_write(FILE *file, Str text);

#endif
