#include "cli/cli.h"

#include "cdbt/adapter.h"

#include "artifacts/artifacts.h"
#include "base/clock.h"
#include "base/edit.h"
#include "base/file.h"
#include "base/uuid.h"
#include "base/version.h"
#include "cli/warnings.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static Str upper_name(Arena *arena, const char *option)
{
    return str_replace(arena, str_upper(arena, str_from(option)), STR("-"), STR("_"));
}

static Value text_or_none(const Cli *cli, OptionId id)
{
    return cli->line.options[id].given ? value_str(option_text(&cli->line, id)) : VALUE_NONE;
}

/* Flags of dbt that are no switch here. */
static void make_other_flags(const Cli *cli, Dict *flags)
{
    dict_set_str(flags, STR("PROFILES_DIR"), text_or_none(cli, OPTION_PROFILES_DIR));
    dict_set_str(flags, STR("TARGET_PATH"), text_or_none(cli, OPTION_TARGET_PATH));
    dict_set_str(flags, STR("LOG_FORMAT"),
                 cli->line.options[OPTION_LOG_FORMAT].given ? value_str(option_text(&cli->line, OPTION_LOG_FORMAT))
                                                            : value_str(STR("default")));
    dict_set_str(flags, STR("INVOCATION_COMMAND"), value_str(source_text(cli->manifest->sources, cli->line.source)));
    const OptionValue *width = &cli->line.options[OPTION_PRINTER_WIDTH];
    dict_set_str(flags, STR("PRINTER_WIDTH"), value_int(width->given ? width->number : 80));
}

/* dbt's `flags`: upper-case names of the options, WHICH for the command. */
static Value make_flags(Cli *cli)
{
    Value flags = value_dict(cli->arena);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const OptionInfo *info = option_info((OptionId)i);
        if (info->kind != OPTION_KIND_FLAG && info->kind != OPTION_KIND_SWITCH) continue;
        dict_set_str(flags.u.dict, upper_name(cli->arena, info->name),
                     value_bool(option_on(&cli->line, (OptionId)i,
                                          i == OPTION_WRITE_JSON || i == OPTION_PRINT || i == OPTION_CHECK ||
                                              i == OPTION_VERSION_CHECK || i == OPTION_INTROSPECT)));
    }
    Value which = value_str(cli->line.has_command ? str_from(command_info(cli->line.command)->name) : STR_EMPTY);
    if (cli->line.command == COMMAND_WATCH) which = value_str(STR("build"));
    if (cli->line.command == COMMAND_DOCS) which = value_str(STR("generate"));
    if (cli->line.command == COMMAND_SOURCE) which = value_str(STR("freshness"));
    if (cli->line.command == COMMAND_LS) which = value_str(STR("list"));
    dict_set_str(flags.u.dict, STR("WHICH"), which);
    dict_set_str(flags.u.dict, STR("INDIRECT_SELECTION"),
                 value_str(option_text(&cli->line, OPTION_INDIRECT).len ? option_text(&cli->line, OPTION_INDIRECT)
                                                                        : STR("eager")));
    make_other_flags(cli, flags.u.dict);
    return flags;
}

/* Options that dbt has not stand among the arguments only if they were given; so do its older names for others. */
static bool always_told(const Cli *cli, OptionId id)
{
    static const OptionId ours[] = {OPTION_VERIFY,  OPTION_ATOMIC, OPTION_CHECK, OPTION_HELP,
                                    OPTION_VERSION, OPTION_MODELS, OPTION_MODEL, OPTION_SINGLE_THREADED};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (ours[i] == id) return false;
    return option_info(id)->commands >> cli->line.command & 1;
}

/* A mapping, where it can be read; whoever needs it says what is wrong otherwise. */
static Value mapping_of(Cli *cli, OptionId id, const char *option)
{
    DiagSink quiet;
    Value map;
    diag_sink_init(&quiet);
    Str text = option_text(&cli->line, id);
    bool ok = project_read_mapping(cli->arena, cli->manifest->sources, option, text, &quiet, &map);
    diag_sink_release(&quiet);
    return ok ? map : value_str(text);
}

