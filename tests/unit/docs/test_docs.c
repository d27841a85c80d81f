/* The payload and the page from a manifest made by hand. */
#include "docs/docs.h"

#include "base/embedded.h"
#include "base/file.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

enum { USERS, ORDERS, UNIQUE, SINGULAR, RAW, BOARD, DIM, NODES };

typedef struct Shop {
    Manifest *manifest;
    Arena *arena;
    Node *node[NODES];
    Str compiled[NODES];
    DocsResult results[3];
    DocsRelation relations[NODES];
    DocsInput input;
    Package root, builtin;
    Macro *macros[3];
} Shop;

static Str *list(Arena *arena, size_t *count, const char *const *words)
{
    Str *strs = ARENA_ARRAY(arena, Str, 8);
    *count = 0;
    for (; words[*count]; ++*count) strs[*count] = str_from(words[*count]);
    return strs;
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static Node *add(Shop *shop, int place, ResourceType type, const char *id, const char *name, const char *const *fqn)
{
    Node *node = ARENA_NEW(shop->arena, Node);
    *node = (Node){.type = type,
                   .index = (uint32_t)place,
                   .package = &shop->root,
                   .unique_id = str_from(id),
                   .name = str_from(name),
                   .config = value_dict(shop->arena),
                   .meta = value_dict(shop->arena),
                   .docs = value_dict(shop->arena)};
    node->fqn = list(shop->arena, &node->fqn_count, fqn);
    shop->node[place] = node;
    return node;
}

static void parents(Shop *shop, Node *node, Node *a, Node *b)
{
    node->depends_on = ARENA_ARRAY(shop->arena, Node *, 2);
    if (a) node->depends_on[node->depends_on_count++] = a;
    if (b) node->depends_on[node->depends_on_count++] = b;
}

static Macro *macro(Shop *shop, const Package *package, const char *id, const char *name, const char *sql)
{
    Macro *made = ARENA_NEW(shop->arena, Macro);
    *made = (Macro){.unique_id = str_from(id), .name = str_from(name), .package = package, .macro_sql = str_from(sql)};
    return made;
}

static int setup(void **state)
{
    Shop *shop = calloc(1, sizeof *shop);
    Manifest *m = shop->manifest = manifest_new();
    Arena *arena = shop->arena = m->arena;
    shop->root = (Package){.name = STR("shop"), .is_root = true};
    shop->builtin = (Package){.name = STR("dbt"), .is_builtin = true};
    m->root = &shop->root;
    m->generated_at = STR("2026-03-02T08:15:04.000000Z");
    m->target.type = STR("sqlite");
    m->target.name = STR("dev");

    Node *users = add(shop, USERS, RESOURCE_MODEL, "model.shop.users", "users", WORDS("shop", "int", "core", "users"));
    users->original_file_path = STR("models/int/core/users.sql");
    users->description = STR("Who they *are* </script>.");
    users->relation_name = STR("\"users\"");
    users->materialized = STR("table");
    users->tags = list(arena, &users->tag_count, WORDS("daily", "pii"));
    users->raw_code = STR("select * from << source('raw', 'people') >> -- </script>");
    shop->compiled[USERS] = STR("select * from \"raw__people\" -- </script>");
    users->column_count = 2;
    users->columns = ARENA_ARRAY(arena, Column, 2);
    users->columns[0] = (Column){.name = STR("ID"), .data_type = STR("integer"), .description = STR("Key.")};
    users->columns[1] = (Column){.name = STR("ghost"), .data_type = STR("text"), .tags = value_list(arena)};
    list_push(users->columns[1].tags.u.list, value_str(STR("old")));
    dict_set_str(users->config.u.dict, STR("materialized"), value_str(STR("table")));
    dict_set_str(users->config.u.dict, STR("enabled"), VALUE_TRUE);
    dict_set_str(users->config.u.dict, STR("post_hook"), value_list(arena));
    dict_set_str(users->meta.u.dict, STR("owner"), value_str(STR("Ada")));
    static DocsColumn columns[] = {{STR_INIT("id"), STR_INIT("")}, {STR_INIT("email"), STR_INIT("TEXT")}};
    static DocsStat stats[] = {{STR_INIT("Rows"), STR_INIT("12")}};
    shop->relations[USERS] = (DocsRelation){columns, 2, stats, 1};

    Node *orders = add(shop, ORDERS, RESOURCE_SEED, "seed.shop.orders", "orders", WORDS("shop", "orders"));
    dict_set_str(orders->docs.u.dict, STR("show"), VALUE_FALSE);
    dict_set_str(orders->docs.u.dict, STR("node_color"), value_str(STR("#aa0000")));

    Node *unique = add(shop, UNIQUE, RESOURCE_TEST, "test.shop.unique_users_id.1", "unique_users_id",
                       WORDS("shop", "int", "core", "unique_users_id"));
    unique->relation_name = STR("not shown");
    unique->test = ARENA_NEW(arena, TestInfo);
    *unique->test = (TestInfo){.generic = true,
                               .test_name = STR("unique"),
                               .namespace = STR("utils"),
                               .column_name = STR("id"),
                               .attached = users,
                               .kwargs = value_dict(arena)};
    dict_set_str(unique->test->kwargs.u.dict, STR("model"), value_str(STR("<< get_where_subquery(ref('users')) >>")));
    dict_set_str(unique->test->kwargs.u.dict, STR("column_name"), value_str(STR("id")));
    dict_set_str(unique->test->kwargs.u.dict, STR("at_least"), value_float(0.5));
    dict_set_str(unique->config.u.dict, STR("severity"), value_str(STR("WARN")));
    parents(shop, unique, users, NULL);

    Node *singular = add(shop, SINGULAR, RESOURCE_TEST, "test.shop.sane", "sane", WORDS("shop", "sane"));
    singular->test = ARENA_NEW(arena, TestInfo);
    parents(shop, singular, orders, users);

    Node *raw =
        add(shop, RAW, RESOURCE_SOURCE, "source.shop.raw.people", "people", WORDS("shop", "int", "raw", "people"));
    raw->source_info = ARENA_NEW(arena, SourceInfo);
    *raw->source_info = (SourceInfo){.source_name = STR("raw"),
                                     .source_description = STR("From outside."),
                                     .loader = STR("cron"),
                                     .has_freshness = true,
                                     .warn_after = {12, STR("hour"), false},
                                     .error_after = {1, STR("day"), false}};
    Node *board = add(shop, BOARD, RESOURCE_EXPOSURE, "exposure.shop.board", "board", WORDS("shop", "board"));
    board->exposure = ARENA_NEW(arena, ExposureInfo);
    *board->exposure = (ExposureInfo){.exposure_type = STR("dashboard"),
                                      .owner_name = STR("Bo"),
                                      .owner_email = STR("bo@x.example"),
                                      .url = STR("https://x.example")};
    Node *gone = ARENA_NEW(arena, Node);
    gone->index = USERS; /* a disabled node's number means nothing */
    parents(shop, board, users, gone);
    Node *dim = add(shop, DIM, RESOURCE_MODEL, "model.shop.dim.v2", "dim", WORDS("shop", "gold", "dim", "v2"));
    dim->version = value_int(2);
    parents(shop, users, raw, NULL);

    m->nodes = shop->node;
    m->node_count = NODES;
    shop->macros[0] = macro(shop, &shop->builtin, "macro.dbt.ref", "ref", "builtin");
    shop->macros[1] = macro(shop, &shop->root, "macro.shop.cents", "cents", "<% macro cents(x) %>1<% endmacro %>");
    shop->macros[1]->argument_count = 1;
    shop->macros[1]->arguments = ARENA_NEW(arena, MacroArgument);
    shop->macros[1]->arguments[0] = (MacroArgument){STR("x"), STR("integer"), STR("What.")};
    shop->macros[2] = macro(shop, &shop->root, "macro.shop.other", "other", "");
    m->macros = shop->macros;
    m->macro_count = 3;
    static const Str used[] = {STR_INIT("macro.dbt.ref"), STR_INIT("macro.shop.other")};
    users->depends_on_macros = used;
    users->depends_on_macro_count = 2;

    static DocBlock builtin_overview = {.name = STR_INIT("__overview__"), .contents = STR_INIT("not this")};
    static DocBlock overview = {.name = STR_INIT("__overview__"), .contents = STR_INIT("# Hello")};
    builtin_overview.package = &shop->builtin;
    overview.package = &shop->root;
    static DocBlock *docs[] = {&builtin_overview, &overview};
    m->docs = docs;
    m->doc_count = 2;

    shop->results[0] = (DocsResult){STR("model.shop.users"), STR("error"), STR("old"), STR(""), -1, -1};
    shop->results[1] =
        (DocsResult){STR("model.shop.users"), STR("success"), STR(""), STR("2026-03-02T08:15:00Z"), -1, 0.12345678};
    shop->results[2] =
        (DocsResult){STR("test.shop.unique_users_id.1"), STR("warn"), STR("Got 3 results"), STR(""), 3, 0};
    shop->input = (DocsInput){.manifest = m,
                              .generator = STR("cdbt 9"),
                              .compiled = shop->compiled,
                              .relations = shop->relations,
                              .results = shop->results,
                              .result_count = 3};
    *state = shop;
    return 0;
}

static int teardown(void **state)
{
    Shop *shop = *state;
    manifest_free(shop->manifest);
    free(shop);
    return 0;
}

static json_t *payload(const DocsInput *input)
{
    Buf out;
    buf_init(&out, NULL);
    JsonWriter json;
    jw_to_buf(&json, &out);
    docs_payload(&json, input);
    assert_true(jw_end(&json));
    json_error_t error;
    json_t *root = json_loadb(out.ptr, out.len, 0, &error);
    if (!root) fail_msg("%s", error.text);
    buf_release(&out);
    return root;
}

/* The value of `key` as JSON text, "" if it is not there. */
static void expect_key(const json_t *object, const char *key, const char *want)
{
    json_t *value = json_object_get(object, key);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(10)) : strdup("");
    if (strcmp(text, want) != 0) fail_msg("%s: %s, expected %s", key, text, want);
    free(text);
}

