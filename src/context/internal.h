/* What the files of this room share: the Context itself, the table of names, and the makers of its objects.
 *
 * Ownership: `own` lives as long as the Context; everything else is made in the render arena (ctx->arena), which the
 * caller clears between nodes. Thread rule: as context.h. */
#ifndef CDBT_CONTEXT_INTERNAL_H
#define CDBT_CONTEXT_INTERNAL_H

#include "base/edit.h"
#include "base/mem.h"
#include "context/context.h"

#include <string.h>

typedef struct ContextExtra {
    Str name;
    Value value;
} ContextExtra;

struct Context {
    const Manifest *manifest;
    ContextMode mode;
    Arena *arena; /* render arena, borrowed */
    bool in_columns; /* a macro that overrides get_columns_in_relation is running */
    Arena *own;
    DiagSink *sink; /* borrowed */
    TplEval *eval;
    ContextRun run;
    bool has_run;
    bool arguments_failed; /* of a generic test: why stands in the sink */
    bool secrets; /* env_var may read DBT_ENV_SECRET variables */
    unsigned asked; /* ContextAsked bits: what was asked of the database since context_set_node */
    bool result_missing; /* while the project is read: a result was asked for, and no query had run */
    bool renders_names; /* the name macros run: config and var answer as at run time */
    const Node *node;
    const Package *package; /* NULL: the root project, if there is one yet */
    Captured *captured;
    Arena *capture_arena;
    Map names; /* name -> ContextName; the same for the whole life */
    Value *functions; /* by place in the table of names */
    VEC(ContextExtra) extra; /* in own */
    Value graph; /* built on first use, in own */
    Map name_macros; /* unique id -> NameMacro, see custom_names.c; in own */
    Map texts; /* text -> TplUnit of render(): each is parsed once; in own */
    Map places; /* where such texts stand: see context_text_place; in own */
    struct Results *results; /* of statement blocks, in the render arena */
};

typedef struct ContextName {
    Str name;
    TplNative call; /* a function */
    Value (*get)(Context *ctx); /* or a value, made when it is asked for */
    unsigned modes; /* bit set of 1 << ContextMode */
} ContextName;

/* names.c */
const ContextName *context_names(size_t *count);
bool context_is_builtin(Str name); /* ref, source, config, var, ...: names that dbt's context has before any macro */
int64_t time_of_iso(Str text); /* "2026-01-31T12:00:00.123456Z" in microseconds since 1970 */

/* The context that a native function runs in. */
static inline Context *call_context(const TplCall *call)
{
    return tpl_eval_host(call->eval);
}

/* True if templates are evaluated only to see what they ask for. */
static inline bool context_parses(const Context *ctx)
{
    return ctx->mode == CONTEXT_PARSE && !ctx->renders_names;
}
static inline bool context_executes(const Context *ctx)
{
    return ctx->mode >= CONTEXT_COMPILE;
}
const Package *context_package(const Context *ctx); /* of the node, else the root project; NULL if there is none yet */

/* Any name as a template sees it: extra names, macros, packages, then the context's own. */
bool context_lookup(Context *ctx, Str name, Value *result);
bool context_own_name(Context *ctx, Str name, Value *result); /* without macros: `builtins` */
Value context_macro_value(Context *ctx, const Macro *macro);

/* Makes the evaluator forget what names it has looked up: after anything that changes their meaning. */
void context_forget(Context *ctx);
const Macro *context_dispatch_tried(Context *ctx, Str name, Str namespace, Buf *tried);
/* macros.c */
const Package *context_builtin_package(const Manifest *manifest); /* the embedded library; NULL before it is loaded */
const Macro *context_package_macro(const Package *package, Str name); /* NULL if there is none; package may be NULL */
const Macro *context_macro_named(const Context *ctx, Str name); /* as a template that calls `name` finds it */

/* ---- name spaces: objects whose attributes and items are found by a function ---- */

typedef struct NameSpace NameSpace;
struct NameSpace {
    Object head;
    const char *what; /* Python's type, for messages */
    Context *ctx;
    const void *data;
    bool (*find)(const NameSpace *space, Str name, Value *result);
    void (*keys)(const NameSpace *space, List *keys); /* NULL: not listed */
};
Value namespace_value(Context *ctx, const char *what, const void *data, bool (*find)(const NameSpace *, Str, Value *),
                      void (*keys)(const NameSpace *, List *));

/* A name space of constant functions. The table ends with a NULL name. */
typedef struct NativeEntry {
    const char *name;
    TplNative call;
} NativeEntry;
Value namespace_of_natives(Context *ctx, const char *what, const NativeEntry *table);

/* ---- small help for native functions ---- */

