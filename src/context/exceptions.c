/* exceptions.*: how macros stop with a message, or warn. */
#include "base/utf8.h"
#include "base/vec.h"
#include "context/internal.h"

#include <stdlib.h>

static Str text_of(TplCall *call, Value v)
{
    return v.kind == V_UNDEFINED ? STR_EMPTY : value_to_str(call->arena, v);
}

/* The name of a node, given as the dict that templates see, or of whatever was given. */
static Str node_name(TplCall *call, Value node)
{
    if (node.kind == V_DICT) {
        Value id = dict_get_str(node.u.dict, STR("unique_id"));
        if (id.kind == V_STR) return value_text(id);
    }
    return text_of(call, node);
}

static bool raise(TplCall *call, DiagCode code, const char *function, Value message)
{
    (void)function;
    Str text = str_trim(text_of(call, message));
    if (!text.len) text = STR("a macro stopped without a message");
    return tpl_fail(call, code, "%.*s", STR_ARG(text));
}

#define RAISES(name, code)                                                                                             \
    static bool name(TplCall *call, Value *result)                                                                     \
    {                                                                                                                  \
        (void)result;                                                                                                  \
        Value args[2];                                                                                                 \
        return tpl_args(call, "msg, node=?", args) && raise(call, (code), #name, args[0]);                             \
    }

RAISES(raise_compiler_error, DIAG_compiler_error)
RAISES(raise_parsing_error, DIAG_compiler_error)
RAISES(raise_database_error, DIAG_database_error)
RAISES(raise_not_implemented, DIAG_unsupported)
RAISES(raise_dependency_error, DIAG_package_missing)
RAISES(raise_cache_inconsistent, DIAG_compiler_error)
RAISES(raise_fail_fast_error, DIAG_compiler_error)
RAISES(raise_dataclass_not_dict, DIAG_compiler_error)

static bool warn(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[2];
    if (!tpl_args(call, "msg, node=?", args)) return false;
    Str text = str_trim(text_of(call, args[0]));
    /* The sink decides under --warn-error what a warning is worth. */
    diag_add(ctx->sink, DIAG_compiler_warning, call->span, "%.*s", STR_ARG(text));
    DiagNote chain[16];
    size_t count = tpl_call_chain(call->eval, chain, sizeof chain / sizeof chain[0]);
    tpl_note_chain(ctx->sink, chain, count);
    *result = value_str(STR_EMPTY);
    return true;
}

static bool missing_config(TplCall *call, Value *result)
{
    (void)result;
    Value args[2];
    if (!tpl_args(call, "model, name", args)) return false;
    Str node = node_name(call, args[0]), name = text_of(call, args[1]);
    return tpl_fail(call, DIAG_config_invalid, "%.*s needs the config '%.*s', which is not set", STR_ARG(node),
                    STR_ARG(name));
}

static bool missing_materialization(TplCall *call, Value *result)
{
    (void)result;
    Value args[2];
    if (!tpl_args(call, "model, adapter_type", args)) return false;
    Str node = node_name(call, args[0]), type = text_of(call, args[1]);
    return tpl_fail(call, DIAG_materialization_unknown, "the materialization of %.*s does not exist for %.*s",
                    STR_ARG(node), STR_ARG(type));
}

static bool missing_relation(TplCall *call, Value *result)
{
    (void)result;
    Value args[2];
    if (!tpl_args(call, "relation, model=?", args)) return false;
    Str relation = text_of(call, args[0]);
    return tpl_fail(call, DIAG_compiler_error, "the relation %.*s does not exist", STR_ARG(relation));
}

static bool relation_wrong_type(TplCall *call, Value *result)
{
    (void)result;
    Value args[3];
    if (!tpl_args(call, "relation, expected_type, model=?", args)) return false;
    const Relation *relation = value_as_relation(args[0]);
    Str name = text_of(call, args[0]), wanted = text_of(call, args[1]);
    Str actual = relation && relation->type.len ? relation->type : STR("of an unknown kind");
    tpl_fail(call, DIAG_compiler_error, "%.*s is a %.*s where a %.*s is wanted", STR_ARG(name), STR_ARG(actual),
             STR_ARG(wanted));
    diag_hint(call_context(call)->sink, "drop it, or run once with --full-refresh");
    return false;
}

static bool raise_ambiguous(TplCall *call, Value *result)
{
    (void)result;
    Value args[3];
    if (!tpl_args(call, "node_1, node_2, duped_name=?", args)) return false;
    Str a = node_name(call, args[0]), b = node_name(call, args[1]), name = text_of(call, args[2]);
    return tpl_fail(call, DIAG_relation_duplicate, "%.*s and %.*s share the name '%.*s'", STR_ARG(a), STR_ARG(b),
                    STR_ARG(name));
}

/* ---- contracts ---- */

static int by_column(const void *a, const void *b)
{
    return str_cmp(((const ContractMismatch *)a)->column, ((const ContractMismatch *)b)->column);
}

Str contract_table(Arena *arena, const ContractMismatch *mismatches, size_t count)
{
    ContractMismatch *rows = ARENA_ARRAY(arena, ContractMismatch, count + 2);
    rows[0] = (ContractMismatch){STR("column_name"), STR("definition_type"), STR("contract_type"), "mismatch_reason"};
    if (count) memcpy(rows + 1, mismatches, count * sizeof *rows);
    qsort(rows + 1, count, sizeof *rows, by_column);
    size_t widths[3] = {0, 0, 0};
    for (size_t i = 0; i <= count; i++) {
        const Str cells[3] = {rows[i].column, rows[i].definition, rows[i].contract};
        for (size_t c = 0; c < 3; c++)
            if (utf8_width(cells[c]) > widths[c]) widths[c] = utf8_width(cells[c]);
    }
    Buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i <= count; i++) {
        const Str cells[3] = {rows[i].column, rows[i].definition, rows[i].contract};
        for (size_t c = 0; c < 3; c++) {
            buf_addf(&out, "| %.*s", STR_ARG(cells[c]));
            for (size_t w = utf8_width(cells[c]); w <= widths[c]; w++) buf_addc(&out, ' ');
        }
        buf_addf(&out, "| %-21s |%s", rows[i].reason, i < count ? "\n" : "");
    }
    return buf_str(&out);
}