static void nodes_say_what_they_are(void **state)
{
    Shop *shop = *state;
    json_t *root = payload(&shop->input);
    expect_key(root, "format", "1");
    expect_key(root, "project",
               "{\"name\":\"shop\",\"generator\":\"cdbt 9\",\"generated_at\":\"2026-03-02T08:15:04.000000Z\","
               "\"adapter\":\"sqlite\",\"target\":\"dev\",\"overview\":\"<h3>Hello</h3>\\n\"}");
    json_t *nodes = json_object_get(root, "nodes");
    assert_int_equal(json_array_size(nodes), NODES + 2);

    json_t *users = json_array_get(nodes, USERS);
    expect_key(users, "id", "\"model.shop.users\"");
    expect_key(users, "kind", "\"model\"");
    expect_key(users, "package", "\"shop\"");
    expect_key(users, "path", "\"models/int/core/users.sql\"");
    expect_key(users, "folders", "[\"int\",\"core\"]");
    expect_key(users, "description", "\"<p>Who they <em>are</em> &lt;/script&gt;.</p>\\n\"");
    expect_key(users, "relation", "\"\\\"users\\\"\"");
    expect_key(users, "materialized", "\"table\"");
    expect_key(users, "tags", "[\"daily\",\"pii\"]");
    expect_key(users, "owner", "\"Ada\"");
    /* The database's columns first, with what the project says of them; names are compared without case. */
    expect_key(users, "columns",
               "[[\"id\",\"integer\",\"<p>Key.</p>\\n\"],[\"email\",\"TEXT\"],[\"ghost\",\"text\",\"\",[\"old\"]]]");
    expect_key(users, "parents", "[4]");
    expect_key(users, "uses", "[8]");
    expect_key(users, "config", "{\"materialized\":\"table\"}");
    expect_key(users, "meta", "{\"owner\":\"Ada\"}");
    expect_key(users, "stats", "[[\"Rows\",\"12\"]]");
    expect_key(users, "result", "{\"status\":\"success\",\"time\":0.123457,\"at\":\"2026-03-02T08:15:00Z\"}");
    expect_key(users, "hidden", "");

    json_t *orders = json_array_get(nodes, ORDERS);
    expect_key(orders, "hidden", "true");
    expect_key(orders, "color", "\"#aa0000\"");
    expect_key(orders, "folders", "");
    expect_key(orders, "config", "");
    expect_key(orders, "result", "");

    json_t *dim = json_array_get(nodes, DIM);
    expect_key(dim, "version", "2");
    expect_key(dim, "folders", "[\"gold\"]");
    json_decref(root);
}

