#include "manifest/manifest.h"

#include "base/mem.h"

#include <string.h>

static const struct {
    Str word, plural;
} resource_types[] = {
#define RESOURCE(id, word, plural) [RESOURCE_##id] = {STR_INIT(word), STR_INIT(plural)},
#include "manifest/resource_types.def"
#undef RESOURCE
};

Str resource_type_word(ResourceType type)
{
    return resource_types[type].word;
}

Str resource_type_plural(ResourceType type)
{
    return resource_types[type].plural;
}

bool resource_type_find(Str word, ResourceType *type)
{
    for (size_t i = 0; i < RESOURCE_COUNT; i++)
        if (str_eq(resource_types[i].word, word)) {
            *type = (ResourceType)i;
            return true;
        }
    return false;
}

Manifest *manifest_new(void)
{
    Arena *arena = arena_new();
    Manifest *m = ARENA_NEW(arena, Manifest);
    m->arena = arena;
    m->sources = source_table_new();
    map_init(&m->nodes_by_id, arena);
    map_init(&m->refs_by_name, arena);
    map_init(&m->sources_by_name, arena);
    map_init(&m->macros_by_id, arena);
    map_init(&m->docs_by_id, arena);
    m->cli_vars = value_dict(arena);
    m->invocation_id = m->generated_at = STR_EMPTY;
    return m;
}

void manifest_free(Manifest *manifest)
{
    if (!manifest) return;
    source_table_free(manifest->sources);
    arena_free(manifest->arena);
}

Node *manifest_node(const Manifest *manifest, Str unique_id)
{
    return map_get(&manifest->nodes_by_id, unique_id);
}

Package *manifest_package(const Manifest *manifest, Str name)
{
    for (size_t i = 0; i < manifest->package_count; i++)
        if (str_eq(manifest->packages[i]->name, name)) return manifest->packages[i];
    return NULL;
}

bool manifest_flag(const Manifest *manifest, const char *name, bool otherwise)
{
    if (!manifest->root || manifest->root->flags.kind != V_DICT) return otherwise;
    Value flag = dict_get_str(manifest->root->flags.u.dict, str_from(name));
    return flag.kind == V_BOOL ? flag.u.boolean : otherwise;
}

Group *manifest_find_group(const Manifest *manifest, Str name)
{
    for (size_t i = 0; i < manifest->group_count; i++)
        if (str_eq(manifest->groups[i]->name, name)) return manifest->groups[i];
    return NULL;
}

/* Where a name without a package is looked for before all packages (dbt: _packages_to_search): the root first, unless the
 * flag says otherwise, so that a project may stand in for what its packages refer to. */
static size_t search_order(const Manifest *manifest, const Package *asking, const Package *order[2])
{
    const Package *root = manifest->root;
    size_t n = 0;
    bool own_first = asking && manifest_flag(manifest, "require_ref_searches_node_package_before_root", false);
    if (own_first) order[n++] = asking;
    if (root && !(n && order[0] == root)) order[n++] = root;
    if (!own_first && asking && asking != root) order[n++] = asking;
    return n;
}

static Node *of_package(const Manifest *manifest, ResourceType type, Str package, Str name)
{
    Buf id;
    buf_init(&id, NULL);
    buf_addf(&id, "%.*s.%.*s.%.*s", STR_ARG(resource_type_word(type)), STR_ARG(package), STR_ARG(name));
    Node *node = map_get(&manifest->nodes_by_id, buf_str(&id));
    buf_release(&id);
    return node;
}

RefResult manifest_find_named(const Manifest *manifest, ResourceType type, const Package *asking, Str package, Str name,
                              Node **found)
{
    *found = NULL;
    if (package.len) {
        *found = of_package(manifest, type, package, name);
    } else {
        const Package *order[2];
        size_t n = search_order(manifest, asking, order);
        for (size_t i = 0; !*found && i < n; i++) *found = of_package(manifest, type, order[i]->name, name);
        for (size_t i = 0; !*found && i < manifest->package_count; i++)
            *found = of_package(manifest, type, manifest->packages[i]->name, name);
    }
    if (*found) return REF_FOUND;
    for (size_t i = 0; i < manifest->disabled_count; i++) {
        Node *node = manifest->disabled[i];
        if (node->type != type || !str_eq(node->name, name)) continue;
        if (package.len && !str_eq(node->package->name, package)) continue;
        *found = node;
        return REF_DISABLED;
    }
    return REF_MISSING;
}

