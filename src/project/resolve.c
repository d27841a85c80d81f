/* From single nodes to a manifest: look-ups, references to nodes, what is doubled, missing or unused. */
#include "base/edit.h"

#include "project/config.h"
#include "project/resolve.h"

#include <stdlib.h>

static int by_place(const void *a, const void *b)
{
    const Node *x = *(Node *const *)a, *y = *(Node *const *)b;
    if (x->type != y->type) return x->type < y->type ? -1 : 1;
    if (x->package != y->package) {
        if (x->package->is_root != y->package->is_root) return x->package->is_root ? -1 : 1;
        int order = str_cmp(x->package->name, y->package->name);
        if (order) return order;
    }
    int order = str_cmp(x->original_file_path, y->original_file_path);
    if (order) return order;
    if (x->span.source == y->span.source && x->span.start != y->span.start)
        return x->span.start < y->span.start ? -1 : 1;
    return str_cmp(x->unique_id, y->unique_id);
}

static void add_to_list(Arena *arena, Map *map, Str key, Node *node)
{
    void **slot = map_slot(map, key);
    if (!*slot) *slot = ARENA_NEW(arena, NodeList);
    NodeList *list = *slot;
    vec_push(arena, list, node);
}

/* Two of one kind of name in one package: ref could not tell them apart, and neither could a unique id. */
static void report_duplicate(DiagSink *sink, const Node *node, const Node *other)
{
    Str what = resource_type_word(node->type);
    if (node->type == other->type)
        diag_add(sink, DIAG_node_duplicate, node->span, "two %.*s are named '%.*s'",
                 STR_ARG(resource_type_plural(node->type)), STR_ARG(node->name));
    else
        diag_add(sink, DIAG_node_duplicate, node->span, "a %.*s and a %.*s are both named '%.*s'", STR_ARG(what),
                 STR_ARG(resource_type_word(other->type)), STR_ARG(node->name));
    diag_note(sink, other->span, "the other one is here");
    if (node->type == RESOURCE_TEST)
        diag_hint(sink, "remove one, or give one of them another name with `name:`");
    else
        diag_hint(sink, "rename one of them, or disable it with config(enabled=false)");
}

static void number_nodes(Loader *loader)
{
    Manifest *m = loader->manifest;
    Arena *arena = loader->arena;
    NodeVec enabled = {0}, disabled = {0};
    for (size_t i = 0; i < loader->nodes.n; i++) {
        Node *node = loader->nodes.at[i];
        if (node->broken) continue; /* it has its diagnostics; what refers to it is left out with it */
        if (node->enabled)
            vec_push(arena, &enabled, node);
        else
            vec_push(arena, &disabled, node);
    }
    if (enabled.n) qsort(enabled.at, enabled.n, sizeof *enabled.at, by_place);
    if (disabled.n) qsort(disabled.at, disabled.n, sizeof *disabled.at, by_place);
    for (size_t i = 0; i < disabled.n; i++) {
        Node *test = disabled.at[i], *model = test->test && test->test->generic ? test->test->attached : NULL;
        if (!model || model->type != RESOURCE_MODEL) continue;
        NodeRare *rare = node_rare(arena, model);
        if (rare->disabled_test_count == rare->disabled_test_cap)
            rare->disabled_tests = vec_grown(arena, rare->disabled_tests, &rare->disabled_test_cap,
                                             rare->disabled_test_count + 1, sizeof *rare->disabled_tests);
        rare->disabled_tests[rare->disabled_test_count++] = test;
    }
    m->disabled = disabled.at;
    m->disabled_count = disabled.n;
    m->nodes = ARENA_ARRAY(arena, Node *, enabled.n + 1);
    for (size_t i = 0; i < enabled.n; i++) {
        Node *node = enabled.at[i];
        Node *same = NULL;
        if (node_refable(node)) {
            const NodeList *list = map_get(&m->refs_by_name, node->name);
            for (size_t k = 0; list && k < list->n; k++)
                if (list->at[k]->package == node->package && !(node_versioned(node) && node_versioned(list->at[k])))
                    same = list->at[k];
        }
        void **place = same ? NULL : map_slot(&m->nodes_by_id, node->unique_id);
        if (same || *place) {
            const Node *of_id = place ? *place : map_get(&m->nodes_by_id, node->unique_id);
            report_duplicate(loader->sink, node, of_id ? of_id : same);
            continue;
        }
        *place = node;
        node->index = (uint32_t)m->node_count;
        m->nodes[m->node_count++] = node;
        if (node_refable(node)) add_to_list(arena, &m->refs_by_name, node->name, node);
        if (node->type == RESOURCE_SOURCE)
            add_to_list(arena, &m->sources_by_name,
                        str_fmt(arena, "%.*s.%.*s", STR_ARG(node->source_info->source_name), STR_ARG(node->name)),
                        node);
    }
}

