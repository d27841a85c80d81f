/* package-lock.yml with dbt's hash, and adding an entry to packages.yml. */
#include "base/file.h"
#include "base/hash.h"
#include "base/vec.h"
#include "deps/internal.h"
#include "template/library.h"
#include "yaml/yaml.h"

#include <stdlib.h>

/* ---- the hash ---- */

static Value or_none(const Dict *entry, Str key)
{
    Value v = dict_get_str(entry, key);
    return v.kind == V_UNDEFINED ? VALUE_NONE : v;
}

/* The entry as dbt holds it, with everything that was left out: its hash is made of that. */
static Value whole_entry(Deps *deps, const PackageSpec *spec)
{
    Value whole = value_dict(deps->arena);
    const Dict *entry = spec->rendered.u.dict;
    Dict *to = whole.u.dict;
    Value warn = dict_get_str(entry, STR("warn-unpinned"));
    if (warn.kind == V_UNDEFINED) warn = or_none(entry, STR("warn_unpinned"));
    switch (spec->kind) {
    case PACKAGE_LOCAL: dict_set_str(to, STR("local"), or_none(entry, STR("local"))); break;
    case PACKAGE_TARBALL: dict_set_str(to, STR("tarball"), or_none(entry, STR("tarball"))); break;
    case PACKAGE_PRIVATE:
        dict_set_str(to, STR("private"), or_none(entry, STR("private")));
        dict_set_str(to, STR("provider"), or_none(entry, STR("provider")));
        break;
    case PACKAGE_GIT: dict_set_str(to, STR("git"), or_none(entry, STR("git"))); break;
    case PACKAGE_HUB:
        dict_set_str(to, STR("package"), or_none(entry, STR("package")));
        dict_set_str(to, STR("version"), or_none(entry, STR("version")));
        dict_set_str(to, STR("install_prerelease"), value_bool(spec->prereleases));
        break;
    }
    if (spec->kind == PACKAGE_GIT || spec->kind == PACKAGE_PRIVATE) {
        dict_set_str(to, STR("revision"), or_none(entry, STR("revision")));
        dict_set_str(to, STR("subdirectory"), or_none(entry, STR("subdirectory")));
        dict_set_str(to, STR("warn-unpinned"), warn);
    }
    if (or_none(entry, STR("name")).kind != V_NONE) dict_set_str(to, STR("name"), or_none(entry, STR("name")));
    dict_set_str(to, STR("unrendered"), spec->unrendered);
    return whole;
}

static int compare_texts(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

Str deps_hash(Deps *deps, const PackageList *wanted)
{
    Str *texts = ARENA_ARRAY(deps->arena, Str, wanted->n + 1);
    for (size_t i = 0; i < wanted->n; i++) {
        TplCall call = {.arena = deps->arena};
        Buf text;
        buf_init(&text, deps->arena);
        JsonStyle style = {.indent = -1, .sort_keys = true};
        value_to_json(&call, whole_entry(deps, &wanted->at[i]), &style, &text);
        texts[i] = buf_str(&text);
    }
    if (wanted->n) qsort(texts, wanted->n, sizeof *texts, compare_texts);
    return sha1_hex(deps->arena, str_join(deps->arena, texts, wanted->n, STR("\n")));
}

/* ---- writing YAML ---- */

/* Plain where that reads back as the same text, else in quotes. */
static void add_scalar(Deps *deps, Buf *out, Str text)
{
    bool plain = text.len > 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                      c == '/' || c == '.';
        plain = plain && (letter || (i && (c == '-' || c == '@' || c == '+' ||
                                           (c == ':' && i + 1 < text.len && text.ptr[i + 1] != ' '))));
    }
    if (plain) {
        SourceTable *sources = source_table_new();
        DiagSink sink;
        diag_sink_init(&sink);
        const YamlNode *node;
        plain = yaml_parse(deps->arena, sources, source_add(sources, STR("scalar"), text), &sink, &node) && node &&
                node->kind == YAML_STR;
        diag_sink_release(&sink);
        source_table_free(sources);
    }
    if (plain)
        buf_add(out, text);
    else
        buf_addf(out, "'%.*s'", STR_ARG(str_replace(deps->arena, text, STR("'"), STR("''"))));
}

