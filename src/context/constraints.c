/* The columns and constraints of a contract as parts of a create table statement. dbt: BaseAdapter.render_*_constraints. */
#include "cdbt/adapter.h"
#include "context/internal.h"

static Str text_of(Arena *arena, Value dict, Str key)
{
    Value v = dict.kind == V_DICT ? dict_get_str(dict.u.dict, key) : VALUE_NONE;
    return value_given(v) ? str_trim(value_to_str(arena, v)) : STR_EMPTY;
}

/* "ref('orders')" and "source('raw', 'orders')" as the relation's name; any other text as it is. */
static bool referred(TplCall *call, Value constraint, Str *to)
{
    *to = text_of(call->arena, constraint, STR("to"));
    if (!str_ends(*to, STR(")")) || !(str_starts(*to, STR("ref")) || str_starts(*to, STR("source")))) return true;
    Value name;
    if (!render_text(call, str_fmt(call->arena, "{{ %.*s }}", STR_ARG(*to)), &name)) return false;
    *to = value_to_str(call->arena, name);
    return true;
}

static Str names_of(TplCall *call, Value list)
{
    Buf out;
    buf_init(&out, call->arena);
    if (list.kind == V_LIST || list.kind == V_TUPLE)
        for (uint32_t i = 0; i < list.u.list->n; i++) {
            if (i) buf_addz(&out, ", ");
            value_print(list.u.list->at[i], &out);
        }
    return buf_str(&out);
}

static bool bad_type(TplCall *call, Str type)
{
    tpl_fail(call, DIAG_config_invalid, "'%.*s' is no type of a constraint", STR_ARG(type));
    diag_hint(call_context(call)->sink, "use not_null, unique, primary_key, foreign_key, check or custom");
    return false;
}

/* One constraint of one column; nothing is added for one that has no meaning without an expression. */
static bool column_constraint(TplCall *call, Value constraint, Buf *out)
{
    Str type = text_of(call->arena, constraint, STR("type"));
    Str expression = text_of(call->arena, constraint, STR("expression"));
    Str to;
    if (!referred(call, constraint, &to)) return false;
    const char *gap = expression.len ? " " : "";
    if (str_eq(type, STR("not_null")))
        buf_addf(out, " not null%s%.*s", gap, STR_ARG(expression));
    else if (str_eq(type, STR("unique")))
        buf_addf(out, " unique%s%.*s", gap, STR_ARG(expression));
    else if (str_eq(type, STR("primary_key")))
        buf_addf(out, " primary key%s%.*s", gap, STR_ARG(expression));
    else if (str_eq(type, STR("check"))) {
        if (expression.len) buf_addf(out, " check (%.*s)", STR_ARG(expression));
    } else if (str_eq(type, STR("foreign_key"))) {
        Str columns =
            constraint.kind == V_DICT ? names_of(call, dict_get_str(constraint.u.dict, STR("to_columns"))) : STR_EMPTY;
        if (to.len && columns.len)
            buf_addf(out, " references %.*s (%.*s)", STR_ARG(to), STR_ARG(columns));
        else if (expression.len)
            buf_addf(out, " references %.*s", STR_ARG(expression));
    } else if (str_eq(type, STR("custom"))) {
        if (expression.len) buf_addf(out, " %.*s", STR_ARG(expression));
    } else
        return bad_type(call, type);
    return true;
}

static bool has_type(Value constraints, const char *type)
{
    for (uint32_t i = 0; constraints.kind == V_LIST && i < constraints.u.list->n; i++) {
        Value one = constraints.u.list->at[i];
        if (one.kind == V_DICT && value_is_str(dict_get_str(one.u.dict, STR("type")), str_from(type))) return true;
    }
    return false;
}

/* Whether a primary key of the column, or of the model, takes the column in. */
static bool in_key(const Context *ctx, Value constraints, Str name)
{
    if (has_type(constraints, "primary_key")) return true;
    Value all = ctx->node ? ctx->node->constraints : VALUE_NONE;
    for (uint32_t i = 0; all.kind == V_LIST && i < all.u.list->n; i++) {
        Value one = all.u.list->at[i];
        if (one.kind != V_DICT || !value_is_str(dict_get_str(one.u.dict, STR("type")), STR("primary_key"))) continue;
        Value columns = dict_get_str(one.u.dict, STR("columns"));
        for (uint32_t c = 0; columns.kind == V_LIST && c < columns.u.list->n; c++)
            if (columns.u.list->at[c].kind == V_STR && str_eq_nocase(value_text(columns.u.list->at[c]), name))
                return true;
    }
    return false;
}