static bool told_anyway(Cli *cli, OptionId id, Value *v)
{
    const OptionInfo *info = option_info(id);
    if (!always_told(cli, id)) return false;
    if (id == OPTION_SELECT || id == OPTION_EXCLUDE) {
        *v = value_list(cli->arena);
        return true;
    }
    bool has_default = info->kind == OPTION_KIND_FLAG || info->kind == OPTION_KIND_SWITCH || id == OPTION_INDIRECT ||
                       id == OPTION_LOG_FORMAT || id == OPTION_PRINTER_WIDTH;
    if (has_default) *v = dict_get_str(cli->flags.u.dict, upper_name(cli->arena, info->name));
    return has_default;
}

/* dbt's `invocation_args_dict`: what was given on the command line, and what holds otherwise, by lower-case names. */
static Value make_invocation(Cli *cli)
{
    Value args = value_dict(cli->arena);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const OptionInfo *info = option_info((OptionId)i);
        const OptionValue *value = &cli->line.options[i];
        Str name = str_replace(cli->arena, str_from(info->name), STR("-"), STR("_"));
        Value v;
        if (!value->given) {
            if (told_anyway(cli, (OptionId)i, &v)) dict_set_str(args.u.dict, name, v);
            continue;
        }
        switch (info->kind) {
        case OPTION_KIND_FLAG:
        case OPTION_KIND_SWITCH: v = value_bool(value->on); break;
        case OPTION_KIND_NUMBER: v = value_int(value->number); break;
        case OPTION_KIND_TEXT:
            v = value_str(option_text(&cli->line, (OptionId)i));
            if (i == OPTION_VARS) v = mapping_of(cli, OPTION_VARS, "--vars");
            if (i == OPTION_ARGS) v = mapping_of(cli, OPTION_ARGS, "--args");
            break;
        case OPTION_KIND_WORDS:
            v = value_list(cli->arena);
            for (size_t w = 0; w < value->text_count; w++) list_push(v.u.list, value_str(value->texts[w].text));
            break;
        }
        dict_set_str(args.u.dict, name, v);
    }
    if (cli->line.command == COMMAND_RUN_OPERATION && cli->line.word_count)
        dict_set_str(args.u.dict, STR("macro"), value_str(cli->line.words[0].text));
    dict_set_str(args.u.dict, STR("which"), dict_get_str(cli->flags.u.dict, STR("WHICH")));
    dict_set_str(args.u.dict, STR("invocation_command"),
                 value_str(source_text(cli->manifest->sources, cli->line.source)));
    return args;
}

void cli_make_flags(Cli *cli)
{
    cli->flags = make_flags(cli);
    cli->invocation = make_invocation(cli);
}

/* Reading uses all cores; CDBT_PARSE_WORKERS says otherwise, for tests and for shared machines. */
static unsigned parse_workers(void)
{
    const char *text = getenv("CDBT_PARSE_WORKERS");
    int64_t n;
    return text && str_to_int(str_from(text), &n) && n > 0 && n <= 256 ? (unsigned)n : 0;
}

uint32_t cli_threads(const Cli *cli)
{
    if (option_on(&cli->line, OPTION_SINGLE_THREADED, false)) return 1;
    return (uint32_t)cli->line.options[OPTION_THREADS].number;
}

ProjectOptions cli_project_options(Cli *cli)
{
    const CommandLine *line = &cli->line;
    return (ProjectOptions){
        .project_dir = option_text(line, OPTION_PROJECT_DIR),
        .profiles_dir = option_text(line, OPTION_PROFILES_DIR),
        .profile = option_span_text(line, OPTION_PROFILE),
        .target = option_span_text(line, OPTION_TARGET),
        .vars = option_span_text(line, OPTION_VARS),
        .place = {option_text(line, OPTION_PROJECT_DIR),
                  option_span_text(line,
                                   line->options[OPTION_PROJECT_DIR].given ? OPTION_PROJECT_DIR : OPTION_PROFILES_DIR)
                      .span},
        .target_path = option_text(line, OPTION_TARGET_PATH),
        .packages_path = STR_EMPTY,
        .log_path = option_text(line, OPTION_LOG_PATH),
        .workers = parse_workers(),
        .threads = cli_threads(cli),
        .flags = cli->flags,
        .invocation = cli->invocation,
        .invocation_id = uuid4(cli->arena),
        .generated_at = clock_iso(cli->arena, clock_wall_us())};
}

