/* Registration, and the small helpers that all files of the pack use. */
#include "adapter/sqlite/functions/functions.h"

#include <stdarg.h>
#include <string.h>

Str value_text(sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);
    return text ? str_n(text, (size_t)sqlite3_value_bytes(value)) : STR_EMPTY;
}

bool value_is_null(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_NULL;
}

bool null_in_null_out(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    for (int i = 0; i < argc; i++)
        if (value_is_null(argv[i])) {
            sqlite3_result_null(context);
            return true;
        }
    return false;
}

void result_text(sqlite3_context *context, Str text)
{
    sqlite3_result_text64(context, text.ptr, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void result_error(sqlite3_context *context, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = sqlite3_vmprintf(format, args);
    va_end(args);
    if (message)
        sqlite3_result_error(context, message, -1);
    else
        sqlite3_result_error_nomem(context);
    sqlite3_free(message);
}

enum SqlTag function_tag(sqlite3_context *context)
{
    return *(const enum SqlTag *)sqlite3_user_data(context);
}

typedef enum EntryKind { ENTRY_FUNCTION, ENTRY_VOLATILE, ENTRY_FALLBACK, ENTRY_AGGREGATE } EntryKind;

typedef struct Entry {
    const char *name;
    void (*function)(sqlite3_context *context, int argc, sqlite3_value **argv);
    const SqlAggregate *aggregate;
    EntryKind kind;
    enum SqlTag tag;
    int least, most;
} Entry;

static const Entry entries[] = {
#define FUNCTION(name, least, most, function, tag, arguments, nulls, meaning, source)                                  \
    {name, function, NULL, ENTRY_FUNCTION, TAG_##tag, least, most},
#define VOLATILE(name, least, most, function, tag, arguments, nulls, meaning, source)                                  \
    {name, function, NULL, ENTRY_VOLATILE, TAG_##tag, least, most},
#define FALLBACK(name, least, most, function, tag, arguments, nulls, meaning, source)                                  \
    {name, function, NULL, ENTRY_FALLBACK, TAG_##tag, least, most},
#define AGGREGATE(name, least, most, kind, tag, arguments, nulls, meaning, source)                                     \
    {name, NULL, &aggregate_##kind, ENTRY_AGGREGATE, TAG_##tag, least, most},
#include "adapter/sqlite/functions/functions.def"
#undef FUNCTION
#undef VOLATILE
#undef FALLBACK
#undef AGGREGATE
};

const SqlFunctionInfo sqlite_functions[] = {
#define FUNCTION(name, least, most, function, tag, arguments, nulls, meaning, source)                                  \
    {name, arguments, nulls, meaning, source},
#define VOLATILE(name, least, most, function, tag, arguments, nulls, meaning, source)                                  \
    {name, arguments, nulls, meaning, source},
#define FALLBACK(name, least, most, function, tag, arguments, nulls, meaning, source)                                  \
    {name, arguments, nulls, meaning, source},
#define AGGREGATE(name, least, most, kind, tag, arguments, nulls, meaning, source)                                     \
    {name, arguments, nulls, meaning, source},
#include "adapter/sqlite/functions/functions.def"
#undef FUNCTION
#undef VOLATILE
#undef FALLBACK
#undef AGGREGATE
};

const size_t sqlite_function_count = sizeof sqlite_functions / sizeof *sqlite_functions;

static int register_entry(sqlite3 *handle, const Entry *entry, int argc)
{
    int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | (entry->kind == ENTRY_VOLATILE ? 0 : SQLITE_DETERMINISTIC);
    void *tag = (void *)(uintptr_t)&entry->tag; /* constant: SQLite only hands it back */
    const SqlAggregate *a = entry->aggregate;
    if (!a) return sqlite3_create_function_v2(handle, entry->name, argc, flags, tag, entry->function, NULL, NULL, NULL);
    if (!a->inverse)
        return sqlite3_create_function_v2(handle, entry->name, argc, flags, tag, NULL, a->step, a->final, NULL);
    return sqlite3_create_window_function(handle, entry->name, argc, flags, tag, a->step, a->final, a->value,
                                          a->inverse, NULL);
}

/* What newer or otherwise built libraries bring themselves is theirs to define. */
static bool library_has(const char *name)
{
    static const struct {
        const char *name;
        int since;
    } later[] = {{"string_agg", 3044000}, {"concat", 3044000}, {"concat_ws", 3044000}};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (strcmp(name, later[i].name) == 0) return sqlite3_libversion_number() >= later[i].since;
    return false;
}

int sqlite_functions_register(sqlite3 *handle)
{
    bool mathematics = sqlite3_compileoption_used("ENABLE_MATH_FUNCTIONS");
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof entries / sizeof *entries && code == SQLITE_OK; i++) {
        const Entry *entry = &entries[i];
        if ((entry->kind == ENTRY_FALLBACK && mathematics) || library_has(entry->name)) continue;
        if (entry->most < 0) { /* -1 would also take fewer than `least` arguments: the function itself refuses those */
            code = register_entry(handle, entry, -1);
            continue;
        }
        for (int argc = entry->least; argc <= entry->most && code == SQLITE_OK; argc++)
            code = register_entry(handle, entry, argc);
    }
    return code == SQLITE_OK ? series_register(handle) : code;
}
