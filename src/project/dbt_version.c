/* `require-dbt-version`: the versions of dbt whose behaviour a project or a package was written for. */
#include "project/loader.h"

enum { PARTS = 3 };

/* "1.11.0" to numbers; missing parts are 0. What stands behind them (b1, rc2) is left out. */
static bool read_version(Str text, int64_t parts[PARTS])
{
    size_t n = 0;
    for (; n < PARTS && text.len; n++) {
        size_t digits = 0;
        while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') digits++;
        if (!digits || !str_to_int(str_slice(text, 0, digits), &parts[n])) return false;
        text = str_from_index(text, digits);
        if (!text.len || text.ptr[0] != '.') {
            n++;
            break;
        }
        text = str_from_index(text, 1);
    }
    for (size_t i = n; i < PARTS; i++) parts[i] = 0;
    return n > 0;
}

/* One condition, ">=1.5.0". */
static bool fits(Str condition, bool *readable)
{
    static const Str operators[] = {STR_INIT(">="), STR_INIT("<="), STR_INIT(">"), STR_INIT("<"), STR_INIT("=")};
    size_t op = 4;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (str_starts(condition, operators[i])) {
            op = i;
            condition = str_trim(str_from_index(condition, operators[i].len));
            break;
        }
    int64_t wanted[PARTS], ours[PARTS];
    *readable = read_version(condition, wanted) && read_version(STR(CONTEXT_DBT_VERSION), ours);
    if (!*readable) return false;
    int order = 0;
    for (size_t i = 0; i < PARTS && !order; i++) order = ours[i] < wanted[i] ? -1 : ours[i] > wanted[i];
    switch (op) {
    case 0: return order >= 0;
    case 1: return order <= 0;
    case 2: return order > 0;
    case 3: return order < 0;
    default: return order == 0;
    }
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
            if (!piece.len || fits(piece, &readable)) continue;
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
