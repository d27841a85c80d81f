/* The CSV reader and the types of columns. What dbt does was tried with dbt 1.10 (agate_helper.from_csv). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/csv_types.h"

#include <stdlib.h>
#include <string.h>

/* Header and rows as text: cells in brackets, rows on lines, an error with its byte offset at the end. */
static const char *read_all(Arena *arena, Str text, char delimiter)
{
    CsvReader reader;
    Buf out;
    buf_init(&out, arena);
    bool ok = csv_open(&reader, arena, text, delimiter);
    if (ok)
        for (size_t i = 0; i < reader.column_count; i++) buf_addf(&out, "[%.*s]", STR_ARG(reader.header[i]));
    while (ok && csv_next(&reader)) {
        buf_addz(&out, reader.blank ? "\nblank" : "\n");
        for (size_t i = 0; i < reader.column_count; i++) buf_addf(&out, "[%.*s]", STR_ARG(reader.cells[i]));
    }
    if (reader.error.len) buf_addf(&out, "\n%zu: %.*s", reader.error_at, STR_ARG(reader.error));
    csv_close(&reader);
    return buf_str(&out).ptr;
}

/* The same from text that comes in pieces of `size` bytes. */
static const char *read_pieces(Arena *arena, Str text, size_t size)
{
    CsvReader reader;
    Buf out;
    buf_init(&out, arena);
    csv_init(&reader, arena, ',');
    size_t base = 0, have = 0;
    bool header = false, begun = false;
    for (;; begun = true) {
        if (header && csv_next(&reader)) {
            buf_addz(&out, reader.blank ? "\nblank" : "\n");
            for (size_t i = 0; i < reader.column_count; i++) buf_addf(&out, "[%.*s]", STR_ARG(reader.cells[i]));
            continue;
        }
        if (!header && begun && (header = csv_header(&reader))) {
            for (size_t i = 0; i < reader.column_count; i++) buf_addf(&out, "[%.*s]", STR_ARG(reader.header[i]));
            continue;
        }
        if (begun && !reader.more) break;
        base += reader.at;
        have = have + size < text.len ? have + size : text.len;
        csv_more(&reader, str_slice(text, base, have), have < text.len);
    }
    if (reader.error.len) buf_addf(&out, "\n%zu: %.*s", base + reader.error_at, STR_ARG(reader.error));
    csv_close(&reader);
    return buf_str(&out).ptr;
}

#define assert_csv(text, expected)                                                                                     \
    do {                                                                                                               \
        Arena *arena_ = arena_new();                                                                                   \
        assert_string_equal(read_all(arena_, STR(text), ','), expected);                                               \
        bool checked_ = !strstr(expected, "UTF-8") && !strstr(expected, "NUL"); /* by whoever has the pieces */        \
        for (size_t size_ = 1; checked_ && size_ <= sizeof(text); size_++)                                             \
            assert_string_equal(read_pieces(arena_, STR(text), size_), expected);                                      \
        arena_free(arena_);                                                                                            \
    } while (0)

static void rows_and_cells(void **state)
{
    (void)state;
    assert_csv("a,b\n1,2\n3,4", "[a][b]\n[1][2]\n[3][4]");
    assert_csv("a,b\n1,\n,\n", "[a][b]\n[1][]\n[][]");
    assert_csv("a\n", "[a]");
    assert_csv("a", "[a]");
    assert_csv(" a ,b\n x , y\n", "[ a ][b]\n[ x ][ y]");
    assert_csv("a,b\r\n1,2\r\n3,4\r\n", "[a][b]\n[1][2]\n[3][4]");
    assert_csv("a,b\r1,2\r", "[a][b]\n[1][2]");
    assert_csv("\xEF\xBB\xBF"
               "a,b\n1,2\n",
               "[a][b]\n[1][2]");
    assert_csv("\xEF\xBB\xBF"
               "\"a\",b\n1,2\n",
               "[a][b]\n[1][2]");
    assert_csv("\xEF\xBB\xBF\xEF\xBB\xBF"
               "a,b\n1,2\n",
               "[\xEF\xBB\xBF"
               "a][b]\n[1][2]");
}

static void quotes(void **state)
{
    (void)state;
    assert_csv("a,b\n\"x,y\",\"line\nline\"\n", "[a][b]\n[x,y][line\nline]");
    assert_csv("a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", "[a][b]\n[say \"hi\"][\"]");
    assert_csv("a,b\n\"\",\"\"\"\"\"\"\n", "[a][b]\n[][\"\"]");
    assert_csv("a,b\n\"x\r\ny\",z\r\n", "[a][b]\n[x\r\ny][z]");
    /* Inside an unquoted cell a quote is a character, as Python has it. */
    assert_csv("a,b\n5\" nail,it \"is\"\n", "[a][b]\n[5\" nail][it \"is\"]");
    assert_csv("a\n\"last\"", "[a]\n[last]");
}

