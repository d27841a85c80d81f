/* debug: what cdbt works with here, and whether all of it is good: project, profile, database, folders. Nothing is written. */
#include "base/file.h"
#include "base/version.h"
#include "cli/cli.h"
#include "context/context.h"
#include "history/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct Debug {
    Cli *cli;
    size_t failed;
} Debug;

static void line(Debug *d, const char *name, Str text)
{
    Buf safe;
    buf_init(&safe, NULL);
    diag_safe_text(&safe, text, d->cli->report.terminal.utf8);
    report_line(&d->cli->report, "  %-16s %.*s", name, STR_ARG(buf_str(&safe)));
    buf_release(&safe);
}

/* A check: its outcome is a word in brackets, as dbt writes it. */
static void check(Debug *d, const char *name, bool good, Str text)
{
    d->failed += !good;
    report_line(&d->cli->report, "  %s [%s %.*s]", name, good ? "OK" : "ERROR", STR_ARG(text));
}

/* ---- project and profile ---- */

static void print_project(Debug *d)
{
    const Manifest *m = d->cli->manifest;
    bool good = m->root && m->paths.root.len;
    report_line(&d->cli->report, "Project");
    check(d, "dbt_project.yml file", good, good ? STR("found and valid") : STR("invalid"));
    if (!good) return;
    line(d, "name", m->root->name);
    line(d, "folder", path_absolute(d->cli->arena, m->paths.root));
    if (m->package_count > 2) line(d, "packages", str_fmt(d->cli->arena, "%zu", m->package_count - 2));
}

static bool print_profile(Debug *d)
{
    const Manifest *m = d->cli->manifest;
    const Target *target = &m->target;
    bool good = target->type.len > 0;
    report_line(&d->cli->report, "Profile");
    if (!good) {
        check(d, "profiles.yml file", false, STR("invalid"));
        return false;
    }
    Str file = target->span.source ? source_path(m->sources, target->span.source) : STR_EMPTY;
    bool embedded = str_eq(file, STR("dbt_project.yml"));
    check(d, "profiles.yml file", true,
          embedded ? STR("not needed: the embedded default is used") : STR("found and valid"));
    if (!embedded) line(d, "file", file);
    line(d, "profile", target->profile_name);
    line(d, "target", target->name);
    line(d, "type", target->type);
    line(d, "database", target->database_path.len ? target->database_path : target->database);
    line(d, "schema", target->schema);
    line(d, "threads", str_fmt(d->cli->arena, "%u", target->threads));
    return true;
}

/* Files that do not read, models that do not parse: no reason not to look at the rest. */
static void print_models(Debug *d)
{
    const Manifest *m = d->cli->manifest;
    size_t errors = d->cli->sink.errors;
    if (!m->root || !m->target.type.len) return;
    if (errors)
        check(d, "models and other files", false,
              str_fmt(d->cli->arena, "%zu error%s, see below", errors, errors == 1 ? "" : "s"));
    else
        check(d, "models and other files", true,
              str_fmt(d->cli->arena, "%zu node%s", m->node_count, m->node_count == 1 ? "" : "s"));
}

/* ---- the database ---- */

static bool ask(AdapterDatabase *database, AdapterConnection **connection, AdapterError *error)
{
    AdapterCursor *cursor;
    const AdapterCell *cells;
    if (!adapter_connect(database, ADAPTER_READER, connection, error) ||
        !adapter_query(*connection, STR("select 1"), &cursor, error))
        return false;
    bool ok = adapter_step(cursor, &cells, error) == ADAPTER_ROW;
    adapter_finish(cursor);
    return ok;
}

static void print_connection(Debug *d)
{
    Cli *cli = d->cli;
    const Target *target = &cli->manifest->target;
    AdapterOpen open = {.settings = target->adapter_settings,
                        .setting_count = target->adapter_setting_count,
                        .base_folder = cli->manifest->root->root,
                        .read_only = true};
    AdapterError error;
    adapter_error_init(&error, cli->arena);
    AdapterDatabase *database = NULL;
    AdapterConnection *connection = NULL;
    report_line(&cli->report, "Connection");
    bool ok = adapter_open(target->type, &open, &database, &error) && ask(database, &connection, &error);
    if (ok) {
        const AdapterSetting *pairs = NULL;
        size_t count = 0;
        adapter_describe(database, cli->arena, &pairs, &count);
        for (size_t i = 0; i < count; i++) line(d, str_c(cli->arena, pairs[i].key), pairs[i].value);
    } else {
        diag_add(&cli->sink, DIAG_database_open, target->span, "%.*s", STR_ARG(error.message));
        if (error.hint.len) diag_hint(&cli->sink, "%.*s", STR_ARG(error.hint));
    }
    check(d, "Connection test:", ok, ok ? STR("connection ok") : STR("the database does not answer, see below"));
    adapter_disconnect(connection);
    adapter_close(database);
}

/* ---- what may be written ---- */

/* The folder itself, or the nearest one above it that exists: that is where it would be made. */
static Str existing_folder(Arena *arena, Str path)
{
    Str folder = path_absolute(arena, path);
    while (folder.len > 1 && !file_is_dir(str_c(arena, folder))) folder = path_dir(folder);
    return folder.len ? folder : STR("/");
}

