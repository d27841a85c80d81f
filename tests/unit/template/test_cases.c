/* The cases of tests/template/: one file a subject, each case rendered in both families.
 *
 *     === name of the case
 *     context: {"x": 1}            names that the template sees, as JSON; may be missing
 *     family: curly                only this family; may be missing
 *     lenient: yes                 unknown names as dbt has them while it parses; may be missing
 *     --- template
 *     {{ x }}
 *     --- text                     what it renders to, or
 *     --- error                    the whole report, as tpl_report of tests/support/tpl.c prints it
 *     --- error angle              ... where the angle family says something else
 *
 * A section ends at the line end before the next line that starts with === or ---. Templates are written in the curly
 * family; the angle one is made by tpl_to_angle, and so are the marks in an expected report. UPDATE=1 in the environment
 * writes the files anew with what came out; look at the difference. */
#include "support/check.h"
#include "support/tpl.h"

#include "base/vec.h"

#include <dirent.h>
#include <stdlib.h>

typedef struct Section {
    Str title, text;
} Section;

typedef struct Case {
    Str name, context, family;
    bool lenient;
    VEC(Section) sections;
} Case;

static const char folder[] = "tests/template";

static bool is_mark(Str line)
{
    return str_starts(line, STR("=== ")) || str_starts(line, STR("--- "));
}

static const Section *section(const Case *c, Str title)
{
    for (size_t i = 0; i < c->sections.n; i++)
        if (str_eq(c->sections.at[i].title, title)) return &c->sections.at[i];
    return NULL;
}

static size_t read_cases(Arena *arena, Str text, Case **cases)
{
    VEC(Case) found = {0};
    Str rest = text, line;
    while (str_split_next(&rest, '\n', &line)) {
        if (str_starts(line, STR("=== "))) {
            vec_push(arena, &found, (Case){.name = str_from_index(line, 4)});
        } else if (str_starts(line, STR("--- "))) {
            Section s = {str_from_index(line, 4), STR_EMPTY};
            const char *from = rest.ptr, *to = rest.ptr;
            while (rest.ptr) {
                Str before = rest;
                str_split_next(&rest, '\n', &line);
                if (is_mark(line)) {
                    rest = before;
                    break;
                }
                to = line.ptr + line.len;
            }
            s.text = str_n(from, (size_t)(to - from));
            vec_push(arena, &found.at[found.n - 1].sections, s);
        } else if (found.n) {
            Case *c = &found.at[found.n - 1];
            if (str_starts(line, STR("context: ")))
                c->context = str_from_index(line, 9);
            else if (str_starts(line, STR("family: ")))
                c->family = str_from_index(line, 8);
            else if (str_starts(line, STR("lenient: ")))
                c->lenient = true;
            else if (line.len)
                fail_msg("%.*s: what is '%.*s'?", STR_ARG(c->name), STR_ARG(line));
        }
    }
    *cases = found.at;
    return found.n;
}

