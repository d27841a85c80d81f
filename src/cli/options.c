#include "cli/options.h"

#include "base/edit.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

#define C(id) (1u << COMMAND_##id)
#define ALL UINT32_MAX
#define RUNNING                                                                                                        \
    (C(BUILD) | C(RUN) | C(TEST) | C(SEED) | C(SNAPSHOT) | C(COMPILE) | C(SHOW) | C(DOCS) | C(WATCH) | C(CLONE) |      \
     C(SOURCE))
#define SELECTING (RUNNING | C(LS))
#define LOADING                                                                                                        \
    (SELECTING | C(RETRY) | C(PARSE) | C(RUN_OPERATION) | C(DEBUG) | C(CLEAN) | C(INIT) | C(HISTORY) | C(DEPS))

static const OptionInfo options[OPTION_COUNT] = {
#define OPTION(id, name, letter, kind, variable, commands, value, help)                                                \
    [OPTION_##id] = {name, letter, OPTION_KIND_##kind, variable, commands, value, help},
#include "cli/options.def"
#undef OPTION
};

static const CommandInfo commands[COMMAND_COUNT] = {
#define COMMAND(id, name, other, help, usage) [COMMAND_##id] = {name, other, help, usage},
#include "cli/commands.def"
#undef COMMAND
};

const OptionInfo *option_info(OptionId id)
{
    return &options[id];
}

const CommandInfo *command_info(CommandId id)
{
    return &commands[id];
}

typedef struct Parser {
    Arena *arena;
    CommandLine *line;
    DiagSink *sink;
    SpanText *words;
    size_t count, at;
    bool ok;
} Parser;

static bool find_command(Str word, CommandId *id)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (str_eq(word, str_from(commands[i].name)) ||
            (*commands[i].other && str_eq(word, str_from(commands[i].other)))) {
            *id = (CommandId)i;
            return true;
        }
    return false;
}

/* Other spellings of dbt's. */
static const struct {
    const char *name;
    OptionId id;
} option_aliases[] = {{"resource-types", OPTION_RESOURCE_TYPE},
                      {"exclude-resource-types", OPTION_EXCLUDE_RESOURCE_TYPE}};

/* dbt's older names of environment variables. */
static const struct {
    const char *variable;
    OptionId id;
    bool negated;
} variable_aliases[] = {{"DBT_DEFER_TO_STATE", OPTION_DEFER, false},
                        {"DBT_FAVOR_STATE_MODE", OPTION_FAVOR_STATE, false},
                        {"DBT_ARTIFACT_STATE_PATH", OPTION_STATE, false},
                        {"DBT_NO_PRINT", OPTION_PRINT, true}};

/* Options of dbt that are none here: what to do instead. */
static const struct {
    const char *name, *instead;
} refused_options[] = {
    {"r", "it profiles Python code, and here is none; run_results.json has the times of each node"},
    {"record-timing-info", "it profiles Python code, and here is none; run_results.json has the times of each node"},
    {"inline-direct", "use --inline"},
    {"inject-ephemeral-ctes", "ephemeral models always come along as CTEs"},
    {"no-inject-ephemeral-ctes", "ephemeral models always come along as CTEs"},
    {"host", "`cdbt docs generate` writes a page that needs no server"},
    {"port", "`cdbt docs generate` writes a page that needs no server"},
    {"browser", "`cdbt docs generate` writes a page that needs no server"},
    {"no-browser", "`cdbt docs generate` writes a page that needs no server"}};

/* By its long name; `*off` for the --no-x form of a switch. */
static bool find_option(Str name, OptionId *id, bool *off)
{
    *off = false;
    for (size_t i = 0; i < sizeof option_aliases / sizeof *option_aliases; i++)
        if (str_eq(name, str_from(option_aliases[i].name))) {
            *id = option_aliases[i].id;
            return true;
        }
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (str_eq(name, str_from(options[i].name))) {
            *id = (OptionId)i;
            return true;
        }
    if (!str_starts(name, STR("no-"))) return false;
    name = str_from_index(name, 3);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (options[i].kind == OPTION_KIND_SWITCH && str_eq(name, str_from(options[i].name))) {
            *id = (OptionId)i;
            *off = true;
            return true;
        }
    return false;
}

