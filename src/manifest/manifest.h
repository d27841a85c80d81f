/* The manifest: everything a project holds, resolved. Data only: src/project fills it, all others read it.
 *
 * Ownership: everything belongs to manifest->arena. Strings point into source texts or that arena.
 * Thread rule: filled by one thread (parse workers hand over finished parts); read-only and shared afterwards. */
#ifndef CDBT_MANIFEST_MANIFEST_H
#define CDBT_MANIFEST_MANIFEST_H

#include "base/map.h"
#include "base/vec.h"
#include "cdbt/adapter.h"
#include "cdbt/diag.h"
#include "template/template.h"

/* ---- the project and where it runs ---- */

typedef struct Package {
    Str name, version;
    Str root; /* path of the package's folder as the program opens it; "." or absolute or below packages-install-path */
    bool is_root; /* the project itself */
    bool is_builtin; /* the embedded macro library ("dbt") */
    TplFamily family; /* `delimiters:` */
    SourceId file; /* its dbt_project.yml; 0 for the embedded library */
    /* Path lists, relative to root, as dbt_project.yml names them or by default. */
    const Str *model_paths, *seed_paths, *test_paths, *snapshot_paths, *macro_paths, *analysis_paths, *docs_paths,
        *function_paths, *asset_paths;
    size_t model_path_count, seed_path_count, test_path_count, snapshot_path_count, macro_path_count,
        analysis_path_count, docs_path_count, function_path_count, asset_path_count;
    /* `models:`, `seeds:`, ... as they stand, rendered: dicts of dicts; undefined where missing. By ResourceType. */
    Value config_trees[16];
    Value unrendered_trees[16]; /* the same, templates as they are written */
    Value vars; /* the dict under `vars:` or undefined */
    Value on_run_start, on_run_end; /* lists of strings (templates), not rendered */
    Value dispatch; /* list of {macro_namespace, search_order} */
    Value quoting; /* dict or undefined */
    Value query_comment; /* as written: a text, a dict, none, or undefined where there is no such key */
    Value require_dbt_version;
    bool restrict_access; /* models are protected: other packages cannot refer to them unless they are public */
    Value flags; /* dict or undefined; of the root project only */
    Value on_failure; /* who is told of a failed run; may hold secrets: never for templates and artifacts. Root only */
    Span on_failure_span;
    Map macros; /* name -> Macro * of this package */
} Package;

typedef struct Target {
    Str profile_name, name; /* "shop", "dev" */
    Str type; /* adapter: "sqlite" */
    Str database, schema;
    uint32_t threads;
    Value settings; /* what templates see as `target`: a frozen dict without secrets */
    const AdapterSetting *adapter_settings; /* the whole output block of the profile for adapter_open */
    size_t adapter_setting_count;
    Str database_path; /* of a file database: the path to show to people; else empty */
    Span span; /* the target's place in profiles.yml, or in dbt_project.yml for the embedded default */
} Target;

/* ---- nodes ---- */

typedef enum ResourceType {
#define RESOURCE(id, word, plural) RESOURCE_##id,
#include "manifest/resource_types.def"
#undef RESOURCE
    RESOURCE_COUNT
} ResourceType;

Str resource_type_word(ResourceType type); /* "model" */
Str resource_type_plural(ResourceType type); /* "models" */
bool resource_type_find(Str word, ResourceType *type);

typedef struct RefCall {
    Str package, name; /* package empty: any */
    Value version; /* none/undefined, int or string */
    Span span;
} RefCall;

typedef struct SourceCall {
    Str source, table;
    Span span;
} SourceCall;

/* metric('name') or function('name'): what a node asks for beside refs and sources. */
typedef struct NameCall {
    Str package, name; /* package empty: any */
    Span span;
} NameCall;

/* Unique ids, e.g. of the docs blocks that a description asks for. */
typedef struct IdList {
    const Str *at;
    size_t n;
} IdList;

typedef struct Column {
    Str name, description, data_type; /* data_type.ptr NULL: not given */
    IdList doc_blocks;
    Span span; /* of the name */
    Value meta; /* dict or undefined */
    Value tags; /* list or undefined; those below `config` too, as with meta */
    Value constraints; /* list or undefined */
    Value config; /* dict or undefined */
    Value extra; /* keys that dbt does not know: it keeps them; dict or undefined */
    Str granularity; /* of a time dimension; empty: not given */
    Value quote; /* bool, or undefined/none where not given */
} Column;

