/* The database of the history: its tables, and writing to it. */
#include "history/internal.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char tables[] =
    "create table runs (id integer primary key, invocation_id text not null unique, command text, project text,"
    " target text, host text, pid integer, started_at text, ended_at text, seconds real,"
    " outcome text, good integer, warned integer, bad integer, skipped integer, message text);"
    "create table nodes (id integer primary key, unique_id text not null unique, type text, name text);"
    "create index nodes_by_name on nodes (name);"
    "create table results (run_id integer not null, node_id integer not null, status text, seconds real, rows integer,"
    " failures integer, message text, primary key (run_id, node_id)) without rowid;"
    "create index results_by_node on results (node_id, run_id);"
    /* What failed when it ran last, by target. */
    "create table failing (target text not null, node_id integer not null, since text, runs integer,"
    " primary key (target, node_id)) without rowid;"
    "create table log_position (path text primary key, offset integer) without rowid;"
    "pragma user_version = 1";

enum { VERSION = 1, BUSY_MS = 2000, LONGEST_MESSAGE = 500, KEEP_DAYS = 400 };

Str history_path(Arena *arena, const ProjectPaths *paths)
{
    const char *named = getenv("CDBT_HISTORY");
    if (!named || !*named) return path_join(arena, paths->root, STR(".cdbt/history.db"));
    if (str_eq(str_from(named), STR("off"))) return STR_EMPTY;
    return str_from(named);
}

Str history_message(Arena *arena, sqlite3 *db)
{
    return str_dup(arena, str_from(db ? sqlite3_errmsg(db) : "out of memory"));
}

