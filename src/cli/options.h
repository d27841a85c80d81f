/* The command line as data: commands.def and options.def give parsing, help and the environment variables.
 *
 * Every word of the command line has a place in a source named "command line", so that a diagnostic can point at it.
 * Ownership: values live in the arena. Thread rule: one thread. */
#ifndef CDBT_CLI_OPTIONS_H
#define CDBT_CLI_OPTIONS_H

#include "cdbt/diag.h"

typedef enum CommandId {
#define COMMAND(id, name, other, help, usage) COMMAND_##id,
#include "cli/commands.def"
#undef COMMAND
    COMMAND_COUNT
} CommandId;

typedef enum OptionId {
#define OPTION(id, name, letter, kind, variable, commands, value, help) OPTION_##id,
#include "cli/options.def"
#undef OPTION
    OPTION_COUNT
} OptionId;

typedef enum OptionKind {
    OPTION_KIND_FLAG,
    OPTION_KIND_SWITCH,
    OPTION_KIND_TEXT,
    OPTION_KIND_NUMBER,
    OPTION_KIND_WORDS
} OptionKind;

typedef struct OptionInfo {
    const char *name;
    char letter;
    OptionKind kind;
    const char *variable;
    uint32_t commands; /* bits 1 << CommandId */
    const char *value, *help;
} OptionInfo;

typedef struct CommandInfo {
    const char *name, *other, *help, *usage;
} CommandInfo;

typedef struct OptionValue {
    bool given; /* on the command line or in the environment */
    bool on; /* FLAG, SWITCH */
    int64_t number;
    SpanText *texts; /* TEXT: one; WORDS: all */
    size_t text_count, text_cap;
} OptionValue;

typedef struct CommandLine {
    CommandId command;
    bool has_command;
    OptionValue options[OPTION_COUNT];
    SpanText *words; /* what is neither command nor option: `generate` of docs, a macro's name */
    size_t word_count, word_cap;
    SourceId source;
    Span whole, command_span;
} CommandLine;

const OptionInfo *option_info(OptionId id);
const CommandInfo *command_info(CommandId id);

/* False after `usage` errors. A missing command is no error here. */
bool command_line_parse(Arena *arena, SourceTable *sources, int argc, char **argv, CommandLine *line, DiagSink *sink);

/* The help texts, made from the tables. */
void help_overview(Buf *out);
void help_command(Buf *out, CommandId command);

bool option_on(const CommandLine *line, OptionId id, bool otherwise);
Str option_text(const CommandLine *line, OptionId id); /* empty if it was not given */
SpanText option_span_text(const CommandLine *line, OptionId id);

#endif