static void check_folder(Debug *d, const char *name, Str path, const char *hint)
{
    Arena *arena = d->cli->arena;
    Str folder = existing_folder(arena, path);
    bool file_there = file_exists(str_c(arena, path)) && !file_is_dir(str_c(arena, path));
    bool good = !file_there && access(str_c(arena, folder), W_OK | X_OK) == 0;
    check(d, name, good,
          str_fmt(arena, "%.*s: %s", STR_ARG(path_absolute(arena, path)),
                  good         ? "writable"
                  : file_there ? "a file is in its place"
                               : "not writable"));
    if (good) return;
    diag_add(&d->cli->sink, DIAG_file_write, (Span){d->cli->manifest->root->file, 0, 0}, "cannot write to %.*s: %s",
             STR_ARG(path), file_there ? "it is a file, not a folder" : strerror(errno));
    diag_hint(&d->cli->sink, "%s", hint);
}

static void check_database_file(Debug *d)
{
    Cli *cli = d->cli;
    Arena *arena = cli->arena;
    Str path = cli->manifest->target.database_path, folder = path_dir(path);
    if (!path.len || !file_is_dir(folder.len ? str_c(arena, folder) : "."))
        return; /* no file, or the test above said so */
    bool there = file_exists(str_c(arena, path));
    bool good = access(there ? str_c(arena, path) : str_c(arena, folder), W_OK) == 0 &&
                access(str_c(arena, folder), W_OK | X_OK) == 0;
    check(d, "database file:", good,
          good ? there ? STR("writable") : STR("will be made by the first run") : STR("not writable"));
    if (!good) {
        diag_add(&cli->sink, DIAG_database_readonly, cli->manifest->target.span, "%.*s or its folder is not writable",
                 STR_ARG(path));
        diag_hint(&cli->sink, "make both writable: the database keeps its log beside the file");
    }
    struct statvfs disk;
    if (statvfs(str_c(arena, folder), &disk) == 0) {
        double megabytes = (double)disk.f_bavail * (double)disk.f_frsize / 1e6;
        line(d, "free on disk", str_fmt(arena, "%.0f MB", megabytes));
    }
    Str holder = run_lock_holder(arena, path);
    line(d, "in use by", holder.len ? holder : STR("no other run"));
}

static void print_writing(Debug *d)
{
    Cli *cli = d->cli;
    const ProjectPaths *paths = &cli->manifest->paths;
    report_line(&cli->report, "Writing");
    check_database_file(d);
    check_folder(d, "artifacts:", paths->target, "make it writable, or name another folder with --target-path");
    Str history = history_path(cli->arena, paths);
    if (!history.len)
        line(d, "history", STR("off"));
    else
        line(d, "history", file_exists(str_c(cli->arena, history)) ? history : STR("begins with the first run"));
    Notify notify;
    size_t before = cli->sink.errors;
    bool tells = notify_read(cli->arena, cli->manifest, &notify, &cli->sink);
    if (cli->sink.errors > before) d->failed++;
    line(d, "on_failure",
         !tells                                 ? STR("nobody is told of a failed run")
         : notify.command.len && notify.url.len ? STR("runs a command and posts to a url")
         : notify.url.len                       ? STR("posts to a url")
                                                : STR("runs a command"));
}

/* The folder of the profiles.yml that is read; where none is, the one in which it would be looked for first. */
static Str profiles_folder(const Cli *cli)
{
    const Manifest *m = cli->manifest;
    const char *variable = getenv("DBT_PROFILES_DIR");
    Str file = m->target.span.source ? source_path(m->sources, m->target.span.source) : STR_EMPTY;
    Str folder = option_text(&cli->line, OPTION_PROFILES_DIR);
    if (str_eq(path_base(file), STR("profiles.yml")))
        folder = path_dir(file);
    else if (!folder.len)
        folder = variable && *variable ? str_from(variable) : m->paths.root;
    return path_absolute(cli->arena, folder.len ? folder : STR("."));
}

int command_debug(Cli *cli)
{
    Debug d = {cli, 0};
    bool only_connection = option_on(&cli->line, OPTION_CONNECTION, false);
    ProjectOptions options = cli_project_options(cli);
    cli->report.invocation_id = options.invocation_id;
    project_load(cli->manifest, &options, NULL, &cli->sink);
    cli->report.root = cli->manifest->paths.root;
    cli_open_log(cli);
    if (option_on(&cli->line, OPTION_CONFIG_DIR, false)) {
        cli->sink.count = 0; /* dbt asks nothing else either */
        report_line(&cli->report, "%.*s", STR_ARG(profiles_folder(cli)));
        return EXIT_OK;
    }
    Str named = option_text(&cli->line, OPTION_PROJECT_DIR);
    if (named.len && !file_is_dir(str_c(cli->arena, named))) return cli_refuse(cli, EXIT_REFUSED);
    report_line(&cli->report, "cdbt " CDBT_VERSION ", in the place of dbt " CONTEXT_DBT_VERSION);
    if (only_connection)
        report_line(&cli->report, "Skipping steps before connection verification");
    else
        print_project(&d);
    bool profile = cli->manifest->root && print_profile(&d);
    if (profile && !only_connection) print_models(&d);
    if (profile) print_connection(&d);
    if (profile && !only_connection) print_writing(&d);
    if (!d.failed && cli->sink.errors) d.failed = cli->sink.errors;
    report_line(&cli->report, "%s", "");
    if (d.failed)
        report_line(&cli->report, "%zu check%s failed:", d.failed, d.failed == 1 ? "" : "s");
    else
        report_line(&cli->report, "All checks passed!");
    return cli_refuse(cli, d.failed ? EXIT_NODE_FAILED : EXIT_OK);
}
