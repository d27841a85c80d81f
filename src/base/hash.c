#include "base/hash.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <xxhash.h>

_Static_assert(MD5_SIZE == MD5_DIGEST_SIZE && SHA1_SIZE == SHA1_DIGEST_SIZE, "sizes");
_Static_assert(SHA256_SIZE == SHA256_DIGEST_SIZE && SHA512_SIZE == SHA512_DIGEST_SIZE, "sizes");

Str hash_hex(Arena *arena, const unsigned char *digest, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, size * 2 + 1);
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[size * 2] = 0;
    return str_n(text, size * 2);
}

static const uint8_t *bytes_of(Str text)
{
    return (const uint8_t *)(text.len ? text.ptr : "");
}

void md5_bytes(Str text, unsigned char digest[MD5_SIZE])
{
    struct md5_ctx state;
    md5_init(&state);
    md5_update(&state, text.len, bytes_of(text));
    md5_digest(&state, MD5_SIZE, digest);
}

void sha256_bytes(Str text, unsigned char digest[SHA256_SIZE])
{
    struct sha256_ctx state;
    sha256_init(&state);
    sha256_update(&state, text.len, bytes_of(text));
    sha256_digest(&state, SHA256_SIZE, digest);
}

Str md5_hex(Arena *arena, Str text)
{
    unsigned char digest[MD5_SIZE];
    md5_bytes(text, digest);
    return hash_hex(arena, digest, sizeof digest);
}

Str sha256_hex(Arena *arena, Str text)
{
    unsigned char digest[SHA256_SIZE];
    sha256_bytes(text, digest);
    return hash_hex(arena, digest, sizeof digest);
}

Str sha1_hex(Arena *arena, Str text)
{
    unsigned char digest[SHA1_SIZE];
    struct sha1_ctx state;
    sha1_init(&state);
    sha1_update(&state, text.len, bytes_of(text));
    sha1_digest(&state, SHA1_SIZE, digest);
    return hash_hex(arena, digest, sizeof digest);
}

Str sha512_hex(Arena *arena, Str text)
{
    unsigned char digest[SHA512_SIZE];
    struct sha512_ctx state;
    sha512_init(&state);
    sha512_update(&state, text.len, bytes_of(text));
    sha512_digest(&state, SHA512_SIZE, digest);
    return hash_hex(arena, digest, sizeof digest);
}

uint64_t xxh64(Str text, uint64_t seed)
{
    return XXH64(bytes_of(text), text.len, seed);
}
