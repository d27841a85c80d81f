#include "base/mem.h"
#include "support/check.h"
#include "support/yaml_dump.h"

static Arena *arena;
static SourceTable *sources;
static DiagSink sink;
static const YamlNode *root;
static Str source;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    sources = source_table_new();
    diag_sink_init(&sink);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    diag_sink_release(&sink);
    source_table_free(sources);
    arena_free(arena);
    return 0;
}

static bool parse(Str text)
{
    diag_sink_clear(&sink);
    source = text;
    return yaml_parse(arena, sources, source_add(sources, STR("a.yml"), text), &sink, &root);
}

static void parse_well(const char *text)
{
    if (!parse(str_from(text))) fail_msg("%.*s", STR_ARG(sink.items[0].message));
}

static Str under(Span span)
{
    return str_slice(source, span.start, span.end);
}

static const YamlNode *get(const char *key)
{
    return yaml_get(root, str_from(key));
}

/* ---- places ---- */

static void every_node_knows_its_place(void **state)
{
    (void)state;
    parse_well("# comment\nname: plain text # no\nsingle: 'it''s'\ndouble: \"a \\\" b\"\nnull_value:\n"
               "list:\n  - one\n  - {x: 1}\n\n# behind\nflow: [a, 'b']\nmap:\n  k: v\n\nlast: end\n");
    assert_str(under(get("name")->span), "plain text");
    assert_str(under(get("name")->inner), "plain text");
    assert_true(get("name")->plain && get("name")->exact);
    assert_str(under(get("single")->span), "'it''s'");
    assert_str(under(get("single")->inner), "it''s");
    assert_false(get("single")->exact || get("single")->plain);
    assert_str(get("single")->text, "it's");
    assert_str(under(get("double")->inner), "a \\\" b");
    assert_str(under(get("list")->span), "- one\n  - {x: 1}");
    assert_str(under(get("list")->u.seq.items[1]->span), "{x: 1}");
    assert_str(under(get("flow")->span), "[a, 'b']");
    assert_true(get("flow")->u.seq.items[1]->exact);
    assert_str(under(get("map")->span), "k: v");
    assert_str(under(yaml_pair(root, STR("last"))->key->span), "last");
    assert_int_equal(get("null_value")->kind, YAML_NULL);
    assert_int_equal(get("null_value")->span.start, get("null_value")->span.end);
    assert_int_equal(root->span.end, source.len - 1);
}

static void places_count_bytes_not_characters(void **state)
{
    (void)state;
    parse_well("\xEF\xBB\xBFgr\xC3\xBC\xC3\x9F"
               "e: \"\xF0\x9F\x98\x80 hi\" # \xC3\xA9\nname: w\xC3\xB6rter\nlist: [\xE4\xB8\x96, b]\r\nb: 1\r\n");
    assert_str(under(yaml_pair(root, STR("gr\xC3\xBC\xC3\x9F"
                                         "e"))
                         ->key->span),
               "gr\xC3\xBC\xC3\x9F"
               "e");
    assert_str(under(get("gr\xC3\xBC\xC3\x9F"
                         "e")
                         ->span),
               "\"\xF0\x9F\x98\x80 hi\"");
    assert_str(under(get("gr\xC3\xBC\xC3\x9F"
                         "e")
                         ->inner),
               "\xF0\x9F\x98\x80 hi");
    assert_true(get("gr\xC3\xBC\xC3\x9F"
                    "e")
                    ->exact);
    assert_str(under(get("name")->span), "w\xC3\xB6rter");
    assert_str(under(get("list")->span), "[\xE4\xB8\x96, b]");
    assert_str(under(get("b")->span), "1");
}

static void anchors_and_tags_are_not_part_of_the_text(void **state)
{
    (void)state;
    parse_well("a: &x !!str 12\nb: !!str &y # note\n  'q'\nc: *x\nd: &z |\n  text\n");
    assert_str(under(get("a")->inner), "12");
    assert_str(under(get("a")->span), "&x !!str 12");
    assert_str(under(get("b")->inner), "q");
    assert_ptr_equal(get("c"), get("a"));
    assert_true(get("d")->literal);
    assert_str(under(get("d")->inner), "  text");
}