static void tests_sources_exposures_and_macros(void **state)
{
    Shop *shop = *state;
    json_t *root = payload(&shop->input);
    json_t *nodes = json_object_get(root, "nodes");
    json_t *unique = json_array_get(nodes, UNIQUE);
    expect_key(unique, "test", "\"utils.unique\"");
    expect_key(unique, "on", "0");
    expect_key(unique, "column", "\"id\"");
    expect_key(unique, "args", "{\"at_least\":0.5}");
    expect_key(unique, "severity", "\"warn\"");
    expect_key(unique, "relation", "");
    expect_key(unique, "result", "{\"status\":\"warn\",\"failures\":3,\"time\":0.0,\"message\":\"Got 3 results\"}");
    json_t *singular = json_array_get(nodes, SINGULAR);
    expect_key(singular, "test", "");
    expect_key(singular, "on", "");
    expect_key(singular, "parents", "[1,0]");
    json_t *raw = json_array_get(nodes, RAW);
    expect_key(raw, "source", "\"raw\"");
    expect_key(raw, "folders", "[\"int\"]");
    expect_key(raw, "source_description", "\"<p>From outside.</p>\\n\"");
    expect_key(raw, "loader", "\"cron\"");
    expect_key(raw, "freshness", "\"warn after 12 hours, error after 1 day\"");
    json_t *board = json_array_get(nodes, BOARD);
    expect_key(board, "exposure_type", "\"dashboard\"");
    expect_key(board, "owner", "\"Bo <bo@x.example>\"");
    expect_key(board, "parents", "[0]");
    json_t *cents = json_array_get(nodes, NODES);
    expect_key(cents, "id", "\"macro.shop.cents\"");
    expect_key(cents, "kind", "\"macro\"");
    expect_key(cents, "arguments", "[[\"x\",\"integer\",\"<p>What.</p>\\n\"]]");
    json_decref(root);
}

