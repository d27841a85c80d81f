/* selectors.yml: named selections (dbt: config/selectors.py, graph/cli.py).
 *
 * A definition is a text with one criterion, a mapping with `method` and `value`, a mapping with one key that is the
 * method, or a `union` or `intersection` of definitions, one of which may be an `exclude`. */
#include "base/edit.h"
#include "base/file.h"
#include "graph/select.h"
#include "project/loader.h"

#include <string.h>

typedef struct SelectorReader {
    Loader *loader;
    Arena *arena;
    DiagSink *sink;
    VEC(Selector) found;
} SelectorReader;

static bool refuse(SelectorReader *r, const YamlNode *node, const char *message, const char *hint)
{
    diag_add(r->sink, DIAG_selectors_invalid, node->span, "%s", message);
    if (hint) diag_hint(r->sink, "%s", hint);
    return false;
}

/* A value with its templates rendered. */
static bool value_of(SelectorReader *r, const YamlNode *node, Value *value)
{
    Worker *worker = &r->loader->workers[0];
    bool ok = yaml_to_value(r->arena, worker->yaml, r->loader->manifest->root->family, node, NULL, value);
    worker_drain(r->loader, worker);
    return ok;
}

static SelectSpec *yaml_group(SelectorReader *r, SelectKind kind)
{
    SelectSpec *group = spec_group(r->arena, kind);
    group->own_indirect = true; /* dbt: only criteria follow --indirect-selection */
    group->indirect = SELECT_EAGER;
    return group;
}

static SelectSpec *read_definition(SelectorReader *r, const YamlNode *node, bool root, Value *normal);

/* ---- exclude ---- */

static const YamlNode *list_of(SelectorReader *r, const YamlNode *map, const char *key)
{
    const YamlNode *list = yaml_get(map, str_from(key));
    if (yaml_is(list, YAML_SEQ)) return list;
    diag_add(r->sink, DIAG_selectors_invalid, list ? list->span : map->span, "'%s' must be a list", key);
    diag_hint(r->sink, "put a '- ' before each of its parts");
    return NULL;
}

static SelectSpec *read_exclude(SelectorReader *r, const YamlNode *map, Value *normal)
{
    const YamlNode *list = list_of(r, map, "exclude");
    if (!list) return NULL;
    SelectSpec *all = yaml_group(r, SELECT_UNION);
    Value items = value_list(r->arena);
    for (size_t i = 0; i < list->u.seq.count; i++) {
        Value item;
        SelectSpec *one = read_definition(r, list->u.seq.items[i], false, &item);
        if (!one) return NULL;
        spec_add(r->arena, all, one);
        list_push(items.u.list, item);
    }
    *normal = value_dict(r->arena);
    dict_set_str(normal->u.dict, STR("exclude"), items);
    return all;
}

static SelectSpec *without(SelectorReader *r, SelectSpec *base, SelectSpec *excluded)
{
    if (!excluded || !excluded->part_count) return base;
    SelectSpec *difference = yaml_group(r, SELECT_DIFFERENCE);
    spec_add(r->arena, difference, base);
    spec_add(r->arena, difference, excluded);
    return difference;
}

/* ---- union, intersection ---- */

static SelectSpec *read_group(SelectorReader *r, const YamlNode *node, const char *key, SelectKind kind, Value *normal)
{
    const YamlNode *list = list_of(r, node, key);
    if (!list) return NULL;
    SelectSpec *group = yaml_group(r, kind), *excluded = NULL;
    Value items = value_list(r->arena);
    for (size_t i = 0; i < list->u.seq.count; i++) {
        const YamlNode *item = list->u.seq.items[i];
        Value part;
        if (yaml_is(item, YAML_MAP) && yaml_get(item, STR("exclude"))) {
            if (excluded) {
                refuse(r, item, "there is an 'exclude' already beside this one",
                       "put all that is left out into one list");
                return NULL;
            }
            if (item->u.map.count > 1) {
                diag_add(r->sink, DIAG_selectors_unclear, item->span,
                         "inside of '%s' only the 'exclude' of this entry counts, as in dbt", key);
                diag_hint(r->sink, "write the other keys as an entry of their own");
            }
            excluded = read_exclude(r, item, &part);
            if (!excluded) return NULL;
        } else {
            SelectSpec *one = read_definition(r, item, false, &part);
            if (!one) return NULL;
            spec_add(r->arena, group, one);
        }
        list_push(items.u.list, part);
    }
    *normal = value_dict(r->arena);
    dict_set_str(normal->u.dict, str_from(key), items);
    return without(r, group, excluded);
}