static void blank_lines_are_rows_of_nulls(void **state)
{
    (void)state;
    assert_csv("a,b\n1,2\n\n3,4\n\n", "[a][b]\n[1][2]\nblank[][]\n[3][4]\nblank[][]");
    assert_csv("a\r\n\r\n1\r\n", "[a]\nblank[]\n[1]");
}

static void other_delimiters(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    assert_string_equal(read_all(arena, STR("a;b\n1,5;\"x;y\"\n"), ';'), "[a][b]\n[1,5][x;y]");
    assert_string_equal(read_all(arena, STR("a\tb\n1\t\n"), '\t'), "[a][b]\n[1][]");
    assert_string_equal(read_all(arena, STR("a|b\n1|2\n"), '|'), "[a][b]\n[1][2]");
    arena_free(arena);
}

static void what_is_refused(void **state)
{
    (void)state;
    assert_csv("", "\n0: the file is empty: a header with the names of the columns is missing");
    assert_csv("a,b\n1,2\n3\n4,5\n", "[a][b]\n[1][2]\n8: this row has 1 cell, the header has 2");
    assert_csv("a,b\n1,2,3\n", "[a][b]\n4: this row has 3 cells, the header has 2");
    assert_csv("a,b\n1,2,\n", "[a][b]\n4: this row has 3 cells, the header has 2");
    assert_csv("a,b\n\"x\"y,2\n",
               "[a][b]\n7: text follows the closing quote of a cell (a quote inside a quoted cell is written twice)");
    assert_csv("a,b\n1,\"open\n3,4\n", "[a][b]\n6: this quote is never closed");
    assert_csv("a,,c\n", "\n2: column 2 has no name");
    assert_csv("a,b,\n", "\n4: column 3 has no name");
    assert_csv("\n1\n", "\n0: column 1 has no name");
    assert_csv("id,b,ID\n", "\n5: two columns are named 'ID'");
    assert_csv("a\n\xE9t\xE9\n", "\n2: the file is not UTF-8 text");
    assert_csv("a\nx\0y\n", "\n3: the file holds a NUL byte: it is not a CSV file");
}

static void rows_can_be_read_twice(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    CsvReader reader;
    assert_true(csv_open(&reader, arena, STR("\"a\n\"\"x\",b\n1,\"2\"\"\"\n3,4\n"), ','));
    for (int round = 0; round < 2; round++) {
        assert_true(csv_next(&reader));
        assert_true(str_eq(reader.cells[1], STR("2\"")));
        assert_int_equal(reader.row_at, 10);
        assert_int_equal(reader.starts[1], 12);
        assert_true(csv_next(&reader));
        assert_int_equal(reader.row, 2);
        assert_false(csv_next(&reader));
        csv_rewind(&reader);
    }
    csv_close(&reader);
    arena_free(arena);
}

/* ---- types ---- */

static CsvType guess(const char *values)
{
    CsvGuess g;
    csv_guess_init(&g);
    Str rest = str_from(values), value;
    while (str_split_next(&rest, '|', &value)) csv_guess_feed(&g, value);
    return csv_guess_type(&g);
}

