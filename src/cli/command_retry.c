/* retry: the last command once more, for the nodes that failed, were skipped, or were not reached when it was killed. */
#include "artifacts/artifacts.h"
#include "base/edit.h"
#include "base/file.h"
#include "cli/cli.h"
#include "yaml/yaml.h"

/* What the retry's own command line decides (dbt: IGNORE_PARENT_FLAGS), and what concerns its output alone. */
static const OptionId own_options[] = {OPTION_PROFILES_DIR, OPTION_PROJECT_DIR, OPTION_TARGET_PATH, OPTION_WARN_ERROR,
                                       OPTION_QUIET,        OPTION_DEBUG_LOG,   OPTION_LOG_FORMAT,  OPTION_COLORS,
                                       OPTION_HELP,         OPTION_VERSION,     OPTION_STATE,       OPTION_DEFER_STATE};

static bool is_own(OptionId id)
{
    for (size_t i = 0; i < sizeof own_options / sizeof *own_options; i++)
        if (own_options[i] == id) return true;
    return false;
}

/* Where the artifacts are, before the project is read: its variables and target are those of the run to retry. */
static bool target_folder(Cli *cli, Str *folder)
{
    ProjectOptions options = cli_project_options(cli);
    Str root, text, error, target = option_text(&cli->line, OPTION_TARGET_PATH);
    if (!project_find_root(cli->arena, &options, &cli->sink, &root)) return false;
    Str path = path_join(cli->arena, root, STR("dbt_project.yml"));
    if (!target.len && file_read(cli->arena, path.ptr, &text, &error)) {
        const YamlNode *yaml = NULL;
        DiagSink ignored; /* the project is read again, and told of then */
        diag_sink_init(&ignored);
        SourceId source = source_add(cli->manifest->sources, path, text);
        if (yaml_parse(cli->arena, cli->manifest->sources, source, &ignored, &yaml)) {
            const YamlNode *said = yaml_get(yaml, STR("target-path"));
            if (yaml_is(said, YAML_STR)) target = said->text;
        }
        diag_sink_release(&ignored);
    }
    *folder = path_join(cli->arena, root, target.len ? target : STR("target"));
    return true;
}

static void set_texts(Cli *cli, OptionValue *value, Value v, Span span)
{
    size_t count = v.kind == V_LIST ? v.u.list->n : 1;
    value->texts = ARENA_ARRAY(cli->arena, SpanText, count + 1);
    value->text_count = value->text_cap = 0;
    for (size_t i = 0; i < count; i++) {
        Value one = v.kind == V_LIST ? v.u.list->at[i] : v;
        Str text;
        if (one.kind == V_DICT) { /* dbt keeps --vars and --args as mappings: JSON is YAML */
            Buf json;
            JsonWriter writer;
            buf_init(&json, cli->arena);
            jw_to_buf(&writer, &json);
            artifact_value(&writer, one);
            jw_end(&writer);
            text = buf_str(&json);
        } else {
            text = value_to_str(cli->arena, one);
        }
        value->texts[value->text_count++] = (SpanText){text, span};
    }
}

static bool is_nothing(Value v)
{
    return v.kind == V_UNDEFINED || v.kind == V_NONE || (v.kind == V_LIST && !v.u.list->n) ||
           (v.kind == V_DICT && !v.u.dict->live);
}

/* The arguments of the last run, where this command line does not give its own. */
static void take_arguments(Cli *cli, const Dict *args)
{
    Span span = cli->line.command_span;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const OptionInfo *info = option_info((OptionId)i);
        OptionValue *value = &cli->line.options[i];
        if (value->given || is_own((OptionId)i)) continue;
        Str name = str_replace(cli->arena, str_from(info->name), STR("-"), STR("_"));
        Value v = dict_get_str(args, name);
        if (is_nothing(v)) v = dict_get_str(args, str_cat(cli->arena, name, STR("s"))); /* dbt: resource_types */
        if (is_nothing(v)) continue;
        value->given = true;
        switch (info->kind) {
        case OPTION_KIND_FLAG:
        case OPTION_KIND_SWITCH: value->on = value_truthy(v); break;
        case OPTION_KIND_NUMBER:
            if (v.kind == V_INT)
                value->number = v.u.integer;
            else
                value->given = false;
            break;
        case OPTION_KIND_TEXT:
        case OPTION_KIND_WORDS: set_texts(cli, value, v, span); break;
        }
    }
    Value macro = dict_get_str(args, STR("macro"));
    if (macro.kind == V_STR) {
        cli->line.words = ARENA_ARRAY(cli->arena, SpanText, 1);
        cli->line.words[0] = (SpanText){value_text(macro), span};
        cli->line.word_count = 1;
    }
}

