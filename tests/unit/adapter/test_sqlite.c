/* The SQLite adapter: opening (and refusing), statements, errors with their places, transactions, locks, cancelling. */
#include "adapter_test.h"

#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

static bool open_path(Fixture *f, const char *path, bool read_only)
{
    AdapterSetting settings[] = {{STR("path"), str_from(path)}, {STR("busy_timeout"), STR("50ms")}};
    AdapterOpen open = {.settings = settings, .setting_count = 2, .base_folder = f->folder, .read_only = read_only};
    return adapter_open(STR("sqlite"), &open, &f->database, &f->error);
}

static void write_file(Fixture *f, const char *name, const char *text)
{
    Str error;
    assert_true(file_write_aside(f->arena, fixture_path(f, name).ptr, str_from(text), 0, &error));
}

static void assert_contains(Str text, const char *piece)
{
    if (str_find(text, str_from(piece), 0) == STR_NPOS) fail_msg("'%s' does not hold '%s'", text.ptr, piece);
}

/* ---- opening ---- */

static void unknown_type_is_refused(void **state)
{
    Fixture *f = *state;
    AdapterOpen open = {0};
    assert_false(adapter_open(STR("oracle"), &open, &f->database, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_SETTING);
    assert_contains(f->error.hint, "sqlite");
}

static void no_path_is_refused(void **state)
{
    Fixture *f = *state;
    AdapterOpen open = {.base_folder = f->folder};
    assert_false(adapter_open(STR("sqlite"), &open, &f->database, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_SETTING);
    assert_string_equal(f->error.subject.ptr, "path");
}

static void bad_settings_are_refused(void **state)
{
    Fixture *f = *state;
    AdapterSetting wrong[][2] = {
        {{STR("path"), STR("a.db")}, {STR("busy_timeout"), STR("soon")}},
        {{STR("path"), STR("a.db")}, {STR("double_quoted_strings"), STR("maybe")}},
        {{STR("path"), STR("a.db")}, {STR("attach.main"), STR("b.db")}},
        {{STR("path"), STR("a.db")}, {STR("pragmas.x; drop table y"), STR("1")}},
        {{STR("path"), STR("a.db")}, {STR("schemas_and_paths.main"), STR("b.db")}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        AdapterOpen open = {.settings = wrong[i], .setting_count = 2, .base_folder = f->folder};
        assert_false(adapter_open(STR("sqlite"), &open, &f->database, &f->error));
        assert_int_equal(f->error.kind, ADAPTER_SETTING);
        assert_true(f->error.subject.len > 0);
    }
}

static void a_folder_is_refused(void **state)
{
    Fixture *f = *state;
    assert_false(open_path(f, ".", false));
    assert_int_equal(f->error.kind, ADAPTER_CONNECTION);
    assert_contains(f->error.message, "it is a folder");
}

static void a_missing_parent_is_named(void **state)
{
    Fixture *f = *state;
    assert_false(open_path(f, "nowhere/x.db", false));
    assert_int_equal(f->error.kind, ADAPTER_CONNECTION);
    assert_contains(f->error.message, "nowhere does not exist");
    assert_false(file_exists(fixture_path(f, "nowhere").ptr));
}

static void another_file_is_refused_and_stays(void **state)
{
    Fixture *f = *state;
    write_file(f, "notes.txt", "this is no database but a list of things to buy");
    assert_false(open_path(f, "notes.txt", false));
    assert_int_equal(f->error.kind, ADAPTER_NOT_A_DATABASE);
    Str text, error;
    assert_true(file_read(f->arena, fixture_path(f, "notes.txt").ptr, &text, &error));
    assert_string_equal(text.ptr, "this is no database but a list of things to buy");
    assert_false(file_exists(fixture_path(f, "notes.txt-wal").ptr));
}

static void a_short_file_is_refused(void **state)
{
    Fixture *f = *state;
    write_file(f, "short.db", "SQL");
    assert_false(open_path(f, "short.db", false));
    assert_int_equal(f->error.kind, ADAPTER_NOT_A_DATABASE);
}

static void damage_is_told_apart(void **state)
{
    Fixture *f = *state;
    char *text = calloc(1, 8193);
    memset(text, 'z', 8192);
    memcpy(text, "SQLite format 3", 15);
    text[15] = 'x'; /* a NUL in a good file */
    write_file(f, "bad.db", text);
    free(text);
    assert_false(open_path(f, "bad.db", false));
    assert_int_equal(f->error.kind, ADAPTER_NOT_A_DATABASE);
}

static void reading_only_creates_nothing(void **state)
{
    Fixture *f = *state;
    assert_true(open_path(f, "absent.db", true));
    AdapterConnection *reader;
    assert_true(adapter_connect(f->database, ADAPTER_READER, &reader, &f->error));
    assert_string_equal(rows_on(f, reader, "select count(*) from sqlite_schema"), "0");
    assert_false(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_READONLY);
    adapter_disconnect(reader);
    assert_false(file_exists(fixture_path(f, "absent.db").ptr));
}

static void memory_leaves_no_file(void **state)
{
    Fixture *f = *state;
    assert_int_equal(setenv("TMPDIR", f->folder.ptr, 1), 0);
    AdapterSetting settings[] = {{STR("path"), STR(":memory:")}};
    fixture_open(f, settings, 1);
    run(f, "create table t(a)");
    AdapterConnection *reader;
    assert_true(adapter_connect(f->database, ADAPTER_READER, &reader, &f->error));
    assert_string_equal(rows_on(f, reader, "select name from sqlite_schema"), "'t'");
    adapter_disconnect(reader);
    fixture_close(f);
    unsetenv("TMPDIR");
    DirEntries entries = {0};
    Str error;
    assert_true(dir_walk(f->arena, f->folder.ptr, NULL, &entries, &error));
    assert_int_equal(entries.n, 0);
}

static void dbts_profile_is_understood(void **state)
{
    Fixture *f = *state;
    write_file(f, "empty", "");
    const char *sql[] = {"raw.db", "extra.db"};
    for (size_t i = 0; i < 2; i++) {
        sqlite3 *handle;
        assert_int_equal(sqlite3_open(fixture_path(f, sql[i]).ptr, &handle), SQLITE_OK);
        assert_int_equal(sqlite3_exec(handle, "create table t(a int); insert into t values (7)", NULL, NULL, NULL), 0);
        sqlite3_close(handle);
    }
    AdapterSetting settings[] = {{STR("schemas_and_paths.main"), STR("etl.db")},
                                 {STR("schemas_and_paths.raw"), STR("raw.db")},
                                 {STR("schemas_and_paths.later"), STR("not_yet.db")},
                                 {STR("schema_directory"), STR(".")}};
    AdapterOpen open = {.settings = settings, .setting_count = 4, .base_folder = f->folder};
    fixture_open(f, settings, 4);
    assert_rows(f, "select a from raw.t", "7");
    assert_rows(f, "select a from extra.t", "7");
    assert_true(adapter_attached(STR("sqlite"), &open, STR("RAW")));
    assert_true(adapter_attached(STR("sqlite"), &open, STR("extra")));
    assert_false(adapter_attached(STR("sqlite"), &open, STR("etl")));
    assert_false(adapter_attached(STR("sqlite"), &open, STR("later")));
    assert_string_equal(rows(f, "delete from raw.t"), "error: attempt to write a readonly database");
    Str location;
    assert_true(adapter_location(STR("sqlite"), &open, f->arena, &location, &f->error));
    assert_true(str_eq(location, fixture_path(f, "etl.db")));
}

static void attaching_what_is_not_there_is_refused(void **state)
{
    Fixture *f = *state;
    AdapterSetting settings[] = {{STR("path"), STR("a.db")}, {STR("attach.crm"), STR("crm.db")}};
    AdapterOpen open = {.settings = settings, .setting_count = 2, .base_folder = f->folder};
    assert_false(adapter_open(STR("sqlite"), &open, &f->database, &f->error));
    assert_contains(f->error.message, "there is no such file");
    assert_string_equal(f->error.subject.ptr, "attach.crm");
}

/* ---- statements ---- */

static void scripts_run_and_cells_are_typed(void **state)
{
    Fixture *f = *state;
    run(f, "create table t(a int, b text); -- one\n insert into t values (1, 'x;y'), (2, null);;");
    assert_rows(f, "select a, b, 1.5, x'00ff' from t", "1,'x;y',1.5,x'00ff';2,null,1.5,x'00ff'");
    AdapterResult result;
    assert_true(adapter_execute(f->writer, STR("update t set a = 9; select 1"), f->arena, &result, &f->error));
    assert_int_equal(result.rows_affected, 2);
    assert_string_equal(result.status.ptr, "OK");
    assert_true(adapter_execute(f->writer, STR("create table u as select * from t"), f->arena, &result, &f->error));
    assert_int_equal(result.rows_affected, -1);
    assert_rows(f, "insert into t values (3, 'z'); select count(*) from t;\n-- done", "3");
    assert_rows(f, "drop table u", "");
    assert_rows(f, " -- nothing", "error: there is no statement to run");
}

static void texts_may_hold_nul(void **state)
{
    Fixture *f = *state;
    AdapterCursor *cursor;
    const AdapterCell *cells;
    assert_true(adapter_query(f->writer, STR("select char(65, 0, 66)"), &cursor, &f->error));
    assert_int_equal(adapter_step(cursor, &cells, &f->error), ADAPTER_ROW);
    assert_int_equal(cells[0].text.len, 3);
    assert_memory_equal(cells[0].text.ptr, "A\0B", 3);
    assert_int_equal(adapter_step(cursor, &cells, &f->error), ADAPTER_DONE);
    adapter_finish(cursor);
}

static void errors_have_kind_and_place(void **state)
{
    Fixture *f = *state;
    run(f, "create table t(a int); create table u(a int, b int)");
    static const struct {
        const char *sql;
        AdapterErrorKind kind;
        const char *at, *subject;
    } cases[] = {
        {"select a from t where from", ADAPTER_SYNTAX, "from", ""},
        {"select 'from', x from t", ADAPTER_MISSING_COLUMN, "x", "x"},
        {"select t.\"b c\" from t", ADAPTER_MISSING_COLUMN, "t", "t.b c"},
        {"select 'nope', 1 /* nope */ from \"nope\"", ADAPTER_MISSING_RELATION, "\"nope\"", "nope"},
        {"select * from t join main.nope", ADAPTER_MISSING_RELATION, "main.nope", "main.nope"},
        {"select 1;\n select nofn(a) from t", ADAPTER_MISSING_FUNCTION, "nofn", "nofn"},
        {"select abs(a, 1) from t", ADAPTER_MISSING_FUNCTION, "abs", "abs"},
        {"select a from t, u", ADAPTER_AMBIGUOUS, "a", "a"},
        {"insert into t(zz) values (1)", ADAPTER_MISSING_COLUMN, "zz", "zz"},
        {"select * from t join u using (b)", ADAPTER_MISSING_COLUMN, "b", "b"},
        {"select 'it", ADAPTER_SYNTAX, "", ""},
        {"select :who", ADAPTER_SYNTAX, ":who", ""},
        {"select (1", ADAPTER_SYNTAX, "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AdapterResult result;
        assert_false(adapter_execute(f->writer, str_from(cases[i].sql), f->arena, &result, &f->error));
        if (f->error.kind != cases[i].kind)
            fail_msg("%s: %s is '%s'", cases[i].sql, f->error.message.ptr, adapter_error_word(f->error.kind));
        assert_string_equal(pointed_at(f, cases[i].sql), cases[i].at);
        assert_true(str_eq(f->error.subject, str_from(cases[i].subject)));
        assert_true(f->error.offset >= 0);
    }
}

static void an_offset_counts_from_the_script(void **state)
{
    Fixture *f = *state;
    const char *sql = "select 'é';\n\n  select oops";
    assert_false(adapter_execute(f->writer, str_from(sql), f->arena, NULL, &f->error));
    assert_string_equal(pointed_at(f, sql), "oops");
    assert_string_equal(sql + f->error.offset, "oops");
}

static void preparing_runs_nothing(void **state)
{
    Fixture *f = *state;
    run(f, "create table t(a int, b varchar(10)); create view v as select a, b, a + 1 as c from t");
    AdapterColumns columns;
    assert_true(adapter_prepare(f->writer, STR("select b as x, c, * from v;"), f->arena, &columns, &f->error));
    assert_int_equal(columns.n, 5);
    assert_string_equal(columns.at[0].name.ptr, "x");
    assert_string_equal(columns.at[0].type.ptr, "varchar(10)");
    assert_string_equal(columns.at[0].origin_relation.ptr, "t");
    assert_string_equal(columns.at[0].origin_column.ptr, "b");
    assert_string_equal(columns.at[1].type.ptr, "");
    assert_true(adapter_prepare(f->writer, STR("drop table t"), f->arena, &columns, &f->error));
    assert_int_equal(columns.n, 0);
    assert_rows(f, "select count(*) from t", "0");
    const char *two = "select 1; -- x\n select 2";
    assert_false(adapter_prepare(f->writer, str_from(two), f->arena, &columns, &f->error));
    assert_string_equal(two + f->error.offset, "select 2");
    assert_false(adapter_prepare(f->writer, STR(" ;"), f->arena, &columns, &f->error));
}

/* ---- transactions and roles ---- */

static void transactions_nest(void **state)
{
    Fixture *f = *state;
    run(f, "create table t(a)");
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "insert into t values (1)");
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "insert into t values (2)");
    assert_int_equal(adapter_depth(f->writer), 2);
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "insert into t values (3); create table u(x)");
    assert_true(adapter_commit(f->writer, &f->error));
    assert_true(adapter_commit(f->writer, &f->error));
    assert_rows(f, "select a from t order by 1", "1;3");
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "drop table t; drop table u");
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_int_equal(adapter_depth(f->writer), 0);
    assert_rows(f, "select count(*) from sqlite_schema", "2");
    assert_false(adapter_commit(f->writer, &f->error));
    assert_false(adapter_rollback(f->writer, &f->error));
}

