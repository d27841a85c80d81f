/* completion: what makes a shell complete commands and options, written from the tables that are the command line. */
#include "cli/cli.h"

static void add_words(Buf *out, CommandId command)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const OptionInfo *option = option_info((OptionId)i);
        if (!(option->commands >> command & 1)) continue;
        buf_addf(out, " --%s", option->name);
        if (option->kind == OPTION_KIND_SWITCH) buf_addf(out, " --no-%s", option->name);
    }
}

static void add_commands(Buf *out)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) buf_addf(out, "%s%s", i ? " " : "", command_info((CommandId)i)->name);
}

/* Names of nodes come from `cdbt ls`, which reads the project in a moment. */
static void bash(Buf *out)
{
    buf_addz(
        out,
        "_cdbt() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${COMP_WORDS[i]} in -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac\n"
        "    done\n"
        "    case $before in\n"
        "        -s | --select | -m | --models | --exclude)\n"
        "            COMPREPLY=($(compgen -W \"$(cdbt ls -q --output name 2>/dev/null)\" -- \"$word\")); return ;;\n"
        "        --project-dir | --profiles-dir | --target-path | --state)\n"
        "            COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n"
        "    esac\n"
        "    case $command in\n"
        "        '') COMPREPLY=($(compgen -W \"");
    add_commands(out);
    buf_addz(out, "\" -- \"$word\")) ;;\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const CommandInfo *info = command_info((CommandId)i);
        buf_addf(out, "        %s%s%s) COMPREPLY=($(compgen -W \"", info->name, *info->other ? " | " : "", info->other);
        if (i == COMMAND_DOCS) buf_addz(out, "generate");
        if (i == COMMAND_COMPLETION) buf_addz(out, "bash zsh fish");
        if (i == COMMAND_HELP) add_commands(out);
        add_words(out, (CommandId)i);
        buf_addz(out, "\" -- \"$word\")) ;;\n");
    }
    buf_addz(out, "    esac\n}\ncomplete -F _cdbt cdbt\n");
}

static void fish_text(Buf *out, const char *text)
{
    buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') buf_addc(out, '\\');
        buf_addc(out, *text);
    }
    buf_addc(out, '\'');
}

static void fish(Buf *out)
{
    buf_addz(out, "complete -c cdbt -f\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const CommandInfo *info = command_info((CommandId)i);
        buf_addf(out, "complete -c cdbt -n __fish_use_subcommand -a %s -d ", info->name);
        fish_text(out, info->help);
        buf_addc(out, '\n');
        for (size_t o = 0; o < OPTION_COUNT; o++) {
            const OptionInfo *option = option_info((OptionId)o);
            if (!(option->commands >> i & 1)) continue;
            buf_addf(out, "complete -c cdbt -n '__fish_seen_subcommand_from %s' -l %s", info->name, option->name);
            if (option->letter) buf_addf(out, " -s %c", option->letter);
            if (o == OPTION_SELECT || o == OPTION_EXCLUDE)
                buf_addz(out, " -x -a '(cdbt ls -q --output name 2>/dev/null)'");
            else if (option->kind >= OPTION_KIND_TEXT)
                buf_addz(out, " -r");
            buf_addz(out, " -d ");
            fish_text(out, option->help);
            buf_addc(out, '\n');
        }
    }
}

int command_completion(Cli *cli)
{
    SpanText shell = {STR_EMPTY, cli->line.command_span};
    if (cli->line.word_count) shell = cli->line.words[0];
    Buf out;
    buf_init(&out, NULL);
    bool known = cli->line.word_count <= 1;
    if (known && str_eq(shell.text, STR("bash"))) {
        bash(&out);
    } else if (known && str_eq(shell.text, STR("zsh"))) {
        buf_addz(&out, "autoload -U +X bashcompinit && bashcompinit\n");
        bash(&out);
    } else if (known && str_eq(shell.text, STR("fish"))) {
        fish(&out);
    } else {
        diag_add(&cli->sink, DIAG_usage, shell.span, "completion is for one of the shells bash, zsh and fish");
        diag_hint(&cli->sink, "for bash: echo 'source <(cdbt completion bash)' >>~/.bashrc");
        known = false;
    }
    if (known) terminal_write(stdout, buf_str(&out));
    buf_release(&out);
    return cli_refuse(cli, known ? EXIT_OK : EXIT_REFUSED);
}
