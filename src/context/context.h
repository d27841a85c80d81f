/* What a template sees: ref, source, config, var, this, target, adapter, graph, macros, ...: at parse and at run time.
 *
 * A Context belongs to one worker. It owns a template evaluator; the manifest is shared and read-only, except while the
 * project is being read (mode CONTEXT_PARSE), when only packages, macros, vars and the target are looked at.
 * Thread rule: one thread at a time; independent of other contexts. */
#ifndef CDBT_CONTEXT_CONTEXT_H
#define CDBT_CONTEXT_CONTEXT_H

#include "base/clock.h"
#include "manifest/manifest.h"

typedef enum ContextMode {
    CONTEXT_YAML, /* project file, profile, schema YAML: var, env_var, target (if known), no macros but dbt's pure ones */
    CONTEXT_PARSE, /* execute is false; ref/source/config are recorded */
    CONTEXT_COMPILE, /* execute is true; run_query reads, nothing may be written */
    CONTEXT_RUN, /* execute is true; materialisations, hooks, operations */
} ContextMode;

/* What one node's template asked for while it was evaluated at parse time. Lives in the arena given. */
typedef struct Captured {
    RefCall *refs;
    size_t ref_count, ref_cap;
    SourceCall *sources;
    size_t source_count, source_cap;
    /* The in-file config calls, one dict each, in order (keyword arguments and dict form alike), with the call's place. */
    Value *configs;
    Span *config_spans;
    size_t config_count, config_cap;
    Str *docs; /* unique ids of docs blocks that a description asked for, in order */
    size_t doc_count, doc_cap;
    NameCall *metrics, *functions;
    size_t metric_count, metric_cap, function_count, function_cap;
    Str *macros; /* unique ids of macros called by the node's own text, each once, in order */
    size_t macro_count, macro_cap;
} Captured;

/* Of log(), log(info=True), and what is printed whatever the level is. */
typedef enum ContextMessage { MESSAGE_LOG, MESSAGE_INFO, MESSAGE_PRINT } ContextMessage;

/* What CONTEXT_COMPILE and CONTEXT_RUN need from the runner. All of it is borrowed. */
typedef struct ContextRun {
    struct AdapterConnection *connection; /* NULL: a query is refused with a clear error */
    bool full_refresh;
    Value invocation; /* `invocation_args_dict`, frozen dict */
    Value flags; /* `flags`: frozen dict with upper-case keys (FULL_REFRESH, WHICH, ...) */
    Value results; /* on-run-end: list; else undefined */
    Value selected_resources; /* list of unique ids */
    Value schemas, database_schemas; /* on-run-end */
    /* --defer, by the node's index: where a ref to it is read instead; NULL, or NULL at a node: where it is. */
    const struct RelationParts **deferred;
    /* log(), print(), exceptions.warn() */
    void (*message)(void *data, const Node *node, Str text, ContextMessage kind);
    void *message_data;
    /* The compiled SQL of an ephemeral model that `node` refers to was needed: gives the relation-like text to put in
     * place ("__dbt__cte__name"); the runner adds the CTE. See run/compile. NULL: refused. */
    bool (*ephemeral)(void *data, const Node *asking, const Node *ephemeral, Value *text);
    void *ephemeral_data;
    /* A unit test whose model is rendered: its overrides hold, and ref, source and this give what stands in the place of its
     * inputs (through `ephemeral`); what is not given is refused. NULL: none. */
    const Node *unit_test;
    /* A seed's columns as they shall be created, and the bulk load of its rows into a relation that exists; both are used
     * by the seed materialisation. */
    const AdapterColumn *seed_columns;
    size_t seed_column_count;
    bool (*seed_load)(void *data, const Node *node, Str relation, int64_t *rows, AdapterError *error);
    void *seed_data;
    /* What inputs with an event_time are cut to: the sample of --sample, and the batch of a microbatch model. */
    ClockWindow sample, batch;
    Str batch_id; /* model.batch.id */
    /* write(text): what ran for a node, for target/run. NULL: refused. */
    bool (*write)(void *data, const Node *node, Str text);
    void *write_data;
    /* Whether this run builds the relation of that name after `node`, because it comes below it. NULL: never. */
    bool (*builds_later)(void *data, const Node *node, Str schema, Str identifier);
    void *builds_later_data;
} ContextRun;

typedef struct Context Context;

/* `arena` is the render arena: the caller clears it between nodes. `sink` takes diagnostics. */
Context *context_new(const Manifest *manifest, ContextMode mode, Arena *arena, DiagSink *sink);
void context_free(Context *context);
TplEval *context_eval(Context *context);
void context_set_run(Context *context, const ContextRun *run);

/* Whose turn it is: sets `this`, `model`, `config` and the package that names are looked up from. NULL: none. With
 * CONTEXT_PARSE, `captured` receives what is asked for and lives in `capture_arena`. */
