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

static int64_t string_size(const ColumnObject *column)
{
    if (str_eq_nocase(column->dtype, STR("text")) || column->char_size.kind != V_INT) return 256;
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
    if (str_eq_nocase(column->dtype, STR("text"))) return column->dtype;
    if (is_string(column->dtype)) {
        if (column->char_size.kind != V_INT) return column->dtype;
        return str_fmt(arena, "character varying(%lld)", (long long)string_size(column));
    }
    if (is_numeric(column->dtype))
        return numeric_type(arena, column->dtype, column->numeric_precision, column->numeric_scale);
    return column->dtype;
}

static Str translate(Str type)
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

static ColumnObject *self_of(const TplCall *call)
{
    return column_from(call->func->self.u.object);
}

#define QUESTION(name, answer)                                                                                         \
    static bool name(TplCall *call, Value *result)                                                                     \
    {                                                                                                                  \
        if (!tpl_args(call, "", NULL)) return false;                                                                   \
        Str type = self_of(call)->dtype;                                                                               \
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
    if (!is_string(column->dtype))
        return tpl_fail(call, DIAG_template_type, "string_size() of the column '%.*s', which is no string but %.*s",
                        STR_ARG(column->column), STR_ARG(column->dtype));
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
        value_bool(is_string(column->dtype) && is_string(other->dtype) && string_size(other) > string_size(column));
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
    *result = value_str(translate(type));
    return true;
}

static bool api_create(TplCall *call, Value *result)
{
    Value args[2];
    Str name, type;
    if (!tpl_args(call, "name, label_or_dtype", args) || !want_str(call, args[0], "Column.create()", "name", &name) ||
        !want_str(call, args[1], "Column.create()", "type", &type))
        return false;
    *result = column_value(call_context(call), name, translate(type));
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
        *result = value_str(column->dtype);
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
    return str_eq(x->column, y->column) && str_eq(x->dtype, y->dtype) && value_equal(x->char_size, y->char_size) &&
           value_equal(x->numeric_precision, y->numeric_precision) && value_equal(x->numeric_scale, y->numeric_scale);
}

static bool column_plain(TplCall *call, Object *self, Value *result)
{
    const ColumnObject *column = column_from(self);
    *result = value_dict(call->arena);
    dict_set_str(result->u.dict, STR("column"), value_str(column->column));
    dict_set_str(result->u.dict, STR("dtype"), value_str(column->dtype));
    dict_set_str(result->u.dict, STR("char_size"), column->char_size);
    dict_set_str(result->u.dict, STR("numeric_precision"), column->numeric_precision);
    dict_set_str(result->u.dict, STR("numeric_scale"), column->numeric_scale);
    return true;
}

const ObjectClass column_class = {
    .name = "Column",
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

static const ObjectClass api_class = {.name = "type", .attr = api_attr, .call = api_call};
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
