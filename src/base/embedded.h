/* Files that are part of the program: the built-in macro library and the documentation page.
 *
 * The arrays are written at build time by tools/embed from src/macros/ and src/docs/web/; they are constant, live as
 * long as the program, are sorted by path (bytewise) and are safe to read from any thread. `path` is relative to the
 * folder and uses '/'. `data` holds `size` bytes and one NUL after them that `size` does not count. */
#ifndef CDBT_BASE_EMBEDDED_H
#define CDBT_BASE_EMBEDDED_H

#include <stddef.h>

typedef struct EmbeddedFile {
    const char *path;
    const unsigned char *data;
    size_t size;
} EmbeddedFile;

/* With a count of zero the array holds one empty entry that nobody looks at: C has no empty arrays. */
extern const EmbeddedFile embedded_macros[];
extern const size_t embedded_macros_count;

extern const EmbeddedFile embedded_web[];
extern const size_t embedded_web_count;

#endif