void context_set_node(Context *context, const Node *node, const Package *package);
void context_set_capture(Context *context, Captured *captured, Arena *capture_arena);
/* An extra name for templates, e.g. `sql`, `compiled_code`, `pre_hooks`; cleared by context_set_node. */
void context_set_name(Context *context, Str name, Value value);

/* Whether it is one of dbt's own names: ref, target, run_started_at, ... */
bool context_knows(const Context *context, Str name);

/* What a node's templates asked of the database since context_set_node: their text may be another one later. */
typedef enum ContextAsked {
    CONTEXT_ASKED_THIS = 1, /* whether the node's own relation exists, and of what type */
    CONTEXT_ASKED_MORE = 2, /* anything else */
} ContextAsked;
unsigned context_asked(const Context *context);

/* Renders a parsed text to a mapped string (in the render arena). False after an error in the sink. */
bool context_render(Context *context, const TplUnit *unit, Value *text);
/* Renders a scalar natively (YAML). Texts without delimiters come back as they are. */
bool context_render_native(Context *context, Span region, Str text, TplFamily family, Value *result);
/* Calls a macro with positional arguments. */
bool context_call(Context *context, const Macro *macro, Span place, const Value *args, size_t arg_count,
                  const Str *names, const Value *named, size_t named_count, Value *result);
/* Calls what a template sees under a name: ref, source, config, or a macro that took their place. */
bool context_call_name(Context *context, Str name, Span place, const Value *args, size_t arg_count, const Str *names,
                       const Value *named, size_t named_count, Value *result);
/* adapter.dispatch's search: by the project's dispatch config, then adapter__name, then default__name. NULL if none. */
const Macro *context_dispatch(Context *context, Str name, Str namespace);
/* The macros that a call in a macro's text means, by its name alone or through a constant adapter.dispatch (which looks from
 * the package of context_set_node); gives how many: two for a dispatch whose plain name is a macro too. A macro's own plain
 * name never counts. */
size_t context_called_macros(Context *context, const Macro *caller, const TplCallSite *site, const Macro *called[2]);
/* The materialization macro for the target's adapter: project before packages before embedded. */
const Macro *context_materialization(Context *context, Str name);

/* generate_schema_name, generate_alias_name or generate_database_name (`macro_name`) for a node, with what its config
 * asks for (none if nothing). The root project's macro comes first, then the node's package's, then the library's. An
 * empty result means that the macro gave none. `node` needs no names yet, only what it was defined with. */
bool context_custom_name(Context *context, Str macro_name, const Node *node, Value custom, Str *name);
/* Whether env_var may read variables that begin with DBT_ENV_SECRET, as in dbt: only for profiles.yml and packages.yml. */
void context_allow_secrets(Context *context, bool allow);
/* Where a text that came as a value stands, such as a hook: in dbt_project.yml, the node's file or its YAML, if it stands there word by
 * word and once; SPAN_NONE otherwise. `node_or_null`, `package`: whose text it is. `known` keeps what was found in the files that many nodes
 * share. */
Span context_text_place(const Manifest *manifest, const Node *node_or_null, const Package *package, Str text,
                        Map *known);
/* A node as the dict that templates see as `model`. */
Value context_node(Context *context, const Node *node);
/* The dbt version that templates see and that require-dbt-version is compared with. */
#define CONTEXT_DBT_VERSION "1.11.16"

/* For the batches behind the first one of a microbatch model: is_incremental() is true and should_full_refresh() false. */
void context_set_incremental(Context *context);

/* Stored results of statement blocks, e.g. "main": the response object (rows_affected, code, message) as a value. */
Value context_statement_response(Context *context, Str statement_name);
bool response_parts(Value response, Str *message, Str *code, int64_t *rows_affected); /* false if it is none */
/* The rows of a stored result, without loading it away; none if there is no such statement. */
Value context_statement_table(Context *context, Str statement_name);
size_t value_table_size(Value table, size_t *columns); /* rows */
Str value_table_column(Value table, size_t column);
Value value_table_cell(Value table, size_t row, size_t column);

/* What differs between the columns of a contract and those of the model's SQL, as the table that dbt shows. */
typedef struct ContractMismatch {
    Str column, definition, contract; /* types; empty where it is missing */
    const char *reason; /* "data type mismatch", "missing in contract", "missing in definition" */
} ContractMismatch;
Str contract_table(Arena *arena, const ContractMismatch *mismatches, size_t count);

/* A relation object as templates see it, and back: false if the value is none. */
Value context_relation(Context *context, const Node *node);
struct RelationParts;
/* The same node, but stored elsewhere. */
Value context_relation_at(Context *context, const Node *node, const struct RelationParts *parts);
typedef struct RelationParts {
    Str database, schema, identifier;
    Str type; /* "table", "view", "cte", or empty */
} RelationParts;
bool value_relation(Value v, RelationParts *parts);

/* The event_time of an input as SQL: as it is written, or quoted where the column's or the source's `quote` says so; empty
 * if it has none. */
Str event_time_column(Arena *arena, const Dialect *dialect, const Node *node);

#endif
