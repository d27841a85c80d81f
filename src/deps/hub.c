/* The hub: an index of packages with their versions, as JSON behind two addresses. */
#include "base/file.h"
#include "base/semver.h"
#include "context/context.h"
#include "deps/internal.h"
#include "template/library.h"

static bool not_understood(Deps *deps, Str address, Span span, Str problem)
{
    diag_add(deps->sink, DIAG_package_fetch, span, "what %.*s answers is not what a hub says: %.*s", STR_ARG(address),
             STR_ARG(problem));
    diag_hint(deps->sink, "check the address of the hub (DBT_PACKAGE_HUB_URL)");
    return false;
}

static bool get_json(Deps *deps, Str path, ValueKind kind, Span span, Value *value)
{
    Str address = str_fmt(deps->arena, "%.*sapi/v1/%.*s.json", STR_ARG(deps->options->hub), STR_ARG(path)), text,
        problem;
    if (!deps_get_text(deps, address, span, &text)) return false;
    if (!value_from_json(deps->arena, text, value, &problem)) return not_understood(deps, address, span, problem);
    if (value->kind != kind) return not_understood(deps, address, span, STR("a list and a mapping are mixed up"));
    return true;
}

/* Names go into an address: only what names of packages are made of. */
static bool good_name(Str name)
{
    size_t slashes = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        slashes += c == '/';
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
              c == '.' || c == '/'))
            return false;
    }
    return slashes == 1 && name.ptr[0] != '/' && name.ptr[name.len - 1] != '/' &&
           str_find(name, STR(".."), 0) == STR_NPOS;
}

/* Everything that the hub says about one package: a dict with "versions". */
static bool package_data(Deps *deps, const PackageSpec *spec, const Dict **versions)
{
    Value *data = map_get(&deps->hub_packages, spec->where);
    if (!good_name(spec->where)) {
        diag_add(deps->sink, DIAG_project_invalid, spec->span, "'%.*s' is no name of a package on the hub",
                 STR_ARG(spec->shown));
        diag_hint(deps->sink, "it is written with its owner, e.g. dbt-labs/dbt_utils");
        return false;
    }
    if (!deps->hub_index) {
        deps->hub_index = ARENA_NEW(deps->arena, Value);
        if (!get_json(deps, STR("index"), V_LIST, spec->span, deps->hub_index)) {
            deps->hub_index = NULL;
            return false;
        }
    }
    bool known = data != NULL;
    for (uint32_t i = 0; i < deps->hub_index->u.list->n && !known; i++)
        known = value_is_str(deps->hub_index->u.list->at[i], spec->where);
    if (!known) {
        diag_add(deps->sink, DIAG_package_missing, spec->span, "the hub has no package '%.*s'", STR_ARG(spec->where));
        diag_hint(deps->sink, "check its name; packages that are not on the hub are named by 'git'");
        return false;
    }
    if (!data) {
        data = ARENA_NEW(deps->arena, Value);
        if (!get_json(deps, spec->where, V_DICT, spec->span, data)) return false;
        map_put(&deps->hub_packages, spec->where, data);
        Value owner = dict_get_str(data->u.dict, STR("redirectnamespace")),
              name = dict_get_str(data->u.dict, STR("redirectname"));
        if (value_truthy(owner) || value_truthy(name))
            deps_say(deps, "  The package %.*s has moved; the hub names its new place", STR_ARG(spec->where));
    }
    Value list = dict_get_str(data->u.dict, STR("versions"));
    if (list.kind != V_DICT) return not_understood(deps, spec->where, spec->span, STR("there are no versions"));
    *versions = list.u.dict;
    return true;
}

static bool read_conditions(Deps *deps, const Str *texts, size_t count, Span span, Semver **conditions)
{
    *conditions = ARENA_ARRAY(deps->arena, Semver, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (semver_parse(texts[i], &(*conditions)[i])) continue;
        diag_add(deps->sink, DIAG_project_invalid, span, "'%.*s' is no version", STR_ARG(texts[i]));
        diag_hint(deps->sink, "write e.g. 1.1.1, or [\">=1.0.0\", \"<2.0.0\"]");
        return false;
    }
    return true;
}

/* Whether a version of a package goes with the dbt whose behaviour cdbt follows. */
static bool goes_with_us(Deps *deps, const Dict *version)
{
    Value required = dict_get_str(version, STR("require_dbt_version"));
    if (!deps->options->version_check || !value_truthy(required)) return true;
    uint32_t count = required.kind == V_LIST ? required.u.list->n : 1;
    Semver *all = ARENA_ARRAY(deps->arena, Semver, count + 1);
    size_t n = 0;
    semver_parse(STR(CONTEXT_DBT_VERSION), &all[n++]);
    for (uint32_t i = 0; i < count; i++) {
        Value one = required.kind == V_LIST ? required.u.list->at[i] : required;
        if (!semver_parse(value_to_str(deps->arena, one), &all[n++])) return false;
    }
    SemverRange range;
    return semver_reduce(all, n, &range);
}