/* ---- references ---- */

/* A name that was not found because its own file is broken is no second error. */
static bool names_broken(const Loader *loader, Str name)
{
    for (size_t i = 0; i < loader->nodes.n; i++)
        if (loader->nodes.at[i]->broken && str_eq(loader->nodes.at[i]->name, name)) return true;
    return false;
}

static void hint_nearest_ref(Loader *loader, Str wanted)
{
    const Manifest *m = loader->manifest;
    VEC(Str) names = {0};
    Arena *scratch = arena_new();
    for (size_t i = 0; i < m->refs_by_name.count; i++) vec_push(scratch, &names, m->refs_by_name.entries[i].key);
    Str best;
    if (nearest(wanted, names.at, names.n, &best))
        diag_hint(loader->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(loader->sink, "add the model, or correct the name; `cdbt ls` lists what there is");
    arena_free(scratch);
}

static void hint_package(Loader *loader, Str wanted)
{
    const Manifest *m = loader->manifest;
    Str *names = ARENA_ARRAY(loader->arena, Str, m->package_count + 1), best;
    for (size_t i = 0; i < m->package_count; i++) names[i] = m->packages[i]->name;
    if (nearest(wanted, names, m->package_count, &best))
        diag_hint(loader->sink, "there is no package '%.*s': did you mean '%.*s'?", STR_ARG(wanted), STR_ARG(best));
    else
        diag_hint(loader->sink, "there is no package '%.*s'", STR_ARG(wanted));
}

static void hint_nearest_source(Loader *loader, Str source, Str table)
{
    const Manifest *m = loader->manifest;
    Arena *scratch = arena_new();
    Str wanted = str_fmt(scratch, "%.*s.%.*s", STR_ARG(source), STR_ARG(table));
    VEC(Str) names = {0};
    for (size_t i = 0; i < m->sources_by_name.count; i++) vec_push(scratch, &names, m->sources_by_name.entries[i].key);
    Str best;
    if (nearest(wanted, names.at, names.n, &best)) {
        size_t dot = str_find_char(best, '.', 0);
        diag_hint(loader->sink, "did you mean source('%.*s', '%.*s')?", STR_ARG(str_slice(best, 0, dot)),
                  STR_ARG(str_from_index(best, dot + 1)));
    } else {
        diag_hint(loader->sink, "declare it below `sources:` in a YAML file");
    }
    arena_free(scratch);
}

/* dbt: a test of what is not there is switched off, with a warning. That its model is only described is told already. */
static bool off_test(Loader *loader, Node *node, Span span, Str what, Str package, Str source)
{
    const Node *target = node->test->attached;
    if (target && target->broken && str_eq(target->name, what)) return false;
    diag_add(loader->sink, DIAG_test_target_missing, span,
             "the test '%.*s' is switched off: there is no %s%.*s%s%.*s%s%.*s", STR_ARG(node->name),
             source.len ? "source " : "'", STR_ARG(source), source.len ? "." : "", STR_ARG(what),
             source.len    ? ""
             : package.len ? "' in package "
                           : "'",
             STR_ARG(package));
    if (source.len)
        hint_nearest_source(loader, source, what);
    else
        hint_nearest_ref(loader, what);
    loader->sink->items[loader->sink->count - 1].node = node->unique_id;
    return false;
}

bool resolve_ref(Loader *loader, Node *node, const RefCall *call, Node **found)
{
    RefResult result =
        manifest_find_ref(loader->manifest, node->package, call->package, call->name, call->version, found);
    if (result == REF_FOUND) return true;
    if (result == REF_MISSING && names_broken(loader, call->name)) return false;
    /* dbt: a test whose model is disabled is disabled with it. */
    if (result == REF_DISABLED && node->type == RESOURCE_TEST) return false;
    if (result == REF_MISSING && node->type == RESOURCE_TEST)
        return off_test(loader, node, call->span, call->name, call->package, STR_EMPTY);
    switch (result) {
    case REF_DISABLED:
        diag_add(loader->sink, DIAG_ref_disabled, call->span, "'%.*s' is disabled", STR_ARG(call->name));
        diag_note(loader->sink, (*found)->span, "it is defined here");
        diag_hint(loader->sink, "enable it, or do not refer to it");
        break;
    case REF_AMBIGUOUS:
        diag_add(loader->sink, DIAG_ref_ambiguous, call->span, "more than one package has a '%.*s'",
                 STR_ARG(call->name));
        diag_hint(loader->sink, "name the package: ref('package', '%.*s')", STR_ARG(call->name));
        break;
    default:
        diag_add(loader->sink, DIAG_ref_not_found, call->span, "there is no model, seed or snapshot '%.*s'%s%.*s",
                 STR_ARG(call->name), call->package.len ? " in package " : "", STR_ARG(call->package));
        if (call->package.len && !manifest_package(loader->manifest, call->package))
            hint_package(loader, call->package);
        else
            hint_nearest_ref(loader, call->name);
    }
    loader->sink->items[loader->sink->count - 1].node = node->unique_id;
    return false;
}

bool resolve_source(Loader *loader, Node *node, const SourceCall *call, Node **found)
{
    RefResult result = manifest_find_source(loader->manifest, node->package, call->source, call->table, found);
    if (result == REF_FOUND) return true;
    if (result == REF_DISABLED && node->type == RESOURCE_TEST) {
        /* dbt tells of a disabled source, and not of a disabled model. */
        diag_add(loader->sink, DIAG_test_target_missing, call->span,
                 "the test '%.*s' is switched off: the source %.*s.%.*s is disabled", STR_ARG(node->name),
                 STR_ARG(call->source), STR_ARG(call->table));
        diag_hint(loader->sink, "enable the source, or switch the test off too: config: {enabled: false}");
    } else if (result == REF_DISABLED) {
        diag_add(loader->sink, DIAG_ref_disabled, call->span, "the source '%.*s.%.*s' is disabled",
                 STR_ARG(call->source), STR_ARG(call->table));
        diag_hint(loader->sink, "enable it, or do not refer to it");
    } else if (node->type == RESOURCE_TEST) {
        return off_test(loader, node, call->span, call->table, STR_EMPTY, call->source);
    } else {
        diag_add(loader->sink, DIAG_source_not_found, call->span, "there is no source '%.*s.%.*s'",
                 STR_ARG(call->source), STR_ARG(call->table));
        hint_nearest_source(loader, call->source, call->table);
    }
    loader->sink->items[loader->sink->count - 1].node = node->unique_id;
    return false;
}

void resolve_add(Arena *arena, NodeVec *deps, Node *found)
{
    for (size_t i = 0; i < deps->n; i++)
        if (deps->at[i] == found) return;
    vec_push(arena, deps, found);
}

static bool resolve_node(Loader *loader, const SemanticNames *names, Node *node)
{
    Arena *arena = loader->arena;
    NodeVec deps = {0};
    bool ok = true;
    if (node->type == RESOURCE_UNIT_TEST) return unit_test_resolve(loader, node);
    /* dbt's order: sources, then refs. */
    for (size_t i = 0; i < node->source_call_count; i++) {
        Node *found;
        if (resolve_source(loader, node, &node->source_calls[i], &found))
            resolve_add(arena, &deps, found);
        else
            ok = false;
    }
    for (size_t i = 0; i < node->ref_count; i++) {
        Node *found;
        if (resolve_ref(loader, node, &node->refs[i], &found) && access_allowed(loader, node, &node->refs[i], found))
            resolve_add(arena, &deps, found);
        else
            ok = false;
    }
    ok &= resolve_calls(loader, node, &deps);
    ok &= resolve_semantic(loader, names, node, &deps);
    node->depends_on = deps.at;
    node->depends_on_count = deps.n;
    return ok;
}

/* Takes out what cannot be resolved, then what depends on it, until nothing changes; numbers are made anew. */
static void drop_unresolved(Loader *loader, const bool *unresolved)
{
    Manifest *m = loader->manifest;
    size_t n = m->node_count;
    bool *out = ARENA_ARRAY(loader->arena, bool, n + 1);
    for (size_t i = 0; i < n; i++) out[i] = unresolved[i];
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; !out[i] && k < m->nodes[i]->depends_on_count; k++)
                if (out[m->nodes[i]->depends_on[k]->index]) out[i] = changed = true;
    }
    size_t kept = 0;
    m->off_tests = ARENA_ARRAY(loader->arena, Node *, n + 1);
    for (size_t i = 0; i < n; i++) {
        Node *node = m->nodes[i];
        if (out[i] && node->type == RESOURCE_TEST && unresolved[i] && !loader->sink->errors) {
            node->enabled = false;
            node->config = value_dict_clone(loader->arena, node->config, 0);
            dict_set_str(node->config.u.dict, STR("enabled"), VALUE_FALSE);
            m->off_tests[m->off_test_count++] = node;
            continue;
        }
        if (out[i]) {
            node->broken = true;
            continue;
        }
        m->nodes[kept++] = node;
    }
    m->node_count = kept;
    for (size_t i = 0; i < kept; i++) m->nodes[i]->index = (uint32_t)i;
    Map by_id;
    map_init(&by_id, loader->arena);
    for (size_t i = 0; i < kept; i++) map_put(&by_id, m->nodes[i]->unique_id, m->nodes[i]);
    m->nodes_by_id = by_id;
}

