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

/* The indentation that a block's lines have in common: that of its first line with content. */
static size_t block_indent(Str written)
{
    for (size_t at = 0; at < written.len;) {
        size_t content = skip_blanks(written, at);
        if (content < written.len && !at_line_break(written, content)) return content - at;
        at = skip_line_break(written, content);
    }
    return 0;
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

/* Walks the written and the decoded text side by side. Where a line ends in the first, the second has a space, line
 * breaks or nothing, by YAML's folding rules; both sides skip what stands there and meet again at the next word. */
static size_t aligned(Str written, Str decoded, size_t offset, bool block, bool escapes)
{
    size_t indent = block ? block_indent(written) : 0;
    size_t w = 0, d = 0;
    bool line_starts = block;
    while (w < written.len) {
        if (line_starts) {
            for (size_t i = 0; i < indent && w < written.len && is_blank(written.ptr[w]); i++) w++;
            line_starts = false;
        }
        if (d >= offset || w >= written.len) break;
        if (at_line_break(written, w)) {
            if (block) {
                w = skip_line_break(written, w);
                line_starts = true;
                /* A folded line ended in a space, or two texts were kept apart by line breaks. */
                if (d < decoded.len && (decoded.ptr[d] == '\n' || decoded.ptr[d] == ' ')) d++;
            } else {
                while (w < written.len && (is_blank(written.ptr[w]) || at_line_break(written, w))) w++;
                while (d < decoded.len && d < offset && (decoded.ptr[d] == ' ' || decoded.ptr[d] == '\n')) d++;
            }
        } else if (escapes && written.ptr[w] == '\\') {
            bool joins = at_line_break(written, w + 1);
            w += escape_width(written, w);
            if (joins)
                w = skip_blanks(written, w);
            else
                d += char_width(decoded, d);
        } else if (!block && !escapes && written.ptr[w] == '\'' && w + 1 < written.len && written.ptr[w + 1] == '\'') {
            w += 2;
            d++;
        } else if (!block && is_blank(written.ptr[w]) && at_line_break(written, skip_blanks(written, w))) {
            w = skip_blanks(written, w); /* blanks before a line break are folded away */
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
        bool quoted = !node->plain && !node->block;
        char quote = 0;
        if (quoted && node->inner.start > 0) quote = source_text(sources, node->span.source).ptr[node->inner.start - 1];
        at = aligned(written, node->text, offset, node->block, quote == '"');
    }
    uint32_t start = node->inner.start + (uint32_t)at;
    if (start > node->inner.end) start = node->inner.end;
    return (Span){node->span.source, start, start < node->inner.end ? start + 1 : start};
}