static void readers_see_what_is_committed_and_cannot_write(void **state)
{
    Fixture *f = *state;
    AdapterConnection *reader;
    run(f, "create table t(a); insert into t values (1)");
    assert_true(adapter_connect(f->database, ADAPTER_READER, &reader, &f->error));
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "drop table t; create table t(b); insert into t values (2), (3)");
    assert_string_equal(rows_on(f, reader, "select * from t"), "1");
    assert_true(adapter_commit(f->writer, &f->error));
    assert_string_equal(rows_on(f, reader, "select * from t"), "2;3");
    assert_string_equal(rows_on(f, reader, "delete from t"),
                        "error: the database may only be read here, and this writes");
    assert_int_equal(f->error.kind, ADAPTER_READONLY);
    adapter_disconnect(reader);
}

static void disconnecting_rolls_back(void **state)
{
    Fixture *f = *state;
    run(f, "create table t(a)");
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "insert into t values (1)");
    adapter_disconnect(f->writer);
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    assert_rows(f, "select count(*) from t", "0");
}

static void a_full_disk_changes_nothing(void **state)
{
    Fixture *f = *state;
    AdapterSetting settings[] = {{STR("path"), STR("small.db")}, {STR("pragmas.max_page_count"), STR("12")}};
    fixture_open(f, settings, 2);
    run(f, "create table t(a); insert into t values ('old')");
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "delete from t");
    assert_true(adapter_begin(f->writer, &f->error));
    assert_false(adapter_execute(f->writer, STR("insert into t select zeroblob(100000)"), f->arena, NULL, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_DISK_FULL);
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_rows(f, "select a from t", "'old'");
}

