#include "base/uuid.h"

#include "base/mem.h"

#include <sys/random.h>
#include <unistd.h>

void random_bytes(void *bytes, size_t size)
{
    unsigned char *at = bytes;
    while (size > 0) {
        size_t n = size < 256 ? size : 256; /* the most that getentropy gives at once */
        INVARIANT(getentropy(at, n) == 0);
        at += n;
        size -= n;
    }
}

Str uuid4(Arena *arena)
{
    unsigned char b[16];
    random_bytes(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x40); /* version 4 */
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80); /* RFC 4122's variant */
    return str_fmt(arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
                   b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}
