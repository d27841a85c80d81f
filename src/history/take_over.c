/* Runs that were killed: the next one finds what they had finished in target/run_results.jsonl, behind the place up to which
 * the history knows the file. */
#include "history/internal.h"

#include "base/file.h"

#include <jansson.h>

static Str text_of(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? str_n(json_string_value(v), json_string_length(v)) : STR_EMPTY;
}

static int64_t number_of(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_integer(v) ? json_integer_value(v) : -1;
}

static bool is_known(sqlite3 *db, Str invocation_id, bool *known)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, "select 1 from runs where invocation_id = ?1", -1, &statement, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_text64(statement, 1, invocation_id.ptr, invocation_id.len, SQLITE_STATIC, SQLITE_UTF8);
    int code = sqlite3_step(statement);
    *known = code == SQLITE_ROW;
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

static int64_t position(sqlite3 *db, Str path)
{
    sqlite3_stmt *statement;
    int64_t offset = 0;
    if (sqlite3_prepare_v2(db, "select offset from log_position where path = ?1", -1, &statement, NULL) != SQLITE_OK)
        return -1;
    sqlite3_bind_text64(statement, 1, path.ptr, path.len, SQLITE_STATIC, SQLITE_UTF8);
    if (sqlite3_step(statement) == SQLITE_ROW) offset = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return offset;
}

/* It came to its end, and was not to be recorded here. */
static bool ended(json_t *const *lines, size_t count, Str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(text_of(lines[i], "invocation_id"), id) && str_eq(text_of(lines[i], "event"), STR("end")))
            return true;
    return false;
}

/* The lines of one invocation from `from` on. */
static bool take_run(Arena *arena, sqlite3 *db, const Manifest *manifest, json_t *const *lines, size_t count,
                     size_t from)
{
    Str id = text_of(lines[from], "invocation_id");
    HistoryRun run = {.invocation_id = id,
                      .command = text_of(lines[from], "command"),
                      .project = manifest->root->name,
                      .target = text_of(lines[from], "target"),
                      .host = text_of(lines[from], "host"),
                      .started_at = text_of(lines[from], "started_at"),
                      .pid = number_of(lines[from], "pid"),
                      .seconds = -1,
                      .outcome = STR("killed"),
                      .message = STR("it did not come to its end")};
    if (!run.target.len) run.target = manifest->target.name;
    if (!run.started_at.len) run.started_at = text_of(lines[from], "completed_at");
    HistoryWriter writer = {0};
    bool ok = history_writer_begin(&writer, db, &run);
    for (size_t i = from; ok && i < count; i++) {
        if (!str_eq(text_of(lines[i], "invocation_id"), id)) continue;
        HistoryResult result = {str_dup(arena, text_of(lines[i], "unique_id")),
                                str_dup(arena, text_of(lines[i], "status")),
                                str_dup(arena, text_of(lines[i], "message")),
                                json_number_value(json_object_get(lines[i], "seconds")),
                                number_of(lines[i], "rows"),
                                number_of(lines[i], "failures")};
        if (str_starts(result.unique_id, STR("test."))) result.rows = -1;
        if (result.unique_id.len) ok = history_writer_add(&writer, &result);
    }
    return (writer.db ? history_writer_end(&writer) : true) && ok;
}

bool history_take_over(Arena *arena, sqlite3 *db, const Manifest *manifest, int64_t end)
{
    if (end <= 0) return true;
    int64_t from = position(db, path_absolute(arena, manifest->paths.target));
    if (from < 0) return false;
    if (from > end) from = 0; /* another file: `clean`, or the old one grew too large */
    if (from == end) return true;
    Str text, error, path = path_join(arena, manifest->paths.target, STR("run_results.jsonl"));
    if (!file_read(arena, str_c(arena, path), &text, &error)) return true;
    text = str_slice(text, (size_t)from, (size_t)end);
    size_t count = 0, cap = 1;
    for (size_t i = 0; i < text.len; i++) cap += text.ptr[i] == '\n';
    json_t **lines = ARENA_ARRAY(arena, json_t *, cap + 1);
    Str line;
    while (str_split_next(&text, '\n', &line)) {
        json_t *object = line.len ? json_loadb(line.ptr, line.len, 0, NULL) : NULL;
        if (object && text_of(object, "invocation_id").len)
            lines[count++] = object;
        else
            json_decref(object);
    }
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        bool known = true;
        ok = is_known(db, text_of(lines[i], "invocation_id"), &known);
        if (ok && !known && !ended(lines, count, text_of(lines[i], "invocation_id")))
            ok = take_run(arena, db, manifest, lines, count, i);
    }
    for (size_t i = 0; i < count; i++) json_decref(lines[i]);
    return ok;
}
