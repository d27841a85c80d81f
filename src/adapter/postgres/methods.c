/* PostgreSQL's table of methods and its dialect. */
#include "adapter/postgres/postgres.h"

#include "sql/scan.h"

static const Dialect dialect = {
    .name = STR_INIT("postgres"),
    .quote_open = '"',
    .quote_close = '"',
    .folding = DIALECT_LOWER,
    .default_database = STR_INIT("postgres"),
    .default_schema = STR_INIT("public"),
    .max_identifier = 63, /* NAMEDATALEN - 1 */
    .schema_separator = STR_INIT(""),
    .transactional_ddl = true,
    .names_subqueries = true,
    .syntax = &sql_postgres,
};

const AdapterMethods adapter_postgres = {
    .version = ADAPTER_VERSION,
    .dialect = &dialect,
    .settings = pg_settings,
    .location = pg_location,
    .names = pg_names,
    .open = pg_open,
    .close = pg_close,
    .capabilities = pg_capabilities,
    .describe = pg_describe,
    .connect = pg_connect,
    .disconnect = pg_disconnect,
    .execute = pg_execute,
    .query = pg_query,
    .cursor_columns = pg_cursor_columns,
    .step = pg_step,
    .cursor_result = pg_cursor_result,
    .finish = pg_finish,
    .prepare = pg_prepare,
    .transaction = pg_transaction,
    .depth = pg_depth,
    .list_relations = pg_list_relations,
    .list_schemas = pg_list_schemas,
    .find_relation = pg_find_relation,
    .columns = pg_columns,
    .details = pg_details,
    .bulk_load = pg_bulk_load,
    .cancel = pg_cancel,
    .cancel_clear = pg_cancel_clear,
    .classify = pg_classify,
    .check_begin = pg_check_begin,
    .check_relation = pg_check_relation,
    .check_prepare = pg_check_prepare,
    .check_end = pg_check_end,
    .lock = pg_lock,
};
