/* What is wrong with a project as a whole, node by node: groups, access, deprecated models, time spines, config paths of
 * dbt_project.yml that lead nowhere. */
#include "base/clock.h"
#include "base/edit.h"
#include "base/vec.h"
#include "project/resolve.h"

#include <string.h>

/* ---- access ---- */

static bool groupable(const Node *node)
{
    return node->type != RESOURCE_SOURCE && node->type != RESOURCE_EXPOSURE && node->type != RESOURCE_UNIT_TEST;
}

bool access_allowed(Loader *loader, const Node *node, const RefCall *call, const Node *found)
{
    if (found->type != RESOURCE_MODEL || node->type == RESOURCE_OPERATION) return true;
    bool private = str_eq(found->access, STR("private")), public = str_eq(found->access, STR("public"));
    /* The project itself is no dependency: dbt restricts only what its packages define. */
    bool restricted = found->package->restrict_access && !found->package->is_root && found->package != node->package;
    if (private && groupable(node) && node->group.len && str_eq(node->group, found->group) && !restricted) return true;
    if (!private && (public || !restricted)) return true;
    if (private) {
        diag_add(loader->sink, DIAG_access_denied, call->span, "'%.*s' is private to the group '%.*s'",
                 STR_ARG(found->name), STR_ARG(found->group));
        diag_note(loader->sink, node_described_at(found), "it is described here");
        diag_hint(loader->sink, "put the %.*s into that group, or make '%.*s' protected",
                  STR_ARG(resource_type_word(node->type)), STR_ARG(found->name));
    } else {
        diag_add(loader->sink, DIAG_access_denied, call->span,
                 "'%.*s' is not public, and the package '%.*s' restricts access", STR_ARG(found->name),
                 STR_ARG(found->package->name));
        diag_note(loader->sink, node_described_at(found), "it is described here");
        diag_hint(loader->sink, "refer to a public model of that package, or set `access: public`");
    }
    loader->sink->items[loader->sink->count - 1].node = node->unique_id;
    return false;
}

void check_groups(Loader *loader)
{
    const Manifest *m = loader->manifest;
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        if (node->type == RESOURCE_MODEL && str_eq(node->access, STR("public")) &&
            str_eq(node->materialized, STR("ephemeral"))) {
            diag_add(loader->sink, DIAG_config_invalid, node_described_at(node),
                     "the ephemeral model '%.*s' cannot be public", STR_ARG(node->name));
            diag_hint(loader->sink, "it is no relation that others could read: make it protected, or a view");
            loader->sink->items[loader->sink->count - 1].node = node->unique_id;
        }
        if (!node->group.len || !groupable(node) || manifest_find_group(m, node->group)) continue;
        if (node->type == RESOURCE_TEST && node->test && node->test->attached &&
            str_eq(node->test->attached->group, node->group))
            continue; /* it has its model's group, which is reported there */
        Str *names = ARENA_ARRAY(loader->arena, Str, m->group_count + 1), best;
        for (size_t g = 0; g < m->group_count; g++) names[g] = m->groups[g]->name;
        diag_add(loader->sink, DIAG_group_not_found, node_described_at(node),
                 "there is no group '%.*s', which '%.*s' belongs to", STR_ARG(node->group), STR_ARG(node->name));
        loader->sink->items[loader->sink->count - 1].node = node->unique_id;
        if (nearest(node->group, names, m->group_count, &best))
            diag_hint(loader->sink, "did you mean '%.*s'?", STR_ARG(best));
        else
            diag_hint(loader->sink, "declare it below `groups:` in a YAML file");
    }
}

/* ---- deprecated models (dbt: check_for_model_deprecations) ---- */

static int digits(Str text, size_t from, size_t count)
{
    int n = 0;
    for (size_t i = from; i < from + count; i++)
        n = i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9' ? n * 10 + (text.ptr[i] - '0') : 0;
    return n;
}

/* "2099-12-31T10:00:00+02:00" as microseconds. */
static int64_t moment(Str iso)
{
    ClockParts parts = {.year = digits(iso, 0, 4),
                        .month = digits(iso, 5, 2),
                        .day = digits(iso, 8, 2),
                        .hour = digits(iso, 11, 2),
                        .minute = digits(iso, 14, 2),
                        .second = digits(iso, 17, 2)};
    int64_t utc = clock_from_parts(&parts);
    enum { ZONE = 6 };
    if (iso.len > 19 + ZONE - 1 && (iso.ptr[iso.len - ZONE] == '+' || iso.ptr[iso.len - ZONE] == '-')) {
        int64_t minutes = digits(iso, iso.len - 5, 2) * 60 + digits(iso, iso.len - 2, 2);
        utc -= (iso.ptr[iso.len - ZONE] == '+' ? minutes : -minutes) * 60 * 1000000;
    }
    return utc;
}

