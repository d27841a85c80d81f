/* Hashes. md5 and sha256 make the ids and checksums that dbt's artifacts hold; sha1 is for git-like ids; xxh64 is for
 * tables in memory and change detection, not for anything that leaves the program under a promise.
 *
 * Results are lower-case hexadecimal in the arena given. Thread rule: pure functions. */
#ifndef CDBT_BASE_HASH_H
#define CDBT_BASE_HASH_H

#include "base/str.h"

Str md5_hex(Arena *arena, Str text);
Str sha1_hex(Arena *arena, Str text);
Str sha256_hex(Arena *arena, Str text);
Str sha512_hex(Arena *arena, Str text);

enum { MD5_SIZE = 16, SHA1_SIZE = 20, SHA256_SIZE = 32, SHA512_SIZE = 64 };
void md5_bytes(Str text, unsigned char digest[MD5_SIZE]);
void sha256_bytes(Str text, unsigned char digest[SHA256_SIZE]);
Str hash_hex(Arena *arena, const unsigned char *digest, size_t size);

uint64_t xxh64(Str text, uint64_t seed);

#endif
