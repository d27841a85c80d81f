/* What stands in a file, in place of what it gave: dbt's flag state_modified_compare_more_unrendered_values, with which
 * state:modified compares configs before they are rendered, so that another target or variable makes no change.
 *
 * dbt writes the argument of config() as Jinja2 prints the tree of it, and so does this: states are exchanged. Models that
 * its static reader takes are the exception: there all values are constants, and are kept as they are. */
#include "project/loader.h"
#include "project/written_tree.h"

bool config_keeps_written(const Loader *loader)
{
    return manifest_flag(loader->manifest, "state_modified_compare_more_unrendered_values", false);
}

/* A macro of these names takes the place of what the static reader knows. */
static bool names_are_macros(const Loader *loader, const Package *package)
{
    static const char *const names[] = {"ref", "source", "config"};
    const Package *const places[] = {package, loader->manifest->root};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 2; k++)
            if (manifest_find_package_macro(loader->manifest, places[k]->name, str_from(names[i]))) return true;
    return false;
}

bool config_written(const Loader *loader, Worker *worker, const Node *node, Value *written)
{
    if (!node->unit) return false;
    if (node->type == RESOURCE_MODEL && !names_are_macros(loader, node->package) &&
        static_reader_takes(node->raw_code, tpl_unit_family(node->unit)))
        return false;
    size_t count;
    const TplCallSite *sites = tpl_call_sites(node->unit, &count), *call = NULL;
    for (size_t i = 0; i < count && !call; i++)
        if (str_eq(sites[i].name, STR("config"))) call = &sites[i];
    if (!call) return false;
    /* The call alone, as a template of its own: its tree is what is wanted. */
    Arena *scratch = worker->scratch;
    bool angle = tpl_unit_family(node->unit) == TPL_ANGLE;
    Str whole = source_text(loader->manifest->sources, call->span.source);
    Str text = str_fmt(scratch, "%s %.*s %s", angle ? "<<" : "{{",
                       STR_ARG(str_slice(whole, call->span.start, call->span.end)), angle ? ">>" : "}}");
    SourceTable *sources = source_table_new();
    SourceId source = source_add(sources, node->original_file_path, text);
    TplOptions options = {.family = angle ? TPL_ANGLE : TPL_CURLY};
    const TplUnit *unit = tpl_parse(scratch, sources, (Span){source, 0, (uint32_t)text.len}, &options, &worker->sink);
    source_table_free(sources);
    return unit && written_keywords(scratch, unit, text, written);
}