/* The method `call` bound to `self`. */
Value bound_method(TplCall *call, const char *name, TplNative native, Object *self);
bool find_method(TplCall *call, const NativeEntry *table, Object *self, Str name, Value *result);
/* For ObjectClass.names: the names of a table of methods, and those of a list that ends with NULL. */
void push_method_names(const NativeEntry *table, List *names);
void push_names(const char *const *list, List *names);
/* A string argument or an error "the <what> argument to <function>() must be a string". */
bool want_str(TplCall *call, Value v, const char *function, const char *what, Str *out);
/* An optional string: none and undefined give has = false. */
bool want_str_or_none(TplCall *call, Value v, const char *function, const char *what, Str *out, bool *has);
bool want_int(TplCall *call, Value v, const char *function, const char *what, int64_t *out);
bool value_given(Value v); /* given, and neither none nor undefined */
/* A hint for the newest diagnostic, "did you mean 'x'?", if one of the names is near. */
void hint_nearest(Context *ctx, Str wanted, const Str *names, size_t count);

/* ---- the objects ---- */

/* relation.c */
typedef struct Relation {
    Object head;
    Context *ctx;
    Str part[3]; /* database, schema, identifier */
    bool has[3], include[3], quote[3];
    Str type; /* "table", "view", "cte", "materialized_view", ...; empty: none */
    int64_t limit; /* -1: none; 0: no rows (--empty) */
    Str event_time; /* the column that `window` cuts; empty: none */
    ClockWindow window;
    bool information_schema;
    Str view; /* of an information schema */
    Value fields; /* further keyword arguments of create(), dict or undefined */
} Relation;
extern const ObjectClass relation_class;
Relation *relation_new(Context *ctx, Str database, Str schema, Str identifier, Str type);
Relation *relation_of_node(Context *ctx, const Node *node);
Relation *value_as_relation(Value v); /* NULL if it is none */
Str relation_text(const Relation *relation); /* as SQL, without limit */
Str relation_own_database(const Context *ctx);
Value relation_api(Context *ctx); /* api.Relation */

/* event_time.c */
Str event_time_condition(Context *ctx, Str column, const ClockWindow *window);
void relation_cut(Context *ctx, const Node *node, Relation *relation); /* to the batch and the sample at hand */
Value batch_of(Context *ctx); /* model.batch; none outside of one */

/* column.c */
typedef struct ColumnObject {
    Object head;
    Context *ctx;
    Str column, dtype;
    Value char_size, numeric_precision, numeric_scale; /* none or a number */
    struct ColumnTypes *unknown; /* where the database declares no type: found out when it is asked for */
    size_t index;
} ColumnObject;
extern const ObjectClass column_class;
Value column_value(Context *ctx, Str name, Str dtype);
Value column_value_from_type(Context *ctx, Str name, Str declared); /* "varchar(10)", "numeric(10,2)" */
/* The columns of a relation as a list. */
Value columns_value(Context *ctx, const Relation *relation, const AdapterColumns *columns);
ColumnObject *value_as_column(Value v); /* NULL if it is none */
Str type_translated(Str type); /* dbt's own names of types: string */
Value column_api(Context *ctx); /* api.Column */

/* table.c */
typedef struct Table Table;
void table_keep_rows_away(Table *table); /* asking for its rows is an error: they are not here */
Table *table_new(Context *ctx, const Str *names, const Str *types, size_t column_count);
void table_add_row(Table *table, const Value *cells);
Value table_value(Table *table);
Table *value_as_table(Value v); /* NULL if it is none */
size_t table_row_count(const Table *table);
size_t table_column_count(const Table *table);
Value table_cell(const Table *table, size_t row, size_t column);
Str table_column_name(const Table *table, size_t column);
Str table_declared_type(const Table *table, size_t column); /* the database's; empty: unknown */
Value table_matrix(Table *table); /* list of tuples: load_result(..)['data'] */

/* results.c */
Value value_of_cell(TplCall *call, const AdapterCell *cell, Str type); /* cells.c */
bool results_query(TplCall *call, Str sql, Value mapped, bool fetch, Value *response, Table **table);
bool native_load_result(TplCall *call, Value *result);
bool native_store_result(TplCall *call, Value *result);
bool native_store_raw_result(TplCall *call, Value *result);
bool native_load_agate_table(TplCall *call, Value *result);
bool database_fail(TplCall *call, Str sql, Value mapped, const struct AdapterError *error);
struct AdapterConnection *want_connection(TplCall *call, const char *what); /* NULL after an error */

