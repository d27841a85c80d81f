/* The profile's output, with dbt-postgres' keys (docs.getdbt.com: postgres-setup), and what fills the gaps: DATABASE_URL,
 * then libpq's own environment and service files. */
#include "adapter/postgres/postgres.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

const AdapterSettingInfo pg_settings[] = {
    {"type", false, "postgres"},
    {"host", false,
     "the server's name or address, or the folder of its socket; else DATABASE_URL, PGHOST, the local socket"},
    {"port", false, "5432 by default"},
    {"user", false, "else DATABASE_URL, PGUSER, the name of the system's user"},
    {"password", true, "else DATABASE_URL, PGPASSWORD, ~/.pgpass"},
    {"pass", true, "another name of password"},
    {"dbname", false, "the database; a project lives in one"},
    {"database", false, "another name of dbname"},
    {"schema", false, "where models are stored that name no schema of their own; public by default"},
    {"threads", false, "how many nodes may run at the same time, each on a connection of its own"},
    {"connect_timeout", false, "seconds to wait for a connection; 10 by default"},
    {"retries", false, "how often a connection that fails is tried again; 1 by default"},
    {"keepalives_idle", false, "seconds without traffic after which the system asks whether the server still lives"},
    {"search_path", false, "where names without a schema are looked for"},
    {"role", false, "the role to work as, set after the connection is made"},
    {"sslmode", false, "disable, allow, prefer, require, verify-ca or verify-full"},
    {"sslcert", false, "the file of the client's certificate"},
    {"sslkey", false, "the file of the client's key"},
    {"sslrootcert", false, "the file of the authorities that are trusted"},
    {"sslpassword", true, "of the client's key"},
    {"application_name", false, "how the server's lists show the connections; cdbt by default"},
    {"service", false, "an entry of the service file (pg_service.conf)"},
    {"passfile", false, "a file in the place of ~/.pgpass"},
    {"options", false, "further options for the server, as in libpq: -c name=value"},
    {"statement_timeout", false, "how long one statement may take: 30s, 5min, or milliseconds; no limit by default"},
    {"lock_timeout", false, "how long a statement may wait for a lock: 10s, or milliseconds; no limit by default"},
    {"check_before_write", false, "whether SQL is checked before anything is written; true by default"},
    {NULL, false, NULL},
};

static bool setting_error(AdapterError *error, const char *key, const char *hint, Str message)
{
    adapter_error_set(error, ADAPTER_SETTING, "%.*s", STR_ARG(message));
    error->subject = str_from(key);
    error->hint = str_from(hint);
    return false;
}

static Str either(const AdapterOpen *open, const char *key, const char *other)
{
    Str value = adapter_setting(open, str_from(key));
    return value.len || !other ? value : adapter_setting(open, str_from(other));
}

static Str environment(const char *name)
{
    return str_from(getenv(name));
}

/* ---- DATABASE_URL ---- */

/* It counts only where the profile names no server. */
static Str database_url(const AdapterOpen *open)
{
    if (adapter_setting(open, STR("host")).len || adapter_setting(open, STR("service")).len) return STR_EMPTY;
    return environment("DATABASE_URL");
}

static bool bad_url(AdapterError *error)
{
    return setting_error(error, "host", "write it as postgresql://user:password@host:port/database",
                         STR("DATABASE_URL is no address of a PostgreSQL database"));
}

/* Calls `take` for each part that the URL has. */
static bool read_url(const PgLibrary *pq, Arena *arena, Str url, void (*take)(void *data, Str keyword, Str value),
                     void *data, AdapterError *error)
{
    if (!url.len) return true;
    if (!str_starts(url, STR("postgres://")) && !str_starts(url, STR("postgresql://"))) return bad_url(error);
    char *message = NULL; /* it may quote the password */
    PgOption *options = pq->PQconninfoParse(str_c(arena, url), &message);
    if (message) pq->PQfreemem(message);
    if (!options) return bad_url(error);
    for (const PgOption *option = options; option->keyword; option++)
        if (option->val && *option->val)
            take(data, str_dup(arena, str_from(option->keyword)), str_dup(arena, str_from(option->val)));
    pq->PQconninfoFree(options);
    return true;
}

