#include "base/thread.h"
#include "cdbt/diag.h"
#include "support/check.h"

static SourceTable *sources;
static DiagSink sink;

static int set_up(void **state)
{
    (void)state;
    sources = source_table_new();
    diag_sink_init(&sink);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    diag_sink_release(&sink);
    source_table_free(sources);
    source_table_free(NULL);
    return 0;
}

static void offsets_become_lines_and_columns(void **state)
{
    (void)state;
    SourceId id = source_add(sources, STR("a.sql"), STR("one\ntw\xC3\xB6 x\r\n\nlast"));
    assert_str(source_path(sources, id), "a.sql");
    static const struct {
        uint32_t offset, line, column;
        const char *text;
    } cases[] = {
        {0, 1, 1, "one"},          {3, 1, 4, "one"},           {4, 2, 1, "tw\xC3\xB6 x"},
        {8, 2, 4, "tw\xC3\xB6 x"}, {10, 2, 6, "tw\xC3\xB6 x"}, {12, 3, 1, ""},
        {13, 4, 1, "last"},        {17, 4, 5, "last"},         {1000, 4, 5, "last"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SourcePosition at = source_position(sources, id, cases[i].offset);
        assert_int_equal(at.line, cases[i].line);
        assert_int_equal(at.column, cases[i].column);
        assert_str(at.line_text, cases[i].text);
    }
    assert_int_equal(source_offset(sources, id, 2, 4), 8);
    assert_int_equal(source_offset(sources, id, 4, 1), 13);
    assert_int_equal(source_offset(sources, id, 4, 99), 17);
    assert_int_equal(source_offset(sources, id, 99, 1), 17);
    assert_int_equal(source_offset(sources, id, 1, 99), 3);
    SourceId empty = source_add(sources, STR("b.sql"), STR_EMPTY);
    SourcePosition at = source_position(sources, empty, 5);
    assert_int_equal(at.line, 1);
    assert_int_equal(at.column, 1);
}

static void spans_join(void **state)
{
    (void)state;
    Span joined = span_join((Span){1, 5, 8}, (Span){1, 2, 6});
    assert_int_equal(joined.start, 2);
    assert_int_equal(joined.end, 8);
    assert_int_equal(span_join(SPAN_NONE, (Span){1, 2, 6}).start, 2);
    assert_int_equal(span_join((Span){1, 5, 8}, (Span){2, 2, 6}).start, 5);
}

static SourceId ids[3000];

static void add_source(void *context, unsigned worker, size_t item)
{
    (void)worker;
    Str *paths = context;
    ids[item] = source_add(sources, paths[item], paths[item]);
}

static void workers_may_add_sources(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Str *paths = ARENA_ARRAY(arena, Str, 3000);
    for (int i = 0; i < 3000; i++) paths[i] = str_fmt(arena, "file %d", i);
    parallel_for(3000, 4, add_source, paths);
    for (int i = 0; i < 3000; i++) {
        assert_true(ids[i] > 0);
        assert_true(str_eq(source_path(sources, ids[i]), paths[i]));
    }
    arena_free(arena);
}

static void a_sink_counts_and_keeps(void **state)
{
    (void)state;
    Span span = {1, 2, 3};
    diag_hint(&sink, "nothing to hint at");
    diag_note(&sink, span, "nothing to note");
    char text[] = "stg_usres";
    Diag *diag = diag_add(&sink, DIAG_ref_not_found, span, "there is no model '%s'", text);
    diag->node = STR("model.shop.a");
    text[0] = 'X'; /* the message was copied */
    diag_hint(&sink, "did you mean '%s'?", "stg_users");
    for (int i = 0; i < 100; i++) diag_note(&sink, (Span){2, (uint32_t)i, 200}, "note %d", i);
    diag_add(&sink, DIAG_yaml_duplicate_key, span, "twice");
    diag_add(&sink, DIAG_node_skipped, span, "skipped");
    assert_int_equal(sink.count, 3);
    assert_int_equal(sink.errors, 1);
    assert_int_equal(sink.warnings, 1);

    DiagSink all;
    diag_sink_init(&all);
    diag_add(&all, DIAG_usage, SPAN_NONE, "first");
    diag_sink_append(&all, &sink);
    diag_sink_clear(&sink);
    assert_int_equal(sink.count, 0);
    assert_int_equal(sink.errors, 0);
    for (int i = 0; i < 1000; i++) diag_add(&sink, DIAG_usage, SPAN_NONE, "overwrites what was there");
    assert_int_equal(all.count, 4);
    assert_int_equal(all.errors, 2);
    const Diag *copy = &all.items[1];
    assert_str(copy->message, "there is no model 'stg_usres'");
    assert_str(copy->hint, "did you mean 'stg_users'?");
    assert_str(copy->node, "model.shop.a");
    assert_int_equal(copy->note_count, 100);
    assert_str(copy->notes[99].message, "note 99");
    assert_int_equal(copy->notes[99].span.start, 99);
    assert_int_equal(all.items[3].severity, DIAG_INFO);
    diag_sink_release(&all);
}

static void codes_are_complete(void **state)
{
    (void)state;
    for (int code = 0; code < DIAG_CODE_COUNT; code++) {
        const char *word = diag_code_word((DiagCode)code);
        assert_non_null(word);
        for (const char *c = word; *c; c++)
            if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *c)) fail_msg("'%s' is no word of a code", word);
        assert_true(strlen(diag_code_example((DiagCode)code)) > 5);
        assert_true(strlen(diag_code_remedy((DiagCode)code)) > 5);
        for (int other = 0; other < code; other++) assert_string_not_equal(word, diag_code_word((DiagCode)other));
    }
    assert_string_equal(diag_code_word(DIAG_ref_not_found), "ref-not-found");
    assert_int_equal(diag_code_severity(DIAG_yaml_duplicate_key), DIAG_WARNING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(offsets_become_lines_and_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spans_join, set_up, tear_down),
        cmocka_unit_test_setup_teardown(workers_may_add_sources, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sink_counts_and_keeps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(codes_are_complete, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
