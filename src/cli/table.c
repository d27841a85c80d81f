#include "cli/table.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/utf8.h"
#include "diag/render.h"

#include <math.h>

enum { WIDEST_CELL = 60 };

static void cell_text(Buf *out, const AdapterCell *cell, bool utf8)
{
    char number[32];
    switch (cell->type) {
    case CELL_NULL: return;
    case CELL_INTEGER: buf_addf(out, "%lld", (long long)cell->integer); return;
    case CELL_REAL: buf_add(out, str_n(number, double_repr(cell->real, number))); return;
    case CELL_BLOB: buf_addf(out, "<%zu bytes>", cell->text.len); return;
    case CELL_TEXT: break;
    }
    Buf safe;
    buf_init(&safe, NULL);
    diag_safe_text(&safe, cell->text, utf8);
    for (size_t i = 0; i < safe.len; i++)
        if (safe.ptr[i] == '\n' || safe.ptr[i] == '\t' || safe.ptr[i] == '\r') safe.ptr[i] = ' ';
    Str text = buf_str(&safe);
    if (utf8_width(text) > WIDEST_CELL) {
        buf_add(out, str_slice(text, 0, utf8_index(text, WIDEST_CELL - 3)));
        buf_addz(out, "...");
    } else {
        buf_add(out, text);
    }
    buf_release(&safe);
}

static void pad(Buf *out, Str text, size_t width, bool right)
{
    size_t spaces = width > utf8_width(text) ? width - utf8_width(text) : 0;
    if (!right) buf_add(out, text);
    for (size_t i = 0; i < spaces; i++) buf_addc(out, ' ');
    if (right) buf_add(out, text);
}

void table_text(Buf *out, const RunTable *table, bool utf8)
{
    size_t columns = table->columns.n;
    Arena *arena = arena_new();
    size_t *widths = ARENA_ARRAY(arena, size_t, columns + 1);
    Str *texts = ARENA_ARRAY(arena, Str, columns * (table->row_count + 1) + 1);
    for (size_t c = 0; c < columns; c++) {
        Buf name;
        buf_init(&name, arena);
        diag_safe_text(&name, table->columns.at[c].name, utf8);
        texts[c] = buf_str(&name);
        widths[c] = utf8_width(texts[c]);
    }
    for (size_t r = 0; r < table->row_count; r++)
        for (size_t c = 0; c < columns; c++) {
            Buf text;
            buf_init(&text, arena);
            cell_text(&text, &table->rows[r][c], utf8);
            Str *at = &texts[(r + 1) * columns + c];
            *at = buf_str(&text);
            if (utf8_width(*at) > widths[c]) widths[c] = utf8_width(*at);
        }
    for (size_t r = 0; r <= table->row_count; r++) {
        for (size_t c = 0; c < columns; c++) {
            bool number =
                r > 0 && (table->rows[r - 1][c].type == CELL_INTEGER || table->rows[r - 1][c].type == CELL_REAL);
            buf_addz(out, "| ");
            pad(out, texts[r * columns + c], widths[c], number);
            buf_addc(out, ' ');
        }
        buf_addz(out, "|\n");
        if (r) continue;
        for (size_t c = 0; c < columns; c++) {
            buf_addz(out, "| ");
            for (size_t i = 0; i < widths[c]; i++) buf_addc(out, '-');
            buf_addc(out, ' ');
        }
        buf_addz(out, "|\n");
    }
    arena_free(arena);
}

bool table_form(SpanText word, TableForm *form, DiagSink *sink)
{
    static const struct {
        const char *word;
        TableForm form;
    } forms[] = {{"text", TABLE_TEXT}, {"table", TABLE_TEXT}, {"json", TABLE_JSON}, {"csv", TABLE_CSV}};
    *form = TABLE_TEXT;
    if (!word.text.len) return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (str_eq(word.text, str_from(forms[i].word))) {
            *form = forms[i].form;
            return true;
        }
    diag_add(sink, DIAG_usage, word.span, "--output is table, json or csv here, not '%.*s'", STR_ARG(word.text));
    return false;
}

/* Numbers that the database writes as text. */
static void json_text(JsonWriter *json, Str text, Str type)
{
    double number;
    if (str_starts(type, STR("numeric")) && str_to_double(text, &number) && isfinite(number))
        jw_double(json, number);
    else
        jw_str(json, text);
}

void table_json(JsonWriter *json, const RunTable *table)
{
    jw_array(json);
    for (size_t r = 0; r < table->row_count; r++) {
        jw_object(json);
        for (size_t c = 0; c < table->columns.n; c++) {
            const AdapterCell *cell = &table->rows[r][c];
            jw_key(json, table->columns.at[c].name);
            switch (cell->type) {
            case CELL_NULL: jw_null(json); break;
            case CELL_INTEGER:
                if (str_eq(table->columns.at[c].type, STR("boolean")))
                    jw_bool(json, cell->integer != 0);
                else
                    jw_int(json, cell->integer);
                break;
            case CELL_REAL: jw_double(json, cell->real); break;
            default: json_text(json, cell->text, table->columns.at[c].type);
            }
        }
        jw_object_end(json);
    }
    jw_array_end(json);
}

/* An empty text has quotes: without them it is null. */
static void csv_text(Buf *out, Str text)
{
    if (text.len)
        csv_add(out, text);
    else
        buf_addz(out, "\"\"");
}

void table_csv(Buf *out, const RunTable *table)
{
    for (size_t c = 0; c < table->columns.n; c++) {
        if (c) buf_addc(out, ',');
        csv_text(out, table->columns.at[c].name);
    }
    buf_addc(out, '\n');
    for (size_t r = 0; r < table->row_count; r++) {
        for (size_t c = 0; c < table->columns.n; c++) {
            const AdapterCell *cell = &table->rows[r][c];
            char number[32];
            if (c) buf_addc(out, ',');
            switch (cell->type) {
            case CELL_NULL: break;
            case CELL_INTEGER: buf_addf(out, "%lld", (long long)cell->integer); break;
            case CELL_REAL: buf_add(out, str_n(number, double_repr(cell->real, number))); break;
            case CELL_BLOB:
                for (size_t i = 0; i < cell->text.len; i++) buf_addf(out, "%02x", (unsigned char)cell->text.ptr[i]);
                break;
            case CELL_TEXT: csv_text(out, cell->text); break;
            }
        }
        buf_addc(out, '\n');
    }
}

void table_write(Buf *out, const RunTable *table, TableForm form, bool utf8)
{
    JsonWriter json;
    switch (form) {
    case TABLE_TEXT: table_text(out, table, utf8); return;
    case TABLE_CSV: table_csv(out, table); return;
    case TABLE_JSON:
        jw_to_buf(&json, out);
        table_json(&json, table);
        jw_end(&json);
        buf_addc(out, '\n');
    }
}
