#include "graph_test.h"

#include "graph/select.h"

static Arena *arena;
static DiagSink sink;
static Manifest *m;
static Graph *g;

/* orders, users (seeds) -> stg_orders, stg_users -> customers -> report (exposure); a test of customers, one of both
 * stg models; a source raw.events read by stg_events. */
static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    diag_sink_init(&sink);
    m = new_manifest();
    Node *orders = add_node(m, RESOURCE_SEED, "orders", "seeds/orders.csv");
    Node *users = add_node(m, RESOURCE_SEED, "users", "seeds/users.csv");
    Node *stg_orders = add_node(m, RESOURCE_MODEL, "stg_orders", "models/bronze/shop/stg_orders.sql");
    Node *stg_users = add_node(m, RESOURCE_MODEL, "stg_users", "models/bronze/shop/stg_users.sql");
    Node *customers = add_node(m, RESOURCE_MODEL, "customers", "models/gold/customers.sql");
    Node *unique = add_node(m, RESOURCE_TEST, "unique_customers_id", "models/schema.yml");
    Node *both = add_node(m, RESOURCE_TEST, "orders_have_users", "tests/orders_have_users.sql");
    Node *events = add_node(m, RESOURCE_SOURCE, "events", "models/sources.yml");
    Node *stg_events = add_node(m, RESOURCE_MODEL, "stg_events", "models/bronze/web/stg_events.sql");
    Node *report = add_node(m, RESOURCE_EXPOSURE, "report", "models/exposures.yml");
    add_edge(m, stg_orders, orders);
    add_edge(m, stg_users, users);
    add_edge(m, customers, stg_orders);
    add_edge(m, customers, stg_users);
    add_edge(m, unique, customers);
    add_edge(m, both, stg_orders);
    add_edge(m, both, stg_users);
    add_edge(m, stg_events, events);
    add_edge(m, report, customers);
    events->source_info = ARENA_NEW(m->arena, SourceInfo);
    events->source_info->source_name = STR("raw");
    unique->test = ARENA_NEW(m->arena, TestInfo);
    unique->test->generic = true;
    unique->test->test_name = STR("unique");
    both->test = ARENA_NEW(m->arena, TestInfo);
    both->test->test_name = STR_EMPTY;
    static const Str tags[] = {STR_INIT("daily"), STR_INIT("core")};
    customers->tags = tags;
    customers->tag_count = 2;
    dict_set_str(customers->config.u.dict, STR("materialized"), value_str(STR("table")));
    Value meta = value_dict(m->arena);
    dict_set_str(meta.u.dict, STR("owner"), value_str(STR("finance")));
    dict_set_str(customers->config.u.dict, STR("meta"), meta);
    g = graph_build(arena, m, &sink);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    manifest_free(m);
    diag_sink_release(&sink);
    arena_free(arena);
    return 0;
}

static Str selected(const char *select, const char *exclude, uint32_t types, SelectIndirect indirect)
{
    SpanText with = {str_from(select), SPAN_NONE}, without = {str_from(exclude), SPAN_NONE};
    SelectOptions options = {.select = &with,
                             .select_count = *select ? 1 : 0,
                             .exclude = &without,
                             .exclude_count = *exclude ? 1 : 0,
                             .types = types,
                             .indirect = indirect};
    NodeSet set;
    if (!select_nodes(arena, g, &options, &sink, &set)) return STR("refused");
    Buf out;
    buf_init(&out, arena);
    for (uint32_t i = 0; i < g->node_count; i++) {
        if (!node_set_has(set, i)) continue;
        if (out.len) buf_addc(&out, ' ');
        buf_add(&out, m->nodes[i]->name);
    }
    return buf_str(&out);
}

typedef struct Case {
    const char *select, *exclude, *wanted;
} Case;

