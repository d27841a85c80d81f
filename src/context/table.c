/* Table: the rows of a query, with the parts of agate's interface that dbt projects use (census 3.3): columns, rows,
 * column_names, column_types, values(), print_table, rename, select, exclude, limit, where, order_by, distinct, ...
 *
 * Cells are values in column-major order: `columns[0].values()` is the commonest question. Column names of agate are
 * those of the query; a doubled name gets "_2", an empty one a letter, as agate names them. */
#include "context/table.h"
#include "context/datetime.h"
#include "template/decimal.h"

typedef struct TableColumn {
    Object head;
    const Table *table;
    size_t index;
} TableColumn;

typedef struct TableRow {
    Object head;
    const Table *table;
    size_t index;
} TableRow;

typedef enum SequenceWhat { ALL_COLUMNS, ALL_ROWS } SequenceWhat;

typedef struct TableSequence { /* table.columns and table.rows: by place and by name */
    Object head;
    const Table *table;
    SequenceWhat what;
} TableSequence;

static const ObjectClass column_of_table_class, row_class, sequence_class;

/* ---- making ---- */

/* agate's letter_name: a, b, ..., z, aa, bb, ... */
static Str letter_name(Arena *arena, size_t index)
{
    char text[32];
    size_t repeat = index / 26 + 1;
    if (repeat > sizeof text) repeat = sizeof text;
    memset(text, (int)('a' + index % 26), repeat);
    return str_dup(arena, str_n(text, repeat));
}

static bool name_taken(const Table *table, size_t upto, Str name)
{
    for (size_t i = 0; i < upto; i++)
        if (str_eq(table->names[i], name)) return true;
    return false;
}

Table *table_new(Context *ctx, const Str *names, const Str *types, size_t column_count)
{
    Table *table = ARENA_NEW(ctx->arena, Table);
    table->head.class = &table_class;
    table->ctx = ctx;
    table->column_count = column_count;
    table->names = ARENA_ARRAY(ctx->arena, Str, column_count + 1);
    table->types = ARENA_ARRAY(ctx->arena, Str, column_count + 1);
    table->cells = ARENA_ARRAY(ctx->arena, Value *, column_count + 1);
    for (size_t i = 0; i < column_count; i++) {
        Str name = names[i].len ? str_dup(ctx->arena, names[i]) : letter_name(ctx->arena, i);
        Str unique = name;
        for (unsigned n = 2; name_taken(table, i, unique); n++)
            unique = str_fmt(ctx->arena, "%.*s_%u", STR_ARG(name), n);
        table->names[i] = unique;
        table->types[i] = types ? str_dup(ctx->arena, types[i]) : STR_EMPTY;
    }
    return table;
}

void table_add_row(Table *table, const Value *cells)
{
    if (table->row_count == table->row_cap) {
        size_t cap = table->row_cap ? table->row_cap * 2 : 16;
        for (size_t i = 0; i < table->column_count; i++)
            table->cells[i] =
                arena_grow(table->ctx->arena, table->cells[i], table->row_cap * sizeof(Value), cap * sizeof(Value));
        table->row_cap = cap;
    }
    for (size_t i = 0; i < table->column_count; i++) table->cells[i][table->row_count] = cells[i];
    table->row_count++;
}

void table_keep_rows_away(Table *table)
{
    table->rows_away = true;
}

Value table_value(Table *table)
{
    return value_object(&table->head);
}
Table *value_as_table(Value v)
{
    return v.kind == V_OBJECT && v.u.object->class == &table_class ? FROM(Table, v.u.object) : NULL;
}
size_t table_row_count(const Table *table)
{
    return table->row_count;
}
size_t table_column_count(const Table *table)
{
    return table->column_count;
}
Value table_cell(const Table *table, size_t row, size_t column)
{
    return table->cells[column][row];
}
Str table_column_name(const Table *table, size_t column)
{
    return table->names[column];
}

Str table_declared_type(const Table *table, size_t column)
{
    return table->types[column];
}

static Value row_tuple(const Table *table, size_t row)
{
    Value tuple = value_tuple(arena_of(table), NULL, 0);
    for (size_t i = 0; i < table->column_count; i++) list_push(tuple.u.list, table->cells[i][row]);
    return tuple;
}

static Value column_tuple(const Table *table, size_t column)
{
    return value_tuple(arena_of(table), table->cells[column], table->row_count);
}