static void nothing_known_but_the_manifest(void **state)
{
    Shop *shop = *state;
    DocsInput bare = {.manifest = shop->manifest};
    json_t *root = payload(&bare);
    json_t *users = json_array_get(json_object_get(root, "nodes"), USERS);
    expect_key(users, "columns", "[[\"ID\",\"integer\",\"<p>Key.</p>\\n\"],[\"ghost\",\"text\",\"\",[\"old\"]]]");
    expect_key(users, "result", "");
    expect_key(users, "stats", "");
    json_decref(root);
    Manifest *empty = manifest_new();
    DocsInput none = {.manifest = empty};
    root = payload(&none);
    expect_key(root, "nodes", "[]");
    json_decref(root);
    manifest_free(empty);
}

static bool to_buf(void *context, Str piece)
{
    buf_add(context, piece);
    return true;
}

static bool has(Str text, const char *part)
{
    return str_find(text, str_from(part), 0) != STR_NPOS;
}

static size_t count(Str text, const char *part)
{
    size_t n = 0;
    for (size_t at = 0; (at = str_find(text, str_from(part), at)) != STR_NPOS; at++) n++;
    return n;
}

static void page_is_whole_and_nothing_ends_a_script_early(void **state)
{
    Shop *shop = *state;
    Arena *arena = arena_new();
    Buf out;
    buf_init(&out, NULL);
    assert_true(docs_page(arena, &shop->input, to_buf, &out));
    Str page = buf_str(&out);
    assert_true(str_starts(page, STR("<!doctype html>")));
    assert_true(str_ends(str_trim(page), STR("</html>")));
    assert_false(has(page, "<!--cdbt:"));
    assert_false(has(page, "<link rel=\"stylesheet\""));
    assert_false(has(page, "<script src="));
    size_t scripts = 0;
    for (size_t i = 0; i < embedded_web_count; i++) {
        Str text = str_n((const char *)embedded_web[i].data, embedded_web[i].size);
        if (str_ends(str_from(embedded_web[i].path), STR(".js"))) {
            scripts++;
            assert_false(has(text, "</script"));
            assert_false(has(text, "<!--"));
        }
        if (!str_eq(str_from(embedded_web[i].path), STR("page.html"))) assert_true(has(page, text.ptr));
    }
    /* One element for each script, one for the data, one for the code. */
    assert_int_equal(count(page, "<script"), scripts + 2);
    assert_int_equal(count(page, "</script>"), scripts + 2);
    assert_int_equal(count(page, "'sha256-"), scripts + 1);
    assert_true(has(page, "<script type=\"application/json\" id=\"cdbt-data\">{\"format\":1,"));
    assert_true(
        has(page, "<script type=\"application/json\" class=\"cdbt-code\" data-first=\"0\" data-count=\"9\">"
                  "[[\"select * from \\u003c\\u003c source('raw', 'people') \\u003e\\u003e -- \\u003c/script\\u003e\","
                  "\"select * from \\\"raw__people\\\" -- \\u003c/script\\u003e\"],[],[],[],[],[],[],"
                  "[\"\\u003c% macro cents(x) %\\u003e1\\u003c% endmacro %\\u003e\"],[]]</script>"));
    buf_release(&out);
    arena_free(arena);
}

