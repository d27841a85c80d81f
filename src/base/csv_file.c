#include "base/csv_file.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 18 };

/* Whole lines are checked: a line feed is never a part of a longer character. */
static bool check_text(CsvFile *file)
{
    size_t to = file->len;
    if (!file->ended) {
        while (to > file->checked && file->buffer[to - 1] != '\n') to--;
    }
    if (to <= file->checked) return true;
    Str fresh = str_n(file->buffer + file->checked, to - file->checked);
    size_t bad = utf8_bad(fresh), nul = str_find_char(fresh, '\0', 0);
    if (bad == STR_NPOS && nul == STR_NPOS) {
        file->checked = to;
        return true;
    }
    file->reader.error =
        bad != STR_NPOS ? STR("the file is not UTF-8 text") : STR("the file holds a NUL byte: it is not a CSV file");
    file->reader.error_at = file->checked + (bad != STR_NPOS ? bad : nul);
    return false;
}

/* Drops what was read and reads on. False after an error. */
static bool refill(CsvFile *file)
{
    size_t done = file->reader.at;
    if (file->len > done)
        memmove(file->buffer, file->buffer + done, file->len - done); /* there is no buffer at first */
    file->base += done;
    file->len -= done;
    file->checked = file->checked > done ? file->checked - done : 0;
    if (file->cap - file->len < BLOCK) {
        file->cap = file->cap ? file->cap * 2 : 2 * BLOCK;
        file->buffer = mem_realloc(file->buffer, file->cap);
    }
    ssize_t got;
    do got = pread(file->fd, file->buffer + file->len, file->cap - file->len, (off_t)(file->base + file->len));
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        file->error = file_error(file->arena, errno);
        return false;
    }
    file->ended = got == 0;
    file->len += (size_t)got;
    csv_more(&file->reader, str_n(file->buffer, file->len), !file->ended);
    return check_text(file);
}

bool csv_file_open(CsvFile *file, Arena *arena, const char *path, char delimiter)
{
    *file = (CsvFile){.arena = arena, .end = UINT64_MAX, .error = STR_EMPTY};
    csv_init(&file->reader, arena, delimiter);
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0) {
        file->error = file_error(arena, errno);
        return false;
    }
    do {
        if (!refill(file)) return false;
    } while (!csv_header(&file->reader) && file->reader.more);
    return !csv_file_failed(file);
}

void csv_file_part(CsvFile *file, uint64_t start, uint64_t end)
{
    file->base = start;
    file->len = file->checked = 0;
    file->end = end;
    file->ended = false;
    file->reader.at = 0;
    csv_more(&file->reader, str_n(file->buffer, 0), true);
}

uint64_t csv_file_cut(const CsvFile *file, uint64_t from)
{
    char block[4096];
    for (;;) {
        ssize_t got = pread(file->fd, block, sizeof block, (off_t)from);
        if (got <= 0) return UINT64_MAX;
        const char *feed = memchr(block, '\n', (size_t)got);
        if (feed) return from + (uint64_t)(feed - block) + 1;
        from += (uint64_t)got;
    }
}

bool csv_file_next(CsvFile *file)
{
    if (csv_file_failed(file)) return false;
    for (;;) {
        if (csv_file_at(file) >= file->end) return false;
        if (csv_next(&file->reader)) return true;
        if (!file->reader.more || !refill(file)) return false;
    }
}

uint64_t csv_file_at(const CsvFile *file)
{
    return file->base + file->reader.at;
}

bool csv_file_failed(const CsvFile *file)
{
    return file->error.len || file->reader.error.len;
}

void csv_file_close(CsvFile *file)
{
    csv_close(&file->reader);
    if (file->fd >= 0) close(file->fd);
    mem_free(file->buffer);
    file->fd = -1;
    file->buffer = NULL;
}