/* agate shows the first five values: <agate.Row: (1, 'a')> */
static void sample_out(Buf *out, const char *what, Value tuple)
{
    buf_addf(out, "<agate.%s: (", what);
    for (uint32_t i = 0; i < tuple.u.list->n && i < 5; i++) {
        if (i) buf_addz(out, ", ");
        value_repr(tuple.u.list->at[i], out);
    }
    buf_addz(out, tuple.u.list->n > 5 ? ", ...)>" : ")>");
}

static Value names_tuple(const Table *table)
{
    Value tuple = value_tuple(arena_of(table), NULL, 0);
    for (size_t i = 0; i < table->column_count; i++) list_push(tuple.u.list, value_str(table->names[i]));
    return tuple;
}

Value table_matrix(Table *table)
{
    Value rows = value_list(arena_of(table));
    for (size_t r = 0; r < table->row_count; r++) {
        Value row = value_list(arena_of(table));
        for (size_t c = 0; c < table->column_count; c++) list_push(row.u.list, table->cells[c][r]);
        list_push(rows.u.list, value_tuple(arena_of(table), row.u.list->at, row.u.list->n));
    }
    return rows;
}

static Value column_object(const Table *table, size_t index)
{
    TableColumn *column = ARENA_NEW(arena_of(table), TableColumn);
    *column = (TableColumn){{&column_of_table_class}, table, index};
    return value_object(&column->head);
}

Value table_row(const Table *table, size_t index)
{
    TableRow *row = ARENA_NEW(arena_of(table), TableRow);
    *row = (TableRow){{&row_class}, table, index};
    return value_object(&row->head);
}

static Value sequence_object(const Table *table, SequenceWhat what)
{
    TableSequence *sequence = ARENA_NEW(arena_of(table), TableSequence);
    *sequence = (TableSequence){{&sequence_class}, table, what};
    return value_object(&sequence->head);
}

/* By exact name, then without regard to case: databases differ in how they give names back. */
bool table_find_column(const Table *table, Str name, size_t *index)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (str_eq(table->names[i], name)) {
            *index = i;
            return true;
        }
    for (size_t i = 0; i < table->column_count; i++)
        if (str_eq_nocase(table->names[i], name)) {
            *index = i;
            return true;
        }
    return false;
}

static bool index_in(Value key, size_t count, size_t *index)
{
    if (key.kind != V_INT) return false;
    int64_t i = key.u.integer < 0 ? key.u.integer + (int64_t)count : key.u.integer;
    if (i < 0 || (uint64_t)i >= count) return false;
    *index = (size_t)i;
    return true;
}

Str table_column_type(const Table *table, size_t column)
{
    bool number = true, integer = true, boolean = true, any = false;
    const char *moments = NULL;
    bool text = false;
    for (size_t r = 0; r < table->row_count; r++) {
        Value cell = table->cells[column][r];
        ValueKind kind = (ValueKind)cell.kind;
        if (kind == V_NONE) continue;
        any = true;
        if (kind != V_INT) integer = false;
        if (kind != V_INT && kind != V_FLOAT && !value_as_decimal(cell)) number = false;
        if (kind != V_BOOL) boolean = false;
        const char *name =
            value_as_moment(cell) ? value_as_moment(cell)->kind == MOMENT_DATE ? "Date" : "DateTime" : NULL;
        if (!name || (moments && name != moments)) text = true;
        moments = name;
    }
    if (any && !text) return str_from(moments);
    /* dbt's own order of guesses: with nothing to go by a column is of integers. */
    return !any || integer ? STR("Integer") : boolean ? STR("Boolean") : number ? STR("Number") : STR("Text");
}

/* ---- one column ---- */

static bool column_values(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableColumn *column = FROM(TableColumn, call->func->self.u.object);
    *result = column_tuple(column->table, column->index);
    return true;
}

static bool column_values_distinct(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableColumn *column = FROM(TableColumn, call->func->self.u.object);
    Value seen = value_set(call->arena);
    *result = value_tuple(call->arena, NULL, 0);
    for (size_t r = 0; r < column->table->row_count; r++) {
        Value v = column->table->cells[column->index][r];
        if (dict_find(seen.u.dict, v)) continue;
        dict_set(seen.u.dict, v, VALUE_NONE);
        list_push(result->u.list, v);
    }
    return true;
}