static void unknown(Parser *p, SpanText word, const char *what, bool option)
{
    p->ok = false;
    diag_add(p->sink, DIAG_usage, word.span, "%s '%.*s'", what, STR_ARG(word.text));
    Str names[OPTION_COUNT + COMMAND_COUNT], best, wanted = word.text;
    size_t n = 0;
    if (option) {
        while (wanted.len && wanted.ptr[0] == '-') wanted = str_from_index(wanted, 1);
        for (size_t i = 0; i < sizeof refused_options / sizeof *refused_options; i++)
            if (str_eq(wanted, str_from(refused_options[i].name))) {
                diag_hint(p->sink, "%s", refused_options[i].instead);
                return;
            }
        for (size_t i = 0; i < OPTION_COUNT; i++) names[n++] = str_from(options[i].name);
    } else {
        for (size_t i = 0; i < COMMAND_COUNT; i++) names[n++] = str_from(commands[i].name);
    }
    if (nearest(wanted, names, n, &best))
        diag_hint(p->sink, "did you mean '%s%.*s'?", option ? "--" : "", STR_ARG(best));
    else
        diag_hint(p->sink, "`cdbt help` lists what there is");
}

static void push_text(Parser *p, OptionValue *value, SpanText text)
{
    if (value->text_count == value->text_cap)
        value->texts = vec_grown(p->arena, value->texts, &value->text_cap, value->text_count + 1, sizeof *value->texts);
    value->texts[value->text_count++] = text;
}

static bool looks_like_option(Str word)
{
    return word.len > 1 && word.ptr[0] == '-';
}

/* --limit -1: no limit; --wait 0: not at all. */
static int64_t least_number(const OptionInfo *info)
{
    return info == &options[OPTION_LIMIT] || info == &options[OPTION_SHOW_FAILURES]       ? -1
           : info == &options[OPTION_WAIT] || info == &options[OPTION_LOG_FILE_MAX_BYTES] ? 0
                                                                                          : 1;
}

static void set_number(Parser *p, const OptionInfo *info, OptionValue *value, SpanText text)
{
    if (str_to_int(text.text, &value->number) && value->number >= least_number(info)) return;
    p->ok = false;
    diag_add(p->sink, DIAG_usage, text.span, "--%s takes a whole number, not '%.*s'", info->name, STR_ARG(text.text));
}

/* `inline_value` stands behind '='; ptr NULL if there is none. */
static void take_option(Parser *p, OptionId id, bool off, SpanText word, Str inline_value)
{
    const OptionInfo *info = &options[id];
    OptionValue *value = &p->line->options[id];
    value->given = true;
    if (info->kind == OPTION_KIND_FLAG || info->kind == OPTION_KIND_SWITCH) {
        value->on = !off;
        if (inline_value.ptr) {
            p->ok = false;
            diag_add(p->sink, DIAG_usage, word.span, "--%s takes no value", info->name);
        }
        return;
    }
    SpanText text = {inline_value, word.span};
    if (!inline_value.ptr) {
        if (p->at == p->count || (info->kind != OPTION_KIND_NUMBER && looks_like_option(p->words[p->at].text) &&
                                  info->kind == OPTION_KIND_WORDS)) {
            p->ok = false;
            diag_add(p->sink, DIAG_usage, word.span, "--%s needs a value", info->name);
            diag_hint(p->sink, "write e.g. --%s %s", info->name, info->value);
            return;
        }
        text = p->words[p->at++];
    }
    if (info->kind == OPTION_KIND_NUMBER) {
        set_number(p, info, value, text);
        return;
    }
    if (info->kind == OPTION_KIND_TEXT) value->text_count = 0; /* the last one counts */
    push_text(p, value, text);
    if (info->kind == OPTION_KIND_WORDS)
        while (p->at < p->count && !looks_like_option(p->words[p->at].text)) {
            CommandId command; /* `cdbt --select a run`: a command's word ends the list if none was given yet */
            if (!p->line->has_command && find_command(p->words[p->at].text, &command)) break;
            push_text(p, value, p->words[p->at++]);
        }
}

