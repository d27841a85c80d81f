/* The catalog: what the database itself says of the project's relations, for documentation. */
#include "run/internal.h"

typedef struct Listed {
    Map relations; /* lower-case stored name -> AdapterRelation * */
} Listed;

static Listed *list_schema(Run *run, AdapterConnection *reader, Map *lists, const Node *node)
{
    Str key = str_fmt(run->arena, "%.*s.%.*s", STR_ARG(node->database), STR_ARG(node->schema));
    void **slot = map_slot(lists, key);
    if (*slot) return *slot;
    Listed *listed = ARENA_NEW(run->arena, Listed);
    map_init(&listed->relations, run->arena);
    *slot = listed;
    AdapterRelations relations = {0};
    AdapterError error;
    adapter_error_init(&error, run->arena);
    if (!adapter_list_relations(reader, node->database, node->schema, run->arena, &relations, &error)) return listed;
    for (size_t i = 0; i < relations.n; i++)
        map_put(&listed->relations, str_lower(run->arena, relations.at[i].name), &relations.at[i]);
    return listed;
}

void catalog_read(Run *run)
{
    if (run->options.empty_catalog) return;
    RunWorker *worker = &run->workers[0];
    worker_turn(worker, NULL);
    AdapterConnection *reader = run->database ? worker_reader(worker) : NULL;
    if (!reader) return;
    Map lists;
    map_init(&lists, run->arena);
    for (size_t i = 0; i < run->manifest->node_count; i++) {
        const Node *node = run->manifest->nodes[i];
        if (!node_has_relation(node)) continue;
        Str identifier = node->source_info ? node->source_info->identifier : node->alias;
        const Listed *listed = list_schema(run, reader, &lists, node);
        const AdapterRelation *relation = map_get(&listed->relations, str_lower(worker->render, identifier));
        if (!relation) continue;
        RunRelation entry = {.node = node, .type = adapter_relation_type(relation)};
        AdapterError error;
        adapter_error_init(&error, worker->render);
        if (!adapter_columns(reader, node->relation_name, run->arena, &entry.columns, &error)) continue;
        if (!adapter_details(reader, node->relation_name, run->arena, &entry.details, &error)) continue;
        vec_push(run->arena, &run->catalog, entry);
        run->columns[i] = arena_copy(run->arena, &entry.columns, sizeof entry.columns);
    }
}