static bool column_values_without_nulls(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableColumn *column = FROM(TableColumn, call->func->self.u.object);
    *result = value_tuple(call->arena, NULL, 0);
    for (size_t r = 0; r < column->table->row_count; r++) {
        Value v = column->table->cells[column->index][r];
        if (v.kind != V_NONE) list_push(result->u.list, v);
    }
    return true;
}

/* Nulls last, as agate sorts. */
static bool column_sorted(TplCall *call, bool nulls, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableColumn *column = FROM(TableColumn, call->func->self.u.object);
    size_t count = column->table->row_count, *rows = table_sorted_rows(column->table, &column->index, 1, false);
    *result = value_tuple(call->arena, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        Value v = column->table->cells[column->index][rows[i]];
        if (nulls || v.kind != V_NONE) list_push(result->u.list, v);
    }
    return true;
}
static bool column_values_sorted(TplCall *call, Value *result)
{
    return column_sorted(call, true, result);
}
static bool column_values_without_nulls_sorted(TplCall *call, Value *result)
{
    return column_sorted(call, false, result);
}

/* count(value), of a column or a row */
static bool count_in(TplCall *call, Value items, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "value", args)) return false;
    int64_t found = 0;
    for (uint32_t i = 0; i < items.u.list->n; i++) found += value_equal(items.u.list->at[i], args[0]);
    *result = value_int(found);
    return true;
}
static bool column_count(TplCall *call, Value *result)
{
    const TableColumn *column = FROM(TableColumn, call->func->self.u.object);
    return count_in(call, column_tuple(column->table, column->index), result);
}

static const NativeEntry column_methods[] = {
    {"values", column_values},
    {"values_distinct", column_values_distinct},
    {"values_without_nulls", column_values_without_nulls},
    {"values_sorted", column_values_sorted},
    {"values_without_nulls_sorted", column_values_without_nulls_sorted},
    {"count", column_count},
    {NULL, NULL},
};

static void column_names(const Object *self, List *names)
{
    static const char *const fields[] = {"name", "index", "data_type", NULL};
    (void)self;
    push_names(fields, names);
    push_method_names(column_methods, names);
}

static bool column_attr_of(TplCall *call, Object *self, Str name, Value *result)
{
    const TableColumn *column = FROM(TableColumn, self);
    if (str_eq(name, STR("name")))
        *result = value_str(column->table->names[column->index]);
    else if (str_eq(name, STR("index")))
        *result = value_int((int64_t)column->index);
    else if (str_eq(name, STR("data_type")))
        *result = value_str(table_column_type(column->table, column->index));
    else
        find_method(call, column_methods, self, name, result);
    return true;
}

static bool column_item_of(TplCall *call, Object *self, Value key, Value *result)
{
    (void)call;
    const TableColumn *column = FROM(TableColumn, self);
    size_t index;
    *result = index_in(key, column->table->row_count, &index) ? column->table->cells[column->index][index]
                                                              : value_undefined(STR_EMPTY);
    return true;
}

static bool column_iterate(TplCall *call, Object *self, Value *list)
{
    const TableColumn *column = FROM(TableColumn, self);
    *list = value_list(call->arena);
    for (size_t r = 0; r < column->table->row_count; r++)
        list_push(list->u.list, column->table->cells[column->index][r]);
    return true;
}

static bool column_length(TplCall *call, Object *self, int64_t *length)
{
    (void)call;
    *length = (int64_t)FROM(TableColumn, self)->table->row_count;
    return true;
}

static void column_print(const Object *self, Buf *out)
{
    const TableColumn *column = FROM(TableColumn, self);
    sample_out(out, "Column", column_tuple(column->table, column->index));
}

static const ObjectClass column_of_table_class = {
    .name = "Column",
    .names = column_names,
    .attr = column_attr_of,
    .item = column_item_of,
    .iterate = column_iterate,
    .length = column_length,
    .str = column_print,
};

/* ---- one row ---- */

static bool row_values(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableRow *row = FROM(TableRow, call->func->self.u.object);
    *result = row_tuple(row->table, row->index);
    return true;
}

static bool row_keys(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = names_tuple(FROM(TableRow, call->func->self.u.object)->table);
    return true;
}

