/* history: what became of each run, or of one node over all runs; what fails, and since when. */
#include "base/file.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "history/history.h"

enum { RUNS_SHOWN = 20 };

static bool read_output(Cli *cli, TableForm *form)
{
    return table_form(option_span_text(&cli->line, OPTION_OUTPUT), form, &cli->sink);
}

static void print_table(Cli *cli, const RunTable *table, TableForm form)
{
    Buf out;
    buf_init(&out, NULL);
    table_write(&out, table, form, cli->report.terminal.utf8);
    terminal_write(stdout, buf_str(&out));
    buf_release(&out);
}

/* What a person sees: first what is wrong now, then how it came. */
static void print_text(Cli *cli, const HistoryTables *tables, Str node)
{
    if (tables->failing->row_count) {
        printf("Failing now: %zu\n", tables->failing->row_count);
        print_table(cli, tables->failing, TABLE_TEXT);
        terminal_write(stdout, STR("\n"));
    } else {
        terminal_write(stdout, node.len ? STR("It does not fail now.\n\n") : STR("Nothing fails now.\n\n"));
    }
    if (node.len)
        printf("The last %zu results of %.*s\n", tables->main->row_count, STR_ARG(node));
    else
        printf("The last %zu runs\n", tables->main->row_count);
    print_table(cli, tables->main, TABLE_TEXT);
}

int command_history(Cli *cli)
{
    Arena *arena = cli->arena;
    TableForm form;
    if (cli->line.word_count > 1) {
        diag_add(&cli->sink, DIAG_usage, cli->line.words[1].span, "'%.*s' is not understood here",
                 STR_ARG(cli->line.words[1].text));
        diag_hint(&cli->sink, "name one node at most: `cdbt history [NODE]`");
        return cli_refuse(cli, EXIT_REFUSED);
    }
    if (!read_output(cli, &form) || !cli_load_paths(cli)) return cli_refuse(cli, EXIT_REFUSED);
    SpanText node = {STR_EMPTY, cli->line.command_span};
    if (cli->line.word_count) node = cli->line.words[0];
    Str path = history_path(arena, &cli->manifest->paths), error, best;
    int64_t limit = cli->line.options[OPTION_LIMIT].given ? cli->line.options[OPTION_LIMIT].number : RUNS_SHOWN;
    HistoryTables tables;
    if (!path.len ||
        !history_read(arena, path, node.text, option_text(&cli->line, OPTION_TARGET), limit, &tables, &best, &error)) {
        if (!path.len)
            diag_add(&cli->sink, DIAG_usage, cli->line.command_span, "CDBT_HISTORY says that no history is kept");
        else if (!error.len)
            diag_add(&cli->sink, DIAG_usage, cli->line.command_span, "there is no history yet (%.*s)", STR_ARG(path));
        else
            diag_add(&cli->sink, DIAG_file_read, cli->line.command_span, "cannot read %.*s: %.*s", STR_ARG(path),
                     STR_ARG(error));
        diag_hint(&cli->sink, error.len ? "move the file away to begin a new history"
                                        : "run `cdbt build` once: each run is recorded at its end");
        return cli_refuse(cli, EXIT_REFUSED);
    }
    if (node.text.len && !tables.main->row_count) {
        diag_add(&cli->sink, DIAG_selection_empty, node.span, "no run has a result of '%.*s'", STR_ARG(node.text));
        if (best.len) diag_hint(&cli->sink, "did you mean '%.*s'?", STR_ARG(best));
        return cli_refuse(cli, EXIT_REFUSED);
    }
    if (form == TABLE_TEXT)
        print_text(cli, &tables, node.text);
    else
        print_table(cli, tables.main, form);
    return cli_refuse(cli, EXIT_OK);
}
