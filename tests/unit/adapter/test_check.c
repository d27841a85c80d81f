/* The check before write: misspelt names are found against an empty shadow, nothing is guessed, nothing is written. */
#include "adapter_test.h"

static AdapterCheck *begin(Fixture *f)
{
    AdapterCheck *check;
    assert_true(adapter_check_begin(f->database, &check, &f->error));
    return check;
}

static void describe(Fixture *f, AdapterCheck *check, const char *relation, const char *const *names,
                     const char *const *types, size_t n)
{
    AdapterColumn columns[16] = {0};
    for (size_t i = 0; i < n; i++) columns[i] = (AdapterColumn){.name = str_from(names[i]), .type = str_from(types[i])};
    AdapterColumns list = {columns, n};
    assert_true(adapter_check_relation(check, str_from(relation), &list, &f->error));
}

static AdapterChecked good(Fixture *f, AdapterCheck *check, const char *sql)
{
    AdapterChecked checked = {0};
    if (!adapter_check_prepare(check, str_from(sql), f->arena, &checked, &f->error))
        fail_msg("%s: %s", sql, f->error.message.ptr);
    return checked;
}

static void bad(Fixture *f, AdapterCheck *check, const char *sql, AdapterErrorKind kind, const char *at,
                const char *hint)
{
    AdapterChecked checked = {0};
    assert_false(adapter_check_prepare(check, str_from(sql), f->arena, &checked, &f->error));
    if (f->error.kind != kind) fail_msg("%s: %s", sql, f->error.message.ptr);
    assert_string_equal(pointed_at(f, sql), at);
    assert_string_equal(f->error.hint.len ? f->error.hint.ptr : "", hint);
}

static const char *const user_names[] = {"user_id", "email", "created_at"};
static const char *const user_types[] = {"INT", "TEXT", "TIMESTAMP"};

static AdapterCheck *with_users(Fixture *f)
{
    AdapterCheck *check = begin(f);
    describe(f, check, "\"raw__Users\"", user_names, user_types, 3);
    return check;
}

static void columns_and_types_come_back(void **state)
{
    Fixture *f = *state;
    AdapterCheck *check = with_users(f);
    AdapterChecked checked =
        good(f, check, "with u as (select * from raw__users) select user_id as id, u.created_at, count(*) n from u;");
    assert_true(checked.known);
    assert_int_equal(checked.columns.n, 3);
    assert_string_equal(checked.columns.at[0].name.ptr, "id");
    assert_string_equal(checked.columns.at[0].type.ptr, "INT");
    assert_string_equal(checked.columns.at[0].origin_relation.ptr, "raw__Users");
    assert_string_equal(checked.columns.at[0].origin_column.ptr, "user_id");
    assert_string_equal(checked.columns.at[1].type.ptr, "TIMESTAMP");
    assert_string_equal(checked.columns.at[2].type.ptr, "");
    /* The next model reads what this one gives. */
    assert_true(adapter_check_relation(check, STR("\"gold__u\""), &checked.columns, &f->error));
    good(f, check, "select id, n from \"gold__u\" group by 1 having median(n) > 1");
    bad(f, check, "select user_id from gold__u", ADAPTER_MISSING_COLUMN, "user_id", "");
    adapter_check_end(check);
    assert_rows(f, "select count(*) from sqlite_schema", "0");
}

static void misspelt_names_are_found_with_the_nearest(void **state)
{
    Fixture *f = *state;
    AdapterCheck *check = with_users(f);
    bad(f, check, "select 'usr_id', usr_id from raw__users", ADAPTER_MISSING_COLUMN, "usr_id",
        "did you mean 'user_id'?");
    bad(f, check, "select u.emial from raw__users as u", ADAPTER_MISSING_COLUMN, "u", "did you mean 'email'?");
    bad(f, check, "select 1 from raw__user", ADAPTER_MISSING_RELATION, "raw__user", "did you mean 'raw__Users'?");
    bad(f, check, "select medain(user_id) from raw__users", ADAPTER_MISSING_FUNCTION, "medain",
        "did you mean 'median'?");
    bad(f, check, "select total_x from (select user_id as total_y from raw__users)", ADAPTER_MISSING_COLUMN, "total_x",
        "did you mean 'total_y'?");
    bad(f, check, "select user_id from raw__users where", ADAPTER_SYNTAX, "", "");
    bad(f, check, "select 1; select 2", ADAPTER_SYNTAX, "", "");
    bad(f, check, "drop table raw__users", ADAPTER_SYNTAX, "", "");
    bad(f, check, "-- only this", ADAPTER_SYNTAX, "", "");
    adapter_check_end(check);
}

static void what_is_not_known_is_not_checked(void **state)
{
    Fixture *f = *state;
    AdapterCheck *check = with_users(f);
    assert_true(adapter_check_relation(check, STR("\"crm__orders\""), NULL, &f->error));
    AdapterChecked checked = good(f, check, "select o.whatever, u.email from raw__users u join \"crm__orders\" o");
    assert_false(checked.known);
    assert_int_equal(checked.columns.n, 0);
    assert_string_equal(checked.unknown_because.ptr, "crm__orders");
    /* What is wrong without it is still found. */
    bad(f, check, "select a from (select nope as a from raw__users) join crm__orders where", ADAPTER_SYNTAX, "", "");
    /* Later it becomes known. */
    const char *names[] = {"id"}, *types[] = {""};
    describe(f, check, "\"crm__orders\"", names, types, 1);
    assert_true(good(f, check, "select id from crm__orders").known);
    bad(f, check, "select idd from crm__orders", ADAPTER_MISSING_COLUMN, "idd", "did you mean 'id'?");
    adapter_check_end(check);
}