static void take_long(Parser *p, SpanText word)
{
    Str name = str_from_index(word.text, 2), value = {NULL, 0};
    size_t equals = str_find_char(name, '=', 0);
    if (equals != STR_NPOS) {
        value = str_from_index(name, equals + 1);
        name = str_slice(name, 0, equals);
    }
    OptionId id;
    bool off;
    if (find_option(name, &id, &off))
        take_option(p, id, off, word, value);
    else
        unknown(p, word, "there is no option", true);
}

static void take_letters(Parser *p, SpanText word)
{
    for (size_t i = 1; i < word.text.len; i++) {
        char letter = word.text.ptr[i] == 'V' ? 'v' : word.text.ptr[i]; /* -V is dbt's other -v */
        size_t id = 0;
        while (id < OPTION_COUNT && options[id].letter != letter) id++;
        if (id == OPTION_COUNT) {
            unknown(p, word, "there is no option", true);
            return;
        }
        bool takes_value = options[id].kind >= OPTION_KIND_TEXT;
        Str rest = takes_value && i + 1 < word.text.len ? str_from_index(word.text, i + 1) : (Str){NULL, 0};
        take_option(p, (OptionId)id, false, word, rest);
        if (takes_value) return;
    }
}

/* The words that dbt takes for yes and no. */
static bool env_bool(Parser *p, SpanText text, bool *on)
{
    static const char *const yes[] = {"1", "true", "t", "yes", "y", "on"};
    static const char *const no[] = {"0", "false", "f", "no", "n", "off"};
    Str word = str_trim(text.text);
    for (size_t i = 0; i < 6; i++)
        if (str_eq_nocase(word, str_from(yes[i])) || str_eq_nocase(word, str_from(no[i]))) {
            *on = str_eq_nocase(word, str_from(yes[i]));
            return true;
        }
    p->ok = false;
    diag_add(p->sink, DIAG_usage, text.span, "'%.*s' is neither true nor false", STR_ARG(text.text));
    diag_hint(p->sink, "write 1 or 0");
    return false;
}

static void take_variable(Parser *p, SourceTable *sources, OptionId id, Str name, bool negated)
{
    OptionValue *value = &p->line->options[id];
    const char *text = getenv(str_c(p->arena, name));
    if (value->given || !text || !*text) return;
    SourceId source =
        source_add(sources, str_fmt(p->arena, "environment variable %.*s", STR_ARG(name)), str_from(text));
    SpanText whole = {str_from(text), {source, 0, (uint32_t)strlen(text)}};
    value->given = true;
    switch (options[id].kind) {
    case OPTION_KIND_FLAG:
    case OPTION_KIND_SWITCH:
        if (env_bool(p, whole, &value->on) && negated) value->on = !value->on;
        break;
    case OPTION_KIND_NUMBER: set_number(p, &options[id], value, whole); break;
    case OPTION_KIND_TEXT: push_text(p, value, whole); break;
    case OPTION_KIND_WORDS: {
        Str rest = whole.text, piece;
        while (str_split_next(&rest, ' ', &piece))
            if (piece.len) push_text(p, value, (SpanText){piece, whole.span});
        break;
    }
    }
}

#define ENGINE "DBT_ENGINE_"

/* DBT_TARGET as DBT_ENGINE_TARGET: dbt's newer names, which go first. */
static Str engine_name(Arena *arena, Str variable)
{
    if (!str_starts(variable, STR("DBT_")) || str_starts(variable, STR(ENGINE))) return variable;
    return str_fmt(arena, ENGINE "%.*s", STR_ARG(str_from_index(variable, 4)));
}