/* ---- mappings ---- */

static bool flag_of(SelectorReader *r, const YamlNode *map, const char *key, bool *on)
{
    const YamlNode *node = yaml_get(map, str_from(key));
    Value v;
    if (!node) return true;
    if (!value_of(r, node, &v)) return false;
    *on = value_truthy(v);
    return true;
}

static bool depth_of(SelectorReader *r, const YamlNode *map, const char *key, int *depth)
{
    const YamlNode *node = yaml_get(map, str_from(key));
    Value v;
    int64_t n = -1;
    if (yaml_absent(node)) return true;
    if (!value_of(r, node, &v)) return false;
    if (v.kind == V_INT) n = v.u.integer;
    if (n < 0 && !(v.kind == V_STR && str_to_int(value_text(v), &n) && n >= 0)) {
        diag_add(r->sink, DIAG_selectors_invalid, node->span, "'%s' must be a number of steps", key);
        diag_hint(r->sink, "leave it out to take all of them");
        return false;
    }
    if (v.kind == V_INT && n == 0) {
        diag_add(r->sink, DIAG_selectors_unclear, node->span, "'%s: 0' means no limit, as in dbt", key);
        diag_hint(r->sink, "leave out '%.*s' to take none", (int)(strlen(key) - strlen("_depth")), key);
        return true;
    }
    *depth = n > 1000000 ? 1000000 : (int)n;
    return true;
}

static bool indirect_of(SelectorReader *r, const YamlNode *map, SpecFields *fields)
{
    const YamlNode *node = yaml_get(map, STR("indirect_selection"));
    Value v;
    if (!node) return true;
    if (!value_of(r, node, &v)) return false;
    fields->own_indirect = true;
    if (v.kind == V_STR && select_indirect_find(value_text(v), &fields->indirect)) return true;
    return refuse(r, node, "'indirect_selection' is eager, cautious, buildable or empty", NULL);
}

static SelectSpec *read_fields(SelectorReader *r, const YamlNode *node, const YamlNode *method, const YamlNode *value)
{
    static const Str known[] = {STR_INIT("method"),
                                STR_INIT("value"),
                                STR_INIT("children"),
                                STR_INIT("parents"),
                                STR_INIT("children_depth"),
                                STR_INIT("parents_depth"),
                                STR_INIT("childrens_parents"),
                                STR_INIT("exclude"),
                                STR_INIT("indirect_selection")};
    SpecFields fields = {.parents_depth = -1, .children_depth = -1, .value_span = value->span};
    Value word;
    if (!value_of(r, method, &word) || !value_of(r, value, &fields.value)) return NULL;
    fields.method = (SpanText){value_to_str(r->arena, word), method->span};
    if (node->u.map.count > 1) {
        yaml_check_keys(node, known, sizeof known / sizeof *known, "a selector's definition", r->sink);
        if (!flag_of(r, node, "children", &fields.children) || !flag_of(r, node, "parents", &fields.parents) ||
            !flag_of(r, node, "childrens_parents", &fields.childrens_parents) ||
            !depth_of(r, node, "children_depth", &fields.children_depth) ||
            !depth_of(r, node, "parents_depth", &fields.parents_depth) || !indirect_of(r, node, &fields))
            return NULL;
    }
    SelectSpec *spec = spec_from_fields(r->arena, &fields, r->sink);
    if (spec) spec_warn(r->arena, spec, r->sink);
    return spec;
}