static void a_transaction_that_the_sql_ended_is_not_gone_on_with(void **state)
{
    Fixture *f = *state;
    run(f, "create table t(a)");
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "insert into t values (1); rollback");
    assert_false(adapter_execute(f->writer, STR("insert into t values (2)"), f->arena, NULL, &f->error));
    assert_false(adapter_commit(f->writer, &f->error));
    assert_true(adapter_rollback(f->writer, &f->error));
    assert_rows(f, "select count(*) from t", "0");
}

/* ---- locks ---- */

static void a_lock_names_its_holder(void **state)
{
    Fixture *f = *state;
    assert_true(open_path(f, "locked.db", false));
    assert_true(adapter_connect(f->database, ADAPTER_WRITER, &f->writer, &f->error));
    run(f, "create table t(a)");
    int ready[2], release[2];
    assert_int_equal(pipe(ready) | pipe(release), 0);
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *handle;
        char c = 'x';
        if (sqlite3_open(fixture_path(f, "locked.db").ptr, &handle) == SQLITE_OK &&
            sqlite3_exec(handle, "begin immediate; insert into t values (1)", NULL, NULL, NULL) == SQLITE_OK)
            c = 'y';
        if (write(ready[1], &c, 1) != 1 || read(release[0], &c, 1) < 0) _exit(1);
        _exit(0);
    }
    char c;
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(c, 'y');
    bool began = adapter_begin(f->writer, &f->error);
    AdapterError error = f->error;
    bool reads = strcmp(rows(f, "select count(*) from t"), "0") == 0;
    assert_int_equal(write(release[1], &c, 1), 1);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(began);
    assert_true(reads);
    assert_int_equal(error.kind, ADAPTER_LOCKED);
    assert_contains(error.message, "locked.db is locked by");
