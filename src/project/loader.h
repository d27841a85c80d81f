/* What the readers of one project load share. Private to src/project.
 *
 * Stages run over all files with loader_parallel: each worker has an arena whose memory goes to the manifest at the end, a
 * scratch arena for renders, contexts and a sink; diagnostics come out in the order of the items whatever the number of
 * workers. */
#ifndef CDBT_PROJECT_LOADER_H
#define CDBT_PROJECT_LOADER_H

#include "context/context.h"
#include "project/project.h"
#include "template/value_pool.h"
#include "yaml/yaml.h"

typedef enum FileKind {
    FILE_MODEL,
    FILE_SEED,
    FILE_SNAPSHOT,
    FILE_TEST,
    FILE_ANALYSIS,
    FILE_MACRO, /* macro paths and tests/generic */
    FILE_SCHEMA, /* .yml, .yaml below any resource path */
    FILE_DOCS, /* .md */
    FILE_PYTHON, /* a model */
    FILE_PYTHON_FUNCTION,
    FILE_FIXTURE, /* rows for unit tests: .csv and .sql below tests/fixtures */
    FILE_FUNCTION,
} FileKind;

typedef struct ProjectFile {
    FileKind kind;
    Package *package;
    Str path; /* relative to the package, as dbt_project.yml writes the folder: "models/gold/a.sql", "./models/a.sql" */
    Str relative; /* relative to the resource folder: "gold/a.sql" */
    Str folder; /* the resource folder: "models" */
    SourceId source; /* 0 until it is read */
    Str text;
    bool unreadable; /* reported already */
} ProjectFile;

/* A data test as a YAML entry names it, before it is a node. */
typedef struct TestEntry {
    const YamlNode *node; /* a copy: the file's tree is gone */
    const Column *column; /* NULL: a test of the whole model */
    bool source_table;
    bool of_version; /* stands beside a version: dbt renders these when it reads YAML */
} TestEntry;

/* What a YAML file says about a resource that is defined elsewhere (models, seeds, snapshots, analyses, macros). */
typedef struct Patch {
    Str kind; /* "models", "seeds", ... */
    Str name;
    Str file_name; /* of a version: the model file that it is in, "orders_v2"; else empty */
    bool latest; /* of a version: may also be in a file without a suffix */
    Value version, latest_version; /* undefined if there are no versions */
    Str deprecation_date; /* ISO; empty: none */
    ProjectFile *file;
    const YamlNode *node; /* of a macro, a function, a snapshot in YAML: a copy of its entry; else NULL */
    Span name_span;
    Value config; /* rendered dict, top-level keys such as `tags` and `meta` included; or undefined */
    Value written; /* what stands below `config:`, of a version below its own; undefined unless config_keeps_written */
    Str description;
    Span description_span;
    IdList doc_blocks;
    Column *columns;
    size_t column_count;
    Value constraints, docs;
    Value time_spine; /* of a model; undefined if there is none */
    TestEntry *tests;
    size_t test_count, test_cap;
    Node *target; /* the node that it was applied to */
    bool used;
} Patch;

typedef VEC(Patch *) PatchList;
typedef VEC(Node *) NodeVec;
typedef VEC(Group *) GroupVec;
typedef VEC(const YamlNode *) YamlVec;

/* What one schema file holds. */
typedef struct SchemaFile {
    PatchList patches;
    NodeVec nodes; /* sources, exposures, metrics, ... */
    VEC(const YamlNode *) unit_tests; /* copies: the tree of the file is gone when they are read */
    GroupVec groups;
    /* Copies too. Sources of packages are read when all files are known: another one may override them. */
    YamlVec sources, overrides;
    /* Tests of source tables: the source is Patch.target and made here. */
    PatchList source_patches;
} SchemaFile;

typedef struct Worker {
    Arena *arena; /* joins the manifest's */
    Arena *scratch; /* cleared after each item */
    Arena *trees; /* the YAML of the file that is being read */
    DiagSink sink;
    Context *yaml, *parse;
    Map units; /* text of hooks -> TplUnit *: most are alike */
    Map places; /* where texts of hooks stand: see context_text_place */
    Map tests; /* raw code of generic tests -> TestCode *: most are alike */
    ValuePool configs; /* of nodes that are configured alike */
    bool keeps_written; /* config_keeps_written */
    Str last_names[3]; /* database, schema, alias: the newest that were made, in arena */
} Worker;

typedef struct Loader {
    Manifest *manifest;
    Arena *arena; /* the manifest's: for the serial parts only */
    DiagSink *sink;
    const ProjectOptions *options;
    Graph *graph; /* at the very end */
    const YamlNode **package_files; /* the parsed dbt_project.yml of each package of the manifest */
    VEC(ProjectFile) files;
    SchemaFile *schemas; /* by index into files; only FILE_SCHEMA ones are filled */
    Map patches; /* "package kind name" -> Patch * */
    PatchList patch_list; /* in file order */
    NodeVec nodes; /* all nodes, disabled ones too */
    Worker *workers;
    unsigned worker_count;
    Value defaults[RESOURCE_COUNT]; /* configs before anything is said; frozen and shared by all nodes' configs */
    ContextRun run; /* flags and invocation for parse contexts */
} Loader;

typedef void (*LoaderWork)(Loader *loader, Worker *worker, size_t item, void *data);
/* Hands over what a worker reported outside of loader_parallel. */
void worker_drain(Loader *loader, Worker *worker);
void loader_parallel(Loader *loader, size_t items, LoaderWork work, void *data);