bool history_exec(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static int64_t user_version(sqlite3 *db)
{
    sqlite3_stmt *statement;
    int64_t version = -1;
    if (sqlite3_prepare_v2(db, "pragma user_version", -1, &statement, NULL) != SQLITE_OK) return -1;
    if (sqlite3_step(statement) == SQLITE_ROW) version = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

/* The folder is nobody's source: git shall not see it. */
static bool make_folder(Arena *arena, Str path, Str *error)
{
    Str folder = path_dir(path);
    if (!folder.len || file_is_dir(str_c(arena, folder))) return true;
    if (!file_make_dirs(arena, str_c(arena, folder), error)) return false;
    if (str_eq(path_base(folder), STR(".cdbt")))
        file_write_aside(arena, str_c(arena, path_join(arena, folder, STR(".gitignore"))), STR("*\n"), 0, error);
    return true;
}

sqlite3 *history_open(Arena *arena, Str path, bool create, Str *error)
{
    *error = STR_EMPTY;
    if (!create && !file_exists(str_c(arena, path))) return NULL;
    if (create && !make_folder(arena, path, error)) return NULL;
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    bool ok = sqlite3_open_v2(str_c(arena, path), &db, flags, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_busy_timeout(db, BUSY_MS);
        /* Nothing waits for the disk: losing the last run in a power cut is no harm, and WAL keeps the file whole. */
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        int64_t version = user_version(db);
        ok = version >= 0;
        if (ok && version > VERSION) {
            *error = STR("it was written by a newer version of cdbt");
            sqlite3_close(db);
            return NULL;
        }
        if (ok && create)
            ok = history_exec(db, "pragma journal_mode = wal") && history_exec(db, "pragma synchronous = normal");
        if (ok && create && version == 0)
            ok = history_exec(db, "begin immediate") && (user_version(db) == VERSION || history_exec(db, tables)) &&
                 history_exec(db, "commit");
    }
    if (ok) return db;
    *error = history_message(arena, db);
    sqlite3_close(db);
    return NULL;
}

/* ---- writing ---- */

static void bind_text(sqlite3_stmt *statement, int at, Str text)
{
    if (text.len)
        sqlite3_bind_text64(statement, at, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
    else
        sqlite3_bind_null(statement, at);
}

static void bind_known(sqlite3_stmt *statement, int at, int64_t value)
{
    if (value >= 0)
        sqlite3_bind_int64(statement, at, value);
    else
        sqlite3_bind_null(statement, at);
}

bool history_is_bad(Str status)
{
    return str_eq(status, STR("error")) || str_eq(status, STR("fail"));
}

static bool prepare(sqlite3 *db, sqlite3_stmt **statement, const char *sql)
{
    return sqlite3_prepare_v2(db, sql, -1, statement, NULL) == SQLITE_OK;
}

static bool run_once(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE;
}

bool history_writer_begin(HistoryWriter *writer, sqlite3 *db, const HistoryRun *run)
{
    *writer = (HistoryWriter){.db = db, .target = run->target, .started_at = run->started_at};
    sqlite3_stmt *add;
    if (!prepare(db, &add,
                 "insert into runs (invocation_id, command, project, target, host, pid, started_at, ended_at, seconds,"
                 " outcome, message) values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) on conflict (invocation_id) do update"
                 " set ended_at = ?8, seconds = ?9, outcome = ?10, message = ?11 returning id"))
        return false;
    const Str texts[] = {run->invocation_id, run->command, run->project, run->target, run->host};
    for (int i = 0; i < 5; i++) bind_text(add, i + 1, texts[i]);
    bind_known(add, 6, run->pid);
    bind_text(add, 7, run->started_at);
    bind_text(add, 8, run->ended_at);
    if (run->seconds >= 0) sqlite3_bind_double(add, 9, run->seconds);
    bind_text(add, 10, run->outcome);
    bind_text(add, 11, run->message);
    bool ok = sqlite3_step(add) == SQLITE_ROW;
    if (ok) writer->run_id = sqlite3_column_int64(add, 0);
    sqlite3_finalize(add);
    return ok &&
           prepare(
               db, &writer->add_node,
               "insert into nodes (unique_id, type, name) values (?1, ?2, ?3) on conflict (unique_id) do nothing") &&
           prepare(db, &writer->find_node, "select id from nodes where unique_id = ?1") &&
           prepare(db, &writer->add_result,
                   "insert or replace into results (run_id, node_id, status, seconds, rows, failures, message)"
                   " values (?1, ?2, ?3, ?4, ?5, ?6, ?7)") &&
           prepare(db, &writer->fails,
                   "insert into failing (target, node_id, since, runs) values (?1, ?2, ?3, 1)"
                   " on conflict (target, node_id) do update set runs = runs + 1") &&
           prepare(db, &writer->passes, "delete from failing where target = ?1 and node_id = ?2");
}

static bool find_node(HistoryWriter *writer, Str unique_id, int64_t *id)
{
    bind_text(writer->find_node, 1, unique_id);
    bool found = sqlite3_step(writer->find_node) == SQLITE_ROW;
    if (found) *id = sqlite3_column_int64(writer->find_node, 0);
    sqlite3_reset(writer->find_node);
    return found;
}

/* "model.shop.orders" -> "model", "orders"; "test.shop.unique_x.0123abcd" -> "test", "unique_x". */
static void id_parts(Str unique_id, Str *type, Str *name)
{
    size_t first = str_find_char(unique_id, '.', 0);
    *type = *name = unique_id;
    if (first == STR_NPOS) return;
    *type = str_slice(unique_id, 0, first);
    size_t second = str_find_char(unique_id, '.', first + 1);
    *name = str_from_index(unique_id, second == STR_NPOS ? first + 1 : second + 1);
    if (!str_eq(*type, STR("test"))) return;
    for (size_t i = name->len; i-- > 1;)
        if (name->ptr[i] == '.') {
            *name = str_slice(*name, 0, i);
            return;
        }
}

bool history_writer_add(HistoryWriter *writer, const HistoryResult *result)
{
    int64_t node;
    if (!find_node(writer, result->unique_id, &node)) {
        Str type, name;
        id_parts(result->unique_id, &type, &name);
        bind_text(writer->add_node, 1, result->unique_id);
        bind_text(writer->add_node, 2, type);
        bind_text(writer->add_node, 3, name);
        if (!run_once(writer->add_node) || !find_node(writer, result->unique_id, &node)) return false;
    }
    bool bad = history_is_bad(result->status), skipped = str_eq(result->status, STR("skipped"));
    bool warned = str_eq(result->status, STR("warn"));
    writer->bad += bad;
    writer->skipped += skipped;
    writer->warned += warned;
    writer->good += !bad && !skipped && !warned;
    sqlite3_stmt *add = writer->add_result;
    sqlite3_bind_int64(add, 1, writer->run_id);
    sqlite3_bind_int64(add, 2, node);
    bind_text(add, 3, result->status);
    sqlite3_bind_double(add, 4, result->seconds);
    bind_known(add, 5, result->rows);
    bind_known(add, 6, result->failures);
    bind_text(add, 7, str_slice(result->message, 0, LONGEST_MESSAGE));
    if (!run_once(add)) return false;
    if (skipped) return true; /* says nothing about the node itself */
    sqlite3_stmt *mark = bad ? writer->fails : writer->passes;
    bind_text(mark, 1, writer->target);
    sqlite3_bind_int64(mark, 2, node);
    if (bad) bind_text(mark, 3, writer->started_at);
    return run_once(mark);
}

bool history_writer_end(HistoryWriter *writer)
{
    sqlite3_stmt *count;
    bool ok =
        prepare(writer->db, &count, "update runs set good = ?2, warned = ?3, bad = ?4, skipped = ?5 where id = ?1");
    if (ok) {
        const int64_t values[] = {writer->run_id, writer->good, writer->warned, writer->bad, writer->skipped};
        for (int i = 0; i < 5; i++) sqlite3_bind_int64(count, i + 1, values[i]);
        ok = run_once(count);
        sqlite3_finalize(count);
    }
    sqlite3_finalize(writer->add_node);
    sqlite3_finalize(writer->find_node);
    sqlite3_finalize(writer->add_result);
    sqlite3_finalize(writer->fails);
    sqlite3_finalize(writer->passes);
    return ok;
}

/* ---- one run ---- */

/* What failed before, and since when. */
typedef struct Before {
    Str since;
    int64_t runs;
} Before;

static bool read_failing(Arena *arena, sqlite3 *db, Str target, Map *failing)
{
    sqlite3_stmt *statement;
    map_init(failing, arena);
    if (!prepare(
            db, &statement,
            "select n.unique_id, f.since, f.runs from failing f join nodes n on n.id = f.node_id where f.target = ?1"))
        return false;
    bind_text(statement, 1, target);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        Before *before = ARENA_NEW(arena, Before);
        before->since = str_dup(arena, str_from((const char *)sqlite3_column_text(statement, 1)));
        before->runs = sqlite3_column_int64(statement, 2);
        map_put(failing, str_dup(arena, str_from((const char *)sqlite3_column_text(statement, 0))), before);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE;
}

static void find_news(Arena *arena, const Run *run, Map *failing, Str now, HistoryNews *news)
{
    size_t count;
    const RunResult *results = run_results(run, &count);
    news->known = true;
    news->changes = ARENA_ARRAY(arena, HistoryChange, count + 1);
    news->failing = ARENA_ARRAY(arena, HistoryFailing, count + 1);
    for (size_t i = 0; i < count; i++) {
        const RunResult *result = &results[i];
        bool bad = result->status == RUN_ERROR || result->status == RUN_FAIL;
        if (result->status == RUN_SKIPPED || result->status == RUN_CANCELLED) continue;
        const Before *before = map_get(failing, result->node->unique_id);
        if (bad != (before != NULL)) news->changes[news->change_count++] = (HistoryChange){result->node, !bad};
        if (bad)
            news->failing[news->failing_count++] =
                (HistoryFailing){result->node, before ? before->since : now, before ? before->runs + 1 : 1};
    }
}

static bool add_results(HistoryWriter *writer, const Run *run)
{
    size_t count = 0;
    const RunResult *results = run ? run_results(run, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const RunResult *result = &results[i];
        bool test = result->node->type == RESOURCE_TEST || result->node->type == RESOURCE_UNIT_TEST;
        HistoryResult entry = {result->node->unique_id,
                               str_from(run_status_word(result->status)),
                               result->message,
                               result->seconds,
                               test                  ? -1
                               : result->stored >= 0 ? result->stored
                                                     : result->rows,
                               result->failures};
        if (!history_writer_add(writer, &entry)) return false;
    }
    return true;
}

static bool remember_position(Arena *arena, sqlite3 *db, const Manifest *manifest, int64_t offset)
{
    sqlite3_stmt *statement;
    if (!prepare(db, &statement, "insert or replace into log_position (path, offset) values (?1, ?2)")) return false;
    Str target = path_absolute(arena, manifest->paths.target);
    bind_text(statement, 1, target);
    sqlite3_bind_int64(statement, 2, offset);
    bool ok = run_once(statement);
    sqlite3_finalize(statement);
    return ok;
}

static bool forget_old(sqlite3 *db, int64_t run_id)
{
    enum { EVERY = 100 };
    if (run_id % EVERY) return true;
    char sql[256];
    snprintf(sql, sizeof sql,
             "delete from runs where started_at < strftime('%%Y-%%m-%%d', 'now', '-%d days');"
             "delete from results where run_id < (select coalesce(min(id), 0) from runs)",
             KEEP_DAYS);
    return history_exec(db, sql);
}

bool history_write(Arena *arena, const Manifest *manifest, const Run *run, const RunOptions *options, Str refusal,
                   HistoryNews *news, Str *error)
{
    *news = (HistoryNews){0};
    *error = STR_EMPTY;
    Str path = history_path(arena, &manifest->paths);
    if (!path.len) return true;
    sqlite3 *db = history_open(arena, path, true, error);
    if (!db) return false;
    enum { HOST_SIZE = 256 };
    char host[HOST_SIZE] = "";
    gethostname(host, sizeof host - 1);
    bool failed = refusal.len || (run && run_failed(run)), stopped = run && run_was_cancelled(run);
    HistoryRun line = {.invocation_id = manifest->invocation_id,
                       .command = str_from(run_command_word(options->command)),
                       .project = manifest->root->name,
                       .target = manifest->target.name,
                       .host = str_from(host),
                       .pid = getpid(),
                       .started_at = manifest->generated_at,
                       .ended_at = clock_iso(arena, clock_wall_us()),
                       .seconds = run ? run_seconds(run) : -1,
                       .outcome = stopped  ? STR("stopped")
                                  : failed ? STR("failed")
                                           : STR("good"),
                       .message = refusal};
    HistoryWriter writer = {0};
    Map failing;
    bool ok =
        history_exec(db, "begin immediate") && history_take_over(arena, db, manifest, run ? run_log_start(run) : -1);
    ok = ok && read_failing(arena, db, line.target, &failing) && history_writer_begin(&writer, db, &line);
    if (ok && run) find_news(arena, run, &failing, line.started_at, news);
    ok = ok && add_results(&writer, run);
    ok = (writer.db ? history_writer_end(&writer) : true) && ok;
    ok = ok && (!run || run_log_end(run) < 0 || remember_position(arena, db, manifest, run_log_end(run))) &&
         forget_old(db, writer.run_id) && history_exec(db, "commit");
    if (!ok) {
        *error = history_message(arena, db);
        history_exec(db, "rollback");
    }
    sqlite3_close(db);
    return ok;
}