#ifdef __linux__
    assert_contains(error.message, str_fmt(f->arena, "process %ld (", (long)child).ptr);
#endif
    assert_contains(error.hint, "busy_timeout");
    assert_true(adapter_begin(f->writer, &f->error));
    assert_true(adapter_rollback(f->writer, &f->error));
}

/* ---- cancelling ---- */

static void *cancel_soon(void *connection)
{
    usleep(20000);
    adapter_cancel(connection);
    return NULL;
}

static void cancelling_stops_and_stays(void **state)
{
    Fixture *f = *state;
    run(f, "create table t(a)");
    assert_true(adapter_begin(f->writer, &f->error));
    run(f, "insert into t values (1)");
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, f->writer), 0);
    assert_false(adapter_execute(f->writer,
                                 STR("insert into t with recursive n(x) as (select 1 union all select x + 1 from n) "
                                     "select x from n where x < 0"),
                                 f->arena, NULL, &f->error));
    pthread_join(thread, NULL);
    assert_int_equal(f->error.kind, ADAPTER_INTERRUPTED);
    assert_string_equal(rows(f, "select 1"), "error: interrupted");
    assert_false(adapter_commit(f->writer, &f->error));
    assert_true(adapter_rollback(f->writer, &f->error));
    adapter_cancel_clear(f->writer);
    assert_rows(f, "select count(*) from t", "0");
}