static void fill_children(Loader *loader)
{
    Manifest *m = loader->manifest;
    for (size_t i = 0; i < m->node_count; i++)
        for (size_t k = 0; k < m->nodes[i]->depends_on_count; k++) m->nodes[i]->depends_on[k]->child_count++;
    for (size_t i = 0; i < m->node_count; i++) {
        Node *node = m->nodes[i];
        node->children = node->child_count ? ARENA_ARRAY(loader->arena, Node *, node->child_count) : NULL;
        node->child_count = 0;
    }
    for (size_t i = 0; i < m->node_count; i++)
        for (size_t k = 0; k < m->nodes[i]->depends_on_count; k++) {
            Node *parent = m->nodes[i]->depends_on[k];
            parent->children[parent->child_count++] = m->nodes[i];
        }
}

/* ---- what is wrong with the whole ---- */

static void check_relations(Loader *loader)
{
    Manifest *m = loader->manifest;
    Map seen;
    map_init(&seen, loader->arena);
    for (size_t i = 0; i < m->node_count; i++) {
        Node *node = m->nodes[i];
        bool stores = node->type == RESOURCE_TEST && value_truthy(node_config(node, STR("store_failures")));
        if (!stores && !node_refable(node))
            continue; /* an ephemeral model too, as in dbt: it may be a table tomorrow */
        Str key =
            relation_key(loader->arena, m->dialect, m->target.database, node->database, node->schema, node->alias);
        Node *other = map_put(&seen, key, node);
        if (!other) continue;
        diag_add(loader->sink, DIAG_relation_duplicate, node->span, "'%.*s' and '%.*s' would both be stored as %.*s",
                 STR_ARG(other->name), STR_ARG(node->name),
                 STR_ARG(node->relation_name.len ? node->relation_name : node->alias));
        diag_note(loader->sink, other->span, "'%.*s' is here", STR_ARG(other->name));
        diag_hint(loader->sink, "give one of them another `alias` or `schema`");
    }
}