int cli_refuse(Cli *cli, int code)
{
    for (size_t i = 0; i < cli->sink.count && !cli->first_error.len; i++)
        if (cli->sink.items[i].severity == DIAG_ERROR)
            cli->first_error = str_dup(cli->arena, cli->sink.items[i].message);
    report_sink(&cli->report, &cli->sink);
    size_t errors = cli->sink.errors;
    if (errors > 1 && !cli->report.json) {
        Buf line;
        buf_init(&line, NULL);
        buf_addf(&line, "%zu errors\n", errors);
        terminal_write(cli->report.terminal.err, buf_str(&line));
        buf_release(&line);
    }
    diag_sink_clear(&cli->sink);
    return code;
}

bool cli_load(Cli *cli)
{
    ProjectOptions options = cli_project_options(cli);
    cli->report.invocation_id = options.invocation_id;
    bool ok = project_load(cli->manifest, &options, &cli->graph, &cli->sink);
    cli->report.root = cli->manifest->paths.root;
    cli_open_log(cli);
    ok = ok && warnings_weigh(cli);
    cli_refuse(cli, 0);
    return ok;
}

bool cli_load_paths(Cli *cli)
{
    ProjectOptions options = cli_project_options(cli);
    DiagSink quiet;
    diag_sink_init(&quiet);
    project_load(cli->manifest, &options, NULL, &quiet);
    bool ok = cli->manifest->paths.target.len > 0;
    if (ok) cli_open_log(cli);
    if (!ok) diag_sink_append(&cli->sink, &quiet);
    diag_sink_release(&quiet);
    return ok;
}

static bool indirect_mode(Cli *cli, SelectIndirect *mode)
{
    static const char *const words[] = {"eager", "cautious", "buildable", "empty"};
    SpanText text = option_span_text(&cli->line, OPTION_INDIRECT);
    *mode = SELECT_EAGER;
    if (!text.text.len) return true;
    for (size_t i = 0; i < 4; i++)
        if (str_eq(text.text, str_from(words[i]))) {
            *mode = (SelectIndirect)i;
            return true;
        }
    diag_add(&cli->sink, DIAG_usage, text.span,
             "--indirect-selection is eager, cautious, buildable or empty, not '%.*s'", STR_ARG(text.text));
    return false;
}

static bool limit_types(Cli *cli, OptionId id, uint32_t usual, uint32_t all, uint32_t *bits)
{
    const OptionValue *value = &cli->line.options[id];
    *bits = 0;
    for (size_t i = 0; i < value->text_count; i++) {
        Str rest = value->texts[i].text, word;
        while (str_split_next(&rest, ' ', &word)) { /* the environment variable names several in one text */
            ResourceType type;
            if (!word.len) continue;
            if (str_eq(word, STR("all"))) {
                *bits |= all;
            } else if (str_eq(word, STR("default"))) {
                *bits |= usual;
            } else if (resource_type_find(word, &type)) {
                *bits |= 1u << type;
            } else {
                Str words[RESOURCE_COUNT], best;
                for (size_t t = 0; t < RESOURCE_COUNT; t++) words[t] = resource_type_word((ResourceType)t);
                diag_add(&cli->sink, DIAG_usage, value->texts[i].span, "'%.*s' is no kind of node", STR_ARG(word));
                if (nearest(word, words, RESOURCE_COUNT, &best))
                    diag_hint(&cli->sink, "did you mean '%.*s'?", STR_ARG(best));
                else
                    diag_hint(&cli->sink, "there are: %.*s, all, default",
                              STR_ARG(str_join(cli->arena, words, RESOURCE_COUNT, STR(", "))));
                return false;
            }
        }
    }
    return true;
}

