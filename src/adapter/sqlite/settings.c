/* The profile's output, as cdbt writes it and as dbt's SQLite adapter does (github.com/codeforkjeff/dbt-sqlite). */
#include "adapter/sqlite/sqlite.h"

#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const AdapterSettingInfo sqlite_settings[] = {
    {"type", false, "sqlite"},
    {"path", false, "the database file, relative to the project; :memory: for one that is removed at the end"},
    {"database", false, "a name for the database in artifacts; main by default"},
    {"schema", false, "main gives bare names, any other schema s gives s__name"},
    {"threads", false, "how many nodes may run at the same time"},
    {"busy_timeout", false, "how long to wait for a lock: 10s, 500ms; a bare number is milliseconds; 10s by default"},
    {"double_quoted_strings", false, "whether \"x\" that is no column means the string 'x', as SQLite has it"},
    {"attach.*", false, "alias: path of other database files, for sources; read-only"},
    {"extensions.*", false, "paths of SQLite extensions to load"},
    {"pragmas.*", false, "further pragmas for each connection: name: value"},
    {"schemas_and_paths.*", false, "of dbt's adapter: main is the database file, others are attached read-only"},
    {"schema_directory", false, "of dbt's adapter: each *.db file there that is not main is attached read-only"},
    {NULL, false, NULL},
};

static bool setting_error(AdapterError *error, Str key, const char *hint, Str message)
{
    adapter_error_set(error, ADAPTER_SETTING, "%.*s", STR_ARG(message));
    error->subject = str_dup(error->arena, key);
    error->hint = str_from(hint);
    return false;
}

static Str place(Arena *arena, const AdapterOpen *open, Str path)
{
    if (str_starts(path, STR("file:"))) return path;
    return path_absolute(arena, open->base_folder.len ? path_join(arena, open->base_folder, path) : path);
}

static bool is_memory(Str path)
{
    return str_eq(path, STR(":memory:"));
}

static bool main_path(const AdapterOpen *open, Str *path, AdapterError *error)
{
    Str own = adapter_setting(open, STR("path"));
    Str dbts = adapter_setting(open, STR("schemas_and_paths.main"));
    if (own.len && dbts.len && !str_eq(own, dbts))
        return setting_error(error, STR("path"), "Keep one of the two.",
                             STR("'path' and 'schemas_and_paths: main' name different files"));
    *path = own.len ? own : dbts;
    if (path->len == 0)
        return setting_error(error, STR("path"), "Add `path: name_of_the_file.db`.",
                             STR("the SQLite target names no database file"));
    if (str_starts(*path, STR("file:")))
        return setting_error(error, STR("path"), "Write the plain path; options go under `pragmas:`.",
                             STR("'path' is a URI, not a path"));
    return true;
}

bool sqlite_location(const AdapterOpen *open, Arena *arena, Str *location, AdapterError *error)
{
    Str path;
    if (!main_path(open, &path, error)) return false;
    *location = is_memory(path) ? str_dup(arena, path) : place(arena, open, path);
    return true;
}

static bool read_bool(const AdapterOpen *open, Str key, bool otherwise, bool *value, AdapterError *error)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true},   {"yes", true}, {"on", true},   {"1", true},
                 {"false", false}, {"no", false}, {"off", false}, {"0", false}};
    Str text = adapter_setting(open, key);
    *value = otherwise;
    if (text.len == 0) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(text, str_from(words[i].word))) {
            *value = words[i].value;
            return true;
        }
    return setting_error(
        error, key, "", str_fmt(error->arena, "'%.*s' must be true or false, not '%.*s'", STR_ARG(key), STR_ARG(text)));
}

static bool read_busy(const AdapterOpen *open, uint32_t *ms, AdapterError *error)
{
    enum { DEFAULT_MS = 10000, LONGEST_MS = 24 * 3600 * 1000 };
    Str key = STR("busy_timeout"), text = str_trim(adapter_setting(open, key)), digits = text;
    *ms = DEFAULT_MS;
    if (text.len == 0) return true;
    double factor = 1, value;
    if (str_ends(text, STR("ms"))) {
        digits = str_slice(text, 0, text.len - 2);
    } else if (str_ends(text, STR("s"))) {
        digits = str_slice(text, 0, text.len - 1);
        factor = 1000;
    }
    if (!str_to_double(str_trim(digits), &value) || !(value >= 0) || value * factor > LONGEST_MS)
        return setting_error(error, key, "Write it as 10s, 500ms or a number of milliseconds.",
                             str_fmt(error->arena, "'busy_timeout' cannot be '%.*s'", STR_ARG(text)));
    *ms = (uint32_t)(value * factor);
    return true;
}

/* The last part of a dotted key, if its first part is `group`. */
static bool below(Str key, Str group, Str *rest)
{
    if (!str_starts(key, group) || key.len <= group.len + 1 || key.ptr[group.len] != '.') return false;
    *rest = str_from_index(key, group.len + 1);
    return true;
}

static bool has_alias(const SqliteDatabase *database, Str alias)
{
    for (size_t i = 0; i < database->attached.n; i++)
        if (str_eq_nocase(database->attached.at[i].alias, alias)) return true;
    return false;
}