/* dbt: check_for_spaces_in_resource_names. */
static void check_names(Loader *loader)
{
    const Manifest *m = loader->manifest;
    bool refused = manifest_flag(m, "require_resource_names_without_spaces", true);
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        bool named = node_refable(node) || node->type == RESOURCE_TEST || node->type == RESOURCE_ANALYSIS;
        if (!named || str_find_char(node->name, ' ', 0) == STR_NPOS) continue;
        diag_add(loader->sink, refused ? DIAG_name_with_space : DIAG_name_with_space_deprecated, node->span,
                 "the name of the %.*s '%.*s' has a space", STR_ARG(resource_type_word(node->type)),
                 STR_ARG(node->name));
        diag_hint(loader->sink, "rename it%s", refused ? "; dbt took such names before version 1.10" : "");
    }
}

/* A node of that name, but of another kind; NULL: none. */
static const Node *other_kind(const Loader *loader, const Patch *patch)
{
    static const ResourceType kinds[] = {RESOURCE_MODEL, RESOURCE_SEED, RESOURCE_SNAPSHOT, RESOURCE_ANALYSIS};
    if (!patch->file) return NULL;
    for (size_t n = 0; n < loader->nodes.n; n++) {
        const Node *node = loader->nodes.at[n];
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (node->type == kinds[k] && node->package == patch->file->package && str_eq(node->name, patch->name) &&
                !str_eq(resource_type_plural(node->type), patch->kind))
                return node;
    }
    return NULL;
}