bool cli_select_options(Cli *cli, uint32_t usual, uint32_t all, SelectOptions *options)
{
    *options = (SelectOptions){.types = usual};
    static const OptionId selects[] = {OPTION_SELECT, OPTION_MODELS, OPTION_MODEL};
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) count += cli->line.options[selects[i]].text_count;
    SpanText *words = ARENA_ARRAY(cli->arena, SpanText, count + 1);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < cli->line.options[selects[i]].text_count; k++)
            words[options->select_count++] = cli->line.options[selects[i]].texts[k];
    options->select = words;
    options->exclude = cli->line.options[OPTION_EXCLUDE].texts;
    options->exclude_count = cli->line.options[OPTION_EXCLUDE].text_count;
    options->selector = option_span_text(&cli->line, OPTION_SELECTOR);
    if (options->selector.text.len && (options->select_count || options->exclude_count)) {
        diag_add(&cli->sink, DIAG_usage, options->selector.span,
                 "--selector cannot be combined with --select or --exclude");
        diag_hint(&cli->sink, "write `--select selector:%.*s ...`, which can", STR_ARG(options->selector.text));
        return false;
    }
    uint32_t only, without;
    if (!limit_types(cli, OPTION_RESOURCE_TYPE, usual, all, &only) ||
        !limit_types(cli, OPTION_EXCLUDE_RESOURCE_TYPE, usual, all, &without))
        return false;
    if (only) options->types = only & all;
    options->types &= ~without;
    if (!options->types) options->types = 1u << RESOURCE_COUNT; /* no kind at all */
    return indirect_mode(cli, &options->indirect);
}

bool cli_read_state(Cli *cli, SelectOptions *options)
{
    SpanText folder = option_span_text(&cli->line, OPTION_STATE);
    if (!folder.text.len) return true;
    PreviousState *state = artifacts_read_state(cli->arena, cli->manifest, folder, &cli->sink);
    options->state = state;
    return state != NULL;
}

bool cli_read_defer(Cli *cli, RunOptions *options)
{
    bool clone = options->command == RUN_CLONE;
    options->defer = !clone && option_on(&cli->line, OPTION_DEFER, false);
    options->favor_state = option_on(&cli->line, OPTION_FAVOR_STATE, false);
    if (!options->defer && !clone) return true;
    SpanText folder = option_span_text(&cli->line, OPTION_DEFER_STATE);
    if (folder.text.len) {
        options->defer_state = artifacts_read_state(cli->arena, cli->manifest, folder, &cli->sink);
        if (!options->defer_state) return false;
    } else {
        folder = option_span_text(&cli->line, OPTION_STATE);
        options->defer_state = options->select.state;
    }
    if (options->defer_state && options->defer_state->has_manifest) return true;
    if (folder.text.len)
        diag_add(&cli->sink, DIAG_state_missing, folder.span, "there is no manifest.json in '%.*s'",
                 STR_ARG(folder.text));
    else
        diag_add(&cli->sink, DIAG_state_missing, cli->line.command_span, "%s needs an earlier state",
                 clone ? "clone" : "--defer");
    diag_hint(&cli->sink, "name a copy of the target folder of the run to read from, with --state");
    return false;
}

/* A word behind a command that takes none is a mistake: mostly a selection without --select. */
static bool words_fit(Cli *cli)
{
    const CommandInfo *info = command_info(cli->line.command);
    if (!cli->line.word_count || info->usage[0] || cli->line.command == COMMAND_VERSION) return true;
    SpanText word = cli->line.words[0];
    diag_add(&cli->sink, DIAG_usage, word.span, "'%.*s' is not understood here", STR_ARG(word.text));
    if (option_info(OPTION_SELECT)->commands & (UINT32_C(1) << cli->line.command))
        diag_hint(&cli->sink, "to choose nodes write --select %.*s", STR_ARG(word.text));
    else
        diag_hint(&cli->sink, "`cdbt help %s` shows what it takes", info->name);
    return false;
}

