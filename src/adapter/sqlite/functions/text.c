/* Text functions. Characters are code points, as in SQLite's own. */
#include "adapter/sqlite/functions/functions.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* No text is longer than the connection allows (SQLITE_LIMIT_LENGTH). */
static bool too_long(sqlite3_context *context, uint64_t bytes)
{
    if (bytes <= (uint64_t)sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1)) return false;
    sqlite3_result_error_toobig(context);
    return true;
}

void fn_split_part(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]), delimiter = value_text(argv[1]);
    int64_t n = sqlite3_value_int64(argv[2]);
    if (n == 0) {
        result_error(context, "split_part: pieces are counted from 1 (or -1 from the end), not 0");
        return;
    }
    if (delimiter.len == 0) {
        result_text(context, n == 1 || n == -1 ? text : STR_EMPTY);
        return;
    }
    if (n < 0) {
        int64_t pieces = 1;
        for (size_t at = 0; (at = str_find(text, delimiter, at)) != STR_NPOS; at += delimiter.len) pieces++;
        n += pieces + 1;
    }
    size_t from = 0;
    for (; n > 1; n--) {
        size_t next = str_find(text, delimiter, from);
        if (next == STR_NPOS) break;
        from = next + delimiter.len;
    }
    size_t end = str_find(text, delimiter, from);
    result_text(context, n == 1 ? str_slice(text, from, end == STR_NPOS ? text.len : end) : STR_EMPTY);
}

void fn_concat(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (argc == 0) {
        result_error(context, "concat needs at least one argument");
        return;
    }
    sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(context));
    for (int i = 0; i < argc; i++) {
        Str piece = value_text(argv[i]);
        sqlite3_str_append(out, piece.ptr, (int)piece.len);
    }
    if (sqlite3_str_errcode(out))
        sqlite3_result_error_toobig(context);
    else
        sqlite3_result_text(context, sqlite3_str_length(out) ? sqlite3_str_value(out) : "", sqlite3_str_length(out),
                            SQLITE_TRANSIENT);
    sqlite3_free(sqlite3_str_finish(out));
}

void fn_concat_ws(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (argc < 2) {
        result_error(context, "concat_ws needs a separator and at least one argument");
        return;
    }
    if (value_is_null(argv[0])) {
        sqlite3_result_null(context);
        return;
    }
    Str separator = value_text(argv[0]);
    sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(context));
    bool first = true;
    for (int i = 1; i < argc; i++) {
        if (value_is_null(argv[i])) continue;
        if (!first) sqlite3_str_append(out, separator.ptr, (int)separator.len);
        first = false;
        Str piece = value_text(argv[i]);
        sqlite3_str_append(out, piece.ptr, (int)piece.len);
    }
    if (sqlite3_str_errcode(out))
        sqlite3_result_error_toobig(context);
    else
        sqlite3_result_text(context, sqlite3_str_length(out) ? sqlite3_str_value(out) : "", sqlite3_str_length(out),
                            SQLITE_TRANSIENT);
    sqlite3_free(sqlite3_str_finish(out));
}

/* SQLite's order of values: numbers before text before blobs. */
static int rank(sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    return type == SQLITE_TEXT ? 1 : type == SQLITE_BLOB ? 2 : 0;
}

static int order(sqlite3_value *a, sqlite3_value *b)
{
    int ra = rank(a), rb = rank(b);
    if (ra != rb) return ra - rb;
    if (ra == 0 && sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER) {
        int64_t x = sqlite3_value_int64(a), y = sqlite3_value_int64(b);
        return (x > y) - (x < y);
    }
    if (ra == 0) {
        double x = sqlite3_value_double(a), y = sqlite3_value_double(b);
        return (x > y) - (x < y);
    }
    const char *p = sqlite3_value_blob(a), *q = sqlite3_value_blob(b);
    return str_cmp(str_n(p ? p : "", (size_t)sqlite3_value_bytes(a)),
                   str_n(q ? q : "", (size_t)sqlite3_value_bytes(b)));
}

void fn_extreme(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    bool largest = function_tag(context) == TAG_MAX;
    if (argc == 0) {
        result_error(context, "%s needs at least one argument", largest ? "greatest" : "least");
        return;
    }
    sqlite3_value *best = NULL;
    for (int i = 0; i < argc; i++) {
        if (value_is_null(argv[i])) continue;
        int more = best ? order(argv[i], best) : 0;
        if (!best || (largest ? more > 0 : more < 0)) best = argv[i];
    }
    if (best) sqlite3_result_value(context, best);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void fn_initcap(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]);
    char *out = sqlite3_malloc64(text.len + 1);
    if (!out) {
        sqlite3_result_error_nomem(context);
        return;
    }
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_letter(c)) c = inside ? (char)(c | 0x20) : (char)(c & ~0x20);
        inside = is_letter(c) || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        out[i] = c;
    }
    sqlite3_result_text64(context, out, text.len, sqlite3_free, SQLITE_UTF8);
}

void fn_pad(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]), fill = argc == 3 ? value_text(argv[2]) : STR(" ");
    int64_t wanted = sqlite3_value_int64(argv[1]);
    size_t length = utf8_length(text);
    if (wanted <= 0) {
        result_text(context, STR_EMPTY);
        return;
    }
    if ((uint64_t)wanted <= length || fill.len == 0) {
        result_text(context, str_slice(text, 0, utf8_index(text, (size_t)wanted)));
        return;
    }
    size_t missing = (size_t)wanted - length, fill_length = utf8_length(fill);
    if (too_long(context, (uint64_t)wanted)) return;
    size_t whole = missing / fill_length, rest = utf8_index(fill, missing % fill_length);
    uint64_t bytes = (uint64_t)whole * fill.len + rest + text.len;
    if (too_long(context, bytes)) return;
    char *out = sqlite3_malloc64(bytes + 1), *to = out;
    if (!out) {
        sqlite3_result_error_nomem(context);
        return;
    }
    bool left = function_tag(context) == TAG_LEFT;
    if (!left) {
        memcpy(to, text.ptr, text.len);
        to += text.len;
    }
    for (size_t i = 0; i < whole; i++, to += fill.len) memcpy(to, fill.ptr, fill.len);
    memcpy(to, fill.ptr, rest);
    to += rest;
    if (left) memcpy(to, text.ptr, text.len);
    sqlite3_result_text64(context, out, bytes, sqlite3_free, SQLITE_UTF8);
}

