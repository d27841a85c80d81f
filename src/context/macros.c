/* Which macro is meant: dispatch, materialisations, name macros. */
#include "context/internal.h"

const Package *context_builtin_package(const Manifest *manifest)
{
    for (size_t i = manifest->package_count; i-- > 0;)
        if (manifest->packages[i]->is_builtin) return manifest->packages[i];
    return NULL;
}

const Macro *context_package_macro(const Package *package, Str name)
{
    const Macro *macro = package ? map_get(&package->macros, name) : NULL;
    return macro && macro->macro ? macro : NULL;
}

/* As a template that calls `name` finds it. */
const Macro *context_macro_named(const Context *ctx, Str name)
{
    const Package *mine = context_package(ctx);
    const Macro *macro = mine && !mine->is_builtin ? context_package_macro(mine, name) : NULL;
    if (!macro) macro = context_package_macro(ctx->manifest->root, name);
    if (!macro) macro = context_package_macro(context_builtin_package(ctx->manifest), name);
    return macro;
}

static const Package *package_named(const Manifest *manifest, Str name)
{
    for (size_t i = 0; i < manifest->package_count; i++) {
        const Package *package = manifest->packages[i];
        if (str_eq(package->name, name) || (package->is_builtin && str_eq(name, STR("dbt")))) return package;
    }
    return NULL;
}

/* ---- dispatch ---- */

/* Adapter types by nearness: the target's own, those it descends from, `default`. */
static size_t prefixes(const Context *ctx, Str prefix[3])
{
    Str type = ctx->manifest->target.type;
    size_t count = 0;
    if (type.len) prefix[count++] = type;
    if (str_eq(type, STR("redshift"))) prefix[count++] = STR("postgres");
    prefix[count++] = STR("default");
    return count;
}

/* The packages to search, as dbt's BaseDatabaseWrapper._get_search_packages: what `dispatch:` of the root project says;
 * else the root project and the package itself; a name space that is no package is searched as plain names are. */
static size_t search_packages(Context *ctx, Str namespace, const Package ***packages)
{
    const Manifest *manifest = ctx->manifest;
    size_t count = 0;
    if (!namespace.len) return 0;
    Value entries = manifest->root ? manifest->root->dispatch : value_undefined(STR_EMPTY);
    if (entries.kind == V_LIST)
        for (uint32_t i = 0; i < entries.u.list->n; i++) {
            Value entry = entries.u.list->at[i];
            if (entry.kind != V_DICT || !value_is_str(dict_get_str(entry.u.dict, STR("macro_namespace")), namespace))
                continue;
            Value order = dict_get_str(entry.u.dict, STR("search_order"));
            if (order.kind != V_LIST || order.u.list->n == 0) continue;
            *packages = ARENA_ARRAY(ctx->arena, const Package *, order.u.list->n);
            for (uint32_t j = 0; j < order.u.list->n; j++) {
                Value name = order.u.list->at[j];
                const Package *package = name.kind == V_STR ? package_named(manifest, value_text(name)) : NULL;
                if (package) (*packages)[count++] = package;
            }
            return count;
        }
    const Package *package = package_named(manifest, namespace);
    if (!package) return 0;
    *packages = ARENA_ARRAY(ctx->arena, const Package *, 2);
    if (manifest->root) (*packages)[count++] = manifest->root;
    if (package != manifest->root) (*packages)[count++] = package;
    return count;
}

/* sqlite__<package>__<macro> of the embedded library: what a package's default macros cannot do on the target's database. */
static const Macro *of_library(Context *ctx, const Package *package, Str prefix, Str name)
{
    if (package->is_builtin || package->is_root || !ctx->manifest->target.type.len) return NULL;
    if (!str_eq(prefix, STR("default"))) return NULL;
    Str type = ctx->manifest->target.type;
    return context_package_macro(
        context_builtin_package(ctx->manifest),
        str_fmt(ctx->arena, "%.*s__%.*s__%.*s", STR_ARG(type), STR_ARG(package->name), STR_ARG(name)));
}

