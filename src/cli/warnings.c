#include "cli/warnings.h"

#include "base/edit.h"
#include "base/file.h"
#include "yaml/yaml.h"

#include <string.h>

/* ---- flags of the project ---- */

/* dbt's own flags that a project may set. Those with an option of that name set it; the others are about dbt's insides, or
 * are asked for where they matter (package->flags). */
static const char *const settable[] = {
    "cache_selected_only", "debug",           "fail_fast",       "indirect_selection",
    "log_format",          "log_format_file", "log_level",       "log_level_file",
    "partial_parse",       "populate_cache",  "printer_width",   "send_anonymous_usage_stats",
    "static_parser",       "use_colors",      "use_colors_file", "use_experimental_parser",
    "version_check",       "warn_error",      "write_json"};
/* `idle`: what it would have to be set to for something that is not done here. */
static const struct {
    const char *name;
    enum { NEVER, IF_TRUE, IF_FALSE } idle;
} others[] = {{"warn_error_options", NEVER},
              {"require_batched_execution_for_custom_microbatch_strategy", IF_TRUE},
              {"require_event_names_in_deprecations", NEVER},
              {"require_explicit_package_overrides_for_builtin_materializations", NEVER},
              {"require_resource_names_without_spaces", NEVER},
              {"source_freshness_run_project_hooks", NEVER},
              {"skip_nodes_if_on_run_start_fails", NEVER},
              {"state_modified_compare_more_unrendered_values", NEVER},
              {"state_modified_compare_vars", NEVER}, /* dbt 1.11 reads it nowhere either */
              {"require_yaml_configuration_for_mf_time_spines", IF_TRUE},
              {"require_nested_cumulative_type_params", NEVER},
              {"validate_macro_args", NEVER},
              {"require_all_warnings_handled_by_warn_error", IF_TRUE},
              {"require_generic_test_arguments_property", IF_FALSE},
              {"require_unique_project_resource_names", IF_TRUE},
              {"require_ref_searches_node_package_before_root", NEVER}};
enum { SETTABLE = sizeof settable / sizeof *settable, OTHERS = sizeof others / sizeof *others };

static bool find_option(Arena *arena, Str flag, OptionId *id)
{
    Str name = str_replace(arena, flag, STR("_"), STR("-"));
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (str_eq(str_from(option_info((OptionId)i)->name), name)) {
            *id = (OptionId)i;
            return true;
        }
    return false;
}

static void set_option(Cli *cli, OptionId id, Str text, const YamlNode *node)
{
    OptionValue *value = &cli->line.options[id];
    OptionKind kind = option_info(id)->kind;
    if (value->given || node->kind == YAML_NULL) return;
    if ((kind == OPTION_KIND_FLAG || kind == OPTION_KIND_SWITCH) && node->kind == YAML_BOOL) {
        value->given = true;
        value->on = node->u.boolean;
    } else if (kind == OPTION_KIND_NUMBER && node->kind == YAML_INT && node->u.integer > 0) {
        value->given = true;
        value->number = node->u.integer;
    } else if (kind == OPTION_KIND_TEXT && text.len) {
        value->given = true;
        value->texts = ARENA_NEW(cli->arena, SpanText);
        value->texts[0] = (SpanText){text, node->span};
        value->text_count = value->text_cap = 1;
    }
}

/* A mapping as it stands in the file, with its first line as far to the right as the others. */
static Str source_of(Cli *cli, Span span)
{
    Str text = source_text(cli->manifest->sources, span.source);
    size_t column = 0;
    while (column < span.start && text.ptr[span.start - column - 1] != '\n') column++;
    return str_fmt(cli->arena, "%*s%.*s", (int)column, "", STR_ARG(str_slice(text, span.start, span.end)));
}

/* A flag without an option of its name; false: there is no such flag. */
static bool take_other(Cli *cli, const YamlNode *key, const YamlNode *value)
{
    size_t i = 0;
    while (i < OTHERS && !str_eq(key->text, str_from(others[i].name))) i++;
    if (i == OTHERS) return false;
    if (value->kind == YAML_BOOL && others[i].idle == (value->u.boolean ? IF_TRUE : IF_FALSE)) {
        diag_add(&cli->sink, DIAG_flag_without_effect, key->span, "the flag '%.*s' changes nothing here",
                 STR_ARG(key->text));
        diag_hint(&cli->sink, "see docs/differences.md");
    }
    return true;
}

