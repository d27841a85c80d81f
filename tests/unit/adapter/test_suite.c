/* One suite for all adapters: what cdbt/adapter.h promises, in SQL that every database understands. It runs on SQLite and PostgreSQL, on a
 * recorder before each, and then once more on the replay of what was recorded, without any database. */
#include "adapter_test.h"

#include "adapter/fake.h"
#include "postgres_server.h"

typedef struct Load {
    int64_t next, last, fails_at;
} Load;

static AdapterStep next_row(void *data, AdapterCell *cells, AdapterError *error)
{
    Load *load = data;
    if (load->next == load->fails_at) {
        adapter_error_set(error, ADAPTER_OTHER, "this row is bad");
        return ADAPTER_FAILED;
    }
    if (load->next > load->last) return ADAPTER_DONE;
    cells[0] = (AdapterCell){.type = CELL_INTEGER, .integer = load->next};
    cells[1] = load->next % 2 ? (AdapterCell){.type = CELL_TEXT, .text = STR("odd; it's")}
                              : (AdapterCell){.type = CELL_NULL, .integer = 0};
    cells[2] = (AdapterCell){.type = CELL_REAL, .real = (double)load->next / 4};
    load->next++;
    return ADAPTER_ROW;
}

static const char *name(Fixture *f, const char *identifier)
{
    const Dialect *dialect = adapter_methods(f->database)->dialect;
    return relation_name(f->arena, dialect, STR_EMPTY, STR_EMPTY, dialect->default_schema, str_from(identifier)).ptr;
}

static const char *with_name(Fixture *f, const char *before, const char *identifier, const char *after)
{
    return str_fmt(f->arena, "%s%s%s", before, name(f, identifier), after).ptr;
}

static void statements(Fixture *f)
{
    run(f, with_name(f, "create table ", "t", " (a integer, b text, c double precision); -- done"));
    AdapterResult result;
    assert_true(adapter_execute(f->writer,
                                str_from(with_name(f, "insert into ", "t", " values (1, 'x', 1.5), (2, null, 2)")),
                                f->arena, &result, &f->error));
    assert_int_equal(result.rows_affected, 2);
    assert_string_equal(rows(f, with_name(f, "select b, a from ", "t", " order by a")), "'x',1;null,2");
    assert_string_equal(rows(f, with_name(f, "select a from ", "t", " where a > 5")), "");
    /* A cursor can be given back before its end. */
    AdapterCursor *cursor;
    const AdapterCell *cells;
    assert_true(adapter_query(f->writer, str_from(with_name(f, "select a as x from ", "t", " order by a")), &cursor,
                              &f->error));
    size_t count;
    assert_true(str_eq(adapter_cursor_columns(cursor, &count)[0].name, STR("x")));
    assert_int_equal(count, 1);
    assert_int_equal(adapter_step(cursor, &cells, &f->error), ADAPTER_ROW);
    adapter_finish(cursor);
}

