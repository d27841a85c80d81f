/* What other parts of the program ask of parsed units and macros. */
#include "template/tree.h"

const TplBlock *tpl_blocks(const TplUnit *unit, size_t *count)
{
    *count = unit->block_count;
    return unit->blocks;
}

TplFamily tpl_unit_family(const TplUnit *unit)
{
    return unit->family;
}

const TplParam *tpl_macro_params(const TplMacro *macro, size_t *count)
{
    *count = macro->fn.param_count;
    return macro->params;
}

Str tpl_macro_name(const TplMacro *macro)
{
    return macro->fn.name;
}

Span tpl_macro_span(const TplMacro *macro)
{
    return macro->span;
}

const TplCallSite *tpl_call_sites(const TplUnit *unit, size_t *count)
{
    *count = unit->site_count;
    return unit->sites;
}

const TplCallSite *tpl_macro_call_sites(const TplMacro *macro, size_t *count)
{
    *count = macro->site_count;
    return macro->sites;
}