static void relations_can_change(void **state)
{
    Fixture *f = *state;
    AdapterCheck *check = with_users(f);
    good(f, check, "select email from raw__users");
    const char *names[] = {"id"}, *types[] = {"decimal(10, 2)"};
    describe(f, check, "\"RAW__USERS\"", names, types, 1);
    assert_string_equal(good(f, check, "select id from raw__users").columns.at[0].type.ptr, "decimal(10, 2)");
    bad(f, check, "select email from raw__users", ADAPTER_MISSING_COLUMN, "email", "");
    adapter_check_end(check);
}

static void the_real_database_is_looked_at(void **state)
{
    Fixture *f = *state;
    run(f, "create table hard_coded(amount int); create view v as select amount from hard_coded;"
           "create table gone(b int); create view broken as select b from gone; drop table gone");
    AdapterCheck *check = begin(f);
    assert_true(good(f, check, "select amount from hard_coded").known);
    assert_string_equal(good(f, check, "select amount from \"v\"").columns.at[0].type.ptr, "INT");
    bad(f, check, "select amuont from v", ADAPTER_MISSING_COLUMN, "amuont", "did you mean 'amount'?");
    assert_false(good(f, check, "select b from broken").known);
    bad(f, check, "select b from gone", ADAPTER_MISSING_RELATION, "gone", "");
    adapter_check_end(check);
}

static void double_quotes_are_columns_first(void **state)
{
    Fixture *f = *state;
    AdapterCheck *check = with_users(f);
    AdapterChecked checked =
        good(f, check, "select \"email\", json_extract(email, \"$.a\") as j, \"some text\" from raw__users");
    assert_int_equal(checked.string_count, 2);
    assert_int_equal(checked.string_offsets[0], 36);
    assert_string_equal(checked.strings[0].ptr, "$.a");
    assert_string_equal(checked.strings[1].ptr, "some text");
    assert_int_equal(checked.columns.n, 3);
    bad(f, check, "select \"emial\" from raw__users", ADAPTER_MISSING_COLUMN, "\"emial\"", "did you mean 'email'?");
    bad(f, check, "select u.\"some text\" from raw__users u", ADAPTER_MISSING_COLUMN, "u", "");
    adapter_check_end(check);
}

static void columns_with_one_name_are_numbered(void **state)
{
    Fixture *f = *state;
    AdapterCheck *check = with_users(f);
    AdapterChecked checked =
        good(f, check, "select a.user_id, b.user_id, 1 as USER_ID from raw__users a, raw__users b");
    assert_true(adapter_check_relation(check, STR("\"twice\""), &checked.columns, &f->error));
    /* As `create table as` stores them. */
    good(f, check, "select user_id, \"user_id:1\", \"USER_ID:2\" from twice");
    adapter_check_end(check);
}

static void many_models_use_several_shadows(void **state)
{
    Fixture *f = *state;
    AdapterCheck *check = with_users(f);
    Arena *arena = arena_new();
    for (int i = 0; i < 700; i++) {
        AdapterError error;
        adapter_error_init(&error, arena);
        Str sql = i ? str_fmt(arena, "select a.* from \"m%d\" a join \"m%d\" b using (user_id)", i / 2, i - 1)
                    : STR("select * from raw__users");
        AdapterChecked checked;
        if (!adapter_check_prepare(check, sql, arena, &checked, &error)) fail_msg("%s: %s", sql.ptr, error.message.ptr);
        assert_int_equal(checked.columns.n, 3);
        assert_true(adapter_check_relation(check, str_fmt(arena, "\"m%d\"", i), &checked.columns, &error));
        arena_clear(arena);
    }
    arena_free(arena);
    bad(f, check, "select user_idd from m3 join m699", ADAPTER_MISSING_COLUMN, "user_idd", "did you mean 'user_id'?");
    adapter_check_end(check);
}

static void attached_databases_have_shadows(void **state)
{
    Fixture *f = *state;
    AdapterSetting first[] = {{STR("path"), STR("crm.db")}};
    fixture_open(f, first, 1);
    run(f, "create table customers(id int, name text)");
    fixture_close(f);
    AdapterSetting settings[] = {{STR("path"), STR("main.db")}, {STR("attach.crm"), STR("crm.db")}};
    fixture_open(f, settings, 2);
    AdapterCheck *check = begin(f);
    assert_true(good(f, check, "select name from \"crm\".\"customers\"").known);
    bad(f, check, "select nmae from crm.customers", ADAPTER_MISSING_COLUMN, "nmae", "did you mean 'name'?");
    bad(f, check, "select 1 from crm.orders", ADAPTER_MISSING_RELATION, "crm.orders", "");
    adapter_check_end(check);
}

#define BARE(test) cmocka_unit_test_setup_teardown(test, fixture_bare, fixture_teardown)
#define OPENED(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPENED(columns_and_types_come_back),        OPENED(misspelt_names_are_found_with_the_nearest),
        OPENED(what_is_not_known_is_not_checked),   OPENED(relations_can_change),
        OPENED(the_real_database_is_looked_at),     OPENED(double_quotes_are_columns_first),
        OPENED(columns_with_one_name_are_numbered), OPENED(many_models_use_several_shadows),
        BARE(attached_databases_have_shadows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
