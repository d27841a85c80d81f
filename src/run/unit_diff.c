/* The difference between the rows that a model gives and those that are expected, for people to read.
 *
 * Rows have no order. Equal ones are paired off first; of the rest, each expected row is shown above the actual row that is
 * most like it, with a mark below each cell that differs. */
#include "base/utf8.h"
#include "run/internal.h"
#include "template/decimal.h"

enum {
    MOST_SHOWN = 20, /* rows that differ; the rest is counted */
    MOST_COMPARED = 400, /* rows left over on each side that are compared with each other */
    WIDEST = 40, /* of a cell, in columns of the terminal */
};

typedef struct DiffRow {
    Value *cells;
    bool expected, paired;
} DiffRow;

typedef struct Diff {
    Arena *arena;
    Str *names;
    size_t columns;
    DiffRow *rows; /* sorted */
    size_t count;
} Diff;

/* ---- cells ---- */

static bool is_number(Value v)
{
    return v.kind == V_INT || v.kind == V_FLOAT || v.kind == V_BOOL || value_as_decimal(v);
}

static double as_real(Value v)
{
    if (value_as_decimal(v)) return decimal_to_double(value_as_decimal(v));
    return v.kind == V_FLOAT ? v.u.real : v.kind == V_BOOL ? v.u.boolean : (double)v.u.integer;
}

/* Numbers by their value, everything else by its text; text and number are equal if they print alike. */
static int compare_cells(Arena *arena, Value a, Value b)
{
    bool none_a = a.kind == V_NONE || a.kind == V_UNDEFINED, none_b = b.kind == V_NONE || b.kind == V_UNDEFINED;
    if (none_a || none_b) return (int)none_b - (int)none_a;
    if (a.kind == V_INT && b.kind == V_INT) return (a.u.integer > b.u.integer) - (a.u.integer < b.u.integer);
    if (is_number(a) && is_number(b)) return (as_real(a) > as_real(b)) - (as_real(a) < as_real(b));
    ArenaMark mark = arena_mark(arena);
    int order = str_cmp(value_to_str(arena, a), value_to_str(arena, b));
    arena_rewind(arena, mark);
    return order;
}

/* Text that would not be seen, or taken for something else, stands in quotes. */
static Str cell_text(Arena *arena, Value v)
{
    if (v.kind == V_NONE || v.kind == V_UNDEFINED) return STR("null");
    Str text = value_to_str(arena, v);
    if (v.kind != V_STR) return text;
    bool odd = !text.len || str_trim(text).len != text.len || str_eq(text, STR("null"));
    for (size_t i = 0; i < text.len; i++) odd = odd || (unsigned char)text.ptr[i] < ' ';
    if (odd) {
        Buf out;
        buf_init(&out, arena);
        value_repr(v, &out);
        text = buf_str(&out);
    }
    if (utf8_width(text) > WIDEST) text = str_fmt(arena, "%.*s...", (int)utf8_index(text, WIDEST - 3), text.ptr);
    return text;
}

static int compare_rows(const Diff *diff, const DiffRow *a, const DiffRow *b)
{
    for (size_t c = 0; c < diff->columns; c++) {
        int order = compare_cells(diff->arena, a->cells[c], b->cells[c]);
        if (order) return order;
    }
    return 0;
}

/* By merging: qsort's comparison has no room for the columns. */
static void sort_rows(Diff *diff, DiffRow *rows, size_t count, DiffRow *room)
{
    if (count < 2) return;
    size_t half = count / 2, a = 0, b = half, n = 0;
    sort_rows(diff, rows, half, room);
    sort_rows(diff, rows + half, count - half, room);
    while (a < half && b < count) room[n++] = compare_rows(diff, &rows[b], &rows[a]) < 0 ? rows[b++] : rows[a++];
    while (a < half) room[n++] = rows[a++];
    while (b < count) room[n++] = rows[b++];
    for (size_t i = 0; i < count; i++) rows[i] = room[i];
}

/* ---- reading and pairing ---- */

