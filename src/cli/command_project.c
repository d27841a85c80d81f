/* parse, debug, clean: commands about the project itself. */
#include "artifacts/artifacts.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/version.h"

int command_parse(Cli *cli)
{
    uint64_t started = clock_monotonic_ns();
    if (!cli_load(cli)) return EXIT_REFUSED;
    if (option_on(&cli->line, OPTION_WRITE_JSON, true) &&
        !artifacts_write_manifest(cli->manifest, cli->graph, &cli->sink))
        return cli_refuse(cli, EXIT_REFUSED);
    report_line(&cli->report, "Read %zu node%s and %zu macros in %.3fs", cli->manifest->node_count,
                cli->manifest->node_count == 1 ? "" : "s", cli->manifest->macro_count,
                (double)(clock_monotonic_ns() - started) / 1e9);
    return EXIT_OK;
}

/* ---- debug ---- */

static void debug_line(Cli *cli, const char *name, Str text)
{
    Buf safe;
    buf_init(&safe, NULL);
    diag_safe_text(&safe, text, cli->report.terminal.utf8);
    report_line(&cli->report, "  %-14s %.*s", name, STR_ARG(buf_str(&safe)));
    buf_release(&safe);
}

static bool debug_connection(Cli *cli)
{
    const Target *target = &cli->manifest->target;
    AdapterOpen open = {.settings = target->adapter_settings,
                        .setting_count = target->adapter_setting_count,
                        .base_folder = cli->manifest->root->root,
                        .read_only = true};
    AdapterError error;
    adapter_error_init(&error, cli->arena);
    AdapterDatabase *database = NULL;
    AdapterConnection *connection = NULL;
    bool ok = adapter_open(target->type, &open, &database, &error) &&
              adapter_connect(database, ADAPTER_READER, &connection, &error);
    if (ok) {
        AdapterCursor *cursor;
        const AdapterCell *cells;
        ok = adapter_query(connection, STR("select 1"), &cursor, &error);
        if (ok) {
            ok = adapter_step(cursor, &cells, &error) == ADAPTER_ROW;
            adapter_finish(cursor);
        }
    }
    if (ok) {
        const AdapterSetting *pairs = NULL;
        size_t count = 0;
        adapter_describe(database, cli->arena, &pairs, &count);
        for (size_t i = 0; i < count; i++) debug_line(cli, str_c(cli->arena, pairs[i].key), pairs[i].value);
        debug_line(cli, "answers", STR("yes"));
    } else {
        diag_add(&cli->sink, DIAG_database_open, target->span, "%.*s", STR_ARG(error.message));
        if (error.hint.len) diag_hint(&cli->sink, "%.*s", STR_ARG(error.hint));
    }
    adapter_disconnect(connection);
    adapter_close(database);
    return ok;
}

int command_debug(Cli *cli)
{
    report_line(&cli->report, "cdbt " CDBT_VERSION);
    if (!cli_load(cli)) return EXIT_REFUSED;
    const Manifest *m = cli->manifest;
    report_line(&cli->report, "Project");
    debug_line(cli, "name", m->root->name);
    debug_line(cli, "folder", path_absolute(cli->arena, m->paths.root));
    debug_line(cli, "packages", str_fmt(cli->arena, "%zu", m->package_count - 2));
    report_line(&cli->report, "Target");
    debug_line(cli, "profile", m->target.profile_name);
    debug_line(cli, "target", m->target.name);
    debug_line(cli, "type", m->target.type);
    debug_line(cli, "database", m->target.database_path);
    debug_line(cli, "schema", m->target.schema);
    debug_line(cli, "threads", str_fmt(cli->arena, "%u", m->target.threads));
    report_line(&cli->report, "Connection");
    bool ok = debug_connection(cli);
    return cli_refuse(cli, ok ? EXIT_OK : EXIT_NODE_FAILED);
}

/* ---- clean ---- */

/* A clean target that holds sources or the database is a mistake in dbt_project.yml: dbt refuses source folders too. */
static bool protected_path(const Cli *cli, Str path)
{
    const Package *root = cli->manifest->root;
    Arena *arena = cli->arena;
    const struct {
        const Str *paths;
        size_t count;
    } lists[] = {{root->model_paths, root->model_path_count},       {root->seed_paths, root->seed_path_count},
                 {root->test_paths, root->test_path_count},         {root->macro_paths, root->macro_path_count},
                 {root->snapshot_paths, root->snapshot_path_count}, {root->analysis_paths, root->analysis_path_count}};
    Str full = path_absolute(arena, path);
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (size_t i = 0; i < lists[l].count; i++) {
            Str source = path_absolute(arena, path_join(arena, root->root, lists[l].paths[i]));
            if (path_below(source, full) || path_below(full, source)) return true;
        }
    Str database = cli->manifest->target.database_path;
    return database.len && path_below(path_absolute(arena, database), full);
}

int command_clean(Cli *cli)
{
    /* What is wrong with models is no reason to keep old files: only the project file and the profile must be good. */
    if (!cli_load_paths(cli)) return cli_refuse(cli, EXIT_REFUSED);
    const ProjectPaths *paths = &cli->manifest->paths;
    bool ok = true;
    for (size_t i = 0; i < paths->clean_count; i++) {
        Str path = path_normal(cli->arena, path_join(cli->arena, paths->root, paths->clean[i])), error;
        if (protected_path(cli, path)) {
            diag_add(&cli->sink, DIAG_config_invalid, (Span){cli->manifest->root->file, 0, 0},
                     "clean-targets names '%.*s', which holds source files or the database; it was left alone",
                     STR_ARG(paths->clean[i]));
            diag_hint(&cli->sink, "take it out of clean-targets in dbt_project.yml");
            ok = false;
        } else if (!file_exists(path.ptr)) {
            continue;
        } else if (file_remove_tree(cli->arena, paths->root.ptr, path.ptr, &error)) {
            report_line(&cli->report, "Removed %.*s", STR_ARG(path));
        } else {
            diag_add(&cli->sink, DIAG_file_write, (Span){cli->manifest->root->file, 0, 0}, "cannot remove %.*s: %.*s",
                     STR_ARG(path), STR_ARG(error));
            ok = false;
        }
    }
    return cli_refuse(cli, ok ? EXIT_OK : EXIT_REFUSED);
}
