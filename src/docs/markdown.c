#include "docs/docs.h"

#include "base/utf8.h"

#include <md4c.h>

/* A span that is open, and how it is closed. */
typedef struct Open {
    MD_SPANTYPE type;
    const char *closing; /* NULL: nothing was written for it */
} Open;

typedef struct Render {
    Buf *out;
    Str source; /* what is parsed */
    bool in_image; /* within an image's text only text counts: it becomes the alt attribute */
    bool in_link; /* a link within a link (a badge) is the outer one */
    /* The parser's spans do not always nest: around the addresses that it finds by itself, emphasis may be opened and
     * never closed. What is open is kept here, so that elements nest whatever it says. Spans deeper than this are not
     * shown, only their text. */
    Open open[64];
    unsigned depth, too_deep;
} Render;

static void escape(Buf *out, Str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *entity;
        switch (text.ptr[i]) {
        case '&': entity = "&amp;"; break;
        case '<': entity = "&lt;"; break;
        case '>': entity = "&gt;"; break;
        case '"': entity = "&quot;"; break;
        case '\0': entity = "\xef\xbf\xbd"; break;
        default: continue;
        }
        buf_add(out, str_slice(text, from, i));
        buf_addz(out, entity);
        from = i + 1;
    }
    buf_add(out, str_slice(text, from, text.len));
}

/* An entity of an address, decoded: what counts for its safety is what a browser would make of it. A name that is not
 * known here stays as it is written, and the ampersand is escaped later: the browser sees no entity either. */
static void decode_entity(Buf *out, Str entity)
{
    static const struct {
        Str name;
        char means;
    } known[] = {{STR_INIT("&amp;"), '&'}, {STR_INIT("&lt;"), '<'}, {STR_INIT("&gt;"), '>'}, {STR_INIT("&quot;"), '"'}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_eq(entity, known[i].name)) {
            buf_addc(out, known[i].means);
            return;
        }
    }
    if (entity.len > 3 && entity.ptr[1] == '#') {
        bool hex = entity.ptr[2] == 'x' || entity.ptr[2] == 'X';
        uint32_t code = 0;
        for (size_t i = hex ? 3 : 2; i + 1 < entity.len && code < 0x110000; i++) {
            char c = entity.ptr[i];
            uint32_t digit = (uint32_t)(c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0');
            code = code * (hex ? 16 : 10) + digit;
        }
        utf8_add(out, code ? code : 0xFFFD);
        return;
    }
    buf_add(out, entity);
}

static void attribute(Buf *out, const MD_ATTRIBUTE *value)
{
    for (unsigned i = 0; value->text && value->substr_offsets[i] < value->size; i++) {
        MD_OFFSET from = value->substr_offsets[i];
        Str piece = str_n(value->text + from, value->substr_offsets[i + 1] - from);
        if (value->substr_types[i] == MD_TEXT_ENTITY)
            decode_entity(out, piece);
        else
            buf_add(out, piece);
    }
}

static bool begins(Str text, Str prefix)
{
    return text.len >= prefix.len && str_eq_nocase(str_slice(text, 0, prefix.len), prefix);
}

/* Control characters and spaces are left out by browsers when they look for the scheme: with one in it an address is
 * not taken at all. */
static bool plain_address(Str address)
{
    for (size_t i = 0; i < address.len; i++) {
        if ((unsigned char)address.ptr[i] <= ' ' || address.ptr[i] == 0x7f) return false;
    }
    return true;
}

static bool in_page(Str address)
{
    return address.len > 0 && address.ptr[0] == '#';
}

static bool may_link(Str address)
{
    return plain_address(address) && (in_page(address) || begins(address, STR("http://")) ||
                                      begins(address, STR("https://")) || begins(address, STR("mailto:")));
}

static bool carries_image(Str address)
{
    return plain_address(address) &&
           (begins(address, STR("data:image/png;base64,")) || begins(address, STR("data:image/jpeg;base64,")) ||
            begins(address, STR("data:image/gif;base64,")) || begins(address, STR("data:image/webp;base64,")));
}

static void close_to(Render *render, unsigned depth)
{
    while (render->depth > depth) {
        const Open *span = &render->open[--render->depth];
        if (!span->closing) continue;
        buf_addz(render->out, span->closing);
        if (span->type == MD_SPAN_IMG) render->in_image = false;
        if (span->type == MD_SPAN_A) render->in_link = false;
    }
}

