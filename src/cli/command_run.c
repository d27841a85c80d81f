/* build, run, test, seed, snapshot, compile, show, run-operation: everything that goes through src/run. */
#include "artifacts/artifacts.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/warnings.h"
#include "history/history.h"

#include <signal.h>
#include <stdatomic.h>

/* A signal handler can reach nothing but a global: the one run of this process, or NULL. */
static _Atomic(Run *) running;

static void on_signal(int number)
{
    Run *run = atomic_load(&running);
    if (run) run_cancel(run);
    signal(number, SIG_DFL); /* the second one ends the process at once; transactions make that safe */
}

static void watch_signals(Run *run)
{
    atomic_store(&running, run);
    signal(SIGINT, run ? on_signal : SIG_DFL);
    signal(SIGTERM, run ? on_signal : SIG_DFL);
    /* Whoever reads along may go away (`cdbt build | head`): the build goes on. */
    signal(SIGPIPE, run ? SIG_IGN : SIG_DFL);
}

static bool read_operation(Cli *cli, RunOptions *options)
{
    if (!cli->line.word_count) {
        diag_add(&cli->sink, DIAG_usage, cli->line.command_span, "run-operation needs the name of a macro");
        diag_hint(&cli->sink, "write e.g. `cdbt run-operation grant_select --args '{role: reporter}'`");
        return false;
    }
    options->operation_macro = cli->line.words[0];
    return project_read_mapping(cli->arena, cli->manifest->sources, "--args", option_text(&cli->line, OPTION_ARGS),
                                &cli->sink, &options->operation_args);
}

static bool words_fit(Cli *cli, RunCommand command)
{
    size_t allowed = command == RUN_OPERATION || command == RUN_DOCS || command == RUN_FRESHNESS ? 1 : 0;
    if (cli->line.word_count <= allowed) return true;
    SpanText word = cli->line.words[allowed];
    diag_add(&cli->sink, DIAG_usage, word.span, "'%.*s' is not understood here", STR_ARG(word.text));
    diag_hint(&cli->sink, "to choose nodes write --select %.*s", STR_ARG(word.text));
    return false;
}

enum { SHOWN_FAILURES = 5, SHOWN_SEED_ROWS = 10 }; /* rows of a failed test, and of a seed with --show */

bool cli_run_options(Cli *cli, RunCommand command, RunOptions *options)
{
    const CommandLine *line = &cli->line;
    *options = (RunOptions){.command = command,
                            .full_refresh = option_on(line, OPTION_FULL_REFRESH, false),
                            .fail_fast = option_on(line, OPTION_FAIL_FAST, false),
                            .empty = option_on(line, OPTION_EMPTY, false),
                            .no_check = !option_on(line, OPTION_CHECK, true),
                            .wait = line->options[OPTION_WAIT].given ? line->options[OPTION_WAIT].number : -1,
                            .atomic = option_on(line, OPTION_ATOMIC, false),
                            .no_write_artifacts = !option_on(line, OPTION_WRITE_JSON, true),
                            .threads = cli_threads(cli),
                            .flags = cli->flags,
                            .invocation = cli->invocation,
                            .limit = line->options[OPTION_LIMIT].given ? line->options[OPTION_LIMIT].number : 5,
                            .show_seeds = option_on(line, OPTION_SHOW, false) ? SHOWN_SEED_ROWS : 0,
                            .show_failures = line->options[OPTION_SHOW_FAILURES].given
                                                 ? line->options[OPTION_SHOW_FAILURES].number
                                                 : SHOWN_FAILURES,
                            .no_introspect = !option_on(line, OPTION_INTROSPECT, true),
                            .statements = log_file_takes(&cli->report.log, LOG_DEBUG) || cli->report.level == LOG_DEBUG,
                            .event = report_event,
                            .event_data = &cli->report};
    if (!words_fit(cli, command) || !warnings_of_run(cli, &options->warnings)) return false;
    TableForm form;
    if (command == RUN_SHOW && !table_form(option_span_text(line, OPTION_OUTPUT), &form, &cli->sink)) return false;
    if (command == RUN_OPERATION && !read_operation(cli, options)) return false;
    SpanText sql = option_span_text(line, OPTION_INLINE);
    if (sql.text.len) {
        options->inline_sql = sql.text;
        options->inline_source = source_add(cli->manifest->sources, STR("--inline"), sql.text);
    }
    if (cli->retry) {
        options->retry_batches = &cli->retry->batches;
        options->now = cli->retry->started_at;
    }
    if (!cli_time_options(cli, options) ||
        !cli_select_options(cli, run_command_types(command), run_command_types(command), &options->select))
        return false;
    if (cli->retry) {
        options->select.only = cli->retry->ids;
        options->select.only_count = cli->retry->count;
    }
    return true;
}

