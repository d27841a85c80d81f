/* Column: a name with a type, as adapter.get_columns_in_relation gives them, and api.Column. dbt: adapters' Column. */
#include "cdbt/adapter.h"
#include "context/internal.h"

static ColumnObject *column_from(const Object *object)
{
    union {
        const Object *in;
        ColumnObject *out;
    } u = {.in = object};
    return u.out;
}

ColumnObject *value_as_column(Value v)
{
    return v.kind == V_OBJECT && v.u.object->class == &column_class ? column_from(v.u.object) : NULL;
}

static bool one_of(Str type, const char *const *words)
{
    for (; *words; words++)
        if (str_eq_nocase(type, str_from(*words))) return true;
    return false;
}

static bool is_string(Str type)
{
    static const char *const words[] = {"text", "character varying", "character", "varchar", NULL};
    return one_of(type, words);
}
static bool is_float(Str type)
{
    static const char *const words[] = {"real", "float4", "float", "double precision", "float8", "double", NULL};
    return one_of(type, words);
}
static bool is_integer(Str type)
{
    static const char *const words[] = {"smallint", "integer", "int",  "bigint",  "smallserial", "serial",  "bigserial",
                                        "int2",     "int4",    "int8", "serial2", "serial4",     "serial8", NULL};
    return one_of(type, words);
}
static bool is_numeric(Str type)
{
    static const char *const words[] = {"numeric", "decimal", NULL};
    return one_of(type, words);
}

/* ---- types that are not declared ----
 *
 * SQLite knows no type for a column that is an expression, in a view as in a table made from a query. Macros that write
 * `cast(x as <type>)` need one: it is what the values of the first rows are. Most macros only want names, so the rows are
 * looked at when a type is asked for, once for all columns of the relation. */

typedef struct ColumnTypes {
    const Relation *relation;
    const Str *names;
    size_t count;
    Str *types; /* NULL: not looked at yet */
} ColumnTypes;

enum { TYPE_ROWS = 100 };

/* The type that holds values of both kinds without changing them. */
static Str wider(Str a, const AdapterCell *cell)
{
    if (cell->type != CELL_TEXT || str_eq(cell->text, STR("null"))) return a;
    Str b = str_eq(cell->text, STR("integer")) ? STR("INTEGER")
            : str_eq(cell->text, STR("real"))  ? STR("REAL")
            : str_eq(cell->text, STR("blob"))  ? STR("BLOB")
                                               : STR("TEXT");
    if (!a.len || str_eq(a, b)) return b;
    bool numbers =
        !str_eq(a, STR("TEXT")) && !str_eq(a, STR("BLOB")) && !str_eq(b, STR("TEXT")) && !str_eq(b, STR("BLOB"));
    return numbers ? STR("REAL") : STR("TEXT");
}

static void look_at_rows(ColumnTypes *types)
{
    Context *ctx = types->relation->ctx;
    types->types = ARENA_ARRAY(ctx->arena, Str, types->count);
    Buf sql;
    buf_init(&sql, ctx->arena);
    buf_addz(&sql, "select ");
    for (size_t i = 0; i < types->count; i++) {
        Str name = dialect_quote_identifier(ctx->arena, ctx->manifest->dialect, types->names[i]);
        buf_addf(&sql, "%stypeof(%.*s)", i ? ", " : "", STR_ARG(name));
    }
    Str relation = relation_text(types->relation);
    buf_addf(&sql, " from (select * from %.*s limit %d)", STR_ARG(relation), TYPE_ROWS);
    AdapterError error;
    AdapterCursor *cursor;
    adapter_error_init(&error, ctx->arena);
    if (ctx->run.connection && adapter_query(ctx->run.connection, buf_str(&sql), &cursor, &error)) {
        const AdapterCell *cells;
        while (adapter_step(cursor, &cells, &error) == ADAPTER_ROW)
            for (size_t i = 0; i < types->count; i++) types->types[i] = wider(types->types[i], &cells[i]);
        adapter_finish(cursor);
    }
    for (size_t i = 0; i < types->count; i++)
        if (!types->types[i].len) types->types[i] = STR("TEXT");
}

static Str type_of(const ColumnObject *column)
{
    if (column->dtype.len || !column->unknown) return column->dtype;
    if (!column->unknown->types) look_at_rows(column->unknown);
    return column->unknown->types[column->index];
}

