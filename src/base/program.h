/* Other programs: run to their end with what they print gathered; no shell in between.
 *
 * Ownership: results live in the arena. Thread rule: may be called from any thread. */
#ifndef CDBT_BASE_PROGRAM_H
#define CDBT_BASE_PROGRAM_H

#include "base/str.h"

typedef struct ProgramResult {
    bool missing; /* there is no such program */
    bool too_much; /* it printed more than was allowed, and was stopped */
    int status; /* exit code; 128 + signal if a signal ended it */
    Str out, err; /* err: the last few KiB */
} ProgramResult;

/* `arguments` begins with the program's name, looked for in PATH, and ends with NULL. It reads nothing, prints in English
 * and cannot ask for passwords on the terminal. `limit` bounds what it may print. False if it could not be run or failed. */
bool program_run(Arena *arena, const char *const *arguments, size_t limit, ProgramResult *result);

#endif