static Str found_line(Cli *cli)
{
    size_t counts[RESOURCE_COUNT] = {0};
    for (size_t i = 0; i < cli->manifest->node_count; i++) counts[cli->manifest->nodes[i]->type]++;
    Buf out;
    buf_init(&out, cli->arena);
    for (size_t t = 0; t < RESOURCE_COUNT; t++) {
        if (!counts[t]) continue;
        if (out.len) buf_addz(&out, ", ");
        Str plural = resource_type_plural((ResourceType)t);
        if (counts[t] == 1 && t == RESOURCE_ANALYSIS)
            buf_addz(&out, "1 analysis");
        else if (counts[t] == 1)
            buf_addf(&out, "1 %.*s", (int)plural.len - 1, plural.ptr);
        else
            buf_addf(&out, "%zu %.*s", counts[t], STR_ARG(plural));
    }
    if (!out.len) buf_addz(&out, "no models, seeds or tests");
    return buf_str(&out);
}

/* As dbt's show: {"node": name, "show": [rows]}, indented by nobody. */
static void show_json(Buf *out, const RunTable *table, Str name)
{
    JsonWriter json;
    jw_to_buf(&json, out);
    jw_object(&json);
    if (name.len) jw_key_str(&json, "node", name);
    jw_key(&json, STR("show"));
    table_json(&json, table);
    jw_object_end(&json);
    jw_end(&json);
    buf_addc(out, '\n');
}

static void show_result(Cli *cli, const Run *run, const RunOptions *options)
{
    const RunTable *table = run_shown(run);
    size_t count;
    const RunResult *results = run_results(run, &count);
    TableForm form;
    if (!table || !count || !table_form(option_span_text(&cli->line, OPTION_OUTPUT), &form, &cli->sink)) return;
    Str name = options->inline_sql.len ? STR_EMPTY : results[0].node->name;
    Buf out;
    buf_init(&out, NULL);
    if (form == TABLE_JSON) {
        show_json(&out, table, name);
    } else {
        if (form == TABLE_TEXT && cli->report.level <= LOG_INFO && name.len)
            buf_addf(&out, "Previewing node '%.*s':\n", STR_ARG(name));
        else if (form == TABLE_TEXT && cli->report.level <= LOG_INFO)
            buf_addz(&out, "Previewing inline node:\n");
        table_write(&out, table, form, cli->report.terminal.utf8);
    }
    terminal_write(stdout, buf_str(&out));
    buf_release(&out);
}

/* `compile --inline` and `compile -s one_model` print what they compiled, as dbt does, or one object of JSON; the model's tests come
 * along. */
static void show_compiled(const Run *run, const RunOptions *options, bool json)
{
    size_t count;
    const RunResult *results = run_results(run, &count), *only = NULL;
    if (!options->inline_sql.len && !options->select.select_count) return;
    for (size_t i = 0; i < count; i++) {
        if (results[i].node->type == RESOURCE_TEST) continue;
        if (only || results[i].status == RUN_ERROR) return;
        only = &results[i];
    }
    if (!only) return;
    if (!json) {
        terminal_write(stdout, only->compiled_code);
        terminal_write(stdout, STR("\n"));
        return;
    }
    Buf out;
    JsonWriter writer;
    buf_init(&out, NULL);
    jw_to_buf(&writer, &out);
    jw_object(&writer);
    if (!options->inline_sql.len) jw_key_str(&writer, "node", only->node->name);
    jw_key_str(&writer, "compiled", only->compiled_code);
    jw_object_end(&writer);
    jw_end(&writer);
    buf_addc(&out, '\n');
    terminal_write(stdout, buf_str(&out));
    buf_release(&out);
}

static bool write_junit(Cli *cli, const Run *run, const RunOptions *options)
{
    SpanText path = option_span_text(&cli->line, OPTION_JUNIT);
    return !path.text.len || artifacts_write_junit(cli->manifest, run, options, path, &cli->sink);
}

/* As in dbt: what was compiled and what became of it, whatever the end. */
static bool write_artifacts(Cli *cli, const Run *run, const RunOptions *options)
{
    if (options->command == RUN_SHOW) return true;
    if (options->command == RUN_FRESHNESS) {
        bool written = artifacts_write_manifest(cli->manifest, cli->graph, &cli->sink);
        return artifacts_write_sources(cli->manifest, run, option_text(&cli->line, OPTION_OUTPUT), &cli->sink) &&
               written;
    }
    bool ok = artifacts_write_compiled_manifest(cli->manifest, cli->graph, run, &cli->sink);
    return artifacts_write_results(cli->manifest, run, options, &cli->sink) && ok;
}

/* Before the work: what `retry` needs if the process is killed. A folder that cannot be written is told of at the end. */
static void write_plan(Cli *cli, const Run *run, const RunOptions *options)
{
    DiagSink ignored;
    diag_sink_init(&ignored);
    artifacts_write_graph_summary(cli->manifest, cli->graph, &ignored);
    if (options->command != RUN_COMPILE) artifacts_write_plan(cli->manifest, run, options, &ignored);
    diag_sink_release(&ignored);
}

