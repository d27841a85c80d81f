/* The columns of what a unit test gives rows for.
 *
 * Those that the check before write found come first, then those in the database. What is in neither is compiled, its own
 * parents before it, and looked at by the engine as the check does it: unit tests need nothing that is built. */
#include "base/csv.h"
#include "base/file.h"
#include "run/internal.h"

typedef struct Finder {
    RunWorker *worker;
    AdapterConnection *connection;
    AdapterCheck *check; /* made when something must be compiled */
    bool no_check;
    unsigned depth;
} Finder;

enum { DEEPEST = 200 }; /* of parents that are not built: no real project comes near */

static const AdapterColumns *columns_of(Finder *f, const Node *node);

static Str declared_type(const Node *node, Str column)
{
    Value types = node_config(node, STR("column_types"));
    for (size_t i = 0; i < node->column_count; i++)
        if (str_eq_nocase(node->columns[i].name, column) && node->columns[i].data_type.len)
            return node->columns[i].data_type;
    Value type = types.kind == V_DICT ? dict_get_str(types.u.dict, column) : VALUE_NONE;
    return type.kind == V_STR ? value_text(type) : STR_EMPTY;
}

/* What YAML declares fills in where the engine knows no type: on SQLite, of every expression. */
static AdapterColumns *with_declared(Arena *arena, const Node *node, const AdapterColumns *columns)
{
    AdapterColumns *full = ARENA_NEW(arena, AdapterColumns);
    full->n = columns->n;
    full->at = arena_copy(arena, columns->at, sizeof *columns->at * (columns->n + 1));
    for (size_t i = 0; i < full->n; i++) {
        full->at[i].name = str_dup(arena, full->at[i].name);
        full->at[i].type = str_dup(arena, full->at[i].type);
        if (!full->at[i].type.len) full->at[i].type = declared_type(node, full->at[i].name);
    }
    return full;
}

static const AdapterColumns *of_header(Finder *f, const Node *node)
{
    Arena *arena = f->worker->keep;
    Str text, error;
    CsvReader csv;
    Value delimiter = node_config(node, STR("delimiter"));
    if (!file_read(arena, seed_path(arena, node), &text, &error)) return NULL;
    AdapterColumns *columns = NULL;
    if (csv_open(&csv, arena, text, delimiter.kind == V_STR && delimiter.len ? delimiter.u.str[0] : ',')) {
        columns = ARENA_NEW(arena, AdapterColumns);
        columns->n = csv.column_count;
        columns->at = ARENA_ARRAY(arena, AdapterColumn, columns->n + 1);
        for (size_t i = 0; i < columns->n; i++)
            columns->at[i] = (AdapterColumn){str_dup(arena, csv.header[i]), declared_type(node, csv.header[i]),
                                             STR_EMPTY, STR_EMPTY};
    }
    csv_close(&csv);
    return columns;
}

static const AdapterColumns *of_yaml(Finder *f, const Node *node)
{
    if (!node->column_count) return NULL;
    AdapterColumns *columns = ARENA_NEW(f->worker->keep, AdapterColumns);
    columns->n = node->column_count;
    columns->at = ARENA_ARRAY(f->worker->keep, AdapterColumn, columns->n);
    for (size_t i = 0; i < columns->n; i++)
        columns->at[i] = (AdapterColumn){node->columns[i].name, node->columns[i].data_type, STR_EMPTY, STR_EMPTY};
    return columns;
}

static bool in_database(Finder *f, const Node *node, AdapterColumns *columns)
{
    AdapterError error;
    adapter_error_init(&error, f->worker->render);
    return node->relation_name.len &&
           adapter_columns(f->connection, node->relation_name, f->worker->render, columns, &error) && columns->n;
}

/* An ephemeral model's own parents are what its text reads. */
static void describe_parents(Finder *f, const Node *node)
{
    for (size_t i = 0; i < node->depends_on_count; i++) {
        const Node *parent = node->depends_on[i];
        AdapterColumns there;
        if (parent->type == RESOURCE_MODEL && str_eq(parent->materialized, STR("ephemeral"))) {
            describe_parents(f, parent);
            continue;
        }
        if (!node_has_relation(parent) || in_database(f, parent, &there)) continue;
        AdapterError ignored;
        adapter_error_init(&ignored, f->worker->render);
        adapter_check_relation(f->check, parent->relation_name, columns_of(f, parent), &ignored);
    }
}

static const AdapterColumns *of_query(Finder *f, const Node *node)
{
    RunWorker *worker = f->worker;
    AdapterError error;
    adapter_error_init(&error, worker->render);
    if (!f->check && !f->no_check && !adapter_check_begin(worker->run->database, &f->check, &error)) f->no_check = true;
    if (f->no_check || f->depth >= DEEPEST) return NULL;
    f->depth++;
    describe_parents(f, node);
    f->depth--;
    /* What goes wrong here is no error of the test: then nothing is known. */
    DiagSink mine = worker->sink, apart;
    diag_sink_init(&apart);
    worker->sink = apart;
    Compiled compiled;
    Context *context = worker_context(worker, CONTEXT_COMPILE, node, f->connection);
    bool ok = compile_in(worker, context, node, &compiled);
    apart = worker->sink;
    worker->sink = mine;
    diag_sink_release(&apart);
    AdapterChecked checked = {0};
    if (!ok || !adapter_check_prepare(f->check, value_text(compiled.sql), worker->keep, &checked, &error) ||
        !checked.known)
        return NULL;
    return arena_copy(worker->keep, &checked.columns, sizeof checked.columns);
}

static const AdapterColumns *columns_of(Finder *f, const Node *node)
{
    RunWorker *worker = f->worker;
    AdapterColumns there;
    const AdapterColumns *known = worker->run->columns[node->index];
    if (!known && in_database(f, node, &there)) known = &there;
    if (known) return with_declared(worker->keep, node, known);
    known = map_get(&worker->unbuilt, node->unique_id);
    if (known) return known;
    switch (node->type) {
    case RESOURCE_SEED: known = of_header(f, node); break;
    case RESOURCE_MODEL: known = of_query(f, node); break;
    default: break;
    }
    if (known)
        known = with_declared(worker->keep, node, known);
    else
        known = of_yaml(f, node);
    union {
        const void *in;
        void *out;
    } value = {.in = known};
    if (known) map_put(&worker->unbuilt, node->unique_id, value.out);
    return known;
}

const AdapterColumns *unit_columns(RunWorker *worker, AdapterConnection *connection, const Node *node)
{
    Finder finder = {.worker = worker, .connection = connection};
    const AdapterColumns *columns = columns_of(&finder, node);
    adapter_check_end(finder.check);
    return columns;
}