/* Where each byte of the decoded text says that it comes from must hold the same byte, line breaks and escapes aside. */
static void check_places(const char *yaml)
{
    parse_well(yaml);
    const YamlNode *node = get("a");
    for (size_t i = 0; i < node->text.len; i++) {
        Span span = yaml_place(sources, node, i);
        char c = node->text.ptr[i];
        if (c == '\n' || c == ' ' || c == '\t' || c == '!') continue;
        if (c == '"' && source.ptr[span.start] == '\\') continue; /* an escape begins with a backslash */
        if (source.ptr[span.start] != c)
            fail_msg("%s\nbyte %zu '%c' placed at '%c'", yaml, i, c, source.ptr[span.start]);
    }
    Span end = yaml_place(sources, node, node->text.len + 10);
    assert_true(end.start <= node->inner.end);
}

static void texts_that_were_decoded_know_their_lines(void **state)
{
    (void)state;
    check_places("a: plain");
    check_places("a: |\n  one\n    two\n\n  three\nb: x");
    check_places("a: |-\r\n  one\r\n  two\r\nb: x");
    check_places("a: |2\n    deep\n  less\n");
    check_places("a: >\n  folded over\n  two lines\n\n  and a paragraph\n    kept\n    lines\n  end\n");
    check_places("a: >-\n\n\n  one\n  two\n");
    check_places("a: plain over\n  two lines\n\n  and more\nb: x");
    check_places("a: \"double over\n  two \\\n    joined \\x21 and \\\" \\u0021 more\n\n  end\"");
    check_places("a: 'single ''quoted'' over   \n   two lines'");
    check_places("a: \"\xC3\xA9 \\t \\U00000021x\"");
    parse_well("a: |\n  x << y >>\n  z\n");
    Span span = yaml_place(sources, get("a"), 2);
    assert_str(under(span), "<");
    SourcePosition at = source_position(sources, span.source, yaml_place(sources, get("a"), 10).start);
    assert_int_equal(at.line, 3);
    assert_int_equal(at.column, 3);
    assert_int_equal(yaml_place(sources, root, 3).start, root->span.start);
}

/* ---- keys ---- */

static void duplicate_keys_warn_and_the_last_wins(void **state)
{
    (void)state;
    assert_true(parse(STR("a: 1\nb: 2\na: 3\n")));
    assert_int_equal(sink.warnings, 1);
    assert_int_equal(sink.items[0].code, DIAG_yaml_duplicate_key);
    assert_int_equal(sink.items[0].span.start, 10);
    assert_int_equal(sink.items[0].notes[0].span.start, 0);
    assert_int_equal(root->u.map.count, 2);
    assert_int_equal(get("a")->u.integer, 3);
    /* A merged key is no duplicate, nor are two merges of one key. */
    parse_well("x: &x {a: 1}\ny: &y {a: 2}\nz:\n  <<: [*x, *y]\n  a: 3\n");
    assert_int_equal(sink.warnings, 0);
    /* With many keys. */
    Buf text;
    buf_init(&text, arena);
    for (int i = 0; i < 100; i++) buf_addf(&text, "key_%d: %d\n", i % 80, i);
    assert_true(parse(buf_str(&text)));
    assert_int_equal(sink.warnings, 20);
    assert_int_equal(root->u.map.count, 80);
    assert_int_equal(get("key_7")->u.integer, 87);
    assert_int_equal(get("key_70")->u.integer, 70);
    assert_null(get("key_100"));
}

static void keys_are_found_as_written(void **state)
{
    (void)state;
    parse_well("on: 1\n2: two\n'2': quoted\n");
    assert_int_equal(get("on")->u.integer, 1);
    assert_int_equal(yaml_pair(root, STR("on"))->key->kind, YAML_BOOL);
    assert_str(get("2")->text, "quoted");
    assert_null(yaml_get(NULL, STR("a")));
    assert_null(yaml_get(get("on"), STR("a")));
    parse_well("{}");
    assert_null(get("a"));
}

/* ---- limits ---- */

