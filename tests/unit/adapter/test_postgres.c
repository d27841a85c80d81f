/* What only PostgreSQL has: its settings, its errors and their places, types, connections that break, the check. */
#include "postgres_server.h"

#include <pthread.h>

static AdapterColumns prepared(Fixture *f, const char *sql)
{
    AdapterColumns columns = {0};
    if (!adapter_prepare(f->writer, str_from(sql), f->arena, &columns, &f->error)) fail_msg("%s", f->error.message.ptr);
    return columns;
}

static void refused(Fixture *f, const char *sql, AdapterErrorKind kind, const char *state, const char *place)
{
    AdapterResult result;
    assert_false(adapter_execute(f->writer, str_from(sql), f->arena, &result, &f->error));
    if (f->error.kind != kind) fail_msg("%s: %s", adapter_error_word(f->error.kind), f->error.message.ptr);
    assert_string_equal(f->error.sqlstate, state);
    assert_string_equal(pointed_at(f, sql), place);
}

static void cells_have_types(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    assert_rows(f, "select 1::smallint, 2::bigint, 1.5::real, 0.1::float8, true, false, null::int, 'x'::text",
                "1,2,1.5,0.1,1,0,null,'x'");
    assert_rows(f,
                "select 1.50::numeric, date '2024-02-29', timestamp '2024-01-01 10:00', '\\x00ff'::bytea, array[1,2]",
                "'1.50','2024-02-29','2024-01-01 10:00:00',x'00ff','{1,2}'");
    assert_rows(f, "select 'NaN'::float8, 'Infinity'::float8", "nan,inf");
    assert_rows(f, "set bytea_output to 'escape'; select '\\x00ff5c41'::bytea", "x'00ff5c41'");
    assert_rows(f, "create type mood as enum ('sad', 'glad'); select 'glad'::mood", "'glad'");
    AdapterColumns columns = prepared(f, "select 1 as a, 'x'::varchar(20) as b, 1::numeric(10,2) as c, now() as d, "
                                         "'sad'::mood as e, array['a'] as f, null as g, 1::numeric(5,-2) as h");
    static const char *const types[] = {
        "integer", "character varying(20)", "numeric(10,2)", "timestamp with time zone", "mood", "text[]",
        "text",    "numeric(5,-2)"};
    assert_int_equal(columns.n, 8);
    for (size_t i = 0; i < columns.n; i++) assert_string_equal(columns.at[i].type.ptr, types[i]);
}

