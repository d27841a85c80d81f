/* Whether a node matches one criterion of a selection (dbt: graph/selector_methods.py). */
#include "base/file.h"
#include "base/wild.h"
#include "graph/criterion.h"

static bool has_dot(Str s)
{
    return str_find_char(s, '.', 0) != STR_NPOS;
}

/* Whether the selector's first part rules the fqn out: so it is with most nodes, and nothing need be joined. */
static bool begins_otherwise(Str first_of_fqn, Str selector)
{
    size_t dot = str_find_char(selector, '.', 0), end = str_find_char(first_of_fqn, '.', 0);
    Str wanted = dot == STR_NPOS ? selector : str_slice(selector, 0, dot);
    Str have = end == STR_NPOS ? first_of_fqn : str_slice(first_of_fqn, 0, end);
    return selector.len && !str_eq(wanted, have) && !wild_has(wanted);
}

/* dbt: is_selected_node. The name alone, or a prefix of the dotted fqn, part by part; from its first wildcard on, the
 * selector is a pattern for all the rest. */
static bool fqn_matches(const Matcher *m, const Str *fqn, size_t count, bool versioned, Str selector)
{
    if (!count) return false;
    Str leaf = fqn[versioned && count > 1 ? count - 2 : count - 1];
    if (str_eq(leaf, selector)) return true;
    if (versioned && count > 1) { /* name.v2 and name_v2 */
        size_t dot = str_rfind_char(selector, '.');
        Str name = dot == STR_NPOS ? selector : str_slice(selector, 0, dot);
        size_t before = str_rfind_char(name, '.');
        if (before != STR_NPOS) name = str_from_index(name, before + 1);
        Str last_two = dot == STR_NPOS
                           ? selector
                           : str_fmt(m->arena, "%.*s_%.*s", STR_ARG(name), STR_ARG(str_from_index(selector, dot + 1)));
        if (str_eq(last_two, str_fmt(m->arena, "%.*s_%.*s", STR_ARG(leaf), STR_ARG(fqn[count - 1])))) return true;
    }
    if (begins_otherwise(fqn[0], selector)) return false;
    Str all = str_join(m->arena, fqn, count, STR("."));
    Str rest = selector, part, have;
    while (str_split_next(&rest, '.', &part)) {
        if (wild_has(part)) {
            if (!all.ptr) return false;
            Str pattern = rest.ptr ? str_n(part.ptr, (size_t)(rest.ptr + rest.len - part.ptr)) : part;
            return wild_matches(pattern, all) || (!has_dot(selector) && wild_matches(selector, leaf));
        }
        if (!str_split_next(&all, '.', &have) || !str_eq(part, have)) return false;
    }
    return true;
}

static bool match_fqn(const Matcher *m, const Node *node, Str value)
{
    if (node->type == RESOURCE_SOURCE || node->type == RESOURCE_OPERATION) return false;
    bool versioned = node_versioned(node);
    return fqn_matches(m, node->fqn, node->fqn_count, versioned, value) ||
           fqn_matches(m, node->fqn + 1, node->fqn_count - 1, versioned, value);
}

static bool match_tag(const Node *node, Str value)
{
    for (size_t i = 0; i < node->tag_count; i++)
        if (wild_matches(value, node->tags[i])) return true;
    return false;
}

/* A path against a pattern, segment by segment; ** stands for any number of folders. */
static bool glob(const Matcher *m, Str pattern, Str path)
{
    Str head = pattern, part = path;
    size_t slash = str_find_char(pattern, '/', 0), end = str_find_char(path, '/', 0);
    Str rest = slash == STR_NPOS ? STR_EMPTY : str_from_index(pattern, slash + 1);
    if (slash != STR_NPOS) head = str_slice(pattern, 0, slash);
    Str below = end == STR_NPOS ? STR_EMPTY : str_from_index(path, end + 1);
    if (end != STR_NPOS) part = str_slice(path, 0, end);
    if (str_eq(head, STR("**"))) {
        if (!rest.len) return true;
        return glob(m, rest, path) || (below.len && glob(m, pattern, below));
    }
    if (!wild_matches(head, part)) return false;
    if (!below.len) return !rest.len || str_eq(rest, STR("**"));
    if (!rest.len) return false;
    return glob(m, rest, below);
}

/* dbt globs below the project's folder and takes nodes whose file, or a folder above it, is found there; a node of a
 * package is known by its path within the package. */
static bool path_matches(const Matcher *m, const Node *node, Str value, Str path, bool folders)
{
    if (!value.len) return true; /* "." */
    for (;;) {
        if (wild_has(value) ? glob(m, value, path) : str_eq(value, path)) {
            if (node->package->is_root) return true;
            Str full = path_join(m->arena, m->manifest->root->root, path);
            if (file_exists(full.ptr)) return true;
        }
        size_t end = str_rfind_char(path, '/');
        if (end == STR_NPOS || !folders) return false;
        path = str_slice(path, 0, end);
    }
}