void fn_side(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]);
    int64_t n = sqlite3_value_int64(argv[1]), length = (int64_t)utf8_length(text);
    bool left = function_tag(context) == TAG_LEFT;
    int64_t kept = n >= 0 ? n : length + n;
    kept = kept < 0 ? 0 : kept > length ? length : kept;
    if (left)
        result_text(context, str_slice(text, 0, utf8_index(text, (size_t)kept)));
    else
        result_text(context, str_from_index(text, utf8_index(text, (size_t)(length - kept))));
}

void fn_reverse(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]);
    char *out = sqlite3_malloc64(text.len + 1);
    if (!out) {
        sqlite3_result_error_nomem(context);
        return;
    }
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        utf8_next(text, &at);
        memcpy(out + text.len - at, text.ptr + start, at - start);
    }
    sqlite3_result_text64(context, out, text.len, sqlite3_free, SQLITE_UTF8);
}

void fn_repeat(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]);
    int64_t n = sqlite3_value_int64(argv[1]);
    if (n <= 0 || text.len == 0) {
        result_text(context, STR_EMPTY);
        return;
    }
    if (n > INT32_MAX || too_long(context, (uint64_t)n * text.len)) {
        sqlite3_result_error_toobig(context);
        return;
    }
    size_t bytes = (size_t)n * text.len;
    char *out = sqlite3_malloc64(bytes + 1);
    if (!out) {
        sqlite3_result_error_nomem(context);
        return;
    }
    for (size_t at = 0; at < bytes; at += text.len) memcpy(out + at, text.ptr, text.len);
    sqlite3_result_text64(context, out, bytes, sqlite3_free, SQLITE_UTF8);
}

void fn_translate(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]), from = value_text(argv[1]), to = value_text(argv[2]);
    sqlite3_str *out = sqlite3_str_new(sqlite3_context_db_handle(context));
    for (size_t at = 0; at < text.len;) {
        size_t start = at, f = 0, t = 0;
        uint32_t c = utf8_next(text, &at);
        bool found = false, replaced = false;
        Str piece = str_slice(text, start, at);
        while (f < from.len && !found) {
            size_t t_start = t;
            found = utf8_next(from, &f) == c;
            if (t < to.len) {
                utf8_next(to, &t);
                if (found) {
                    piece = str_slice(to, t_start, t);
                    replaced = true;
                }
            }
        }
        if (!found || replaced) sqlite3_str_append(out, piece.ptr, (int)piece.len);
    }
    if (sqlite3_str_errcode(out))
        sqlite3_result_error_toobig(context);
    else
        sqlite3_result_text(context, sqlite3_str_length(out) ? sqlite3_str_value(out) : "", sqlite3_str_length(out),
                            SQLITE_TRANSIENT);
    sqlite3_free(sqlite3_str_finish(out));
}

void fn_ascii(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    size_t at = 0;
    if (!null_in_null_out(context, argc, argv)) sqlite3_result_int64(context, utf8_next(value_text(argv[0]), &at));
}

void fn_chr(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    int64_t n = sqlite3_value_int64(argv[0]);
    if (n <= 0 || n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF)) {
        result_error(context, "chr: %lld is no character", (long long)n);
        return;
    }
    char bytes[4];
    result_text(context, str_n(bytes, utf8_encode((uint32_t)n, bytes)));
}

void fn_has(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]), piece = value_text(argv[1]);
    enum SqlTag tag = function_tag(context);
    bool has = tag == TAG_LEFT    ? str_starts(text, piece)
               : tag == TAG_RIGHT ? str_ends(text, piece)
                                  : str_find(text, piece, 0) != STR_NPOS;
    sqlite3_result_int(context, has);
}

void fn_strpos(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    Str text = value_text(argv[0]);
    size_t at = str_find(text, value_text(argv[1]), 0);
    sqlite3_result_int64(context, at == STR_NPOS ? 0 : (int64_t)utf8_length(str_slice(text, 0, at)) + 1);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

void fn_levenshtein(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    enum { LONGEST = 10000 };
    if (null_in_null_out(context, argc, argv)) return;
    Str a = value_text(argv[0]), b = value_text(argv[1]);
    size_t n = utf8_length(b);
    if (n > LONGEST || a.len > 4 * LONGEST) {
        result_error(context, "levenshtein: a text is longer than %d characters", LONGEST);
        return;
    }
    size_t *row = sqlite3_malloc64((n + 1) * sizeof *row);
    if (!row) {
        sqlite3_result_error_nomem(context);
        return;
    }
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 0; i < a.len;) {
        uint32_t c = utf8_next(a, &i);
        size_t diagonal = row[0]++;
        for (size_t j = 1, k = 0; j <= n; j++) {
            size_t same = diagonal + (utf8_next(b, &k) != c);
            diagonal = row[j];
            row[j] = smallest(row[j] + 1, row[j - 1] + 1, same);
        }
    }
    sqlite3_result_int64(context, (int64_t)row[n]);
    sqlite3_free(row);
}

void fn_nvl(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    sqlite3_result_value(context, argv[value_is_null(argv[0]) ? 1 : 0]);
}
