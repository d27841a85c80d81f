#include "base/arena.h"
#include "project/ignore.h"
#include "support/check.h"

static bool ignored(const char *rules, const char *path)
{
    Arena *arena = arena_new();
    IgnoreRules read = ignore_rules(arena, str_from(rules));
    bool has = ignore_has(&read, str_from(path));
    arena_free(arena);
    return has;
}

static void rules_of_gitignore(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *path;
        bool ignored;
    } cases[] = {
        {"", "models/a.sql", false},
        {"# a comment\n\n", "models/a.sql", false},
        {"*.sql", "models/deep/a.sql", true},
        {"*.sql", "models/a.yml", false},
        {"a.sql", "models/deep/a.sql", true},
        {"a.sql", "models/ba.sql", false},
        {"/a.sql", "models/a.sql", false},
        {"models/*.sql", "models/a.sql", true},
        {"models/*.sql", "models/deep/a.sql", false},
        {"models/*.sql", "more/models/a.sql", false},
        {"deep", "models/deep/a.sql", true},
        {"deep/", "models/deep/a.sql", true},
        {"a.sql/", "models/a.sql", false},
        {"models/deep", "models/deep/er/a.sql", true},
        {"models/**/a.sql", "models/a.sql", true},
        {"models/**/a.sql", "models/x/y/a.sql", true},
        {"**/deep/**", "models/deep/a.sql", true},
        {"models/**", "models/a.sql", true},
        {"models/**", "models", false},
        {"*.sql\n!keep.sql", "models/keep.sql", false},
        {"*.sql\n!keep.sql", "models/a.sql", true},
        {"!keep.sql\n*.sql", "models/keep.sql", true},
        {"\\#a.sql", "models/#a.sql", true},
        {"\\!a.sql", "models/!a.sql", true},
        {"a.sql  \r\n", "models/a.sql", true},
        {"[ab].sql\nx?.sql", "models/b.sql", true},
        {"[ab].sql\nx?.sql", "models/xy.sql", true},
        {"[!ab].sql", "models/b.sql", false},
        {"A.sql", "models/a.sql", false},
        {"/", "models/a.sql", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (ignored(cases[i].rules, cases[i].path) != cases[i].ignored)
            fail_msg("rule %s, path %s: should%s be ignored", cases[i].rules, cases[i].path,
                     cases[i].ignored ? "" : " not");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_of_gitignore)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