NodeRare *node_rare(Arena *arena, Node *node)
{
    if (!node->rare) {
        node->rare = ARENA_NEW(arena, NodeRare);
        node->rare->time_spine = value_undefined(STR_EMPTY);
        node->rare->contract_checksum = STR_EMPTY;
    }
    return node->rare;
}

bool node_versioned(const Node *node)
{
    return node->type != RESOURCE_UNIT_TEST &&
           (node->version.kind == V_INT || node->version.kind == V_STR || node->version.kind == V_FLOAT);
}

int version_compare(Value a, Value b)
{
    Arena *scratch = arena_new();
    Str x = value_to_str(scratch, a), y = value_to_str(scratch, b);
    double m, n;
    int order = str_to_double(x, &m) && str_to_double(y, &n) ? (m > n) - (m < n) : str_cmp(x, y);
    arena_free(scratch);
    return order;
}

/* Does a node answer to ref(name, v=version)? Without a version, an unversioned node or the latest version does. */
static bool version_fits(const Node *node, Value wanted)
{
    bool versioned = node_versioned(node);
    if (wanted.kind == V_UNDEFINED || wanted.kind == V_NONE)
        return !versioned || value_equal(node->version, node->latest_version);
    if (!versioned) return false;
    if (value_equal(node->version, wanted)) return true;
    /* A version may be an integer in one place and text in the other: v=2 and v='2' are one. */
    Buf x, y;
    buf_init(&x, NULL);
    buf_init(&y, NULL);
    value_print(node->version, &x);
    value_print(wanted, &y);
    bool same = str_eq(buf_str(&x), buf_str(&y));
    buf_release(&x);
    buf_release(&y);
    return same;
}

/* The node of a list that lies in `package` (NULL: any) and has the version; `*hits` counts them. */
static Node *pick(const NodeList *list, const Package *package, Str package_name, Value version, size_t *hits)
{
    Node *found = NULL;
    *hits = 0;
    for (size_t i = 0; i < list->n; i++) {
        Node *node = list->at[i];
        if (package && node->package != package) continue;
        if (package_name.len && !str_eq(node->package->name, package_name)) continue;
        if (!version_fits(node, version)) continue;
        if (!found) found = node;
        ++*hits;
    }
    return found;
}

RefResult manifest_find_ref(const Manifest *manifest, const Package *asking, Str package, Str name, Value version,
                            Node **found)
{
    *found = NULL;
    const NodeList *list = map_get(&manifest->refs_by_name, name);
    size_t hits = 0;
    if (list) {
        if (package.len) {
            *found = pick(list, NULL, package, version, &hits);
        } else {
            const Package *order[2];
            size_t n = search_order(manifest, asking, order);
            for (size_t i = 0; !*found && i < n; i++) *found = pick(list, order[i], STR_EMPTY, version, &hits);
            if (!*found) {
                *found = pick(list, NULL, STR_EMPTY, version, &hits);
                if (hits > 1) return REF_AMBIGUOUS;
            }
        }
        if (*found) return REF_FOUND;
    }
    for (size_t i = 0; i < manifest->disabled_count; i++) {
        Node *node = manifest->disabled[i];
        if (node_refable(node) && str_eq(node->name, name) && (!package.len || str_eq(node->package->name, package))) {
            *found = node;
            return REF_DISABLED;
        }
    }
    return REF_MISSING;
}

