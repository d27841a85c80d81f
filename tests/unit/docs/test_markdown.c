/* Descriptions: Markdown in, HTML that cannot do anything out. */
#include "docs/docs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void expect(const char *markdown, const char *html)
{
    Buf out;
    buf_init(&out, NULL);
    docs_markdown(&out, str_from(markdown));
    buf_addc(&out, '\0');
    assert_string_equal(out.ptr, html);
    buf_release(&out);
}

static void text_and_structure(void **state)
{
    (void)state;
    expect("", "");
    expect(" \n", "");
    expect("One row a user, seen from outside.", "<p>One row a user, seen from outside.</p>\n");
    expect("Grain: `id`. *Not* **null**, ~~gone~~.",
           "<p>Grain: <code>id</code>. <em>Not</em> <strong>null</strong>, <del>gone</del>.</p>\n");
    expect("One.\n\nTwo\nlines.", "<p>One.</p>\n<p>Two\nlines.</p>\n");
    expect("a  \nb", "<p>a<br>\nb</p>\n");
    expect("snake_case_name and another_one", "<p>snake_case_name and another_one</p>\n");
    expect("# Top\n#### Four", "<h3>Top</h3>\n<h6>Four</h6>\n");
    expect("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
    expect("3. c\n4. d", "<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>\n");
    expect("- [x] done\n- [ ] open", "<ul>\n<li>\xe2\x98\x91 done</li>\n<li>\xe2\x98\x90 open</li>\n</ul>\n");
    expect("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n");
    expect("```sql\nselect 1 < 2\n```", "<pre><code>select 1 &lt; 2\n</code></pre>\n");
    expect("|a|n|\n|---|--:|\n|x|1|",
           "<table>\n<thead>\n<tr><th>a</th><th align=\"right\">n</th></tr>\n</thead>\n<tbody>\n"
           "<tr><td>x</td><td align=\"right\">1</td></tr>\n</tbody>\n</table>\n");
}

/* The short way for plain sentences gives what the parser gives. */
static void plain_sentences_and_what_only_looks_like_one(void **state)
{
    (void)state;
    expect("1. one", "<ol>\n<li>one</li>\n</ol>\n");
    expect("- one", "<ul>\n<li>one</li>\n</ul>\n");
    expect("Version 1.2 - it's (mostly) 50% done; see a/b, ok?",
           "<p>Version 1.2 - it's (mostly) 50% done; see a/b, ok?</p>\n");
    expect("caf\xc3\xa9 au lait", "<p>caf\xc3\xa9 au lait</p>\n");
    expect(
        "look at www.example.com now",
        "<p>look at <a href=\"http://www.example.com\" target=\"_blank\" rel=\"noopener noreferrer\">www.example.com</a> "
        "now</p>\n");
}

static void markup_is_text(void **state)
{
    (void)state;
    expect("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
    expect("a <b onclick=\"x\">b</b>", "<p>a &lt;b onclick=&quot;x&quot;&gt;b&lt;/b&gt;</p>\n");
    expect("`<img src=x>`", "<p><code>&lt;img src=x&gt;</code></p>\n");
    expect("a & b &amp; c &copy; &#60;", "<p>a &amp; b &amp; c &copy; &#60;</p>\n");
    expect("```\"><script>\nx\n```", "<pre><code>x\n</code></pre>\n");
}

static void links_that_may_be(void **state)
{
    (void)state;
    expect(
        "[a](https://x.example/?a=1&b=\"2\")",
        "<p><a href=\"https://x.example/?a=1&amp;b=&quot;2&quot;\" target=\"_blank\" rel=\"noopener noreferrer\">a</a></p>\n");
    expect("[a](#!/model/model.shop.a)", "<p><a href=\"#!/model/model.shop.a\">a</a></p>\n");
    expect("<a@b.example>",
           "<p><a href=\"mailto:a@b.example\" target=\"_blank\" rel=\"noopener noreferrer\">a@b.example</a></p>\n");
    expect(
        "https://x.example",
        "<p><a href=\"https://x.example\" target=\"_blank\" rel=\"noopener noreferrer\">https://x.example</a></p>\n");
    expect("[![b](https://x.example/b.svg)](https://x.example)",
           "<p><a href=\"https://x.example\" target=\"_blank\" rel=\"noopener noreferrer\">b</a></p>\n");
}

static void links_that_may_not(void **state)
{
    (void)state;
    expect("[a](javascript:alert(1))", "<p>a</p>\n");
    expect("[a](JAVASCRIPT:alert(1))", "<p>a</p>\n");
    expect("[a](<java\tscript:alert(1)>)", "<p>a</p>\n");
    expect("[a](&#106;avascript:alert(1))", "<p>a</p>\n");
    expect("[a](javascript&colon;alert(1))", "<p>a</p>\n");
    expect("[a](&#9;javascript:alert(1))", "<p>a</p>\n");
    expect("[a](vbscript:x) [b](data:text/html,x) [c](file:///etc/passwd) [d](other.md) [e](//x.example)",
           "<p>a b c d e</p>\n");
    expect("<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n");
    /* What is written as an entity is compared as what it means. */
    expect("[a](&#104;ttps://x.example)",
           "<p><a href=\"https://x.example\" target=\"_blank\" rel=\"noopener noreferrer\">a</a></p>\n");
    expect("[a](https://x.example/&quot;onclick=)",
           "<p><a href=\"https://x.example/&quot;onclick=\" target=\"_blank\" rel=\"noopener noreferrer\">a</a></p>\n");
}

static void images(void **state)
{
    (void)state;
    expect("![a \"b\" *c*](data:image/png;base64,AAAA)",
           "<p><img src=\"data:image/png;base64,AAAA\" alt=\"a &quot;b&quot; c\"></p>\n");
    expect("![a](data:image/svg+xml;base64,AAAA)", "<p>a</p>\n");
    expect("![a](https://x.example/a.png)",
           "<p><a href=\"https://x.example/a.png\" target=\"_blank\" rel=\"noopener noreferrer\">a</a></p>\n");
    expect("![a](assets/a.png)", "<p>a</p>\n");
    expect("![a ![b](data:image/png;base64,BB) [c](https://x.example)](data:image/png;base64,AA) d",
           "<p><img src=\"data:image/png;base64,AA\" alt=\"a b c\"> d</p>\n");
}

/* The parser's emphasis and its own links overlap at times (found by fuzzing): the elements must nest all the same. */
static void elements_nest_whatever_the_parser_says(void **state)
{
    (void)state;
    expect("www...*k*",
           "<p><a href=\"http://www...*k\" target=\"_blank\" rel=\"noopener noreferrer\">www...*k</a></p>\n");
    expect(
        "- *a [b *c](http://d)\n  - e",
        "<ul>\n<li>*a <a href=\"http://d\" target=\"_blank\" rel=\"noopener noreferrer\">b *c</a><ul>\n<li>e</li>\n</ul>\n"
        "</li>\n</ul>\n");
}

static void odd_input(void **state)
{
    (void)state;
    Buf out;
    buf_init(&out, NULL);
    docs_markdown(&out, str_n("a\0*b*", 5));
    buf_addc(&out, '\0');
    assert_string_equal(out.ptr, "<p>a\xef\xbf\xbd<em>b</em></p>\n");
    /* Deeply nested: balanced, and no deeper than memory. */
    buf_clear(&out);
    Buf deep;
    buf_init(&deep, NULL);
    for (int i = 0; i < 5000; i++) buf_addz(&deep, "![a](");
    for (int i = 0; i < 5000; i++) buf_addz(&deep, "> ");
    docs_markdown(&out, buf_str(&deep));
    assert_true(out.len > 0);
    assert_true(str_find(buf_str(&out), STR("<img"), 0) == STR_NPOS);
    buf_release(&deep);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_structure),
        cmocka_unit_test(plain_sentences_and_what_only_looks_like_one),
        cmocka_unit_test(markup_is_text),
        cmocka_unit_test(links_that_may_be),
        cmocka_unit_test(links_that_may_not),
        cmocka_unit_test(images),
        cmocka_unit_test(elements_nest_whatever_the_parser_says),
        cmocka_unit_test(odd_input),
    };
    return cmocka_run_group_tests_name("docs markdown", tests, NULL, NULL);
}
