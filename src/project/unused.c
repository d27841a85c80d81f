/* What a project defines and nothing of it uses. dbt says nothing of it; it is told when it is asked for. */
#include "project/project.h"

static bool reads_data(const Node *node)
{
    return node->type != RESOURCE_TEST && node->type != RESOURCE_UNIT_TEST;
}

static void unused_sources(const Manifest *m, DiagSink *sink)
{
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        if (node->type != RESOURCE_SOURCE || !node->package->is_root) continue;
        bool used = false;
        for (size_t c = 0; c < node->child_count && !used; c++) used = reads_data(node->children[c]);
        if (used) continue;
        diag_add(sink, DIAG_source_unused, node->span, "nothing reads the source '%.*s.%.*s'",
                 STR_ARG(node->source_info->source_name), STR_ARG(node->name));
        sink->items[sink->count - 1].node = node->unique_id;
        diag_hint(sink, "remove it, or read it with source('%.*s', '%.*s')", STR_ARG(node->source_info->source_name),
                  STR_ARG(node->name));
    }
}

/* Names that are called from outside: variants for dispatch, and those that take the place of the library's. */
static bool called_from_outside(const Manifest *m, const Macro *macro)
{
    if (str_find(macro->name, STR("__"), 0) != STR_NPOS) return true;
    for (size_t p = 0; p < m->package_count; p++)
        if (!m->packages[p]->is_root && map_has(&m->packages[p]->macros, macro->name)) return true;
    return false;
}

static void unused_macros(const Manifest *m, DiagSink *sink)
{
    Arena *scratch = arena_new();
    Map called;
    map_init(&called, scratch);
    for (size_t i = 0; i < m->node_count; i++)
        for (size_t k = 0; k < m->nodes[i]->depends_on_macro_count; k++)
            map_put(&called, m->nodes[i]->depends_on_macros[k], &called);
    for (size_t i = 0; i < m->macro_count; i++)
        for (size_t k = 0; k < m->macros[i]->depends_on_count; k++)
            if (!str_eq(m->macros[i]->depends_on[k], m->macros[i]->unique_id))
                map_put(&called, m->macros[i]->depends_on[k], &called);
    for (size_t i = 0; i < m->macro_count; i++) {
        const Macro *macro = m->macros[i];
        if (!macro->package->is_root || str_eq(macro->tag, STR("materialization"))) continue;
        if (map_has(&called, macro->unique_id) || called_from_outside(m, macro)) continue;
        bool test = str_eq(macro->tag, STR("test"));
        Str name = test ? str_from_index(macro->name, sizeof "test_" - 1) : macro->name;
        diag_add(sink, DIAG_macro_unused, macro->span, "no node %s the %s '%.*s'", test ? "has" : "calls",
                 test ? "generic test" : "macro", STR_ARG(name));
        if (test)
            diag_hint(sink, "remove it, or use it in YAML");
        else
            diag_hint(sink, "remove it, unless it is called by run-operation or by a name that is made when it runs");
    }
    arena_free(scratch);
}

void project_report_unused(const Manifest *manifest, DiagSink *sink)
{
    unused_sources(manifest, sink);
    unused_macros(manifest, sink);
}