static void unknown_flag(Cli *cli, const YamlNode *key)
{
    Str names[SETTABLE + OTHERS], best;
    for (size_t i = 0; i < SETTABLE + OTHERS; i++)
        names[i] = str_from(i < SETTABLE ? settable[i] : others[i - SETTABLE].name);
    diag_add(&cli->sink, DIAG_yaml_unknown_key, key->span, "there is no flag '%.*s'", STR_ARG(key->text));
    if (nearest(key->text, names, SETTABLE + OTHERS, &best))
        diag_hint(&cli->sink, "did you mean '%.*s'?", STR_ARG(best));
}

static bool is_settable(Str name)
{
    for (size_t i = 0; i < SETTABLE; i++)
        if (str_eq(str_from(settable[i]), name)) return true;
    return false;
}

void flags_take_project(Cli *cli)
{
    ProjectOptions options = {.project_dir = option_text(&cli->line, OPTION_PROJECT_DIR)};
    DiagSink quiet; /* what is wrong with the file is told when the project is read */
    diag_sink_init(&quiet);
    Str root, text, error;
    const YamlNode *file = NULL, *flags;
    if (project_find_root(cli->arena, &options, &quiet, &root) &&
        file_read(cli->arena, path_join(cli->arena, root, STR("dbt_project.yml")).ptr, &text, &error) &&
        str_find(text, STR("flags"), 0) != STR_NPOS) {
        SourceId source = source_add(cli->manifest->sources, STR("dbt_project.yml"), text);
        if (!yaml_parse(cli->arena, cli->manifest->sources, source, &quiet, &file)) file = NULL;
    }
    diag_sink_release(&quiet);
    flags = file && file->kind == YAML_MAP ? yaml_get(file, STR("flags")) : NULL;
    for (size_t i = 0; flags && flags->kind == YAML_MAP && i < flags->u.map.count; i++) {
        const YamlNode *key = flags->u.map.pairs[i].key, *value = flags->u.map.pairs[i].value;
        OptionId id;
        if (str_eq(key->text, STR("warn_error_options")) && !yaml_absent(value))
            set_option(cli, OPTION_WARN_ERROR_OPTIONS, source_of(cli, value->span), value);
        else if (is_settable(key->text) && find_option(cli->arena, key->text, &id))
            set_option(cli, id, yaml_is_scalar(value) ? yaml_scalar_str(cli->arena, value) : STR_EMPTY, value);
        else if (!take_other(cli, key, value) && !is_settable(key->text))
            unknown_flag(cli, key);
    }
}

/* ---- which warnings count ---- */

/* dbt's names of what cdbt warns about. */
static const struct {
    const char *dbt;
    bool deprecation;
    const char *code; /* "": nothing here */
} names[] = {
#define EVENT(name, deprecation, code) {#name, deprecation, code},
#include "cli/warning_events.def"
#undef EVENT
};
enum { NAMES = sizeof names / sizeof *names };

/* `Deprecations` stands for all that dbt calls so. */
static bool deprecated(const char *code)
{
    for (size_t i = 0; i < NAMES; i++)
        if (names[i].deprecation && strcmp(names[i].code, code) == 0) return true;
    return false;
}

static bool means(Str name, const char *code)
{
    if (str_eq(name, str_from(code))) return true;
    for (size_t i = 0; i < NAMES; i++)
        if (str_eq(name, str_from(names[i].dbt)) && strcmp(names[i].code, code) == 0) return true;
    return false;
}

/* `all` and `*` stand for every warning, where they may. */
static bool is_all(Value list)
{
    return list.kind == V_STR && (str_eq(value_text(list), STR("all")) || str_eq(value_text(list), STR("*")));
}

static bool holds(Value list, Str word)
{
    for (uint32_t i = 0; list.kind == V_LIST && i < list.u.list->n; i++)
        if (value_is_str(list.u.list->at[i], word)) return true;
    return false;
}