/* files.c */
bool files_scan(Loader *loader);
bool file_load(Loader *loader, Arena *arena, ProjectFile *file, DiagSink *sink);

/* project_file.c: a dbt_project.yml is read in two steps, since its values may ask for the target, which the profile
 * gives, which the file names. */
Package *package_new(Arena *arena, Str root);
void package_add(Loader *loader, Package *package, const YamlNode *file_or_null);
/* Keys and their forms; false: something is wrong, and told. */
bool project_check_form(DiagSink *sink, const YamlNode *file);
/* Misspelt configs below `models:` and the like. */
void project_check_config_keys(DiagSink *sink, const YamlNode *tree);
bool package_open(Loader *loader, Str root, bool is_root, Package **package);
bool package_render(Loader *loader, Package *package);
/* Whether its `require-dbt-version` allows the version that cdbt follows; reports it otherwise. --no-version-check: always. */
bool package_fits_version(Loader *loader, const Package *package, const YamlNode *file);
void paths_read(Loader *loader); /* into manifest->paths */
/* `vars` of the command line into manifest->cli_vars. */
bool vars_read(Loader *loader);

/* selectors.c: the root project's selectors.yml, into manifest->selectors. */
bool selectors_read(Loader *loader);

/* packages.c: installed and local packages, and the embedded library, behind the root project. */
bool packages_open(Loader *loader);

/* profile.c: fills manifest->target and ->dialect */
bool profile_read(Loader *loader, const YamlNode *project_file);

/* profile_shown.c: the text of a profiles.yml without what may be secret; as long as it was */
Str profile_shown(Arena *arena, Str text);

/* read_macros.c */
void macros_read(Loader *loader);
void macros_link(Loader *loader); /* which macros each one calls by name */
void macros_patch(Loader *loader);
TplOptions loader_tpl_options(const Package *package); /* with dbt's block tags */
void docs_read(Loader *loader);

/* read_schema.c */
void schemas_read(Loader *loader);
Patch *patch_find(const Loader *loader, const Package *package, Str kind, Str name);

/* read_groups.c */
void groups_join(Loader *loader);

/* read_nodes.c */
void nodes_read(Loader *loader);

/* microbatch.c: what is wrong in the configs of microbatch models */
void check_microbatch(Loader *loader);
/* check_configs.c: what is wrong in the configs of snapshots and in primary keys */
void check_configs(Loader *loader);

/* read_tests.c */
void generic_tests_read(Loader *loader);

/* read_unit_tests.c */
void unit_tests_read(Loader *loader);
bool unit_test_resolve(Loader *loader, Node *node); /* what its inputs are; once all nodes have their numbers */
void unit_tests_check(Loader *loader);

/* node.c: what all kinds of nodes share */
Node *node_new(Arena *arena, ResourceType type, const Package *package, Str name, Str path, Str original_path);
/* A file's path as the fqn of its tests has it: dbt cuts the first folder, and not the model path, which may be deeper. */
Str node_path_below_first(Arena *arena, Str path);
void node_set_fqn(Arena *arena, Node *node, Str path, const Str *more, size_t more_count);
/* defaults, project trees, patch, in-file calls, root project's trees. */
bool node_configure(Loader *loader, Worker *worker, Node *node, const Patch *patch, const Captured *captured);
/* The same before the body is evaluated, so that it sees the levels below it. It lies in the worker's scratch arena:
 * node_configure or, for a broken node, node_keep_draft must follow. */
bool node_configure_draft(Loader *loader, Worker *worker, Node *node, const Patch *patch, const Captured *captured);
void node_keep_draft(Worker *worker, Node *node, const Loader *loader);
/* database, schema and alias by the generate_*_name macros, and the rendered relation name. */
bool node_name_relation(Loader *loader, Worker *worker, Node *node);
void node_apply_patch(Worker *worker, Node *node, Patch *patch);
/* Copies what was captured (in a scratch arena) into the node. */
void node_take_captured(Arena *arena, Node *node, const Captured *captured);

/* written.c */
bool config_keeps_written(const Loader *loader);
/* The arguments of the node's first config() call as dbt writes them, a dict in the scratch arena; false if dbt takes what
 * the calls gave instead. */
bool config_written(const Loader *loader, Worker *worker, const Node *node, Value *written);

/* static_reader.c */
bool static_reader_takes(Str text, TplFamily family);

/* contract.c */
void node_set_contract_checksum(Arena *arena, Node *node);

/* resolve.c */
bool manifest_resolve(Loader *loader);
/* False after an error; nothing is said twice about what is broken already. */
bool resolve_ref(Loader *loader, Node *node, const RefCall *call, Node **found);
bool resolve_source(Loader *loader, Node *node, const SourceCall *call, Node **found);

/* yaml_value.c */
/* YAML as a value. `render`: strings are rendered natively through `context`, except below keys for which `skip` (may be
 * NULL) says so. False after an error in the context's sink. */
typedef bool (*YamlSkip)(const Str *path, size_t depth);
bool yaml_to_value(Arena *arena, Context *context_or_null, TplFamily family, const YamlNode *node, YamlSkip skip,
                   Value *value);
/* A description with doc() calls rendered; text without templates comes back as it is. `docs` (may be NULL) receives the
 * docs blocks that it asks for. */
bool yaml_description(Worker *worker, const Package *package, const YamlNode *node, Str *text, IdList *docs);
/* The same for a text that was read already and stands at `span`. */
bool description_render(Worker *worker, const Package *package, Span span, Str *text, IdList *docs);

#endif
