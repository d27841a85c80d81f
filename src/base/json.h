/* Writing JSON as it comes: no tree, no allocation besides the output, commas kept by the writer.
 *
 * Output goes to a Buf, or through a callback in pieces of about 64 KiB for artifacts of any size. Calls must follow
 * JSON's grammar (a key before each value of an object, nothing after the end): anything else is a bug of the caller
 * and ends the process. Strings may hold any bytes; malformed UTF-8 becomes U+FFFD. Infinite and NaN doubles, which JSON
 * cannot say, are written as null. Reading JSON is jansson's work, not ours.
 * The functions are named jw_*, for "JSON writer": jansson has taken json_*. Thread rule: one thread at a time. */
#ifndef CDBT_BASE_JSON_H
#define CDBT_BASE_JSON_H

#include "base/str.h"

typedef bool (*JsonSink)(void *context, Str piece); /* false: stop, the writer remembers the failure */

enum { JSON_DEPTH = 512 };

/* The texts of objects that are written again and again, by their address. */
typedef struct JsonMemo JsonMemo;

typedef struct JsonWriter {
    Buf *out; /* where text gathers: the caller's or own */
    Buf own;
    JsonSink sink;
    void *sink_context;
    bool failed;
    bool expect_value; /* a key was just written */
    bool ascii; /* escape everything above 127, as Python's json.dumps does by default */
    bool spaced; /* ", " and ": " between things, as Python's json.dumps does by default */
    bool html; /* escape '<', '>' and '&', so that the text can stand inside a <script> element */
    unsigned indent; /* spaces a level; 0: one line */
    unsigned depth;
    JsonMemo *memo; /* borrowed; set it after jw_to_buf. NULL: none */
    double last_double; /* the newest number and its text */
    size_t double_length;
    char double_text[32];
    struct {
        bool object, used;
    } level[JSON_DEPTH];
} JsonWriter;

void jw_to_buf(JsonWriter *json, Buf *out); /* appends to what is there */
void jw_to_sink(JsonWriter *json, JsonSink sink, void *context);
/* Asserts that everything was closed, flushes; true if no sink call failed. The writer may not be used afterwards. */
bool jw_end(JsonWriter *json);

void jw_object(JsonWriter *json);
void jw_object_end(JsonWriter *json);
void jw_array(JsonWriter *json);
void jw_array_end(JsonWriter *json);
void jw_key(JsonWriter *json, Str key);
void jw_str(JsonWriter *json, Str text);
void jw_int(JsonWriter *json, int64_t value);
void jw_uint(JsonWriter *json, uint64_t value);
void jw_double(JsonWriter *json, double value); /* shortest text that reads back the same, in Python's form */
void jw_bool(JsonWriter *json, bool value);
void jw_null(JsonWriter *json);
void jw_raw(JsonWriter *json, Str value); /* one complete JSON value, not looked at */
/* Entries of an object, or items of a list, as another writer wrote them, without the brackets; empty: nothing. */
void jw_raw_entries(JsonWriter *json, Str entries);

JsonMemo *json_memo_new(Arena *arena);
/* Writes the value that was kept for `what`; false if there is none. */
bool jw_memo_write(JsonWriter *json, const void *what);
/* Keeps the value for `what` that was just written from `start` of the output on. Only for writers without a sink. */
void jw_memo_keep(JsonWriter *json, const void *what, size_t start);

/* key and value in one call */
void jw_key_str(JsonWriter *json, const char *key, Str text);
void jw_key_str_or_null(JsonWriter *json, const char *key, Str text); /* null if empty */
void jw_key_int(JsonWriter *json, const char *key, int64_t value);
void jw_key_double(JsonWriter *json, const char *key, double value);
void jw_key_bool(JsonWriter *json, const char *key, bool value);
void jw_key_null(JsonWriter *json, const char *key);
void jw_key_object(JsonWriter *json, const char *key);
void jw_key_array(JsonWriter *json, const char *key);

/* A double as Python's repr() writes it: "1.0", "0.1", "1e+16", "1e-05", "inf", "nan". `text` holds at least 32 bytes;
 * gives the length. Does not depend on the locale. */
size_t double_repr(double value, char text[32]);

#endif
