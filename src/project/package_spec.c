/* One entry of packages.yml: which kind it is, and that it holds what dbt allows and nothing else. */
#include "base/edit.h"
#include "project/head.h"

static const struct {
    const char *key, *form;
    PackageKind kind;
    const char *more[5];
} kinds[] = {
    {"local", "local: ../shared", PACKAGE_LOCAL, {NULL}},
    {"tarball", "tarball: https://host/file.tar.gz, name: utils", PACKAGE_TARBALL, {NULL}},
    {"git",
     "git: https://host/repo.git, revision: v1.0.0",
     PACKAGE_GIT,
     {"revision", "warn-unpinned", "warn_unpinned", "subdirectory", NULL}},
    {"package", "package: dbt-labs/dbt_utils, version: 1.1.1", PACKAGE_HUB, {"version", "install_prerelease", NULL}},
    {"private", "private: org/repo", PACKAGE_PRIVATE, {"provider", "revision", "warn-unpinned", "warn_unpinned", NULL}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool known_key(size_t kind, Str key)
{
    if (str_eq(key, str_from(kinds[kind].key)) || str_eq(key, STR("name"))) return true;
    if (kinds[kind].kind == PACKAGE_PRIVATE && str_eq(key, STR("subdirectory"))) return true;
    for (size_t i = 0; i < 5 && kinds[kind].more[i]; i++)
        if (str_eq(key, str_from(kinds[kind].more[i]))) return true;
    return false;
}

static bool check_keys(Arena *arena, size_t kind, const Dict *entry, Span span, DiagSink *sink)
{
    for (uint32_t i = 0; i < entry->used; i++) {
        if (entry->entries[i].key.kind == V_UNDEFINED) continue;
        Str key = value_to_str(arena, entry->entries[i].key);
        if (known_key(kind, key)) continue;
        Str names[7], best;
        size_t count = 0;
        names[count++] = STR("name");
        for (size_t m = 0; m < 5 && kinds[kind].more[m]; m++) names[count++] = str_from(kinds[kind].more[m]);
        diag_add(sink, DIAG_project_invalid, span, "a package that is named by '%s' has no key '%.*s'", kinds[kind].key,
                 STR_ARG(key));
        if (nearest(key, names, count, &best)) diag_hint(sink, "did you mean '%.*s'?", STR_ARG(best));
        return false;
    }
    return true;
}

static Str text_of(Arena *arena, const Dict *entry, Str key)
{
    Value v = dict_get_str(entry, key);
    return v.kind == V_UNDEFINED || v.kind == V_NONE ? STR_EMPTY : value_to_str(arena, v);
}

/* A path inside a repository: nothing may lead out of it. */
static bool safe_subdirectory(Str path)
{
    Str rest = path, part;
    if (path.len && (path.ptr[0] == '/' || path.ptr[0] == '-')) return false;
    while (str_split_next(&rest, '/', &part))
        if (str_eq(part, STR(".."))) return false;
    return true;
}

static bool read_versions(Arena *arena, Value version, PackageSpec *spec)
{
    bool list = version.kind == V_LIST;
    size_t count = list ? version.u.list->n : 1;
    VEC(Str) all = {0};
    for (size_t i = 0; i < count; i++) {
        Str rest = value_to_str(arena, list ? version.u.list->at[i] : version), piece;
        while (str_split_next(&rest, ',', &piece)) {
            piece = str_trim(piece);
            if (piece.len) vec_push(arena, &all, piece);
        }
    }
    spec->versions = all.at;
    spec->version_count = all.n;
    return all.n > 0;
}

bool package_spec_read(Arena *arena, Value rendered, Value unrendered, Span span, DiagSink *sink, PackageSpec *spec)
{
    *spec = (PackageSpec){.rendered = rendered, .unrendered = unrendered, .span = span, .folder = STR_EMPTY};
    size_t kind = 0;
    while (kind < KINDS &&
           (rendered.kind != V_DICT || dict_get_str(rendered.u.dict, str_from(kinds[kind].key)).kind == V_UNDEFINED))
        kind++;
    if (kind == KINDS) {
        diag_add(sink, DIAG_project_invalid, span,
                 "this is no package: it needs 'package', 'git', 'local' or 'tarball'");
        diag_hint(sink, "e.g. `package: dbt-labs/dbt_utils` and `version: 1.1.1`");
        return false;
    }
    const Dict *entry = rendered.u.dict;
    if (!check_keys(arena, kind, entry, span, sink)) return false;
    spec->kind = kinds[kind].kind;
    spec->where = text_of(arena, entry, str_from(kinds[kind].key));
    spec->shown =
        unrendered.kind == V_DICT ? text_of(arena, unrendered.u.dict, str_from(kinds[kind].key)) : spec->where;
    spec->name = text_of(arena, entry, STR("name"));
    spec->subdirectory = text_of(arena, entry, STR("subdirectory"));
    spec->revision = text_of(arena, entry, STR("revision"));
    spec->prereleases = value_truthy(dict_get_str(entry, STR("install_prerelease")));
    Value warn = dict_get_str(entry, STR("warn-unpinned"));
    if (warn.kind == V_UNDEFINED) warn = dict_get_str(entry, STR("warn_unpinned"));
    spec->warn_unpinned = !(warn.kind == V_BOOL && !warn.u.boolean);
    if (!spec->where.len || (spec->kind == PACKAGE_TARBALL && !spec->name.len)) {
        diag_add(sink, DIAG_project_invalid, span, "the package has no %s", spec->where.len ? "'name'" : "address");
        diag_hint(sink, "e.g. `%s`", kinds[kind].form);
        return false;
    }
    if (spec->kind == PACKAGE_HUB && !read_versions(arena, dict_get_str(entry, STR("version")), spec)) {
        diag_add(sink, DIAG_project_invalid, span, "the package %.*s has no 'version'", STR_ARG(spec->shown));
        diag_hint(sink, "e.g. `version: [\">=1.0.0\", \"<2.0.0\"]`");
        return false;
    }
    if (!safe_subdirectory(spec->subdirectory)) {
        diag_add(sink, DIAG_project_invalid, span, "the subdirectory '%.*s' leads out of the repository",
                 STR_ARG(spec->subdirectory));
        diag_hint(sink, "name a folder of the repository, e.g. `subdirectory: dbt/utils`");
        return false;
    }
    return true;
}