static void relations_of_all_kinds(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    run(f, "create table t (a varchar(5), \"B c\" numeric(8,2), d timestamp(3)); create view v as select 1 as x; "
           "create materialized view m as select 2 as y; create table p (k int) partition by list (k); "
           "create table p1 partition of p for values in (1); create schema \"Other\"; create table \"Other\".t ()");
    AdapterRelations list;
    assert_true(adapter_list_relations(f->writer, STR("test"), STR("public"), f->arena, &list, &f->error));
    static const char *const wanted[] = {"m materialized_view", "p table", "p1 table", "t table", "v view"};
    assert_int_equal(list.n, 5);
    for (size_t i = 0; i < list.n; i++)
        assert_string_equal(str_fmt(f->arena, "%s %s", list.at[i].name.ptr, adapter_relation_type(&list.at[i]).ptr).ptr,
                            wanted[i]);
    AdapterColumns columns;
    assert_true(adapter_columns(f->writer, STR("\"test\".\"public\".\"t\""), f->arena, &columns, &f->error));
    assert_int_equal(columns.n, 3);
    assert_string_equal(columns.at[0].type.ptr, "character varying(5)");
    assert_string_equal(columns.at[1].name.ptr, "B c");
    assert_string_equal(columns.at[1].type.ptr, "numeric(8,2)");
    assert_string_equal(columns.at[2].type.ptr, "timestamp without time zone");
    assert_true(adapter_columns(f->writer, STR("\"Other\".t"), f->arena, &columns, &f->error));
    assert_int_equal(columns.n, 0);
    bool found;
    AdapterRelation relation;
    assert_true(
        adapter_find_relation(f->writer, STR_EMPTY, STR("public"), STR("m"), f->arena, &found, &relation, &f->error));
    assert_true(found && relation.is_materialized);
    assert_true(
        adapter_find_relation(f->writer, STR_EMPTY, STR("public"), STR("T"), f->arena, &found, &relation, &f->error));
    assert_false(found);
    assert_false(adapter_list_relations(f->writer, STR("elsewhere"), STR("public"), f->arena, &list, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_UNSUPPORTED);
}

static void errors_know_their_place(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    run(f, "create table t (id int primary key, customer_id int)");
    refused(f, "select 'äöü', nope from t", ADAPTER_MISSING_COLUMN, "42703", "nope");
    refused(f, "select t.custmer_id from t", ADAPTER_MISSING_COLUMN, "42703", "t.custmer_id");
    assert_non_null(strstr(f->error.hint.ptr, "customer_id"));
    refused(f, "select 1;\nselect * from public.missing", ADAPTER_MISSING_RELATION, "42P01", "public.missing");
    refused(f, "select nothing_like(1)", ADAPTER_MISSING_FUNCTION, "42883", "nothing_like");
    refused(f, "select id from t a join t b on true", ADAPTER_AMBIGUOUS, "42702", "id");
    refused(f, "select from from t", ADAPTER_SYNTAX, "42601", "from");
    refused(f, "insert into t values (1), (1)", ADAPTER_CONSTRAINT, "23505", "nothing");
    assert_non_null(strstr(f->error.message.ptr, "Key (id)=(1) already exists"));
    refused(f, "select 1/0", ADAPTER_OTHER, "22012", "nothing");
    refused(f, "select * from other.public.t", ADAPTER_UNSUPPORTED, "0A000", "other.public.t");
    refused(f, "select '\xff'", ADAPTER_OTHER, "22021", "nothing");
    assert_false(adapter_execute(f->writer, STR("copy t from stdin"), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_UNSUPPORTED);
    assert_false(adapter_execute(f->writer, STR("copy t to stdout"), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_UNSUPPORTED);
    assert_rows(f, "select count(*) from t", "0");
    AdapterColumns columns;
    assert_false(adapter_prepare(f->writer, STR("select 1; select 2"), f->arena, &columns, &f->error));
    assert_int_equal(f->error.offset, 10);
    assert_false(adapter_prepare(f->writer, STR("select $1::int"), f->arena, &columns, &f->error));
    assert_string_equal(f->error.message.ptr, "nothing gives the parameter $1 a value");
}

static void what_execute_answers(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    static const struct {
        const char *sql, *status;
        int64_t rows;
    } cases[] = {
        {"create table t as select 1 as a union all select 2", "SELECT 2", 2},
        {"insert into t values (3); -- end", "INSERT 0 1", 1},
        {"update t set a = 0;", "UPDATE 3", 3},
        {"create view v as select 1", "CREATE VIEW", -1},
        {"delete from t where a = 7", "DELETE 0", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AdapterResult result;
        assert_true(adapter_execute(f->writer, str_from(cases[i].sql), f->arena, &result, &f->error));
        assert_string_equal(result.status.ptr, cases[i].status);
        assert_int_equal(result.rows_affected, cases[i].rows);
    }
    AdapterCursor *cursor;
    const AdapterCell *cells;
    AdapterResult result;
    assert_true(adapter_query(f->writer, STR("select * from t"), &cursor, &f->error));
    while (adapter_step(cursor, &cells, &f->error) == ADAPTER_ROW) {}
    assert_true(adapter_cursor_result(cursor, &result));
    assert_string_equal(result.status.ptr, "SELECT 3");
    adapter_finish(cursor);
    /* An error in the middle of the rows. */
    assert_rows(f, "select 10 / (3 - g) from generate_series(1, 5) g", "error: division by zero");
    assert_rows(f, "select 1", "1");
}

static void transactions_that_failed_are_no_commit(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "create table t (a int)");
    refused(f, "select 1/0", ADAPTER_OTHER, "22012", "nothing");
    assert_false(adapter_commit(f->writer, &f->error));
    assert_non_null(strstr(f->error.message.ptr, "rolled back"));
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_int_equal(adapter_depth(f->writer), 0);
    assert_rows(f, "select to_regclass('t') is null", "1");
    /* Inside of a savepoint only what is inside is lost. */
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "create table t (a int)");
    assert_true(adapter_begin(f->writer, &f->error));
    refused(f, "select 1/0", ADAPTER_OTHER, "22012", "nothing");
    assert_true(adapter_rollback(f->writer, &f->error));
    run(f, "insert into t values (1)");
    assert_true(adapter_commit(f->writer, &f->error));
    assert_rows(f, "select a from t", "1");
}

static AdapterConnection *another(Fixture *f)
{
    AdapterConnection *connection;
    if (!adapter_connect(f->database, ADAPTER_WRITER, &connection, &f->error)) fail_msg("%s", f->error.message.ptr);
    return connection;
}

static void a_lost_connection_comes_back(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    AdapterConnection *killer = another(f);
    /* It waits until they are gone. */
    const char *kill =
        "select count(pg_terminate_backend(pid, 60000)) from pg_stat_activity where datname = 'test' and pid <> "
        "pg_backend_pid()";
    /* While it is idle: nobody notices. */
    assert_string_equal(rows_on(f, killer, kill), "1");
    assert_rows(f, "select 1", "1");
    assert_string_equal(rows_on(f, killer, kill), "1");
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "create table gone (a int)");
    /* In a transaction: it fails, is rolled back, and the next one works. */
    assert_string_equal(rows_on(f, killer, kill), "1");
    assert_false(adapter_execute(f->writer, STR("select 2"), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_CONNECTION);
    assert_false(adapter_execute(f->writer, STR("select 3"), f->arena, NULL, &f->error));
    assert_non_null(strstr(f->error.message.ptr, "was lost"));
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_true(adapter_begin(f->writer, &f->error));
    assert_rows(f, "select to_regclass('gone') is null", "1");
    assert_true(adapter_commit(f->writer, &f->error));
    adapter_disconnect(killer);
}

static void *cancel_soon(void *data)
{
    usleep(200000);
    adapter_cancel(data);
    return NULL;
}

static void cancelling(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    assert_true(adapter_begin(f->writer, &f->error));
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_soon, f->writer);
    assert_false(adapter_execute(f->writer, STR("select pg_sleep(60)"), f->arena, NULL, &f->error));
    pthread_join(thread, NULL);
    assert_int_equal(f->error.kind, ADAPTER_INTERRUPTED);
    assert_false(adapter_execute(f->writer, STR("select 1"), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_INTERRUPTED);
    assert_true(adapter_rollback(f->writer, &f->error));
    adapter_cancel_clear(f->writer);
    assert_rows(f, "select 1", "1");
    /* A cursor that is given back early does not hold up the connection. */
    AdapterCursor *cursor;
    const AdapterCell *cells;
    assert_true(adapter_query(f->writer, STR("select generate_series(1, 100000000)"), &cursor, &f->error));
    assert_int_equal(adapter_step(cursor, &cells, &f->error), ADAPTER_ROW);
    assert_rows(f, "select 1", "error: the rows of an earlier query are still being read");
    adapter_finish(cursor);
    assert_rows(f, "select 1", "1");
}

static void timeouts_and_session_settings(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    run(f, "drop role if exists analyst; create role analyst; grant create, usage on schema public to analyst");
    fixture_close(f);
    AdapterSetting more[] = {{STR("statement_timeout"), STR("150ms")},
                             {STR("search_path"), STR("Public, \"S x\"")},
                             {STR("role"), STR("analyst")},
                             {STR("application_name"), STR("nightly")},
                             {STR("keepalives_idle"), STR("30")},
                             {STR("connect_timeout"), STR("5")}};
    AdapterSetting settings[16] = {
        {STR("host"), str_from(server_folder)}, {STR("user"), STR("postgres")}, {STR("database"), STR("test")}};
    memcpy(settings + 3, more, sizeof more);
    AdapterOpen open = {.settings = settings, .setting_count = 9};
    assert_true(adapter_open(STR("postgres"), &open, &f->database, &f->error));
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    refused(f, "select pg_sleep(5)", ADAPTER_OTHER, "57014", "nothing");
    assert_non_null(strstr(f->error.hint.ptr, "statement_timeout"));
    assert_rows(f, "select current_user::text, current_setting('search_path'), current_setting('application_name')",
                "'analyst','public, \"S x\"','nightly'");
    fixture_close(f);
    settings[5].value = STR("nobody_of_that_name");
    assert_false(adapter_open(STR("postgres"), &open, &f->database, &f->error));
    assert_non_null(strstr(f->error.message.ptr, "the session cannot be set up: role \"nobody_of_that_name\""));
    assert_non_null(strstr(f->error.hint.ptr, "`role`"));
    f->database = NULL;
}

static void settings_that_are_wrong(void **state)
{
    Fixture *f = *state;
    server_needed();
    static const struct {
        const char *key, *value, *message;
    } cases[] = {
        {"port", "many", "'port' must be a number from 0 to 65535, not 'many'"},
        {"connect_timeout", "-1", "'connect_timeout' must be a number from 0 to 3600, not '-1'"},
        {"statement_timeout", "soon", "'statement_timeout' cannot be 'soon'"},
        {"statement_timeout", "1'; drop table x; --", "'statement_timeout' cannot be '1'; drop table x; --'"},
        {"check_before_write", "maybe", "'check_before_write' must be true or false, not 'maybe'"},
        {"dbname", "other", "'dbname' and 'database' name different databases"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AdapterSetting settings[] = {{STR("database"), STR("test")},
                                     {str_from(cases[i].key), str_from(cases[i].value)}};
        AdapterOpen open = {.settings = settings, .setting_count = 2};
        assert_false(adapter_open(STR("postgres"), &open, &f->database, &f->error));
        assert_int_equal(f->error.kind, ADAPTER_SETTING);
        assert_string_equal(f->error.message.ptr, cases[i].message);
    }
    f->database = NULL;
}

static void names_and_places(void **state)
{
    Fixture *f = *state;
    server_needed(); /* libpq is there, too */
    unsetenv("PGHOST"), unsetenv("PGDATABASE"), unsetenv("PGSERVICE"), unsetenv("PGPORT");
    setenv("DATABASE_URL", "postgresql://ann:p4ssw0rd@db.example:6000/shop?sslmode=prefer", 1);
    Str database = STR_EMPTY, schema = STR_EMPTY, location;
    AdapterOpen open = {.setting_count = 0};
    assert_true(adapter_names(STR("postgres"), &open, f->arena, &database, &schema, &f->error));
    assert_string_equal(database.ptr, "shop");
    assert_string_equal(schema.ptr, "public");
    assert_true(adapter_location(STR("postgres"), &open, f->arena, &location, &f->error));
    assert_string_equal(location.ptr, "db.example:6000/shop");
    /* A profile that names a server does not look at it. */
    AdapterSetting host[] = {{STR("host"), STR("h")}, {STR("dbname"), STR("d")}};
    open = (AdapterOpen){.settings = host, .setting_count = 2};
    assert_true(adapter_location(STR("postgres"), &open, f->arena, &location, &f->error));
    assert_string_equal(location.ptr, "h/d");
    setenv("DATABASE_URL", "mysql://ann:p4ssw0rd@db/shop", 1);
    open = (AdapterOpen){.setting_count = 0};
    database = STR_EMPTY;
    assert_false(adapter_names(STR("postgres"), &open, f->arena, &database, &schema, &f->error));
    assert_null(strstr(f->error.message.ptr, "p4ssw0rd"));
    setenv("DATABASE_URL", "postgresql://ann:p4ssw0rd@db:port/shop", 1);
    assert_false(adapter_open(STR("postgres"), &open, &f->database, &f->error));
    assert_null(strstr(f->error.message.ptr, "p4ssw0rd"));
    f->database = NULL;
    unsetenv("DATABASE_URL");
    assert_false(adapter_names(STR("postgres"), &open, f->arena, &database, &schema, &f->error));
    assert_string_equal(f->error.message.ptr, "the PostgreSQL target names no database");
    setenv("PGDATABASE", "from_env", 1);
    assert_true(adapter_names(STR("postgres"), &open, f->arena, &database, &schema, &f->error));
    assert_string_equal(database.ptr, "from_env");
    unsetenv("PGDATABASE");
    const char *file = fixture_path(f, "services").ptr;
    FILE *out = fopen(file, "w");
    fputs("[one]\nhost=x\n[two]\n# dbname=no\ndbname=from_service\n[three]\ndbname=other\n", out);
    fclose(out);
    setenv("PGSERVICEFILE", file, 1);
    AdapterSetting service[] = {{STR("service"), STR("two")}};
    open = (AdapterOpen){.settings = service, .setting_count = 1};
    database = STR_EMPTY;
    assert_true(adapter_names(STR("postgres"), &open, f->arena, &database, &schema, &f->error));
    assert_string_equal(database.ptr, "from_service");
    assert_true(adapter_location(STR("postgres"), &open, f->arena, &location, &f->error));
    assert_string_equal(location.ptr, "service two/from_service");
    unsetenv("PGSERVICEFILE");
}

static void notices_are_heard(void *data, Str text)
{
    buf_add(data, text);
}

static void notices(void **state)
{
    Fixture *f = *state;
    server_needed();
    Buf heard;
    buf_init(&heard, f->arena);
    AdapterSetting settings[] = {
        {STR("host"), str_from(server_folder)}, {STR("user"), STR("postgres")}, {STR("dbname"), STR("test")}};
    AdapterOpen open = {.settings = settings, .setting_count = 3, .notice = notices_are_heard, .notice_data = &heard};
    assert_true(adapter_open(STR("postgres"), &open, &f->database, &f->error));
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    run(f, "drop table if exists never_was");
    assert_string_equal(buf_str(&heard).ptr, "NOTICE:  table \"never_was\" does not exist, skipping");
}

static void connections_that_fail(void **state)
{
    Fixture *f = *state;
    server_needed();
    static const struct {
        const char *key, *value, *hint;
        AdapterErrorKind kind;
    } cases[] = {
        {"host", "/tmp/there-is-no-such-folder", "is the server running", ADAPTER_CONNECTION},
        {"dbname", "no_such_database", "make the database", ADAPTER_CONNECTION},
        {"user", "nobody_like_that", "check `user`", ADAPTER_AUTH},
        {"role", "nobody_like_that", "", ADAPTER_OTHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AdapterSetting settings[] = {{STR("host"), str_from(server_folder)},
                                     {STR("user"), STR("postgres")},
                                     {STR("dbname"), STR("test")},
                                     {STR("retries"), STR("0")},
                                     {str_from(cases[i].key), str_from(cases[i].value)}};
        AdapterOpen open = {.settings = settings, .setting_count = 5};
        assert_false(adapter_open(STR("postgres"), &open, &f->database, &f->error));
        assert_int_equal(f->error.kind, cases[i].kind);
        if (!strstr(f->error.hint.ptr, cases[i].hint)) fail_msg("%s / %s", f->error.message.ptr, f->error.hint.ptr);
        assert_null(strchr(f->error.message.ptr, '\n'));
        assert_null(strstr(f->error.message.ptr, "LOCATION"));
    }
    f->database = NULL;
}

/* ---- check before write ---- */

static AdapterChecked checked(Fixture *f, AdapterCheck *check, const char *sql)
{
    AdapterChecked result = {0};
    if (!adapter_check_prepare(check, str_from(sql), f->arena, &result, &f->error)) {
        result.unknown_because = str_cat(f->arena, STR("error: "), f->error.message);
        result.known = false;
    }
    return result;
}

static void checks(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    run(f, "create table real_one (id int, name text); create table orders (other int)");
    AdapterCheck *check;
    assert_true(adapter_check_begin(f->database, &check, &f->error));
    AdapterColumn two[] = {{.name = STR("order_id"), .type = STR("integer")},
                           {.name = STR("total"), .type = STR("numeric(10,2)")}};
    AdapterColumns columns = {two, 2};
    assert_true(adapter_check_relation(check, STR("\"test\".\"public\".\"orders\""), &columns, &f->error));
    assert_true(adapter_check_relation(check, STR("\"test\".\"new_schema\".\"orders\""), &columns, &f->error));
    assert_true(adapter_check_relation(check, STR("\"test\".\"public\".\"hidden\""), NULL, &f->error));
    /* The described one counts, not what is in the database now; unaliased names stay; other schemas are told apart. */
    AdapterChecked result =
        checked(f, check,
                "select orders.order_id, sum(orders.total) as s from \"test\".\"public\".\"orders\" join "
                "test.new_schema.orders o2 using (order_id) join real_one on real_one.id = order_id group by 1");
    assert_true(result.known);
    assert_int_equal(result.columns.n, 2);
    assert_string_equal(result.columns.at[1].type.ptr, "numeric");
    const char *wrong = "select 'ä', ordr_id from \"test\".\"public\".\"orders\" where total > 1";
    result = checked(f, check, wrong);
    assert_false(result.known);
    assert_string_equal(pointed_at(f, wrong), "ordr_id");
    assert_non_null(strstr(f->error.hint.ptr, "order_id"));
    wrong = "select order_id from \"test\".\"public\".\"orders\" where totl > 1";
    checked(f, check, wrong);
    assert_string_equal(pointed_at(f, wrong), "totl");
    /* It goes on after an error. */
    assert_true(checked(f, check, "select * from \"test\".\"public\".\"orders\"").known);
    result = checked(f, check, "select * from \"test\".\"public\".\"hidden\"");
    assert_false(result.known);
    assert_string_equal(result.unknown_because.ptr, "hidden");
    result = checked(f, check, "select * from \"test\".\"public\".\"missing\"");
    assert_int_equal(f->error.kind, ADAPTER_MISSING_RELATION);
    /* Described again, with other columns. */
    AdapterColumns one = {two, 1};
    assert_true(adapter_check_relation(check, STR("\"test\".\"public\".\"orders\""), &one, &f->error));
    result = checked(f, check, "select * from \"test\".\"public\".\"orders\"");
    assert_int_equal(result.columns.n, 1);
    AdapterColumn odd[] = {{.name = STR("x"), .type = STR("no_such_type")}};
    AdapterColumns odd_columns = {odd, 1};
    assert_true(adapter_check_relation(check, STR("\"test\".\"public\".\"odd\""), &odd_columns, &f->error));
    assert_false(checked(f, check, "select * from \"test\".\"public\".\"odd\"").known);
    odd[0].type = STR("int); drop table real_one; --");
    assert_true(adapter_check_relation(check, STR("\"test\".\"public\".\"odd\""), &odd_columns, &f->error));
    assert_false(checked(f, check, "select * from \"test\".\"public\".\"odd\"").known);
    assert_true(checked(f, check, "select 1 as a").known);
    assert_string_equal(checked(f, check, "select 1; select 2").unknown_because.ptr,
                        "error: a second statement begins here; a model is one SELECT");
    adapter_check_end(check);
    assert_rows(f, "select count(*) from pg_namespace where nspname like 'cdbt_check%'", "0");
    assert_rows(f, "select count(*) from real_one", "0");
}

typedef struct OddLoad {
    int row;
} OddLoad;

static AdapterStep odd_row(void *data, AdapterCell *cells, AdapterError *error)
{
    OddLoad *load = data;
    (void)error;
    static const char *const texts[] = {"tab\there", "line\nbreak\r", "back\\slash", "\\N", "", "ümläut"};
    if (load->row == 6) return ADAPTER_DONE;
    cells[0] = (AdapterCell){.type = CELL_TEXT, .text = str_from(texts[load->row])};
    cells[1] = (AdapterCell){.type = CELL_INTEGER, .integer = load->row ? INT64_MIN : INT64_MAX};
    cells[2] = (AdapterCell){.type = CELL_REAL, .real = load->row ? 0.1 : -1e300};
    cells[3] = (AdapterCell){.type = CELL_BLOB, .text = str_n("\x00\xff\\", 3)};
    load->row++;
    return ADAPTER_ROW;
}

static void loads_odd_values(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    run(f, "create table t (a text, b bigint, c float8, d bytea)");
    AdapterColumn columns[] = {{.name = STR("a")}, {.name = STR("b")}, {.name = STR("c")}, {.name = STR("d")}};
    OddLoad rows_of = {0};
    AdapterBulkLoad load = {STR("\"test\".\"public\".\"t\""), columns, 4, odd_row, &rows_of};
    int64_t n;
    if (!adapter_bulk_load(f->writer, &load, &n, &f->error)) fail_msg("%s", f->error.message.ptr);
    assert_int_equal(n, 6);
    assert_rows(f, "select a, b, c, d from t where a like '%here' or a = ''",
                "'tab\there',9223372036854775807,-1e+300,x'00ff5c';'',-9223372036854775808,0.1,x'00ff5c'");
    assert_rows(f, "select count(*) from t where a in (E'line\\nbreak\\r', E'back\\\\slash', E'\\\\N', 'ümläut')", "4");
    run(f, "alter table t alter b type int using 0");
    rows_of.row = 0;
    assert_false(adapter_bulk_load(f->writer, &load, &n, &f->error));
    assert_non_null(strstr(f->error.message.ptr, "COPY t, line 1, column b"));
    assert_rows(f, "select count(*) from t", "6");
}

static const double odd_reals[] = {0.05, 0.1, -123.45, 0, 12, -7, 999999999.123456, 1e9, 1.0 / 3, 1e-7, 5e-324, 2e300};

static AdapterStep real_row(void *data, AdapterCell *cells, AdapterError *error)
{
    size_t *row = data;
    (void)error;
    if (*row == sizeof odd_reals / sizeof *odd_reals) return ADAPTER_DONE;
    cells[0] = (AdapterCell){.type = CELL_INTEGER, .integer = (int64_t)*row};
    cells[1] = (AdapterCell){.type = CELL_REAL, .real = odd_reals[(*row)++]};
    return ADAPTER_ROW;
}

/* Short forms too are the very number: compared with all its digits. */
static void loads_numbers_exactly(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    run(f, "create table r (n int, x float8)");
    AdapterColumn columns[] = {{.name = STR("n")}, {.name = STR("x")}};
    size_t row = 0;
    AdapterBulkLoad load = {STR("\"test\".\"public\".\"r\""), columns, 2, real_row, &row};
    int64_t n;
    if (!adapter_bulk_load(f->writer, &load, &n, &f->error)) fail_msg("%s", f->error.message.ptr);
    for (size_t i = 0; i < sizeof odd_reals / sizeof *odd_reals; i++) {
        char sql[160];
        snprintf(sql, sizeof sql, "select count(*) from r where n = %zu and x = '%.17g'::float8", i, odd_reals[i]);
        assert_rows(f, sql, "1");
    }
    /* A money column takes a number as a person writes it. */
    run(f, "create table money (n int, x numeric(12, 2))");
    row = 0;
    load.relation = STR("money");
    load.next = real_row;
    assert_false(adapter_bulk_load(f->writer, &load, &n, &f->error)); /* 2e300 does not fit */
    assert_rows(f, "select count(*) from money", "0");
}

/* The server hears of a transaction when something is done in it; until then it may be lost with the connection. */
static void an_empty_transaction_says_nothing(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    AdapterConnection *other = another(f);
    const char *last = "select query from pg_stat_activity where datname = 'test' and pid <> pg_backend_pid()",
               *kill =
                   "select count(pg_terminate_backend(pid, 60000)) from pg_stat_activity where datname = 'test' and "
                   "pid <> pg_backend_pid()";
    run(f, "create table marker ()");
    for (int i = 0; i < 2; i++) {
        assert_true(adapter_begin(f->writer, &f->error));
        assert_int_equal(adapter_depth(f->writer), 1);
        assert_true(i ? adapter_commit(f->writer, &f->error) : adapter_rollback(f->writer, &f->error));
        assert_int_equal(adapter_depth(f->writer), 0);
        assert_string_equal(rows_on(f, other, last), "'create table marker ()'");
    }
    assert_true(adapter_begin(f->writer, &f->error));
    assert_string_equal(rows_on(f, other, kill), "1");
    run(f, "create table t (a int)");
    assert_true(adapter_begin(f->writer, &f->error)); /* a savepoint */
    run(f, "insert into t values (1)");
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_string_equal(rows_on(f, other, "select to_regclass('t') is null"), "1");
    assert_true(adapter_commit(f->writer, &f->error));
    assert_string_equal(rows_on(f, other, "select count(*) from t"), "0");
    adapter_disconnect(other);
}

#define BARE(test) cmocka_unit_test_setup_teardown(test, fixture_bare, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BARE(cells_have_types),
        BARE(relations_of_all_kinds),
        BARE(errors_know_their_place),
        BARE(what_execute_answers),
        BARE(transactions_that_failed_are_no_commit),
        BARE(a_lost_connection_comes_back),
        BARE(cancelling),
        BARE(timeouts_and_session_settings),
        BARE(settings_that_are_wrong),
        BARE(names_and_places),
        BARE(notices),
        BARE(connections_that_fail),
        BARE(checks),
        BARE(loads_odd_values),
        BARE(loads_numbers_exactly),
        BARE(an_empty_transaction_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
