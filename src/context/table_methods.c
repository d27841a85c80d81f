/* What can be asked of a whole Table: parts of it, its order, and its picture as text. */
#include "base/csv.h"
#include "base/utf8.h"
#include "context/table.h"
#include "template/library.h"

#include <stdlib.h>
#include <string.h>

static const Table *self_of(const TplCall *call)
{
    return FROM(Table, call->func->self.u.object);
}

/* A new table of some columns and rows of this one; NULL means all. */
static Table *part(const Table *table, const size_t *columns, size_t column_count, const size_t *rows, size_t row_count)
{
    if (!columns) column_count = table->column_count;
    if (!rows) row_count = table->row_count;
    Arena *arena = arena_of(table);
    Str *names = ARENA_ARRAY(arena, Str, column_count + 1), *types = ARENA_ARRAY(arena, Str, column_count + 1);
    for (size_t i = 0; i < column_count; i++) {
        names[i] = table->names[columns ? columns[i] : i];
        types[i] = table->types[columns ? columns[i] : i];
    }
    Table *made = table_new(table->ctx, names, types, column_count);
    Value *cells = ARENA_ARRAY(arena, Value, column_count + 1);
    for (size_t r = 0; r < row_count; r++) {
        for (size_t c = 0; c < column_count; c++) cells[c] = table->cells[columns ? columns[c] : c][rows ? rows[r] : r];
        table_add_row(made, cells);
    }
    return made;
}

/* A column's name or a list of them, as places. */
static bool columns_of(TplCall *call, Value given, size_t **columns, size_t *count)
{
    const Table *table = self_of(call);
    Value list = given;
    if (given.kind == V_STR) {
        list = value_list(call->arena);
        list_push(list.u.list, given);
    } else if (!tpl_iterate(call->eval, given, call->span, &list)) {
        return false;
    }
    *columns = ARENA_ARRAY(call->arena, size_t, list.u.list->n + 1);
    *count = list.u.list->n;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Str name = value_to_str(call->arena, list.u.list->at[i]);
        if (table_find_column(table, name, &(*columns)[i])) continue;
        tpl_fail(call, DIAG_template_value, "the result has no column '%.*s'", STR_ARG(name));
        hint_nearest(table->ctx, name, table->names, table->column_count);
        return false;
    }
    return true;
}

static bool method_select(TplCall *call, Value *result)
{
    Value args[1];
    size_t *columns, count;
    if (!tpl_args(call, "key", args) || !columns_of(call, args[0], &columns, &count)) return false;
    *result = table_value(part(self_of(call), columns, count, NULL, 0));
    return true;
}

static bool method_exclude(TplCall *call, Value *result)
{
    Value args[1];
    size_t *columns, count;
    if (!tpl_args(call, "key", args) || !columns_of(call, args[0], &columns, &count)) return false;
    const Table *table = self_of(call);
    size_t *kept = ARENA_ARRAY(call->arena, size_t, table->column_count + 1), kept_count = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        bool out = false;
        for (size_t j = 0; j < count; j++) out = out || columns[j] == i;
        if (!out) kept[kept_count++] = i;
    }
    *result = table_value(part(table, kept, kept_count, NULL, 0));
    return true;
}

static bool method_limit(TplCall *call, Value *result)
{
    Value args[3];
    if (!tpl_args(call, "start_or_stop=?, stop=?, step=?", args)) return false;
    const Table *table = self_of(call);
    int64_t start = 0, stop = (int64_t)table->row_count, step = 1;
    bool second = tpl_arg_given(args[1]) && value_given(args[1]);
    if (second) {
        if (value_given(args[0]) && !want_int(call, args[0], "limit()", "start", &start)) return false;
        if (!want_int(call, args[1], "limit()", "stop", &stop)) return false;
    } else if (value_given(args[0]) && !want_int(call, args[0], "limit()", "count", &stop)) {
        return false;
    }
    if (value_given(args[2]) && !want_int(call, args[2], "limit()", "step", &step)) return false;
    if (step < 1 || start < 0) return tpl_fail(call, DIAG_template_value, "limit() counts forward from a row");
    if (stop > (int64_t)table->row_count) stop = (int64_t)table->row_count;
    size_t *rows = ARENA_ARRAY(call->arena, size_t, table->row_count + 1), count = 0;
    for (int64_t r = start; r < stop; r += step) rows[count++] = (size_t)r;
    *result = table_value(part(table, NULL, 0, rows, count));
    return true;
}

