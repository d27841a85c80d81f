/* SQLite's table of methods and its dialect. */
#include "adapter/sqlite/sqlite.h"

#include "sql/scan.h"

/* A view cannot read another file, so all schemas live in one file, as prefixes. */
static const Dialect dialect = {
    .name = STR_INIT("sqlite"),
    .quote_open = '"',
    .quote_close = '"',
    .folding = DIALECT_KEEPS,
    .default_database = STR_INIT("main"),
    .default_schema = STR_INIT("main"),
    .schema_separator = STR_INIT("__"),
    .database_omitted = true,
    .is_file = true,
    .transactional_ddl = true,
    .syntax = &sql_sqlite,
};

const AdapterMethods adapter_sqlite = {
    .version = ADAPTER_VERSION,
    .dialect = &dialect,
    .settings = sqlite_settings,
    .location = sqlite_location,
    .attached = sqlite_is_attached,
    .open = sqlite_open,
    .close = sqlite_close,
    .capabilities = sqlite_capabilities,
    .describe = sqlite_describe,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .execute = sqlite_execute,
    .query = sqlite_query,
    .cursor_columns = sqlite_cursor_columns,
    .step = sqlite_step,
    .finish = sqlite_finish,
    .prepare = sqlite_prepare,
    .transaction = sqlite_transaction,
    .depth = sqlite_depth,
    .list_relations = sqlite_list_relations,
    .list_schemas = sqlite_list_schemas,
    .columns = sqlite_columns,
    .details = sqlite_details,
    .bulk_load = sqlite_bulk_load,
    .cancel = sqlite_cancel,
    .cancel_clear = sqlite_cancel_clear,
    .classify = sqlite_classify,
    .check_begin = sqlite_check_begin,
    .check_relation = sqlite_check_relation,
    .check_prepare = sqlite_check_prepare,
    .check_end = sqlite_check_end,
    .find_relation = sqlite_find_relation,
    .evaluate = sqlite_evaluate,
    .offer = sqlite_offer,
    .forget = sqlite_forget,
    .check_types = sqlite_check_types,
    .own_process = sqlite_own_process,
};
