/* Heap memory for the few things that do not live in an arena.
 *
 * None of these ever returns NULL: when memory runs out the process writes one line to standard error and aborts.
 * That is safe by design: the database is only ever changed inside transactions, and artifacts are written aside and
 * renamed, so an abort leaves everything as it was. Thread rule: any thread. */
#ifndef CDBT_BASE_MEM_H
#define CDBT_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);
void *mem_zalloc(size_t size);
/* For blocks of several megabytes that are filled from front to back: the system may back them by large pages. */
void *mem_alloc_large(size_t size);
void *mem_realloc(void *ptr, size_t size);
void mem_free(void *ptr);

/* Ends the process because an invariant of the program does not hold: a bug, never a user's mistake. */
_Noreturn void mem_bug(const char *file, int line, const char *what);
_Noreturn void mem_exhausted(size_t size);

#define BUG(what) mem_bug(__FILE__, __LINE__, (what))
#define INVARIANT(cond) ((cond) ? (void)0 : mem_bug(__FILE__, __LINE__, #cond))

#endif
