/* Whole runs in tests: a project written into a folder of its own, loaded, run, and what came of it as text.
 *
 * Thread rule: one thread (the runs start their own). */
#ifndef CDBT_TESTS_RUN_TEST_H
#define CDBT_TESTS_RUN_TEST_H

#include "support/check.h"

#include "base/file.h"
#include "diag/render.h"
#include "project/project.h"
#include "run/run.h"

#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

typedef struct Shop {
    Arena *arena;
    Str folder;
    Manifest *manifest;
    Graph *graph;
    DiagSink sink;
    Run *run;
    RunOptions options;
    Buf messages; /* to the person, a line each */
    size_t checked;
    void (*on_event)(struct Shop *shop, const RunEvent *event);
} Shop;

static inline void shop_event(void *data, const RunEvent *event)
{
    Shop *shop = data;
    if (event->kind == RUN_EVENT_MESSAGE) buf_addf(&shop->messages, "%.*s\n", STR_ARG(event->text));
    if (event->kind == RUN_EVENT_CHECKED) shop->checked = event->count;
    if (shop->on_event) shop->on_event(shop, event);
}

static inline void shop_write(Shop *shop, const char *path, const char *text)
{
    Str error;
    Str full = path_join(shop->arena, shop->folder, str_from(path));
    if (!file_write_aside(shop->arena, full.ptr, str_from(text), 0, &error)) fail_msg("%s: %s", path, error.ptr);
}

static inline int shop_setup(void **state)
{
    Shop *shop = calloc(1, sizeof *shop);
    shop->arena = arena_new();
    char name[] = "/tmp/cdbt-run-XXXXXX";
    shop->folder = str_dup(shop->arena, str_from(mkdtemp(name)));
    diag_sink_init(&shop->sink);
    buf_init(&shop->messages, NULL);
    shop_write(shop, "dbt_project.yml", "name: shop\nversion: '1.0'\n");
    shop->options = (RunOptions){.show_failures = 5,
                                 .event = shop_event,
                                 .event_data = shop,
                                 .threads = 2,
                                 .limit = 5,
                                 .flags = value_undefined(STR_EMPTY),
                                 .invocation = value_undefined(STR_EMPTY),
                                 .operation_args = value_undefined(STR_EMPTY)};
    *state = shop;
    return 0;
}

static inline void shop_unload(Shop *shop)
{
    run_free(shop->run);
    if (shop->manifest) manifest_free(shop->manifest);
    shop->run = NULL;
    shop->manifest = NULL;
}

static inline int shop_teardown(void **state)
{
    Shop *shop = *state;
    shop_unload(shop);
    Str error;
    file_remove_tree(shop->arena, "/tmp", shop->folder.ptr, &error);
    buf_release(&shop->messages);
    diag_sink_release(&shop->sink);
    arena_free(shop->arena);
    free(shop);
    return 0;
}

/* "code path:line:column message (hint)" */
static inline Str shop_diag(Shop *shop, const Diag *diag)
{
    Str place = diag_place(shop->arena, shop->manifest->sources, diag->span);
    assert_true(place.len > 0); /* no diagnostic without a place */
    return str_fmt(shop->arena, "%s %.*s %.*s%s%.*s%s", diag_code_word(diag->code), STR_ARG(place),
                   STR_ARG(diag->message), diag->hint.len ? " (" : "", STR_ARG(diag->hint), diag->hint.len ? ")" : "");
}

static inline void shop_load(Shop *shop)
{
    shop_unload(shop);
    diag_sink_clear(&shop->sink);
    buf_clear(&shop->messages);
    shop->manifest = manifest_new();
    SourceId place = source_add(shop->manifest->sources, STR("command line"), STR("cdbt build"));
    ProjectOptions options = {.project_dir = shop->folder,
                              .workers = 1,
                              .flags = value_undefined(STR_EMPTY),
                              .invocation = value_undefined(STR_EMPTY),
                              .place = {STR("cdbt build"), {place, 0, 4}},
                              .invocation_id = STR("00000000-0000-4000-8000-000000000000"),
                              .generated_at = STR("2026-01-31T12:00:00.000000Z")};
    if (!project_load(shop->manifest, &options, &shop->graph, &shop->sink))
        fail_msg("%.*s", STR_ARG(shop_diag(shop, &shop->sink.items[0])));
}

/* Loads the project and runs a command on what is selected ("" or NULL: everything). The results, a line each, as
 * "status name: message" in the order of completion, with their diagnostics behind them; then what the sink holds. */
static inline Str shop_run(Shop *shop, RunCommand command, const char *select)
{
    shop_load(shop);
    SpanText criterion = {str_from(select), {1, 0, 1}};
    shop->options.command = command;
    shop->options.select = (SelectOptions){.types = run_command_types(command)};
    if (select && *select) {
        shop->options.select.select = &criterion;
        shop->options.select.select_count = 1;
    }
    if (shop->options.inline_sql.len)
        shop->options.inline_source = source_add(shop->manifest->sources, STR("--inline"), shop->options.inline_sql);
    shop->run = run_plan(shop->manifest, shop->graph, &shop->options, &shop->sink);
    Buf out;
    buf_init(&out, shop->arena);
    if (shop->run) run_execute(shop->run, &shop->sink);
    size_t count = 0;
    const RunResult *results = shop->run ? run_results(shop->run, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        buf_addf(&out, "%s %.*s: %.*s\n", run_status_word(results[i].status), STR_ARG(results[i].node->name),
                 STR_ARG(results[i].message));
        for (size_t d = 0; d < results[i].diag_count; d++) {
            buf_addz(&out, "  ");
            buf_add(&out, shop_diag(shop, &results[i].diags[d]));
            buf_addc(&out, '\n');
        }
    }
    for (size_t i = 0; i < shop->sink.count; i++) {
        buf_add(&out, shop_diag(shop, &shop->sink.items[i]));
        buf_addc(&out, '\n');
    }
    return buf_str(&out);
}

/* Rows of a query on the shop's database: cells parted by '|', rows by newlines. */
static inline Str shop_sql(Shop *shop, const char *sql)
{
    Str path = path_join(shop->arena, shop->folder, STR("shop.db"));
    if (!file_exists(path.ptr)) return STR("(no database)");
    sqlite3 *db;
    sqlite3_stmt *statement;
    Buf out;
    buf_init(&out, shop->arena);
    if (sqlite3_open_v2(path.ptr, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) fail_msg("cannot open");
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        buf_addz(&out, sqlite3_errmsg(db));
    } else {
        while (sqlite3_step(statement) == SQLITE_ROW) {
            if (out.len) buf_addc(&out, '\n');
            for (int c = 0; c < sqlite3_column_count(statement); c++) {
                if (c) buf_addc(&out, '|');
                const unsigned char *text = sqlite3_column_text(statement, c);
                buf_addz(&out, text ? (const char *)text : "null");
            }
        }
        sqlite3_finalize(statement);
    }
    sqlite3_close(db);
    return buf_str(&out);
}

static inline Str shop_file(Shop *shop, const char *path)
{
    Str text, error;
    if (!file_read(shop->arena, path_join(shop->arena, shop->folder, str_from(path)).ptr, &text, &error))
        return STR("(no file)");
    return text;
}

#endif
