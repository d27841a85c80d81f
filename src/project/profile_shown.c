/* profiles.yml as messages may show it: logs of CI are read by many, and secrets stand in that file. Everything is hidden but the
 * keys, the values of keys that are known to hold none, and templates that only name a variable. What the file's YAML makes of
 * a text does not matter here: it may be broken. */
#include "project/loader.h"

#include <string.h>

typedef struct Masker {
    char *text; /* the copy that is written to */
    size_t len;
} Masker;

static bool is_plain_key(Str key)
{
    static const char *const keys[] = {"type",
                                       "target",
                                       "outputs",
                                       "threads",
                                       "path",
                                       "schema",
                                       "database",
                                       "dbname",
                                       "host",
                                       "port",
                                       "user",
                                       "role",
                                       "sslmode",
                                       "search_path",
                                       "retries",
                                       "attach",
                                       "alias",
                                       "busy_timeout",
                                       "config",
                                       "connect_timeout",
                                       "warehouse",
                                       "schema_directory",
                                       "keepalives_idle",
                                       "account"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_eq(key, str_from(keys[i]))) return true;
    return false;
}

static bool is_key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

/* A template without a second argument, which would be a default: "{{ env_var('DBT_PASSWORD') }}". */
static bool names_a_variable(Str value)
{
    value = str_trim(value);
    if (value.len > 1 && (value.ptr[0] == '"' || value.ptr[0] == '\'') && value.ptr[value.len - 1] == value.ptr[0])
        value = str_slice(value, 1, value.len - 1);
    bool curly = str_starts(value, STR("{{")) && str_ends(value, STR("}}"));
    bool angle = str_starts(value, STR("<<")) && str_ends(value, STR(">>"));
    return (curly || angle) && str_find_char(value, ',', 0) == STR_NPOS &&
           str_find(value, STR("env_var("), 0) != STR_NPOS &&
           str_find(str_from_index(value, 2), str_slice(value, 0, 2), 0) == STR_NPOS;
}

/* Where the value at `from` ends: behind its closing quote; in a flow mapping at ',' or '}', else with the line. */
static size_t value_end(const Masker *m, size_t from, size_t line_end, bool flow)
{
    char quote = m->text[from];
    if (quote == '"' || quote == '\'') {
        for (size_t i = from + 1; i < line_end; i++)
            if (m->text[i] == quote && m->text[i - 1] != '\\') return i + 1;
        return line_end;
    }
    if (!flow) return line_end;
    bool template = from + 1 < line_end && m->text[from] == '{' && m->text[from + 1] == '{';
    for (size_t i = from; i < line_end; i++)
        if (!template && (m->text[i] == ',' || m->text[i] == '}')) return i;
    return line_end;
}

static void hide(Masker *m, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (m->text[i] != ' ' && m->text[i] != '\t' && m->text[i] != '\r') m->text[i] = '*';
}

static void mask_line(Masker *m, size_t start, size_t end)
{
    bool flow = false, shown = false; /* shown: the last key's value may be seen */
    for (size_t at = start; at < end;) {
        char c = m->text[at];
        if (c == ' ' || c == '\t' || c == '\r' || c == ',' || c == '{' || c == '}' ||
            (c == '-' && at + 1 < end && m->text[at + 1] == ' ')) {
            flow = flow || c == '{';
            at++;
            continue;
        }
        size_t key_end = at;
        while (key_end < end && is_key_char(m->text[key_end])) key_end++;
        bool is_key = key_end > at && key_end < end && m->text[key_end] == ':' &&
                      (key_end + 1 == end || strchr(" \t\r", m->text[key_end + 1]));
        if (!is_key) {
            size_t to = value_end(m, at, end, flow);
            if (!shown && !names_a_variable(str_n(m->text + at, to - at))) hide(m, at, to > at ? to : at + 1);
            at = to > at ? to : at + 1;
            continue;
        }
        shown = is_plain_key(str_n(m->text + at, key_end - at));
        at = key_end + 1;
        while (at < end && strchr(" \t\r", m->text[at])) at++;
        if (at >= end) return;
        bool mapping = m->text[at] == '{' && !(at + 1 < end && m->text[at + 1] == '{');
        if (mapping) continue;
        size_t to = value_end(m, at, end, flow);
        if (!shown && !names_a_variable(str_n(m->text + at, to - at))) hide(m, at, to);
        at = to > at ? to : at + 1;
    }
}

Str profile_shown(Arena *arena, Str text)
{
    Masker m = {.text = arena_alloc(arena, text.len + 1), .len = text.len};
    memcpy(m.text, text.ptr, text.len);
    m.text[text.len] = 0;
    for (size_t start = 0; start < m.len;) {
        size_t end = str_find_char(text, '\n', start);
        if (end == STR_NPOS) end = m.len;
        mask_line(&m, start, end);
        start = end + 1;
    }
    return str_n(m.text, m.len);
}
