#include "base/utf8.h"
#include "diag/render.h"
#include "support/check.h"

static SourceTable *sources;
static DiagSink sink;
static Buf out;

static int set_up(void **state)
{
    (void)state;
    sources = source_table_new();
    diag_sink_init(&sink);
    buf_init(&out, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    diag_sink_release(&sink);
    source_table_free(sources);
    buf_release(&out);
    return 0;
}

static const DiagRenderOptions plain = {.utf8 = true, .width = 80};

static void check_options(const DiagRenderOptions *options, const char *want)
{
    buf_clear(&out);
    diag_render_person(&out, sources, &sink.items[sink.count - 1], options);
    assert_str(buf_str(&out), want);
}

static void check(const char *want)
{
    check_options(&plain, want);
}

/* The span of the first `needle` in the text of a source. */
static Span at(SourceId id, const char *needle)
{
    size_t start = str_find(source_text(sources, id), str_from(needle), 0);
    assert_int_not_equal(start, STR_NPOS);
    return (Span){id, (uint32_t)start, (uint32_t)(start + strlen(needle))};
}

static void all_parts(void **state)
{
    (void)state;
    SourceId model =
        source_add(sources, STR("models/gold/a.sql"), STR("select *\n\nfrom << ref('stg_usres') >>\nwhere x\n"));
    SourceId macro =
        source_add(sources, STR("macros/cents.sql"), STR("<% macro cents(x) %>\n  << x >>\n<% endmacro %>\n"));
    diag_add(&sink, DIAG_ref_not_found, at(model, "ref('stg_usres')"),
             "there is no model, seed or snapshot 'stg_usres'");
    diag_note(&sink, at(macro, "<< x >>"), "in macro 'cents'");
    diag_note(&sink, SPAN_NONE, "nothing of that name is disabled");
    diag_hint(&sink, "did you mean 'stg_users'?");
    check("error[ref-not-found]: there is no model, seed or snapshot 'stg_usres'\n"
          "  --> models/gold/a.sql:3:9\n"
          "  |\n"
          "3 | from << ref('stg_usres') >>\n"
          "  |         ^^^^^^^^^^^^^^^^\n"
          "  note: in macro 'cents' (macros/cents.sql:2:3)\n"
          "  note: nothing of that name is disabled\n"
          "  help: did you mean 'stg_users'?\n");
    check_options(
        &(DiagRenderOptions){.color = true, .utf8 = true},
        "\x1b[1;31merror[ref-not-found]:\x1b[0m \x1b[1mthere is no model, seed or snapshot 'stg_usres'\x1b[0m\n"
        "  \x1b[34m-->\x1b[0m models/gold/a.sql:3:9\n"
        "\x1b[34m  |\n3 |\x1b[0m from << ref('stg_usres') >>\n"
        "\x1b[34m  |\x1b[0m         \x1b[1;31m^^^^^^^^^^^^^^^^\x1b[0m\n"
        "  \x1b[34mnote:\x1b[0m in macro 'cents' (macros/cents.sql:2:3)\n"
        "  \x1b[34mnote:\x1b[0m nothing of that name is disabled\n"
        "  \x1b[36mhelp:\x1b[0m did you mean 'stg_users'?\n");
}

static void little_to_say(void **state)
{
    (void)state;
    diag_add(&sink, DIAG_selection_empty, SPAN_NONE, "nothing matches 'x'");
    check("warning[selection-empty]: nothing matches 'x'\n");
    /* A place without text: a file that could not be read. */
    SourceId id = source_add(sources, STR("models/a.sql"), STR_EMPTY);
    diag_add(&sink, DIAG_file_read, (Span){id, 0, 0}, "cannot read models/a.sql: Permission denied");
    check("error[file-read]: cannot read models/a.sql: Permission denied\n  --> models/a.sql\n");
    diag_add(&sink, DIAG_node_skipped, SPAN_NONE, "skipped");
    check("info[node-skipped]: skipped\n");
}

static void messages_over_several_lines(void **state)
{
    (void)state;
    diag_add(&sink, DIAG_compiler_error, SPAN_NONE, "first\r\n\nthird\n");
    diag_note(&sink, SPAN_NONE, "a note\nof two lines");
    diag_hint(&sink, "help\nme");
    check("error[compiler-error]: first\n\n  third\n  note: a note\n    of two lines\n  help: help\n    me\n");
}

static void carets_stand_under_what_they_mean(void **state)
{
    (void)state;
    /* Tabs, wide characters, combining ones. */
    SourceId id = source_add(sources, STR("a.sql"), STR("\tselect\tx1\n\xE4\xB8\x96\xE7\x95\x8C y2 e\xCC\x81 z3\n"));
    diag_add(&sink, DIAG_usage, at(id, "x1"), "tabs");
    check("error[usage]: tabs\n  --> a.sql:1:9\n  |\n1 |     select  x1\n  |             ^^\n");
    diag_add(&sink, DIAG_usage, at(id, "y2"), "wide");
    check("error[usage]: wide\n  --> a.sql:2:4\n  |\n2 | \xE4\xB8\x96\xE7\x95\x8C y2 e\xCC\x81 z3\n  |      ^^\n");
    diag_add(&sink, DIAG_usage, at(id, "z3"), "combining");
    check(
        "error[usage]: combining\n  --> a.sql:2:10\n  |\n2 | \xE4\xB8\x96\xE7\x95\x8C y2 e\xCC\x81 z3\n  |           ^^\n");
    diag_add(&sink, DIAG_usage, at(id, "\xE7\x95\x8C"), "one wide");
    check("error[usage]: one wide\n  --> a.sql:2:2\n  |\n2 | \xE4\xB8\x96\xE7\x95\x8C y2 e\xCC\x81 z3\n  |   ^^\n");
    /* A terminal that does not know UTF-8. */
    check_options(&(DiagRenderOptions){.width = 80}, "error[usage]: one wide\n  --> a.sql:2:2\n  |\n"
                                                     "2 | \\u{4e16}\\u{754c} y2 e\\u{301} z3\n  |         ^^^^^^^^\n");
}

static void ends_of_lines_and_files(void **state)
{
    (void)state;
    SourceId id = source_add(sources, STR("a.sql"), STR("one\r\ntwo\n\nend"));
    diag_add(&sink, DIAG_usage, (Span){id, 3, 3}, "before the line break");
    check("error[usage]: before the line break\n  --> a.sql:1:4\n  |\n1 | one\n  |    ^\n");
    diag_add(&sink, DIAG_usage, (Span){id, 4, 5}, "in the line break");
    check("error[usage]: in the line break\n  --> a.sql:1:5\n  |\n1 | one\n  |    ^\n");
    diag_add(&sink, DIAG_usage, (Span){id, 9, 9}, "an empty line");
    check("error[usage]: an empty line\n  --> a.sql:3:1\n  |\n3 |\n  | ^\n");
    diag_add(&sink, DIAG_usage, (Span){id, 13, 13}, "the end");
    check("error[usage]: the end\n  --> a.sql:4:4\n  |\n4 | end\n  |    ^\n");
    diag_add(&sink, DIAG_usage, (Span){id, 500, 900}, "beyond the end");
    check("error[usage]: beyond the end\n  --> a.sql:4:4\n  |\n4 | end\n  |    ^\n");
    diag_add(&sink, DIAG_usage, (Span){id, 5, 12}, "several lines");
    check("error[usage]: several lines\n  --> a.sql:2:1\n  |\n2 | two\n  | ^^^...\n");
}

static void long_lines_are_cut_around_the_caret(void **state)
{
    (void)state;
    Buf line;
    buf_init(&line, sink.arena);
    for (int i = 0; i < 100; i++) buf_addf(&line, "word%02d ", i);
    Str text = buf_str(&line);
    SourceId id = source_add(sources, STR("a.sql"), text);
    DiagRenderOptions narrow = {.utf8 = true, .width = 60};
    diag_add(&sink, DIAG_usage, at(id, "word50"), "middle");
    check_options(&narrow, "error[usage]: middle\n  --> a.sql:1:351\n  |\n"
                           "1 | ... word48 word49 word50 word51 word52 word53 word...\n  |                   ^^^^^^\n");
    diag_add(&sink, DIAG_usage, at(id, "word01"), "start");
    check_options(&narrow, "error[usage]: start\n  --> a.sql:1:8\n  |\n"
                           "1 | word00 word01 word02 word03 word04 word05 word0...\n  |        ^^^^^^\n");
    diag_add(&sink, DIAG_usage, at(id, "word99"), "end");
    check_options(
        &narrow,
        "error[usage]: end\n  --> a.sql:1:694\n  |\n"
        "1 | ...rd93 word94 word95 word96 word97 word98 word99\n  |                                            ^^^^^^\n");
    diag_add(&sink, DIAG_usage, (Span){id, 0, (uint32_t)text.len}, "all of it");
    check_options(&narrow, "error[usage]: all of it\n  --> a.sql:1:1\n  |\n"
                           "1 | word00 word01 word02 word03 word04 word05 word0...\n"
                           "  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n");
    /* Wide characters at the cuts. */
    buf_init(&line, sink.arena);
    for (int i = 0; i < 200; i++) buf_addz(&line, "\xE4\xB8\x96");
    buf_addz(&line, "x");
    for (int i = 0; i < 200; i++) buf_addz(&line, "\xE4\xB8\x96");
    SourceId wide = source_add(sources, STR("w.sql"), buf_str(&line));
    diag_add(&sink, DIAG_usage, at(wide, "x"), "wide");
    buf_clear(&out);
    diag_render_person(&out, sources, &sink.items[sink.count - 1], &narrow);
    Str rest = buf_str(&out), piece;
    size_t column_of_x = 0, column_of_caret = 1;
    while (str_split_next(&rest, '\n', &piece)) {
        assert_true(piece.len < 200);
        if (str_starts(piece, STR("1 |"))) {
            size_t x = str_find_char(piece, 'x', 0), bytes = 0, columns = 0;
            for (; bytes < x; columns++) {
                bool is_wide = (unsigned char)piece.ptr[bytes] >= 0x80;
                bytes += is_wide ? 3 : 1;
                columns += is_wide;
            }
            column_of_x = columns;
        }
        if (str_find_char(piece, '^', 0) != STR_NPOS) column_of_caret = str_find_char(piece, '^', 0);
    }
    assert_int_equal(column_of_x, column_of_caret);
}

static void files_cannot_play_tricks(void **state)
{
    (void)state;
    SourceId id = source_add(sources, STR("a\x1b[31m.sql"), STR("x \x1b[2J \xE2\x80\xAE y \xFF z \x07 w\n"));
    diag_add(&sink, DIAG_usage, at(id, "w"), "with \x1b]0;title\x07 and \xC2\x9B");
    diag_hint(&sink, "\x1b[0m");
    check("error[usage]: with \\x1b]0;title\\x07 and \\x9b\n  --> a\\x1b[31m.sql:1:18\n  |\n"
          "1 | x \\x1b[2J \\u{202e} y \\xff z \\x07 w\n  |                                  ^\n  help: \\x1b[0m\n");
    buf_clear(&out);
    diag_safe_text(&out, STR("a\tb\nc\r\xC3\xA9"), false);
    assert_str(buf_str(&out), "a\tb\nc\\x0d\\u{e9}");
}

static void an_endless_chain_is_cut(void **state)
{
    (void)state;
    diag_add(&sink, DIAG_template_limit, SPAN_NONE, "too deep");
    for (int i = 0; i < 1000; i++) diag_note(&sink, SPAN_NONE, "level %d", i);
    buf_clear(&out);
    diag_render_person(&out, sources, &sink.items[0], &plain);
    Str text = buf_str(&out);
    assert_int_not_equal(str_find(text, STR("level 0\n"), 0), STR_NPOS);
    assert_int_not_equal(str_find(text, STR("level 11\n  ... and 984 more ...\n  note: level 996\n"), 0), STR_NPOS);
    assert_true(str_ends(text, STR("level 999\n")));
}

/* Whatever the text and the span are: whole lines, valid UTF-8, nothing for the terminal to obey. */
static void any_span_of_any_text(void **state)
{
    (void)state;
    static const char *const pieces[] = {"\t",       "\n",   "\r\n",    "a",    " ",  "\xE4\xB8\x96",
                                         "\xCC\x81", "\xFF", "\x1b[1m", "\xC3", "<<", ""};
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        Buf text;
        buf_init(&text, sink.arena);
        int count = (int)((seed >> 8) % 200);
        for (int i = 0; i < count; i++) {
            seed = seed * 1664525 + 1013904223;
            buf_addz(&text, pieces[(seed >> 20) % 12]);
        }
        Str whole = buf_str(&text);
        SourceId id = source_add(sources, STR("a.sql"), whole);
        uint32_t start = (seed >> 4) % (uint32_t)(whole.len + 3), end = (seed >> 9) % (uint32_t)(whole.len + 3);
        diag_add(&sink, DIAG_usage, (Span){id, start, end}, "any");
        diag_add(&sink, DIAG_usage, (Span){id, start < end ? start : end, start < end ? end : start}, "any");
        for (size_t k = 1; k <= 2; k++) {
            buf_clear(&out);
            DiagRenderOptions options = {.utf8 = seed & 1024, .width = 40 + seed % 60};
            diag_render_person(&out, sources, &sink.items[sink.count - k], &options);
            Str got = buf_str(&out);
            assert_true(utf8_valid(got));
            assert_true(str_ends(got, STR("\n")));
            assert_int_equal(str_find_char(got, '\x1b', 0), STR_NPOS);
            assert_int_equal(str_find_char(got, '\r', 0), STR_NPOS);
            Str line;
            while (str_split_next(&got, '\n', &line)) assert_true(utf8_width(line) <= options.width + 3);
        }
    }
}