/* What was looked for is listed in `tried` (may be NULL), as dbt names it. */
const Macro *context_dispatch_tried(Context *ctx, Str name, Str namespace, Buf *tried)
{
    const Package **packages = NULL;
    size_t package_count = search_packages(ctx, namespace, &packages);
    Str prefix[3];
    size_t prefix_count = prefixes(ctx, prefix);
    char room[256];
    size_t places = package_count ? package_count : 1;
    for (size_t p = 0; p < places; p++)
        for (size_t i = 0; i < prefix_count; i++) {
            size_t length = prefix[i].len + 2 + name.len;
            Str wanted;
            if (length < sizeof room) {
                memcpy(room, prefix[i].ptr, prefix[i].len);
                memcpy(room + prefix[i].len, "__", 2);
                memcpy(room + prefix[i].len + 2, name.ptr, name.len);
                wanted = str_n(room, length);
            } else {
                wanted = str_fmt(ctx->arena, "%.*s__%.*s", STR_ARG(prefix[i]), STR_ARG(name));
            }
            const Macro *macro = package_count ? of_library(ctx, packages[p], prefix[i], name) : NULL;
            if (!macro)
                macro = package_count ? context_package_macro(packages[p], wanted) : context_macro_named(ctx, wanted);
            if (macro) return macro;
            if (!tried) continue;
            if (tried->len) buf_addz(tried, ", ");
            if (package_count)
                buf_addf(tried, "'%.*s.%.*s'", STR_ARG(packages[p]->name), STR_ARG(wanted));
            else
                buf_addf(tried, "'%.*s'", STR_ARG(wanted));
        }
    return NULL;
}

const Macro *context_dispatch(Context *context, Str name, Str namespace)
{
    return context_dispatch_tried(context, name, namespace, NULL);
}

/* ---- materialisations ---- */

/* dbt: the one for the nearest adapter type wins; of those, the root project's, then a package's, then the library's. A
 * package cannot replace a materialisation of the library unless the project wraps it or the behaviour flag
 * require_explicit_package_overrides_for_builtin_materializations is false. */
const Macro *context_materialization(Context *context, Str name)
{
    const Manifest *manifest = context->manifest;
    const Package *builtin = context_builtin_package(manifest);
    Str prefix[3];
    size_t prefix_count = prefixes(context, prefix);
    bool explicit = manifest_flag(manifest, "require_explicit_package_overrides_for_builtin_materializations", true);
    bool is_core = false;
    for (size_t i = 0; i < prefix_count && !is_core; i++) {
        Str full = str_fmt(context->arena, "materialization_%.*s_%.*s", STR_ARG(name), STR_ARG(prefix[i]));
        is_core = context_package_macro(builtin, full) != NULL;
    }
    for (size_t i = 0; i < prefix_count; i++) {
        Str full = str_fmt(context->arena, "materialization_%.*s_%.*s", STR_ARG(name), STR_ARG(prefix[i]));
        const Macro *macro = context_package_macro(manifest->root, full);
        for (size_t p = 0; !macro && p < manifest->package_count && !(is_core && explicit); p++) {
            const Package *package = manifest->packages[p];
            if (package != manifest->root && !package->is_builtin) macro = context_package_macro(package, full);
        }
        if (!macro) macro = context_package_macro(builtin, full);
        if (macro) return macro;
    }
    return NULL;
}

/* ---- calls read off a text ---- */

const Macro *context_called_macro(Context *ctx, const TplCallSite *site)
{
    if (str_eq(site->name, STR("adapter.dispatch"))) {
        if (!site->constant || site->arg_count == 0 || site->args[0].kind != V_STR) return NULL;
        Str namespace = STR_EMPTY;
        if (site->arg_count > 1 && site->args[1].kind == V_STR) namespace = value_text(site->args[1]);
        for (size_t i = 0; i < site->named_count; i++)
            if (str_eq(site->names[i], STR("macro_namespace")) && site->named[i].kind == V_STR)
        namespace = value_text(site->named[i]);
        return context_dispatch(ctx, value_text(site->args[0]), namespace);
    }
    size_t dot = str_find_char(site->name, '.', 0);
    if (dot == STR_NPOS) return context_macro_named(ctx, site->name);
    return context_package_macro(package_named(ctx->manifest, str_slice(site->name, 0, dot)),
                                 str_from_index(site->name, dot + 1));
}
