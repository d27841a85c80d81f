#include "diag/render.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum {
    DEFAULT_WIDTH = 100,
    LEAST_WIDTH = 40,
    TAB_COLUMNS = 4,
    NOTES_SHOWN = 16, /* more than the ends of a chain of calls and the line between them, which the engine keeps */
    CELL_BYTES = 12,
};

const char *diag_severity_word(DiagSeverity severity)
{
    switch (severity) {
    case DIAG_ERROR: return "error";
    case DIAG_WARNING: return "warning";
    case DIAG_INFO: return "info";
    }
    return "error";
}

/* ---- safe text ---- */

/* Characters that change the direction of text or hide: they make a line look other than it is. */
static bool is_trick(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) ||
           c == 0xFEFF || c == 0x61C || c == 0x2028 || c == 0x2029;
}

/* What is shown for the character at *at, which moves behind it: at most CELL_BYTES bytes. Gives its columns. */
static size_t cell(Str text, size_t *at, bool utf8, char shown[CELL_BYTES + 1])
{
    size_t start = *at;
    uint32_t c;
    if (!utf8_decode(text, at, &c)) {
        snprintf(shown, CELL_BYTES + 1, "\\x%02x", (unsigned char)text.ptr[start]);
    } else if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
        snprintf(shown, CELL_BYTES + 1, "\\x%02x", (unsigned)c);
    } else if (is_trick(c) || (c >= 0x80 && !utf8)) {
        snprintf(shown, CELL_BYTES + 1, "\\u{%x}", (unsigned)c);
    } else {
        memcpy(shown, text.ptr + start, *at - start);
        shown[*at - start] = 0;
        return (size_t)utf8_char_width(c);
    }
    return strlen(shown);
}

void diag_safe_text(Buf *out, Str text, bool utf8)
{
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        if (c == '\n' || c == '\t') {
            buf_addc(out, c);
            at++;
            continue;
        }
        char shown[CELL_BYTES + 1];
        cell(text, &at, utf8, shown);
        buf_addz(out, shown);
    }
}

/* ---- for a person ---- */

typedef struct Page {
    Buf *out;
    const SourceTable *sources;
    DiagRenderOptions options;
    DiagSeverity severity;
} Page;

static const char BOLD[] = "\x1b[1m", CYAN[] = "\x1b[36m", BLUE[] = "\x1b[34m", RESET[] = "\x1b[0m";

static const char *severity_color(DiagSeverity severity)
{
    switch (severity) {
    case DIAG_ERROR: return "\x1b[1;31m";
    case DIAG_WARNING: return "\x1b[1;33m";
    case DIAG_INFO: return "\x1b[1;36m";
    }
    return BOLD;
}

static void color(const Page *page, const char *code)
{
    if (page->options.color) buf_addz(page->out, code);
}

/* Text whose further lines are indented. */
static void add_text(const Page *page, Str text, const char *indent)
{
    Str rest = str_trim_right(text), line;
    bool first = true;
    while (str_split_next(&rest, '\n', &line)) {
        if (!first) {
            buf_addc(page->out, '\n');
            if (line.len) buf_addz(page->out, indent);
        }
        if (str_ends(line, STR("\r"))) line.len--;
        diag_safe_text(page->out, line, page->options.utf8);
        first = false;
    }
}

static void add_place(const Page *page, Span span)
{
    diag_safe_text(page->out, source_path(page->sources, span.source), page->options.utf8);
    if (source_text(page->sources, span.source).len == 0) return;
    SourcePosition at = source_position(page->sources, span.source, span.start);
    buf_addf(page->out, ":%u:%u", at.line, at.column);
}

static void spaces(Buf *out, size_t n)
{
    while (n-- > 0) buf_addc(out, ' ');
}

/* The part of the line that is shown, and where the carets go. */
typedef struct Window {
    size_t from, to; /* columns of the whole line */
    size_t caret, carets;
    bool cut_before, cut_behind;
} Window;

static size_t cell_columns(Str line, size_t *at, size_t column, bool utf8, char shown[CELL_BYTES + 1])
{
    if (line.ptr[*at] == '\t') {
        ++*at;
        size_t width = TAB_COLUMNS - column % TAB_COLUMNS;
        memset(shown, ' ', width);
        shown[width] = 0;
        return width;
    }
    return cell(line, at, utf8, shown);
}