static void as_json(void **state)
{
    (void)state;
    SourceId id = source_add(sources, STR("a.sql"), STR("one\nf\xC3\xBCr two\n"));
    Diag *diag = diag_add(&sink, DIAG_ref_not_found, at(id, "two"), "no 'two'");
    diag->node = STR("model.shop.a");
    diag_note(&sink, at(id, "one"), "one");
    diag_note(&sink, SPAN_NONE, "nowhere");
    diag_hint(&sink, "do \"this\"");
    JsonWriter json;
    jw_to_buf(&json, &out);
    diag_render_json(&json, sources, &sink.items[0]);
    assert_true(jw_end(&json));
    assert_str(
        buf_str(&out),
        "{\"code\":\"ref-not-found\",\"severity\":\"error\",\"message\":\"no 'two'\",\"file\":\"a.sql\",\"line\":2,"
        "\"column\":5,\"end_line\":2,\"end_column\":8,\"source\":\"f\xC3\xBCr two\",\"hint\":\"do \\\"this\\\"\",\"node\":\"model.shop.a\",\"notes\":["
        "{\"message\":\"one\",\"file\":\"a.sql\",\"line\":1,\"column\":1,\"end_line\":1,\"end_column\":4,\"source\":\"one\"},"
        "{\"message\":\"nowhere\",\"file\":null,\"line\":null,\"column\":null,\"end_line\":null,\"end_column\":null,\"source\":null}]}");
    diag_add(&sink, DIAG_selection_empty, SPAN_NONE, "nothing");
    buf_clear(&out);
    jw_to_buf(&json, &out);
    diag_render_json(&json, sources, &sink.items[1]);
    assert_true(jw_end(&json));
    assert_str(buf_str(&out),
               "{\"code\":\"selection-empty\",\"severity\":\"warning\",\"message\":\"nothing\",\"file\":null,"
               "\"line\":null,\"column\":null,\"end_line\":null,\"end_column\":null,\"source\":null,\"hint\":null,"
               "\"node\":null,\"notes\":[]}");
    assert_str(diag_place(sink.arena, sources, at(id, "two")), "a.sql:2:5");
    assert_str(diag_place(sink.arena, sources, SPAN_NONE), "");
    SourceId empty = source_add(sources, STR("b.sql"), STR_EMPTY);
    assert_str(diag_place(sink.arena, sources, (Span){empty, 0, 0}), "b.sql");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(little_to_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(messages_over_several_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(carets_stand_under_what_they_mean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_of_lines_and_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_lines_are_cut_around_the_caret, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_cannot_play_tricks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_endless_chain_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_span_of_any_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_json, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