static void errors(Fixture *f)
{
    assert_false(
        adapter_execute(f->writer, str_from(with_name(f, "select nope from ", "t", "")), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_MISSING_COLUMN);
    assert_true(f->error.message.len > 0);
    assert_false(adapter_execute(f->writer, STR("select 1 from missing_one"), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_MISSING_RELATION);
    assert_int_equal(f->error.offset, 14);
    AdapterCursor *cursor;
    assert_false(adapter_query(f->writer, STR("select select"), &cursor, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_SYNTAX);
    AdapterColumns columns;
    assert_false(adapter_prepare(f->writer, STR("select missing_function(1)"), f->arena, &columns, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_MISSING_FUNCTION);
    assert_false(adapter_columns(f->writer, str_from(name(f, "missing_one")), f->arena, &columns, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_MISSING_RELATION);
}

static void transactions(Fixture *f)
{
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, with_name(f, "delete from ", "t", ""));
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, with_name(f, "drop table ", "t", ""));
    assert_int_equal(adapter_depth(f->writer), 2);
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_string_equal(rows(f, with_name(f, "select count(*) from ", "t", "")), "0");
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_string_equal(rows(f, with_name(f, "select count(*) from ", "t", "")), "2");
    assert_false(adapter_commit(f->writer, &f->error));
    assert_int_equal(adapter_depth(f->writer), 0);
}

static void readers(Fixture *f)
{
    AdapterConnection *reader;
    assert_true(adapter_connect(f->database, ADAPTER_READER, &reader, &f->error));
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, with_name(f, "insert into ", "t", " values (3, 'z', 3)"));
    assert_string_equal(rows_on(f, reader, with_name(f, "select count(*) from ", "t", "")), "2");
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_false(adapter_execute(reader, str_from(with_name(f, "delete from ", "t", "")), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_READONLY);
    adapter_disconnect(reader);
}

static void relations(Fixture *f)
{
    const Dialect *dialect = adapter_methods(f->database)->dialect;
    run(f, str_fmt(f->arena, "create view %s as select a, b from %s", name(f, "Big_View"), name(f, "t")).ptr);
    AdapterRelations list;
    assert_true(adapter_list_relations(f->writer, STR_EMPTY, dialect->default_schema, f->arena, &list, &f->error));
    assert_int_equal(list.n, 2);
    assert_true(str_eq(list.at[0].name, STR("Big_View")) && list.at[0].is_view);
    assert_true(str_eq(list.at[1].name, STR("t")) && !list.at[1].is_view);
    AdapterStrs schemas;
    assert_true(adapter_list_schemas(f->writer, STR_EMPTY, f->arena, &schemas, &f->error));
    assert_true(schemas.n >= 1);
    AdapterColumns columns;
    assert_true(adapter_columns(f->writer, str_from(name(f, "t")), f->arena, &columns, &f->error));
    assert_int_equal(columns.n, 3);
    assert_true(str_eq(columns.at[1].name, STR("b")) && str_eq_nocase(columns.at[1].type, STR("text")));
    assert_true(adapter_prepare(f->writer, str_from(with_name(f, "select a as q from ", "Big_View", "")), f->arena,
                                &columns, &f->error));
    assert_true(columns.n == 1 && str_eq(columns.at[0].name, STR("q")));
}

static void loads(Fixture *f)
{
    AdapterColumn columns[] = {{.name = STR("a"), .type = STR("integer")},
                               {.name = STR("b"), .type = STR("text")},
                               {.name = STR("c"), .type = STR("double precision")}};
    Load rows_of = {.next = 10, .last = 12, .fails_at = -1};
    AdapterBulkLoad load = {str_from(name(f, "t")), columns, 3, next_row, &rows_of};
    int64_t n = 0;
    assert_true(adapter_bulk_load(f->writer, &load, &n, &f->error));
    assert_int_equal(n, 3);
    assert_string_equal(rows(f, with_name(f, "select a, b, c from ", "t", " where a >= 10 order by a")),
                        "10,null,2.5;11,'odd; it's',2.75;12,null,3.0");
    rows_of = (Load){.next = 20, .last = 30, .fails_at = 25};
    assert_false(adapter_bulk_load(f->writer, &load, &n, &f->error));
    assert_string_equal(f->error.message.ptr, "this row is bad");
    assert_string_equal(rows(f, with_name(f, "select count(*) from ", "t", "")), "5");
    assert_int_equal(adapter_depth(f->writer), 0);
}

static void whole_suite(Fixture *f)
{
    statements(f);
    errors(f);
    transactions(f);
    readers(f);
    relations(f);
    loads(f);
}

static void on_sqlite(void **state)
{
    whole_suite(*state);
}

static void on_postgres(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    whole_suite(f);
}

static void recorded_on_postgres(void **state)
{
    Fixture *f = *state;
    server_needed();
    server_fixture(f, NULL, 0);
    Buf record;
    buf_init(&record, f->arena);
    AdapterDatabase *real = f->database;
    adapter_disconnect(f->writer);
    f->database = fake_record(real, &record);
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    whole_suite(f);
    fixture_close(f);
    adapter_close(real);
    if (!fake_replay(buf_str(&record), &f->database, &f->error)) fail_msg("%s", f->error.message.ptr);
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    whole_suite(f);
    assert_int_equal(fake_unused(f->database), 0);
}

/* The same methods with the optional ones left out: the defaults. */
static void on_defaults(void **state)
{
    Fixture *f = *state;
    AdapterMethods methods = adapter_sqlite;
    methods.execute = NULL;
    methods.columns = NULL;
    methods.bulk_load = NULL;
    methods.check_begin = NULL;
    f->database->methods = &methods;
    run(f, with_name(f, "create table ", "t", " (a integer, b text, c double precision)"));
    run(f, with_name(f, "insert into ", "t", " values (1, 'x', 1.5), (2, null, 2)"));
    loads(f);
    errors(f);
    AdapterCheck *check;
    assert_false(adapter_check_begin(f->database, &check, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_UNSUPPORTED);
    adapter_disconnect(f->writer);
    f->writer = NULL;
    f->database->methods = &adapter_sqlite;
}

static void recorded_and_replayed(void **state)
{
    Fixture *f = *state;
    Buf record;
    buf_init(&record, f->arena);
    AdapterDatabase *real = f->database;
    adapter_disconnect(f->writer);
    f->database = fake_record(real, &record);
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    whole_suite(f);
    fixture_close(f);
    adapter_close(real);

    if (!fake_replay(buf_str(&record), &f->database, &f->error)) fail_msg("%s", f->error.message.ptr);
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    whole_suite(f);
    assert_int_equal(fake_unused(f->database), 0);
}

static void a_record_written_by_hand(void **state)
{
    Fixture *f = *state;
    Str record =
        STR("{\"call\": \"open\", \"dialect\": \"sqlite\"}\n\n"
            "{\"on\": 1, \"call\": \"connect\", \"role\": \"writer\"}\n"
            "{\"on\": 1, \"call\": \"execute\", \"sql\": \"a\", \"error\": \"disk full\", \"message\": \"full\"}\n"
            "{\"on\": 1, \"call\": \"query\", \"sql\": \"b\", \"columns\": [[\"x\", \"\"], [\"y\", \"INT\"]], "
            "\"rows\": [[{\"blob\": \"00fF\"}], [1.5, \"t\"]]}\n"
            "{\"on\": 1, \"call\": \"commit\"}\n");
    assert_true(fake_replay(record, &f->database, &f->error));
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    assert_false(adapter_execute(f->writer, STR("a"), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_DISK_FULL);
    assert_string_equal(rows(f, "b"), "x'00ff',null;1.5,'t'");
    assert_false(adapter_begin(f->writer, &f->error));
    assert_string_equal(f->error.message.ptr, "replay: connection 1 asks for 'begin', recorded is 'commit'");
    assert_string_equal(rows(f, "c"), "error: replay: connection 1 asks for 'query', nothing more is recorded");
    AdapterDatabase *broken;
    assert_false(fake_replay(STR("{\"call\": \"open\", \"dialect\": \"sqlite\"}\n[1]\n"), &broken, &f->error));
    assert_string_equal(f->error.message.ptr, "line 2 of the record is no JSON object: ");
    assert_false(fake_replay(STR("{\"call\": \"open\", \"dialect\": \"none\"}\n"), &broken, &f->error));
}

#define OPENED(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPENED(on_sqlite),
        OPENED(on_defaults),
        OPENED(recorded_and_replayed),
        cmocka_unit_test_setup_teardown(on_postgres, fixture_bare, fixture_teardown),
        cmocka_unit_test_setup_teardown(recorded_on_postgres, fixture_bare, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_record_written_by_hand, fixture_bare, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