static bool method_where(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "test", args)) return false;
    const Table *table = self_of(call);
    size_t *rows = ARENA_ARRAY(call->arena, size_t, table->row_count + 1), count = 0;
    for (size_t r = 0; r < table->row_count; r++) {
        Value row = table_row(table, r), yes;
        if (!tpl_call(call->eval, args[0], call->span, &row, 1, NULL, NULL, 0, &yes)) return false;
        if (value_truthy(yes)) rows[count++] = r;
    }
    *result = table_value(part(table, NULL, 0, rows, count));
    return true;
}

/* rename({'old': 'new'}) or rename(['a', 'b', ...]) */
static bool method_rename(TplCall *call, Value *result)
{
    Value args[4];
    if (!tpl_args(call, "column_names=?, row_names=?, slug_columns=?, slug_rows=?", args)) return false;
    const Table *table = self_of(call);
    Table *made = part(table, NULL, 0, NULL, 0);
    if (args[0].kind == V_DICT) {
        for (size_t i = 0; i < made->column_count; i++) {
            const Value *to = dict_find_str(args[0].u.dict, made->names[i]);
            if (to) made->names[i] = value_to_str(call->arena, *to);
        }
    } else if (value_given(args[0])) {
        Value list;
        if (!tpl_iterate(call->eval, args[0], call->span, &list)) return false;
        for (size_t i = 0; i < made->column_count && i < list.u.list->n; i++)
            made->names[i] = value_to_str(call->arena, list.u.list->at[i]);
    }
    *result = table_value(made);
    return true;
}

typedef struct SortKey {
    size_t row;
    Value value;
    bool reverse;
} SortKey;

/* None comes last, as in agate. */
static int compare_sort(const void *a, const void *b)
{
    const SortKey *x = a, *y = b;
    int order = 0;
    bool x_none = x->value.kind == V_NONE, y_none = y->value.kind == V_NONE;
    if (x_none || y_none)
        order = x_none - y_none;
    else if (!value_compare(x->value, y->value, &order))
        order = 0;
    else if (x->reverse)
        order = -order;
    if (order) return order;
    return x->row < y->row ? -1 : x->row > y->row;
}

size_t *table_sorted_rows(const Table *table, const size_t *columns, size_t count, bool reverse)
{
    Arena *arena = arena_of(table);
    SortKey *keys = ARENA_ARRAY(arena, SortKey, table->row_count + 1);
    for (size_t r = 0; r < table->row_count; r++) {
        keys[r] = (SortKey){r, VALUE_NONE, reverse};
        if (count == 1) {
            keys[r].value = table->cells[columns[0]][r];
        } else {
            keys[r].value = value_tuple(arena, NULL, 0);
            for (size_t c = 0; c < count; c++) list_push(keys[r].value.u.list, table->cells[columns[c]][r]);
        }
    }
    qsort(keys, table->row_count, sizeof *keys, compare_sort);
    size_t *rows = ARENA_ARRAY(arena, size_t, table->row_count + 1);
    for (size_t r = 0; r < table->row_count; r++) rows[r] = keys[r].row;
    return rows;
}

static bool method_order_by(TplCall *call, Value *result)
{
    Value args[2];
    size_t *columns, count;
    if (!tpl_args(call, "key, reverse=?", args) || !columns_of(call, args[0], &columns, &count)) return false;
    const Table *table = self_of(call);
    size_t *rows = table_sorted_rows(table, columns, count, tpl_arg_given(args[1]) && value_truthy(args[1]));
    *result = table_value(part(table, NULL, 0, rows, table->row_count));
    return true;
}

