/* Our reader against PyYAML's, on the texts of pyyaml.txt (see the script pyyaml beside it). */
#include "base/file.h"
#include "support/check.h"
#include "support/yaml_dump.h"

#include <jansson.h>

static Str parsed_form(Arena *arena, Str text)
{
    SourceTable *sources = source_table_new();
    DiagSink sink;
    diag_sink_init(&sink);
    const YamlNode *root;
    Str form = STR("\"error\"");
    bool well = yaml_parse(arena, sources, source_add(sources, STR("case.yml"), text), &sink, &root);
    assert_int_equal(well, sink.errors == 0);
    if (well) {
        Buf out;
        buf_init(&out, arena);
        JsonWriter json;
        jw_to_buf(&json, &out);
        json.spaced = true;
        yaml_dump(&json, arena, root);
        jw_end(&json);
        form = buf_str(&out);
    }
    for (size_t i = 0; i < sink.count; i++) {
        const Diag *diag = &sink.items[i];
        if (!diag->span.source || diag->span.end > text.len || diag->span.start > diag->span.end || !diag->hint.len)
            fail_msg("an error without place or hint: %.*s", STR_ARG(diag->message));
    }
    diag_sink_release(&sink);
    source_table_free(sources);
    return form;
}

static void every_text_means_the_same(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Str cases, error, line;
    if (!file_read(arena, "tests/unit/yaml/pyyaml.txt", &cases, &error)) fail_msg("%.*s", STR_ARG(error));
    size_t count = 0;
    Str rest = str_trim_right(cases);
    while (str_split_next(&rest, '\n', &line)) {
        size_t tab = str_find_char(line, '\t', 0);
        assert_int_not_equal(tab, STR_NPOS);
        json_t *text = json_loadb(line.ptr, tab, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(text);
        /* A copy of the exact size, so that a sanitizer sees every step beyond it. */
        size_t length = json_string_length(text);
        char *copy = malloc(length ? length : 1);
        memcpy(copy, json_string_value(text), length);
        Str got = parsed_form(arena, str_n(copy, length)), want = str_from_index(line, tab + 1);
        free(copy);
        json_decref(text);
        if (!str_eq(got, want)) fail_msg("%.*s\n   ours %.*s", STR_ARG(line), STR_ARG(got));
        count++;
    }
    assert_true(count > 500);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_text_means_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