static Str versioned_name(Arena *arena, const Node *node)
{
    if (!node_versioned(node)) return node->name;
    return str_fmt(arena, "%.*s.v%.*s", STR_ARG(node->name), STR_ARG(value_to_str(arena, node->version)));
}

static bool names(const Manifest *m, const Node *child, const RefCall *call, const Node *wanted)
{
    Node *found;
    return manifest_find_ref(m, child->package, call->package, call->name, call->version, &found) == REF_FOUND &&
           found == wanted;
}

void check_deprecations(Loader *loader)
{
    const Manifest *m = loader->manifest;
    Arena *arena = loader->arena;
    int64_t now = clock_wall_us();
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        if (node->type != RESOURCE_MODEL || !node->deprecation_date.len) continue;
        bool past = moment(node->deprecation_date) < now;
        Str name = versioned_name(arena, node);
        if (past) {
            Diag *diag =
                diag_add(loader->sink, DIAG_model_deprecated, node_described_at(node),
                         "'%.*s' has been deprecated since %.*s", STR_ARG(name), STR_ARG(node->deprecation_date));
            diag->node = node->unique_id;
            diag_hint(loader->sink, "disable or remove it, or move its deprecation_date");
        }
        for (size_t k = 0; k < node->child_count; k++) {
            const Node *child = node->children[k];
            if (child->type != RESOURCE_MODEL) continue;
            Span span = child->span;
            for (size_t r = 0; r < child->ref_count; r++)
                if (names(m, child, &child->refs[r], node)) span = child->refs[r].span;
            Diag *diag = diag_add(loader->sink, past ? DIAG_ref_deprecated : DIAG_ref_deprecation_upcoming, span,
                                  "'%.*s' refers to '%.*s', which %s on %.*s", STR_ARG(child->name), STR_ARG(name),
                                  past ? "was deprecated" : "will be deprecated", STR_ARG(node->deprecation_date));
            diag->node = child->unique_id;
            if (node_versioned(node) && !value_equal(node->version, node->latest_version))
                diag_hint(loader->sink, "there is a newer version: ref('%.*s', v=%.*s)", STR_ARG(node->name),
                          STR_ARG(value_to_str(arena, node->latest_version)));
            else
                diag_hint(loader->sink, "refer to what takes its place");
        }
    }
}

/* ---- config paths that lead nowhere (dbt: warn_for_unused_resource_config_paths) ---- */

typedef struct PathCheck {
    Loader *loader;
    ResourceType type;
    const char *key;
    Str path[32];
    size_t depth;
} PathCheck;

static bool fqn_begins(const Node *node, const Str *path, size_t depth)
{
    if (node->fqn_count < depth) return false;
    for (size_t i = 0; i < depth; i++)
        if (!str_eq(node->fqn[i], path[i])) return false;
    return true;
}

static bool of_kind(const Node *node, ResourceType type)
{
    return node->type == type || (type == RESOURCE_MODEL && node->type == RESOURCE_ANALYSIS);
}

static bool path_used(const PathCheck *c)
{
    const Manifest *m = c->loader->manifest;
    for (size_t i = 0; i < m->node_count; i++)
        if (of_kind(m->nodes[i], c->type) && fqn_begins(m->nodes[i], c->path, c->depth)) return true;
    for (size_t i = 0; i < m->disabled_count; i++)
        if (fqn_begins(m->disabled[i], c->path, c->depth)) return true;
    return false;
}