static bool stop_at_once(void *context, Str piece)
{
    (void)piece;
    ++*(int *)context;
    return false;
}

static void a_sink_that_stops_is_not_called_again(void **state)
{
    Shop *shop = *state;
    Arena *arena = arena_new();
    int calls = 0;
    assert_false(docs_page(arena, &shop->input, stop_at_once, &calls));
    assert_int_equal(calls, 1);
    arena_free(arena);
}

static void many_nodes_fill_several_blocks(void **state)
{
    (void)state;
    Manifest *m = manifest_new();
    Package root = {.name = STR("big"), .is_root = true};
    m->root = &root;
    enum { MANY = 600 };
    m->nodes = ARENA_ARRAY(m->arena, Node *, MANY);
    m->node_count = MANY;
    for (uint32_t i = 0; i < MANY; i++) {
        Node *node = m->nodes[i] = ARENA_NEW(m->arena, Node);
        *node = (Node){
            .type = RESOURCE_MODEL, .index = i, .package = &root, .unique_id = str_fmt(m->arena, "model.big.m%u", i)};
        /* The second block has no code at all and is left out. */
        if (i < 256 || i >= 512) node->raw_code = str_fmt(m->arena, "select %u", i);
    }
    DocsInput input = {.manifest = m};
    Buf out;
    buf_init(&out, NULL);
    assert_true(docs_page(m->arena, &input, to_buf, &out));
    Str page = buf_str(&out);
    assert_int_equal(count(page, "class=\"cdbt-code\""), 2);
    assert_true(has(page, "data-first=\"0\" data-count=\"256\">[[\"select 0\"],"));
    assert_true(has(page, "data-first=\"512\" data-count=\"88\">[[\"select 512\"],"));
    buf_release(&out);
    manifest_free(m);
}

static void written_aside_and_renamed(void **state)
{
    Shop *shop = *state;
    Arena *arena = arena_new();
    char folder[] = "/tmp/cdbt-test-docs-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *path = str_c(arena, str_fmt(arena, "%s/target/index.html", folder));
    Str error = STR_EMPTY;
    assert_true(docs_write(arena, &shop->input, path, &error));
    Str first;
    assert_true(file_read(arena, path, &first, &error));
    assert_true(has(first, "cdbt-data"));
    /* A folder stands where the page should go: a sentence, and no file beside it. */
    const char *taken = str_c(arena, str_fmt(arena, "%s/taken", folder));
    assert_int_equal(mkdir(taken, 0777), 0);
    assert_false(docs_write(arena, &shop->input, taken, &error));
    assert_true(error.len > 0);
    DirEntries entries = {0};
    Str ignored;
    assert_true(dir_walk(arena, folder, &(DirOptions){.flags = DIR_HIDDEN}, &entries, &ignored));
    assert_int_equal(entries.n, 1);
    assert_true(file_remove_tree(arena, "/tmp", folder, &error));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nodes_say_what_they_are, setup, teardown),
        cmocka_unit_test_setup_teardown(tests_sources_exposures_and_macros, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_known_but_the_manifest, setup, teardown),
        cmocka_unit_test_setup_teardown(page_is_whole_and_nothing_ends_a_script_early, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sink_that_stops_is_not_called_again, setup, teardown),
        cmocka_unit_test(many_nodes_fill_several_blocks),
        cmocka_unit_test_setup_teardown(written_aside_and_renamed, setup, teardown),
    };
    return cmocka_run_group_tests_name("docs", tests, NULL, NULL);
}
