/* Groups: who owns models. They are no nodes. */
#include "base/vec.h"
#include "project/config.h"
#include "project/read_schema.h"

#include <stdlib.h>

static const Str group_keys[] = {STR_INIT("name"), STR_INIT("owner"), STR_INIT("description"), STR_INIT("config")};

/* `owner` with at least a name or an email; dbt's manifest has both keys always. */
static Value read_owner(Worker *worker, const ProjectFile *file, const YamlNode *entry, Str name, Span span)
{
    Arena *arena = worker->arena;
    Value written, owner = value_dict(arena);
    dict_set_str(owner.u.dict, STR("email"), VALUE_NONE);
    dict_set_str(owner.u.dict, STR("name"), VALUE_NONE);
    schema_value(worker, file, entry, "owner", &written);
    config_replace(owner, written);
    if (dict_get_str(owner.u.dict, STR("email")).kind == V_NONE &&
        dict_get_str(owner.u.dict, STR("name")).kind == V_NONE) {
        const YamlNode *place = yaml_get(entry, STR("owner"));
        diag_add(&worker->sink, DIAG_yaml_missing_key, place ? place->span : span,
                 "the group '%.*s' needs an 'owner' with a name or email", STR_ARG(name));
        diag_hint(&worker->sink, "add `owner: {name: ..., email: ...}`");
    }
    return owner;
}

/* dbt has no section for groups in dbt_project.yml, and takes the one of models for it. */
static Value read_config(Loader *loader, Worker *worker, ProjectFile *file, const YamlNode *entry, Str name)
{
    Arena *arena = worker->arena;
    const Manifest *m = loader->manifest;
    Value config = value_dict(arena);
    dict_set_str(config.u.dict, STR("meta"), value_dict(arena));
    Node like = {.package = file->package};
    node_set_fqn(arena, &like, file->relative, &name, 1);
    config_apply_tree(arena, RESOURCE_METRIC, config, file->package->config_trees[RESOURCE_MODEL], like.fqn,
                      like.fqn_count);
    config_apply(arena, RESOURCE_METRIC, config, schema_config_only(worker, file, entry), false);
    if (file->package != m->root)
        config_apply_tree(arena, RESOURCE_METRIC, config, m->root->config_trees[RESOURCE_MODEL], like.fqn,
                          like.fqn_count);
    const char *const hooks[] = {"pre-hook", "post-hook"}; /* these are none of a group */
    for (size_t i = 0; i < 2; i++) dict_remove(config.u.dict, value_str(str_from(hooks[i])), NULL);
    return config;
}

void group_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry)
{
    Group *group = ARENA_NEW(worker->arena, Group);
    if (!schema_name(worker, file, entry, "a group", &group->name, &group->span)) return;
    yaml_check_keys(entry, group_keys, sizeof group_keys / sizeof *group_keys, "a group", &worker->sink);
    group->package = file->package;
    group->path = file->relative;
    group->original_file_path = file->path;
    group->unique_id = str_fmt(worker->arena, "group.%.*s.%.*s", STR_ARG(file->package->name), STR_ARG(group->name));
    group->owner = read_owner(worker, file, entry, group->name, group->span);
    yaml_description(worker, file->package, yaml_get(entry, STR("description")), &group->description, NULL);
    group->config = read_config(loader, worker, file, entry, group->name);
    vec_push(worker->arena, &schema->groups, group);
}

static int by_id(const void *a, const void *b)
{
    return str_cmp((*(Group *const *)a)->unique_id, (*(Group *const *)b)->unique_id);
}

void groups_join(Loader *loader)
{
    Manifest *m = loader->manifest;
    GroupVec all = {0};
    Map seen;
    map_init(&seen, loader->arena);
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].groups.n; i++) {
            Group *group = loader->schemas[f].groups.at[i];
            const Group *other = map_get(&seen, group->unique_id);
            if (other) {
                diag_add(loader->sink, DIAG_node_duplicate, group->span, "two groups are named '%.*s'",
                         STR_ARG(group->name));
                diag_note(loader->sink, other->span, "the other one is here");
                diag_hint(loader->sink, "rename one of them");
                continue;
            }
            map_put(&seen, group->unique_id, group);
            vec_push(loader->arena, &all, group);
        }
    if (all.n) qsort(all.at, all.n, sizeof *all.at, by_id);
    m->groups = all.at;
    m->group_count = all.n;
}
