/* What the adapter tests share: a folder of their own, a database in it, short forms of the calls. */
#ifndef CDBT_TEST_ADAPTER_H
#define CDBT_TEST_ADAPTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "cdbt/adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Fixture {
    Arena *arena;
    Str folder;
    AdapterDatabase *database;
    AdapterConnection *writer;
    AdapterError error;
} Fixture;

static inline Str fixture_path(Fixture *f, const char *name)
{
    return path_join(f->arena, f->folder, str_from(name));
}

static inline void fixture_open(Fixture *f, const AdapterSetting *settings, size_t count)
{
    AdapterOpen open = {.settings = settings, .setting_count = count, .base_folder = f->folder};
    if (!adapter_open(STR("sqlite"), &open, &f->database, &f->error) ||
        !adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error))
        fail_msg("%s", f->error.message.ptr);
}

static inline void fixture_close(Fixture *f)
{
    adapter_disconnect(f->writer);
    adapter_close(f->database);
    f->writer = NULL;
    f->database = NULL;
}

static inline int fixture_bare(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    char name[] = "/tmp/cdbt-test-XXXXXX";
    f->folder = str_dup(f->arena, str_from(mkdtemp(name)));
    adapter_error_init(&f->error, f->arena);
    *state = f;
    return 0;
}

static inline int fixture_setup(void **state)
{
    fixture_bare(state);
    AdapterSetting settings[] = {{STR("path"), STR("test.db")}};
    fixture_open(*state, settings, 1);
    return 0;
}

static inline int fixture_teardown(void **state)
{
    Fixture *f = *state;
    fixture_close(f);
    Str error;
    file_remove_tree(f->arena, "/tmp", f->folder.ptr, &error);
    arena_free(f->arena);
    free(f);
    return 0;
}

static inline void run(Fixture *f, const char *sql)
{
    if (!adapter_execute(f->writer, str_from(sql), f->arena, NULL, &f->error))
        fail_msg("%s: %s", sql, f->error.message.ptr);
}

static inline void add_cell(Buf *out, const AdapterCell *cell)
{
    switch (cell->type) {
    case CELL_NULL: buf_addz(out, "null"); break;
    case CELL_INTEGER: buf_addf(out, "%lld", (long long)cell->integer); break;
    case CELL_REAL:
        buf_addf(out, "%.15g%s", cell->real, cell->real == (double)(long long)cell->real ? ".0" : "");
        break;
    case CELL_TEXT: buf_addf(out, "'%.*s'", STR_ARG(cell->text)); break;
    case CELL_BLOB:
        buf_addz(out, "x'");
        for (size_t i = 0; i < cell->text.len; i++) buf_addf(out, "%02x", (unsigned)(unsigned char)cell->text.ptr[i]);
        buf_addz(out, "'");
        break;
    }
}

/* All rows as text: cells with ',' between, rows with ';' between; a failure as "error: message". */
static inline const char *rows_on(Fixture *f, AdapterConnection *connection, const char *sql)
{
    AdapterCursor *cursor;
    if (!adapter_query(connection, str_from(sql), &cursor, &f->error))
        return str_cat(f->arena, STR("error: "), f->error.message).ptr;
    size_t n;
    adapter_cursor_columns(cursor, &n);
    Buf out;
    buf_init(&out, f->arena);
    buf_reserve(&out, 1);
    const AdapterCell *cells;
    AdapterStep step;
    bool first = true;
    while ((step = adapter_step(cursor, &cells, &f->error)) == ADAPTER_ROW) {
        buf_addz(&out, first ? "" : ";");
        first = false;
        for (size_t i = 0; i < n; i++) {
            buf_addz(&out, i ? "," : "");
            add_cell(&out, &cells[i]);
        }
    }
    adapter_finish(cursor);
    if (step == ADAPTER_FAILED) return str_cat(f->arena, STR("error: "), f->error.message).ptr;
    return buf_str(&out).ptr;
}

static inline const char *rows(Fixture *f, const char *sql)
{
    return rows_on(f, f->writer, sql);
}

#define assert_rows(f, sql, expected) assert_string_equal(rows((f), (sql)), (expected))

/* What a message points at: the text from the offset on, as long as the token. */
static inline const char *pointed_at(Fixture *f, const char *sql)
{
    if (f->error.offset < 0) return "nothing";
    return str_dup(f->arena,
                   str_slice(str_from(sql), (size_t)f->error.offset, (size_t)(f->error.offset + f->error.length)))
        .ptr;
}

#endif