static bool in_list(Value list, const char *code)
{
    for (uint32_t i = 0; list.kind == V_LIST && i < list.u.list->n; i++)
        if (list.u.list->at[i].kind == V_STR && means(value_text(list.u.list->at[i]), code)) return true;
    return false;
}

typedef struct Rules {
    Value error, warn, silence;
} Rules;

static bool known_name(Cli *cli, Str word, Span span)
{
    if (str_eq(word, STR("Deprecations"))) return true;
    Str known[DIAG_CODE_COUNT + NAMES + 1], best;
    size_t count = 0;
    for (size_t c = 0; c < DIAG_CODE_COUNT; c++) known[count++] = str_from(diag_code_word((DiagCode)c));
    for (size_t i = 0; i < NAMES; i++) known[count++] = str_from(names[i].dbt);
    for (size_t i = 0; i < count; i++)
        if (str_eq(known[i], word)) return true;
    diag_add(&cli->sink, DIAG_usage, span, "'%.*s' is no name of a warning", STR_ARG(word));
    if (nearest(word, known, count, &best))
        diag_hint(&cli->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(&cli->sink,
                  "a warning shows its name in brackets: warning[config-unused]; dbt's names are known, too");
    return false;
}

/* Under its newer name or its older one. `told`: the older one is no news. */
static bool take_list(Cli *cli, const Dict *dict, const char *name, const char *older, bool all, bool told, Value *list)
{
    Span span = option_span_text(&cli->line, OPTION_WARN_ERROR_OPTIONS).span;
    Value old = older ? dict_get_str(dict, str_from(older)) : value_undefined(STR_EMPTY);
    *list = dict_get_str(dict, str_from(name));
    if (old.kind != V_UNDEFINED && list->kind != V_UNDEFINED) {
        diag_add(&cli->sink, DIAG_usage, span, "'%s' and '%s' of the warn-error options are two names of one list",
                 older, name);
        diag_hint(&cli->sink, "put all below '%s'", name);
        return false;
    }
    if (old.kind != V_UNDEFINED) {
        *list = old;
        if (!told) {
            diag_add(&cli->sink, DIAG_key_renamed, span, "'%s' of the warn-error options is called '%s' now", older,
                     name);
            diag_hint(&cli->sink, "rename it");
        }
    }
    if (list->kind == V_UNDEFINED || list->kind == V_NONE || (all && is_all(*list))) return true;
    if (list->kind != V_LIST) {
        diag_add(&cli->sink, DIAG_usage, span, "'%s' of the warn-error options is a list of names%s, not '%.*s'", name,
                 all ? ", or all" : "", STR_ARG(value_to_str(cli->arena, *list)));
        return false;
    }
    for (uint32_t i = 0; i < list->u.list->n; i++)
        if (!known_name(cli, value_to_str(cli->arena, list->u.list->at[i]), span)) return false;
    return true;
}

/* dbt: only where something is an error or silent by more than its name can it be taken out of it again. */
static bool warn_has_effect(Cli *cli, const Rules *rules)
{
    Str group = STR("Deprecations");
    if (rules->warn.kind != V_LIST || !rules->warn.u.list->n || is_all(rules->error) ||
        option_on(&cli->line, OPTION_WARN_ERROR, false) || holds(rules->error, group) || holds(rules->silence, group))
        return true;
    diag_add(&cli->sink, DIAG_usage, option_span_text(&cli->line, OPTION_WARN_ERROR_OPTIONS).span,
             "'warn' of the warn-error options needs 'error: all', or Deprecations below 'error' or 'silence'");
    diag_hint(&cli->sink, "it takes single warnings out of those; without them it has no effect");
    return false;
}

static bool read_rules(Cli *cli, bool told, Rules *rules)
{
    Value dict;
    SpanText text = option_span_text(&cli->line, OPTION_WARN_ERROR_OPTIONS);
    *rules = (Rules){value_undefined(STR_EMPTY), value_undefined(STR_EMPTY), value_undefined(STR_EMPTY)};
    if (!cli->line.options[OPTION_WARN_ERROR_OPTIONS].given) return true;
    if (!project_read_mapping(cli->arena, cli->manifest->sources, "--warn-error-options", text.text, &cli->sink, &dict))
        return false;
    static const Str known[] = {STR_INIT("error"), STR_INIT("include"), STR_INIT("warn"), STR_INIT("exclude"),
                                STR_INIT("silence")};
    for (uint32_t i = 0; i < dict.u.dict->used; i++) {
        Str key = value_to_str(cli->arena, dict.u.dict->entries[i].key);
        bool found = false;
        for (size_t k = 0; k < 5; k++) found = found || str_eq(known[k], key);
        if (found) continue;
        diag_add(&cli->sink, DIAG_usage, text.span, "the warn-error options have no '%.*s'", STR_ARG(key));
        diag_hint(&cli->sink, "they are error, warn and silence, each with a list of names");
        return false;
    }
    return take_list(cli, dict.u.dict, "error", "include", true, told, &rules->error) &&
           take_list(cli, dict.u.dict, "warn", "exclude", false, told, &rules->warn) &&
           take_list(cli, dict.u.dict, "silence", NULL, false, told, &rules->silence) && warn_has_effect(cli, rules);
}

/* As in dbt: a name goes before `Deprecations`, that before `all`; and silence before warn before error. */
static int fate(const Rules *rules, bool all, const char *code)
{
    if (in_list(rules->silence, code)) return RUN_WARNING_SILENT;
    if (in_list(rules->warn, code)) return RUN_WARNING_STAYS;
    if (in_list(rules->error, code)) return RUN_WARNING_IS_ERROR;
    if (deprecated(code)) {
        Str group = STR("Deprecations");
        if (holds(rules->silence, group)) return RUN_WARNING_SILENT;
        if (holds(rules->warn, group)) return RUN_WARNING_STAYS;
        if (holds(rules->error, group)) return RUN_WARNING_IS_ERROR;
    }
    return all || is_all(rules->error) ? RUN_WARNING_IS_ERROR : RUN_WARNING_STAYS;
}

bool warnings_of_run(Cli *cli, const unsigned char **fates)
{
    Rules rules;
    if (!read_rules(cli, true, &rules)) return false;
    bool all = option_on(&cli->line, OPTION_WARN_ERROR, false), any = false;
    unsigned char *made = ARENA_ARRAY(cli->arena, unsigned char, DIAG_CODE_COUNT);
    for (size_t i = 0; i < DIAG_CODE_COUNT; i++) {
        made[i] = (unsigned char)fate(&rules, all, diag_code_word((DiagCode)i));
        any = any || made[i] != RUN_WARNING_STAYS;
    }
    *fates = any ? made : NULL;
    return true;
}

bool warnings_weigh(Cli *cli)
{
    DiagSink *sink = &cli->sink;
    Rules rules;
    if (!read_rules(cli, cli->warnings_weighed, &rules)) return false;
    cli->warnings_weighed = true;
    bool all = option_on(&cli->line, OPTION_WARN_ERROR, false);
    size_t kept = 0, raised = 0;
    const char *first = "config-unused";
    for (size_t i = 0; i < sink->count; i++) {
        Diag *diag = &sink->items[i];
        const char *code = diag_code_word(diag->code);
        if (diag->severity == DIAG_INFO && rules.error.kind == V_LIST && in_list(rules.error, code)) {
            if (!raised++) first = code; /* only if it is named: `all` is about warnings */
            sink->errors++;
            diag->severity = DIAG_ERROR;
        } else if (diag->severity == DIAG_WARNING) {
            int becomes = fate(&rules, all, code);
            if (becomes == RUN_WARNING_SILENT) {
                sink->warnings--;
                continue;
            }
            if (becomes == RUN_WARNING_IS_ERROR) {
                if (!raised++) first = code;
                sink->warnings--;
                sink->errors++;
                diag->severity = DIAG_ERROR;
            }
        }
        sink->items[kept++] = *diag;
    }
    sink->count = kept;
    if (!raised) return true;
    diag_add(sink, DIAG_usage, cli->line.whole, "warnings count as errors here: %zu of those above", raised);
    diag_hint(sink, "mend them, or leave them out by --warn-error-options '{error: all, warn: [%s]}'", first);
    return false;
}
