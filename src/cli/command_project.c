/* parse, clean: commands about the project itself. */
#include "artifacts/artifacts.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/version.h"
#include "cli/cli.h"
#include "cli/warnings.h"

int command_parse(Cli *cli)
{
    uint64_t started = clock_monotonic_ns();
    if (!cli_load(cli)) return EXIT_REFUSED;
    if (cli->report.level == LOG_DEBUG || option_text(&cli->line, OPTION_WARN_ERROR_OPTIONS).len) {
        project_report_unused(cli->manifest, &cli->sink);
        bool fine = warnings_weigh(cli);
        size_t kept = 0;
        for (size_t i = 0; i < cli->sink.count; i++)
            if (cli->report.level == LOG_DEBUG || cli->sink.items[i].severity != DIAG_INFO)
                cli->sink.items[kept++] = cli->sink.items[i];
        cli->sink.count = kept;
        cli_refuse(cli, 0);
        if (!fine) return EXIT_REFUSED;
    }
    if (option_on(&cli->line, OPTION_WRITE_JSON, true) &&
        !artifacts_write_manifest(cli->manifest, cli->graph, &cli->sink))
        return cli_refuse(cli, EXIT_REFUSED);
    report_line(&cli->report, "Read %zu node%s and %zu macros in %.3fs", cli->manifest->node_count,
                cli->manifest->node_count == 1 ? "" : "s", cli->manifest->macro_count,
                (double)(clock_monotonic_ns() - started) / 1e9);
    return EXIT_OK;
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
    const OptionValue *only = &cli->line.options[OPTION_CLEAN_PROJECT_FILES_ONLY];
    if (only->given && !only->on) {
        diag_add(&cli->sink, DIAG_usage, cli->line.whole, "clean removes nothing outside of the project");
        diag_hint(&cli->sink, "leave --no-clean-project-files-only away, and remove other folders by hand");
        return cli_refuse(cli, EXIT_REFUSED);
    }
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