Value table_row_dict(const Table *table, size_t row)
{
    Value dict = value_dict(arena_of(table));
    for (size_t i = 0; i < table->column_count; i++) dict_set_str(dict.u.dict, table->names[i], table->cells[i][row]);
    return dict;
}

static bool row_items(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableRow *row = FROM(TableRow, call->func->self.u.object);
    *result = value_list(call->arena);
    for (size_t i = 0; i < row->table->column_count; i++) {
        Value pair[2] = {value_str(row->table->names[i]), row->table->cells[i][row->index]};
        list_push(result->u.list, value_tuple(call->arena, pair, 2));
    }
    return true;
}

static bool row_get_dict(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableRow *row = FROM(TableRow, call->func->self.u.object);
    *result = table_row_dict(row->table, row->index);
    return true;
}

static bool row_get(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "key, default=?", args)) return false;
    const TableRow *row = FROM(TableRow, call->func->self.u.object);
    size_t index;
    if (args[0].kind == V_STR && table_find_column(row->table, value_text(args[0]), &index))
        *result = row->table->cells[index][row->index];
    else
        *result = tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return true;
}

static bool row_count(TplCall *call, Value *result)
{
    const TableRow *row = FROM(TableRow, call->func->self.u.object);
    return count_in(call, row_tuple(row->table, row->index), result);
}

static bool row_index(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "value", args)) return false;
    const TableRow *row = FROM(TableRow, call->func->self.u.object);
    for (size_t i = 0; i < row->table->column_count; i++)
        if (value_equal(row->table->cells[i][row->index], args[0])) {
            *result = value_int((int64_t)i);
            return true;
        }
    return tpl_fail(call, DIAG_template_value, "the row does not hold this value");
}

static const NativeEntry row_methods[] = {
    {"values", row_values}, {"keys", row_keys},   {"items", row_items}, {"get", row_get},
    {"dict", row_get_dict}, {"count", row_count}, {"index", row_index}, {NULL, NULL},
};

static void row_names(const Object *self, List *names)
{
    const Table *table = FROM(TableRow, self)->table;
    for (size_t i = 0; i < table->column_count; i++) list_push(names, value_str(table->names[i]));
    push_method_names(row_methods, names);
}

static bool row_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const TableRow *row = FROM(TableRow, self);
    size_t index;
    /* Python finds the method before the column; a column named like a method is reached by row['values']. */
    if (find_method(call, row_methods, self, name, result)) return true;
    if (table_find_column(row->table, name, &index)) *result = row->table->cells[index][row->index];
    return true;
}

static bool row_item(TplCall *call, Object *self, Value key, Value *result)
{
    (void)call;
    const TableRow *row = FROM(TableRow, self);
    size_t index;
    bool found = key.kind == V_STR ? table_find_column(row->table, value_text(key), &index)
                                   : index_in(key, row->table->column_count, &index);
    *result =
        found ? row->table->cells[index][row->index] : value_undefined(key.kind == V_STR ? value_text(key) : STR_EMPTY);
    return true;
}

static bool row_iterate(TplCall *call, Object *self, Value *list)
{
    (void)call;
    const TableRow *row = FROM(TableRow, self);
    *list = row_tuple(row->table, row->index);
    return true;
}

static bool row_length(TplCall *call, Object *self, int64_t *length)
{
    (void)call;
    *length = (int64_t)FROM(TableRow, self)->table->column_count;
    return true;
}

static void row_print(const Object *self, Buf *out)
{
    const TableRow *row = FROM(TableRow, self);
    sample_out(out, "Row", row_tuple(row->table, row->index));
}

static bool row_plain(TplCall *call, Object *self, Value *result)
{
    (void)call;
    const TableRow *row = FROM(TableRow, self);
    *result = table_row_dict(row->table, row->index);
    return true;
}

static bool row_contains(TplCall *call, Object *self, Value item, bool *yes)
{
    (void)call;
    const TableRow *row = FROM(TableRow, self);
    *yes = false;
    for (size_t i = 0; i < row->table->column_count && !*yes; i++)
        *yes = value_equal(row->table->cells[i][row->index], item);
    return true;
}

static const ObjectClass row_class = {
    .name = "Row",
    .names = row_names,
    .attr = row_attr,
    .item = row_item,
    .iterate = row_iterate,
    .length = row_length,
    .contains = row_contains,
    .str = row_print,
    .plain = row_plain,
};

/* ---- table.columns, table.rows ---- */