bool adapter_render_columns_constraints(TplCall *call, Value *result)
{
    const Context *ctx = call_context(call);
    Value args[1];
    if (!tpl_args(call, "raw_columns", args)) return false;
    if (args[0].kind != V_DICT) return tpl_fail(call, DIAG_template_type, "raw_columns must be a dict of columns");
    *result = value_list(call->arena);
    const Dict *columns = args[0].u.dict;
    for (uint32_t i = 0; i < columns->used; i++) {
        if (columns->entries[i].key.kind == V_UNDEFINED) continue;
        Value column = columns->entries[i].value;
        if (column.kind != V_DICT) return tpl_fail(call, DIAG_template_type, "raw_columns must be a dict of columns");
        Str name = text_of(call->arena, column, STR("name")), type = text_of(call->arena, column, STR("data_type"));
        if (!type.len)
            return tpl_fail(call, DIAG_config_invalid, "the contract's column '%.*s' has no data_type", STR_ARG(name));
        Value constraints = dict_get_str(column.u.dict, STR("constraints"));
        /* An `integer primary key` of SQLite is another name of the row's number: it makes numbers of nulls. Any other
         * primary key lets nulls in. */
        bool keyed = str_eq(ctx->manifest->target.type, STR("sqlite")) && in_key(ctx, constraints, name);
        if (keyed && str_eq_nocase(type, STR("integer"))) type = STR("int");
        if (value_truthy(dict_get_str(column.u.dict, STR("quote"))))
            name = dialect_quote_identifier(call->arena, ctx->manifest->dialect, name);
        Buf out;
        buf_init(&out, call->arena);
        type = type_translated(type); /* a column of the type `string` would take numbers for numbers in SQLite */
        buf_addf(&out, "%.*s %.*s", STR_ARG(name), STR_ARG(type));
        if (keyed && !has_type(constraints, "not_null")) buf_addz(&out, " not null");
        if (constraints.kind == V_LIST)
            for (uint32_t c = 0; c < constraints.u.list->n; c++)
                if (!column_constraint(call, constraints.u.list->at[c], &out)) return false;
        list_push(result->u.list, value_str(buf_str(&out)));
    }
    return true;
}

bool adapter_render_model_constraints(TplCall *call, Value *result)
{
    Value args[1], list;
    if (!tpl_args(call, "raw_constraints", args)) return false;
    *result = value_list(call->arena);
    if (!value_given(args[0])) return true;
    if (!tpl_iterate(call->eval, args[0], call->span, &list)) return false;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value constraint = list.u.list->at[i];
        if (constraint.kind != V_DICT) return tpl_fail(call, DIAG_template_type, "a constraint must be a dict");
        Str type = text_of(call->arena, constraint, STR("type")), name = text_of(call->arena, constraint, STR("name"));
        Str expression = text_of(call->arena, constraint, STR("expression")), to;
        if (!referred(call, constraint, &to)) return false;
        Str columns = names_of(call, dict_get_str(constraint.u.dict, STR("columns")));
        Str to_columns = names_of(call, dict_get_str(constraint.u.dict, STR("to_columns")));
        const char *gap = expression.len ? " " : "";
        Buf out;
        buf_init(&out, call->arena);
        if (name.len) buf_addf(&out, "constraint %.*s ", STR_ARG(name));
        size_t start = out.len;
        if (str_eq(type, STR("check"))) {
            if (expression.len) buf_addf(&out, "check (%.*s)", STR_ARG(expression));
        } else if (str_eq(type, STR("unique"))) {
            buf_addf(&out, "unique%s%.*s (%.*s)", gap, STR_ARG(expression), STR_ARG(columns));
        } else if (str_eq(type, STR("primary_key"))) {
            buf_addf(&out, "primary key%s%.*s (%.*s)", gap, STR_ARG(expression), STR_ARG(columns));
        } else if (str_eq(type, STR("foreign_key"))) {
            if (to.len && to_columns.len)
                buf_addf(&out, "foreign key (%.*s) references %.*s (%.*s)", STR_ARG(columns), STR_ARG(to),
                         STR_ARG(to_columns));
            else if (expression.len)
                buf_addf(&out, "foreign key (%.*s) references %.*s", STR_ARG(columns), STR_ARG(expression));
        } else if (str_eq(type, STR("custom"))) {
            buf_add(&out, expression);
        } else if (!str_eq(type, STR("not_null"))) {
            return bad_type(call, type);
        }
        if (out.len > start) list_push(result->u.list, value_str(buf_str(&out)));
    }
    return true;
}