static int dispatch(Cli *cli, int argc, char **argv)
{
    if (!words_fit(cli)) return cli_refuse(cli, EXIT_REFUSED);
    switch (cli->line.command) {
    case COMMAND_BUILD: return command_run(cli, RUN_BUILD);
    case COMMAND_RUN: return command_run(cli, RUN_RUN);
    case COMMAND_TEST: return command_run(cli, RUN_TEST);
    case COMMAND_SEED: return command_run(cli, RUN_SEED);
    case COMMAND_SNAPSHOT: return command_run(cli, RUN_SNAPSHOT);
    case COMMAND_CLONE: return command_run(cli, RUN_CLONE);
    case COMMAND_RETRY: return command_retry(cli);
    case COMMAND_COMPILE: return command_run(cli, RUN_COMPILE);
    case COMMAND_SHOW: return command_run(cli, RUN_SHOW);
    case COMMAND_RUN_OPERATION: return command_run(cli, RUN_OPERATION);
    case COMMAND_LS: return command_ls(cli);
    case COMMAND_PARSE: return command_parse(cli);
    case COMMAND_DOCS: return command_docs(cli);
    case COMMAND_SOURCE: return command_source(cli);
    case COMMAND_DEBUG: return command_debug(cli);
    case COMMAND_CLEAN: return command_clean(cli);
    case COMMAND_DEPS: return command_deps(cli);
    case COMMAND_INIT: return command_init(cli);
    case COMMAND_HISTORY: return command_history(cli);
    case COMMAND_WATCH: return command_watch(cli, argc, argv);
    case COMMAND_COMPLETION: return command_completion(cli);
    case COMMAND_HELP:
    case COMMAND_VERSION:
    case COMMAND_COUNT: break;
    }
    return EXIT_OK;
}

static bool log_form(Cli *cli, OptionId id, bool *json)
{
    SpanText form = option_span_text(&cli->line, id);
    if (!form.text.len) return true;
    static const char *const text[] = {"text", "default", "debug"};
    *json = str_eq_nocase(form.text, STR("json"));
    bool known = *json;
    for (size_t i = 0; i < 3; i++) known = known || str_eq_nocase(form.text, str_from(text[i]));
    if (!known)
        diag_add(&cli->sink, DIAG_usage, form.span, "--%s is text or json, not '%.*s'", option_info(id)->name,
                 STR_ARG(form.text));
    return known;
}

static bool log_level(Cli *cli, OptionId id, LogLevel *level)
{
    SpanText word = option_span_text(&cli->line, id);
    if (!word.text.len || log_level_find(word.text, level)) return true;
    diag_add(&cli->sink, DIAG_usage, word.span, "--%s is debug, info, warn, error or none, not '%.*s'",
             option_info(id)->name, STR_ARG(word.text));
    return false;
}

/* As in dbt: what is said of the terminal alone holds for the file, too, but for --debug and --quiet. */
static bool log_settings(Cli *cli)
{
    const CommandLine *line = &cli->line;
    Report *report = &cli->report;
    bool ok = log_form(cli, OPTION_LOG_FORMAT, &report->json);
    report->log.json = report->json;
    ok = log_form(cli, OPTION_LOG_FORMAT_FILE, &report->log.json) && ok;
    ok = log_level(cli, OPTION_LOG_LEVEL, &report->level) && ok;
    if (option_text(line, OPTION_LOG_LEVEL).len) report->log.level = report->level;
    ok = log_level(cli, OPTION_LOG_LEVEL_FILE, &report->log.level) && ok;
    if (option_on(line, OPTION_DEBUG_LOG, false))
        report->level = LOG_DEBUG;
    else if (option_on(line, OPTION_QUIET, false) && report->level < LOG_ERROR)
        report->level = LOG_ERROR;
    if (line->options[OPTION_LOG_FILE_MAX_BYTES].given)
        report->log.max_bytes = line->options[OPTION_LOG_FILE_MAX_BYTES].number;
    if (line->options[OPTION_PRINTER_WIDTH].given) {
        int64_t width = line->options[OPTION_PRINTER_WIDTH].number;
        report->terminal.width = width < 20 ? 20 : width > 10000 ? 10000 : (unsigned)width;
        report->result_column = report->terminal.width;
    }
    return ok;
}

