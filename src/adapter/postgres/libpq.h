/* PostgreSQL's client library, found at run time: the functions that we use, as pointers.
 *
 * Nothing of it is linked, so that cdbt starts on machines without PostgreSQL. The types and constants below are libpq's
 * own (they are part of its stable interface); where its header is installed, libpq.c compares them while it compiles.
 *
 * Ownership: a PgLibrary is loaded by each open database and given back with it. Thread rule: read-only once loaded. */
#ifndef CDBT_ADAPTER_POSTGRES_LIBPQ_H
#define CDBT_ADAPTER_POSTGRES_LIBPQ_H

#include "cdbt/adapter.h"

#include <stddef.h>

typedef struct pg_conn PgConn;
typedef struct pg_result PgResult;
typedef struct pg_cancel PgCancel;
typedef unsigned int PgOid;

typedef struct PgOption { /* PQconninfoOption */
    char *keyword, *envvar, *compiled, *val, *label, *dispchar;
    int dispsize;
} PgOption;

typedef void (*PgNoticeProcessor)(void *data, const char *message);

enum { PG_CONNECTION_OK = 0, PG_CONNECTION_BAD = 1 };
enum { PG_POLLING_FAILED = 0, PG_POLLING_READING = 1, PG_POLLING_WRITING = 2, PG_POLLING_OK = 3 };
enum {
    PG_EMPTY_QUERY = 0,
    PG_COMMAND_OK = 1,
    PG_TUPLES_OK = 2,
    PG_COPY_OUT = 3,
    PG_COPY_IN = 4,
    PG_FATAL_ERROR = 7,
    PG_COPY_BOTH = 8,
    PG_SINGLE_TUPLE = 9,
    PG_PIPELINE_SYNC = 10,
};
enum { PG_IDLE = 0, PG_ACTIVE = 1, PG_IN_TRANSACTION = 2, PG_IN_ERROR = 3, PG_UNKNOWN = 4 };
enum { PG_ERRORS_DEFAULT = 1, PG_ERRORS_VERBOSE = 2 };

/* X(result type, name, parameters) */
#define PG_FUNCTIONS(X)                                                                                                \
    X(PgConn *, PQconnectStartParams, (const char *const *, const char *const *, int))                                 \
    X(int, PQconnectPoll, (PgConn *))                                                                                  \
    X(int, PQsocket, (const PgConn *))                                                                                 \
    X(int, PQstatus, (const PgConn *))                                                                                 \
    X(int, PQtransactionStatus, (const PgConn *))                                                                      \
    X(void, PQfinish, (PgConn *))                                                                                      \
    X(char *, PQerrorMessage, (const PgConn *))                                                                        \
    X(int, PQsetErrorVerbosity, (PgConn *, int))                                                                       \
    X(int, PQserverVersion, (const PgConn *))                                                                          \
    X(const char *, PQparameterStatus, (const PgConn *, const char *))                                                 \
    X(char *, PQhost, (const PgConn *))                                                                                \
    X(char *, PQport, (const PgConn *))                                                                                \
    X(char *, PQuser, (const PgConn *))                                                                                \
    X(char *, PQdb, (const PgConn *))                                                                                  \
    X(int, PQsslInUse, (PgConn *))                                                                                     \
    X(PgNoticeProcessor, PQsetNoticeProcessor, (PgConn *, PgNoticeProcessor, void *))                                  \
    X(PgResult *, PQexec, (PgConn *, const char *))                                                                    \
    X(int, PQsendQuery, (PgConn *, const char *))                                                                      \
    X(int, PQsetSingleRowMode, (PgConn *))                                                                             \
    X(PgResult *, PQgetResult, (PgConn *))                                                                             \
    X(PgResult *, PQprepare, (PgConn *, const char *, const char *, int, const PgOid *))                               \
    X(PgResult *, PQdescribePrepared, (PgConn *, const char *))                                                        \
    X(int, PQconsumeInput, (PgConn *))                                                                                 \
    X(int, PQisBusy, (PgConn *))                                                                                       \
    X(int, PQputCopyData, (PgConn *, const char *, int))                                                               \
    X(int, PQputCopyEnd, (PgConn *, const char *))                                                                     \
    X(int, PQgetCopyData, (PgConn *, char **, int))                                                                    \
    X(int, PQresultStatus, (const PgResult *))                                                                         \
    X(char *, PQresultErrorField, (const PgResult *, int))                                                             \
    X(char *, PQresultErrorMessage, (const PgResult *))                                                                \
    X(int, PQntuples, (const PgResult *))                                                                              \
    X(int, PQnfields, (const PgResult *))                                                                              \
    X(int, PQnparams, (const PgResult *))                                                                              \
    X(char *, PQfname, (const PgResult *, int))                                                                        \
    X(PgOid, PQftype, (const PgResult *, int))                                                                         \
    X(int, PQfmod, (const PgResult *, int))                                                                            \
    X(char *, PQgetvalue, (const PgResult *, int, int))                                                                \
    X(int, PQgetlength, (const PgResult *, int, int))                                                                  \
    X(int, PQgetisnull, (const PgResult *, int, int))                                                                  \
    X(char *, PQcmdStatus, (PgResult *))                                                                               \
    X(char *, PQcmdTuples, (PgResult *))                                                                               \
    X(void, PQclear, (PgResult *))                                                                                     \
    X(void, PQfreemem, (void *))                                                                                       \
    X(PgCancel *, PQgetCancel, (PgConn *))                                                                             \
    X(void, PQfreeCancel, (PgCancel *))                                                                                \
    X(int, PQcancel, (PgCancel *, char *, int))                                                                        \
    X(int, PQlibVersion, (void))                                                                                       \
    X(PgOption *, PQconndefaults, (void))                                                                              \
    X(PgOption *, PQconninfoParse, (const char *, char **))                                                            \
    X(void, PQconninfoFree, (PgOption *))

/* Of version 14 and newer: NULL in older ones. */
#define PG_PIPELINE_FUNCTIONS(X)                                                                                       \
    X(int, PQenterPipelineMode, (PgConn *))                                                                            \
    X(int, PQexitPipelineMode, (PgConn *))                                                                             \
    X(int, PQpipelineSync, (PgConn *))                                                                                 \
    X(int, PQsendPrepare, (PgConn *, const char *, const char *, int, const PgOid *))                                  \
    X(int, PQsendDescribePrepared, (PgConn *, const char *))

typedef struct PgLibrary {
    void *handle;
    bool pipelines; /* all of PG_PIPELINE_FUNCTIONS are there */
#define PG_MEMBER(result, name, parameters) result(*name) parameters;
    PG_FUNCTIONS(PG_MEMBER)
    PG_PIPELINE_FUNCTIONS(PG_MEMBER)
#undef PG_MEMBER
} PgLibrary;

/* Fails with ADAPTER_SETTING and what to install. */
bool pg_library_load(PgLibrary *library, AdapterError *error);
void pg_library_release(PgLibrary *library);

#endif
