/* From a place in a scalar's decoded text back to the file. */
#include "yaml/internal.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t skip_blanks(Str text, size_t at)
{
    while (at < text.len && is_blank(text.ptr[at])) at++;
    return at;
}

static size_t skip_line_break(Str text, size_t at)
{
    if (at < text.len && text.ptr[at] == '\r') at++;
    if (at < text.len && text.ptr[at] == '\n') at++;
    return at;
}

static bool at_line_break(Str text, size_t at)
{
    return at < text.len && (text.ptr[at] == '\n' || text.ptr[at] == '\r');
}

/* How far the first line with content is indented. */
static size_t first_indent(Str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t content = skip_blanks(text, at);
        if (content < text.len && !at_line_break(text, content)) return content - at;
        at = skip_line_break(text, content);
    }
    return 0;
}

/* The indentation that was cut off a block's lines: what the decoded text kept is its own. */
static size_t block_indent(Str written, Str decoded)
{
    size_t all = first_indent(written), kept = first_indent(decoded);
    return all > kept ? all - kept : 0;
}

/* How many bytes an escape of a double-quoted text takes, the backslash included, and how many it gives at least. */
static size_t escape_width(Str written, size_t at)
{
    if (at + 1 >= written.len) return 1;
    switch (written.ptr[at + 1]) {
    case 'x': return 4;
    case 'u': return 6;
    case 'U': return 10;
    default: return 2;
    }
}

static size_t char_width(Str text, size_t at)
{
    size_t n = 1;
    while (at + n < text.len && ((unsigned char)text.ptr[at + n] & 0xC0) == 0x80) n++;
    return n;
}

static bool is_space(char c)
{
    return is_blank(c) || c == '\n' || c == '\r';
}

/* Only the indentation is missing in the decoded text. */
static size_t aligned_literal(Str written, Str decoded, size_t offset)
{
    size_t indent = block_indent(written, decoded), w = 0, d = 0;
    for (;;) {
        for (size_t i = 0; i < indent && w < written.len && is_blank(written.ptr[w]); i++) w++;
        while (d < offset && w < written.len && !at_line_break(written, w)) w++, d++;
        if (d >= offset || w >= written.len) return w;
        w = skip_line_break(written, w);
        d++;
    }
}

/* Walks the written and the decoded text side by side. Where a line ends in the first, the second has a space, line
 * breaks or nothing, by YAML's folding rules; both sides skip what stands there and meet again at the next word. */
static size_t aligned_folded(Str written, Str decoded, size_t offset, bool quoted, bool escapes)
{
    size_t w = 0, d = 0;
    bool line_ends = !quoted && !escapes; /* a block begins with an indentation */
    while (w < written.len && d <= offset) {
        if (line_ends) {
            while (w < written.len && is_space(written.ptr[w])) w++;
            while (d < decoded.len && is_space(decoded.ptr[d])) d++;
            line_ends = false;
        }
        if (escapes && w < written.len && written.ptr[w] == '\\' && at_line_break(written, w + 1)) {
            w = skip_blanks(written, skip_line_break(written, w + 1)); /* joins two lines and leaves nothing */
            continue;
        }
        if (d >= offset || w >= written.len) break;
        if (is_space(written.ptr[w])) {
            size_t next = skip_blanks(written, w);
            line_ends = at_line_break(written, next);
            if (!line_ends) w++, d++;
        } else if (escapes && written.ptr[w] == '\\') {
            w += escape_width(written, w);
            d += char_width(decoded, d);
        } else if (quoted && !escapes && written.ptr[w] == '\'' && w + 1 < written.len && written.ptr[w + 1] == '\'') {
            w += 2;
            d++;
        } else {
            w++;
            d++;
        }
    }
    return w < written.len ? w : written.len;
}

Span yaml_place(const SourceTable *sources, const YamlNode *node, size_t offset)
{
    if (!yaml_is_scalar(node)) return node->span;
    size_t at = offset;
    if (!node->exact) {
        Str written = str_slice(source_text(sources, node->span.source), node->inner.start, node->inner.end);
        char quote = 0;
        if (!node->plain && !node->block && node->inner.start > 0)
            quote = source_text(sources, node->span.source).ptr[node->inner.start - 1];
        at = node->literal ? aligned_literal(written, node->text, offset)
                           : aligned_folded(written, node->text, offset, quote != 0, quote == '"');
    }
    uint32_t start = node->inner.start + (uint32_t)at;
    if (start > node->inner.end) start = node->inner.end;
    return (Span){node->span.source, start, start < node->inner.end ? start + 1 : start};
}