static size_t columns_until(const Page *page, Str line, size_t end)
{
    size_t column = 0;
    char shown[CELL_BYTES + 1];
    for (size_t at = 0; at < end && at < line.len;)
        column += cell_columns(line, &at, column, page->options.utf8, shown);
    return column;
}

static Window window(const Page *page, Str line, size_t start, size_t end, size_t room)
{
    size_t whole = columns_until(page, line, line.len);
    Window w = {.from = 0, .to = whole, .caret = columns_until(page, line, start)};
    size_t last = columns_until(page, line, end);
    w.carets = last > w.caret ? last - w.caret : 1;
    if (whole > room) {
        /* A third of the room goes to what stands before the caret. */
        size_t before = room / 3;
        w.from = w.caret > before ? w.caret - before : 0;
        if (w.from + room > whole) w.from = whole > room ? whole - room : 0;
        w.to = w.from + room;
        w.cut_before = w.from > 0;
        w.cut_behind = w.to < whole;
        if (w.carets > room) w.carets = room;
        if (w.caret + w.carets > w.to && w.caret < w.to) w.carets = w.to - w.caret;
    }
    return w;
}

/* A wide character that straddles a cut gives way to spaces, so that the carets stay where they belong. */
static void add_line(const Page *page, Str line, const Window *w)
{
    size_t column = 0;
    char shown[CELL_BYTES + 1];
    if (w->cut_before) buf_addz(page->out, "...");
    size_t printed = w->from;
    for (size_t at = 0; at < line.len && column < w->to;) {
        size_t width = cell_columns(line, &at, column, page->options.utf8, shown);
        if (column >= w->from && column + width <= w->to) {
            spaces(page->out, column - printed);
            buf_addz(page->out, shown);
            printed = column + width;
        }
        column += width;
    }
    while (page->out->len && page->out->ptr[page->out->len - 1] == ' ') page->out->len--;
    if (w->cut_behind) buf_addz(page->out, "...");
}

static unsigned digits(uint32_t n)
{
    unsigned count = 1;
    while (n >= 10) n /= 10, count++;
    return count;
}

static void add_excerpt(const Page *page, Span span)
{
    Str text = source_text(page->sources, span.source);
    if (text.len == 0) return;
    SourcePosition at = source_position(page->sources, span.source, span.start);
    unsigned gutter = digits(at.line);
    size_t start = (span.start < text.len ? span.start : text.len) - at.line_start;
    size_t text_end = span.end < text.len ? span.end : text.len;
    size_t end = text_end > at.line_start + start ? text_end - at.line_start : start;
    bool further = end > at.line_text.len + 2; /* beyond the line's end, a line break not counted */
    if (end > at.line_text.len) end = at.line_text.len;
    if (start > at.line_text.len) start = at.line_text.len;

    size_t room = page->options.width;
    room = room > gutter + 12 ? room - gutter - 12 : room; /* gutter, bar, "..." on both sides */
    Window w = window(page, at.line_text, start, end, room);
    color(page, BLUE);
    spaces(page->out, gutter + 1);
    buf_addz(page->out, "|\n");
    buf_addf(page->out, "%u |", at.line);
    color(page, RESET);
    if (at.line_text.len) buf_addc(page->out, ' ');
    add_line(page, at.line_text, &w);
    buf_addc(page->out, '\n');
    color(page, BLUE);
    spaces(page->out, gutter + 1);
    buf_addc(page->out, '|');
    color(page, RESET);
    spaces(page->out, 1 + (w.cut_before ? 3u : 0u) + w.caret - w.from);
    color(page, severity_color(page->severity));
    for (size_t i = 0; i < w.carets; i++) buf_addc(page->out, '^');
    if (further) buf_addz(page->out, "...");
    color(page, RESET);
    buf_addc(page->out, '\n');
}

static void add_note(const Page *page, const DiagNote *note)
{
    buf_addz(page->out, "  ");
    color(page, BLUE);
    buf_addz(page->out, "note:");
    color(page, RESET);
    buf_addc(page->out, ' ');
    add_text(page, note->message, "    ");
    if (note->span.source) {
        buf_addz(page->out, " (");
        add_place(page, note->span);
        buf_addc(page->out, ')');
    }
    buf_addc(page->out, '\n');
}