int command_source(Cli *cli)
{
    const CommandLine *line = &cli->line;
    bool known = line->word_count && (str_eq(line->words[0].text, STR("freshness")) ||
                                      str_eq(line->words[0].text, STR("snapshot-freshness")));
    if (known) return command_run(cli, RUN_FRESHNESS);
    diag_add(&cli->sink, DIAG_usage, line->word_count ? line->words[0].span : line->command_span,
             line->word_count ? "source has only the command `source freshness`"
                              : "source needs a second word: freshness");
    diag_hint(&cli->sink, "write `cdbt source freshness`, maybe with --select source:raw.orders");
    return cli_refuse(cli, EXIT_REFUSED);
}

/* ---- history, and who is told ---- */

/* Commands that only look leave no trace. */
static bool is_recorded(RunCommand command)
{
    return run_command_types(command) && command != RUN_COMPILE && command != RUN_DOCS && command != RUN_SHOW;
}

/* `run` is NULL if the project could not even be read. Nothing of this changes the exit code. */
static void record(Cli *cli, const Run *run, const RunOptions *options, Str refusal)
{
    const Manifest *m = cli->manifest;
    if (!is_recorded(options->command) || !m->root || !m->paths.root.len) return;
    HistoryNews news;
    Str error;
    if (!history_write(cli->arena, m, run, options, refusal, &news, &error) && cli->report.level == LOG_DEBUG)
        report_line(&cli->report, "The history was not written: %.*s", STR_ARG(error));
    Notify notify;
    if (notify_read(cli->arena, m, &notify, &cli->sink))
        notify_send(cli->arena, &notify, m, run, str_from(run_command_word(options->command)), refusal, &news,
                    &cli->sink);
}

int cli_run(Cli *cli, RunOptions *options)
{
    RunCommand command = options->command;
    cli->report.no_nodes = command == RUN_SHOW;
    bool chatty = command != RUN_SHOW && command != RUN_OPERATION;
    Run *run = run_plan(cli->manifest, cli->graph, options, &cli->sink);
    if (!run) return cli_refuse(cli, EXIT_REFUSED);
    bool fine = warnings_weigh(cli); /* those of the selection */
    cli_refuse(cli, 0);
    if (!fine) {
        run_free(run);
        return EXIT_REFUSED;
    }
    if (chatty && !options->no_write_artifacts) write_plan(cli, run, options);
    watch_signals(run);
    bool executed = run_execute(run, &cli->sink);
    watch_signals(NULL);
    size_t count;
    run_results(run, &count);
    int code = EXIT_OK;
    if (run_impossible(run))
        code = EXIT_REFUSED;
    else if (!executed)
        code = cli->sink.errors ? EXIT_NODE_FAILED : EXIT_REFUSED;
    else if (run_failed(run) || run_was_cancelled(run))
        code = EXIT_NODE_FAILED;
    if (executed && !options->no_write_artifacts && !write_artifacts(cli, run, options)) code = EXIT_REFUSED;
    if (executed && !write_junit(cli, run, options)) code = EXIT_REFUSED;
    if (executed && command == RUN_SHOW) show_result(cli, run, options);
    if (executed && command == RUN_COMPILE)
        show_compiled(run, options, str_eq(option_text(&cli->line, OPTION_OUTPUT), STR("json")));
    if (executed && chatty && !count)
        report_line(&cli->report,
                    !cli->manifest->node_count
                        ? "Nothing to do: the project is empty. Models go into models/, CSV files into seeds/."
                        : "Nothing to do: no node of this project is selected. Check --select and --exclude; "
                          "`cdbt ls` shows what they select.");
    if (count && (chatty || run_failed(run))) report_end(&cli->report, run);
    cli_refuse(cli, 0);
    if (count || !executed) record(cli, run, options, executed ? STR_EMPTY : cli->first_error);
    cli_refuse(cli, 0);
    cli->run_cancelled = run_was_cancelled(run);
    if (cli->after_run) cli->after_run(run, cli->after_run_data);
    run_free(run);
    return code;
}

int command_run(Cli *cli, RunCommand command)
{
    RunOptions options;
    if (!cli_run_options(cli, command, &options)) return cli_refuse(cli, EXIT_REFUSED);
    if (!cli_load(cli)) {
        record(cli, NULL, &options, cli->first_error);
        return cli_refuse(cli, EXIT_REFUSED);
    }
    if (!cli_read_state(cli, &options.select) || !cli_read_defer(cli, &options)) return cli_refuse(cli, EXIT_REFUSED);
    if (command != RUN_SHOW && command != RUN_OPERATION) {
        report_line(&cli->report, "Found %.*s", STR_ARG(found_line(cli)));
        const Target *target = &cli->manifest->target;
        report_line(&cli->report, "Target %.*s: %.*s %.*s, %u thread%s", STR_ARG(target->name), STR_ARG(target->type),
                    STR_ARG(target->database_path), options.threads ? options.threads : target->threads,
                    (options.threads ? options.threads : target->threads) == 1 ? "" : "s");
    }
    return cli_run(cli, &options);
}