static void laughs_are_bounded(void **state)
{
    (void)state;
    Buf text;
    buf_init(&text, arena);
    buf_addz(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
        buf_addf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++) buf_addf(&text, "%s*a%d", k ? ", " : "", i - 1);
        buf_addz(&text, "]\n");
    }
    assert_false(parse(buf_str(&text)));
    assert_non_null(strstr(sink.items[0].message.ptr, "aliases make this file too large"));
    /* Merge keys can do the same. */
    buf_clear(&text);
    buf_addz(&text, "base: &base\n");
    for (int i = 0; i < 4000; i++) buf_addf(&text, "  k%d: 1\n", i);
    buf_addz(&text, "all:\n");
    for (int i = 0; i < 4000; i++) buf_addz(&text, "  - <<: *base\n");
    assert_false(parse(buf_str(&text)));
    assert_non_null(strstr(sink.items[0].message.ptr, "too large"));
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    char *text = mem_alloc(DEEP);
    memset(text, '[', DEEP);
    assert_false(parse(str_n(text, DEEP)));
    assert_non_null(strstr(sink.items[0].message.ptr, "nested more than 200 deep"));
    mem_free(text);
    Buf flow;
    buf_init(&flow, arena);
    for (int i = 0; i < 200; i++) buf_addc(&flow, '[');
    for (int i = 0; i < 200; i++) buf_addc(&flow, ']');
    assert_true(parse(buf_str(&flow)));
}

static void what_cannot_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a: &x [*x]", "the alias '*x' stands inside of what it stands for"},
        {"a: !!set {b}", "the tag '!!set' is not supported"},
        {"a: !!binary aGk=", "the tag '!!binary' is not supported"},
        {"a: 9223372036854775808", "the integer '9223372036854775808' needs more than 64 bits"},
        {"a: -9223372036854775809", "the integer '-9223372036854775809' needs more than 64 bits"},
        {"a: 999999999999999999:1", "the integer '999999999999999999:1' needs more than 64 bits"},
        {"a: \xFF", "this is not UTF-8 text"},
        {"\xFF\xFE"
         "a\0",
         "this is UTF-16 text, not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(parse(str_from(cases[i].text)));
        assert_str(sink.items[0].message, cases[i].message);
        assert_null(root);
    }
    assert_int_equal(sink.items[0].code, DIAG_encoding);
}

/* ---- messages ---- */

typedef struct Complaint {
    const char *text, *place, *message, *hint;
} Complaint;

