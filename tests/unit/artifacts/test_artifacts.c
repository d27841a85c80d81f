/* The artifacts of a small project: their keys, and reading results back. What dbt's own tools think of them is
 * tests/conformance/artifacts' business. */
#include "unit/run/run_test.h"

#include "artifacts/artifacts.h"

#include <jansson.h>

static json_t *load(Shop *shop, const char *name)
{
    Str text = shop_file(shop, name);
    json_error_t error;
    json_t *json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!json) fail_msg("%s: %s", name, error.text);
    return json;
}

static const char *text_at(const json_t *json, const char *a, const char *b, const char *c)
{
    const json_t *v = json_object_get(json, a);
    if (b) v = json_object_get(v, b);
    if (c) v = json_object_get(v, c);
    return json_is_string(v) ? json_string_value(v) : json_is_null(v) ? "null" : v ? "(not a string)" : "(missing)";
}

static void project(Shop *shop)
{
    shop->options.threads = 1;
    shop_write(shop, "seeds/orders.csv", "id,amount\n1,1.5\n2,\n");
    shop_write(shop, "models/mart.sql",
               "<< config(materialized='table', tags=['daily']) >>\nselect id, amount from "
               "<< ref('orders') >>");
    shop_write(shop, "models/off.sql", "<< config(enabled=false) >> select 1");
    shop_write(shop, "macros/m.sql", "<% macro noted() %>1<% endmacro %>");
    shop_write(
        shop, "models/schema.yml",
        "models:\n  - name: mart\n    description: \"The \\\"mart\\\" \\u00e9\"\n    columns:\n      - name: id\n"
        "        description: key\n        data_type: integer\n        data_tests: [unique, not_null]\n"
        "      - name: amount\n        data_tests: [{not_null: {config: {severity: warn}}}]\n");
    shop_run(shop, RUN_BUILD, "");
}

static void the_manifest_holds_nodes_edges_and_code(void **state)
{
    Shop *shop = *state;
    project(shop);
    assert_true(artifacts_write_compiled_manifest(shop->manifest, shop->graph, shop->run, &shop->sink));
    json_t *json = load(shop, "target/manifest.json");
    static const char *const keys[] = {"metadata",   "nodes",     "sources",   "macros",        "docs",
                                       "exposures",  "metrics",   "groups",    "selectors",     "disabled",
                                       "parent_map", "child_map", "group_map", "saved_queries", "semantic_models",
                                       "unit_tests", "functions"};
    assert_int_equal(json_object_size(json), sizeof keys / sizeof *keys);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) assert_non_null(json_object_get(json, keys[i]));
    assert_string_equal(text_at(json, "metadata", "dbt_schema_version", NULL),
                        "https://schemas.getdbt.com/dbt/manifest/v12.json");
    assert_string_equal(text_at(json, "metadata", "project_name", NULL), "shop");
    assert_string_equal(text_at(json, "metadata", "adapter_type", NULL), "sqlite");
    const json_t *mart = json_object_get(json_object_get(json, "nodes"), "model.shop.mart");
    assert_string_equal(text_at(mart, "compiled_code", NULL, NULL), "\nselect id, amount from \"orders\"");
    assert_string_equal(text_at(mart, "compiled_path", NULL, NULL), "target/compiled/shop/models/mart.sql");
    assert_string_equal(text_at(mart, "description", NULL, NULL), "The \"mart\" \xC3\xA9");
    assert_string_equal(text_at(mart, "columns", "id", "data_type"), "integer");
    assert_string_equal(text_at(mart, "columns", "amount", "data_type"), "null");
    assert_string_equal(text_at(mart, "build_path", NULL, NULL), "target/run/shop/models/mart.sql");
    assert_string_equal(text_at(mart, "config", "materialized", NULL), "table");
    assert_string_equal(text_at(mart, "checksum", "name", NULL), "sha256");
    const json_t *key = json_object_get(mart, "primary_key");
    assert_int_equal(json_array_size(key), 1);
    assert_string_equal(json_string_value(json_array_get(key, 0)), "id");
    const json_t *seed = json_object_get(json_object_get(json, "nodes"), "seed.shop.orders");
    assert_null(json_object_get(seed, "compiled_code"));
    assert_non_null(json_object_get(seed, "root_path"));
    const json_t *children = json_object_get(json_object_get(json, "child_map"), "model.shop.mart");
    assert_int_equal(json_array_size(children), 3);
    const json_t *parents = json_object_get(json_object_get(json, "parent_map"), "model.shop.mart");
    assert_string_equal(json_string_value(json_array_get(parents, 0)), "seed.shop.orders");
    assert_int_equal(json_array_size(json_object_get(json_object_get(json, "disabled"), "model.shop.off")), 1);
    assert_non_null(json_object_get(json_object_get(json, "macros"), "macro.shop.noted"));
    /* before anything is compiled, the keys of compiled code are not there, as in dbt */
    json_decref(json);
    assert_true(artifacts_write_manifest(shop->manifest, shop->graph, &shop->sink));
    json = load(shop, "target/manifest.json");
    mart = json_object_get(json_object_get(json, "nodes"), "model.shop.mart");
    assert_null(json_object_get(mart, "compiled"));
    assert_string_equal(text_at(mart, "compiled_path", NULL, NULL), "null");
    json_decref(json);
}