/* Without empty segments and those that are a dot. ".." stays, and matches nothing, as in dbt. */
static Str plain_segments(Arena *arena, Str path)
{
    bool plain = !str_starts(path, STR("./")) && !str_ends(path, STR("/.")) && !str_ends(path, STR("/")) &&
                 str_find(path, STR("//"), 0) == STR_NPOS && str_find(path, STR("/./"), 0) == STR_NPOS;
    if (plain) return path;
    VEC(Str) kept = {0};
    Str rest = path, part;
    while (str_split_next(&rest, '/', &part))
        if (part.len && !str_eq(part, STR("."))) vec_push(arena, &kept, part);
    return str_join(arena, kept.at, kept.n, STR("/"));
}

static bool match_path(const Matcher *m, const Node *node, Str value)
{
    bool only_folders = str_ends(value, STR("/")) || str_ends(value, STR("**")); /* so Python's glob */
    Str path = plain_segments(m->arena, node->original_file_path);
    value = plain_segments(m->arena, value);
    if (only_folders) path = path_dir(path);
    if (path_matches(m, node, value, path, true)) return true;
    size_t scheme = only_folders ? STR_NPOS : str_find(node->patch_path, STR("://"), 0);
    return scheme != STR_NPOS &&
           path_matches(m, node, value, plain_segments(m->arena, str_from_index(node->patch_path, scheme + 3)), false);
}

static bool match_file(const Node *node, Str value)
{
    Str file = path_base(node->original_file_path);
    return wild_matches(value, file) || wild_matches(value, path_stem(file));
}

/* source:name, source:name.table, source:package.name.table */
static bool match_source(const Node *node, Str value)
{
    if (node->type != RESOURCE_SOURCE) return false;
    Str parts[3] = {STR("*"), STR("*"), STR("*")}, pieces[4], rest = value, piece;
    size_t n = 0;
    while (n < 4 && str_split_next(&rest, '.', &piece)) pieces[n++] = piece;
    if (n == 1)
        parts[1] = pieces[0];
    else if (n == 2)
        parts[1] = pieces[0], parts[2] = pieces[1];
    else if (n == 3)
        parts[0] = pieces[0], parts[1] = pieces[1], parts[2] = pieces[2];
    else
        return false;
    return wild_matches(parts[0], node->package->name) && wild_matches(parts[1], node->source_info->source_name) &&
           wild_matches(parts[2], node->name);
}

/* exposure:name, exposure:package.name, and likewise for other kinds that only YAML defines. */
static bool match_named(const Node *node, ResourceType type, Str value)
{
    if (node->type != type) return false;
    size_t dot = str_find_char(value, '.', 0);
    if (dot == STR_NPOS) return wild_matches(value, node->name);
    return wild_matches(str_slice(value, 0, dot), node->package->name) &&
           wild_matches(str_from_index(value, dot + 1), node->name);
}

/* dbt: the text; a value of YAML that is no text as it is. */
static bool is_wanted(Value v, const Criterion *c, bool any_case)
{
    if (any_case) return v.kind == V_STR && str_eq_nocase(value_text(v), c->value);
    if (c->raw.kind != V_UNDEFINED) return value_equal(v, c->raw);
    return v.kind == V_STR && str_eq(value_text(v), c->value);
}

/* A list has it, or has a bool of that name, for which 1 and 0 pass too, as in Python; by itself only a bool does. */
static bool value_matches(Value v, const Criterion *c, bool any_case)
{
    bool yes = str_eq_nocase(c->value, STR("true")), no = str_eq_nocase(c->value, STR("false"));
    if (v.kind != V_LIST) return (v.kind == V_BOOL && (v.u.boolean ? yes : no)) || is_wanted(v, c, any_case);
    for (uint32_t i = 0; i < v.u.list->n; i++) {
        Value item = v.u.list->at[i];
        if (is_wanted(item, c, any_case) || (yes && value_equal(item, VALUE_TRUE)) ||
            (no && value_equal(item, VALUE_FALSE)))
            return true;
    }
    return false;
}

static bool match_config(const Node *node, const Criterion *c)
{
    if (node->type == RESOURCE_EXPOSURE || node->type >= RESOURCE_METRIC || node->type == RESOURCE_UNIT_TEST)
        return false;
    Value v = node->config;
    bool any_case = str_eq(c->argument, STR("severity"));
    Str rest = c->argument, part;
    while (str_split_next(&rest, '.', &part)) {
        if (v.kind != V_DICT) return false;
        const Value *found = dict_find_str(v.u.dict, part);
        /* dbt's configs have none for what was never set; dictionaries below them have not. */
        if (!found && part.ptr != c->argument.ptr) return false;
        v = found ? *found : VALUE_NONE;
    }
    return value_matches(v, c, any_case);
}