static int64_t string_size(const ColumnObject *column)
{
    if (str_eq_nocase(type_of(column), STR("text")) || column->char_size.kind != V_INT) return 256;
    return column->char_size.u.integer;
}

static Str numeric_type(Arena *arena, Str dtype, Value precision, Value scale)
{
    if (!value_given(precision) || !value_given(scale)) return dtype;
    Str p = value_to_str(arena, precision), s = value_to_str(arena, scale);
    return str_fmt(arena, "%.*s(%.*s,%.*s)", STR_ARG(dtype), STR_ARG(p), STR_ARG(s));
}

/* As PostgreSQL's adapter does, text stays text instead of becoming a sized type. */
static Str data_type(Arena *arena, const ColumnObject *column)
{
    Str type = type_of(column);
    if (str_eq_nocase(type, STR("text"))) return type;
    if (is_string(type)) {
        if (column->char_size.kind != V_INT) return type;
        return str_fmt(arena, "character varying(%lld)", (long long)string_size(column));
    }
    if (is_numeric(type)) return numeric_type(arena, type, column->numeric_precision, column->numeric_scale);
    return type;
}

Str type_translated(Str type)
{
    return str_eq_nocase(type, STR("string")) ? STR("TEXT") : type;
}

static ColumnObject *column_new(Context *ctx, Str name, Str dtype)
{
    ColumnObject *column = ARENA_NEW(ctx->arena, ColumnObject);
    column->head.class = &column_class;
    column->ctx = ctx;
    column->column = name;
    column->dtype = dtype;
    column->char_size = column->numeric_precision = column->numeric_scale = VALUE_NONE;
    return column;
}

Value column_value(Context *ctx, Str name, Str dtype)
{
    return value_object(&column_new(ctx, name, dtype)->head);
}

/* "varchar(10)" is a varchar of 10, "numeric(10, 2)" a numeric with precision and scale. */
Value column_value_from_type(Context *ctx, Str name, Str declared)
{
    size_t open = str_find_char(declared, '(', 0);
    size_t close = str_rfind_char(declared, ')');
    ColumnObject *column = column_new(ctx, name, declared);
    if (open == STR_NPOS || close == STR_NPOS || close < open) return value_object(&column->head);
    Str inside = str_slice(declared, open + 1, close);
    size_t comma = str_find_char(inside, ',', 0);
    int64_t first, second;
    if (comma == STR_NPOS) {
        if (str_to_int(str_trim(inside), &first)) {
            column->dtype = str_trim(str_slice(declared, 0, open));
            column->char_size = value_int(first);
        }
    } else if (str_to_int(str_trim(str_slice(inside, 0, comma)), &first) &&
               str_to_int(str_trim(str_from_index(inside, comma + 1)), &second)) {
        column->dtype = str_trim(str_slice(declared, 0, open));
        column->numeric_precision = value_int(first);
        column->numeric_scale = value_int(second);
    }
    return value_object(&column->head);
}

Value columns_value(Context *ctx, const Relation *relation, const AdapterColumns *columns)
{
    Value list = value_list(ctx->arena);
    ColumnTypes *types = NULL;
    Str *names = ARENA_ARRAY(ctx->arena, Str, columns->n + 1);
    for (size_t i = 0; i < columns->n; i++) {
        names[i] = columns->at[i].name;
        /* What SQLite writes for a table made from a query: the affinities' short names. */
        Str type = columns->at[i].type;
        if (str_eq(type, STR("INT"))) type = STR("INTEGER");
        if (str_eq(type, STR("NUM"))) type = STR("NUMERIC");
        Value value = column_value_from_type(ctx, columns->at[i].name, type);
        if (!columns->at[i].type.len && str_eq(ctx->manifest->target.type, STR("sqlite"))) {
            if (!types) types = ARENA_NEW(ctx->arena, ColumnTypes);
            *types = (ColumnTypes){relation, names, columns->n, NULL};
            value_as_column(value)->unknown = types;
            value_as_column(value)->index = i;
        }
        list_push(list.u.list, value);
    }
    return list;
}

static ColumnObject *self_of(const TplCall *call)
{
    return column_from(call->func->self.u.object);
}

#define QUESTION(name, answer)                                                                                         \
    static bool name(TplCall *call, Value *result)                                                                     \
    {                                                                                                                  \
        if (!tpl_args(call, "", NULL)) return false;                                                                   \
        Str type = type_of(self_of(call));                                                                             \
        *result = value_bool(answer);                                                                                  \
        return true;                                                                                                   \
    }
