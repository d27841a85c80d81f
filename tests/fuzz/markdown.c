/* Descriptions become HTML in a page that people open: whatever they hold, no tag, attribute or address of theirs runs.
 *
 * The check is a reader of tags that knows the few that Markdown makes; a script, a handler or a javascript: address that
 * came through would be an element, attribute or value that it does not know. */
#include "docs/docs.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

static bool word_in(Str word, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(word, str_from(*words))) return true;
    return false;
}

static const char *const ELEMENTS[] = {"p",     "h3",     "h4", "h5",   "h6",  "ul",         "ol",    "li",
                                       "em",    "strong", "a",  "code", "pre", "blockquote", "table", "thead",
                                       "tbody", "tr",     "th", "td",   "del", NULL};
static const char *const ALONE[] = {"hr", "br", "img", NULL};
static const char *const ATTRIBUTES[] = {"href", "src", "alt", "align", "start", "rel", "target", "title", NULL};
static const char *const LINKS[] = {"http://", "https://", "mailto:", "#", NULL};

typedef struct Html {
    Str text;
    size_t at;
    Str open[512]; /* the elements around `at` */
    size_t depth;
} Html;

static bool starts_like(Str text, const char *prefix)
{
    Str wanted = str_from(prefix);
    return str_eq_nocase(str_slice(text, 0, wanted.len), wanted);
}

static char here(const Html *html)
{
    return html->at < html->text.len ? html->text.ptr[html->at] : '\0';
}

static Str word_here(Html *html)
{
    size_t from = html->at;
    while (isalnum((unsigned char)here(html)) || here(html) == '-') html->at++;
    return str_slice(html->text, from, html->at);
}

static void check_attribute(Html *html)
{
    Str name = word_here(html);
    require(word_in(name, ATTRIBUTES));
    require(here(html) == '=');
    html->at++;
    require(here(html) == '"');
    size_t from = ++html->at, end = str_find_char(html->text, '"', from);
    require(end != STR_NPOS);
    Str value = str_slice(html->text, from, end);
    html->at = end + 1;
    if (str_eq(name, STR("src"))) require(starts_like(value, "data:image/") && !starts_like(value, "data:image/svg"));
    if (str_eq(name, STR("href"))) {
        const char *const *link = LINKS;
        while (*link && !starts_like(value, *link)) link++;
        require(*link != NULL);
    }
}

/* `at` stands behind '<'. */
static void check_tag(Html *html)
{
    if (here(html) == '/') {
        html->at++;
        Str name = word_here(html);
        require(html->depth > 0 && here(html) == '>');
        html->depth--;
        require(html->depth >= sizeof html->open / sizeof *html->open || str_eq(html->open[html->depth], name));
    } else {
        Str name = word_here(html);
        bool alone = word_in(name, ALONE);
        require(alone || word_in(name, ELEMENTS));
        while (here(html) == ' ') {
            html->at++;
            check_attribute(html);
        }
        require(here(html) == '>');
        if (!alone) {
            if (html->depth < sizeof html->open / sizeof *html->open) html->open[html->depth] = name;
            html->depth++;
        }
    }
    html->at++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Buf out;
    buf_init(&out, NULL);
    docs_markdown(&out, str_n((const char *)data, size));
    Html html = {.text = buf_str(&out)};
    while (html.at < html.text.len) {
        if (html.text.ptr[html.at++] == '<') check_tag(&html);
    }
    require(html.depth == 0);
    buf_release(&out);
    return 0;
}
