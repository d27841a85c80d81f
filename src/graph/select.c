#include "graph/select.h"

#include "base/edit.h"
#include "base/file.h"

#include <fnmatch.h>

typedef struct Criterion {
    bool childrens_parents; /* @ */
    bool parents, children;
    int parents_depth, children_depth; /* -1: all */
    Str method, argument; /* "config", "materialized" of config.materialized:view */
    Str value;
} Criterion;

typedef struct Selection {
    Arena *arena;
    const Graph *graph;
    const SelectOptions *options;
    DiagSink *sink;
} Selection;

static const Str method_names[] = {
    STR_INIT("fqn"),           STR_INIT("tag"),     STR_INIT("path"),   STR_INIT("file"),      STR_INIT("source"),
    STR_INIT("exposure"),      STR_INIT("package"), STR_INIT("config"), STR_INIT("test_name"), STR_INIT("test_type"),
    STR_INIT("resource_type"), STR_INIT("group"),   STR_INIT("access"),
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
    if (word) {
        Str method = str_slice(rest, 0, colon);
        size_t dot = str_find_char(method, '.', 0);
        c->method = dot == STR_NPOS ? method : str_slice(method, 0, dot);
        c->argument = dot == STR_NPOS ? STR_EMPTY : str_from_index(method, dot + 1);
        c->value = str_from_index(rest, colon + 1);
    } else {
        c->value = rest;
        if (str_find_char(rest, '/', 0) != STR_NPOS)
            c->method = STR("path");
        else if (str_ends(rest, STR(".sql")) || str_ends(rest, STR(".py")) || str_ends(rest, STR(".csv")))
            c->method = STR("file");
        else
            c->method = STR("fqn");
    }
    if (!c->value.len || (c->childrens_parents && (c->parents || c->children))) goto bad;
    for (size_t i = 0; i < sizeof method_names / sizeof *method_names; i++)
        if (str_eq(method_names[i], c->method)) return true;
    diag_add(s->sink, DIAG_selection_invalid, span, "'%.*s' is no selection method", STR_ARG(c->method));
    Str best;
    if (nearest(c->method, method_names, sizeof method_names / sizeof *method_names, &best))
        diag_hint(s->sink, "did you mean '%.*s:'?", STR_ARG(best));
    else
        diag_hint(s->sink,
                  "there are: fqn, tag, path, file, source, exposure, package, config.*, test_name, test_type, "
                  "resource_type, group, access");
    return false;
bad:
    diag_add(s->sink, DIAG_selection_invalid, span, "'%.*s' is no selection", STR_ARG(text));
    diag_hint(s->sink,
              "write a name, tag:x, path:x, ..., with + before it for ancestors and behind it for descendants; @x "
              "cannot be combined with +");
    return false;
}

/* ---- matching ---- */

static bool wild(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '*' || s.ptr[i] == '?' || s.ptr[i] == '[') return true;
    return false;
}

static bool matches(const Selection *s, Str pattern, Str text)
{
    if (!wild(pattern)) return str_eq(pattern, text);
    ArenaMark mark = arena_mark(s->arena);
    bool yes = fnmatch(str_c(s->arena, pattern), str_c(s->arena, text), 0) == 0;
    arena_rewind(s->arena, mark);
    return yes;
}

/* dbt: is_selected_node. The name alone, or a prefix of the dotted fqn, part by part. */
static bool fqn_matches(const Selection *s, const Str *fqn, size_t count, Str selector)
{
    if (!count) return false;
    if (matches(s, selector, fqn[count - 1])) return true;
    Str rest = selector, part;
    size_t segment = 0;
    Str inside = fqn[0], have;
    while (str_split_next(&rest, '.', &part)) {
        /* fqn parts may hold dots themselves: they count as several parts. */
        while (!str_split_next(&inside, '.', &have)) {
            if (++segment == count) return false;
            inside = fqn[segment];
        }
        if (!matches(s, part, have)) return false;
    }
    return true;
}

static bool match_fqn(const Selection *s, const Node *node, Str value)
{
    if (node->type == RESOURCE_SOURCE || node->type == RESOURCE_EXPOSURE || node->type == RESOURCE_OPERATION)
        return false;
    return fqn_matches(s, node->fqn, node->fqn_count, value) ||
           (node->fqn_count > 1 && fqn_matches(s, node->fqn + 1, node->fqn_count - 1, value));
}