/* ---- service files ---- */

static bool service_in(Arena *arena, Str path, Str service, Str wanted, Str *value)
{
    Str text, ignored, line;
    if (!path.len || !file_is_regular(str_c(arena, path)) || !file_read(arena, str_c(arena, path), &text, &ignored))
        return false;
    bool inside = false;
    for (Str rest = text; str_split_next(&rest, '\n', &line);) {
        line = str_trim(line);
        if (str_starts(line, STR("["))) {
            if (inside) return true;
            inside = str_ends(line, STR("]")) && str_eq(str_slice(line, 1, line.len - 1), service);
        } else if (inside && !str_starts(line, STR("#"))) {
            size_t equals = str_find_char(line, '=', 0);
            if (equals != STR_NPOS && str_eq(str_slice(line, 0, equals), wanted))
                *value = str_from_index(line, equals + 1);
        }
    }
    return inside;
}

/* libpq reads these files by itself when it connects; the name of the database is wanted before. */
static Str service_database(Arena *arena, Str service)
{
    Str value = STR_EMPTY, own = environment("PGSERVICEFILE"), home = environment("HOME");
    if (!own.len && home.len) own = path_join(arena, home, STR(".pg_service.conf"));
    if (service_in(arena, own, service, STR("dbname"), &value)) return value;
    Str folder = environment("PGSYSCONFDIR");
    if (folder.len) {
        service_in(arena, path_join(arena, folder, STR("pg_service.conf")), service, STR("dbname"), &value);
        return value;
    }
    service_in(arena, STR("/etc/postgresql-common/pg_service.conf"), service, STR("dbname"), &value);
    return value;
}

/* ---- names and place, without a connection ---- */

typedef struct UrlParts {
    Str host, port, dbname;
} UrlParts;

static void take_part(void *data, Str keyword, Str value)
{
    UrlParts *parts = data;
    if (str_eq(keyword, STR("host"))) parts->host = value;
    if (str_eq(keyword, STR("port"))) parts->port = value;
    if (str_eq(keyword, STR("dbname"))) parts->dbname = value;
}

static bool url_parts(const AdapterOpen *open, Arena *arena, UrlParts *parts, AdapterError *error)
{
    *parts = (UrlParts){STR_EMPTY, STR_EMPTY, STR_EMPTY};
    Str url = database_url(open);
    PgLibrary pq;
    if (!url.len) return true;
    if (!pg_library_load(&pq, error)) return false;
    bool ok = read_url(&pq, arena, url, take_part, parts, error);
    pg_library_release(&pq);
    return ok;
}

bool pg_names(const AdapterOpen *open, Arena *arena, Str *database, Str *schema, AdapterError *error)
{
    (void)schema; /* public */
    Str named = either(open, "dbname", "database");
    UrlParts parts;
    if (named.len) {
        Str other = adapter_setting(open, STR("database"));
        if (other.len && !str_eq(other, named))
            return setting_error(error, "dbname", "Keep one of the two.",
                                 STR("'dbname' and 'database' name different databases"));
        *database = named;
        return true;
    }
    if (!url_parts(open, arena, &parts, error)) return false;
    Str service = adapter_setting(open, STR("service"));
    if (!service.len) service = environment("PGSERVICE");
    if (parts.dbname.len)
        *database = parts.dbname;
    else if (service.len && (named = service_database(arena, service)).len)
        *database = str_dup(arena, named);
    else if ((named = environment("PGDATABASE")).len)
        *database = str_dup(arena, named);
    else
        return setting_error(error, "dbname", "Add `dbname: name_of_the_database`.",
                             STR("the PostgreSQL target names no database"));
    return true;
}