QUESTION(method_is_string, is_string(type))
QUESTION(method_is_float, is_float(type))
QUESTION(method_is_integer, is_integer(type))
QUESTION(method_is_numeric, is_numeric(type))
QUESTION(method_is_number, is_integer(type) || is_numeric(type) || is_float(type))

static bool method_string_size(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const ColumnObject *column = self_of(call);
    Str type = type_of(column);
    if (!is_string(type))
        return tpl_fail(call, DIAG_template_type, "string_size() of the column '%.*s', which is no string but %.*s",
                        STR_ARG(column->column), STR_ARG(type));
    *result = value_int(string_size(column));
    return true;
}

static bool method_can_expand_to(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "other_column", args)) return false;
    const ColumnObject *column = self_of(call), *other = value_as_column(args[0]);
    if (!other) return tpl_fail(call, DIAG_template_type, "can_expand_to() takes a column");
    *result =
        value_bool(is_string(type_of(column)) && is_string(type_of(other)) && string_size(other) > string_size(column));
    return true;
}

static bool method_literal(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "value", args)) return false;
    Str value = value_to_str(call->arena, args[0]), type = data_type(call->arena, self_of(call));
    *result = value_str(str_fmt(call->arena, "cast(%.*s as %.*s)", STR_ARG(value), STR_ARG(type)));
    return true;
}

/* ---- what the class itself offers ---- */

static bool api_translate_type(TplCall *call, Value *result)
{
    Value args[1];
    Str type;
    if (!tpl_args(call, "dtype", args) || !want_str(call, args[0], "translate_type()", "type", &type)) return false;
    *result = value_str(type_translated(type));
    return true;
}

static bool api_create(TplCall *call, Value *result)
{
    Value args[2];
    Str name, type;
    if (!tpl_args(call, "name, label_or_dtype", args) || !want_str(call, args[0], "Column.create()", "name", &name) ||
        !want_str(call, args[1], "Column.create()", "type", &type))
        return false;
    *result = column_value(call_context(call), name, type_translated(type));
    return true;
}

static bool api_from_description(TplCall *call, Value *result)
{
    Value args[2];
    Str name, type;
    if (!tpl_args(call, "name, raw_data_type", args) ||
        !want_str(call, args[0], "Column.from_description()", "name", &name) ||
        !want_str(call, args[1], "Column.from_description()", "type", &type))
        return false;
    *result = column_value_from_type(call_context(call), name, type);
    return true;
}

static bool api_string_type(TplCall *call, Value *result)
{
    Value args[1];
    int64_t size;
    if (!tpl_args(call, "size", args) || !want_int(call, args[0], "string_type()", "size", &size)) return false;
    *result = value_str(str_fmt(call->arena, "character varying(%lld)", (long long)size));
    return true;
}

static bool api_numeric_type(TplCall *call, Value *result)
{
    Value args[3];
    Str type;
    if (!tpl_args(call, "dtype, precision, scale", args) || !want_str(call, args[0], "numeric_type()", "type", &type))
        return false;
    *result = value_str(numeric_type(call->arena, type, args[1], args[2]));
    return true;
}

/* api.Column(name, dtype, char_size, numeric_precision, numeric_scale) */
static bool construct(TplCall *call, Value *result)
{
    Value args[5];
    Str name, type;
    if (!tpl_args(call, "column, dtype, char_size=?, numeric_precision=?, numeric_scale=?", args) ||
        !want_str(call, args[0], "Column()", "name", &name) || !want_str(call, args[1], "Column()", "type", &type))
        return false;
    ColumnObject *column = column_new(call_context(call), name, type);
    if (tpl_arg_given(args[2])) column->char_size = args[2];
    if (tpl_arg_given(args[3])) column->numeric_precision = args[3];
    if (tpl_arg_given(args[4])) column->numeric_scale = args[4];
    *result = value_object(&column->head);
    return true;
}

static const NativeEntry class_functions[] = {
    {"create", api_create},
    {"translate_type", api_translate_type},
    {"from_description", api_from_description},
    {"string_type", api_string_type},
    {"numeric_type", api_numeric_type},
    {NULL, NULL},
};