static bool match_tag(const Selection *s, const Node *node, Str value)
{
    for (size_t i = 0; i < node->tag_count; i++)
        if (matches(s, value, node->tags[i])) return true;
    return false;
}

/* dbt: the selector is globbed against the project's files; a node is in if its file, or a folder above it, is. */
static bool match_path(const Selection *s, const Node *node, Str value)
{
    if (!node->package->is_root) return false;
    while (str_ends(value, STR("/"))) value = str_slice(value, 0, value.len - 1);
    if (str_starts(value, STR("./"))) value = str_from_index(value, 2);
    Str path = node->original_file_path;
    for (size_t end = path.len;;) {
        Str prefix = str_slice(path, 0, end);
        if (wild(value) ? fnmatch(str_c(s->arena, value), str_c(s->arena, prefix), FNM_PATHNAME) == 0
                        : str_eq(value, prefix))
            return true;
        end = str_rfind_char(prefix, '/');
        if (end == STR_NPOS) return false;
    }
}

static bool match_file(const Selection *s, const Node *node, Str value)
{
    Str file = path_base(node->original_file_path);
    return matches(s, value, file) || matches(s, value, path_stem(file));
}

/* source:name, source:name.table, source:package.name.table */
static bool match_source(const Selection *s, const Node *node, Str value)
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
    return matches(s, parts[0], node->package->name) && matches(s, parts[1], node->source_info->source_name) &&
           matches(s, parts[2], node->name);
}

static bool value_matches(const Selection *s, Value v, Str wanted)
{
    if (v.kind == V_LIST) {
        for (uint32_t i = 0; i < v.u.list->n; i++)
            if (value_matches(s, v.u.list->at[i], wanted)) return true;
        return false;
    }
    if (v.kind == V_DICT) { /* dbt: a mapping has what it has as keys */
        return dict_find_str(v.u.dict, wanted) != NULL;
    }
    if (v.kind == V_BOOL) return str_eq_nocase(wanted, v.u.boolean ? STR("true") : STR("false"));
    if (v.kind == V_UNDEFINED || v.kind == V_NONE) return false;
    return matches(s, wanted, value_to_str(s->arena, v));
}

static bool match_config(const Selection *s, const Node *node, Str key, Str value)
{
    Value v = node->config;
    Str part;
    while (str_split_next(&key, '.', &part)) {
        if (v.kind != V_DICT) return false;
        v = dict_get_str(v.u.dict, part);
        if (v.kind == V_UNDEFINED && str_eq(part, STR("pre_hook")))
            v = dict_get_str(node->config.u.dict, STR("pre-hook"));
    }
    return value_matches(s, v, value);
}

static bool match_node(const Selection *s, const Criterion *c, const Node *node)
{
    Str m = c->method;
    if (str_eq(m, STR("fqn"))) return match_fqn(s, node, c->value);
    if (str_eq(m, STR("tag"))) return match_tag(s, node, c->value);
    if (str_eq(m, STR("path"))) return match_path(s, node, c->value);
    if (str_eq(m, STR("file"))) return match_file(s, node, c->value);
    if (str_eq(m, STR("source"))) return match_source(s, node, c->value);
    if (str_eq(m, STR("exposure"))) return node->type == RESOURCE_EXPOSURE && matches(s, c->value, node->name);
    if (str_eq(m, STR("package")))
        return matches(s, c->value, node->package->name) || (node->package->is_root && str_eq(c->value, STR("this")));
    if (str_eq(m, STR("config"))) return match_config(s, node, c->argument, c->value);
    if (str_eq(m, STR("test_name"))) return node->test && matches(s, c->value, node->test->test_name);
    if (str_eq(m, STR("test_type"))) {
        if (str_eq(c->value, STR("unit"))) return node->type == RESOURCE_UNIT_TEST;
        if (!node->test) return false;
        if (str_eq(c->value, STR("generic")) || str_eq(c->value, STR("schema"))) return node->test->generic;
        if (str_eq(c->value, STR("singular"))) return !node->test->generic;
        return str_eq(c->value, STR("data"));
    }
    if (str_eq(m, STR("resource_type"))) return str_eq(resource_type_word(node->type), c->value);
    if (str_eq(m, STR("group"))) return matches(s, c->value, node->group);
    if (str_eq(m, STR("access"))) return node->type == RESOURCE_MODEL && matches(s, c->value, node->access);
    return false;
}