bool hub_pin(Deps *deps, Pinned *pinned)
{
    const PackageSpec *spec = &pinned->spec;
    const Dict *versions;
    Semver *conditions;
    SemverRange range;
    if (!read_conditions(deps, spec->versions, spec->version_count, spec->span, &conditions) ||
        !package_data(deps, spec, &versions))
        return false;
    if (!semver_reduce(conditions, spec->version_count, &range)) {
        diag_add(deps->sink, DIAG_package_conflict, spec->span, "no version of %.*s can be %.*s at once",
                 STR_ARG(spec->where),
                 STR_ARG(str_join(deps->arena, spec->versions, spec->version_count, STR(" and "))));
        diag_hint(deps->sink,
                  "widen the condition here, or take another version of the package that asks for the other one");
        return false;
    }
    bool prereleases = spec->prereleases;
    for (size_t i = 0; i < spec->version_count; i++) prereleases = prereleases || conditions[i].prerelease.len;
    Semver best = {0}, newest = {0};
    size_t compatible = 0;
    pinned->version = pinned->latest = STR_EMPTY;
    for (uint32_t i = 0; i < versions->used; i++) {
        const DictEntry *entry = &versions->entries[i];
        Semver version;
        if (entry->key.kind != V_STR || entry->value.kind != V_DICT ||
            !semver_parse(value_text(entry->key), &version) || version.match != SEMVER_EXACT)
            continue;
        if (!goes_with_us(deps, entry->value.u.dict) || (version.prerelease.len && !prereleases)) continue;
        compatible++;
        if (!pinned->latest.len || semver_compare(&newest, &version) <= 0) {
            newest = version;
            pinned->latest = value_text(entry->key);
        }
        if (semver_fits(&version, &range) && (!pinned->version.len || semver_compare(&best, &version) < 0)) {
            best = version;
            pinned->version = value_text(entry->key);
        }
    }
    if (!pinned->version.len) {
        diag_add(deps->sink, DIAG_package_missing, spec->span, "the hub has no version of %.*s that is %.*s%s",
                 STR_ARG(spec->where), STR_ARG(semver_range_text(deps->arena, &range)),
                 deps->options->version_check ? " and goes with dbt " CONTEXT_DBT_VERSION : "");
        if (compatible)
            diag_hint(deps->sink, "the newest that can be installed is %.*s", STR_ARG(pinned->latest));
        else
            diag_hint(deps->sink, "--no-version-check takes versions that were written for another dbt, too");
        return false;
    }
    const Dict *chosen = dict_find_str(versions, pinned->version)->u.dict;
    Value name = dict_get_str(chosen, STR("name"));
    pinned->project_name = name.kind == V_STR ? value_text(name) : path_base(spec->where);
    return deps_good_name(deps, pinned->project_name, spec->span);
}

bool hub_wants(Deps *deps, Pinned *pinned)
{
    const Dict *versions;
    if (!package_data(deps, &pinned->spec, &versions)) return false;
    Value *version = dict_find_str(versions, pinned->version);
    Value list = version ? dict_get_str(version->u.dict, STR("packages")) : VALUE_NONE;
    for (uint32_t i = 0; list.kind == V_LIST && i < list.u.list->n; i++) {
        PackageSpec spec;
        if (!package_spec_read(deps->arena, list.u.list->at[i], list.u.list->at[i], pinned->spec.span, deps->sink,
                               &spec))
            return false;
        vec_push(deps->arena, &pinned->wants, spec);
    }
    return true;
}

bool hub_fetch(Deps *deps, Pinned *pinned)
{
    const PackageSpec *spec = &pinned->spec;
    const Dict *versions;
    if (!package_data(deps, spec, &versions)) return false;
    Value *version = dict_find_str(versions, pinned->version);
    Value downloads = version && version->kind == V_DICT ? dict_get_str(version->u.dict, STR("downloads")) : VALUE_NONE;
    Value address = downloads.kind == V_DICT ? dict_get_str(downloads.u.dict, STR("tarball")) : VALUE_NONE;
    Str where = address.kind == V_STR ? value_text(address) : STR_EMPTY;
    /* What a hub names is fetched from the web only: it has no business with files of this machine. */
    if (!str_starts(where, STR("https://")) && !str_starts(where, STR("http://")))
        return not_understood(deps, spec->where, spec->span, STR("there is nothing to download"));
    return deps_fetch_archive(deps, where, where, spec->span, &pinned->folder);
}