static void guessed_types(void **state)
{
    (void)state;
    static const struct {
        const char *values;
        CsvType type;
    } cases[] = {
        {"1|2|-3|0", CSV_INTEGER},
        {"1||null|NULL| ", CSV_INTEGER},
        {" 1 |2", CSV_INTEGER},
        {"9223372036854775807|-9223372036854775808", CSV_INTEGER},
        {"|", CSV_INTEGER},
        {"1.5|2", CSV_NUMBER},
        {"1.50|2.00", CSV_NUMBER},
        {".5|-0.25|0.1", CSV_NUMBER},
        {"1.5e-10", CSV_NUMBER},
        {"0.1234567890123456", CSV_NUMBER},
        {"2020-01-05|2020-1-5", CSV_DATE},
        {"2020-02-29", CSV_DATE},
        {"2020-01-05 10:00:00|2020-01-05 1:0:0", CSV_TIMESTAMP},
        {"2020-01-05T10:00:00Z|2020-01-05T10:00:00.123+02:00|2020-01-05T10", CSV_TIMESTAMP},
        {"true|False|TRUE|", CSV_BOOLEAN},
        /* What would lose something is text. */
        {"007|8", CSV_TEXT},
        {"1|2|00", CSV_TEXT},
        {"-0", CSV_TEXT},
        {"+49", CSV_TEXT},
        {"1,000", CSV_TEXT},
        {"$5", CSV_TEXT},
        {"50%", CSV_TEXT},
        {"NaN|1", CSV_TEXT},
        {"Infinity", CSV_TEXT},
        {"1e5", CSV_TEXT},
        {"5.", CSV_TEXT},
        {"0x10", CSV_TEXT},
        {"9223372036854775808", CSV_TEXT},
        {"00.5", CSV_TEXT},
        {"0.12345678901234567891", CSV_TEXT},
        {"9007199254740993|0.5", CSV_TEXT},
        {"1.5e999", CSV_TEXT},
        /* What is none of them is text. */
        {"2021-02-29", CSV_TEXT},
        {"0000-01-01", CSV_TEXT},
        {"2020-01-05|2020-01-05 10:00:00", CSV_TEXT},
        {"2020-01-05 10:00:00|2020-01-05T10:00:00", CSV_TEXT},
        {"2020-01-05 10:00:00.5", CSV_TEXT},
        {"2020-01-05T10:00:00.1234567", CSV_TEXT},
        {"2020-01-05 25:00:00", CSV_TEXT},
        {"true|1", CSV_TEXT},
        {"yes|no", CSV_TEXT},
        {"1|x", CSV_TEXT},
        {"2020-01-05|1", CSV_TEXT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (guess(cases[i].values) != cases[i].type)
            fail_msg("%s is %s, not %s", cases[i].values, csv_type_word(guess(cases[i].values)),
                     csv_type_word(cases[i].type));
}

static void values(void **state)
{
    (void)state;
    CsvValue v;
    assert_true(csv_value(CSV_INTEGER, STR(" -12 "), &v));
    assert_int_equal(v.kind, CSV_VALUE_INTEGER);
    assert_int_equal(v.integer, -12);
    assert_false(csv_value(CSV_INTEGER, STR("1.5"), &v));
    assert_true(csv_value(CSV_NUMBER, STR("1.50"), &v));
    assert_true(v.kind == CSV_VALUE_REAL && v.real == 1.5);
    assert_true(csv_value(CSV_NUMBER, STR("0.1234567890123456"), &v));
    assert_true(v.real == 0.1234567890123456);
    /* The fast way and strtod agree. */
    static const char *const numbers[] = {"0.1",      "-0.3", "123456.789", "99999999999999.9", "1.5e22", "-2.5e-20",
                                          "0.000123", "0",    "7"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_true(csv_value(CSV_NUMBER, str_from(numbers[i]), &v));
        assert_true(v.real == strtod(numbers[i], NULL));
    }
    assert_true(csv_value(CSV_BOOLEAN, STR("TRUE"), &v));
    assert_int_equal(v.integer, 1);
    assert_true(csv_value(CSV_TEXT, STR("  y "), &v));
    assert_true(v.kind == CSV_VALUE_TEXT && str_eq(v.text, STR("  y ")));
    assert_true(csv_value(CSV_TEXT, STR("Null"), &v));
    assert_int_equal(v.kind, CSV_VALUE_NULL);
    assert_true(csv_value(CSV_TEXT, STR("nullable"), &v));
    assert_int_equal(v.kind, CSV_VALUE_TEXT);
    static const struct {
        CsvType type;
        const char *cell, *text;
    } times[] = {
        {CSV_DATE, "2020-1-5", "2020-01-05"},
        {CSV_DATE, "2020-01-05", "2020-01-05"},
        {CSV_TIMESTAMP, "2020-01-05 1:02:3", "2020-01-05 01:02:03"},
        {CSV_TIMESTAMP, "2020-01-05  1:02:03", "2020-01-05 01:02:03"},
        {CSV_TIMESTAMP, "2020-01-05 10:00:00", "2020-01-05 10:00:00"},
        {CSV_TIMESTAMP, "2020-01-05T10:00:00.000Z", "2020-01-05 10:00:00+00:00"},
        {CSV_TIMESTAMP, "2020-01-05T10:00:00.123", "2020-01-05 10:00:00.123000"},
        {CSV_TIMESTAMP, "2020-01-05T10:00-05", "2020-01-05 10:00:00-05:00"},
        {CSV_TIMESTAMP, "2020-01-05T10:00:01+0530", "2020-01-05 10:00:01+05:30"},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        assert_true(csv_value(times[i].type, str_from(times[i].cell), &v));
        assert_int_equal(v.kind, CSV_VALUE_TEXT);
        assert_true(str_eq(v.text, str_from(times[i].text)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_cells),
        cmocka_unit_test(quotes),
        cmocka_unit_test(blank_lines_are_rows_of_nulls),
        cmocka_unit_test(other_delimiters),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(rows_can_be_read_twice),
        cmocka_unit_test(guessed_types),
        cmocka_unit_test(values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