static bool find_command(Str which, CommandId *command, RunCommand *run)
{
    static const struct {
        const char *which;
        CommandId command;
        RunCommand run;
    } commands[] = {{"build", COMMAND_BUILD, RUN_BUILD},
                    {"run", COMMAND_RUN, RUN_RUN},
                    {"test", COMMAND_TEST, RUN_TEST},
                    {"seed", COMMAND_SEED, RUN_SEED},
                    {"snapshot", COMMAND_SNAPSHOT, RUN_SNAPSHOT},
                    {"compile", COMMAND_COMPILE, RUN_COMPILE},
                    {"clone", COMMAND_CLONE, RUN_CLONE},
                    {"run-operation", COMMAND_RUN_OPERATION, RUN_OPERATION},
                    {"generate", COMMAND_DOCS, RUN_DOCS}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (str_eq(which, str_from(commands[i].which))) {
            *command = commands[i].command;
            *run = commands[i].run;
            return true;
        }
    return false;
}

static int refuse(Cli *cli, Str folder, LastRunFound found)
{
    SpanText state = option_span_text(&cli->line, OPTION_STATE);
    Span span = state.text.len ? state.span : cli->line.command_span;
    if (found == LAST_RUN_NONE)
        diag_add(&cli->sink, DIAG_state_missing, span, "there is no earlier run in '%.*s'", STR_ARG(folder));
    else
        diag_add(&cli->sink, DIAG_state_invalid, span, "the results of the last run in '%.*s' cannot be read",
                 STR_ARG(folder));
    diag_hint(&cli->sink, "run the command itself, or name the folder with its run_results.json with --state");
    return cli_refuse(cli, EXIT_REFUSED);
}

int command_retry(Cli *cli)
{
    LastRun *last = ARENA_NEW(cli->arena, LastRun);
    Str folder, state = option_text(&cli->line, OPTION_STATE);
    if (!target_folder(cli, &folder)) return cli_refuse(cli, EXIT_REFUSED);
    if (state.len) folder = path_join(cli->arena, path_dir(folder), state);
    LastRunFound found =
        artifacts_read_last_run(cli->arena, folder, option_on(&cli->line, OPTION_WARN_ERROR, false), last);
    if (found != LAST_RUN_FOUND) return refuse(cli, folder, found);
    RunCommand run;
    CommandId command;
    if (!find_command(last->which, &command, &run)) {
        diag_add(&cli->sink, DIAG_usage, cli->line.command_span, "the last command was `%.*s`, which cannot be retried",
                 STR_ARG(last->which));
        diag_hint(&cli->sink, "run it again");
        return cli_refuse(cli, EXIT_REFUSED);
    }
    if (!last->count) {
        report_line(&cli->report, "Nothing to retry: all that the last `%.*s` did ended well.", STR_ARG(last->which));
        return EXIT_OK;
    }
    report_line(&cli->report, "Retrying %zu node%s of the last `%.*s`%s", last->count, last->count == 1 ? "" : "s",
                STR_ARG(last->which), last->killed ? ", which did not come to its end" : "");
    bool full_refresh = option_on(&cli->line, OPTION_FULL_REFRESH, false);
    if (last->args.kind == V_DICT) take_arguments(cli, last->args.u.dict);
    cli->line.options[OPTION_STATE].given = false; /* it named the run to retry, not a state to compare with */
    cli->line.options[OPTION_STATE].text_count = 0;
    Value old = last->args.kind == V_DICT ? dict_get_str(last->args.u.dict, STR("state")) : VALUE_NONE;
    if (!is_nothing(old)) {
        cli->line.options[OPTION_STATE].given = true;
        set_texts(cli, &cli->line.options[OPTION_STATE], old, cli->line.command_span);
    }
    if (full_refresh) cli->line.options[OPTION_FULL_REFRESH] = (OptionValue){.given = true, .on = true};
    cli->line.command = command;
    cli->report.command = command_info(command)->name;
    cli_make_flags(cli);
    cli->retry = last;
    return command == COMMAND_DOCS ? command_docs(cli) : command_run(cli, run);
}