static void criteria(void **state)
{
    (void)state;
    const uint32_t no_tests = ~(1u << RESOURCE_TEST);
    static const Case cases[] = {
        {"customers", "", "customers"},
        {"shop.gold.customers", "", "customers"},
        {"bronze", "", "stg_orders stg_users stg_events"},
        {"bronze.web", "", "stg_events"},
        {"shop.bronze.*.stg_u*", "", "stg_users"},
        {"stg_*", "", "stg_orders stg_users stg_events"},
        {"+customers", "", "orders users stg_orders stg_users customers"},
        {"1+customers", "", "stg_orders stg_users customers"},
        {"orders+", "", "orders stg_orders customers report"},
        {"orders+1", "", "orders stg_orders"},
        {"1+stg_orders+1", "", "orders stg_orders customers"},
        {"@stg_orders", "", "orders users stg_orders stg_users customers report"},
        {"tag:daily", "", "customers"},
        {"tag:da*", "", "customers"},
        {"tag:nightly", "", ""},
        {"path:models/bronze", "", "stg_orders stg_users stg_events"},
        {"models/bronze/web", "", "stg_events"},
        {"models/gold/customers.sql", "", "customers"},
        {"customers.sql", "", "customers"},
        {"file:stg_users", "", "stg_users"},
        {"source:raw", "", "events"},
        {"source:raw.events+", "", "events stg_events"},
        {"source:shop.raw.events", "", "events"},
        {"exposure:report", "", "report"},
        {"+exposure:report", "", "orders users stg_orders stg_users customers report"},
        {"config.materialized:table", "", "customers"},
        {"config.meta.owner:finance", "", "customers"},
        {"config.materialized:tab*", "", ""}, /* values of configs know no wildcards */
        {"resource_type:seed", "", "orders users"},
        {"models/**/stg_users.sql", "", "stg_users"},
        {"models/*/shop", "", "stg_orders stg_users"},
        {"path:models/*", "", "stg_orders stg_users customers events stg_events report"},
        {"exposure:shop.report", "", "report"},
        {"fqn:*rep*", "", "report"}, /* exposures have an fqn, sources are not named by it */
        {"shop.*", "", "orders users stg_orders stg_users customers stg_events report"},
        {"version:none", "", "stg_orders stg_users customers stg_events"},
        {"version:latest", "", ""},
        {"unit_test:*", "", ""},
        {"package:this", "tag:core", "orders users stg_orders stg_users events stg_events report"},
        {"bronze,stg_o*", "", "stg_orders"},
        {"+customers,bronze", "", "stg_orders stg_users"},
        {"orders users", "", "orders users"},
        {"", "bronze gold", "orders users events report"},
        {"customers stg_users", "customers", "stg_users"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str got = selected(cases[i].select, cases[i].exclude, no_tests, SELECT_EAGER);
        if (!str_eq(got, str_from(cases[i].wanted)))
            fail_msg("--select '%s' --exclude '%s': %.*s instead of %s", cases[i].select, cases[i].exclude,
                     STR_ARG(got), cases[i].wanted);
    }
}

static void tests_come_along(void **state)
{
    (void)state;
    const uint32_t tests = 1u << RESOURCE_TEST;
    static const struct {
        const char *select;
        SelectIndirect indirect;
        const char *wanted;
    } cases[] = {
        {"stg_orders", SELECT_EAGER, "orders_have_users"},
        {"stg_orders", SELECT_CAUTIOUS, ""},
        {"stg_orders stg_users", SELECT_EAGER, "orders_have_users"},
        {"customers", SELECT_EAGER, "unique_customers_id"},
        {"customers", SELECT_BUILDABLE, "unique_customers_id"},
        {"bronze", SELECT_CAUTIOUS, "orders_have_users"},
        {"stg_orders stg_users", SELECT_CAUTIOUS, "orders_have_users"}, /* it waited for the second word */
        {"stg_orders,bronze", SELECT_CAUTIOUS, ""},
        {"customers", SELECT_CAUTIOUS, "unique_customers_id"},
        {"customers", SELECT_EMPTY, ""},
        {"test_name:unique", SELECT_EAGER, "unique_customers_id"},
        {"test_type:singular", SELECT_EAGER, "orders_have_users"},
        {"test_type:generic", SELECT_EAGER, "unique_customers_id"},
        {"test_type:data", SELECT_EAGER, "unique_customers_id orders_have_users"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str got = selected(cases[i].select, "", tests, cases[i].indirect);
        if (!str_eq(got, str_from(cases[i].wanted)))
            fail_msg("--select '%s': %.*s instead of %s", cases[i].select, STR_ARG(got), cases[i].wanted);
    }
}

static void what_matches_nothing_is_said_with_the_nearest_name(void **state)
{
    (void)state;
    Str got = selected("custmers", "", 0, SELECT_EAGER);
    assert_int_equal(got.len, 0);
    assert_int_equal(sink.count, 1);
    assert_int_equal(sink.items[0].code, DIAG_selection_empty);
    assert_string_equal(str_c(arena, sink.items[0].hint), "did you mean 'customers'?");
}

static void what_cannot_be_understood_is_refused(void **state)
{
    (void)state;
    assert_true(str_eq(selected("tga:daily", "", 0, SELECT_EAGER), STR("refused")));
    assert_int_equal(sink.items[0].code, DIAG_selection_invalid);
    assert_string_equal(str_c(arena, sink.items[0].hint), "did you mean 'tag:'?");
    assert_true(str_eq(selected("@stg_orders+", "", 0, SELECT_EAGER), STR("refused")));
    assert_true(str_eq(selected("tag:", "", 0, SELECT_EAGER), STR("refused")));
    assert_true(str_eq(selected("test_type:genric", "", 0, SELECT_EAGER), STR("refused")));
    assert_true(str_eq(selected("resource_type:modl", "", 0, SELECT_EAGER), STR("refused")));
    assert_true(str_eq(selected("version:newest", "", 0, SELECT_EAGER), STR("refused")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(criteria, setup, teardown),
        cmocka_unit_test_setup_teardown(tests_come_along, setup, teardown),
        cmocka_unit_test_setup_teardown(what_matches_nothing_is_said_with_the_nearest_name, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_understood_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
