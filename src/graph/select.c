#include "graph/select.h"

#include "base/edit.h"
#include "graph/criterion.h"

typedef struct Selection {
    Arena *arena;
    const Graph *graph;
    const SelectOptions *options;
    DiagSink *sink;
} Selection;

static const Str method_names[] = {
#define METHOD(word) STR_INIT(#word),
#include "graph/methods.def"
#undef METHOD
};

/* ---- reading ---- */

static bool all_digits(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    return true;
}

static bool read_depth(Str digits, int *depth)
{
    int64_t n;
    *depth = -1;
    if (!digits.len) return true;
    if (!str_to_int(digits, &n) || n > 1000000) return false;
    *depth = (int)n;
    return true;
}

static void hint_methods(const Selection *s)
{
    Str names[METHOD_COUNT];
    for (size_t i = 0; i < METHOD_COUNT; i++) names[i] = i == METHOD_config ? STR("config.*") : method_names[i];
    diag_hint(s->sink, "there are: %.*s", STR_ARG(str_join(s->arena, names, METHOD_COUNT, STR(", "))));
}

/* Methods whose values are words of a list: a misspelt one must not pass for an empty selection. */
static bool check_value(const Selection *s, const Criterion *c, Span span)
{
    static const Str test_types[] = {STR_INIT("generic"), STR_INIT("singular"), STR_INIT("data"), STR_INIT("schema"),
                                     STR_INIT("unit")};
    static const Str versions[] = {STR_INIT("latest"), STR_INIT("prerelease"), STR_INIT("old"), STR_INIT("none")};
    Str kinds[RESOURCE_COUNT];
    const Str *words = kinds;
    size_t count = 0;
    switch (c->method) {
    case METHOD_test_type: words = test_types, count = sizeof test_types / sizeof *test_types; break;
    case METHOD_version: words = versions, count = sizeof versions / sizeof *versions; break;
    case METHOD_resource_type:
        for (; count < RESOURCE_COUNT; count++) kinds[count] = resource_type_word((ResourceType)count);
        break;
    default: return true;
    }
    for (size_t i = 0; i < count; i++)
        if (str_eq(words[i], c->value)) return true;
    diag_add(s->sink, DIAG_selection_invalid, span, "'%.*s' is no %.*s", STR_ARG(c->value),
             STR_ARG(method_names[c->method]));
    diag_hint(s->sink, "there are: %.*s", STR_ARG(str_join(s->arena, words, count, STR(", "))));
    return false;
}

static bool parse_criterion(const Selection *s, Str text, Span span, Criterion *c)
{
    *c = (Criterion){.parents_depth = -1, .children_depth = -1};
    Str rest = text;
    if (str_starts(rest, STR("@"))) {
        c->childrens_parents = true;
        rest = str_from_index(rest, 1);
    }
    size_t plus = str_find_char(rest, '+', 0);
    if (plus != STR_NPOS && all_digits(str_slice(rest, 0, plus))) {
        c->parents = true;
        if (!read_depth(str_slice(rest, 0, plus), &c->parents_depth)) goto bad;
        rest = str_from_index(rest, plus + 1);
    }
    plus = str_rfind_char(rest, '+');
    if (plus != STR_NPOS && all_digits(str_from_index(rest, plus + 1))) {
        c->children = true;
        if (!read_depth(str_from_index(rest, plus + 1), &c->children_depth)) goto bad;
        rest = str_slice(rest, 0, plus);
    }
    size_t colon = str_find_char(rest, ':', 0);
    bool word = colon != STR_NPOS && colon > 0;
    for (size_t i = 0; word && i < colon; i++)
        word = rest.ptr[i] == '_' || rest.ptr[i] == '.' || (rest.ptr[i] >= 'a' && rest.ptr[i] <= 'z') ||
               (rest.ptr[i] >= 'A' && rest.ptr[i] <= 'Z') || (rest.ptr[i] >= '0' && rest.ptr[i] <= '9');
    Str method = STR("fqn");
    if (word) {
        method = str_slice(rest, 0, colon);
        size_t dot = str_find_char(method, '.', 0);
        c->argument = dot == STR_NPOS ? STR_EMPTY : str_from_index(method, dot + 1);
        if (dot != STR_NPOS) method = str_slice(method, 0, dot);
        c->value = str_from_index(rest, colon + 1);
    } else {
        c->value = rest;
        if (str_find_char(rest, '/', 0) != STR_NPOS)
            method = STR("path");
        else if (str_ends(rest, STR(".sql")) || str_ends(rest, STR(".py")) || str_ends(rest, STR(".csv")))
            method = STR("file");
    }
    if (!c->value.len || (c->childrens_parents && (c->parents || c->children))) goto bad;
    size_t at = 0;
    while (at < METHOD_COUNT && !str_eq(method_names[at], method)) at++;
    c->method = (Method)at;
    if (at < METHOD_COUNT) return check_value(s, c, span);
    diag_add(s->sink, DIAG_selection_invalid, span, "'%.*s' is no selection method", STR_ARG(method));
    Str best;
    if (nearest(method, method_names, METHOD_COUNT, &best))
        diag_hint(s->sink, "did you mean '%.*s:'?", STR_ARG(best));
    else
        hint_methods(s);
    return false;
bad:
    diag_add(s->sink, DIAG_selection_invalid, span, "'%.*s' is no selection", STR_ARG(text));
    diag_hint(s->sink,
              "write a name, tag:x, path:x, ..., with + before it for ancestors and behind it for descendants; @x "
              "cannot be combined with +");
    return false;
}

