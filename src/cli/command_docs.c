/* docs generate: compiles the models, asks the database for what it holds, writes the page and catalog. */
#include "artifacts/artifacts.h"
#include "base/file.h"
#include "base/version.h"
#include "cli/cli.h"
#include "docs/docs.h"

static DocsRelation *read_catalog(Cli *cli, const Run *run)
{
    DocsRelation *relations = ARENA_ARRAY(cli->arena, DocsRelation, cli->manifest->node_count + 1);
    for (size_t i = 0; i < cli->manifest->node_count; i++) {
        const AdapterColumns *columns = run_columns(run, cli->manifest->nodes[i]);
        if (!columns) continue;
        DocsColumn *list = ARENA_ARRAY(cli->arena, DocsColumn, columns->n + 1);
        for (size_t c = 0; c < columns->n; c++) list[c] = (DocsColumn){columns->at[c].name, columns->at[c].type};
        relations[i] = (DocsRelation){.columns = list, .column_count = columns->n};
    }
    return relations;
}

static DocsResult *read_results(Cli *cli, size_t *count)
{
    ArtifactResult *found = NULL;
    *count = 0;
    if (!artifacts_read_results(cli->arena, cli->manifest, &found, count)) return NULL;
    DocsResult *results = ARENA_ARRAY(cli->arena, DocsResult, *count + 1);
    for (size_t i = 0; i < *count; i++)
        results[i] = (DocsResult){.unique_id = found[i].unique_id,
                                  .status = found[i].status,
                                  .message = found[i].message,
                                  .at = found[i].completed_at,
                                  .failures = found[i].failures,
                                  .seconds = found[i].seconds};
    return results;
}

/* `asset-paths`: pictures that descriptions show. They go beside the page, at the same place. */
static void copy_assets(Cli *cli)
{
    const Package *root = cli->manifest->root;
    for (size_t i = 0; i < root->asset_path_count; i++) {
        Str folder = root->asset_paths[i], from = path_join(cli->arena, root->root, folder);
        Str to = path_join(cli->arena, cli->manifest->paths.target, folder), error = STR_EMPTY, text;
        DirEntries entries = {0};
        if (!file_is_dir(from.ptr) || path_is_absolute(folder) || str_starts(folder, STR("..")) || path_below(to, from))
            continue;
        bool ok = dir_walk(cli->arena, from.ptr, NULL, &entries, &error);
        for (size_t k = 0; ok && k < entries.n; k++) {
            Str place = path_join(cli->arena, to, entries.at[k].path);
            ok = entries.at[k].kind != DIR_FILE ||
                 (file_read(cli->arena, path_join(cli->arena, from, entries.at[k].path).ptr, &text, &error) &&
                  file_write_aside(cli->arena, place.ptr, text, 0, &error));
        }
        if (!ok)
            diag_add(&cli->sink, DIAG_file_write, (Span){root->file, 0, 0}, "the assets in %.*s were not copied: %.*s",
                     STR_ARG(folder), STR_ARG(error));
    }
}

int command_docs(Cli *cli)
{
    const CommandLine *line = &cli->line;
    if (line->word_count != 1 || !str_eq(line->words[0].text, STR("generate"))) {
        Span span = line->word_count ? line->words[0].span : line->command_span;
        diag_add(&cli->sink, DIAG_usage, span,
                 line->word_count ? "docs has only the command `docs generate`" : "docs needs a second word: generate");
        diag_hint(&cli->sink,
                  "write `cdbt docs generate`, then open target/index.html in a browser: it needs no server");
        return cli_refuse(cli, EXIT_REFUSED);
    }
    SelectOptions select;
    if (!cli_select_options(cli, run_command_types(RUN_DOCS), run_command_types(RUN_DOCS), &select))
        return cli_refuse(cli, EXIT_REFUSED);
    if (!cli_load(cli)) return EXIT_REFUSED;
    RunOptions options = {.command = RUN_DOCS,
                          .select = select,
                          .no_write_artifacts = !option_on(line, OPTION_WRITE_JSON, true),
                          .threads = cli_threads(cli),
                          .no_introspect = !option_on(line, OPTION_INTROSPECT, true),
                          .empty_catalog = option_on(line, OPTION_EMPTY_CATALOG, false),
                          .flags = cli->flags,
                          .invocation = cli->invocation};
    if (!cli_read_state(cli, &options.select) || !cli_read_defer(cli, &options)) return cli_refuse(cli, EXIT_REFUSED);
    /* Without compiling, the database is still asked for what it holds. */
    bool compiles = option_on(line, OPTION_COMPILE_DOCS, true);
    static const Str nothing = STR_INIT("");
    if (!compiles) options.select.only = &nothing;
    Run *run = run_plan(cli->manifest, cli->graph, &options, &cli->sink);
    if (!run) return cli_refuse(cli, EXIT_REFUSED);
    if (!run_execute(run, &cli->sink) || run_failed(run)) {
        /* The page is worth having even so: it shows what was found wrong where. */
        size_t count;
        const RunResult *results = run_results(run, &count);
        for (size_t i = 0; i < count; i++)
            for (size_t d = 0; d < results[i].diag_count; d++) report_diag(&cli->report, &results[i].diags[d], true);
        cli_refuse(cli, 0);
    }
    if (!options.no_write_artifacts) {
        if (compiles) artifacts_write_compiled_manifest(cli->manifest, cli->graph, run, &cli->sink);
        artifacts_write_catalog(cli->manifest, run, &cli->sink);
        if (compiles) artifacts_write_results(cli->manifest, run, &options, &cli->sink);
    }
    DocsInput input = {.manifest = cli->manifest, .generator = STR("cdbt " CDBT_VERSION)};
    input.results = read_results(cli, &input.result_count);
    Str *compiled = ARENA_ARRAY(cli->arena, Str, cli->manifest->node_count + 1);
    for (size_t i = 0; i < cli->manifest->node_count; i++) compiled[i] = run_compiled(run, cli->manifest->nodes[i]);
    input.compiled = compiled;
    input.relations = read_catalog(cli, run);
    Str path = path_join(cli->arena, cli->manifest->paths.target, STR("index.html")), error;
    bool written = docs_write(cli->arena, &input, path.ptr, &error);
    if (!written)
        diag_add(&cli->sink, DIAG_file_write, cli->line.command_span, "cannot write %.*s: %.*s", STR_ARG(path),
                 STR_ARG(error));
    else
        report_line(&cli->report, "Wrote %.*s: open it in a browser, it needs no server", STR_ARG(path));
    copy_assets(cli);
    bool failed = run_failed(run);
    run_free(run);
    return cli_refuse(cli, !written ? EXIT_REFUSED : failed ? EXIT_NODE_FAILED : EXIT_OK);
}