bool pg_location(const AdapterOpen *open, Arena *arena, Str *location, AdapterError *error)
{
    UrlParts parts;
    Str database = STR_EMPTY, schema = STR_EMPTY;
    if (!url_parts(open, arena, &parts, error) || !pg_names(open, arena, &database, &schema, error)) return false;
    Str host = adapter_setting(open, STR("host")), port = adapter_setting(open, STR("port"));
    if (!host.len) host = parts.host.len ? parts.host : environment("PGHOST");
    if (!port.len) port = parts.port.len ? parts.port : environment("PGPORT");
    Str service = adapter_setting(open, STR("service"));
    if (!host.len) host = service.len ? str_cat(arena, STR("service "), service) : STR("localhost");
    *location = str_fmt(arena, "%.*s%s%.*s/%.*s", STR_ARG(host), port.len ? ":" : "", STR_ARG(port), STR_ARG(database));
    return true;
}

/* ---- everything ---- */

static void add_parameter(PgDatabase *database, const char *keyword, Str value)
{
    for (size_t i = 0; i < database->parameters.n; i++)
        if (str_eq(database->parameters.at[i].key, str_from(keyword))) return; /* the first one counts */
    vec_push(database->arena, &database->parameters,
             (AdapterSetting){str_from(keyword), str_dup(database->arena, value)});
}

static void keep_secret(PgDatabase *database, Str text)
{
    enum { SHORTEST = 3 }; /* shorter ones would be cut out of ordinary words */
    if (text.len >= SHORTEST) vec_push(database->arena, &database->secrets, str_dup(database->arena, text));
}

static void take_parameter(void *data, Str keyword, Str value)
{
    PgDatabase *database = data;
    add_parameter(database, str_c(database->arena, keyword), value);
    if (str_eq(keyword, STR("password")) || str_eq(keyword, STR("sslpassword"))) keep_secret(database, value);
}

static bool read_number(const AdapterOpen *open, const char *key, int64_t otherwise, int64_t most, uint32_t *number,
                        AdapterError *error)
{
    Str text = str_trim(adapter_setting(open, str_from(key)));
    int64_t value = otherwise;
    if (text.len && (!str_to_int(text, &value) || value < 0 || value > most))
        return setting_error(error, key, "",
                             str_fmt(error->arena, "'%s' must be a number from 0 to %lld, not '%.*s'", key,
                                     (long long)most, STR_ARG(text)));
    *number = (uint32_t)value;
    return true;
}

static bool read_bool(const AdapterOpen *open, const char *key, bool otherwise, bool *value, AdapterError *error)
{
    Str text = adapter_setting(open, str_from(key));
    bool yes = str_eq_nocase(text, STR("true")) || str_eq(text, STR("1")) || str_eq_nocase(text, STR("yes"));
    bool no = str_eq_nocase(text, STR("false")) || str_eq(text, STR("0")) || str_eq_nocase(text, STR("no"));
    *value = text.len ? yes : otherwise;
    if (!text.len || yes || no) return true;
    return setting_error(error, key, "",
                         str_fmt(error->arena, "'%s' must be true or false, not '%.*s'", key, STR_ARG(text)));
}

/* A time as the server reads it: a number of milliseconds, or with a unit. */
static bool add_timeout(const AdapterOpen *open, const char *key, Buf *session, AdapterError *error)
{
    Str text = str_trim(adapter_setting(open, str_from(key)));
    if (!text.len) return true;
    static const char *const units[] = {"", "ms", "s", "min", "h"};
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') digits++;
    Str unit = str_trim(str_from_index(text, digits));
    for (size_t i = 0; digits && i < sizeof units / sizeof *units; i++)
        if (str_eq(unit, str_from(units[i]))) {
            buf_addf(session, "set %s to '%.*s';", key, STR_ARG(text));
            return true;
        }
    return setting_error(error, key, "Write it as 30s, 5min or a number of milliseconds.",
                         str_fmt(error->arena, "'%s' cannot be '%.*s'", key, STR_ARG(text)));
}