static const Selector *earlier(SelectorReader *r, const YamlNode *node)
{
    Value name;
    if (!node || !value_of(r, node, &name)) return NULL;
    Str text = value_to_str(r->arena, name), best;
    Str *names = ARENA_ARRAY(r->arena, Str, r->found.n + 1);
    for (size_t i = r->found.n; i-- > 0;) {
        if (str_eq(r->found.at[i].name, text)) return &r->found.at[i];
        names[i] = r->found.at[i].name;
    }
    diag_add(r->sink, DIAG_selectors_invalid, node->span, "there is no selector '%.*s' above this one", STR_ARG(text));
    if (nearest(text, names, r->found.n, &best))
        diag_hint(r->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(r->sink, "a selector can name only those that stand before it in the file");
    return NULL;
}

static SelectSpec *read_mapping(SelectorReader *r, const YamlNode *node, Value *normal)
{
    const YamlNode *method = yaml_get(node, STR("method")), *value = yaml_get(node, STR("value"));
    if (node->u.map.count == 1) {
        method = node->u.map.pairs[0].key;
        value = node->u.map.pairs[0].value;
    }
    if (!method || !value) {
        refuse(r, node, "a definition needs 'method' and 'value', or one key that is the method",
               "write e.g. {method: tag, value: nightly}, or {tag: nightly}");
        return NULL;
    }
    if (yaml_is_scalar(method) && str_eq(method->text, STR("selector")) && node->u.map.count > 1) {
        const Selector *other = earlier(r, value);
        if (!other) return NULL;
        if (node->u.map.count > 2) {
            diag_add(r->sink, DIAG_selectors_unclear, node->span,
                     "beside 'method: selector' only 'value' counts, as in dbt");
            diag_hint(r->sink, "put the selector and the 'exclude' into a union");
        }
        *normal = other->definition;
        return other->spec;
    }
    SelectSpec *base = read_fields(r, node, method, value), *excluded = NULL;
    if (!base || !value_of(r, node, normal)) return NULL;
    if (node->u.map.count == 1) {
        *normal = value_dict(r->arena);
        Value word, given;
        if (!value_of(r, method, &word) || !value_of(r, value, &given)) return NULL;
        dict_set_str(normal->u.dict, STR("method"), word);
        dict_set_str(normal->u.dict, STR("value"), given);
    } else if (yaml_get(node, STR("exclude"))) {
        Value unused;
        excluded = read_exclude(r, node, &unused);
        if (!excluded) return NULL;
    }
    return without(r, base, excluded);
}

static SelectSpec *read_definition(SelectorReader *r, const YamlNode *node, bool root, Value *normal)
{
    if (yaml_is(node, YAML_STR)) {
        Value text;
        if (!value_of(r, node, &text)) return NULL;
        Str words = value_to_str(r->arena, text);
        if (str_find_char(words, ' ', 0) != STR_NPOS || str_find_char(words, ',', 0) != STR_NPOS) {
            diag_add(r->sink, DIAG_selectors_unclear, node->span,
                     "'%.*s' is taken for one criterion, as in dbt: spaces and commas mean nothing here",
                     STR_ARG(words));
            diag_hint(r->sink, "write a 'union' or an 'intersection'");
        }
        SelectSpec *spec = spec_from_text(r->arena, words, node->span, r->sink);
        if (!spec) return NULL;
        spec_warn(r->arena, spec, r->sink);
        *normal = spec_criterion_value(r->arena, spec);
        return spec;
    }
    if (!yaml_is(node, YAML_MAP)) {
        refuse(r, node, "a definition is a text, a mapping, a 'union' or an 'intersection'", NULL);
        return NULL;
    }
    bool is_union = yaml_get(node, STR("union")), is_intersection = yaml_get(node, STR("intersection"));
    if (root && (is_union || is_intersection) && node->u.map.count > 1) {
        refuse(r, node, "beside 'union' or 'intersection' there can be no other key",
               "put an 'exclude' into the list, as its last entry");
        return NULL;
    }
    if (is_union) return read_group(r, node, "union", SELECT_UNION, normal);
    if (is_intersection) return read_group(r, node, "intersection", SELECT_INTERSECTION, normal);
    return read_mapping(r, node, normal);
}

/* ---- the file ---- */

static bool read_default(SelectorReader *r, const YamlNode *entry, bool *is_default)
{
    const YamlNode *node = yaml_get(entry, STR("default"));
    Value v;
    *is_default = false;
    if (yaml_absent(node)) return true;
    if (!value_of(r, node, &v)) return false;
    if (v.kind != V_BOOL) return refuse(r, node, "'default' must be true or false", NULL);
    *is_default = v.u.boolean;
    for (size_t i = 0; *is_default && i < r->found.n; i++) {
        if (!r->found.at[i].is_default) continue;
        refuse(r, node, "a second selector is the default", "at most one can be");
        diag_note(r->sink, r->found.at[i].span, "the first one is '%.*s'", STR_ARG(r->found.at[i].name));
        return false;
    }
    return true;
}

static bool read_selector(SelectorReader *r, const YamlNode *entry)
{
    static const Str known[] = {STR_INIT("name"), STR_INIT("definition"), STR_INIT("description"), STR_INIT("default")};
    if (!yaml_is(entry, YAML_MAP))
        return refuse(r, entry, "a selector is a mapping with 'name' and 'definition'", NULL);
    if (!yaml_check_keys(entry, known, sizeof known / sizeof *known, "a selector", r->sink)) {
        diag_become(r->sink, DIAG_ERROR); /* as dbt */
        return false;
    }
    Selector selector = {0};
    Str description = STR_EMPTY;
    const YamlNode *definition = yaml_get(entry, STR("definition"));
    if (!yaml_get_str(entry, "name", r->sink, &selector.name)) return false;
    if (!selector.name.len) return refuse(r, entry, "a selector needs a 'name'", NULL);
    if (yaml_absent(definition)) return refuse(r, entry, "a selector needs a 'definition'", NULL);
    selector.span = yaml_get(entry, STR("name"))->span;
    if (!yaml_get_str(entry, "description", r->sink, &description)) return false;
    if (!read_default(r, entry, &selector.is_default)) return false;
    Value normal;
    selector.spec = read_definition(r, definition, true, &normal);
    if (!selector.spec) return false;
    selector.definition = normal;
    selector.entry = value_dict(r->arena);
    for (size_t i = 0; i < entry->u.map.count; i++) {
        const YamlPair *pair = &entry->u.map.pairs[i];
        Value v = normal;
        if (pair->value != definition && !value_of(r, pair->value, &v)) return false;
        dict_set_str(selector.entry.u.dict, pair->key->text, v);
    }
    for (size_t i = 0; i < r->found.n; i++) {
        if (!str_eq(r->found.at[i].name, selector.name)) continue;
        diag_add(r->sink, DIAG_selectors_unclear, selector.span, "two selectors are named '%.*s'; the last one counts",
                 STR_ARG(selector.name));
        diag_hint(r->sink, "rename or remove one of them");
        r->found.at[i] = selector;
        return true;
    }
    vec_push(r->arena, &r->found, selector);
    return true;
}

bool selectors_read(Loader *loader)
{
    Arena *arena = loader->arena;
    Manifest *m = loader->manifest;
    Str path = path_join(arena, m->root->root, STR("selectors.yml")), text, error;
    if (!file_is_regular(path.ptr)) return true;
    bool read = file_read(arena, path.ptr, &text, &error);
    SourceId source = source_add(m->sources, path_normal(arena, path), read ? text : STR_EMPTY);
    if (!read) {
        diag_add(loader->sink, DIAG_file_read, (Span){source, 0, 0}, "cannot read %.*s: %.*s", STR_ARG(path),
                 STR_ARG(error));
        return false;
    }
    const YamlNode *root, *list = NULL;
    SelectorReader r = {.loader = loader, .arena = arena, .sink = loader->sink};
    if (!yaml_parse(arena, m->sources, source, loader->sink, &root)) return false;
    if (!root) return true;
    static const Str known[] = {STR_INIT("selectors"), STR_INIT("version")};
    if (!yaml_is(root, YAML_MAP)) return refuse(&r, root, "selectors.yml is a mapping with the list 'selectors'", NULL);
    yaml_check_keys(root, known, 2, "selectors.yml", loader->sink);
    if (!yaml_get_list(root, "selectors", loader->sink, &list)) return false;
    if (!list) return refuse(&r, root, "selectors.yml has no list 'selectors'", NULL);
    bool ok = true;
    for (size_t i = 0; i < list->u.seq.count; i++) ok = read_selector(&r, list->u.seq.items[i]) && ok;
    m->selectors = r.found.at;
    m->selector_count = r.found.n;
    return ok;
}