static bool read_table(Diff *diff, Value table)
{
    size_t columns, count = value_table_size(table, &columns), mark = columns;
    for (size_t c = 0; c < columns; c++)
        if (str_eq_nocase(value_table_column(table, c), STR("actual_or_expected"))) mark = c;
    if (mark == columns) return false;
    diff->names = ARENA_ARRAY(diff->arena, Str, columns);
    diff->rows = ARENA_ARRAY(diff->arena, DiffRow, count + 1);
    diff->count = count;
    for (size_t c = 0; c < columns; c++)
        if (c != mark) diff->names[diff->columns++] = value_table_column(table, c);
    for (size_t r = 0; r < count; r++) {
        DiffRow *row = &diff->rows[r];
        Value which = value_table_cell(table, r, mark);
        row->expected = value_is_str(which, STR("expected"));
        row->cells = ARENA_ARRAY(diff->arena, Value, columns);
        for (size_t c = 0, n = 0; c < columns; c++)
            if (c != mark) row->cells[n++] = value_table_cell(table, r, c);
    }
    return true;
}

/* Sorted, equal rows stand together: as many as both sides have are paired off. Gives how many rows each side has. */
static size_t pair_equal(Diff *diff)
{
    size_t pairs = 0;
    for (size_t from = 0, to; from < diff->count; from = to) {
        size_t sides[2] = {0, 0};
        for (to = from; to < diff->count && compare_rows(diff, &diff->rows[from], &diff->rows[to]) == 0; to++)
            sides[diff->rows[to].expected]++;
        size_t both = sides[0] < sides[1] ? sides[0] : sides[1], left[2] = {both, both};
        for (size_t i = from; i < to; i++) {
            size_t side = diff->rows[i].expected;
            if (left[side]) left[side]--, diff->rows[i].paired = true;
        }
        pairs += both;
    }
    return pairs;
}

typedef struct DiffPair {
    const DiffRow *expected, *actual; /* one of them may be NULL */
} DiffPair;

static size_t equal_cells(const Diff *diff, const DiffRow *a, const DiffRow *b)
{
    size_t n = 0;
    for (size_t c = 0; c < diff->columns; c++) n += compare_cells(diff->arena, a->cells[c], b->cells[c]) == 0;
    return n;
}

/* Enough in common to be one row that went wrong: half of the cells, or the first one, which mostly is the key. */
static bool alike(const Diff *diff, const DiffRow *a, const DiffRow *b, size_t equal)
{
    bool key = a->cells[0].kind != V_NONE && compare_cells(diff->arena, a->cells[0], b->cells[0]) == 0;
    return key || equal * 2 >= diff->columns;
}

/* Of what is left: the best pair first. */
static size_t pair_alike(Diff *diff, DiffPair *pairs)
{
    DiffRow **sides[2];
    size_t n[2] = {0, 0}, count = 0;
    for (size_t s = 0; s < 2; s++) {
        sides[s] = ARENA_ARRAY(diff->arena, DiffRow *, diff->count + 1);
        for (size_t i = 0; i < diff->count; i++)
            if (!diff->rows[i].paired && diff->rows[i].expected == (s == 1)) sides[s][n[s]++] = &diff->rows[i];
    }
    for (size_t wanted = diff->columns; wanted > 0 && n[0] <= MOST_COMPARED && n[1] <= MOST_COMPARED; wanted--)
        for (size_t e = 0; e < n[1]; e++)
            for (size_t a = 0; a < n[0] && !sides[1][e]->paired; a++) {
                if (sides[0][a]->paired || equal_cells(diff, sides[1][e], sides[0][a]) != wanted ||
                    !alike(diff, sides[1][e], sides[0][a], wanted))
                    continue;
                sides[1][e]->paired = sides[0][a]->paired = true;
                pairs[count++] = (DiffPair){sides[1][e], sides[0][a]};
            }
    if (n[0] == 1 && n[1] == 1 && !count) { /* one row against one: they belong together whatever is in them */
        sides[0][0]->paired = sides[1][0]->paired = true;
        pairs[count++] = (DiffPair){sides[1][0], sides[0][0]};
    }
    for (size_t s = 2; s-- > 0;)
        for (size_t i = 0; i < n[s]; i++)
            if (!sides[s][i]->paired)
                pairs[count++] = s ? (DiffPair){sides[s][i], NULL} : (DiffPair){NULL, sides[s][i]};
    return count;
}

/* ---- printing ---- */