struct Node;

/* A data test: generic (made from a YAML entry) or singular (a file). */
typedef struct TestInfo {
    bool generic;
    bool missing; /* there is no such generic test: it is read, and cannot be run */
    Str test_name; /* "unique"; generic only */
    Str namespace; /* package prefix in the entry, or empty */
    Value kwargs; /* the arguments, `model` and `column_name` included, as dbt keeps them in test_metadata */
    Str column_name; /* empty: a test of the whole model */
    struct Node *attached; /* the node that it tests (generic), or NULL */
    Str file_key_name; /* "models.users" */
    Span span; /* the entry in YAML or the file */
} TestInfo;

/* Rows of a unit test: those that stand in place of what the model reads, or those that it must give. */
typedef struct UnitFixture {
    Str input; /* as written: "ref('orders')", "source('raw', 'orders')", "this"; empty for what is expected */
    Span span; /* of the input, or of `expect` */
    Span rows_span;
    Value rows; /* a list of dicts; a string where the format is sql */
    Str format; /* dict, csv, sql */
    bool texts; /* all values are texts: they come from a csv */
    Str fixture; /* a file below tests/fixtures, without its extension; or empty */
    SpanText *columns; /* the names of all columns, with the place where each stands first; of dict and csv */
    size_t column_count, column_cap;
    const TplUnit *unit; /* of sql: the text, parsed */
    RefCall ref; /* of an input that is one */
    SourceCall source;
    struct Node *node; /* what the rows stand for; the tested model where that is `this`; NULL for what is expected */
} UnitFixture;

typedef struct UnitTestInfo {
    Str model;
    UnitFixture *given;
    size_t given_count;
    UnitFixture expect;
    bool has_overrides, has_versions;
    Value macros, vars, env_vars; /* overrides: dicts */
    Value include, exclude; /* versions: lists, or none */
    struct Node *tested;
} UnitTestInfo;

typedef struct FreshnessTime {
    int64_t count; /* -1: not given */
    Str period; /* minute, hour, day */
    bool off; /* by an explicit null: what the source says does not hold for its table */
} FreshnessTime;

typedef struct SourceInfo {
    Str source_name, source_description, loader, identifier;
    Value source_meta;
    Str loaded_at_field, loaded_at_query;
    Str unrendered_database, unrendered_schema; /* as written; empty: not given */
    Value own_tags; /* those beside `config`, of the source and the table: its tests have them too */
    bool has_freshness;
    bool freshness_off; /* by an explicit null */
    FreshnessTime warn_after, error_after;
    Str freshness_filter;
    Value quoting; /* merged dict */
    Value external; /* dict or undefined */
} SourceInfo;

typedef struct ExposureInfo {
    Str exposure_type, maturity, owner_name, owner_email;
    Str label, url; /* .ptr NULL: not given */
    Value owner; /* the dict */
} ExposureInfo;

/* What few nodes have. */
typedef struct NodeRare {
    const NameCall *metrics, *functions;
    size_t metric_count, function_count;
    Value time_spine; /* of a model: {standard_granularity_column, custom_granularities}; or undefined */
    struct Node **disabled_tests; /* generic tests of it that are switched off: they too tell its primary key */
    size_t disabled_test_count, disabled_test_cap;
    Str contract_checksum; /* of a model with an enforced contract (dbt: build_contract_checksum); or empty */
} NodeRare;

