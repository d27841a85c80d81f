/* Evaluating a selection (dbt: graph/selector.py). */
#include "graph/select.h"

#include "base/edit.h"
#include "graph/criterion.h"

enum { SELECTOR_DEPTH = 32 }; /* selectors that name selectors */

typedef struct Selection {
    Arena *arena;
    const Graph *graph;
    const SelectOptions *options;
    DiagSink *sink;
    StateDiff *diff;
    int depth;
} Selection;

/* dbt keeps two sets on the way: what is selected, and tests that wait for more of their parents to be selected. */
typedef struct Selected {
    NodeSet direct, all; /* all: with the waiting tests */
} Selected;

static bool evaluate(Selection *s, const SelectSpec *spec, Selected *out);

static NodeSet empty_set(const Selection *s)
{
    return node_set_new(s->arena, s->graph->node_count);
}

static bool is_test(const Node *node)
{
    return node->type == RESOURCE_TEST || node->type == RESOURCE_UNIT_TEST;
}

/* ---- one criterion ---- */

static const Selector *find_selector(const Selection *s, Str name, Span span)
{
    const Manifest *m = s->graph->manifest;
    for (size_t i = 0; i < m->selector_count; i++)
        if (str_eq(m->selectors[i].name, name)) return &m->selectors[i];
    diag_add(s->sink, DIAG_selection_invalid, span, "there is no selector '%.*s'", STR_ARG(name));
    if (!m->selector_count) {
        diag_hint(s->sink, "selectors are defined in selectors.yml, beside dbt_project.yml");
        return NULL;
    }
    Str best, *names = ARENA_ARRAY(s->arena, Str, m->selector_count);
    for (size_t i = 0; i < m->selector_count; i++) names[i] = m->selectors[i].name;
    if (nearest(name, names, m->selector_count, &best))
        diag_hint(s->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(s->sink, "selectors.yml has: %.*s", STR_ARG(str_join(s->arena, names, m->selector_count, STR(", "))));
    return NULL;
}

static bool of_selector(Selection *s, const Criterion *c, NodeSet set)
{
    const Selector *selector = find_selector(s, c->value, c->span);
    if (!selector || !selector->spec) return false;
    if (s->depth >= SELECTOR_DEPTH) {
        diag_add(s->sink, DIAG_selection_invalid, c->span, "the selector '%.*s' asks for itself", STR_ARG(c->value));
        diag_hint(s->sink, "a selector may only name those that stand before it");
        return false;
    }
    Selected selected;
    s->depth++;
    bool ok = evaluate(s, selector->spec, &selected);
    s->depth--;
    if (ok) node_set_or(set, selected.direct);
    return ok;
}

static bool of_state(Selection *s, const Criterion *c)
{
    if (!state_has(s->diff, method_word(c->method), c->span, s->sink)) return false;
    static const char *const with_removed[] = {"modified", "unmodified", "modified.contract"};
    for (size_t i = 0; i < 3; i++)
        if (c->method == METHOD_state && str_eq(c->value, str_from(with_removed[i]))) state_check_removed(s->diff);
    return true;
}

static bool matching(Selection *s, const Criterion *c, NodeSet set)
{
    const Graph *g = s->graph;
    if (!criterion_check(s->arena, c, DIAG_selection_invalid, s->sink)) return false;
    if (c->method == METHOD_selector) return of_selector(s, c, set);
    bool state = c->method == METHOD_state || c->method == METHOD_result || c->method == METHOD_source_status;
    if (state && !of_state(s, c)) return false;
    const Matcher matcher = {s->arena, g->manifest, s->diff};
    for (uint32_t i = 0; i < g->node_count; i++)
        if (node_matches(&matcher, c, g->manifest->nodes[i])) node_set_add(set, i);
    return !s->diff || !state_failed(s->diff);
}

static void add_neighbours(const Selection *s, const Criterion *c, NodeSet set)
{
    const Graph *g = s->graph;
    NodeSet direct = node_set_copy(s->arena, set);
    if (c->childrens_parents) {
        graph_add_descendants(g, s->arena, set, -1);
        graph_add_ancestors(g, s->arena, set, -1);
    }
    if (c->parents) {
        NodeSet up = node_set_copy(s->arena, direct);
        graph_add_ancestors(g, s->arena, up, c->parents_depth);
        node_set_or(set, up);
    }
    if (c->children) {
        NodeSet down = node_set_copy(s->arena, direct);
        graph_add_descendants(g, s->arena, down, c->children_depth);
        node_set_or(set, down);
    }
}

/* ---- tests that come along ---- */

/* What a test's parents must be part of for it to be buildable. */
static NodeSet reach_of(const Selection *s, NodeSet set, bool sources)
{
    const Graph *g = s->graph;
    NodeSet reach = node_set_copy(s->arena, set);
    graph_add_ancestors(g, s->arena, reach, -1);
    for (uint32_t i = 0; sources && i < g->node_count; i++)
        if (g->manifest->nodes[i]->type == RESOURCE_SOURCE) node_set_add(reach, i);
    return reach;
}

static bool parents_within(const Graph *g, uint32_t node, NodeSet set)
{
    for (uint32_t e = g->parent_start[node]; e < g->parent_start[node + 1]; e++)
        if (!node_set_has(set, g->parents[e])) return false;
    return true;
}

/* Tests of what is selected (dbt: expand_selection). */
static Selected with_tests(const Selection *s, NodeSet set, SelectIndirect mode)
{
    const Graph *g = s->graph;
    Selected out = {set, set};
    if (mode == SELECT_EMPTY) return out;
    NodeSet reach = mode == SELECT_BUILDABLE ? reach_of(s, set, true) : set;
    out.direct = node_set_copy(s->arena, set);
    out.all = node_set_copy(s->arena, set);
    for (uint32_t i = 0; i < g->node_count; i++) {
        if (!is_test(g->manifest->nodes[i]) || node_set_has(set, i)) continue;
        bool any = false;
        for (uint32_t e = g->parent_start[i]; e < g->parent_start[i + 1] && !any; e++)
            any = node_set_has(set, g->parents[e]);
        if (!any) continue;
        node_set_add(out.all, i);
        if (mode == SELECT_EAGER || parents_within(g, i, reach)) node_set_add(out.direct, i);
    }
    return out;
}

/* Waiting tests whose parents are all there now (dbt: incorporate_indirect_nodes, which leaves unit tests alone). */
static void take_waiting(const Selection *s, Selected *selected, SelectIndirect mode)
{
    const Graph *g = s->graph;
    if (mode != SELECT_CAUTIOUS && mode != SELECT_BUILDABLE) return;
    NodeSet reach =
        mode == SELECT_BUILDABLE ? reach_of(s, selected->direct, false) : node_set_copy(s->arena, selected->direct);
    for (uint32_t i = 0; i < g->node_count; i++)
        if (node_set_has(selected->all, i) && !node_set_has(selected->direct, i) &&
            g->manifest->nodes[i]->type != RESOURCE_UNIT_TEST && parents_within(g, i, reach))
            node_set_add(selected->direct, i);
}

/* ---- trees ---- */

/* The only criterion of a word, or NULL. */
static const Criterion *lone_criterion(const SelectSpec *spec)
{
    if (spec->kind == SELECT_CRITERION) return spec->criterion;
    return spec->part_count == 1 ? lone_criterion(spec->parts[0]) : NULL;
}

static void warn_empty(const Selection *s, const SelectSpec *spec)
{
    diag_add(s->sink, DIAG_selection_empty, spec->raw.span, "nothing matches '%.*s'", STR_ARG(spec->raw.text));
    const Criterion *c = lone_criterion(spec);
    const Manifest *m = s->graph->manifest;
    VEC(Str) names = {0};
    for (size_t i = 0; c && i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        if (c->method == METHOD_tag)
            for (size_t t = 0; t < node->tag_count; t++) vec_push(s->arena, &names, node->tags[t]);
        else if (c->method == METHOD_source && node->type == RESOURCE_SOURCE)
            vec_push(s->arena, &names, node->source_info->source_name);
        else if (c->method == METHOD_fqn ? !is_test(node)
                                         : str_eq(method_word(c->method), resource_type_word(node->type)))
            vec_push(s->arena, &names, node->name);
    }
    for (size_t i = 0; c && c->method == METHOD_package && i < m->package_count; i++)
        vec_push(s->arena, &names, m->packages[i]->name);
    Str best;
    if (c && nearest(c->value, names.at, names.n, &best)) diag_hint(s->sink, "did you mean '%.*s'?", STR_ARG(best));
}

static void combine(SelectKind kind, NodeSet into, NodeSet other)
{
    if (kind == SELECT_UNION)
        node_set_or(into, other);
    else if (kind == SELECT_INTERSECTION)
        node_set_and(into, other);
    else
        node_set_minus(into, other);
}

static bool evaluate(Selection *s, const SelectSpec *spec, Selected *out)
{
    SelectIndirect mode = spec->own_indirect ? spec->indirect : s->options->indirect;
    if (spec->kind == SELECT_CRITERION) {
        NodeSet set = empty_set(s);
        if (!matching(s, spec->criterion, set)) return false;
        add_neighbours(s, spec->criterion, set);
        *out = with_tests(s, set, mode);
        return true;
    }
    *out = (Selected){empty_set(s), empty_set(s)};
    for (size_t i = 0; i < spec->part_count; i++) {
        Selected one;
        if (!evaluate(s, spec->parts[i], &one)) return false;
        combine(i ? spec->kind : SELECT_UNION, out->direct, one.direct);
        combine(i ? spec->kind : SELECT_UNION, out->all, one.all);
    }
    take_waiting(s, out, mode);
    if (spec->expect_exists && node_set_count(out->direct) == 0) warn_empty(s, spec);
    return true;
}

/* ---- the whole ---- */

static SelectSpec *everything(const Selection *s)
{
    static const Criterion all = {.parents_depth = -1,
                                  .children_depth = -1,
                                  .method = METHOD_package,
                                  .argument = STR_INIT(""),
                                  .value = STR_INIT("*")};
    SelectSpec *spec = spec_group(s->arena, SELECT_CRITERION);
    spec->criterion = arena_copy(s->arena, &all, sizeof all);
    return spec;
}

/* The tree that the options ask for; NULL after an error. */
static const SelectSpec *wanted(const Selection *s)
{
    const SelectOptions *o = s->options;
    const Manifest *m = s->graph->manifest;
    if (o->selector.text.len) {
        const Selector *selector = find_selector(s, o->selector.text, o->selector.span);
        return selector ? selector->spec : NULL;
    }
    for (size_t i = 0; !o->select_count && !o->exclude_count && i < m->selector_count; i++)
        if (m->selectors[i].is_default) return m->selectors[i].spec;
    SelectSpec *include =
        o->select_count ? spec_from_words(s->arena, o->select, o->select_count, s->sink) : everything(s);
    if (!include || !o->exclude_count) return include;
    SelectSpec *exclude = spec_from_words(s->arena, o->exclude, o->exclude_count, s->sink);
    if (!exclude) return NULL;
    SelectSpec *both = spec_group(s->arena, SELECT_DIFFERENCE);
    both->own_indirect = true; /* dbt: a difference takes no waiting tests */
    spec_add(s->arena, both, include);
    spec_add(s->arena, both, exclude);
    return both;
}

static void take_only(const Selection *s, NodeSet set)
{
    for (size_t i = 0; i < s->options->only_count; i++) {
        const Node *node = manifest_node(s->graph->manifest, s->options->only[i]);
        if (node)
            node_set_add(set, node->index);
        else
            diag_add(s->sink, DIAG_selection_empty, (Span){s->graph->manifest->root->file, 0, 0},
                     "'%.*s' is not in this project any more", STR_ARG(s->options->only[i]));
    }
}

/* A file without anything in it is no model to run (dbt: node.empty); `ls` shows it. */
static bool blank(const Node *node)
{
    bool has_sql = node->type == RESOURCE_MODEL || node->type == RESOURCE_SNAPSHOT || node->type == RESOURCE_ANALYSIS ||
                   node->type == RESOURCE_TEST;
    return has_sql && node->source && !str_trim(node->raw_code).len;
}

bool select_nodes(Arena *arena, const Graph *graph, const SelectOptions *options, DiagSink *sink, NodeSet *selected)
{
    Selection s = {.arena = arena, .graph = graph, .options = options, .sink = sink};
    if (options->state) s.diff = state_diff_new(arena, graph, options->state, sink);
    Selected out = {empty_set(&s), empty_set(&s)};
    if (options->only) {
        take_only(&s, out.direct);
    } else {
        const SelectSpec *spec = wanted(&s);
        if (!spec || !evaluate(&s, spec, &out)) return false;
    }
    NodeSet set = out.direct;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        const Node *node = graph->manifest->nodes[i];
        if (!node_set_has(set, i)) continue;
        if (options->types && !(options->types >> node->type & 1)) node_set_remove(set, i);
        if (!options->with_empty && blank(node)) node_set_remove(set, i);
    }
    *selected = set;
    return true;
}
