/* The floor under a seed: a plain loop of prepared inserts with cdbt's pragmas, for the file that bench/seed makes. It knows the
 * types of the columns and checks nothing. Usage: insert_loop FILE.csv DATABASE */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6 };

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) exit(1);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) exit(1);
    text[size] = '\0';
    fclose(file);
    return text;
}

/* One cell; quotes are undone where it stands. */
static char *take(char *at, char **cell, int *length)
{
    if (*at == '"') {
        char *to = ++at;
        *cell = at;
        for (; *at && (*at != '"' || at[1] == '"'); *to++ = *at++) at += *at == '"';
        *length = (int)(to - *cell);
        at++;
    } else {
        *cell = at;
        while (*at && *at != ',' && *at != '\n') at++;
        *length = (int)(at - *cell);
    }
    return *at ? at + 1 : at;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    char *text = read_file(argv[1]), *at = strchr(text, '\n') + 1;
    sqlite3 *database;
    sqlite3_stmt *insert;
    if (sqlite3_open(argv[2], &database)) return 1;
    sqlite3_exec(database,
                 "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -65536;"
                 "begin immediate;"
                 "create table numbers (id INT, name TEXT, amount REAL, day TEXT, active INT, note TEXT)",
                 NULL, NULL, NULL);
    if (sqlite3_prepare_v2(database, "insert into numbers values (?, ?, ?, ?, ?, ?)", -1, &insert, NULL)) return 1;
    while (*at) {
        for (int c = 0; c < COLUMNS; c++) {
            char *cell;
            int length;
            at = take(at, &cell, &length);
            if (!length)
                sqlite3_bind_null(insert, c + 1);
            else if (c == 0)
                sqlite3_bind_int64(insert, c + 1, strtoll(cell, NULL, 10));
            else if (c == 2)
                sqlite3_bind_double(insert, c + 1, strtod(cell, NULL));
            else if (c == 4)
                sqlite3_bind_int64(insert, c + 1, *cell == 't');
            else
                sqlite3_bind_text(insert, c + 1, cell, length, SQLITE_STATIC);
        }
        if (sqlite3_step(insert) != SQLITE_DONE) return 1;
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    int failed = sqlite3_exec(database, "commit", NULL, NULL, NULL);
    sqlite3_close(database);
    free(text);
    return failed;
}
