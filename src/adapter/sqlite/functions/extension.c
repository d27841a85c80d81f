/* The pack as a loadable extension: `.load ./cdbt_functions` in the sqlite3 shell. Empty in cdbt itself. */
#ifdef CDBT_LOADABLE

#include "adapter/sqlite/functions/functions.h"

SQLITE_EXTENSION_INIT1

__attribute__((visibility("default"))) int sqlite3_cdbtfunctions_init(sqlite3 *handle, char **error,
                                                                      const sqlite3_api_routines *api);

int sqlite3_cdbtfunctions_init(sqlite3 *handle, char **error, const sqlite3_api_routines *api)
{
    (void)error;
    SQLITE_EXTENSION_INIT2(api);
    return sqlite_functions_register(handle);
}

#else

typedef int CdbtNoExtension; /* C wants at least one declaration in a file */

#endif