static const char *open_link(Render *render, Str address)
{
    if (render->in_link || !may_link(address)) return NULL;
    buf_addz(render->out, "<a href=\"");
    escape(render->out, address);
    buf_addz(render->out, in_page(address) ? "\">" : "\" target=\"_blank\" rel=\"noopener noreferrer\">");
    render->in_link = true;
    return "</a>";
}

/* An image that the page does not show is a link. */
static const char *open_image(Render *render, Open *span, Str address)
{
    if (!carries_image(address)) {
        span->type = MD_SPAN_A;
        return open_link(render, address);
    }
    buf_addz(render->out, "<img src=\"");
    escape(render->out, address);
    buf_addz(render->out, "\" alt=\"");
    render->in_image = true;
    return "\">";
}

static const char *open_plain(Render *render, const char *opening, const char *closing)
{
    buf_addz(render->out, opening);
    return closing;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
    Render *render = context;
    if (render->depth == sizeof render->open / sizeof *render->open) {
        render->too_deep++;
        return 0;
    }
    Open *span = &render->open[render->depth++];
    *span = (Open){.type = type};
    if (render->in_image) return 0;
    Buf address;
    buf_init(&address, NULL);
    switch (type) {
    case MD_SPAN_A:
        attribute(&address, &((MD_SPAN_A_DETAIL *)detail)->href);
        span->closing = open_link(render, buf_str(&address));
        break;
    case MD_SPAN_IMG:
        attribute(&address, &((MD_SPAN_IMG_DETAIL *)detail)->src);
        span->closing = open_image(render, span, buf_str(&address));
        break;
    case MD_SPAN_EM: span->closing = open_plain(render, "<em>", "</em>"); break;
    case MD_SPAN_STRONG: span->closing = open_plain(render, "<strong>", "</strong>"); break;
    case MD_SPAN_CODE: span->closing = open_plain(render, "<code>", "</code>"); break;
    case MD_SPAN_DEL: span->closing = open_plain(render, "<del>", "</del>"); break;
    default: break;
    }
    buf_release(&address);
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
    (void)detail;
    Render *render = context;
    if (render->too_deep) {
        render->too_deep--;
        return 0;
    }
    for (unsigned i = render->depth; i-- > 0;) {
        MD_SPANTYPE open = render->open[i].type;
        if (open != type && !(type == MD_SPAN_IMG && open == MD_SPAN_A)) continue;
        close_to(render, i);
        break;
    }
    return 0;
}

/* The page's own headings end at <h2>. */
static unsigned heading_level(const void *detail)
{
    unsigned level = ((const MD_BLOCK_H_DETAIL *)detail)->level + 2;
    return level > 6 ? 6 : level;
}

static void cell(Buf *out, const char *tag, const void *detail)
{
    /* An attribute and no style: the page's policy allows no style but its own. */
    const char *align = "";
    switch (((const MD_BLOCK_TD_DETAIL *)detail)->align) {
    case MD_ALIGN_CENTER: align = " align=\"center\""; break;
    case MD_ALIGN_RIGHT: align = " align=\"right\""; break;
    default: break;
    }
    buf_addf(out, "<%s%s>", tag, align);
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    Render *render = context;
    Buf *out = render->out;
    close_to(render, 0); /* a list within a list item follows the item's text */
    switch (type) {
    case MD_BLOCK_QUOTE: buf_addz(out, "<blockquote>\n"); break;
    case MD_BLOCK_UL: buf_addz(out, "<ul>\n"); break;
    case MD_BLOCK_OL: {
        unsigned start = ((MD_BLOCK_OL_DETAIL *)detail)->start;
        if (start == 1)
            buf_addz(out, "<ol>\n");
        else
            buf_addf(out, "<ol start=\"%u\">\n", start);
        break;
    }
    case MD_BLOCK_LI: {
        MD_BLOCK_LI_DETAIL *item = detail;
        buf_addz(out, "<li>");
        if (item->is_task) buf_addz(out, item->task_mark == ' ' ? "\xe2\x98\x90 " : "\xe2\x98\x91 ");
        break;
    }
    case MD_BLOCK_HR: buf_addz(out, "<hr>\n"); break;
    case MD_BLOCK_H: buf_addf(out, "<h%u>", heading_level(detail)); break;
    case MD_BLOCK_CODE: buf_addz(out, "<pre><code>"); break;
    case MD_BLOCK_P: buf_addz(out, "<p>"); break;
    case MD_BLOCK_TABLE: buf_addz(out, "<table>\n"); break;
    case MD_BLOCK_THEAD: buf_addz(out, "<thead>\n"); break;
    case MD_BLOCK_TBODY: buf_addz(out, "<tbody>\n"); break;
    case MD_BLOCK_TR: buf_addz(out, "<tr>"); break;
    case MD_BLOCK_TH: cell(out, "th", detail); break;
    case MD_BLOCK_TD: cell(out, "td", detail); break;
    default: break;
    }
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    Render *render = context;
    Buf *out = render->out;
    close_to(render, 0);
    render->too_deep = 0;
    switch (type) {
    case MD_BLOCK_QUOTE: buf_addz(out, "</blockquote>\n"); break;
    case MD_BLOCK_UL: buf_addz(out, "</ul>\n"); break;
    case MD_BLOCK_OL: buf_addz(out, "</ol>\n"); break;
    case MD_BLOCK_LI: buf_addz(out, "</li>\n"); break;
    case MD_BLOCK_H: buf_addf(out, "</h%u>\n", heading_level(detail)); break;
    case MD_BLOCK_CODE: buf_addz(out, "</code></pre>\n"); break;
    case MD_BLOCK_P: buf_addz(out, "</p>\n"); break;
    case MD_BLOCK_TABLE: buf_addz(out, "</table>\n"); break;
    case MD_BLOCK_THEAD: buf_addz(out, "</thead>\n"); break;
    case MD_BLOCK_TBODY: buf_addz(out, "</tbody>\n"); break;
    case MD_BLOCK_TR: buf_addz(out, "</tr>\n"); break;
    case MD_BLOCK_TH: buf_addz(out, "</th>"); break;
    case MD_BLOCK_TD: buf_addz(out, "</td>"); break;
    default: break;
    }
    return 0;
}

