/* Hashes, base64, hexadecimal, random ids. */
#include "adapter/sqlite/functions/functions.h"
#include "base/hash.h"
#include "base/uuid.h"

void fn_hash(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]);
    if (sqlite3_value_type(argv[0]) == SQLITE_BLOB) {
        const char *bytes = sqlite3_value_blob(argv[0]);
        text = str_n(bytes ? bytes : "", (size_t)sqlite3_value_bytes(argv[0]));
    }
    Arena *arena = arena_new();
    switch (function_tag(context)) {
    case TAG_MD5: result_text(context, md5_hex(arena, text)); break;
    case TAG_SHA1: result_text(context, sha1_hex(arena, text)); break;
    case TAG_SHA256: result_text(context, sha256_hex(arena, text)); break;
    default: result_text(context, sha512_hex(arena, text)); break;
    }
    arena_free(arena);
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void fn_base64(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    const unsigned char *in = sqlite3_value_blob(argv[0]);
    size_t n = (size_t)sqlite3_value_bytes(argv[0]), length = (n + 2) / 3 * 4;
    char *out = sqlite3_malloc64(length + 1), *to = out;
    if (!out) {
        sqlite3_result_error_nomem(context);
        return;
    }
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three =
            (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);
        *to++ = alphabet[three >> 18];
        *to++ = alphabet[three >> 12 & 63];
        *to++ = i + 1 < n ? alphabet[three >> 6 & 63] : '=';
        *to++ = i + 2 < n ? alphabet[three & 63] : '=';
    }
    sqlite3_result_text64(context, out, length, sqlite3_free, SQLITE_UTF8);
}

static int base64_digit(char c)
{
    for (int i = 0; i < 64; i++)
        if (alphabet[i] == c) return i;
    return -1;
}

void fn_from_base64(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = str_trim(value_text(argv[0]));
    unsigned char *out = sqlite3_malloc64(text.len + 1);
    if (!out) {
        sqlite3_result_error_nomem(context);
        return;
    }
    size_t n = 0, padding = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    bool ok = text.len % 4 == 0;
    for (size_t i = 0; i < text.len && ok; i++) {
        if (text.ptr[i] == '=') {
            padding++;
            continue;
        }
        int digit = base64_digit(text.ptr[i]);
        ok = digit >= 0 && padding == 0;
        bits = bits << 6 | (uint32_t)(digit & 63);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[n++] = (unsigned char)(bits >> count);
        }
    }
    if (ok && padding <= 2) {
        sqlite3_result_blob64(context, out, n, sqlite3_free);
        return;
    }
    sqlite3_free(out);
    result_error(context, "from_base64: this is not base64 text");
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void fn_from_hex(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]);
    unsigned char *out = sqlite3_malloc64(text.len / 2 + 1);
    if (!out) {
        sqlite3_result_error_nomem(context);
        return;
    }
    bool ok = text.len % 2 == 0;
    for (size_t i = 0; i + 1 < text.len && ok; i += 2) {
        int high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
        ok = high >= 0 && low >= 0;
        if (ok) out[i / 2] = (unsigned char)(high << 4 | low);
    }
    if (ok) {
        sqlite3_result_blob64(context, out, text.len / 2, sqlite3_free);
        return;
    }
    sqlite3_free(out);
    result_error(context, "from_hex: this is not hexadecimal text");
}

void fn_uuid(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    Arena *arena = arena_new();
    result_text(context, uuid4(arena));
    arena_free(arena);
}

/* 53 random bits: every double in [0, 1) that a multiple of 2^-53 can be. */
void fn_rand(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    uint64_t bits;
    sqlite3_randomness(sizeof bits, &bits);
    sqlite3_result_double(context, (double)(bits >> 11) * 0x1p-53);
}