static void check_patches(Loader *loader)
{
    for (size_t i = 0; i < loader->patch_list.n; i++) {
        Patch *patch = loader->patch_list.at[i];
        if (patch->used) continue;
        if (names_broken(loader, patch->name)) continue;
        Str kind = str_slice(patch->kind, 0, patch->kind.len - 1);
        if (str_eq(patch->kind, STR("analyses"))) kind = STR("analysis");
        if (str_eq(patch->kind, STR("data_tests"))) kind = STR("test");
        const Node *other = str_eq(patch->kind, STR("macros")) ? NULL : other_kind(loader, patch);
        if (other) {
            Str is = resource_type_word(other->type), below = resource_type_plural(other->type);
            diag_add(loader->sink, DIAG_patch_wrong_kind, patch->name_span,
                     "'%.*s' is %s %.*s, but it is described below `%.*s:`", STR_ARG(patch->name),
                     str_eq(is, STR("analysis")) ? "an" : "a", STR_ARG(is), STR_ARG(patch->kind));
            diag_note(loader->sink, other->span, "it is here");
            diag_hint(loader->sink, "move the description below `%.*s:`", STR_ARG(below));
            continue;
        }
        diag_add(loader->sink, DIAG_patch_unused, patch->name_span,
                 "'%.*s' is described here, but there is no such %.*s", STR_ARG(patch->name), STR_ARG(kind));
        VEC(Str) names = {0};
        Arena *scratch = arena_new();
        for (size_t n = 0; n < loader->nodes.n; n++)
            if (str_eq(resource_type_word(loader->nodes.at[n]->type), kind))
                vec_push(scratch, &names, loader->nodes.at[n]->name);
        Str best;
        if (nearest(patch->name, names.at, names.n, &best))
            diag_hint(loader->sink, "did you mean '%.*s'?", STR_ARG(best));
        arena_free(scratch);
    }
}