static size_t sequence_count(const TableSequence *sequence)
{
    return sequence->what == ALL_COLUMNS ? sequence->table->column_count : sequence->table->row_count;
}

static Value sequence_at(const TableSequence *sequence, size_t index)
{
    return sequence->what == ALL_COLUMNS ? column_object(sequence->table, index) : table_row(sequence->table, index);
}

static bool sequence_iterate(TplCall *call, Object *self, Value *list)
{
    const TableSequence *sequence = FROM(TableSequence, self);
    *list = value_list(call->arena);
    for (size_t i = 0; i < sequence_count(sequence); i++) list_push(list->u.list, sequence_at(sequence, i));
    return true;
}

static bool sequence_values(TplCall *call, Value *result)
{
    return tpl_args(call, "", NULL) && sequence_iterate(call, call->func->self.u.object, result);
}

static bool sequence_keys(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableSequence *sequence = FROM(TableSequence, call->func->self.u.object);
    *result = sequence->what == ALL_COLUMNS ? names_tuple(sequence->table) : VALUE_NONE;
    return true;
}

static bool sequence_item(TplCall *call, Object *self, Value key, Value *result)
{
    (void)call;
    const TableSequence *sequence = FROM(TableSequence, self);
    size_t index;
    bool found = key.kind == V_STR
                     ? sequence->what == ALL_COLUMNS && table_find_column(sequence->table, value_text(key), &index)
                     : index_in(key, sequence_count(sequence), &index);
    *result = found ? sequence_at(sequence, index) : value_undefined(key.kind == V_STR ? value_text(key) : STR_EMPTY);
    return true;
}

static bool sequence_get(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "key, default=?", args)) return false;
    if (!sequence_item(call, call->func->self.u.object, args[0], result)) return false;
    if (result->kind == V_UNDEFINED) *result = tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return true;
}

static bool sequence_items(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const TableSequence *sequence = FROM(TableSequence, call->func->self.u.object);
    *result = value_list(call->arena);
    if (sequence->what != ALL_COLUMNS) return true;
    for (size_t i = 0; i < sequence->table->column_count; i++) {
        Value pair[2] = {value_str(sequence->table->names[i]), column_object(sequence->table, i)};
        list_push(result->u.list, value_tuple(call->arena, pair, 2));
    }
    return true;
}

static bool sequence_dict(TplCall *call, Value *result)
{
    Value pairs;
    if (!sequence_items(call, &pairs)) return false;
    if (FROM(TableSequence, call->func->self.u.object)->what != ALL_COLUMNS)
        return tpl_fail(call, DIAG_template_type, "the rows of a result have no names");
    *result = value_dict(call->arena);
    for (uint32_t i = 0; i < pairs.u.list->n; i++) {
        const List *pair = pairs.u.list->at[i].u.list;
        dict_set(result->u.dict, pair->at[0], pair->at[1]);
    }
    return true;
}

static const NativeEntry sequence_methods[] = {
    {"values", sequence_values}, {"keys", sequence_keys}, {"get", sequence_get},
    {"items", sequence_items},   {"dict", sequence_dict}, {NULL, NULL},
};

static void sequence_names(const Object *self, List *names)
{
    const TableSequence *sequence = FROM(TableSequence, self);
    for (size_t i = 0; sequence->what == ALL_COLUMNS && i < sequence->table->column_count; i++)
        list_push(names, value_str(sequence->table->names[i]));
    push_method_names(sequence_methods, names);
}

static bool sequence_attr(TplCall *call, Object *self, Str name, Value *result)
{
    if (find_method(call, sequence_methods, self, name, result)) return true;
    return sequence_item(call, self, value_str(name), result);
}

static bool sequence_length(TplCall *call, Object *self, int64_t *length)
{
    (void)call;
    *length = (int64_t)sequence_count(FROM(TableSequence, self));
    return true;
}

static bool sequence_contains(TplCall *call, Object *self, Value item, bool *yes)
{
    (void)call;
    const TableSequence *sequence = FROM(TableSequence, self);
    size_t index;
    *yes = sequence->what == ALL_COLUMNS && item.kind == V_STR &&
           table_find_column(sequence->table, value_text(item), &index);
    return true;
}

