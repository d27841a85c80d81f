/* Finding libpq, and comparing our idea of it with its header where there is one. */
#include "adapter/postgres/libpq.h"

#include <dlfcn.h>
#include <string.h>

#if HAVE_LIBPQ_HEADERS
#include <libpq-fe.h>

#define SAME(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), "libpq changed")
SAME(PG_CONNECTION_OK, CONNECTION_OK);
SAME(PG_CONNECTION_BAD, CONNECTION_BAD);
SAME(PG_POLLING_FAILED, PGRES_POLLING_FAILED);
SAME(PG_POLLING_READING, PGRES_POLLING_READING);
SAME(PG_POLLING_WRITING, PGRES_POLLING_WRITING);
SAME(PG_POLLING_OK, PGRES_POLLING_OK);
SAME(PG_EMPTY_QUERY, PGRES_EMPTY_QUERY);
SAME(PG_COMMAND_OK, PGRES_COMMAND_OK);
SAME(PG_TUPLES_OK, PGRES_TUPLES_OK);
SAME(PG_COPY_OUT, PGRES_COPY_OUT);
SAME(PG_COPY_IN, PGRES_COPY_IN);
SAME(PG_COPY_BOTH, PGRES_COPY_BOTH);
SAME(PG_FATAL_ERROR, PGRES_FATAL_ERROR);
SAME(PG_SINGLE_TUPLE, PGRES_SINGLE_TUPLE);
#ifdef LIBPQ_HAS_PIPELINING
SAME(PG_PIPELINE_SYNC, PGRES_PIPELINE_SYNC);
#endif
SAME(PG_IDLE, PQTRANS_IDLE);
SAME(PG_ACTIVE, PQTRANS_ACTIVE);
SAME(PG_IN_TRANSACTION, PQTRANS_INTRANS);
SAME(PG_IN_ERROR, PQTRANS_INERROR);
SAME(PG_UNKNOWN, PQTRANS_UNKNOWN);
SAME(PG_ERRORS_DEFAULT, PQERRORS_DEFAULT);
SAME(PG_ERRORS_VERBOSE, PQERRORS_VERBOSE);
SAME(sizeof(PgOption), sizeof(PQconninfoOption));
SAME(offsetof(PgOption, val), offsetof(PQconninfoOption, val));
SAME(sizeof(PgOid), sizeof(Oid));
#endif

static void *open_library(void)
{
    static const char *const names[] = {
#ifdef __APPLE__
        "libpq.5.dylib",
        "/opt/homebrew/opt/libpq/lib/libpq.5.dylib",
        "/usr/local/opt/libpq/lib/libpq.5.dylib",
        "/opt/homebrew/lib/postgresql/libpq.5.dylib",
#endif
        "libpq.so.5",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (handle) return handle;
    }
    return NULL;
}

bool pg_library_load(PgLibrary *library, AdapterError *error)
{
    memset(library, 0, sizeof *library);
    library->handle = open_library();
    if (!library->handle) {
        adapter_error_set(error, ADAPTER_SETTING, "PostgreSQL's client library (libpq) is not installed");
        error->subject = STR("type");
        error->hint = STR("install it (Debian, Ubuntu: apt install libpq5; Fedora: dnf install libpq; macOS: brew "
                          "install libpq), or use a target of type sqlite");
        return false;
    }
    typedef struct Entry {
        const char *name;
        void *place;
    } Entry;
#define PG_ENTRY(result, name, parameters) {#name, &library->name},
    const Entry functions[] = {PG_FUNCTIONS(PG_ENTRY)}, newer[] = {PG_PIPELINE_FUNCTIONS(PG_ENTRY)};
#undef PG_ENTRY
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *symbol = dlsym(library->handle, functions[i].name);
        if (!symbol) {
            adapter_error_set(error, ADAPTER_SETTING, "PostgreSQL's client library (libpq) is too old: it has no %s",
                              functions[i].name);
            error->hint = STR("install version 10 or newer");
            pg_library_release(library);
            return false;
        }
        memcpy(functions[i].place, &symbol, sizeof symbol); /* POSIX: a function pointer has the size of a pointer */
    }
    library->pipelines = true;
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++) {
        void *symbol = dlsym(library->handle, newer[i].name);
        memcpy(newer[i].place, &symbol, sizeof symbol);
        library->pipelines = library->pipelines && symbol;
    }
    return true;
}

void pg_library_release(PgLibrary *library)
{
    if (library->handle) dlclose(library->handle);
    library->handle = NULL;
}