typedef struct Node {
    ResourceType type;
    uint32_t index; /* dense number: its place in Manifest.nodes */
    const Package *package;
    Str unique_id, name;
    Str path; /* relative to the resource folder: "gold/a.sql" */
    Str original_file_path; /* relative to the package: "models/gold/a.sql" */
    Str *fqn;
    size_t fqn_count;
    Span span; /* where it is defined: the file's first byte, or its name in YAML */
    SourceId source; /* the text that raw_code is in; 0 if it has none */
    Str raw_code;
    Str language; /* "sql" */
    const TplUnit *unit; /* raw_code parsed, of snapshots, generic tests and hooks: ask node_unit (project/project.h) */
    bool templated; /* raw_code is a template whose unit is not kept: node_unit parses it again */
    Str checksum; /* sha256 hex of the file as dbt computes it; "path" kind for large seeds is not used */
    bool broken; /* it has errors: later stages leave it out, with all that depends on it */

    /* Where it is stored. */
    Str database, schema, alias;
    Str relation_name; /* rendered for the target's dialect: "raw_data__orders" with quotes; empty if it has no relation */

    /* Effective configuration: defaults of dbt, project file, YAML and in-file merged. */
    Value config; /* dict, frozen */
    Value unrendered_config; /* dict */
    bool enabled;
    Str materialized; /* config.materialized; empty for kinds that have none */
    const Str *tags;
    size_t tag_count;
    Value meta; /* dict */
    Str group, access; /* empty if not given */
    Value docs; /* {show, node_color} */

    Str description;
    Span description_span;
    IdList doc_blocks;
    Column *columns;
    size_t column_count;
    Value constraints; /* list or undefined */
    Str patch_path; /* "package://models/schema.yml", or empty */
    Span patch_span;
    Value version, latest_version; /* of versioned models; undefined otherwise */
    Str deprecation_date; /* ISO; empty: none */

    RefCall *refs;
    size_t ref_count;
    SourceCall *source_calls;
    size_t source_call_count;
    struct Node **depends_on; /* resolved sources, then refs, in order of first mention, each once */
    size_t depends_on_count;
    const Str *depends_on_macros; /* unique ids */
    size_t depends_on_macro_count;

    struct Node **children; /* who depends on it, by index; filled with the graph */
    size_t child_count;

    TestInfo *test; /* RESOURCE_TEST */
    UnitTestInfo *unit_test; /* RESOURCE_UNIT_TEST */
    SourceInfo *source_info; /* RESOURCE_SOURCE */
    ExposureInfo *exposure; /* RESOURCE_EXPOSURE */
    NodeRare *rare; /* NULL for nearly all */
    /* Metrics, semantic models, saved queries, functions: what is theirs alone, as a dict in the manifest's form. An
     * operation: its index. Undefined otherwise. */
    Value extra;
} Node;

typedef struct MacroArgument {
    Str name, type, description;
} MacroArgument;

typedef struct Macro {
    Str unique_id; /* "macro.package.name" */
    Str name; /* "test_unique", "materialization_view_default": as dbt mangles it */
    Str tag; /* "macro", "test", "materialization" */
    const Package *package;
    Str path, original_file_path;
    Span span; /* the opening tag */
    Str macro_sql; /* the whole block */
    const TplMacro *macro;
    Value options; /* of a materialization */
    Str description, patch_path;
    Value meta, docs;
    bool described; /* YAML says something about it */
    MacroArgument *arguments;
    size_t argument_count;
    const Str *depends_on; /* unique ids of macros that it calls by name */
    size_t depends_on_count;
} Macro;

typedef struct DocBlock {
    Str unique_id; /* "doc.package.name" */
    Str name, contents, path, original_file_path;
    const Package *package;
    Span span;
} DocBlock;

/* A selector of selectors.yml. */
typedef struct Selector {
    Str name;
    Span span;
    bool is_default;
    struct SelectSpec *spec; /* graph/select.h */
    Value definition; /* in dbt's normal form */
    Value entry; /* all of it, for manifest.json */
} Selector;

/* Who owns models; a private model can be referred to by its own group only. No node: nothing depends on it. */
typedef struct Group {
    Str unique_id; /* "group.package.name" */
    Str name, path, original_file_path, description;
    const Package *package;
    Value owner; /* dict */
    Value config; /* dict */
    Span span;
} Group;

/* Where the project's own files go; all can be opened as they are. */
typedef struct ProjectPaths {
    Str root, target, logs, packages;
    Str target_relative; /* to root, as artifacts name it */
    const Str *clean; /* what `clean` removes; relative to root */
    size_t clean_count;
} ProjectPaths;

