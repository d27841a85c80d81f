/* Small graphs for tests: nodes by name, edges by name. */
#ifndef CDBT_TESTS_GRAPH_TEST_H
#define CDBT_TESTS_GRAPH_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graph/graph.h"

#include <string.h>

/* Adds a node; the order of adding is its number. */
static inline Node *add_node(Manifest *m, ResourceType type, const char *name, const char *path)
{
    Arena *arena = m->arena;
    Node *node = ARENA_NEW(arena, Node);
    node->type = type;
    node->name = node->alias = str_from(name);
    node->package = m->root;
    node->unique_id = str_fmt(arena, "%.*s.shop.%s", STR_ARG(resource_type_word(type)), name);
    node->original_file_path = str_from(path);
    node->span = (Span){source_add(m->sources, node->original_file_path, STR("text")), 0, 4};
    node->fqn = ARENA_ARRAY(arena, Str, 8);
    node->fqn[node->fqn_count++] = STR("shop");
    Str rest = str_from(path), part;
    size_t slash = str_find_char(rest, '/', 0);
    rest = str_from_index(rest, slash == STR_NPOS ? 0 : slash + 1);
    while (str_find_char(rest, '/', 0) != STR_NPOS && str_split_next(&rest, '/', &part))
        node->fqn[node->fqn_count++] = part;
    node->fqn[node->fqn_count++] = node->name;
    node->config = value_dict(arena);
    node->group = node->access = STR_EMPTY;
    node->index = (uint32_t)m->node_count;
    if ((m->node_count & (m->node_count - 1)) == 0) { /* full at each power of two */
        size_t room = m->node_count ? 2 * m->node_count : 1;
        m->nodes = arena_grow(arena, m->nodes, m->node_count * sizeof *m->nodes, room * sizeof *m->nodes);
    }
    m->nodes[m->node_count++] = node;
    return node;
}

static inline void add_edge(Manifest *m, Node *child, Node *parent)
{
    child->depends_on = arena_grow(m->arena, child->depends_on, child->depends_on_count * sizeof *child->depends_on,
                                   (child->depends_on_count + 1) * sizeof *child->depends_on);
    child->depends_on[child->depends_on_count++] = parent;
    child->refs = arena_grow(m->arena, child->refs, child->ref_count * sizeof *child->refs,
                             (child->ref_count + 1) * sizeof *child->refs);
    child->refs[child->ref_count++] = (RefCall){STR_EMPTY, parent->name, VALUE_NONE, child->span};
}

static inline Manifest *new_manifest(void)
{
    Manifest *m = manifest_new();
    m->root = ARENA_NEW(m->arena, Package);
    m->root->name = STR("shop");
    m->root->is_root = true;
    m->packages = ARENA_ARRAY(m->arena, Package *, 1);
    m->packages[0] = m->root;
    m->package_count = 1;
    return m;
}

#endif