static const Complaint complaints[] = {
    {"a:\n\tb: 1\n", "2:1", "a tab cannot indent a line in YAML", "use spaces"},
    {"a: 1\n\tb: 2\n", "2:1", "a tab cannot indent a line in YAML", "use spaces"},
    {"a: |\n\tx\n", "2:1", "a tab cannot indent a line in YAML", "use spaces"},
    {"a: x: y\n", "1:5", "a value with ': ' in it must be quoted", "write \"x: y\""},
    {"- d: what: \"this\"\n", "1:10", "a value with ': ' in it must be quoted", "put the whole value into quotes"},
    {"a: 1\n  b: 2\n", "2:3", "no key can stand here: the line above is not complete or this one is indented too deep",
     "indent it like the keys that it belongs to"},
    {"models:\n  - name: a\n   columns: []\n", "3:4", "the indentation of this line fits none of the lines above",
     "indent it like the other lines of the list that it belongs to"},
    {"a:\n    b: 1\n  c: 2\n", "3:3", "the indentation of this line fits none of the lines above",
     "indent it like the other lines of the mapping that it belongs to"},
    {"a: \"never closed\nb: 1\n", "1:4", "the quote that opens here is never closed",
     "close it at the end of the value"},
    {"a: 'it's'\n", "1:8", "text cannot follow the closing quote of a value",
     "inside of single quotes write '' for a quote, or use double quotes"},
    {"a: \"x\" y\n", "1:8", "text cannot follow the closing quote of a value",
     "inside of double quotes write \\\" for a quote, or use single quotes"},
    {"a: [x] y\n", "1:8", "text cannot follow the closing ']' of a value",
     "put the whole value into quotes if it is meant as text"},
    {"a: {{ var('x') }}\n", "1:4", "a value that begins with '{{' must be quoted: '{' opens a mapping in YAML",
     "put the whole value into quotes: \"{{ ... }}\""},
    {"- {{ x }} and more\n", "1:3", "a value that begins with '{{' must be quoted: '{' opens a mapping in YAML",
     "put the whole value into quotes: \"{{ ... }}\""},
    {"a: {{ f(\"x\", 'y') }}\n", "1:4", "a value that begins with '{{' must be quoted: '{' opens a mapping in YAML",
     "put the whole value into quotes: \"{{ ... }}\""},
    {"a: {% if x %}\n", "1:4", "a value that begins with '{%' must be quoted: '{' opens a mapping in YAML",
     "put the whole value into quotes: \"{% ... %}\""},
    {"a: 1\n{% if x %}\nb: 1\n", "2:1",
     "statements of the template language cannot stand between the lines of a YAML file",
     "only values are rendered, and they must be quoted"},
    {"a: @x\n", "1:4", "a value cannot begin with '@'", "put the value into quotes"},
    {"a: %x\n", "1:4", "a value cannot begin with '%'", "put the value into quotes"},
    {"a: *.sql\n", "1:4", "'*' and '&' at the start of a value refer to other values in YAML",
     "quote the value if it is meant as text"},
    {"a: *b\n", "1:4", "there is no anchor '&b' above this alias", "quote the value if it is meant as text: \"*b\""},
    {"a: \"x\\qy\"\n", "1:6", "'\\q' means nothing inside of double quotes",
     "write '\\\\q' for a backslash, or use single quotes, in which it is plain"},
    {"a: \"\\uD8\"\n", "1:7", "this escape sequence names no character",
     "write \\xAB, \\uABCD or \\UABCDABCD with hexadecimal digits"},
    {"a: [1, 2\nb: 3\n", "2:2", "expected ',' or ']' here", "close it, or quote the value if it is meant as text"},
    {"a: {b: c\nd: 3\n", "2:2", "expected ',' or '}' here", "close it, or quote the value if it is meant as text"},
    {"a: 1\nforgotten\nb: 2\n", "2:1", "this line has no ':'",
     "write `key: value`, or indent the line if it continues the value above"},
    {"a: - b\n", "1:4", "a list item cannot begin here",
     "put '- ' on a line of its own below the key, or quote the value"},
    {"a: > text\n  more\n", "1:4", "nothing can follow '|' or '>' on its line: the text begins on the next one",
     "quote the value if it is meant to begin with that character"},
    {"a: 1\n---\nb: 2\n", "2:1", "a second document begins here; a file may hold only one",
     "remove the line '---', or move what follows to a file of its own"},
    {"a: !x y\n", "1:4", "the tag '!x' is not supported",
     "remove the tag, or quote the value if it is meant to begin with '!'"},
    {"a: 2026-02-30\n", "1:4", "'2026-02-30' is no day of the calendar", "quote it if it is meant as text"},
    {"a: =\n", "1:4", "'=' alone has a special meaning in YAML and cannot be a value", "quote it: \"=\""},
    {"[a]: b\n", "1:1", "the key of a mapping cannot be a list", "quote it if it is meant as text"},
    {"a: \x01\n", "1:4", "the control character U+0001 is not allowed in YAML",
     "remove it, or write it as an escape inside of double quotes"},
    {"\xC3\xA9: \xC3\xA9 \"\xC3\xA9\nb: @\n", "2:4", "a value cannot begin with '@'", "put the value into quotes"},
    {"<<: 1\n", "1:5", "the merge key '<<' takes a mapping or a list of mappings, not an integer",
     "write `<<: *name`, where `&name` marks a mapping"},
    {"a: &x 1\nb: &x 2\n", "2:4", "the anchor '&x' stands twice", "give one of the two another name"},
};

static void complaints_help(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++) {
        const Complaint *want = &complaints[i];
        print_message("%zu ", i);
        assert_false(parse(str_from(want->text)));
        assert_int_equal(sink.errors, 1);
        const Diag *got = &sink.items[sink.count - 1];
        SourcePosition at = source_position(sources, got->span.source, got->span.start);
        assert_str(got->message, want->message);
        assert_str(got->hint, want->hint);
        assert_str(str_fmt(arena, "%u:%u", at.line, at.column), want->place);
        assert_true(got->span.end > got->span.start);
    }
    print_message("\n");
}

/* ---- getters ---- */