/* Names with that prefix are dbt's: one that means nothing is misspelt. */
static void check_engine_variables(Parser *p, SourceTable *sources)
{
    static const char *const more[] = {"DBT_PACKAGE_HUB_URL",
                                       "DBT_INVOCATION_ENV",
                                       "DBT_RECORDED_FILE_PATH",
                                       "DBT_TEST_STATE_MODIFIED",
                                       "DBT_DOWNLOAD_DIR",
                                       "DBT_PP_FILE_DIFF_TEST",
                                       "DBT_PP_TEST",
                                       "DBT_HOST"};
    enum { MORE = sizeof more / sizeof *more, ALIASES = sizeof variable_aliases / sizeof *variable_aliases };
    for (char **entry = environ; entry && *entry; entry++) {
        if (strncmp(*entry, ENGINE, sizeof ENGINE - 1) != 0) continue;
        Str whole = str_from(*entry), name;
        str_split_next(&whole, '=', &name);
        Str known[OPTION_COUNT + MORE + ALIASES], best;
        size_t n = 0;
        for (size_t i = 0; i < OPTION_COUNT; i++)
            if (*options[i].variable) known[n++] = engine_name(p->arena, str_from(options[i].variable));
        for (size_t i = 0; i < MORE; i++) known[n++] = engine_name(p->arena, str_from(more[i]));
        for (size_t i = 0; i < ALIASES; i++) known[n++] = engine_name(p->arena, str_from(variable_aliases[i].variable));
        bool found = false;
        for (size_t i = 0; i < n && !found; i++) found = str_eq(known[i], name);
        if (found) continue;
        SourceId source = source_add(sources, STR("environment"), name);
        diag_add(p->sink, DIAG_env_unknown, (Span){source, 0, (uint32_t)name.len},
                 "the environment variable %.*s means nothing", STR_ARG(name));
        if (nearest(name, known, n, &best)) diag_hint(p->sink, "did you mean %.*s?", STR_ARG(best));
    }
}

/* What the command line leaves open may come from dbt's environment variables. */
static void take_environment(Parser *p, SourceTable *sources)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!*options[i].variable) continue;
        Str name = str_from(options[i].variable), newer = engine_name(p->arena, name);
        if (newer.ptr != name.ptr) take_variable(p, sources, (OptionId)i, newer, false);
        take_variable(p, sources, (OptionId)i, name, false);
    }
    for (size_t i = 0; i < sizeof variable_aliases / sizeof *variable_aliases; i++) {
        Str name = str_from(variable_aliases[i].variable);
        take_variable(p, sources, variable_aliases[i].id, engine_name(p->arena, name), variable_aliases[i].negated);
        take_variable(p, sources, variable_aliases[i].id, name, variable_aliases[i].negated);
    }
    check_engine_variables(p, sources);
}

/* dbt takes these in front of any command, also where they mean nothing: scripts pass them always. */
static bool fits_all(OptionId id)
{
    return id == OPTION_DEFER || id == OPTION_DEFER_STATE || id == OPTION_FAVOR_STATE || id == OPTION_STATE ||
           id == OPTION_FAIL_FAST || id == OPTION_INDIRECT;
}

static void check_fits(Parser *p)
{
    CommandLine *line = p->line;
    if (!line->has_command) return;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!line->options[i].given || (options[i].commands >> line->command & 1) || fits_all((OptionId)i)) continue;
        /* Of the environment, and of options that dbt takes anywhere, we ask nothing. */
        bool spoken = false;
        for (size_t w = 0; w < p->count && !spoken; w++) {
            Str long_name = str_fmt(p->arena, "--%s", options[i].name);
            spoken = str_starts(p->words[w].text, long_name) ||
                     (options[i].letter && p->words[w].text.len > 1 && p->words[w].text.ptr[0] == '-' &&
                      p->words[w].text.ptr[1] == options[i].letter);
            if (!spoken) continue;
            p->ok = false;
            diag_add(p->sink, DIAG_usage, p->words[w].span, "`cdbt %s` has no option --%s",
                     commands[line->command].name, options[i].name);
            diag_hint(p->sink, "`cdbt help %s` lists its options", commands[line->command].name);
        }
    }
}

