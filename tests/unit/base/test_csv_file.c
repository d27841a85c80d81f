/* CSV from a file, block by block: the same rows as from memory, in one piece and in parts. */
#include "support/check.h"

#include "base/csv_file.h"
#include "base/file.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 60000 };

static char path[] = "/tmp/cdbt_csv_XXXXXX";

static Str make_file(Arena *arena, bool feeds_inside)
{
    Buf out;
    buf_init(&out, arena);
    buf_addz(&out, "id,text\n");
    for (int i = 0; i < ROWS; i++)
        if (feeds_inside)
            buf_addf(&out, "%d,\"line\nof \"\"%d\"\"\"\r\n", i, i);
        else
            buf_addf(&out, "%d,\"text, %d\"\n", i, i * 7);
    Str error, text = buf_str(&out);
    assert_true(file_write_aside(arena, path, text, 0, &error));
    return text;
}

static void same_rows(CsvFile *file, CsvReader *memory)
{
    while (csv_file_next(file)) {
        assert_true(csv_next(memory));
        for (size_t c = 0; c < 2; c++) assert_true(str_eq(file->reader.cells[c], memory->cells[c]));
    }
    assert_false(csv_file_failed(file));
}

static void blocks_give_the_same_rows(void **state)
{
    (void)state;
    for (int inside = 0; inside < 2; inside++) {
        Arena *arena = arena_new();
        Str text = make_file(arena, inside);
        assert_true(text.len > (1u << 19)); /* several blocks */
        CsvFile file;
        CsvReader memory;
        assert_true(csv_file_open(&file, arena, path, ','));
        assert_true(csv_open(&memory, arena, text, ','));
        same_rows(&file, &memory);
        assert_false(csv_next(&memory));
        assert_int_equal(memory.row, ROWS);
        assert_int_equal(csv_file_at(&file), text.len);
        assert_true(file.cap < text.len); /* it was not read as a whole */
        csv_file_close(&file);
        csv_close(&memory);
        arena_free(arena);
    }
}

static void parts_meet_where_they_were_cut(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Str text = make_file(arena, false);
    CsvFile file;
    CsvReader memory;
    assert_true(csv_file_open(&file, arena, path, ','));
    assert_true(csv_open(&memory, arena, text, ','));
    uint64_t start = csv_file_at(&file), middle = csv_file_cut(&file, text.len / 2), last = csv_file_cut(&file, middle);
    assert_true(middle > text.len / 2 && middle < text.len);
    const uint64_t cuts[] = {start, middle, last, UINT64_MAX};
    for (size_t i = 0; i < 3; i++) {
        csv_file_part(&file, cuts[i], cuts[i + 1]);
        same_rows(&file, &memory);
        assert_int_equal(csv_file_at(&file), i < 2 ? cuts[i + 1] : text.len);
    }
    assert_false(csv_next(&memory));
    assert_int_equal(csv_file_cut(&file, text.len), UINT64_MAX);
    csv_file_close(&file);
    csv_close(&memory);
    arena_free(arena);
}

static void what_is_wrong_is_found_in_any_block(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Str text = make_file(arena, false), error;
    char *broken = arena_copy(arena, text.ptr, text.len);
    const char bytes[] = {'\xFF', '\0'};
    for (size_t i = 0; i < 2; i++) {
        broken[text.len - 3] = bytes[i];
        assert_true(file_write_aside(arena, path, str_n(broken, text.len), 0, &error));
        CsvFile file;
        assert_true(csv_file_open(&file, arena, path, ','));
        while (csv_file_next(&file)) {}
        assert_true(file.reader.error.len > 0);
        assert_int_equal(file.base + file.reader.error_at, text.len - 3);
        csv_file_close(&file);
    }
    CsvFile file;
    assert_false(csv_file_open(&file, arena, "/nowhere/at/all.csv", ','));
    assert_true(file.error.len > 0);
    csv_file_close(&file);
    arena_free(arena);
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd >= 0) close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_give_the_same_rows),
        cmocka_unit_test(parts_meet_where_they_were_cut),
        cmocka_unit_test(what_is_wrong_is_found_in_any_block),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