static void add_entry(Deps *deps, Buf *out, const char **lead, const char *key, Str value)
{
    if (!value.len) return;
    buf_addf(out, "%s%s: ", *lead, key);
    add_scalar(deps, out, value);
    buf_addc(out, '\n');
    *lead = "    ";
}

bool deps_write_lock(Deps *deps, const PackageList *wanted, const PinnedList *resolved)
{
    Buf out;
    buf_init(&out, deps->arena);
    buf_addz(&out, "packages:\n");
    for (size_t i = 0; i < resolved->n; i++) {
        const Pinned *p = &resolved->at[i];
        const char *lead = "  - ";
        if (p->spec.kind == PACKAGE_GIT) add_entry(deps, &out, &lead, "git", p->spec.shown);
        if (p->spec.kind == PACKAGE_LOCAL) add_entry(deps, &out, &lead, "local", p->spec.shown);
        add_entry(deps, &out, &lead, "name", p->project_name);
        if (p->spec.kind == PACKAGE_HUB) {
            add_entry(deps, &out, &lead, "package", p->spec.shown);
            add_entry(deps, &out, &lead, "version", p->version);
        }
        if (p->spec.kind == PACKAGE_GIT) {
            add_entry(deps, &out, &lead, "revision", p->version);
            add_entry(deps, &out, &lead, "subdirectory", p->spec.subdirectory);
        }
        if (p->spec.kind == PACKAGE_TARBALL) add_entry(deps, &out, &lead, "tarball", p->spec.shown);
    }
    buf_addf(&out, "sha1_hash: %.*s\n", STR_ARG(deps_hash(deps, wanted)));
    Str path = path_join(deps->arena, deps->manifest->paths.root, STR("package-lock.yml")), error;
    if (!file_write_aside(deps->arena, path.ptr, buf_str(&out), FILE_DURABLE, &error)) {
        diag_add(deps->sink, DIAG_file_write, deps->options->place, "cannot write %.*s: %.*s", STR_ARG(path),
                 STR_ARG(error));
        return false;
    }
    deps_say(deps, "Updating lock file in file path: %.*s", STR_ARG(path));
    return true;
}

/* ---- adding ---- */

static bool usage(Deps *deps, const char *what, const char *hint)
{
    diag_add(deps->sink, DIAG_usage, deps->options->add.span, "%s", what);
    diag_hint(deps->sink, "%s", hint);
    return false;
}

/* One name of a package in another's address, as a whole word of it. */
static bool names_it(Arena *arena, Str address, Str name)
{
    Str forms[] = {name, str_replace(arena, name, STR("_"), STR("-")), str_replace(arena, name, STR("-"), STR("_"))};
    for (size_t f = 0; f < 3; f++) {
        size_t at = str_find(address, forms[f], 0), end = at + forms[f].len;
        if (at == STR_NPOS || !forms[f].len) continue;
        bool starts = at == 0 || address.ptr[at - 1] == '/' || address.ptr[at - 1] == '.';
        bool ends = end == address.len || address.ptr[end] == '/' || address.ptr[end] == '.';
        if (starts && ends) return true;
    }
    return false;
}

static size_t line_start(Str text, size_t at)
{
    while (at > 0 && text.ptr[at - 1] != '\n') at--;
    return at;
}

static size_t line_end(Str text, size_t at)
{
    while (at < text.len && text.ptr[at] != '\n') at++;
    return at < text.len ? at + 1 : at;
}