static Str marks_to_angle(Arena *arena, Str s)
{
    static const char *const pairs[][2] = {{"{{", "<<"}, {"}}", ">>"}, {"{%", "<%"},
                                           {"%}", "%>"}, {"{#", "<#"}, {"#}", "#>"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        s = str_replace(arena, s, str_from(pairs[i][0]), str_from(pairs[i][1]));
    return s;
}

/* What comes out: the text, or the report with *failed. */
static Str run_case(Tpl *t, const Case *c, TplFamily family, bool *failed)
{
    Str source = section(c, STR("template"))->text;
    if (family == TPL_ANGLE && !str_eq(c->family, STR("angle"))) source = tpl_to_angle(t->parse_arena, source);
    if (c->context.len) {
        Value context;
        Str problem;
        if (!value_from_json(t->parse_arena, c->context, &context, &problem))
            fail_msg("%.*s: context: %.*s", STR_ARG(c->name), STR_ARG(problem));
        for (uint32_t i = 0; i < context.u.dict->used; i++) {
            const DictEntry *entry = &context.u.dict->entries[i];
            tpl_let(t, str_c(t->parse_arena, value_text(entry->key)), entry->value);
        }
    }
    t->options.family = family;
    tpl_eval_set_lenient(t->eval, c->lenient);
    Value text = {0};
    *failed = !tpl_text(t, str_c(t->parse_arena, source), &text);
    return *failed ? str_trim_right(tpl_report(t)) : value_text(text);
}

static bool check_case(Arena *arena, const Case *c, TplFamily family)
{
    Tpl t;
    tpl_open(&t);
    bool failed;
    Str got = run_case(&t, c, family, &failed);
    const Section *want = section(c, failed ? STR("error") : STR("text"));
    Str wanted = want ? want->text : STR("(something else)");
    if (failed && family == TPL_ANGLE && !c->family.len) {
        const Section *angle = section(c, STR("error angle"));
        wanted = angle ? angle->text : marks_to_angle(arena, wanted);
    }
    bool same = str_eq(got, wanted);
    for (size_t i = 0; i < t.sink.count; i++)
        if (!t.sink.items[i].span.source) fail_msg("%.*s: a diagnostic has no place", STR_ARG(c->name));
    if (!same)
        print_error("%.*s (%s)\n---- got\n%.*s\n---- want\n%.*s\n----\n", STR_ARG(c->name),
                    family == TPL_ANGLE ? "angle" : "curly", STR_ARG(got), STR_ARG(wanted));
    tpl_close(&t);
    return same;
}

static void write_section(Buf *out, const char *title, Str text)
{
    buf_addf(out, "--- %s\n%.*s\n", title, STR_ARG(text));
}

static void update(Arena *arena, const char *path, const Case *cases, size_t count)
{
    Buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < count; i++) {
        const Case *c = &cases[i];
        buf_addf(&out, "%s=== %.*s\n", i ? "\n" : "", STR_ARG(c->name));
        if (c->context.len) buf_addf(&out, "context: %.*s\n", STR_ARG(c->context));
        if (c->family.len) buf_addf(&out, "family: %.*s\n", STR_ARG(c->family));
        if (c->lenient) buf_addz(&out, "lenient: yes\n");
        write_section(&out, "template", section(c, STR("template"))->text);
        bool failed, only_angle = str_eq(c->family, STR("angle"));
        Tpl t;
        tpl_open(&t);
        Str got = run_case(&t, c, only_angle ? TPL_ANGLE : TPL_CURLY, &failed);
        write_section(&out, failed ? "error" : "text", got);
        if (failed && !c->family.len) {
            Tpl angle;
            tpl_open(&angle);
            Str other = run_case(&angle, c, TPL_ANGLE, &failed);
            if (!str_eq(other, marks_to_angle(arena, got))) write_section(&out, "error angle", other);
            tpl_close(&angle);
        }
        tpl_close(&t);
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(out.ptr, 1, out.len, file);
    fclose(file);
}

static void test_file(const char *name)
{
    Arena *arena = arena_new();
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    Buf text;
    buf_init(&text, arena);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;) buf_add(&text, str_n(piece, n));
    fclose(file);
    Case *cases;
    /* A section's last line end belongs to the marks, and so do empty lines before ===. */
    Str all = str_trim_right(buf_str(&text));
    size_t count = read_cases(arena, all, &cases), bad = 0;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        for (size_t s = 0; s < cases[i].sections.n; s++) {
            Section *at = &cases[i].sections.at[s];
            bool last = s + 1 == cases[i].sections.n && i + 1 < count;
            if (last && str_ends(at->text, STR("\n"))) at->text.len--;
        }
    if (getenv("UPDATE")) {
        update(arena, path, cases, count);
        arena_free(arena);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!section(&cases[i], STR("template"))) fail_msg("%.*s has no template", STR_ARG(cases[i].name));
        if (!str_eq(cases[i].family, STR("angle"))) bad += !check_case(arena, &cases[i], TPL_CURLY);
        if (!str_eq(cases[i].family, STR("curly"))) bad += !check_case(arena, &cases[i], TPL_ANGLE);
    }
    arena_free(arena);
    if (bad) fail_msg("%s: %zu of %zu cases failed", name, bad, count);
}

static void test_all_files(void **state)
{
    (void)state;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    size_t files = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!str_ends(str_from(entry->d_name), STR(".txt"))) continue;
        test_file(entry->d_name);
        files++;
    }
    closedir(dir);
    assert_true(files > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
