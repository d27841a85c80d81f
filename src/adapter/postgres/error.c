/* PostgreSQL's errors: what kind they are (by SQLSTATE), where in the SQL they stand, and what to do.
 *
 * The codes are those of the manual's appendix A; pg_fail never looks at the words of a message, which may be in any
 * language, except to cut secrets out of it. */
#include "adapter/postgres/postgres.h"

#include "base/utf8.h"
#include "sql/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields of an error, postgres_ext.h. */
enum {
    FIELD_SQLSTATE = 'C',
    FIELD_PRIMARY = 'M',
    FIELD_DETAIL = 'D',
    FIELD_HINT = 'H',
    FIELD_POSITION = 'P',
    FIELD_CONTEXT = 'W',
};

AdapterErrorKind pg_classify(int32_t native_code, const char *sqlstate, Str message)
{
    (void)native_code;
    (void)message;
    static const struct {
        const char *state; /* five characters, or the two of a class */
        AdapterErrorKind kind;
    } kinds[] = {
        {"42P01", ADAPTER_MISSING_RELATION},
        {"3F000", ADAPTER_MISSING_RELATION},
        {"42703", ADAPTER_MISSING_COLUMN},
        {"42883", ADAPTER_MISSING_FUNCTION},
        {"42702", ADAPTER_AMBIGUOUS},
        {"42601", ADAPTER_SYNTAX},
        {"42501", ADAPTER_AUTH},
        {"55P03", ADAPTER_LOCKED},
        {"40P01", ADAPTER_LOCKED},
        {"40001", ADAPTER_LOCKED},
        {"25006", ADAPTER_READONLY},
        {"57014", ADAPTER_OTHER},
        {"57P01", ADAPTER_CONNECTION},
        {"57P02", ADAPTER_CONNECTION},
        {"57P03", ADAPTER_CONNECTION},
        {"57P05", ADAPTER_CONNECTION},
        {"3D000", ADAPTER_CONNECTION},
        {"53300", ADAPTER_CONNECTION},
        {"53100", ADAPTER_DISK_FULL},
        {"0A000", ADAPTER_UNSUPPORTED},
        {"28", ADAPTER_AUTH},
        {"08", ADAPTER_CONNECTION},
        {"23", ADAPTER_CONSTRAINT},
        {"XX001", ADAPTER_CORRUPT},
        {"XX002", ADAPTER_CORRUPT},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strncmp(kinds[i].state, sqlstate, strlen(kinds[i].state))) return kinds[i].kind;
    return ADAPTER_OTHER;
}

Str pg_without_secrets(const PgDatabase *database, Arena *arena, Str text)
{
    for (size_t i = 0; i < database->secrets.n; i++)
        if (str_find(text, database->secrets.at[i], 0) != STR_NPOS)
            text = str_replace(arena, text, database->secrets.at[i], STR("*****"));
    return text;
}

/* One line of several. */
static Str joined(Arena *arena, Str text)
{
    Buf out;
    buf_init(&out, arena);
    buf_reserve(&out, text.len + 1);
    Str line;
    for (Str rest = text; str_split_next(&rest, '\n', &line);) {
        line = str_trim(line);
        if (line.len && out.len) buf_addz(&out, str_ends(buf_str(&out), STR(":")) ? " " : "; ");
        buf_add(&out, line);
    }
    return buf_str(&out);
}