/* The list as text with the entry behind it and entries for the same package cut out; comments stay where they are. */
static bool edited(Deps *deps, Str text, const PackageList *list, Str name, Str entry, Str *result)
{
    Arena *arena = deps->arena;
    Str bare = path_base(name);
    Buf out;
    buf_init(&out, arena);
    if (!list->n) {
        size_t empty = str_find(text, STR("packages: []"), 0);
        if (empty != STR_NPOS)
            buf_addf(&out, "%.*spackages:\n%.*s%.*s", (int)empty, text.ptr, STR_ARG(entry),
                     STR_ARG(str_from_index(text, line_end(text, empty))));
        else
            buf_addf(&out, "%.*s%spackages:\n%.*s", STR_ARG(text),
                     text.len && text.ptr[text.len - 1] != '\n' ? "\n" : "", STR_ARG(entry));
        *result = buf_str(&out);
        return true;
    }
    size_t at = 0, indent = 0;
    for (size_t i = 0; i < list->n; i++) {
        const PackageSpec *spec = &list->at[i];
        size_t first = line_start(text, spec->span.start), dash = first;
        while (dash < spec->span.start && text.ptr[dash] == ' ') dash++;
        if (dash == spec->span.start || text.ptr[dash] != '-')
            return usage(deps, "packages.yml is not written as a list with one line a key, so nothing is added to it",
                         "add the package by hand");
        indent = dash - first;
        size_t end = line_end(text, spec->span.end ? spec->span.end - 1 : 0);
        bool same = names_it(arena, spec->shown, name) || names_it(arena, spec->shown, bare);
        buf_add(&out, str_slice(text, at, same ? first : end));
        if (same) deps_say(deps, "Found duplicate package in packages.yml, removing: %.*s", STR_ARG(spec->shown));
        at = end;
    }
    if (out.len && out.ptr[out.len - 1] != '\n') buf_addc(&out, '\n');
    Str rest = entry, line;
    while (str_split_next(&rest, '\n', &line))
        if (line.len) buf_addf(&out, "%*s%.*s\n", (int)indent, "", STR_ARG(str_from_index(line, 2)));
    buf_add(&out, str_from_index(text, at));
    *result = buf_str(&out);
    return true;
}

bool deps_add(Deps *deps)
{
    Arena *arena = deps->arena;
    Str what = deps->options->add.text, source = deps->options->source.len ? deps->options->source : STR("hub");
    bool hub = str_eq(source, STR("hub")), git = str_eq(source, STR("git")), local = str_eq(source, STR("local"));
    size_t sign = str_rfind_char(what, '@');
    if (git && sign != STR_NPOS && str_find_char(what, ':', sign) != STR_NPOS) sign = STR_NPOS; /* git@host:repo */
    Str name = sign == STR_NPOS ? what : str_slice(what, 0, sign);
    Str version = sign == STR_NPOS ? STR_EMPTY : str_from_index(what, sign + 1);
    if (!hub && !git && !local) return usage(deps, "--source is hub, git or local", "e.g. --source git");
    if (!name.len || (hub && !version.len) || (hub && str_find_char(name, '/', 0) == STR_NPOS))
        return usage(deps, "--add-package needs a name and a version", "e.g. --add-package dbt-labs/dbt_utils@1.1.1");
    Buf entry;
    buf_init(&entry, arena);
    const char *lead = "  - ";
    add_entry(deps, &entry, &lead, hub ? "package" : git ? "git" : "local", name);
    if (hub && str_find_char(version, ',', 0) != STR_NPOS) {
        buf_addz(&entry, "    version: [");
        Str rest = version, piece;
        for (bool first = true; str_split_next(&rest, ',', &piece); first = false)
            buf_addf(&entry, "%s\"%.*s\"", first ? "" : ", ", STR_ARG(piece));
        buf_addz(&entry, "]\n");
    } else if (!local) {
        add_entry(deps, &entry, &lead, hub ? "version" : "revision", version);
    }
    PackageList list;
    Str path, text = STR_EMPTY, result, error;
    if (!project_head_packages(deps->head, deps->manifest->paths.root, &list, &path)) return false;
    bool there = file_is_regular(path.ptr);
    if (there && !file_read(arena, path.ptr, &text, &error)) {
        diag_add(deps->sink, DIAG_file_read, deps->options->add.span, "cannot read %.*s: %.*s", STR_ARG(path),
                 STR_ARG(error));
        return false;
    }
    if (!edited(deps, text, &list, name, buf_str(&entry), &result)) return false;
    if (!file_write_aside(arena, path.ptr, result, FILE_DURABLE, &error)) {
        diag_add(deps->sink, DIAG_file_write, deps->options->add.span, "cannot write %.*s: %.*s", STR_ARG(path),
                 STR_ARG(error));
        return false;
    }
    deps_say(deps, "Added new package %.*s%s%.*s to %.*s", STR_ARG(name), version.len ? "@" : "", STR_ARG(version),
             STR_ARG(path));
    return true;
}