typedef struct Manifest {
    Arena *arena; /* owned */
    SourceTable *sources; /* owned */
    Package **packages; /* the root project first, then installed packages by name, the embedded library last */
    size_t package_count;
    Package *root;
    ProjectPaths paths;
    Target target;
    const Dialect *dialect;
    Value cli_vars; /* dict */

    Node *
        *nodes; /* enabled nodes of all kinds, ordered by kind, then path, then place: the same for any worker count */
    size_t node_count;
    Node **disabled;
    size_t disabled_count;
    /* Data tests of what is disabled or missing: switched off as in dbt, which keeps them below "nodes". No part of the graph. */
    Node **off_tests;
    size_t off_test_count;
    Map nodes_by_id; /* unique id -> Node * (enabled) */
    Map refs_by_name; /* name of a model, seed or snapshot -> NodeList * (all packages) */
    Map sources_by_name; /* "source.table" -> NodeList * */

    Macro **macros; /* by unique id */
    size_t macro_count;
    Map macros_by_id;
    DocBlock **docs;
    size_t doc_count;
    Map docs_by_id;
    Selector *selectors; /* in the order of the file: one may name those before it */
    size_t selector_count;
    Group **groups; /* by unique id */
    size_t group_count;

    Str invocation_id;
    Str generated_at; /* ISO time at which this run began */
} Manifest;

typedef struct NodeList {
    Node **at;
    size_t n, cap;
} NodeList;

Manifest *manifest_new(void); /* with an arena and a source table */
void manifest_free(Manifest *manifest);

Node *manifest_node(const Manifest *manifest, Str unique_id);
Package *manifest_package(const Manifest *manifest, Str name);
/* One of dbt's behaviour flags below `flags:` of the root project; `otherwise` where it is not set. */
bool manifest_flag(const Manifest *manifest, const char *name, bool otherwise);

typedef enum RefResult { REF_FOUND, REF_MISSING, REF_DISABLED, REF_AMBIGUOUS } RefResult;

/* dbt's lookup: with a package, there only; without one, first in the package of the asking node, then in the root
 * project, then anywhere (two hits there are ambiguous). Without a version, a versioned model's latest is meant. */
RefResult manifest_find_ref(const Manifest *manifest, const Package *asking, Str package, Str name, Value version,
                            Node **found);
RefResult manifest_find_source(const Manifest *manifest, const Package *asking, Str source, Str table, Node **found);

/* A macro by name as templates call it: in the asking package, then the root project, then other packages' macros are
 * reached only through their namespace, then the embedded library. dbt: MacroNamespaceBuilder. */
Macro *manifest_find_macro(const Manifest *manifest, const Package *asking, Str name);
Macro *manifest_find_package_macro(const Manifest *manifest, Str package, Str name);
DocBlock *manifest_find_doc(const Manifest *manifest, const Package *asking, Str package, Str name);

/* The first group of this name in any package; NULL if there is none. */
Group *manifest_find_group(const Manifest *manifest, Str name);
/* A metric or a function by name, looked up as refs are. */
RefResult manifest_find_named(const Manifest *manifest, ResourceType type, const Package *asking, Str package, Str name,
                              Node **found);
/* The node's rare part, made if there is none. */
NodeRare *node_rare(Arena *arena, Node *node);

/* True for kinds that `ref` can name (model, seed, snapshot). */
bool node_refable(const Node *node);
/* True for a seed that is known by its path and not by what is in it: above 1 MB, as in dbt. */
bool node_checksum_is_path(const Node *node);
/* True for one of several versions of a model. */
bool node_versioned(const Node *node);
/* dbt's order of versions: as numbers if both are, else as text. */
int version_compare(Value a, Value b);
/* True for kinds that have a table or view of their own in the database. */
bool node_has_relation(const Node *node);
/* A key of the effective config; undefined if it is not there. */
Value node_config(const Node *node, Str key);
/* Of a model: `contract: {enforced: true}`. */
bool node_enforces_contract(const Node *node);
/* Where YAML describes it, or else where it is defined. */
Span node_described_at(const Node *node);

/* Whether `name` is a database of its own to the target's connections: a file that is attached as that name. The
 * target's schema never is: what dbt's adapter kept in a file of its own, cdbt builds in the main one. `manifest` is a
 * Manifest: the shape is that of SqlDatabases. */
bool target_has_database(const void *manifest, Str name);

#endif
