/* The SQL token scan with any text, in either dialect: tokens in order and inside the text, cuts that stay valid.
 * The first byte chooses the dialect; the rest is the SQL. */
#include "sql/rewrite.h"
#include "sql/scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

static void check_tokens(const SqlSyntax *syntax, Str sql, bool raw)
{
    SqlScanner scanner = sql_scanner(syntax, sql);
    size_t end = 0;
    for (;;) {
        SqlToken token = raw ? sql_next_raw(&scanner) : sql_next(&scanner);
        if (token.kind == SQL_END) {
            require(token.start == sql.len && token.end == sql.len);
            return;
        }
        require(token.start >= end && token.end > token.start && token.end <= sql.len);
        require(raw || token.kind != SQL_COMMENT);
        end = token.end;
    }
}

/* One file is attached, as `crm`. */
static bool is_attached(const void *data, Str name)
{
    (void)data;
    return str_eq_nocase(name, STR("crm"));
}
static const SqlDatabases databases = {is_attached, NULL};

static void check_inside(Str part, Str whole)
{
    require(part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

/* Edits in order, inside of both texts, and everything between them as it was. */
static void check_rewrite(Arena *arena, Str sql)
{
    SqlRewritten rewritten = sql_rewrite_for_sqlite(arena, sql, &databases);
    size_t old_at = 0, new_at = 0;
    for (size_t i = 0; i <= rewritten.edit_count; i++) {
        SqlEdit edit = i < rewritten.edit_count ? rewritten.edits[i]
                                                : (SqlEdit){sql.len, sql.len, rewritten.text.len, rewritten.text.len};
        require(edit.old_start >= old_at && edit.old_end >= edit.old_start && edit.old_end <= sql.len);
        require(edit.new_start >= new_at && edit.new_end >= edit.new_start && edit.new_end <= rewritten.text.len);
        require(edit.old_start - old_at == edit.new_start - new_at);
        require(memcmp(sql.ptr + old_at, rewritten.text.ptr + new_at, edit.old_start - old_at) == 0);
        old_at = edit.old_end;
        new_at = edit.new_end;
    }
    for (size_t i = 0; i <= rewritten.text.len; i += 7) require(sql_old_offset(&rewritten, i) <= sql.len);
    for (size_t i = 0; i <= sql.len; i += 7) require(sql_new_offset(&rewritten, i) <= rewritten.text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const SqlSyntax *syntax = data[0] & 1 ? &sql_sqlite : &sql_postgres;
    Str sql = str_n((const char *)data + 1, size - 1);
    Arena *arena = arena_new();
    check_tokens(syntax, sql, true);
    check_tokens(syntax, sql, false);

    check_rewrite(arena, sql);

    Str trimmed = sql_trim_end(syntax, sql);
    check_inside(trimmed, sql);
    require(sql_trim_end(syntax, trimmed).len == trimmed.len);
    require(!sql_is_empty(syntax, sql) || sql_second_statement(syntax, sql) == STR_NPOS);

    size_t at = 0, before = 0;
    Str statement;
    while (sql_split_next(syntax, sql, &at, &statement)) {
        check_inside(statement, sql);
        require(at > before && at <= sql.len);
        before = at;
    }
    SqlScanner scanner = sql_scanner(syntax, sql);
    for (SqlToken token = sql_next(&scanner); token.kind != SQL_END; token = sql_next(&scanner))
        if (token.kind == SQL_NAME || token.kind == SQL_QUOTED_NAME) (void)sql_name_text(arena, sql, token);

    static const char *const names[] = {"a", "t.a", "\"a b\"", "main.t.a", "", "."};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = 0;
        size_t found = sql_find_name(syntax, sql, str_from(names[i]), &length);
        require(found == STR_NPOS || found + length <= sql.len);
        found = sql_find_call(syntax, sql, str_from(names[i]), &length);
        require(found == STR_NPOS || found + length <= sql.len);
    }
    arena_free(arena);
    return 0;
}
