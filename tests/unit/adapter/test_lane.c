/* A select that is evaluated on a reader: the table that the writer makes of it is the one that it would have made. */
#include "adapter_test.h"

static Str text_of(Fixture *f, const char *sql)
{
    AdapterCursor *cursor;
    Buf out;
    buf_init(&out, f->arena);
    if (!adapter_query(f->writer, str_from(sql), &cursor, &f->error)) fail_msg("%s: %s", sql, f->error.message.ptr);
    const AdapterCell *cells;
    size_t columns;
    adapter_cursor_columns(cursor, &columns);
    while (adapter_step(cursor, &cells, &f->error) == ADAPTER_ROW) {
        for (size_t i = 0; i < columns; i++) switch (cells[i].type) {
            case CELL_NULL: buf_addz(&out, "null|"); break;
            case CELL_INTEGER: buf_addf(&out, "i%lld|", (long long)cells[i].integer); break;
            case CELL_REAL: buf_addf(&out, "r%.17g|", cells[i].real); break;
            case CELL_TEXT: buf_addf(&out, "t%.*s|", STR_ARG(cells[i].text)); break;
            case CELL_BLOB: buf_addf(&out, "b%zu|", cells[i].text.len); break;
            }
        buf_addc(&out, '\n');
    }
    adapter_finish(cursor);
    return buf_str(&out);
}

/* The schema's text and all rows with their numbers. */
static Str table_text(Fixture *f, const char *relation, const char *stored)
{
    Str schema = text_of(f, str_fmt(f->arena, "select sql from sqlite_schema where name = '%s'", stored).ptr);
    Str rows = text_of(f, str_fmt(f->arena, "select rowid as row_number, * from %s", relation).ptr);
    return str_cat(f->arena, schema, rows);
}

static AdapterConnection *reader_of(Fixture *f)
{
    AdapterConnection *reader = NULL;
    if (!adapter_connect(f->database, ADAPTER_READER, &reader, &f->error)) fail_msg("%s", f->error.message.ptr);
    return reader;
}

/* Makes the table twice, with and without the reader: the same comes of it. */
static void make_both_ways(Fixture *f, AdapterConnection *reader, const char *relation, const char *stored,
                           const char *select, bool may_decline)
{
    AdapterResult result;
    Str statement = str_fmt(f->arena, " create table %s as\n%s ", relation, select);
    assert_true(adapter_execute(f->writer, statement, f->arena, &result, &f->error));
    Str direct = table_text(f, relation, stored);
    run(f, str_fmt(f->arena, "drop table %s", relation).ptr);

    bool evaluated = adapter_evaluate(reader, str_from(relation), str_from(select), &f->error);
    if (!evaluated && !may_decline) fail_msg("%s: %s", select, f->error.message.ptr);
    if (evaluated)
        run(f, "update source set a = a + 1000"); /* after the evaluation: what is taken is what was evaluated */
    assert_true(adapter_begin(f->writer, &f->error));
    adapter_offer(f->writer, reader);
    assert_true(adapter_execute(f->writer, statement, f->arena, &result, &f->error));
    adapter_offer(f->writer, NULL);
    assert_true(adapter_commit(f->writer, &f->error));
    adapter_forget(reader);
    if (evaluated) run(f, "update source set a = a - 1000");
    Str taken = table_text(f, relation, stored);
    if (!str_eq(taken, direct)) fail_msg("%s: %.200s ... instead of %.200s ...", select, taken.ptr, direct.ptr);
    run(f, str_fmt(f->arena, "drop table %s", relation).ptr);
}

static void fill(Fixture *f)
{
    run(f, "create table source (a integer, \"b c\" text, d real, e blob, f numeric, g varchar(10));"
           "insert into source values (1, 'one', 1.5, x'0102', '7', 'x'), (2, 'two', null, x'', 2.50, '09'), "
           "(null, '', 3, null, 'text', ''), (4, '2026-01-31', 1e300, zeroblob(3), 9007199254740993, null);");
}

static void tables_are_the_same(void **state)
{
    Fixture *f = *state;
    fill(f);
    AdapterConnection *reader = reader_of(f);
    static const char *const selects[] = {
        "select * from source",
        "select a, a as a, count(*) over () as n, d * 2, cast(d as text) as words from source order by a desc",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) select i, 'n' || i as name from n",
        "select g, sum(f) as total, avg(d) as mean, max(\"b c\") from source group by g -- with a comment at its end",
        "select e, f, g from source where false",
        "select 1 as one union select 2.5 union select 'x' order by 1 limit 2",
        "values (1, 'a'), (null, x'00')",
    };
    for (size_t i = 0; i < sizeof selects / sizeof *selects; i++) {
        make_both_ways(f, reader, "\"t\"", "t", selects[i], false);
        make_both_ways(f, reader, "\"a longer name, with \"\"quotes\"\"\"", "a longer name, with \"quotes\"",
                       selects[i], false);
    }
    adapter_disconnect(reader);
}

/* A comment is part of what is sent, not of the statement. */
static void a_comment_is_no_other_statement(void **state)
{
    Fixture *f = *state;
    fill(f);
    AdapterConnection *reader = reader_of(f);
    for (int append = 0; append < 2; append++) {
        AdapterStatements statements = {.comment = STR("from a test"), .append = append, .refusal = STR_EMPTY};
        adapter_statements(f->writer, &statements);
        make_both_ways(f, reader, "\"t\"", "t", "select a, d from source order by a", false);
    }
    adapter_disconnect(reader);
}