/* ---- sets ---- */

static bool is_test(const Node *node)
{
    return node->type == RESOURCE_TEST || node->type == RESOURCE_UNIT_TEST;
}

/* dbt keeps two sets on the way: what is selected, and tests that wait for more of their parents to be selected. */
typedef struct Selected {
    NodeSet direct, all; /* all: with the waiting tests */
} Selected;

static NodeSet evaluate(const Selection *s, const Criterion *c)
{
    const Graph *g = s->graph;
    const Matcher matcher = {s->arena, g->manifest};
    NodeSet set = node_set_new(s->arena, g->node_count);
    for (uint32_t i = 0; i < g->node_count; i++)
        if (node_matches(&matcher, c, g->manifest->nodes[i])) node_set_add(set, i);
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
    return set;
}

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
static Selected with_tests(const Selection *s, NodeSet set)
{
    const Graph *g = s->graph;
    Selected out = {set, set};
    SelectIndirect mode = s->options->indirect;
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

/* Waiting tests whose parents are all there now (dbt: incorporate_indirect_nodes). */
static void take_waiting(const Selection *s, Selected *selected)
{
    const Graph *g = s->graph;
    SelectIndirect mode = s->options->indirect;
    if (mode != SELECT_CAUTIOUS && mode != SELECT_BUILDABLE) return;
    NodeSet reach =
        mode == SELECT_BUILDABLE ? reach_of(s, selected->direct, false) : node_set_copy(s->arena, selected->direct);
    for (uint32_t i = 0; i < g->node_count; i++)
        if (node_set_has(selected->all, i) && !node_set_has(selected->direct, i) && parents_within(g, i, reach))
            node_set_add(selected->direct, i);
}

static void warn_empty(const Selection *s, Str word, Span span)
{
    diag_add(s->sink, DIAG_selection_empty, span, "nothing matches '%.*s'", STR_ARG(word));
    const Manifest *m = s->graph->manifest;
    VEC(Str) names = {0};
    for (size_t i = 0; i < m->node_count; i++)
        if (!is_test(m->nodes[i])) vec_push(s->arena, &names, m->nodes[i]->name);
    Criterion c;
    Str best;
    if (parse_criterion(s, word, span, &c) && c.method == METHOD_fqn && nearest(c.value, names.at, names.n, &best))
        diag_hint(s->sink, "did you mean '%.*s'?", STR_ARG(best));
}

/* One word: criteria joined by commas, which intersect. */
static bool select_word(const Selection *s, Str word, Span span, Selected *out)
{
    bool first = true;
    Str parts = word, part;
    while (str_split_next(&parts, ',', &part)) {
        Criterion c;
        if (!parse_criterion(s, part, span, &c)) return false;
        Selected one = with_tests(s, evaluate(s, &c));
        if (first) {
            *out = one;
        } else {
            out->direct = node_set_copy(s->arena, out->direct);
            out->all = node_set_copy(s->arena, out->all);
            node_set_and(out->direct, one.direct);
            node_set_and(out->all, one.all);
        }
        first = false;
    }
    if (!first) take_waiting(s, out);
    return true;
}

static bool selects(const Selection *s, const SpanText *words, size_t count, Selected *into)
{
    for (size_t w = 0; w < count; w++) {
        Str rest = words[w].text, word;
        while (str_split_next(&rest, ' ', &word)) {
            if (!word.len) continue;
            Span span = words[w].span;
            uint32_t at = (uint32_t)(word.ptr - words[w].text.ptr);
            if (span.end - span.start == words[w].text.len)
                span = (Span){span.source, span.start + at, span.start + at + (uint32_t)word.len};
            Selected one;
            if (!select_word(s, word, span, &one)) return false;
            if (node_set_count(one.direct) == 0) warn_empty(s, word, span);
            node_set_or(into->direct, one.direct);
            node_set_or(into->all, one.all);
        }
    }
    take_waiting(s, into);
    return true;
}

static Selected nothing(const Selection *s)
{
    return (Selected){node_set_new(s->arena, s->graph->node_count), node_set_new(s->arena, s->graph->node_count)};
}

bool select_nodes(Arena *arena, const Graph *graph, const SelectOptions *options, DiagSink *sink, NodeSet *selected)
{
    Selection s = {arena, graph, options, sink};
    Selected in = nothing(&s), out = nothing(&s);
    if (options->select_count) {
        if (!selects(&s, options->select, options->select_count, &in)) return false;
    } else {
        for (uint32_t i = 0; i < graph->node_count; i++) node_set_add(in.direct, i);
        node_set_or(in.all, in.direct);
    }
    if (!selects(&s, options->exclude, options->exclude_count, &out)) return false;
    node_set_minus(in.direct, out.direct);
    node_set_minus(in.all, out.all);
    if (options->exclude_count) take_waiting(&s, &in);
    NodeSet set = in.direct;
    for (uint32_t i = 0; options->types && i < graph->node_count; i++)
        if (node_set_has(set, i) && !(options->types >> graph->manifest->nodes[i]->type & 1)) node_set_remove(set, i);
    *selected = set;
    return true;
}