/* ---- sets ---- */

static bool is_test(const Node *node)
{
    return node->type == RESOURCE_TEST || node->type == RESOURCE_UNIT_TEST;
}

static NodeSet evaluate(const Selection *s, const Criterion *c)
{
    const Graph *g = s->graph;
    NodeSet set = node_set_new(s->arena, g->node_count);
    for (uint32_t i = 0; i < g->node_count; i++)
        if (match_node(s, c, g->manifest->nodes[i])) node_set_add(set, i);
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

/* Tests of what is selected. `only` (may be all) limits them to tests that the criterion's kind can bring along. */
static void add_indirect(const Selection *s, NodeSet set)
{
    const Graph *g = s->graph;
    if (s->options->indirect == SELECT_EMPTY) return;
    NodeSet reach = set;
    if (s->options->indirect == SELECT_BUILDABLE) {
        reach = node_set_copy(s->arena, set);
        graph_add_ancestors(g, s->arena, reach, -1);
    }
    NodeSet before = node_set_copy(s->arena, set);
    for (uint32_t i = 0; i < g->node_count; i++) {
        if (!is_test(g->manifest->nodes[i]) || node_set_has(set, i)) continue;
        bool any = false, all = true;
        for (uint32_t e = g->parent_start[i]; e < g->parent_start[i + 1]; e++) {
            any |= node_set_has(before, g->parents[e]);
            all &= node_set_has(reach, g->parents[e]);
        }
        if (any && (s->options->indirect == SELECT_EAGER || all)) node_set_add(set, i);
    }
}

static bool selects(const Selection *s, const SpanText *words, size_t count, bool warn, NodeSet into)
{
    for (size_t w = 0; w < count; w++) {
        Str rest = words[w].text, word;
        while (str_split_next(&rest, ' ', &word)) {
            if (!word.len) continue;
            Span span = words[w].span;
            uint32_t at = (uint32_t)(word.ptr - words[w].text.ptr);
            if (span.end - span.start == words[w].text.len)
                span = (Span){span.source, span.start + at, span.start + at + (uint32_t)word.len};
            NodeSet all = {0};
            Str parts = word, part;
            while (str_split_next(&parts, ',', &part)) {
                Criterion c;
                if (!parse_criterion(s, part, span, &c)) return false;
                NodeSet one = evaluate(s, &c);
                /* Each side of an intersection brings its tests along, as in dbt. */
                add_indirect(s, one);
                if (all.bits)
                    node_set_and(all, one);
                else
                    all = one;
            }
            if (warn && all.bits && node_set_count(all) == 0) {
                diag_add(s->sink, DIAG_selection_empty, span, "nothing matches '%.*s'", STR_ARG(word));
                Arena *arena = s->arena;
                const Manifest *m = s->graph->manifest;
                VEC(Str) names = {0};
                for (size_t i = 0; i < m->node_count; i++)
                    if (!is_test(m->nodes[i])) vec_push(arena, &names, m->nodes[i]->name);
                Criterion c;
                Str best;
                if (parse_criterion(s, word, span, &c) && str_eq(c.method, STR("fqn")) &&
                    nearest(c.value, names.at, names.n, &best))
                    diag_hint(s->sink, "did you mean '%.*s'?", STR_ARG(best));
            }
            if (all.bits) node_set_or(into, all);
        }
    }
    return true;
}

bool select_nodes(Arena *arena, const Graph *graph, const SelectOptions *options, DiagSink *sink, NodeSet *selected)
{
    Selection s = {arena, graph, options, sink};
    NodeSet set = node_set_new(arena, graph->node_count), excluded = node_set_new(arena, graph->node_count);
    if (options->select_count) {
        if (!selects(&s, options->select, options->select_count, true, set)) return false;
    } else {
        for (uint32_t i = 0; i < graph->node_count; i++) node_set_add(set, i);
    }
    /* Excluded nodes take their tests with them only in the eager way, as in dbt. */
    if (!selects(&s, options->exclude, options->exclude_count, true, excluded)) return false;
    node_set_minus(set, excluded);
    for (uint32_t i = 0; options->types && i < graph->node_count; i++)
        if (node_set_has(set, i) && !(options->types >> graph->manifest->nodes[i]->type & 1)) node_set_remove(set, i);
    *selected = set;
    return true;
}