/* adapter_object.c */
Value adapter_value(Context *ctx);
Str adapter_sql_now(const Context *ctx); /* adapter.date_function() */
bool want_relation(TplCall *call, Value v, const char *function, Relation **relation);
bool adapter_columns_of(TplCall *call, const Relation *relation,
                        Value *result); /* a list of Column; asks the database */

/* materialization_methods.c */
bool adapter_builds_later(TplCall *call, Value *result);
bool adapter_load_seed(TplCall *call, Value *result);
bool adapter_valid_incremental_strategies(TplCall *call, Value *result);
bool adapter_event_time_condition(TplCall *call, Value *result);
bool adapter_get_incremental_strategy_macro(TplCall *call, Value *result);
bool adapter_get_hard_deletes_behavior(TplCall *call, Value *result);
bool adapter_valid_snapshot_target(TplCall *call, Value *result);
bool adapter_standardize_grants_dict(TplCall *call, Value *result);

/* constraints.c: columns and constraints of a contract as SQL */
bool adapter_render_columns_constraints(TplCall *call, Value *result);
bool adapter_render_model_constraints(TplCall *call, Value *result);

/* test_kwargs.c */
Value test_kwargs(Context *ctx);

/* config_object.c */
Value config_value(Context *ctx);
Value hooks_of_node(Context *ctx, const char *key, const char *key_alias);
Value validation_value(Context *ctx);

/* unit_test.c: what a unit test changes of the context. False (or NULL) where there is none, or it says nothing of it. */
bool unit_test_macro(Context *ctx, Str package, Str name, Value *result); /* package empty: called by its name alone */
const Value *unit_test_var(const Context *ctx, Str name);
const Value *unit_test_env_var(const Context *ctx, Str name);
/* What stands in the place of a relation; false after an error at the call. */
bool unit_test_input(TplCall *call, Context *ctx, const Node *found, Value *result);
bool unit_test_this(Context *ctx, Value *result);
static inline bool context_tests(const Context *ctx)
{
    return ctx->run.unit_test && ctx->node == ctx->run.unit_test->unit_test->tested;
}

/* refs.c */
Relation *cte_relation(Context *ctx, Str name);
Value ref_value(Context *ctx); /* runtime_config.c: ref and source, with their `config` */
Value source_value(Context *ctx);
bool native_ref(TplCall *call, Value *result);
bool native_source(TplCall *call, Value *result);
bool native_metric(TplCall *call, Value *result);
bool native_function(TplCall *call, Value *result);
bool native_doc(TplCall *call, Value *result);

/* vars.c */
Value var_value(Context *ctx);
bool native_env_var(TplCall *call, Value *result);
Value metadata_envs(Context *ctx);

/* builtins.c, data_functions.c */
/* Text that may hold template tags, rendered with this context; plain text is given back as it is. */
bool render_text(TplCall *call, Str text, Value *result);
bool flag_is_off(const Context *ctx, const char *name); /* PRINT, INTROSPECT: on unless it was switched off */
void send_message(Context *ctx, Str text, ContextMessage kind); /* to whoever runs this context, if anybody */
bool native_return(TplCall *call, Value *result);
bool native_log(TplCall *call, Value *result);
bool native_print(TplCall *call, Value *result);
bool native_tojson(TplCall *call, Value *result);
bool native_fromjson(TplCall *call, Value *result);
bool native_toyaml(TplCall *call, Value *result);
bool native_fromyaml(TplCall *call, Value *result);
bool native_set(TplCall *call, Value *result);
bool native_set_strict(TplCall *call, Value *result);
bool native_zip(TplCall *call, Value *result);
bool native_zip_strict(TplCall *call, Value *result);
bool native_local_md5(TplCall *call, Value *result);
bool native_diff_of_two_dicts(TplCall *call, Value *result);
bool native_render(TplCall *call, Value *result);
bool native_try_or_compiler_error(TplCall *call, Value *result);
bool native_write(TplCall *call, Value *result);
bool native_debug(TplCall *call, Value *result);
bool native_submit_python_job(TplCall *call, Value *result);
bool native_adapter_macro(TplCall *call, Value *result);

/* graph_object.c */
Value graph_value(Context *ctx);
Value model_value(Context *ctx); /* the current node as a dict; none without a node */
Value node_as_dict(Context *ctx, Arena *arena, const Node *node);

/* exceptions.c */
Value exceptions_value(Context *ctx);

/* modules.c, datetime.c, timezone.c, re.c, itertools.c */
Value modules_value(Context *ctx);
Value datetime_module(Context *ctx);
Value pytz_module(Context *ctx);
Value re_module(Context *ctx);
Value itertools_module(Context *ctx);
Value datetime_utc(Context *ctx, int64_t wall_us); /* an aware datetime in UTC */

#endif
