#include "project/ignore.h"

#include "base/vec.h"
#include "base/wild.h"

enum { PARTS = 64 }; /* folders within one another; a path that is deeper is not ignored */

/* Blanks at the end do not count, unless a backslash keeps them. */
static Str without_blanks(Str line)
{
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    while (line.len && line.ptr[line.len - 1] == ' ' && !(line.len > 1 && line.ptr[line.len - 2] == '\\')) line.len--;
    return line;
}

static Str unescaped(Arena *arena, Str text)
{
    if (str_find_char(text, '\\', 0) == STR_NPOS) return text;
    Buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && i + 1 < text.len) i++;
        buf_addc(&out, text.ptr[i]);
    }
    return buf_str(&out);
}

IgnoreRules ignore_rules(Arena *arena, Str text)
{
    VEC(IgnoreRule) rules = {0};
    Str line;
    while (str_split_next(&text, '\n', &line)) {
        line = without_blanks(line);
        if (!line.len || line.ptr[0] == '#') continue;
        IgnoreRule rule = {.again = line.ptr[0] == '!'};
        if (rule.again) line = str_from_index(line, 1);
        rule.folders = line.len && line.ptr[line.len - 1] == '/';
        if (rule.folders) line = str_slice(line, 0, line.len - 1);
        size_t slash = str_find_char(line, '/', 0);
        VEC(Str) parts = {0};
        if (slash == STR_NPOS) vec_push(arena, &parts, STR("**"));
        if (slash == 0) line = str_from_index(line, 1);
        if (!line.len) continue;
        Str part;
        while (str_split_next(&line, '/', &part)) {
            bool any = str_eq(part, STR("**"));
            if (any && parts.n && str_eq(parts.at[parts.n - 1], part)) continue;
            vec_push(arena, &parts, any ? part : unescaped(arena, part));
        }
        rule.parts = parts.at;
        rule.part_count = parts.n;
        vec_push(arena, &rules, rule);
    }
    return (IgnoreRules){rules.at, rules.n};
}

/* Whether the parts of a rule match the first parts of a path: what is below a matched folder is matched too. */
static bool matches(const IgnoreRule *rule, size_t r, const Str *path, size_t p, size_t n)
{
    if (r == rule->part_count) return p < n || !rule->folders;
    if (str_eq(rule->parts[r], STR("**"))) {
        if (r + 1 == rule->part_count) return p < n;
        for (size_t i = p; i < n; i++)
            if (matches(rule, r + 1, path, i, n)) return true;
        return false;
    }
    return p < n && wild_matches(rule->parts[r], path[p]) && matches(rule, r + 1, path, p + 1, n);
}

bool ignore_has(const IgnoreRules *rules, Str path)
{
    Str parts[PARTS], part;
    size_t n = 0;
    if (!rules->n) return false;
    while (str_split_next(&path, '/', &part)) {
        if (n == PARTS) return false;
        parts[n++] = part;
    }
    for (size_t i = rules->n; i-- > 0;)
        if (matches(&rules->at[i], 0, parts, 0, n)) return !rules->at[i].again;
    return false;
}