bool command_line_parse(Arena *arena, SourceTable *sources, int argc, char **argv, CommandLine *line, DiagSink *sink)
{
    *line = (CommandLine){0};
    Parser p = {.arena = arena, .line = line, .sink = sink, .ok = true};
    p.count = argc > 0 ? (size_t)argc - 1 : 0;
    p.words = ARENA_ARRAY(arena, SpanText, p.count + 1);
    Buf text;
    buf_init(&text, arena);
    buf_addz(&text, "cdbt");
    for (size_t i = 0; i < p.count; i++) {
        Str word = str_from(argv[i + 1]);
        bool quote = !word.len || str_find_char(word, ' ', 0) != STR_NPOS;
        buf_addz(&text, quote ? " '" : " ");
        p.words[i] = (SpanText){word, {0, (uint32_t)text.len, (uint32_t)(text.len + word.len)}};
        buf_add(&text, word);
        if (quote) buf_addc(&text, '\'');
    }
    line->source = source_add(sources, STR("command line"), buf_str(&text));
    line->whole = (Span){line->source, 0, (uint32_t)text.len};
    line->command_span = (Span){line->source, 0, 4};
    for (size_t i = 0; i < p.count; i++) p.words[i].span.source = line->source;

    bool only_words = false;
    while (p.at < p.count) {
        SpanText word = p.words[p.at++];
        if (!only_words && str_eq(word.text, STR("--"))) {
            only_words = true;
        } else if (!only_words && str_starts(word.text, STR("--"))) {
            take_long(&p, word);
        } else if (!only_words && looks_like_option(word.text)) {
            take_letters(&p, word);
        } else if (!line->has_command) {
            if (find_command(word.text, &line->command)) {
                line->has_command = true;
                line->command_span = word.span;
            } else {
                unknown(&p, word, "there is no command", false);
                return false;
            }
        } else {
            if (line->word_count == line->word_cap)
                line->words = vec_grown(arena, line->words, &line->word_cap, line->word_count + 1, sizeof *line->words);
            line->words[line->word_count++] = word;
        }
    }
    take_environment(&p, sources);
    check_fits(&p);
    return p.ok;
}

bool option_on(const CommandLine *line, OptionId id, bool otherwise)
{
    return line->options[id].given ? line->options[id].on : otherwise;
}

SpanText option_span_text(const CommandLine *line, OptionId id)
{
    const OptionValue *value = &line->options[id];
    return value->text_count ? value->texts[value->text_count - 1] : (SpanText){STR_EMPTY, line->command_span};
}

Str option_text(const CommandLine *line, OptionId id)
{
    return option_span_text(line, id).text;
}

/* ---- help ---- */

void help_overview(Buf *out)
{
    buf_addz(out, "cdbt: SQL models as tested, documented tables\n\nUsage: cdbt COMMAND [OPTION ...]\n\nCommands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) buf_addf(out, "  %-14s %s\n", commands[i].name, commands[i].help);
    buf_addz(
        out,
        "\n`cdbt help COMMAND` lists a command's options. A first project: cdbt init shop && cd shop && cdbt build\n");
}

void help_command(Buf *out, CommandId command)
{
    const CommandInfo *info = &commands[command];
    buf_addf(out, "cdbt %s: %s\n\nUsage: cdbt %s%s%s [OPTION ...]\n\nOptions:\n", info->name, info->help, info->name,
             *info->usage ? " " : "", info->usage);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const OptionInfo *option = &options[i];
        if (!(option->commands >> command & 1)) continue;
        char left[64];
        snprintf(left, sizeof left, "%c%c%c --%s%s%s%s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->letter ? ',' : ' ',
                 option->kind == OPTION_KIND_SWITCH ? "[no-]" : "", option->name, *option->value ? " " : "",
                 option->value);
        buf_addf(out, "  %-38s %s", left, option->help);
        if (*option->variable) buf_addf(out, " [%s]", option->variable);
        buf_addc(out, '\n');
    }
}