/* ---- what is in the file ---- */

static void relations_of_a_schema(void **state)
{
    Fixture *f = *state;
    run(f, "create table \"Users\"(id int); create view raw__Orders as select 1 as x; create table raw__items(a);"
           "create table gold__x(a); create index i on raw__items(a)");
    AdapterRelations relations;
    assert_true(adapter_list_relations(f->writer, STR_EMPTY, STR("RAW"), f->arena, &relations, &f->error));
    assert_int_equal(relations.n, 2);
    assert_string_equal(relations.at[0].name.ptr, "Orders");
    assert_true(relations.at[0].is_view);
    assert_string_equal(relations.at[1].name.ptr, "items");
    assert_false(relations.at[1].is_view);
    assert_true(adapter_list_relations(f->writer, STR("main"), STR("main"), f->arena, &relations, &f->error));
    assert_int_equal(relations.n, 4);
    assert_true(adapter_list_relations(f->writer, STR_EMPTY, STR("none"), f->arena, &relations, &f->error));
    assert_int_equal(relations.n, 0);
    static const struct {
        Str schema, identifier;
        bool found, is_view;
    } wanted[] = {
        {STR_INIT("RAW"), STR_INIT("orders"), true, true},  {STR_INIT("raw"), STR_INIT("items"), true, false},
        {STR_INIT("raw"), STR_INIT("nope"), false, false},  {STR_INIT("main"), STR_INIT("users"), true, false},
        {STR_INIT("main"), STR_INIT("i"), false, false},    {STR_INIT(""), STR_INIT("gold__x"), true, false},
        {STR_INIT("main"), STR_INIT("a\"b"), false, false},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        AdapterRelation relation;
        bool found;
        assert_true(adapter_find_relation(f->writer, STR_EMPTY, wanted[i].schema, wanted[i].identifier, f->arena,
                                          &found, &relation, &f->error));
        assert_int_equal(found, wanted[i].found);
        if (found) assert_int_equal(relation.is_view, wanted[i].is_view);
    }
    /* what another connection made since */
    AdapterConnection *second;
    assert_true(adapter_connect(f->database, ADAPTER_READER, &second, &f->error));
    AdapterRelation relation;
    bool found;
    assert_true(
        adapter_find_relation(second, STR_EMPTY, STR("main"), STR("later"), f->arena, &found, &relation, &f->error));
    assert_false(found);
    run(f, "create view later as select 1");
    assert_true(
        adapter_find_relation(second, STR_EMPTY, STR("main"), STR("later"), f->arena, &found, &relation, &f->error));
    assert_true(found && relation.is_view);
    adapter_disconnect(second);
    AdapterStrs schemas;
    assert_true(adapter_list_schemas(f->writer, STR_EMPTY, f->arena, &schemas, &f->error));
    assert_int_equal(schemas.n, 3);
    AdapterColumns columns;
    assert_true(adapter_columns(f->writer, STR("\"raw__Orders\""), f->arena, &columns, &f->error));
    assert_string_equal(columns.at[0].name.ptr, "x");
    assert_false(adapter_columns(f->writer, STR("\"raw__none\""), f->arena, &columns, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_MISSING_RELATION);
}

/* ---- bulk load ---- */

typedef struct Source {
    int64_t next, last, fail_at;
    char text[32];
} Source;

static AdapterStep next_row(void *data, AdapterCell *cells, AdapterError *error)
{
    Source *source = data;
    if (source->next == source->fail_at) {
        adapter_error_set(error, ADAPTER_OTHER, "row %lld is bad", (long long)source->next);
        return ADAPTER_FAILED;
    }
    if (source->next > source->last) return ADAPTER_DONE;
    int n = snprintf(source->text, sizeof source->text, "n%lld", (long long)source->next);
    cells[0] = (AdapterCell){.type = CELL_INTEGER, .integer = source->next++};
    cells[1] = (AdapterCell){.type = CELL_TEXT, .text = str_n(source->text, (size_t)n)};
    cells[2] = (AdapterCell){.type = CELL_NULL, .integer = 0};
    return ADAPTER_ROW;
}

static void loading_is_all_or_nothing(void **state)
{
    Fixture *f = *state;
    run(f, "create table s(c real, a int check (a <> 7), \"b \"\"x\" text)");
    AdapterColumn columns[] = {{.name = STR("a")}, {.name = STR("b \"x")}, {.name = STR("c")}};
    Source source = {.next = 1, .last = 3, .fail_at = -1};
    AdapterBulkLoad load = {STR("\"s\""), columns, 3, next_row, &source};
    int64_t n = 0;
    assert_true(adapter_bulk_load(f->writer, &load, &n, &f->error));
    assert_int_equal(n, 3);
    assert_rows(f, "select a, \"b \"\"x\", c from s", "1,'n1',null;2,'n2',null;3,'n3',null");
    source = (Source){.next = 4, .last = 9, .fail_at = 6};
    assert_false(adapter_bulk_load(f->writer, &load, &n, &f->error));
    assert_string_equal(f->error.message.ptr, "row 6 is bad");
    source = (Source){.next = 4, .last = 9, .fail_at = -1};
    assert_false(adapter_bulk_load(f->writer, &load, &n, &f->error));
    assert_int_equal(f->error.kind, ADAPTER_CONSTRAINT);
    assert_rows(f, "select count(*) from s", "3");
    assert_int_equal(adapter_depth(f->writer), 0);
}

#define BARE(test) cmocka_unit_test_setup_teardown(test, fixture_bare, fixture_teardown)
#define OPENED(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BARE(unknown_type_is_refused),
        BARE(no_path_is_refused),
        BARE(bad_settings_are_refused),
        BARE(a_folder_is_refused),
        BARE(a_missing_parent_is_named),
        BARE(another_file_is_refused_and_stays),
        BARE(a_short_file_is_refused),
        BARE(damage_is_told_apart),
        BARE(reading_only_creates_nothing),
        BARE(memory_leaves_no_file),
        BARE(dbts_profile_is_understood),
        BARE(attaching_what_is_not_there_is_refused),
        OPENED(scripts_run_and_cells_are_typed),
        OPENED(texts_may_hold_nul),
        OPENED(errors_have_kind_and_place),
        OPENED(an_offset_counts_from_the_script),
        OPENED(preparing_runs_nothing),
        OPENED(transactions_nest),
        OPENED(readers_see_what_is_committed_and_cannot_write),
        OPENED(disconnecting_rolls_back),
        BARE(a_full_disk_changes_nothing),
        OPENED(a_transaction_that_the_sql_ended_is_not_gone_on_with),
        BARE(a_lock_names_its_holder),
        OPENED(cancelling_stops_and_stays),
        OPENED(relations_of_a_schema),
        OPENED(loading_is_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