/* As dbt reads it: a project for several engines has models that are built on one of them only. The run refuses them. */
static void check_materializations(Loader *loader)
{
    Manifest *m = loader->manifest;
    Context *context = loader->workers[0].parse;
    const Node *good = NULL; /* most models are made like their neighbours */
    for (size_t i = 0; i < m->node_count; i++) {
        Node *node = m->nodes[i];
        if (node->type != RESOURCE_MODEL || str_eq(node->materialized, STR("ephemeral"))) continue;
        if (good && good->package == node->package && str_eq(good->materialized, node->materialized)) continue;
        context_set_node(context, node, node->package);
        if (context_materialization(context, node->materialized)) {
            good = node;
            continue;
        }
        VEC(Str) names = {0};
        Arena *scratch = arena_new();
        vec_push(scratch, &names, STR("ephemeral"));
        for (size_t k = 0; k < m->macro_count; k++) {
            Str name = m->macros[k]->name;
            if (!str_eq(m->macros[k]->tag, STR("materialization"))) continue;
            size_t end = str_rfind_char(name, '_'), start = STR("materialization_").len;
            if (end != STR_NPOS && end > start) vec_push(scratch, &names, str_slice(name, start, end));
        }
        Diag *diag = diag_add(loader->sink, DIAG_materialization_missing, node->span,
                              "there is no materialization '%.*s' for '%.*s': the model is read, and cannot be built",
                              STR_ARG(node->materialized), STR_ARG(node->name));
        diag->node = node->unique_id;
        Str best;
        if (nearest(node->materialized, names.at, names.n, &best))
            diag_hint(loader->sink, "did you mean '%.*s'?", STR_ARG(best));
        else
            diag_hint(loader->sink,
                      "use view, table, incremental or ephemeral, or define it with a materialization block");
        arena_free(scratch);
    }
}

/* A view has no constraints: one that stands in its contract is left out. dbt: _validate_constraint_prerequisites, once for
 * each model, and silent where `warn_unsupported` is false. */
static void warn_of_constraints(Loader *loader, const Node *node)
{
    for (size_t i = 0; i < node->column_count; i++) {
        Value list = node->columns[i].constraints;
        for (uint32_t k = 0; list.kind == V_LIST && k < list.u.list->n; k++) {
            Value one = list.u.list->at[k];
            if (one.kind != V_DICT || !value_truthy(dict_get_str(one.u.dict, STR("warn_unsupported")))) continue;
            Diag *diag =
                diag_add(loader->sink, DIAG_constraint_ignored, node->columns[i].span,
                         "'%.*s' is built as %s %.*s: its constraints are left out", STR_ARG(node->name),
                         str_eq(node->materialized, STR("ephemeral")) ? "an" : "a", STR_ARG(node->materialized));
            diag->node = node->unique_id;
            diag_hint(loader->sink, "make it a table, or set `warn_unsupported: false` on the constraints");
            return;
        }
    }
}

/* dbt: a table that keeps its rows must keep to its contract when the model's columns change. */
static void check_contracts(Loader *loader)
{
    const Manifest *m = loader->manifest;
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        config_check_whole(node, node->span, loader->sink);
        if (!node_enforces_contract(node) || str_eq(node->materialized, STR("table"))) continue;
        if (!str_eq(node->materialized, STR("incremental"))) {
            warn_of_constraints(loader, node);
            continue;
        }
        Value change = node_config(node, STR("on_schema_change"));
        if (value_is_str(change, STR("append_new_columns")) || value_is_str(change, STR("fail"))) continue;
        Diag *diag =
            diag_add(loader->sink, DIAG_config_invalid, node->span,
                     "'%.*s' is incremental and has an enforced contract: its on_schema_change cannot be '%.*s'",
                     STR_ARG(node->name), STR_ARG(change.kind == V_STR ? value_text(change) : STR("ignore")));
        diag->node = node->unique_id;
        diag_hint(loader->sink, "set on_schema_change to append_new_columns or fail");
    }
}

bool manifest_resolve(Loader *loader)
{
    Manifest *m = loader->manifest;
    number_nodes(loader);
    SemanticNames names;
    semantic_names(loader, &names);
    bool *unresolved = ARENA_ARRAY(loader->arena, bool, m->node_count + 1), any = false;
    for (size_t i = 0; i < m->node_count; i++) {
        unresolved[i] = !resolve_node(loader, &names, m->nodes[i]);
        any |= unresolved[i];
    }
    if (any) drop_unresolved(loader, unresolved);
    fill_children(loader);
    check_relations(loader);
    check_names(loader);
    check_patches(loader);
    check_materializations(loader);
    check_contracts(loader);
    unit_tests_check(loader);
    check_microbatch(loader);
    check_configs(loader);
    check_groups(loader);
    check_deprecations(loader);
    check_time_spines(loader);
    check_semantic(loader);
    if (!loader->sink->errors) check_config_paths(loader); /* broken nodes are missing from what there is */
    return loader->sink->errors == 0;
}