static int text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE size, void *context)
{
    Render *render = context;
    /* An address at the very end of the text may be reported longer than the text is. */
    const char *end = render->source.ptr + render->source.len;
    if (bytes >= render->source.ptr && bytes <= end && size > (size_t)(end - bytes)) size = (MD_SIZE)(end - bytes);
    switch (type) {
    case MD_TEXT_BR: buf_addz(render->out, render->in_image ? " " : "<br>\n"); break;
    case MD_TEXT_SOFTBR: buf_addz(render->out, render->in_image ? " " : "\n"); break;
    case MD_TEXT_NULLCHAR: buf_addz(render->out, "\xef\xbf\xbd"); break;
    case MD_TEXT_ENTITY:
        buf_add(render->out, str_n(bytes, size));
        break; /* &, letters, digits, #, ; and nothing else */
    default: escape(render->out, str_n(bytes, size)); break;
    }
    return 0;
}

/* Most descriptions are one plain sentence: they need no parser. A dot, a hyphen or a digit matter at the start only. */
static bool plain_sentence(Str markdown)
{
    for (size_t i = 0; i < markdown.len; i++) {
        char c = markdown.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
        bool mark = c == ' ' || c == ',' || c == '\'' || c == ';' || c == '(' || c == ')' || c == '/' || c == '?' ||
                    (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '%';
        if (!letter && (i == 0 || !mark)) return false;
    }
    return markdown.len > 0 && markdown.ptr[markdown.len - 1] != ' ';
}

void docs_markdown(Buf *out, Str markdown)
{
    markdown = str_trim_right(markdown);
    if (markdown.len == 0) return;
    if (plain_sentence(markdown) && str_find(markdown, STR("www."), 0) == STR_NPOS) {
        buf_addz(out, "<p>");
        buf_add(out, markdown);
        buf_addz(out, "</p>\n");
        return;
    }
    /* md4c 0.4.8 looks for the end of an address past the end of the text: there it has to find zeros. */
    Buf copy;
    buf_init(&copy, NULL);
    buf_add(&copy, markdown);
    buf_add(&copy, STR("\0\0\0\0\0\0\0\0"));
    Render render = {.out = out, .source = str_n(copy.ptr, markdown.len)};
    MD_PARSER parser = {
        .flags = MD_DIALECT_GITHUB | MD_FLAG_NOHTML,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = text,
    };
    size_t before = out->len;
    if (markdown.len > UINT32_MAX / 2 || md_parse(copy.ptr, (MD_SIZE)markdown.len, &parser, &render) != 0) {
        /* Out of memory within the parser, or absurdly long: the text as it is. */
        out->len = before;
        buf_addz(out, "<pre>");
        escape(out, markdown);
        buf_addz(out, "</pre>\n");
    }
    buf_release(&copy);
}
