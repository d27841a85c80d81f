/* Names as dialects write them. */
#include "adapter_test.h"

static const Dialect *sqlite(void)
{
    return dialect_find(STR("sqlite"));
}
static const Dialect *postgres(void)
{
    return dialect_find(STR("postgres"));
}

static const char *name(Arena *arena, const Dialect *dialect, const char *database, const char *schema,
                        const char *identifier)
{
    return relation_name(arena, dialect, STR("shop"), str_from(database), str_from(schema), str_from(identifier)).ptr;
}

static void whole_names(void **state)
{
    Arena *arena = *state;
    assert_string_equal(name(arena, sqlite(), "shop", "main", "users"), "\"users\"");
    assert_string_equal(name(arena, sqlite(), "", "", "users"), "\"users\"");
    assert_string_equal(name(arena, sqlite(), "main", "MAIN", "users"), "\"users\"");
    assert_string_equal(name(arena, sqlite(), "shop", "gold", "users"), "\"gold__users\"");
    assert_string_equal(name(arena, sqlite(), "crm", "main", "users"), "\"crm\".\"users\"");
    assert_string_equal(name(arena, sqlite(), "crm", "crm", "users"), "\"crm\".\"users\"");
    assert_string_equal(name(arena, sqlite(), "crm", "eu", "users"), "\"crm\".\"eu__users\"");
    assert_string_equal(name(arena, sqlite(), "shop", "a\"b", "c\"d"), "\"a\"\"b__c\"\"d\"");
    assert_string_equal(name(arena, postgres(), "shop", "gold", "users"), "\"shop\".\"gold\".\"users\"");
}

static void parts(void **state)
{
    Arena *arena = *state;
    RelationName r = relation_parts(STR("shop"), STR("gold"), STR("users"));
    r.quote_identifier = false;
    assert_string_equal(relation_render(arena, sqlite(), STR("shop"), &r).ptr, "gold__users");
    r.with_schema = false;
    assert_string_equal(relation_render(arena, sqlite(), STR("shop"), &r).ptr, "users");
    r = relation_parts(STR("shop"), STR("gold"), STR_EMPTY);
    assert_string_equal(relation_render(arena, sqlite(), STR("shop"), &r).ptr, "\"gold\"");
    assert_string_equal(relation_render(arena, postgres(), STR("shop"), &r).ptr, "\"shop\".\"gold\"");
    r = relation_parts(STR("shop"), STR("gold"), STR("users"));
    r.with_database = false;
    assert_string_equal(relation_render(arena, postgres(), STR("shop"), &r).ptr, "\"gold\".\"users\"");
}

static void one_relation_has_one_key(void **state)
{
    Arena *arena = *state;
    Str own = STR("shop");
    Str a = relation_key(arena, sqlite(), own, STR("shop"), STR("gold"), STR("Users"));
    assert_true(str_eq(a, relation_key(arena, sqlite(), own, STR_EMPTY, STR("main"), STR("gold__users"))));
    assert_false(str_eq(a, relation_key(arena, sqlite(), own, STR("crm"), STR("gold"), STR("users"))));
    assert_false(str_eq(relation_key(arena, postgres(), own, own, STR("gold"), STR("Users")),
                        relation_key(arena, postgres(), own, own, STR("gold"), STR("users"))));
    assert_string_equal(relation_stored_name(arena, sqlite(), STR("gold"), STR("Users")).ptr, "gold__Users");
    assert_string_equal(relation_stored_name(arena, postgres(), STR("gold"), STR("Users")).ptr, "Users");
}

static void quoting(void **state)
{
    Arena *arena = *state;
    assert_string_equal(dialect_quote_literal(arena, sqlite(), STR("it's")).ptr, "'it''s'");
    assert_string_equal(dialect_quote_literal(arena, sqlite(), STR("")).ptr, "''");
    assert_string_equal(dialect_quote_identifier(arena, sqlite(), STR("a \"b\"")).ptr, "\"a \"\"b\"\"\"");
    assert_null(dialect_find(STR("oracle")));
    assert_true(str_find(dialect_names(arena), STR("sqlite"), 0) != STR_NPOS);
}

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_names, setup, teardown),
        cmocka_unit_test_setup_teardown(parts, setup, teardown),
        cmocka_unit_test_setup_teardown(one_relation_has_one_key, setup, teardown),
        cmocka_unit_test_setup_teardown(quoting, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
