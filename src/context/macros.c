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

/* What was looked for is listed in `tried` (may be NULL), as dbt names it. A plain name is looked for by `find`. */
static const Macro *dispatched(Context *ctx, Str name, Str namespace, Buf *tried,
                               const Macro *(*find)(const Context *ctx, Str name))
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
            if (!macro) macro = package_count ? context_package_macro(packages[p], wanted) : find(ctx, wanted);
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

const Macro *context_dispatch_tried(Context *context, Str name, Str namespace, Buf *tried)
{
    return dispatched(context, name, namespace, tried, context_macro_named);
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

/* dbt's MacroResolver.get_macro: the package that is meant, the root project, the other packages (the last one wins), the
 * library. A call of a method, as `x.replace()`, is looked up as well: its object is taken for a package. */
static const Macro *statically_named(const Context *ctx, const Package *package, Str name)
{
    const Manifest *manifest = ctx->manifest;
    const Macro *macro = context_package_macro(package, name);
    if (!macro) macro = context_package_macro(manifest->root, name);
    for (size_t i = manifest->package_count; !macro && i-- > 0;)
        if (!manifest->packages[i]->is_builtin) macro = context_package_macro(manifest->packages[i], name);
    return macro ? macro : context_package_macro(context_builtin_package(manifest), name);
}

static const Macro *named_anywhere(const Context *ctx, Str name)
{
    return statically_named(ctx, NULL, name);
}

static Value dispatch_argument(const TplCallSite *site, size_t position, Str name)
{
    for (size_t i = 0; i < site->named_count; i++)
        if (str_eq(site->names[i], name)) return site->named[i];
    return position < site->arg_count ? site->args[position] : value_undefined(STR_EMPTY);
}

size_t context_called_macros(Context *ctx, const Macro *caller, const TplCallSite *site, const Macro *called[2])
{
    Str name = site->name;
    size_t count = 0, dot = str_find_char(name, '.', 0);
    if (dot == STR_NPOS) {
        /* A project may have a macro `ref` of its own: dbt counts no call by such a name. */
        if (context_is_builtin(name) || str_eq(name, caller->name)) return 0;
        called[0] = statically_named(ctx, caller->package, name);
        return called[0] != NULL;
    }
    Str object = str_slice(name, 0, dot), member = str_from_index(name, dot + 1);
    if (str_find_char(member, '.', 0) != STR_NPOS) return 0;
    if (!str_eq(object, STR("adapter"))) {
        called[0] = statically_named(ctx, package_named(ctx->manifest, object), member);
        return called[0] != NULL;
    }
    if (!str_eq(member, STR("dispatch"))) return 0;
    Value wanted = dispatch_argument(site, 0, STR("macro_name"));
    Value namespace = dispatch_argument(site, 1, STR("macro_namespace"));
    if (wanted.kind != V_STR) return 0;
    /* dbt counts the name that is given to dispatch as a call too. */
    if (!str_eq(value_text(wanted), caller->name)) {
        called[0] = statically_named(ctx, caller->package, value_text(wanted));
        count = called[0] != NULL;
    }
    called[count] = dispatched(ctx, value_text(wanted), namespace.kind == V_STR ? value_text(namespace) : STR_EMPTY,
                               NULL, named_anywhere);
    return called[count] ? count + 1 : count;
}
