/* var and env_var.
 *
 * A variable comes from, first to last: --vars; the root project's vars for the package; the root project's other vars; the
 * package's own vars for itself; its other vars (dbt: VarProvider and ModelConfiguredVar). A string value that holds
 * template tags is rendered when it is asked for, outside of YAML. */
#include "context/internal.h"

#include <stdlib.h>

extern char **environ;

static const Value *in_vars(Value vars, Str package, Str name)
{
    if (vars.kind != V_DICT) return NULL;
    if (package.len) {
        Value scope = dict_get_str(vars.u.dict, package);
        const Value *found = scope.kind == V_DICT ? dict_find_str(scope.u.dict, name) : NULL;
        if (found) return found;
    }
    return dict_find_str(vars.u.dict, name);
}

static const Value *find_var(const Context *ctx, Str name)
{
    const Manifest *manifest = ctx->manifest;
    const Value *found = unit_test_var(ctx, name);
    if (found) return found;
    found = manifest->cli_vars.kind == V_DICT ? dict_find_str(manifest->cli_vars.u.dict, name) : NULL;
    if (found) return found;
    const Package *package = context_package(ctx);
    Str scope = package ? package->name : STR_EMPTY;
    if (manifest->root) found = in_vars(manifest->root->vars, scope, name);
    if (!found && package && package != manifest->root) found = in_vars(package->vars, scope, name);
    return found;
}

static void add_names(Value vars, Context *ctx, Str **names, size_t *count)
{
    if (vars.kind != V_DICT) return;
    const Dict *dict = vars.u.dict;
    Str *grown = ARENA_ARRAY(ctx->arena, Str, *count + dict->used + 1);
    if (*count) memcpy(grown, *names, *count * sizeof(Str));
    *names = grown;
    for (uint32_t i = 0; i < dict->used; i++) {
        if (dict->entries[i].key.kind != V_STR) continue;
        (*names)[(*count)++] = value_text(dict->entries[i].key);
    }
}

static bool missing_var(TplCall *call, Context *ctx, Str name, Value *result)
{
    /* While parsing, dbt answers none; what needs the value fails when it runs. */
    if (context_parses(ctx)) {
        *result = VALUE_NONE;
        return true;
    }
    tpl_fail(call, DIAG_var_not_found, "the variable '%.*s' has no value", STR_ARG(name));
    Str *names = NULL;
    size_t count = 0;
    const Package *package = context_package(ctx);
    add_names(ctx->manifest->cli_vars, ctx, &names, &count);
    if (ctx->manifest->root) add_names(ctx->manifest->root->vars, ctx, &names, &count);
    if (package && package != ctx->manifest->root) add_names(package->vars, ctx, &names, &count);
    Str best;
    if (nearest(name, names, count, &best))
        diag_hint(ctx->sink,
                  "did you mean '%.*s'? Or set it under `vars:` in dbt_project.yml, with --vars, or give a default",
                  STR_ARG(best));
    else
        diag_hint(ctx->sink, "set it under `vars:` in dbt_project.yml, with --vars, or give var() a default");
    return false;
}

static bool call_var(TplCall *call, Object *self, Value *result)
{
    (void)self;
    Context *ctx = call_context(call);
    Value args[2];
    if (!tpl_args(call, "name, default=?", args)) return false;
    Str name;
    if (!want_str(call, args[0], "var()", "name", &name)) return false;
    const Value *found = find_var(ctx, name);
    if (!found) {
        if (!tpl_arg_given(args[1])) return missing_var(call, ctx, name, result);
        *result = args[1];
        return true;
    }
    *result = *found;
    if (found->kind != V_STR || ctx->mode == CONTEXT_YAML) return true;
    return render_text(call, value_text(*found), result);
}

static bool has_var(TplCall *call, Value *result)
{
    Value args[1];
    Str name;
    if (!tpl_args(call, "name", args) || !want_str(call, args[0], "var.has_var()", "name", &name)) return false;
    *result = value_bool(find_var(call_context(call), name) != NULL);
    return true;
}

static const NativeEntry var_methods[] = {{"has_var", has_var}, {NULL, NULL}};

static bool var_attr(TplCall *call, Object *self, Str name, Value *result)
{
    find_method(call, var_methods, self, name, result);
    return true;
}

static void var_names(const Object *self, List *names)
{
    (void)self;
    push_method_names(var_methods, names);
}

static const ObjectClass var_class = {.name = "Var", .call = call_var, .attr = var_attr, .names = var_names};
static const Object var_object = {&var_class};

Value var_value(Context *ctx)
{
    (void)ctx;
    /* It has no state of its own: the context is found through the call. */
    union {
        const Object *in;
        Object *out;
    } object = {.in = &var_object};
    return value_object(object.out);
}

/* ---- the environment ---- */

#define SECRET_PREFIX "DBT_ENV_SECRET"
#define METADATA_PREFIX "DBT_ENV_CUSTOM_ENV_"

bool native_env_var(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[2];
    if (!tpl_args(call, "var, default=?", args)) return false;
    Str name;
    if (!want_str(call, args[0], "env_var()", "name", &name)) return false;
    if (str_starts(name, STR(SECRET_PREFIX)) && !ctx->secrets) {
        tpl_fail(call, DIAG_env_var_not_found, "the secret '%.*s' cannot be read here", STR_ARG(name));
        diag_hint(ctx->sink, "variables that begin with " SECRET_PREFIX " are only for profiles.yml and packages.yml");
        return false;
    }
    const Value *told = unit_test_env_var(ctx, name);
    if (told) {
        *result = *told;
        return true;
    }
    const char *value = getenv(str_c(ctx->arena, name));
    if (value) {
        *result = value_str(str_dup(ctx->arena, str_from(value)));
        return true;
    }
    if (value_given(args[1])) {
        *result = args[1];
        return true;
    }
    tpl_fail(call, DIAG_env_var_not_found, "the environment variable '%.*s' is not set", STR_ARG(name));
    diag_hint(ctx->sink, "set it, or give a default: env_var('%.*s', 'value')", STR_ARG(name));
    return false;
}

Value metadata_envs(Context *ctx)
{
    Value dict = value_dict(ctx->arena);
    for (char **at = environ; *at; at++) {
        Str entry = str_from(*at);
        size_t equals = str_find_char(entry, '=', 0);
        if (equals == STR_NPOS || !str_starts(entry, STR(METADATA_PREFIX))) continue;
        Str name = str_slice(entry, sizeof METADATA_PREFIX - 1, equals);
        dict_set_str(dict.u.dict, str_dup(ctx->arena, name),
                     value_str(str_dup(ctx->arena, str_from_index(entry, equals + 1))));
    }
    return dict;
}
