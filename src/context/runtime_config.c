/* ref and source as values. In dbt they are objects, and packages reach the project's configuration through them:
 * `builtins.ref.config.dependencies['my_package'].version`. */
#include "context/internal.h"

/* ---- config: of the root project, and one of each package ---- */

static bool find_dependency(const NameSpace *space, Str name, Value *result);

static void dependency_keys(const NameSpace *space, List *keys)
{
    const Manifest *manifest = space->ctx->manifest;
    for (size_t i = 0; i < manifest->package_count; i++) list_push(keys, value_str(manifest->packages[i]->name));
}

static Value path_list(Arena *arena, const Str *paths, size_t count)
{
    Value list = value_list(arena);
    for (size_t i = 0; i < count; i++) list_push(list.u.list, value_str(paths[i]));
    return list;
}

/* What a template may see of the target and the project: no secrets are in the target's settings. */
static bool find_config(const NameSpace *space, Str name, Value *result)
{
    Context *ctx = space->ctx;
    const Package *package = space->data;
    const Target *target = &ctx->manifest->target;
    if (str_eq(name, STR("project_name")))
        *result = value_str(package->name);
    else if (str_eq(name, STR("version")))
        *result = package->version.len ? value_str(package->version) : VALUE_NONE;
    else if (str_eq(name, STR("project_root")))
        *result = value_str(package->root);
    else if (str_eq(name, STR("profile_name")))
        *result = value_str(target->profile_name);
    else if (str_eq(name, STR("target_name")))
        *result = value_str(target->name);
    else if (str_eq(name, STR("threads")))
        *result = value_int(target->threads);
    else if (str_eq(name, STR("credentials")))
        *result = target->settings;
    else if (str_eq(name, STR("model_paths")))
        *result = path_list(ctx->arena, package->model_paths, package->model_path_count);
    else if (str_eq(name, STR("macro_paths")))
        *result = path_list(ctx->arena, package->macro_paths, package->macro_path_count);
    else if (str_eq(name, STR("dependencies")))
        *result = namespace_value(ctx, "dict", NULL, find_dependency, dependency_keys);
    else
        return false;
    return true;
}

static bool find_dependency(const NameSpace *space, Str name, Value *result)
{
    const Manifest *manifest = space->ctx->manifest;
    for (size_t i = 0; i < manifest->package_count; i++) {
        if (!str_eq(manifest->packages[i]->name, name)) continue;
        *result = namespace_value(space->ctx, "RuntimeConfig", manifest->packages[i], find_config, NULL);
        return true;
    }
    return false;
}

/* ---- the functions ---- */

typedef struct Resolver {
    Object head;
    Context *ctx;
} Resolver;

static bool resolver_attr(TplCall *call, Object *self, Str name, Value *result)
{
    Context *ctx = ((Resolver *)self)->ctx;
    (void)call;
    const Package *root = ctx->manifest->root;
    if (root && str_eq(name, STR("config")))
        *result = namespace_value(ctx, "RuntimeConfig", root, find_config, NULL);
    else if (root && str_eq(name, STR("current_project")))
        *result = value_str(root->name);
    else
        *result = value_undefined(name);
    return true;
}

static bool call_ref(TplCall *call, Object *self, Value *result)
{
    (void)self;
    return native_ref(call, result);
}

static bool call_source(TplCall *call, Object *self, Value *result)
{
    (void)self;
    return native_source(call, result);
}

static const ObjectClass ref_class = {.name = "RefResolver", .attr = resolver_attr, .call = call_ref};
static const ObjectClass source_class = {.name = "SourceResolver", .attr = resolver_attr, .call = call_source};

static Value resolver(Context *ctx, const ObjectClass *class)
{
    Resolver *made = ARENA_NEW(ctx->arena, Resolver);
    *made = (Resolver){{class}, ctx};
    return value_object(&made->head);
}

Value ref_value(Context *ctx)
{
    return resolver(ctx, &ref_class);
}

Value source_value(Context *ctx)
{
    return resolver(ctx, &source_class);
}
