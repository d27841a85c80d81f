/* `require-dbt-version`: the versions of dbt whose behaviour a project or a package was written for. */
#include "base/semver.h"
#include "project/loader.h"

/* "1.5" stands for "1.5.0", with an operator in front or none. */
static bool read_condition(Arena *arena, Str text, Semver *condition)
{
    for (int missing = 0; missing < 3; missing++) {
        if (semver_parse(text, condition)) return true;
        text = str_cat(arena, text, STR(".0"));
    }
    return false;
}

/* One condition, ">=1.5.0". */
static bool fits(Arena *arena, Str condition, bool *readable)
{
    Semver wanted, ours;
    SemverRange range;
    condition = str_replace(arena, condition, STR(" "), STR_EMPTY);
    *readable = read_condition(arena, condition, &wanted) && semver_parse(STR(CONTEXT_DBT_VERSION), &ours);
    return *readable && semver_reduce(&wanted, 1, &range) && semver_fits(&ours, &range);
}

/* dbt takes a list, or one text with commas in it. */
bool package_fits_version(Loader *loader, const Package *package, const YamlNode *file)
{
    const YamlNode *node = yaml_get(file, STR("require-dbt-version"));
    Value flags = loader->options->flags, required = package->require_dbt_version;
    if (yaml_absent(node)) return true;
    if (flags.kind == V_DICT && !value_truthy(dict_get_str(flags.u.dict, STR("VERSION_CHECK")))) return true;
    uint32_t count = required.kind == V_LIST ? required.u.list->n : 1;
    for (uint32_t i = 0; i < count; i++) {
        Value one = required.kind == V_LIST ? required.u.list->at[i] : required;
        Str rest = value_to_str(loader->arena, one), piece;
        while (str_split_next(&rest, ',', &piece)) {
            piece = str_trim(piece);
            bool readable;
            if (!piece.len || fits(loader->arena, piece, &readable)) continue;
            if (!readable) {
                diag_add(loader->sink, DIAG_project_invalid, node->span, "'%.*s' is no condition on dbt's version",
                         STR_ARG(piece));
                diag_hint(loader->sink, "write e.g. [\">=1.5.0\", \"<2.0.0\"]");
                return false;
            }
            diag_add(loader->sink, DIAG_project_invalid, node->span,
                     "'%.*s' needs dbt %.*s, and cdbt does what dbt " CONTEXT_DBT_VERSION " does",
                     STR_ARG(package->name), STR_ARG(piece));
            diag_hint(loader->sink, "widen require-dbt-version, or give --no-version-check");
            return false;
        }
    }
    return true;
}
