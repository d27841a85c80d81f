/* --defer: what this run does not build and what is not in this target is read from where an earlier state has it
 * (dbt: RuntimeRefResolver.create_relation). `clone` asks for the same places. */
#include "run/internal.h"

typedef struct Deferrer {
    Run *run;
    AdapterConnection *reader;
    Map schemas; /* "database.schema" -> Map of the lower-case names that exist */
} Deferrer;

static bool exists(Deferrer *d, const Node *node)
{
    Arena *arena = d->run->arena;
    Str key = str_fmt(arena, "%.*s.%.*s", STR_ARG(node->database), STR_ARG(node->schema));
    Map *names = map_get(&d->schemas, key);
    if (!names) {
        names = ARENA_NEW(arena, Map);
        map_init(names, arena);
        map_put(&d->schemas, key, names);
        AdapterRelations relations = {0};
        AdapterError error;
        adapter_error_init(&error, arena);
        if (d->reader && adapter_list_relations(d->reader, node->database, node->schema, arena, &relations, &error))
            for (size_t i = 0; i < relations.n; i++)
                map_put(names, str_lower(arena, relations.at[i].name), &relations.at[i]);
    }
    return map_has(names, str_lower(arena, node->alias.len ? node->alias : node->name));
}

const RelationParts *run_state_relation(const Run *run, const Node *node)
{
    const PreviousState *state = run->options.defer_state;
    const Value *old = state && node_refable(node) ? map_get(&state->nodes, node->unique_id) : NULL;
    if (!old || str_eq(old_text(old_key(*old, "config"), "materialized"), STR("ephemeral"))) return NULL;
    RelationParts *parts = ARENA_NEW(run->arena, RelationParts);
    *parts = (RelationParts){old_text(*old, "database"), old_text(*old, "schema"), old_text(*old, "alias"), STR_EMPTY};
    if (!parts->identifier.len) parts->identifier = old_text(*old, "name");
    return parts;
}

static bool makes(const Run *run, const Node *node)
{
    RunCommand command = run->options.command;
    bool writes = command != RUN_COMPILE && command != RUN_DOCS && command != RUN_SHOW;
    return writes && node_set_has(run->plan->work, node->index);
}

void run_defer(Run *run)
{
    if (!run->options.defer || run->deferred) return;
    Deferrer d = {.run = run};
    worker_turn(&run->workers[0], NULL);
    d.reader = worker_reader(&run->workers[0]);
    map_init(&d.schemas, run->arena);
    run->deferred = ARENA_ARRAY(run->arena, const RelationParts *, run->graph->node_count + 1);
    for (uint32_t i = 0; i < run->graph->node_count; i++) {
        const Node *node = run->manifest->nodes[i];
        const RelationParts *parts = run_state_relation(run, node);
        if (!parts) continue;
        bool favored = run->options.favor_state && !node_set_has(run->selected, i);
        if (favored || (!makes(run, node) && !exists(&d, node))) run->deferred[i] = parts;
    }
}
