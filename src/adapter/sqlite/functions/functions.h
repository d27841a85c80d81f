/* The function pack: what analytics SQL expects and SQLite lacks, registered in every connection.
 *
 * Pure functions of their arguments (but for now() and uuid()), so they may stand in views and indexes. The list with
 * arguments, null rules and sources is functions.def. Thread rule: as the connection that they are registered in. */
#ifndef CDBT_ADAPTER_SQLITE_FUNCTIONS_FUNCTIONS_H
#define CDBT_ADAPTER_SQLITE_FUNCTIONS_FUNCTIONS_H

#include <sqlite3.h>

/* Registers all functions and table-valued functions; a SQLite result code. */
int sqlite_functions_register(sqlite3 *handle);

#endif