static void add_notes(const Page *page, const Diag *diag)
{
    size_t hidden = diag->note_count > NOTES_SHOWN ? diag->note_count - NOTES_SHOWN : 0;
    size_t first_hidden = NOTES_SHOWN - 4;
    for (size_t i = 0; i < diag->note_count; i++) {
        if (hidden && i == first_hidden) {
            buf_addf(page->out, "  ... and %zu more ...\n", hidden);
            i += hidden;
        }
        add_note(page, &diag->notes[i]);
    }
}

void diag_render_person(Buf *out, const SourceTable *sources, const Diag *diag, const DiagRenderOptions *options)
{
    Page page = {.out = out, .sources = sources, .options = *options, .severity = diag->severity};
    if (page.options.width == 0) page.options.width = DEFAULT_WIDTH;
    if (page.options.width < LEAST_WIDTH) page.options.width = LEAST_WIDTH;

    color(&page, severity_color(diag->severity));
    buf_addf(out, "%s[%s]:", diag_severity_word(diag->severity), diag_code_word(diag->code));
    color(&page, RESET);
    buf_addc(out, ' ');
    color(&page, BOLD);
    add_text(&page, diag->message, "  ");
    color(&page, RESET);
    buf_addc(out, '\n');
    if (diag->span.source) {
        buf_addz(out, "  ");
        color(&page, BLUE);
        buf_addz(out, "-->");
        color(&page, RESET);
        buf_addc(out, ' ');
        add_place(&page, diag->span);
        buf_addc(out, '\n');
        add_excerpt(&page, diag->span);
    }
    add_notes(&page, diag);
    if (diag->hint.len) {
        buf_addz(out, "  ");
        color(&page, CYAN);
        buf_addz(out, "help:");
        color(&page, RESET);
        buf_addc(out, ' ');
        add_text(&page, diag->hint, "    ");
        buf_addc(out, '\n');
    }
}

Str diag_place(Arena *arena, const SourceTable *sources, Span span)
{
    if (!span.source) return STR_EMPTY;
    Str path = source_path(sources, span.source);
    if (source_text(sources, span.source).len == 0) return str_dup(arena, path);
    SourcePosition at = source_position(sources, span.source, span.start);
    return str_fmt(arena, "%.*s:%u:%u", STR_ARG(path), at.line, at.column);
}

/* ---- JSON ---- */

static void add_json_place(JsonWriter *json, const SourceTable *sources, Span span)
{
    if (!span.source) {
        static const char *const keys[] = {"file", "line", "column", "end_line", "end_column", "source"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) jw_key_null(json, keys[i]);
        return;
    }
    SourcePosition start = source_position(sources, span.source, span.start);
    SourcePosition end = source_position(sources, span.source, span.end > span.start ? span.end : span.start);
    jw_key_str(json, "file", source_path(sources, span.source));
    jw_key_int(json, "line", start.line);
    jw_key_int(json, "column", start.column);
    jw_key_int(json, "end_line", end.line);
    jw_key_int(json, "end_column", end.column);
    /* The line that a person sees above the carets. Of a file without lines it would be all of it. */
    enum { LONGEST_LINE = 2000 };
    jw_key_str_or_null(json, "source", start.line_text.len > LONGEST_LINE ? STR_EMPTY : start.line_text);
}

void diag_render_json(JsonWriter *json, const SourceTable *sources, const Diag *diag)
{
    jw_object(json);
    jw_key_str(json, "code", str_from(diag_code_word(diag->code)));
    jw_key_str(json, "severity", str_from(diag_severity_word(diag->severity)));
    jw_key_str(json, "message", diag->message);
    add_json_place(json, sources, diag->span);
    jw_key_str_or_null(json, "hint", diag->hint);
    jw_key_str_or_null(json, "node", diag->node);
    jw_key_array(json, "notes");
    for (size_t i = 0; i < diag->note_count; i++) {
        jw_object(json);
        jw_key_str(json, "message", diag->notes[i].message);
        add_json_place(json, sources, diag->notes[i].span);
        jw_object_end(json);
    }
    jw_array_end(json);
    jw_object_end(json);
}