static void hint_path(const PathCheck *c)
{
    const Manifest *m = c->loader->manifest;
    Arena *scratch = arena_new();
    VEC(Str) names = {0};
    for (size_t i = 0; i < m->node_count; i++)
        if (of_kind(m->nodes[i], c->type) && fqn_begins(m->nodes[i], c->path, c->depth - 1) &&
            m->nodes[i]->fqn_count >= c->depth)
            vec_push(scratch, &names, m->nodes[i]->fqn[c->depth - 1]);
    Str best;
    if (nearest(c->path[c->depth - 1], names.at, names.n, &best))
        diag_hint(c->loader->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(c->loader->sink, "correct the path, or remove it; a config that is a mapping is written with a +");
    arena_free(scratch);
}

/* As dbt, only the deepest mappings that hold configs are looked at: `fqn_search` stops where nothing fits. */
static void check_level(PathCheck *c, const YamlNode *map, const YamlNode *place)
{
    bool configs = false;
    for (uint32_t i = 0; i < map->u.map.count; i++) {
        const YamlPair *pair = &map->u.map.pairs[i];
        Str key = pair->key->text;
        if (str_starts(key, STR("+")) || !yaml_is(pair->value, YAML_MAP)) {
            configs = true;
            continue;
        }
        if (c->depth == sizeof c->path / sizeof *c->path) continue;
        c->path[c->depth++] = key;
        check_level(c, pair->value, pair->key);
        c->depth--;
    }
    if (!configs || !c->depth || path_used(c)) return;
    Buf text;
    buf_init(&text, c->loader->arena);
    buf_addz(&text, c->key);
    for (size_t i = 0; i < c->depth; i++) buf_addf(&text, ".%.*s", STR_ARG(c->path[i]));
    Str said = buf_str(&text);
    diag_add(c->loader->sink, DIAG_config_unused, place->span, "no node is below '%.*s'", STR_ARG(said));
    hint_path(c);
}

void check_config_paths(Loader *loader)
{
    static const struct {
        const char *key;
        ResourceType type;
    } trees[] = {
#define CONFIG_TREE(key, type) {key, RESOURCE_##type},
#include "project/config_trees.def"
#undef CONFIG_TREE
    };
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        const YamlPair *pair = yaml_pair(loader->package_files[0], str_from(trees[i].key));
        if (!pair || !yaml_is(pair->value, YAML_MAP)) continue;
        PathCheck check = {.loader = loader, .type = trees[i].type, .key = trees[i].key};
        check_level(&check, pair->value, pair->key);
    }
}

/* ---- time spines ---- */

static const Column *column_named(const Node *node, Str name)
{
    for (size_t i = 0; i < node->column_count; i++)
        if (str_eq(node->columns[i].name, name)) return &node->columns[i];
    return NULL;
}

static void no_column(Loader *loader, const Node *node, Str name)
{
    diag_add(loader->sink, DIAG_semantic_invalid, node_described_at(node),
             "the time spine '%.*s' names the column '%.*s', which is not described", STR_ARG(node->name),
             STR_ARG(name));
    Str *names = ARENA_ARRAY(loader->arena, Str, node->column_count + 1), best;
    for (size_t i = 0; i < node->column_count; i++) names[i] = node->columns[i].name;
    if (nearest(name, names, node->column_count, &best))
        diag_hint(loader->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(loader->sink, "add it below `columns:`");
    loader->sink->items[loader->sink->count - 1].node = node->unique_id;
}

static Str column_of(Value granularity)
{
    Value column = dict_get_str(granularity.u.dict, STR("column_name"));
    if (column.kind != V_STR) column = dict_get_str(granularity.u.dict, STR("name"));
    return column.kind == V_STR ? value_text(column) : STR_EMPTY;
}

static bool day_or_finer(Arena *arena, Str granularity)
{
    static const char *const fine[] = {"nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (str_eq(str_lower(arena, granularity), str_from(fine[i]))) return true;
    return false;
}

/* True if the spine has a granularity of a day or less. */
static bool check_spine(Loader *loader, const Node *node)
{
    Value spine = node->rare->time_spine, main = dict_get_str(spine.u.dict, STR("standard_granularity_column")),
          custom = dict_get_str(spine.u.dict, STR("custom_granularities"));
    if (main.kind != V_STR) return true; /* reported already */
    const Column *column = column_named(node, value_text(main));
    if (!column) {
        no_column(loader, node, value_text(main));
    } else if (!column->granularity.len) {
        diag_add(loader->sink, DIAG_semantic_invalid, column->span,
                 "the column '%.*s' of the time spine '%.*s' has no granularity", STR_ARG(column->name),
                 STR_ARG(node->name));
        diag_hint(loader->sink, "add `granularity: day` to the column");
        loader->sink->items[loader->sink->count - 1].node = node->unique_id;
    }
    for (uint32_t i = 0; custom.kind == V_LIST && i < custom.u.list->n; i++) {
        Str name = column_of(custom.u.list->at[i]);
        if (name.len && !column_named(node, name)) no_column(loader, node, name);
    }
    return !column || !column->granularity.len || day_or_finer(loader->arena, column->granularity);
}

void check_time_spines(Loader *loader)
{
    const Manifest *m = loader->manifest;
    const Node *semantic = NULL;
    bool fine = false;
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        if (node->type == RESOURCE_SEMANTIC_MODEL && !semantic) semantic = node;
        if (node->type != RESOURCE_MODEL) continue;
        if (str_eq(node->name, STR("metricflow_time_spine"))) fine = true;
        if (node->rare && node->rare->time_spine.kind == V_DICT) fine |= check_spine(loader, node);
    }
    if (!semantic || fine) return;
    diag_add(loader->sink, DIAG_semantic_invalid, semantic->span,
             "semantic models need a time spine: a model with one row a day or finer");
    diag_hint(loader->sink,
              "add such a model, and `time_spine: {standard_granularity_column: ...}` where it is described");
}
