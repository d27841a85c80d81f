#include "adapter/sqlite/functions/functions.h"

int sqlite_functions_register(sqlite3 *handle)
{
    (void)handle;
    return SQLITE_OK;
}