static void results_are_written_and_read_back(void **state)
{
    Shop *shop = *state;
    project(shop);
    assert_true(artifacts_write_results(shop->manifest, shop->run, &shop->options, &shop->sink));
    json_t *json = load(shop, "target/run_results.json");
    const json_t *results = json_object_get(json, "results");
    assert_int_equal(json_array_size(results), 5);
    const json_t *mart = json_array_get(results, 1);
    assert_string_equal(text_at(mart, "unique_id", NULL, NULL), "model.shop.mart");
    assert_string_equal(text_at(mart, "status", NULL, NULL), "success");
    assert_string_equal(text_at(mart, "relation_name", NULL, NULL), "\"mart\"");
    assert_int_equal(json_array_size(json_object_get(mart, "timing")), 2);
    assert_true(json_is_null(json_object_get(mart, "failures")));
    assert_true(json_is_object(json_object_get(json, "args")));
    json_decref(json);

    ArtifactResult *found;
    size_t count;
    shop_run(shop, RUN_TEST, ""); /* later results take the place of earlier ones, others stay */
    shop_write(
        shop, "target/run_results.jsonl",
        str_fmt(shop->arena, "%.*s{\"unique_id\": \"broken", STR_ARG(shop_file(shop, "target/run_results.jsonl"))).ptr);
    assert_true(artifacts_read_results(shop->arena, shop->manifest, &found, &count));
    assert_int_equal(count, 5);
    size_t warned = 0, seeds = 0;
    for (size_t i = 0; i < count; i++) {
        warned += str_eq(found[i].status, STR("warn")) && found[i].failures == 1;
        seeds += str_eq(found[i].unique_id, STR("seed.shop.orders")) && str_eq(found[i].status, STR("success"));
    }
    assert_int_equal(warned, 1);
    assert_int_equal(seeds, 1);
}

static void the_catalog_says_what_the_database_holds(void **state)
{
    Shop *shop = *state;
    project(shop);
    shop_run(shop, RUN_DOCS, "");
    assert_true(artifacts_write_catalog(shop->manifest, shop->run, &shop->sink));
    json_t *json = load(shop, "target/catalog.json");
    assert_int_equal(json_object_size(json_object_get(json, "nodes")), 2);
    const json_t *mart = json_object_get(json_object_get(json, "nodes"), "model.shop.mart");
    assert_string_equal(text_at(mart, "metadata", "type", NULL), "table");
    assert_string_equal(text_at(mart, "columns", "amount", "type"), "REAL");
    json_decref(json);
}

static void a_folder_that_cannot_be_written_is_an_error_with_a_place(void **state)
{
    Shop *shop = *state;
    project(shop);
    Str error;
    file_remove_tree(shop->arena, "/tmp", path_join(shop->arena, shop->folder, STR("target")).ptr, &error);
    shop_write(shop, "target", "a file where the folder should be");
    assert_false(artifacts_write_manifest(shop->manifest, shop->graph, &shop->sink));
    assert_int_equal(shop->sink.count, 1);
    assert_true(str_starts(shop_diag(shop, &shop->sink.items[0]), STR("file-write dbt_project.yml:1:1 cannot write ")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_manifest_holds_nodes_edges_and_code),
        TEST(results_are_written_and_read_back),
        TEST(the_catalog_says_what_the_database_holds),
        TEST(a_folder_that_cannot_be_written_is_an_error_with_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