static void sequence_print(const Object *self, Buf *out)
{
    const TableSequence *sequence = FROM(TableSequence, self);
    Value items = value_tuple(arena_of(sequence->table), NULL, 0);
    for (size_t i = 0; i < sequence_count(sequence) && i < 6; i++) list_push(items.u.list, sequence_at(sequence, i));
    sample_out(out, "MappedSequence", items);
}

static bool sequence_truthy(const Object *self)
{
    return sequence_count(FROM(TableSequence, self)) > 0;
}

static const ObjectClass sequence_class = {
    .name = "MappedSequence",
    .names = sequence_names,
    .attr = sequence_attr,
    .item = sequence_item,
    .iterate = sequence_iterate,
    .length = sequence_length,
    .contains = sequence_contains,
    .truthy = sequence_truthy,
    .str = sequence_print,
};

/* ---- the whole table ---- */

static bool rows_are_here(TplCall *call, const Table *table)
{
    if (!table->rows_away) return true;
    tpl_fail(call, DIAG_unsupported, "the rows of a seed are loaded in bulk and cannot be looked at");
    diag_hint(table->ctx->sink,
              "override create_csv_table or get_csv_sql, or select from the table after it is loaded");
    return false;
}

static bool table_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const Table *table = FROM(Table, self);
    if (!str_eq(name, STR("column_names")) && !rows_are_here(call, table)) return false;
    if (str_eq(name, STR("columns")))
        *result = sequence_object(table, ALL_COLUMNS);
    else if (str_eq(name, STR("rows")))
        *result = sequence_object(table, ALL_ROWS);
    else if (str_eq(name, STR("column_names")))
        *result = names_tuple(table);
    else if (str_eq(name, STR("row_names")))
        *result = VALUE_NONE;
    else if (str_eq(name, STR("column_types"))) {
        *result = value_tuple(call->arena, NULL, 0);
        for (size_t i = 0; i < table->column_count; i++)
            list_push(result->u.list, value_str(table_column_type(table, i)));
    } else
        find_method(call, table_methods, self, name, result);
    return true;
}

/* Results are looped over directly, which gives rows. */
static bool table_iterate(TplCall *call, Object *self, Value *list)
{
    const Table *table = FROM(Table, self);
    if (!rows_are_here(call, table)) return false;
    *list = value_list(call->arena);
    for (size_t r = 0; r < table->row_count; r++) list_push(list->u.list, table_row(table, r));
    return true;
}

static bool table_item(TplCall *call, Object *self, Value key, Value *result)
{
    const Table *table = FROM(Table, self);
    size_t index;
    if (key.kind == V_STR) return table_attr(call, self, value_text(key), result);
    *result = index_in(key, table->row_count, &index) ? table_row(table, index) : value_undefined(STR_EMPTY);
    return true;
}

static bool table_length(TplCall *call, Object *self, int64_t *length)
{
    (void)call;
    *length = (int64_t)FROM(Table, self)->row_count;
    return true;
}

static bool table_truthy(const Object *self)
{
    return FROM(Table, self)->row_count > 0;
}

/* The columns and their types, as agate's print_structure draws them. */
static void table_print(const Object *self, Buf *out)
{
    const Table *table = FROM(Table, self);
    int width = 6;
    for (size_t i = 0; i < table->column_count; i++)
        if ((int)table->names[i].len > width) width = (int)table->names[i].len;
    buf_addf(out, "| %-*s | data_type |\n| ", width, "column");
    for (int i = 0; i < width; i++) buf_addc(out, '-');
    buf_addz(out, " | --------- |\n");
    for (size_t i = 0; i < table->column_count; i++) {
        Str type = table_column_type(table, i);
        buf_addf(out, "| %-*.*s | %-9.*s |\n", width, STR_ARG(table->names[i]), STR_ARG(type));
    }
}

static bool table_plain(TplCall *call, Object *self, Value *result)
{
    (void)call;
    *result = table_matrix(FROM(Table, self));
    return true;
}

static void table_member_names(const Object *self, List *names)
{
    static const char *const fields[] = {"columns", "rows", "column_names", "column_types", "row_names", NULL};
    (void)self;
    push_names(fields, names);
    push_method_names(table_methods, names);
}

const ObjectClass table_class = {
    .names = table_member_names,
    .name = "Table",
    .attr = table_attr,
    .item = table_item,
    .iterate = table_iterate,
    .length = table_length,
    .truthy = table_truthy,
    .str = table_print,
    .plain = table_plain,
};