static bool read_session(const AdapterOpen *open, PgDatabase *database, AdapterError *error)
{
    Buf session;
    buf_init(&session, database->arena);
    buf_reserve(&session, 1);
    Str role = adapter_setting(open, STR("role")), path = adapter_setting(open, STR("search_path"));
    /* dbt hands it on as an option of the connection: the text of a list, unquoted. */
    if (path.len) {
        Str piece;
        const char *before = "set search_path to ";
        for (Str rest = path; str_split_next(&rest, ',', &piece); before = ", ") {
            piece = str_trim(piece);
            bool quoted = piece.len > 1 && piece.ptr[0] == '"' && piece.ptr[piece.len - 1] == '"';
            buf_addz(&session, before);
            buf_add(&session, quoted ? piece
                                     : dialect_quote_identifier(error->arena, adapter_postgres.dialect,
                                                                str_lower(error->arena, piece)));
        }
        buf_addc(&session, ';');
    }
    if (!add_timeout(open, "statement_timeout", &session, error) || !add_timeout(open, "lock_timeout", &session, error))
        return false;
    if (role.len)
        buf_addf(&session, "set role %s;", dialect_quote_identifier(error->arena, adapter_postgres.dialect, role).ptr);
    database->session = buf_str(&session);
    return true;
}

bool pg_read_settings(const AdapterOpen *open, PgDatabase *database, AdapterError *error)
{
    static const char *const handed_on[] = {"host",        "port",     "user",    "sslmode", "sslcert",        "sslkey",
                                            "sslrootcert", "passfile", "service", "options", "keepalives_idle"};
    Str schema = STR_EMPTY, ignored;
    uint32_t number;
    enum { LONGEST_WAIT = 3600, LAST_PORT = 65535, MOST_RETRIES = 100 };
    if (!pg_names(open, database->arena, &database->name, &schema, error) ||
        !read_number(open, "connect_timeout", 10, LONGEST_WAIT, &database->connect_timeout, error) ||
        !read_number(open, "retries", 1, MOST_RETRIES, &database->retries, error) ||
        !read_number(open, "keepalives_idle", 0, INT32_MAX, &number, error) ||
        !read_number(open, "port", 0, LAST_PORT, &number, error) ||
        !read_bool(open, "check_before_write", true, &database->check, error) || !read_session(open, database, error))
        return false;
    for (size_t i = 0; i < sizeof handed_on / sizeof *handed_on; i++) {
        Str value = adapter_setting(open, str_from(handed_on[i]));
        bool none = str_eq(value, STR("0")) && !strcmp(handed_on[i], "keepalives_idle"); /* the system's own */
        if (value.len && !none) add_parameter(database, handed_on[i], value);
    }
    Str password = either(open, "password", "pass");
    if (password.len) add_parameter(database, "password", password);
    Str key_password = adapter_setting(open, STR("sslpassword"));
    if (key_password.len) add_parameter(database, "sslpassword", key_password);
    add_parameter(database, "dbname", database->name);
    Str application = adapter_setting(open, STR("application_name"));
    if (application.len) add_parameter(database, "application_name", application);
    keep_secret(database, password);
    keep_secret(database, key_password);
    keep_secret(database, environment("PGPASSWORD"));
    keep_secret(database, environment("DATABASE_URL"));
    if (!read_url(&database->pq, database->arena, database_url(open), take_parameter, database, error)) return false;
    add_parameter(database, "fallback_application_name", STR("cdbt"));
    add_parameter(database, "client_encoding", STR("UTF8"));
    if (!pg_location(open, database->arena, &ignored, error)) return false;
    database->read_only = open->read_only;
    database->notice = open->notice;
    database->notice_data = open->notice_data;
    return true;
}