static const char *hint_for(const AdapterError *error)
{
    static const struct {
        const char *state, *hint;
    } hints[] = {
        {"28P01", "check `user` and `password` of the target (or PGPASSWORD, ~/.pgpass)"},
        {"28000", "check `user` and `sslmode` of the target, and what the server's pg_hba.conf allows"},
        {"3D000", "make the database (createdb), or correct `dbname` of the target"},
        {"53300", "lower `threads`, or raise max_connections of the server"},
        {"57P01", "the server was stopped, or somebody ended this connection (pg_terminate_backend); run again"},
        {"57P03", "the server is starting or stopping; try again in a moment"},
        {"40P01",
         "two transactions waited for each other and the server ended this one; run it again, or let one of the "
         "two models depend on the other"},
        {"55P03", "another session holds the lock: wait for it to end, or raise `lock_timeout` of the target"},
        {"42501", "let the owner or an administrator grant it, or name another `role`, `user` or `schema`"},
        {"53200", "a transaction of this size needs a higher max_locks_per_transaction of the server"},
        {"22021", "the text is not valid UTF-8: convert the file or the source"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (!strcmp(hints[i].state, error->sqlstate)) return hints[i].hint;
    return "";
}

/* The text between the first pair of quotes: what a message is about. In every language it stands in quotes. */
static Str quoted_part(Str message)
{
    size_t from = str_find_char(message, '"', 0);
    if (from == STR_NPOS) return STR_EMPTY;
    size_t to = str_find_char(message, '"', from + 1);
    return to == STR_NPOS ? STR_EMPTY : str_slice(message, from + 1, to);
}

/* The server counts characters from 1. */
static void set_place(Str sql, const char *position, AdapterError *error)
{
    int64_t at = position ? strtoll(position, NULL, 10) : 0;
    if (at < 1 || !sql.len) return;
    error->offset = (int64_t)utf8_index(sql, (size_t)(at - 1));
    SqlScanner scanner = sql_scanner(&sql_postgres, sql);
    scanner.at = (size_t)error->offset;
    SqlToken token = sql_next(&scanner);
    if ((int64_t)token.start == error->offset && token.kind != SQL_BAD)
        error->length = (int64_t)(token.end - token.start);
    /* A missing relation or column is pointed at with all its parts. */
    while (token.kind == SQL_NAME || token.kind == SQL_QUOTED_NAME) {
        token = sql_next(&scanner);
        if (token.kind != SQL_DOT) break;
        token = sql_next(&scanner);
        if (token.kind == SQL_NAME || token.kind == SQL_QUOTED_NAME) error->length = (int64_t)token.end - error->offset;
    }
}

static void lost_connection(PgConnection *connection, AdapterError *error)
{
    error->kind = ADAPTER_CONNECTION;
    if (!error->message.len) error->message = STR("the connection to the server was lost");
    if (!error->hint.len) error->hint = STR("look at the server's log; the next node connects anew");
    connection->lost = connection->depth > 0;
}

bool pg_fail(PgConnection *connection, const PgResult *result, Str sql, AdapterError *error)
{
    PgDatabase *database = pg_database(connection);
    const PgLibrary *pq = &database->pq;
    Arena *arena = error->arena;
    adapter_error_init(error, arena);
    const char *state = result ? pq->PQresultErrorField(result, FIELD_SQLSTATE) : NULL;
    const char *primary = result ? pq->PQresultErrorField(result, FIELD_PRIMARY) : NULL;
    snprintf(error->sqlstate, sizeof error->sqlstate, "%s", state ? state : "");
    Str message = str_from(primary ? primary : pq->PQerrorMessage(connection->conn));
    message = joined(arena, utf8_repair(arena, str_dup(arena, message)));
    error->kind = pg_classify(0, error->sqlstate, message);
    error->hint = str_from(hint_for(error));
    if (result) {
        const char *detail = pq->PQresultErrorField(result, FIELD_DETAIL),
                   *hint = pq->PQresultErrorField(result, FIELD_HINT);
        if (detail && strcmp(error->sqlstate, "42P01") != 0)
            message = str_fmt(arena, "%.*s: %.*s", STR_ARG(message), STR_ARG(joined(arena, str_from(detail))));
        if (hint && !error->hint.len) error->hint = str_dup(arena, joined(arena, str_from(hint)));
        error->subject = pg_without_secrets(database, arena, str_dup(arena, quoted_part(message)));
        set_place(sql, pq->PQresultErrorField(result, FIELD_POSITION), error);
        const char *context = pq->PQresultErrorField(result, FIELD_CONTEXT);
        if (context && error->offset < 0 && str_starts(str_from(context), STR("COPY ")))
            message = str_fmt(arena, "%.*s (%.*s)", STR_ARG(message), STR_ARG(joined(arena, str_from(context))));
    }
    error->message = pg_without_secrets(database, arena, message);
    error->hint = pg_without_secrets(database, arena, error->hint);
    if (!strcmp(error->sqlstate, "57014")) {
        bool cancelled = atomic_load(&connection->cancelled);
        error->kind = cancelled ? ADAPTER_INTERRUPTED : ADAPTER_OTHER;
        if (cancelled)
            error->message = STR("interrupted");
        else
            error->hint =
                STR("`statement_timeout` of the target (or of the role) sets the limit; or somebody cancelled it");
    }
    if (error->kind == ADAPTER_CONNECTION || pq->PQstatus(connection->conn) == PG_CONNECTION_BAD)
        lost_connection(connection, error);
    return false;
}

/* "...: FATAL:  28P01: password authentication failed": the code that PG_ERRORS_VERBOSE put there is cut out. */
static void take_state(Arena *arena, Str *message, char state[6])
{
    for (size_t at = str_find(*message, STR(":  "), 0); at != STR_NPOS; at = str_find(*message, STR(":  "), at + 1)) {
        Str code = str_slice(*message, at + 3, at + 8);
        bool is_code = code.len == 5 && at + 8 < message->len && message->ptr[at + 8] == ':';
        for (size_t i = 0; i < code.len && is_code; i++)
            is_code = (code.ptr[i] >= '0' && code.ptr[i] <= '9') || (code.ptr[i] >= 'A' && code.ptr[i] <= 'Z');
        if (!is_code) continue;
        memcpy(state, code.ptr, 5);
        state[5] = 0;
        *message =
            str_fmt(arena, "%.*s: %.*s", (int)at, message->ptr, STR_ARG(str_trim(str_from_index(*message, at + 9))));
        return;
    }
}

bool pg_fail_to_connect(PgDatabase *database, PgConn *conn, AdapterError *error)
{
    Arena *arena = error->arena;
    adapter_error_init(error, arena);
    Str message = str_from(database->pq.PQerrorMessage(conn)), line, kept = STR_EMPTY;
    /* The last attempt of several (IPv6, IPv4) is told; lines such as "LOCATION: auth.c:326" are for developers. */
    for (Str rest = message; str_split_next(&rest, '\n', &line);) {
        line = str_trim(line);
        if (!line.len || str_starts(line, STR("LOCATION:"))) continue;
        bool attempt = str_starts(line, STR("connection to server"));
        if (!kept.len || attempt)
            kept = line;
        else if (str_starts(line, STR("DETAIL:")))
            kept = str_fmt(arena, "%.*s (%.*s)", STR_ARG(kept), STR_ARG(str_trim(str_from_index(line, 7))));
    }
    message = utf8_repair(arena, str_dup(arena, kept));
    take_state(arena, &message, error->sqlstate);
    error->kind = error->sqlstate[0] ? pg_classify(0, error->sqlstate, message) : ADAPTER_CONNECTION;
    if (error->kind != ADAPTER_AUTH) error->kind = ADAPTER_CONNECTION;
    error->message = pg_without_secrets(database, arena, message);
    if (!error->message.len) error->message = STR("no connection to the server");
    error->hint = str_from(hint_for(error));
    if (!error->hint.len)
        error->hint = STR("is the server running, and are `host`, `port` and `sslmode` of the target right?");
    return false;
}