static const NativeEntry methods[] = {
    {"is_string", method_is_string},
    {"is_float", method_is_float},
    {"is_integer", method_is_integer},
    {"is_numeric", method_is_numeric},
    {"is_number", method_is_number},
    {"string_size", method_string_size},
    {"can_expand_to", method_can_expand_to},
    {"literal", method_literal},
    {"create", api_create},
    {"from_description", api_from_description},
    {"translate_type", api_translate_type},
    {"string_type", api_string_type},
    {"numeric_type", api_numeric_type},
    {NULL, NULL},
};

static bool column_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const ColumnObject *column = column_from(self);
    if (str_eq(name, STR("name")) || str_eq(name, STR("column")))
        *result = value_str(column->column);
    else if (str_eq(name, STR("dtype")))
        *result = value_str(type_of(column));
    else if (str_eq(name, STR("declared_type"))) /* ours: empty where the database has none */
        *result = value_str(column->dtype.len ? data_type(call->arena, column) : STR_EMPTY);
    else if (str_eq(name, STR("data_type")) || str_eq(name, STR("expanded_data_type")))
        *result = value_str(data_type(call->arena, column));
    else if (str_eq(name, STR("quoted")))
        *result = value_str(dialect_quote_identifier(call->arena, column->ctx->manifest->dialect, column->column));
    else if (str_eq(name, STR("char_size")))
        *result = column->char_size;
    else if (str_eq(name, STR("numeric_precision")))
        *result = column->numeric_precision;
    else if (str_eq(name, STR("numeric_scale")))
        *result = column->numeric_scale;
    else
        find_method(call, methods, self, name, result);
    return true;
}

static bool column_item(TplCall *call, Object *self, Value key, Value *result)
{
    if (key.kind == V_STR) return column_attr(call, self, value_text(key), result);
    *result = value_undefined(STR_EMPTY);
    return true;
}

static void column_str(const Object *self, Buf *out)
{
    const ColumnObject *column = column_from(self);
    Str type = data_type(column->ctx->arena, column);
    buf_addf(out, "<Column %.*s (%.*s)>", STR_ARG(column->column), STR_ARG(type));
}

static bool column_equal(const Object *a, const Object *b)
{
    const ColumnObject *x = column_from(a), *y = column_from(b);
    return str_eq(x->column, y->column) && str_eq(type_of(x), type_of(y)) && value_equal(x->char_size, y->char_size) &&
           value_equal(x->numeric_precision, y->numeric_precision) && value_equal(x->numeric_scale, y->numeric_scale);
}

static bool column_plain(TplCall *call, Object *self, Value *result)
{
    const ColumnObject *column = column_from(self);
    *result = value_dict(call->arena);
    dict_set_str(result->u.dict, STR("column"), value_str(column->column));
    dict_set_str(result->u.dict, STR("dtype"), value_str(type_of(column)));
    dict_set_str(result->u.dict, STR("char_size"), column->char_size);
    dict_set_str(result->u.dict, STR("numeric_precision"), column->numeric_precision);
    dict_set_str(result->u.dict, STR("numeric_scale"), column->numeric_scale);
    return true;
}

static void column_names(const Object *self, List *names)
{
    static const char *const fields[] = {"name",          "column",    "dtype",
                                         "declared_type", "data_type", "expanded_data_type",
                                         "quoted",        "char_size", "numeric_precision",
                                         "numeric_scale", NULL};
    (void)self;
    push_names(fields, names);
    push_method_names(methods, names);
}

const ObjectClass column_class = {
    .name = "Column",
    .names = column_names,
    .attr = column_attr,
    .item = column_item,
    .str = column_str,
    .equal = column_equal,
    .plain = column_plain,
};

/* ---- api.Column ---- */

static bool api_call(TplCall *call, Object *self, Value *result)
{
    (void)self;
    return construct(call, result);
}

static bool api_attr(TplCall *call, Object *self, Str name, Value *result)
{
    find_method(call, class_functions, self, name, result);
    return true;
}

static void api_names(const Object *self, List *names)
{
    (void)self;
    push_method_names(class_functions, names);
}

static const ObjectClass api_class = {.name = "type", .attr = api_attr, .call = api_call, .names = api_names};
static const Object api_object = {&api_class};

Value column_api(Context *ctx)
{
    (void)ctx;
    union {
        const Object *in;
        Object *out;
    } object = {.in = &api_object};
    return value_object(object.out);
}