static bool method_distinct(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "key=?", args)) return false;
    const Table *table = self_of(call);
    size_t *columns = NULL, count = table->column_count;
    if (value_given(args[0]) && !columns_of(call, args[0], &columns, &count)) return false;
    Value seen = value_set(call->arena);
    size_t *rows = ARENA_ARRAY(call->arena, size_t, table->row_count + 1), kept = 0;
    for (size_t r = 0; r < table->row_count; r++) {
        Value key = value_tuple(call->arena, NULL, 0);
        for (size_t c = 0; c < count; c++) list_push(key.u.list, table->cells[columns ? columns[c] : c][r]);
        if (dict_find(seen.u.dict, key)) continue;
        dict_set(seen.u.dict, key, VALUE_NONE);
        rows[kept++] = r;
    }
    *result = table_value(part(table, NULL, 0, rows, kept));
    return true;
}

/* ---- printing ---- */

static Str shown(Arena *arena, Value v, size_t max_width)
{
    Str text = v.kind == V_NONE ? STR_EMPTY : value_to_str(arena, v);
    if (utf8_length(text) > max_width) {
        Str cut = str_slice(text, 0, utf8_index(text, max_width > 3 ? max_width - 3 : 0));
        text = str_cat(arena, cut, STR("..."));
    }
    return text;
}

static void cell_out(Buf *out, Str text, size_t width, bool right)
{
    size_t used = utf8_width(text), spaces = used < width ? width - used : 0;
    for (size_t i = 0; right && i < spaces; i++) buf_addc(out, ' ');
    buf_add(out, text);
    for (size_t i = 0; !right && i < spaces; i++) buf_addc(out, ' ');
}

/* A text table as agate's print_table draws it: it goes to the person. */
static bool method_print_table(TplCall *call, Value *result)
{
    Value args[5];
    if (!tpl_args(call, "max_rows=?, max_columns=?, output=?, max_column_width=?, max_precision=?", args)) return false;
    const Table *table = self_of(call);
    int64_t max_rows = 20, max_columns = 6, max_width = 20;
    if (tpl_arg_given(args[0]) && args[0].kind == V_NONE)
        max_rows = INT64_MAX;
    else if (value_given(args[0]) && !want_int(call, args[0], "print_table()", "max_rows", &max_rows))
        return false;
    if (tpl_arg_given(args[1]) && args[1].kind == V_NONE)
        max_columns = INT64_MAX;
    else if (value_given(args[1]) && !want_int(call, args[1], "print_table()", "max_columns", &max_columns))
        return false;
    if (tpl_arg_given(args[3]) && args[3].kind == V_NONE)
        max_width = INT64_MAX;
    else if (value_given(args[3]) && !want_int(call, args[3], "print_table()", "max_column_width", &max_width))
        return false;
    size_t rows = (int64_t)table->row_count > max_rows ? (size_t)max_rows : table->row_count;
    size_t columns = (int64_t)table->column_count > max_columns ? (size_t)max_columns : table->column_count;
    bool more_columns = columns < table->column_count;
    Buf out;
    buf_init(&out, call->arena);
    size_t *width = ARENA_ARRAY(call->arena, size_t, columns + 1);
    bool *right = ARENA_ARRAY(call->arena, bool, columns + 1);
    for (size_t c = 0; c < columns; c++) {
        width[c] = utf8_width(shown(call->arena, value_str(table->names[c]), (size_t)max_width));
        Str type = table_column_type(table, c);
        right[c] = str_eq(type, STR("Number")) || str_eq(type, STR("Integer"));
        for (size_t r = 0; r < rows; r++) {
            size_t w = utf8_width(shown(call->arena, table->cells[c][r], (size_t)max_width));
            if (w > width[c]) width[c] = w;
        }
    }
    for (size_t r = 0; r < rows + 2; r++) {
        buf_addc(&out, '|');
        for (size_t c = 0; c < columns; c++) {
            buf_addc(&out, ' ');
            if (r == 1) {
                for (size_t i = 0; i < width[c]; i++) buf_addc(&out, '-');
            } else {
                Value v = r == 0 ? value_str(table->names[c]) : table->cells[c][r - 2];
                cell_out(&out, shown(call->arena, v, (size_t)max_width), width[c], right[c]);
            }
            buf_addz(&out, " |");
        }
        if (more_columns) buf_addz(&out, r == 1 ? " --- |" : " ... |");
        if (r + 1 < rows + 2) buf_addc(&out, '\n');
    }
    if (rows < table->row_count) {
        buf_addz(&out, "\n|");
        for (size_t c = 0; c < columns + more_columns; c++) {
            buf_addc(&out, ' ');
            cell_out(&out, STR("..."), c < columns ? width[c] : 3, false);
            buf_addz(&out, " |");
        }
    }
    send_message(table->ctx, buf_str(&out), MESSAGE_PRINT);
    *result = VALUE_NONE;
    return true;
}

