#include "base/csv.h"

#include "base/utf8.h"

#include <string.h>

static bool fail(CsvReader *reader, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool fail(CsvReader *reader, size_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reader->error = str_vfmt(reader->arena, format, args);
    va_end(args);
    reader->error_at = at;
    return false;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* Where the quoted cell that opens at `open` closes: the closing quote, or STR_NPOS. *doubled: it holds "". */
static size_t closing_quote(Str text, size_t open, bool *doubled)
{
    *doubled = false;
    size_t i = open + 1;
    while (i < text.len) {
        const char *quote = memchr(text.ptr + i, '"', text.len - i);
        if (!quote) return STR_NPOS;
        i = (size_t)(quote - text.ptr);
        if (i + 1 >= text.len || text.ptr[i + 1] != '"') return i;
        *doubled = true;
        i += 2;
    }
    return STR_NPOS;
}

static Str unescape(CsvReader *reader, Str inside)
{
    char *copy = arena_alloc(reader->row_arena, inside.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < inside.len; i += inside.ptr[i] == '"' ? 2 : 1) copy[n++] = inside.ptr[i];
    copy[n] = '\0';
    reader->copied = true;
    return str_n(copy, n);
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

/* The row cannot be told from its beginning: it is read again when there is more. */
static bool ask_more(CsvReader *reader)
{
    reader->more = true;
    return false;
}

/* Whether what ends at `at` could go on in the text to come: a cell, or a CR that a LF follows. */
static bool open_end(const CsvReader *reader, size_t at)
{
    if (!reader->partial) return false;
    return at >= reader->text.len || (reader->text.ptr[at] == '\r' && at + 1 == reader->text.len);
}

/* Reads one cell at *at and leaves *at behind it, at a delimiter, an end of line or the end. */
static bool read_cell(CsvReader *reader, size_t *at, Str *cell)
{
    Str text = reader->text;
    size_t start = *at, i = start;
    if (i < text.len && text.ptr[i] == '"') {
        bool doubled;
        size_t close = closing_quote(text, i, &doubled);
        if (close == STR_NPOS && reader->partial) return ask_more(reader);
        if (close == STR_NPOS) return fail(reader, start, "this quote is never closed");
        Str inside = str_slice(text, start + 1, close);
        *cell = doubled ? unescape(reader, inside) : inside;
        *at = close + 1;
        if (*at < text.len && text.ptr[*at] != reader->delimiter && !ends_line(text.ptr[*at]))
            return fail(reader, *at,
                        "text follows the closing quote of a cell (a quote inside a quoted cell is written twice)");
        return true;
    }
    const char *from = text.ptr + i, *end = text.ptr + text.len, delimiter = reader->delimiter;
    while (from < end && *from != delimiter && *from != '\n' && *from != '\r') from++;
    i = (size_t)(from - text.ptr);
    *cell = str_n(text.ptr + start, i - start);
    *at = i;
    return true;
}

/* Moves over the end of a row. */
static size_t after_line(Str text, size_t at)
{
    if (at < text.len && text.ptr[at] == '\r') return at + 1 < text.len && text.ptr[at + 1] == '\n' ? at + 2 : at + 1;
    return at < text.len ? at + 1 : at;
}

bool csv_header(CsvReader *reader)
{
    size_t at = reader->at, cap = 0, n = 0;
    Str *names = NULL;
    size_t *starts = NULL;
    if (at >= reader->text.len && reader->partial) return ask_more(reader);
    if (at >= reader->text.len)
        return fail(reader, at, "the file is empty: a header with the names of the columns is missing");
    for (;;) {
        if (n == cap) {
            size_t more = cap ? cap * 2 : 16;
            names = arena_grow(reader->arena, names, cap * sizeof *names, more * sizeof *names);
            starts = arena_grow(reader->arena, starts, cap * sizeof *starts, more * sizeof *starts);
            cap = more;
        }
        starts[n] = at;
        if (!read_cell(reader, &at, &names[n])) return false;
        names[n] = str_dup(reader->arena, names[n]);
        n++;
        if (open_end(reader, at)) return ask_more(reader);
        if (at >= reader->text.len || ends_line(reader->text.ptr[at])) break;
        at++;
    }
    for (size_t i = 0; i < n; i++) {
        if (str_trim(names[i]).len == 0) return fail(reader, starts[i], "column %zu has no name", i + 1);
        for (size_t j = 0; j < i; j++)
            if (str_eq_nocase(names[i], names[j]))
                return fail(reader, starts[i], "two columns are named '%.*s'", STR_ARG(names[i]));
    }
    reader->header = names;
    reader->column_count = n;
    reader->cells = ARENA_ARRAY(reader->arena, Str, n);
    reader->starts = ARENA_ARRAY(reader->arena, size_t, n);
    reader->at = reader->first_row = after_line(reader->text, at);
    return true;
}

void csv_init(CsvReader *reader, Arena *arena, char delimiter)
{
    *reader = (CsvReader){.text = STR_EMPTY, .delimiter = delimiter, .arena = arena, .error = STR_EMPTY};
    reader->row_arena = arena_new();
}

void csv_more(CsvReader *reader, Str text, bool partial)
{
    reader->text = text;
    reader->at = 0;
    if (!reader->header && !reader->mark_cut) {
        reader->at = text.len - utf8_without_bom(text).len;
        reader->mark_cut = reader->at > 0;
    }
    reader->partial = partial;
    reader->more = false;
}

bool csv_open(CsvReader *reader, Arena *arena, Str text, char delimiter)
{
    csv_init(reader, arena, delimiter);
    csv_more(reader, text, false);
    size_t bad = utf8_bad(text);
    if (bad != STR_NPOS) return fail(reader, bad, "the file is not UTF-8 text");
    bad = str_find_char(text, '\0', 0);
    if (bad != STR_NPOS) return fail(reader, bad, "the file holds a NUL byte: it is not a CSV file");
    return csv_header(reader);
}

void csv_close(CsvReader *reader)
{
    arena_free(reader->row_arena);
    reader->row_arena = NULL;
}

void csv_rewind(CsvReader *reader)
{
    reader->at = reader->first_row;
    reader->row = 0;
    reader->error = STR_EMPTY;
}

static bool ragged(CsvReader *reader, size_t cells)
{
    return fail(reader, reader->row_at, "this row has %zu cell%s, the header has %zu", cells, plural(cells),
                reader->column_count);
}

static bool row_goes_on(CsvReader *reader)
{
    reader->row--;
    return ask_more(reader);
}

bool csv_next(CsvReader *reader)
{
    Str text = reader->text;
    size_t at = reader->at, n = 0, columns = reader->column_count;
    if (reader->error.len) return false;
    if (at >= text.len) return reader->partial && ask_more(reader);
    if (reader->copied) {
        arena_clear(reader->row_arena);
        reader->copied = false;
    }
    reader->row_at = at;
    reader->row++;
    reader->blank = ends_line(text.ptr[at]);
    if (reader->blank && open_end(reader, at)) return row_goes_on(reader);
    if (reader->blank) {
        for (size_t i = 0; i < columns; i++) {
            reader->cells[i] = str_n(text.ptr + at, 0);
            reader->starts[i] = at;
        }
        reader->at = after_line(text, at);
        return true;
    }
    for (;; n++) {
        Str cell;
        size_t start = at;
        if (!read_cell(reader, &at, &cell)) return reader->more && row_goes_on(reader);
        if (n < columns) {
            reader->cells[n] = cell;
            reader->starts[n] = start;
        }
        if (open_end(reader, at)) return row_goes_on(reader);
        if (at >= text.len || ends_line(text.ptr[at])) break;
        at++; /* the delimiter; what follows it is a cell, even at the very end */
    }
    if (n + 1 != columns) return ragged(reader, n + 1);
    reader->at = after_line(text, at);
    return true;
}

void csv_add(Buf *out, Str text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len && !quoted; i++) quoted = memchr(",\"\r\n", text.ptr[i], 4) != NULL;
    if (!quoted) {
        buf_add(out, text);
        return;
    }
    buf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') buf_addc(out, '"');
        buf_addc(out, text.ptr[i]);
    }
    buf_addc(out, '"');
}