static bool match_test_type(const Node *node, Str value)
{
    if (str_eq(value, STR("unit"))) return node->type == RESOURCE_UNIT_TEST;
    if (!node->test) return false;
    if (str_eq(value, STR("generic")) || str_eq(value, STR("schema"))) return node->test->generic;
    if (str_eq(value, STR("singular"))) return !node->test->generic;
    return str_eq(value, STR("data"));
}

static bool match_version(const Node *node, Str value)
{
    if (node->type != RESOURCE_MODEL) return false;
    if (str_eq(value, STR("none"))) return !node_versioned(node);
    if (!node_versioned(node)) return false;
    int order = version_compare(node->version, node->latest_version);
    if (str_eq(value, STR("latest"))) return value_equal(node->version, node->latest_version);
    if (str_eq(value, STR("old"))) return order < 0;
    return str_eq(value, STR("prerelease")) && order > 0;
}

static bool match_group(const Node *node, Str value)
{
    Value group = node_config(node, STR("group"));
    bool groupable = node->type != RESOURCE_SOURCE && node->type != RESOURCE_EXPOSURE &&
                     node->type != RESOURCE_UNIT_TEST && node->type != RESOURCE_SEMANTIC_MODEL &&
                     node->type != RESOURCE_SAVED_QUERY;
    return groupable && group.kind == V_STR && group.len && wild_matches(value, value_text(group));
}

static bool match_result(const Matcher *m, const Node *node, Str value)
{
    const Str *status = map_get(&state_of(m->diff)->results, node->unique_id);
    return status && str_eq(*status, value);
}

/* Times in UTC, "2026-01-01T00:00:00+00:00" or "..Z", and with a fraction only where there is one. */
static Str without_zone(Str time)
{
    size_t zone = str_ends(time, STR("Z")) ? 1 : str_ends(time, STR("+00:00")) ? 6 : 0;
    return str_slice(time, 0, time.len - zone);
}

/* source_status:fresher: its newest row is newer than it was, or it was not looked at before. */
static bool match_fresher(const Matcher *m, const Node *node)
{
    const PreviousState *state = state_of(m->diff);
    const StateFreshness *now = map_get(&state->current_sources, node->unique_id);
    const StateFreshness *then = map_get(&state->sources, node->unique_id);
    if (!now || !now->max_loaded_at.len) return false;
    return !then || !then->max_loaded_at.len ||
           str_cmp(without_zone(now->max_loaded_at), without_zone(then->max_loaded_at)) > 0;
}

bool node_matches(const Matcher *m, const Criterion *c, const Node *node)
{
    Str value = c->value;
    switch (c->method) {
    case METHOD_fqn: return match_fqn(m, node, value);
    case METHOD_tag:
        return node->type != RESOURCE_SEMANTIC_MODEL && match_tag(node, value); /* it has tags in its config only */
    case METHOD_path: return match_path(m, node, value);
    case METHOD_file: return match_file(node, value);
    case METHOD_source: return match_source(node, value);
    case METHOD_exposure: return match_named(node, RESOURCE_EXPOSURE, value);
    case METHOD_metric: return match_named(node, RESOURCE_METRIC, value);
    case METHOD_semantic_model: return match_named(node, RESOURCE_SEMANTIC_MODEL, value);
    case METHOD_saved_query: return match_named(node, RESOURCE_SAVED_QUERY, value);
    case METHOD_unit_test: return match_named(node, RESOURCE_UNIT_TEST, value);
    case METHOD_package:
        return str_eq(value, STR("this")) ? node->package->is_root : wild_matches(value, node->package->name);
    case METHOD_config: return match_config(node, c);
    case METHOD_test_name:
        if (node->type == RESOURCE_UNIT_TEST) return wild_matches(value, node->name);
        return node->test && node->test->generic && wild_matches(value, node->test->test_name);
    case METHOD_test_type: return match_test_type(node, value);
    case METHOD_resource_type: return str_eq(resource_type_word(node->type), value);
    case METHOD_group: return match_group(node, value);
    case METHOD_access:
        return node->type == RESOURCE_MODEL && str_eq(value, node->access.len ? node->access : STR("protected"));
    case METHOD_version: return match_version(node, value);
    case METHOD_state: return state_matches(m->diff, node, value);
    case METHOD_result: return match_result(m, node, value);
    case METHOD_source_status: return match_fresher(m, node);
    case METHOD_selector: /* a set of its own, see select.c */
    case METHOD_COUNT: break;
    }
    return false;
}