/* The tree in an arena of its own, which goes; a copied part and all texts stay. */
static void a_copy_outlives_its_tree(void **state)
{
    (void)state;
    Arena *tree = arena_new(), *kept = arena_new();
    SourceId id = source_add(sources, STR("a.yml"),
                             STR("a: {b: [\"x\\ty\", 2, 2026-01-31, {}, []], c: plain}\n"
                                 "many: {k1: 1, k2: 2, k3: 3, k4: 4, k5: 5, k6: 6, k7: 7, k8: 8, k9: 9, k10: 10, "
                                 "k11: 11, k12: 12, k13: 13}\n"));
    const YamlNode *whole;
    assert_true(yaml_parse_apart(tree, kept, sources, id, &sink, &whole));
    const YamlNode *copy = yaml_copy(kept, whole);
    Str text = yaml_get(yaml_get(whole, STR("a")), STR("b"))->u.seq.items[0]->text;
    arena_free(tree);
    const YamlNode *b = yaml_get(yaml_get(copy, STR("a")), STR("b"));
    assert_int_equal(b->u.seq.count, 5);
    assert_str(text, "x\ty");
    assert_str(b->u.seq.items[0]->text, "x\ty");
    assert_int_equal(b->u.seq.items[1]->u.integer, 2);
    assert_int_equal(b->u.seq.items[2]->u.time->day, 31);
    assert_int_equal(yaml_get(yaml_get(copy, STR("many")), STR("k13"))->u.integer, 13);
    assert_null(yaml_copy(kept, NULL));
    arena_free(kept);
}

static void getters_check_types(void **state)
{
    (void)state;
    parse_well("s: text\nb: yes\ni: 5\nl: [a, b]\nm: {x: y}\nn: null\nbad: [a, 1]\nd: 2026-01-31\nf: 1.5\n");
    Str text = STR("default");
    bool flag = false;
    int64_t number = 0;
    const YamlNode *node = NULL;
    Str *texts = NULL;
    size_t count = 0;
    assert_true(yaml_get_str(root, "s", &sink, &text));
    assert_str(text, "text");
    assert_true(yaml_get_bool(root, "b", &sink, &flag));
    assert_true(flag);
    assert_true(yaml_get_int(root, "i", &sink, &number));
    assert_int_equal(number, 5);
    assert_true(yaml_get_list(root, "l", &sink, &node));
    assert_ptr_equal(node, get("l"));
    assert_true(yaml_get_map(root, "m", &sink, &node));
    assert_ptr_equal(node, get("m"));
    assert_true(yaml_get_strs(arena, root, "l", &sink, &texts, &count));
    assert_int_equal(count, 2);
    assert_str(texts[1], "b");
    assert_true(yaml_get_strs(arena, root, "s", &sink, &texts, &count));
    assert_int_equal(count, 1);
    assert_str(texts[0], "text");
    /* Absent and null leave the value alone. */
    assert_true(yaml_get_str(root, "none", &sink, &text));
    assert_true(yaml_get_str(root, "n", &sink, &text));
    assert_true(yaml_get_bool(root, "n", &sink, &flag));
    assert_true(yaml_get_int(root, "n", &sink, &number));
    assert_true(yaml_get_list(root, "none", &sink, &node));
    assert_true(yaml_get_map(root, "none", &sink, &node));
    assert_true(yaml_get_strs(arena, root, "none", &sink, &texts, &count));
    assert_str(text, "text");
    assert_int_equal(sink.count, 0);

    static const char *const wrong[] = {
        "'i' must be a string, not an integer",
        "'s' must be true or false, not a string",
        "'s' must be an integer, not a string",
        "'m' must be a list, not a mapping",
        "'l' must be a mapping, not a list",
        "'i' must be a string or a list of strings, not an integer",
        "each item of 'bad' must be a string, not an integer",
        "'d' must be a string, not a date",
    };
    assert_false(yaml_get_str(root, "i", &sink, &text));
    assert_false(yaml_get_bool(root, "s", &sink, &flag));
    assert_false(yaml_get_int(root, "s", &sink, &number));
    assert_false(yaml_get_list(root, "m", &sink, &node));
    assert_false(yaml_get_map(root, "l", &sink, &node));
    assert_false(yaml_get_strs(arena, root, "i", &sink, &texts, &count));
    assert_false(yaml_get_strs(arena, root, "bad", &sink, &texts, &count));
    assert_false(yaml_get_str(root, "d", &sink, &text));
    assert_int_equal(sink.errors, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_str(sink.items[i].message, wrong[i]);
        assert_int_equal(sink.items[i].code, DIAG_yaml_type);
        assert_true(sink.items[i].span.source != 0);
    }
    assert_str(sink.items[0].hint, "quote it: \"5\"");
    assert_str(sink.items[3].hint, "");
    assert_str(under(sink.items[6].span), "1");
}

