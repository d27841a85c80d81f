#include "cli/terminal.h"

#include "cli/secrets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool utf8_terminal(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (!value || !*value) continue;
        return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

Terminal terminal_init(int colors)
{
    Terminal t = {.out = stdout, .err = stderr, .width = 100};
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    bool dumb = !term || strcmp(term, "dumb") == 0;
    bool out_tty = isatty(STDOUT_FILENO) != 0, err_tty = isatty(STDERR_FILENO) != 0;
    bool wanted = colors > 0 || (colors < 0 && !(no_color && *no_color) && !dumb);
    t.color = wanted && (colors > 0 || out_tty);
    t.err_color = wanted && (colors > 0 || err_tty);
    t.live = out_tty && !dumb;
    t.utf8 = utf8_terminal() || !out_tty;
    struct winsize size;
    if (out_tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) t.width = size.ws_col;
    return t;
}

DiagRenderOptions terminal_diag_options(const Terminal *terminal, bool err)
{
    return (DiagRenderOptions){
        .color = err ? terminal->err_color : terminal->color, .utf8 = terminal->utf8, .width = terminal->width};
}

void terminal_styled(Buf *out, bool color, TerminalStyle style, Str text)
{
    static const char *const codes[] = {[STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[31m", [STYLE_WARN] = "\033[33m",
                                        [STYLE_DIM] = "\033[2m",   [STYLE_BOLD] = "\033[1m", [STYLE_PLAIN] = ""};
    bool styled = color && style != STYLE_PLAIN;
    if (styled) buf_addz(out, codes[style]);
    buf_add(out, text);
    if (styled) buf_addz(out, "\033[0m");
}

void terminal_write(FILE *file, Str text)
{
    Buf shown;
    buf_init(&shown, NULL);
    if (secrets_hide(text, &shown)) text = buf_str(&shown);
    fwrite(text.ptr, 1, text.len, file);
    buf_release(&shown);
}