static void another_statement_is_run_as_it_stands(void **state)
{
    Fixture *f = *state;
    fill(f);
    AdapterConnection *reader = reader_of(f);
    assert_true(adapter_evaluate(reader, STR("\"t\""), STR("select 'reader' as who"), &f->error));
    adapter_offer(f->writer, reader);
    static const char *const others[] = {
        "create table \"t\" as select 'writer' as who",
        "create table \"u\" as select 'reader' as who",
        "create view \"t\" as select 'reader' as who",
        "create table \"t\" as select 'reader' as who; select 1",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        AdapterResult result;
        run(f, "update source set a = 77 where a = 1");
        assert_true(adapter_execute(f->writer, str_from(others[i]), f->arena, &result, &f->error));
        bool u = strstr(others[i], "\"u\"") != NULL;
        assert_string_equal(text_of(f, u ? "select who from u" : "select who from t").ptr,
                            i == 0 ? "twriter|\n" : "treader|\n");
        run(f, u ? "drop table u" : strstr(others[i], "view") ? "drop view t" : "drop table t");
    }
    adapter_offer(f->writer, NULL);
    adapter_forget(reader);
    adapter_disconnect(reader);
}

static void what_a_reader_does_not_evaluate(void **state)
{
    Fixture *f = *state;
    fill(f);
    AdapterConnection *reader = reader_of(f);
    AdapterResult result;
    assert_false(adapter_evaluate(f->writer, STR("t"), STR("select 1"), &f->error));
    assert_false(adapter_evaluate(reader, STR("t"), STR("select 1; drop table source"), &f->error));
    assert_false(adapter_evaluate(reader, STR("t"), STR("select nothing from source"), &f->error));
    assert_false(adapter_evaluate(reader, STR("t"), STR("select ?"), &f->error));
    assert_string_equal(text_of(f, "select count(*) from source").ptr, "i4|\n");
    /* It is still good, and still refuses to write. */
    assert_true(adapter_evaluate(reader, STR("t"), STR("select 1 as n"), &f->error));
    assert_false(adapter_execute(reader, STR("delete from source"), f->arena, &result, &f->error));
    adapter_forget(reader);
    assert_true(adapter_evaluate(reader, STR("t"), STR("select 2 as n"), &f->error));
    adapter_forget(reader);
    assert_false(adapter_execute(reader, STR("delete from source"), f->arena, &result, &f->error));
    adapter_forget(reader);
    adapter_disconnect(reader);
}

/* The first row takes so long that no machine calls them cheap. */
#define MANY_WIDE                                                                                                      \
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 26000) "                                 \
    "select i, case when i = 1 then hex(zeroblob(3000000)) when i % 1000 = 0 then hex(zeroblob(40000)) else hex(zeroblob(700)) end as wide"

/* The writer lets the reader go on for what did not fit into its memory. */
static void more_than_a_reader_keeps(void **state)
{
    Fixture *f = *state;
    fill(f);
    AdapterConnection *reader = reader_of(f);
    make_both_ways(f, reader, "\"t\"", "t",
                   MANY_WIDE ", case i % 3 when 0 then i * 0.5 when 1 then x'00ff' end as x from n", false);
    /* Rows that are larger than a block. */
    make_both_ways(f, reader, "\"t\"", "t",
                   "values (1, hex(zeroblob(300000)), zeroblob(2000000)), (2, 'b', null), (3, '', x'')", false);
    /* A copy may be left to the writer altogether. */
    run(f, "create table large as with recursive n(i) as (select 1 union all select i + 1 from n where i < 60000) "
           "select i, i % 7 as k, 'some text ' || i as name from n");
    make_both_ways(f, reader, "\"t\"", "t", "select * from large", true);
    adapter_disconnect(reader);
}

/* An error in a row that the reader had not come to is the writer's own, and nothing is left of the table. */
static void a_late_row_fails(void **state)
{
    Fixture *f = *state;
    fill(f);
    AdapterConnection *reader = reader_of(f);
    Str select = STR(MANY_WIDE ", abs(case when i = 25999 then -9223372036854775808 else i end) as x from n");
    AdapterResult result;
    assert_true(adapter_evaluate(reader, STR("\"t\""), select, &f->error));
    assert_true(adapter_begin(f->writer, &f->error));
    adapter_offer(f->writer, reader);
    Str statement = str_cat(f->arena, STR("create table \"t\" as "), select);
    assert_false(adapter_execute(f->writer, statement, f->arena, &result, &f->error));
    assert_non_null(strstr(f->error.message.ptr, "integer overflow"));
    adapter_offer(f->writer, NULL);
    assert_true(adapter_rollback(f->writer, &f->error));
    adapter_forget(reader);
    assert_string_equal(text_of(f, "select count(*) from sqlite_schema where name = 't'").ptr, "i0|\n");
    adapter_disconnect(reader);
}

/* A run that is cancelled cancels both connections. */
static void the_rest_is_cancelled(void **state)
{
    Fixture *f = *state;
    fill(f);
    AdapterConnection *reader = reader_of(f);
    AdapterResult result;
    Str select = STR(MANY_WIDE " from n");
    assert_true(adapter_evaluate(reader, STR("\"t\""), select, &f->error));
    assert_true(adapter_begin(f->writer, &f->error));
    adapter_offer(f->writer, reader);
    adapter_cancel(reader);
    Str statement = str_cat(f->arena, STR("create table \"t\" as "), select);
    assert_false(adapter_execute(f->writer, statement, f->arena, &result, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_INTERRUPTED);
    adapter_offer(f->writer, NULL);
    assert_true(adapter_rollback(f->writer, &f->error));
    adapter_forget(reader);
    adapter_disconnect(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tables_are_the_same, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_comment_is_no_other_statement, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(another_statement_is_run_as_it_stands, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_a_reader_does_not_evaluate, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(more_than_a_reader_keeps, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_late_row_fails, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(the_rest_is_cancelled, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