static bool method_to_dicts(TplCall *call, Value *result)
{
    const Table *table = self_of(call);
    *result = value_list(call->arena);
    for (size_t r = 0; r < table->row_count; r++) list_push(result->u.list, table_row_dict(table, r));
    return true;
}

static bool method_print_structure(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "output=?, max_rows=?", args)) return false;
    Buf out;
    buf_init(&out, call->arena);
    table_class.str(call->func->self.u.object, &out);
    send_message(self_of(call)->ctx, str_trim_right(buf_str(&out)), MESSAGE_PRINT);
    *result = VALUE_NONE;
    return true;
}

static bool method_print_json(TplCall *call, Value *result)
{
    Value rows;
    if (!tpl_args(call, "", NULL) || !method_to_dicts(call, &rows)) return false;
    JsonStyle style = {.indent = -1};
    Buf out;
    buf_init(&out, call->arena);
    if (!value_to_json(call, rows, &style, &out)) return false;
    send_message(self_of(call)->ctx, buf_str(&out), MESSAGE_PRINT);
    *result = VALUE_NONE;
    return true;
}

static bool method_print_csv(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const Table *table = self_of(call);
    Buf out;
    buf_init(&out, call->arena);
    for (size_t r = 0; r <= table->row_count; r++) {
        if (r) buf_addc(&out, '\n');
        for (size_t c = 0; c < table->column_count; c++) {
            if (c) buf_addc(&out, ',');
            Value cell = r ? table->cells[c][r - 1] : value_str(table->names[c]);
            if (cell.kind != V_NONE) csv_add(&out, value_to_str(call->arena, cell));
        }
    }
    send_message(table->ctx, buf_str(&out), MESSAGE_PRINT);
    *result = VALUE_NONE;
    return true;
}

/* What agate can do besides: the database does it better, and templates have no files. */
static bool refused(TplCall *call, Value *result)
{
    (void)result;
    tpl_fail(call, DIAG_unsupported, "%s() of a result is not supported", call->func->name);
    diag_hint(self_of(call)->ctx->sink, "let the query do it: group, join and aggregate in SQL");
    return false;
}
static bool refused_file(TplCall *call, Value *result)
{
    (void)result;
    tpl_fail(call, DIAG_unsupported, "%s() of a result is not supported: templates read and write no files",
             call->func->name);
    diag_hint(self_of(call)->ctx->sink,
              "print_csv() and print_json() write to the screen; cdbt show --output json too");
    return false;
}

const NativeEntry table_methods[] = {
    {"select", method_select},
    {"exclude", method_exclude},
    {"limit", method_limit},
    {"where", method_where},
    {"rename", method_rename},
    {"order_by", method_order_by},
    {"distinct", method_distinct},
    {"print_table", method_print_table},
    {"print_structure", method_print_structure},
    {"print_json", method_print_json},
    {"print_csv", method_print_csv},
    {"to_dicts", method_to_dicts},
    {"aggregate", refused},
    {"bins", refused},
    {"compute", refused},
    {"denormalize", refused},
    {"find", refused},
    {"group_by", refused},
    {"homogenize", refused},
    {"join", refused},
    {"merge", refused},
    {"normalize", refused},
    {"pivot", refused},
    {"to_csv", refused_file},
    {"to_json", refused_file},
    {NULL, NULL},
};
