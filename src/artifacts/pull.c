#include "artifacts/pull.h"

static bool break_off(JsonPull *pull)
{
    pull->broken = true;
    return false;
}

static char peek(JsonPull *pull)
{
    while (pull->at < pull->text.len && (pull->text.ptr[pull->at] == ' ' || pull->text.ptr[pull->at] == '\n' ||
                                         pull->text.ptr[pull->at] == '\t' || pull->text.ptr[pull->at] == '\r'))
        pull->at++;
    return pull->at < pull->text.len ? pull->text.ptr[pull->at] : 0;
}

bool pull_open(JsonPull *pull, char open)
{
    if (pull->broken || peek(pull) != open) return break_off(pull);
    pull->at++;
    return true;
}

/* Behind the quotes of the string that begins here. */
static bool pass_string(JsonPull *pull)
{
    const char *text = pull->text.ptr;
    size_t at = pull->at + 1, end = pull->text.len;
    while (at < end && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    if (at >= end) return break_off(pull);
    pull->at = at + 1;
    return true;
}

/* Past the end, or before the next member: true if there is one. */
static bool next_member(JsonPull *pull, char close)
{
    if (pull->broken) return false;
    char c = peek(pull);
    if (c == close) {
        pull->at++;
        return false;
    }
    if (c == ',') {
        pull->at++;
        c = peek(pull);
    }
    return c ? true : break_off(pull);
}

bool pull_key(JsonPull *pull, Str *key)
{
    if (!next_member(pull, '}')) return false;
    if (peek(pull) != '"') return break_off(pull);
    size_t start = pull->at + 1;
    if (!pass_string(pull)) return false;
    *key = str_slice(pull->text, start, pull->at - 1);
    if (peek(pull) != ':') return break_off(pull);
    pull->at++;
    return true;
}

bool pull_item(JsonPull *pull)
{
    return next_member(pull, ']');
}

bool pull_value(JsonPull *pull, Str *text)
{
    if (pull->broken) return false;
    char c = peek(pull);
    size_t start = pull->at, depth = 0;
    if (c == '{' || c == '[' || c == '"') {
        do {
            c = pull->at < pull->text.len ? pull->text.ptr[pull->at] : 0;
            if (!c) return break_off(pull);
            if (c == '"') {
                if (!pass_string(pull)) return false;
                continue;
            }
            if (c == '{' || c == '[') depth++;
            if (c == '}' || c == ']') depth--;
            pull->at++;
        } while (depth);
    } else {
        while (pull->at < pull->text.len && pull->text.ptr[pull->at] != ',' && pull->text.ptr[pull->at] != '}' &&
               pull->text.ptr[pull->at] != ']' && pull->text.ptr[pull->at] > ' ')
            pull->at++;
        if (pull->at == start) return break_off(pull);
    }
    *text = str_slice(pull->text, start, pull->at);
    return true;
}
