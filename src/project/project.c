#include "project/project.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "graph/graph.h"
#include "project/config.h"
#include "project/loader.h"

/* ---- workers ---- */

static void workers_start(Loader *loader)
{
    loader->worker_count = parallel_workers(SIZE_MAX, loader->options->workers);
    loader->workers = mem_zalloc(sizeof *loader->workers * loader->worker_count);
    for (unsigned i = 0; i < loader->worker_count; i++) {
        Worker *worker = &loader->workers[i];
        worker->arena = arena_new();
        worker->scratch = arena_new();
        worker->trees = arena_new();
        diag_sink_init(&worker->sink);
        map_init(&worker->units, worker->arena);
        map_init(&worker->places, worker->arena);
        map_init(&worker->tests, worker->arena);
        value_pool_init(&worker->configs, worker->arena);
    }
}

/* Contexts of CONTEXT_YAML are needed from the project file on; those of CONTEXT_PARSE once the target is known. */
static void workers_make_contexts(Loader *loader, bool parse)
{
    for (unsigned i = 0; i < loader->worker_count; i++) {
        Worker *worker = &loader->workers[i];
        Context **context = parse ? &worker->parse : &worker->yaml;
        if (*context) continue;
        *context = context_new(loader->manifest, parse ? CONTEXT_PARSE : CONTEXT_YAML, worker->scratch, &worker->sink);
        context_set_run(*context, &loader->run);
    }
}

static void workers_stop(Loader *loader)
{
    for (unsigned i = 0; i < loader->worker_count; i++) {
        Worker *worker = &loader->workers[i];
        context_free(worker->yaml);
        context_free(worker->parse);
        diag_sink_release(&worker->sink);
        arena_free(worker->scratch);
        arena_free(worker->trees);
        arena_adopt(loader->arena, worker->arena);
    }
    mem_free(loader->workers);
}

void worker_drain(Loader *loader, Worker *worker)
{
    diag_sink_append(loader->sink, &worker->sink);
    diag_sink_clear(&worker->sink);
}

typedef struct ItemDiags {
    unsigned worker;
    size_t from, to; /* in the worker's sink */
} ItemDiags;

typedef struct ParallelWork {
    Loader *loader;
    LoaderWork work;
    void *data;
    ItemDiags *diags;
} ParallelWork;

static void run_item(void *context, unsigned worker_number, size_t item)
{
    ParallelWork *p = context;
    Worker *worker = &p->loader->workers[worker_number];
    p->diags[item] = (ItemDiags){worker_number, worker->sink.count, 0};
    p->work(p->loader, worker, item, p->data);
    p->diags[item].to = worker->sink.count;
    /* Nothing of an item's renders is needed afterwards: what stays was copied into worker->arena. */
    if (worker->yaml) context_set_node(worker->yaml, NULL, NULL);
    if (worker->parse) context_set_node(worker->parse, NULL, NULL);
    arena_clear(worker->scratch);
}

void loader_parallel(Loader *loader, size_t items, LoaderWork work, void *data)
{
    if (!items) return;
    ParallelWork p = {loader, work, data, mem_zalloc(sizeof(ItemDiags) * items)};
    parallel_for(items, loader->worker_count, run_item, &p);
    for (size_t i = 0; i < items; i++)
        for (size_t d = p.diags[i].from; d < p.diags[i].to; d++)
            diag_copy(loader->sink, &loader->workers[p.diags[i].worker].sink.items[d]);
    for (unsigned w = 0; w < loader->worker_count; w++) diag_sink_clear(&loader->workers[w].sink);
    mem_free(p.diags);
}

/* ---- loading ---- */

static bool read_head(Loader *loader, Str root)
{
    Manifest *m = loader->manifest;
    if (!package_open(loader, root, true, &m->root)) return false;
    paths_read(loader);
    if (!profile_read(loader, loader->package_files[0])) return false;
    workers_make_contexts(loader, true);
    bool ok = packages_open(loader);
    for (size_t i = 0; i < m->package_count; i++) ok &= package_render(loader, m->packages[i]);
    return ok;
}

static bool load(Loader *loader)
{
    Str root;
    if (!project_find_root(loader->arena, loader->options, loader->sink, &root)) return false;
    if (!vars_read(loader)) return false;
    workers_make_contexts(loader, false);
    if (!read_head(loader, root)) return false;
    selectors_read(loader);
    files_scan(loader);
    macros_read(loader);
    docs_read(loader);
    schemas_read(loader);
    macros_patch(loader);
    macros_link(loader);
    nodes_read(loader);
    generic_tests_read(loader);
    unit_tests_read(loader);
    if (!manifest_resolve(loader)) return false;
    loader->graph = graph_build(loader->arena, loader->manifest, loader->sink);
    return !loader->graph->cyclic;
}

bool project_load(Manifest *manifest, const ProjectOptions *options, Graph **graph, DiagSink *sink)
{
    Loader loader = {.manifest = manifest, .arena = manifest->arena, .sink = sink, .options = options};
    manifest->invocation_id = options->invocation_id;
    manifest->generated_at = options->generated_at;
    loader.run = (ContextRun){.flags = options->flags,
                              .invocation = options->invocation,
                              .results = value_undefined(STR_EMPTY),
                              .selected_resources = value_undefined(STR_EMPTY),
                              .schemas = value_undefined(STR_EMPTY),
                              .database_schemas = value_undefined(STR_EMPTY)};
    for (size_t i = 0; i < RESOURCE_COUNT; i++) {
        loader.defaults[i] = config_defaults(loader.arena, (ResourceType)i);
        value_freeze(loader.defaults[i]);
    }
    size_t errors = sink->errors;
    workers_start(&loader);
    bool ok = load(&loader) && sink->errors == errors;
    workers_stop(&loader);
    if (ok && graph) *graph = loader.graph;
    return ok;
}