/* What api.Column's formatted dicts say: name and type. */
static bool column_of(TplCall *call, Value dict, Str *name, Str *type)
{
    Value n, t;
    if (!tpl_get_attr(call->eval, dict, STR("name"), call->span, &n) ||
        !tpl_get_attr(call->eval, dict, STR("data_type"), call->span, &t))
        return false;
    *name = text_of(call, n);
    *type = value_given(t) ? text_of(call, t) : STR_EMPTY;
    return true;
}

/* A type that the database cannot tell (SQLite, for an expression) is no difference. */
static bool raise_contract_error(TplCall *call, Value *result)
{
    (void)result;
    Context *ctx = call_context(call);
    Value args[2], lists[2];
    if (!tpl_args(call, "yaml_columns, sql_columns", args)) return false;
    if (!tpl_iterate(call->eval, args[0], call->span, &lists[0]) ||
        !tpl_iterate(call->eval, args[1], call->span, &lists[1]))
        return false;
    VEC(ContractMismatch) found = {0};
    for (int side = 0; side < 2; side++) {
        const List *mine = lists[side].u.list, *other = lists[1 - side].u.list;
        for (uint32_t i = 0; i < mine->n; i++) {
            Str name, type, name2, type2 = STR_EMPTY;
            bool there = false;
            if (!column_of(call, mine->at[i], &name, &type)) return false;
            for (uint32_t j = 0; j < other->n && !there; j++) {
                if (!column_of(call, other->at[j], &name2, &type2)) return false;
                there = str_eq_nocase(name, name2);
            }
            ContractMismatch row = {name, side ? type : STR_EMPTY, side ? STR_EMPTY : type,
                                    side ? "missing in contract" : "missing in definition"};
            if (there && (side || !type2.len || str_eq_nocase(type, type2))) continue;
            if (there) row.definition = type2, row.reason = "data type mismatch";
            vec_push(call->arena, &found, row);
        }
    }
    Str table = contract_table(call->arena, found.at, found.n);
    tpl_fail(call, DIAG_contract_failed, "the model's columns differ from its contract\n%.*s", STR_ARG(table));
    diag_hint(ctx->sink, "change the SQL or the columns in YAML so that names and types agree");
    return false;
}

static bool raise_invalid_property(TplCall *call, Value *result)
{
    (void)result;
    Value args[2];
    if (!tpl_args(call, "path, issue", args)) return false;
    Str path = text_of(call, args[0]), issue = text_of(call, args[1]);
    return tpl_fail(call, DIAG_compiler_error, "%.*s: %.*s", STR_ARG(path), STR_ARG(issue));
}

static bool column_type_missing(TplCall *call, Value *result)
{
    (void)result;
    Value args[1];
    if (!tpl_args(call, "column_names", args)) return false;
    Str names = text_of(call, args[0]);
    return tpl_fail(call, DIAG_config_invalid, "a contract needs a data_type for each column; missing: %.*s",
                    STR_ARG(names));
}

static bool warn_snapshot_timestamp_data_types(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "snapshot_time_data_type, updated_at_data_type", args)) return false;
    Str a = text_of(call, args[0]), b = text_of(call, args[1]);
    diag_add(call_context(call)->sink, DIAG_compiler_warning, call->span,
             "the snapshot's time is %.*s but its updated_at column is %.*s", STR_ARG(a), STR_ARG(b));
    *result = VALUE_NONE;
    return true;
}

Value exceptions_value(Context *ctx)
{
    static const NativeEntry table[] = {
        {"warn", warn},
        {"raise_compiler_error", raise_compiler_error},
        {"raise_parsing_error", raise_parsing_error},
        {"raise_database_error", raise_database_error},
        {"raise_not_implemented", raise_not_implemented},
        {"raise_dependency_error", raise_dependency_error},
        {"raise_dep_not_found", raise_dependency_error},
        {"raise_cache_inconsistent", raise_cache_inconsistent},
        {"raise_fail_fast_error", raise_fail_fast_error},
        {"raise_dataclass_not_dict", raise_dataclass_not_dict},
        {"raise_invalid_property_yml_version", raise_invalid_property},
        {"missing_config", missing_config},
        {"missing_materialization", missing_materialization},
        {"missing_relation", missing_relation},
        {"relation_wrong_type", relation_wrong_type},
        {"raise_ambiguous_alias", raise_ambiguous},
        {"raise_ambiguous_catalog_match", raise_ambiguous},
        {"raise_duplicate_resource_name", raise_ambiguous},
        {"raise_duplicate_patch_name", raise_ambiguous},
        {"raise_contract_error", raise_contract_error},
        {"column_type_missing", column_type_missing},
        {"warn_snapshot_timestamp_data_types", warn_snapshot_timestamp_data_types},
        {NULL, NULL},
    };
    return namespace_of_natives(ctx, "dict", table);
}
