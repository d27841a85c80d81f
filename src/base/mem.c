#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Written with write(2) from a buffer on the stack: no allocation may be needed to report that there is none. */
static void say(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDERR_FILENO, text, length);
        if (n <= 0) return;
        text += n;
        length -= (size_t)n;
    }
}

_Noreturn void mem_exhausted(size_t size)
{
    char line[96];
    int n = snprintf(line, sizeof line, "cdbt: out of memory (%zu bytes wanted); nothing was committed\n", size);
    if (n > 0) say(line, (size_t)n);
    abort();
}

_Noreturn void mem_bug(const char *file, int line, const char *what)
{
    char text[512];
    int n = snprintf(text, sizeof text, "cdbt: a bug in cdbt itself at %s:%d: %s\n", file, line, what);
    if (n > 0) say(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    abort();
}

void *mem_alloc_large(size_t size)
{
#ifdef MADV_HUGEPAGE
    enum { LARGE_PAGE = 2 << 20 };
    void *ptr = NULL;
    if (posix_memalign(&ptr, LARGE_PAGE, size) != 0) mem_exhausted(size);
    madvise(ptr, size, MADV_HUGEPAGE); /* refused: pages of the usual size */
    return ptr;
#else
    return mem_alloc(size);
#endif
}

void *mem_alloc(size_t size)
{
    void *ptr = malloc(size ? size : 1);
    if (!ptr) mem_exhausted(size);
    return ptr;
}

void *mem_zalloc(size_t size)
{
    void *ptr = calloc(1, size ? size : 1);
    if (!ptr) mem_exhausted(size);
    return ptr;
}

void *mem_realloc(void *old, size_t size)
{
    void *ptr = realloc(old, size ? size : 1);
    if (!ptr) mem_exhausted(size);
    return ptr;
}

void mem_free(void *ptr)
{
    free(ptr);
}