static void kinds_and_texts(void **state)
{
    (void)state;
    parse_well("[~, true, 12, 1.5, x, 2026-01-31, 2026-01-31 1:02:03, 2026-01-31T01:02:03.5-01:30, [], {}, .nan]");
    static const char *const texts[] = {
        "None", "True", "12", "1.5", "x", "2026-01-31", "2026-01-31 01:02:03", "2026-01-31 01:02:03.500000-01:30"};
    static const char *const kinds[] = {"null",   "a boolean", "an integer", "a number", "a string",
                                        "a date", "a time",    "a time",     "a list",   "a mapping"};
    for (size_t i = 0; i < 10; i++) {
        const YamlNode *item = root->u.seq.items[i];
        if (i < 8) assert_str(yaml_scalar_str(arena, item), texts[i]);
        assert_string_equal(yaml_kind_name(item->kind), kinds[i]);
        assert_int_equal(yaml_is_scalar(item), i < 8);
        assert_int_equal(yaml_absent(item), i == 0);
    }
    assert_str(yaml_iso(arena, root->u.seq.items[7]->u.time, false), "2026-01-31T01:02:03.500000-01:30");
    assert_str(yaml_iso(arena, root->u.seq.items[7]->u.time, true), "2026-01-31");
    assert_true(yaml_absent(NULL));
    assert_false(yaml_is_scalar(NULL));
    assert_false(yaml_is(NULL, YAML_NULL));
    parse_well("false");
    assert_str(yaml_scalar_str(arena, root), "False");
}

static void unknown_keys_are_warned_about(void **state)
{
    (void)state;
    static const Str known[] = {STR_INIT("name"), STR_INIT("description"), STR_INIT("columns")};
    parse_well("name: a\ndescripton: b\nzzz: c\n");
    assert_false(yaml_check_keys(root, known, 3, "a model", &sink));
    assert_int_equal(sink.warnings, 2);
    assert_str(sink.items[0].message, "'descripton' is no key of a model");
    assert_str(sink.items[0].hint, "did you mean 'description'?");
    assert_str(under(sink.items[0].span), "descripton");
    assert_str(sink.items[1].hint, "");
    assert_true(yaml_check_keys(get("name"), known, 3, "a model", &sink));
    assert_true(yaml_check_keys(NULL, known, 3, "a model", &sink));
    parse_well("name: a\ncolumns: []\n");
    assert_true(yaml_check_keys(root, known, 3, "a model", &sink));
}

static void nothing_in_it(void **state)
{
    (void)state;
    static const char *const empty[] = {"", "\n\n", "# only a comment", "\xEF\xBB\xBF", "  "};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        parse_well(empty[i]);
        assert_null(root);
    }
    parse_well("---\n");
    assert_true(yaml_is(root, YAML_NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_node_knows_its_place),
        cmocka_unit_test(places_count_bytes_not_characters),
        cmocka_unit_test(anchors_and_tags_are_not_part_of_the_text),
        cmocka_unit_test(texts_that_were_decoded_know_their_lines),
        cmocka_unit_test(duplicate_keys_warn_and_the_last_wins),
        cmocka_unit_test(keys_are_found_as_written),
        cmocka_unit_test(laughs_are_bounded),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(what_cannot_be_read),
        cmocka_unit_test(complaints_help),
        cmocka_unit_test(a_copy_outlives_its_tree),
        cmocka_unit_test(getters_check_types),
        cmocka_unit_test(kinds_and_texts),
        cmocka_unit_test(unknown_keys_are_warned_about),
        cmocka_unit_test(nothing_in_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