static bool same_file(Arena *arena, Str a, Str b)
{
    struct stat one, two;
    if (stat(str_c(arena, a), &one) || stat(str_c(arena, b), &two)) return str_eq(a, b);
    return one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static void add_attached(SqliteDatabase *database, Str alias, Str path)
{
    vec_push(database->arena, &database->attached, (SqliteAttached){str_dup(database->arena, alias), path});
}

/* *.db files of dbt's schema_directory, by name; dbt attaches each under its stem. */
static void attach_directory(const AdapterOpen *open, SqliteDatabase *database)
{
    Str folder = adapter_setting(open, STR("schema_directory")), ignored;
    if (folder.len == 0) return;
    DirEntries entries = {0};
    DirOptions options = {.flags = DIR_FLAT};
    Str root = place(database->arena, open, folder);
    if (!dir_walk(database->arena, str_c(database->arena, root), &options, &entries, &ignored))
        return; /* it need not exist: nothing is written there */
    for (size_t i = 0; i < entries.n; i++) {
        Str path = path_join(database->arena, root, entries.at[i].path), alias = path_stem(path);
        if (entries.at[i].kind == DIR_FILE && str_eq(path_ext(path), STR(".db")) && !has_alias(database, alias) &&
            !same_file(database->arena, path, database->path) && !str_eq_nocase(alias, STR("main")) &&
            !str_eq_nocase(alias, STR("temp")))
            add_attached(database, alias, path);
    }
}

/* Settings whose key has a free part: attach, extensions, pragmas, schemas_and_paths. */
static bool read_groups(const AdapterOpen *open, SqliteDatabase *database, AdapterError *error)
{
    Arena *arena = database->arena;
    for (size_t i = 0; i < open->setting_count; i++) {
        Str key = open->settings[i].key, value = open->settings[i].value, rest;
        if (below(key, STR("attach"), &rest)) {
            if (str_eq_nocase(rest, STR("main")) || str_eq_nocase(rest, STR("temp")) || has_alias(database, rest))
                return setting_error(
                    error, key, "Choose another alias.",
                    str_fmt(error->arena, "a database cannot be attached as '%.*s': %s", STR_ARG(rest),
                            has_alias(database, rest) ? "another one has that alias" : "SQLite uses that name itself"));
            add_attached(database, rest, place(arena, open, value));
        } else if (below(key, STR("schemas_and_paths"), &rest) && !str_eq_nocase(rest, STR("main"))) {
            Str path = place(arena, open, value);
            /* dbt would create it; there is nothing to read in a file that does not exist. */
            if (file_exists(str_c(arena, path)) && !has_alias(database, rest) && !str_eq_nocase(rest, STR("temp")) &&
                !same_file(arena, path, database->path))
                add_attached(database, rest, path);
        } else if (below(key, STR("extensions"), &rest)) {
            /* A bare name is looked for by the system's loader, as in the sqlite3 shell. */
            Str path = str_find_char(value, '/', 0) == STR_NPOS ? str_dup(arena, value) : place(arena, open, value);
            vec_push(arena, &database->extensions, path);
        } else if (below(key, STR("pragmas"), &rest)) {
            vec_push(arena, &database->pragmas, (AdapterSetting){str_dup(arena, rest), str_dup(arena, value)});
        }
    }
    attach_directory(open, database);
    return true;
}

bool sqlite_read_settings(const AdapterOpen *open, SqliteDatabase *database, AdapterError *error)
{
    Str path;
    if (!main_path(open, &path, error) || !read_busy(open, &database->busy_ms, error) ||
        !read_bool(open, STR("double_quoted_strings"), true, &database->quoted_strings, error))
        return false;
    database->read_only = open->read_only;
    database->temporary = is_memory(path);
    if (database->temporary) {
        const char *folder = getenv("TMPDIR");
        char *name = (char *)(uintptr_t)str_c(
            database->arena,
            path_join(database->arena, str_from(folder && *folder ? folder : "/tmp"), STR("cdbt-XXXXXX")));
        int file = mkstemp(name);
        if (file < 0) {
            adapter_error_set(error, ADAPTER_CONNECTION, "cannot make a temporary database %s: %s", name,
                              strerror(errno));
            return false;
        }
        close(file);
        database->path = str_from(name);
        database->read_only = false; /* it is nobody else's */
    } else {
        database->path = place(database->arena, open, path);
    }
    return read_groups(open, database, error);
}

bool sqlite_is_attached(const AdapterOpen *open, Str name)
{
    if (str_eq_nocase(name, STR("main")) || str_eq_nocase(name, STR("temp"))) return false;
    Arena *arena = arena_new();
    AdapterError error;
    adapter_error_init(&error, arena);
    SqliteDatabase database = {.arena = arena, .path = STR_EMPTY};
    Str path;
    bool found = false;
    if (main_path(open, &path, &error)) {
        database.path = place(arena, open, path);
        found = read_groups(open, &database, &error) && has_alias(&database, name);
    }
    arena_free(arena);
    return found;
}