static void pad(Buf *out, Str text, size_t width)
{
    buf_add(out, text);
    for (size_t i = utf8_width(text); i < width; i++) buf_addc(out, ' ');
}

static void print_line(Buf *out, const Diff *diff, const size_t *widths, Str head, const Str *cells)
{
    size_t from = out->len;
    buf_addz(out, "  ");
    pad(out, head, 8);
    for (size_t c = 0; c < diff->columns; c++) {
        buf_addz(out, "  ");
        pad(out, cells[c], widths[c]);
    }
    while (out->len > from && out->ptr[out->len - 1] == ' ') out->len--;
    buf_addc(out, '\n');
}

static const Str *texts_of(const Diff *diff, const DiffRow *row, size_t *widths)
{
    Str *texts = ARENA_ARRAY(diff->arena, Str, diff->columns + 1);
    for (size_t c = 0; c < diff->columns; c++) {
        texts[c] = cell_text(diff->arena, row->cells[c]);
        if (utf8_width(texts[c]) > widths[c]) widths[c] = utf8_width(texts[c]);
    }
    return texts;
}

static const Str *marks_of(const Diff *diff, const DiffPair *pair, const Str *expected, const Str *actual)
{
    Str *marks = ARENA_ARRAY(diff->arena, Str, diff->columns + 1);
    for (size_t c = 0; c < diff->columns; c++) {
        marks[c] = STR_EMPTY;
        if (compare_cells(diff->arena, pair->expected->cells[c], pair->actual->cells[c]) == 0) continue;
        size_t a = utf8_width(expected[c]), b = utf8_width(actual[c]);
        Buf mark;
        buf_init(&mark, diff->arena);
        for (size_t i = 0; i < (a > b ? a : b); i++) buf_addc(&mark, '^');
        marks[c] = buf_str(&mark);
    }
    return marks;
}

static void print_pairs(Buf *out, const Diff *diff, const DiffPair *pairs, size_t count)
{
    size_t shown = count < MOST_SHOWN ? count : MOST_SHOWN;
    size_t *widths = ARENA_ARRAY(diff->arena, size_t, diff->columns + 1);
    const Str **texts[2];
    for (size_t c = 0; c < diff->columns; c++) widths[c] = utf8_width(diff->names[c]);
    for (size_t s = 0; s < 2; s++) {
        texts[s] = ARENA_ARRAY(diff->arena, const Str *, shown + 1);
        for (size_t i = 0; i < shown; i++) {
            const DiffRow *row = s ? pairs[i].expected : pairs[i].actual;
            if (row) texts[s][i] = texts_of(diff, row, widths);
        }
    }
    print_line(out, diff, widths, STR_EMPTY, diff->names);
    for (size_t i = 0; i < shown; i++) {
        if (!pairs[i].actual) {
            print_line(out, diff, widths, STR("missing"), texts[1][i]);
        } else if (!pairs[i].expected) {
            print_line(out, diff, widths, STR("surplus"), texts[0][i]);
        } else {
            print_line(out, diff, widths, STR("expected"), texts[1][i]);
            print_line(out, diff, widths, STR("actual"), texts[0][i]);
            print_line(out, diff, widths, STR_EMPTY, marks_of(diff, &pairs[i], texts[1][i], texts[0][i]));
        }
    }
    if (count > shown) buf_addf(out, "  ... and %zu more rows that differ\n", count - shown);
}

Str unit_diff(Arena *arena, Value table)
{
    Arena *scratch = arena_new();
    Diff diff = {.arena = scratch};
    Str text = STR_EMPTY;
    if (read_table(&diff, table)) {
        sort_rows(&diff, diff.rows, diff.count, ARENA_ARRAY(scratch, DiffRow, diff.count + 1));
        size_t equal = pair_equal(&diff);
        DiffPair *pairs = ARENA_ARRAY(scratch, DiffPair, diff.count + 1);
        size_t count = pair_alike(&diff, pairs);
        if (count) {
            Buf out;
            buf_init(&out, arena);
            buf_addf(&out, "actual differs from expected: %zu row%s, %zu %s as expected\n\n", count,
                     count == 1 ? "" : "s", equal, equal == 1 ? "is" : "are");
            print_pairs(&out, &diff, pairs, count);
            text = str_trim_right(buf_str(&out));
        }
    }
    arena_free(scratch);
    return text;
}