void cli_open_log(Cli *cli)
{
    Report *report = &cli->report;
    const ProjectPaths *paths = &cli->manifest->paths;
    if (!paths->logs.len || report->log.file >= 0) return;
    Str error, words = str_fmt(cli->arena, "Running with cdbt %s: %.*s", CDBT_VERSION,
                               STR_ARG(source_text(cli->manifest->sources, cli->line.source)));
    LogFile *log = &report->log;
    Buf said = log->waiting; /* what came before it, and then this */
    buf_init(&log->waiting, NULL);
    report_log(report, LOG_INFO, words);
    buf_add(&log->waiting, buf_str(&said));
    buf_release(&said);
    bool ok = log_file_open(log, paths->logs, report->invocation_id, &error);
    if (ok || !option_text(&cli->line, OPTION_LOG_PATH).len) return;
    SpanText named = option_span_text(&cli->line, OPTION_LOG_PATH);
    diag_add(&cli->sink, DIAG_file_write, named.span, "there is no log file, for %.*s cannot be written: %.*s",
             STR_ARG(paths->logs), STR_ARG(error));
    diag_hint(&cli->sink, "name another folder with --log-path, or write none with --log-level-file none");
    diag_become(&cli->sink, DIAG_WARNING);
}

static int help(Cli *cli)
{
    Buf out;
    buf_init(&out, NULL);
    CommandId about = cli->line.command;
    bool one = cli->line.has_command && about != COMMAND_HELP;
    if (cli->line.has_command && about == COMMAND_HELP && cli->line.word_count) {
        Str word = cli->line.words[0].text;
        for (size_t i = 0; i < COMMAND_COUNT && !one; i++)
            if (str_eq(word, str_from(command_info((CommandId)i)->name)) ||
                (word.len && str_eq(word, str_from(command_info((CommandId)i)->other)))) {
                about = (CommandId)i;
                one = true;
            }
        if (!one) {
            diag_add(&cli->sink, DIAG_usage, cli->line.words[0].span, "there is no command '%.*s'", STR_ARG(word));
            diag_hint(&cli->sink, "`cdbt help` lists the commands");
            buf_release(&out);
            return cli_refuse(cli, EXIT_REFUSED);
        }
    }
    if (one)
        help_command(&out, about);
    else
        help_overview(&out);
    terminal_write(stdout, buf_str(&out));
    buf_release(&out);
    return EXIT_OK;
}

bool cli_begin(Cli *cli, int argc, char **argv)
{
    *cli = (Cli){.manifest = manifest_new(), .first_error = STR_EMPTY};
    cli->arena = cli->manifest->arena;
    diag_sink_init(&cli->sink);
    bool ok = command_line_parse(cli->arena, cli->manifest->sources, argc, argv, &cli->line, &cli->sink);
    const CommandLine *line = &cli->line;
    if (ok && line->has_command) flags_take_project(cli);
    int colors = line->options[OPTION_COLORS].given ? line->options[OPTION_COLORS].on : -1;
    report_init(&cli->report, terminal_init(colors), cli->manifest->sources);
    if (!log_settings(cli) || !ok) return false;
    if (line->has_command) cli->report.command = command_info(line->command)->name;
    cli_make_flags(cli);
    return true;
}

void cli_end(Cli *cli)
{
    report_release(&cli->report);
    diag_sink_release(&cli->sink);
    manifest_free(cli->manifest);
}

static int run(Cli *cli, int argc, char **argv)
{
    if (!cli_begin(cli, argc, argv)) return cli_refuse(cli, EXIT_REFUSED);
    const CommandLine *line = &cli->line;
    if (option_on(line, OPTION_VERSION, false) || (line->has_command && line->command == COMMAND_VERSION)) {
        terminal_write(stdout, STR("cdbt " CDBT_VERSION "\n"));
        return EXIT_OK;
    }
    if (option_on(line, OPTION_HELP, false) || (line->has_command && line->command == COMMAND_HELP) || argc < 2)
        return help(cli);
    if (!line->has_command) {
        diag_add(&cli->sink, DIAG_usage, line->whole, "no command was given");
        diag_hint(&cli->sink, "`cdbt help` lists the commands");
        return cli_refuse(cli, EXIT_REFUSED);
    }
    return dispatch(cli, argc, argv);
}

int cli_main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error of the write, with a message, not the end */
    adapter_own_process();
    Cli cli;
    int code = run(&cli, argc, argv);
    if (fflush(stdout) != 0 && errno != EPIPE && code == EXIT_OK)
        code = EXIT_REFUSED; /* a full disk behind a redirection */
    cli_end(&cli);
    return code;
}