RefResult manifest_find_source(const Manifest *manifest, const Package *asking, Str source, Str table, Node **found)
{
    *found = NULL;
    Buf key;
    buf_init(&key, NULL);
    buf_add(&key, source);
    buf_addc(&key, '.');
    buf_add(&key, table);
    const NodeList *list = map_get(&manifest->sources_by_name, buf_str(&key));
    buf_release(&key);
    if (list && list->n) {
        size_t hits = 0;
        Value any = VALUE_NONE;
        const Package *order[2];
        size_t n = search_order(manifest, asking, order);
        for (size_t i = 0; !*found && i < n; i++) *found = pick(list, order[i], STR_EMPTY, any, &hits);
        if (!*found) *found = pick(list, NULL, STR_EMPTY, any, &hits);
        if (*found) return REF_FOUND;
    }
    for (size_t i = 0; i < manifest->disabled_count; i++) {
        Node *node = manifest->disabled[i];
        if (node->type == RESOURCE_SOURCE && str_eq(node->source_info->source_name, source) &&
            str_eq(node->name, table)) {
            *found = node;
            return REF_DISABLED;
        }
    }
    return REF_MISSING;
}

Macro *manifest_find_macro(const Manifest *manifest, const Package *asking, Str name)
{
    Macro *macro = asking ? map_get(&asking->macros, name) : NULL;
    if (!macro && manifest->root && asking != manifest->root) macro = map_get(&manifest->root->macros, name);
    for (size_t i = 0; !macro && i < manifest->package_count; i++)
        if (manifest->packages[i]->is_builtin) macro = map_get(&manifest->packages[i]->macros, name);
    return macro;
}

Macro *manifest_find_package_macro(const Manifest *manifest, Str package, Str name)
{
    const Package *p = manifest_package(manifest, package);
    return p ? map_get(&p->macros, name) : NULL;
}

static DocBlock *doc_of(const Manifest *manifest, Str package, Str name)
{
    Buf id;
    buf_init(&id, NULL);
    buf_addf(&id, "doc.%.*s.%.*s", STR_ARG(package), STR_ARG(name));
    DocBlock *doc = map_get(&manifest->docs_by_id, buf_str(&id));
    buf_release(&id);
    return doc;
}

DocBlock *manifest_find_doc(const Manifest *manifest, const Package *asking, Str package, Str name)
{
    if (package.len) return doc_of(manifest, package, name);
    DocBlock *doc = NULL;
    const Package *order[2];
    size_t n = search_order(manifest, asking, order);
    for (size_t i = 0; !doc && i < n; i++) doc = doc_of(manifest, order[i]->name, name);
    for (size_t i = 0; !doc && i < manifest->package_count; i++)
        doc = doc_of(manifest, manifest->packages[i]->name, name);
    return doc;
}

bool node_checksum_is_path(const Node *node)
{
    return str_find_char(node->checksum, '.', 0) != STR_NPOS || str_find_char(node->checksum, '/', 0) != STR_NPOS;
}

bool node_refable(const Node *node)
{
    return node->type == RESOURCE_MODEL || node->type == RESOURCE_SEED || node->type == RESOURCE_SNAPSHOT;
}

bool node_has_relation(const Node *node)
{
    return (node_refable(node) && !str_eq(node->materialized, STR("ephemeral"))) || node->type == RESOURCE_SOURCE;
}

Value node_config(const Node *node, Str key)
{
    if (node->config.kind != V_DICT) return value_undefined(key);
    return dict_get_str(node->config.u.dict, key);
}

bool node_enforces_contract(const Node *node)
{
    Value contract = node->type == RESOURCE_MODEL ? node_config(node, STR("contract")) : VALUE_NONE;
    return contract.kind == V_DICT && value_truthy(dict_get_str(contract.u.dict, STR("enforced")));
}

Span node_described_at(const Node *node)
{
    if (node->patch_span.source) return node->patch_span;
    return node->span.source ? node->span : (Span){node->source, 0, 0};
}

bool target_has_database(const void *data, Str name)
{
    const Manifest *manifest = data;
    if (str_eq_nocase(name, manifest->target.schema)) return false; /* cdbt builds it, whatever lies beside */
    AdapterOpen open = {.settings = manifest->target.adapter_settings,
                        .setting_count = manifest->target.adapter_setting_count,
                        .base_folder = manifest->paths.root};
    return adapter_attached(manifest->target.type, &open, name);
}
