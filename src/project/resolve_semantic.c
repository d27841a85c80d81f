/* Metrics, semantic models and saved queries: what they refer to, and what dbt checks of them as a whole. */
#include "base/edit.h"
#include "base/vec.h"
#include "project/resolve.h"

#include <string.h>

static Value at(Value dict, const char *key)
{
    return dict.kind == V_DICT ? dict_get_str(dict.u.dict, str_from(key)) : VALUE_NONE;
}

static Str text_at(Value dict, const char *key)
{
    Value v = at(dict, key);
    return v.kind == V_STR ? value_text(v) : STR_EMPTY;
}

static uint32_t length(Value list)
{
    return list.kind == V_LIST ? list.u.list->n : 0;
}

static Diag *said(Loader *loader, Node *node)
{
    Diag *diag = &loader->sink->items[loader->sink->count - 1];
    diag->node = node->unique_id;
    return diag;
}

/* ---- names ---- */

void semantic_names(Loader *loader, SemanticNames *names)
{
    const Manifest *m = loader->manifest;
    map_init(&names->measures, loader->arena);
    for (size_t i = 0; i < m->node_count; i++) {
        Node *node = m->nodes[i];
        if (node->type != RESOURCE_SEMANTIC_MODEL) continue;
        Value measures = at(node->extra, "measures");
        for (uint32_t k = 0; k < length(measures); k++) {
            void **slot = map_slot(&names->measures, text_at(measures.u.list->at[k], "name"));
            if (!*slot) *slot = ARENA_NEW(loader->arena, NodeList);
            NodeList *list = *slot;
            vec_push(loader->arena, list, node);
        }
    }
}

/* In the metric's own package, then in the project, then anywhere. */
static Node *model_of_measure(const Loader *loader, const SemanticNames *names, const Node *metric, Str measure)
{
    const NodeList *list = map_get(&names->measures, measure);
    if (!list) return NULL;
    const Package *order[] = {metric->package, loader->manifest->root};
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < list->n; i++)
            if (list->at[i]->package == order[p]) return list->at[i];
    return list->at[0];
}

static void hint_nearest_of(Loader *loader, ResourceType type, Str wanted)
{
    const Manifest *m = loader->manifest;
    Arena *scratch = arena_new();
    VEC(Str) names = {0};
    for (size_t i = 0; i < m->node_count; i++)
        if (m->nodes[i]->type == type) vec_push(scratch, &names, m->nodes[i]->name);
    Str best;
    if (nearest(wanted, names.at, names.n, &best))
        diag_hint(loader->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(loader->sink, "add it, or correct the name");
    arena_free(scratch);
}

static Node *find_named(Loader *loader, Node *node, ResourceType type, Str package, Str name, Span span)
{
    Node *found;
    RefResult result = manifest_find_named(loader->manifest, type, node->package, package, name, &found);
    if (result == REF_FOUND) return found;
    Str word = resource_type_word(type);
    if (result == REF_DISABLED) {
        diag_add(loader->sink, DIAG_ref_disabled, span, "the %.*s '%.*s' is disabled", STR_ARG(word), STR_ARG(name));
        diag_note(loader->sink, found->span, "it is defined here");
        diag_hint(loader->sink, "enable it, or do not refer to it");
    } else {
        diag_add(loader->sink, DIAG_ref_not_found, span, "there is no %.*s '%.*s'", STR_ARG(word), STR_ARG(name));
        hint_nearest_of(loader, type, name);
    }
    said(loader, node);
    return NULL;
}

bool resolve_calls(Loader *loader, Node *node, NodeVec *deps)
{
    if (!node->rare) return true;
    bool ok = true;
    const struct {
        ResourceType type;
        const NameCall *at;
        size_t count;
    } lists[] = {{RESOURCE_METRIC, node->rare->metrics, node->rare->metric_count},
                 {RESOURCE_FUNCTION, node->rare->functions, node->rare->function_count}};
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l].count; i++) {
            const NameCall *call = &lists[l].at[i];
            Node *found = find_named(loader, node, lists[l].type, call->package, call->name, call->span);
            if (found)
                resolve_add(loader->arena, deps, found);
            else
                ok = false;
        }
    return ok;
}

/* ---- metrics (dbt: _process_metric_node) ---- */

static void add_measure(Value inputs, Value measure)
{
    for (uint32_t i = 0; i < inputs.u.list->n; i++)
        if (value_equal(inputs.u.list->at[i], measure)) return;
    list_push(inputs.u.list, measure);
}

static bool use_measure(Loader *loader, const SemanticNames *names, Node *node, Value inputs, Value measure,
                        NodeVec *deps)
{
    if (measure.kind != V_DICT) {
        diag_add(loader->sink, DIAG_yaml_missing_key, node->span, "the metric '%.*s' needs a measure",
                 STR_ARG(node->name));
        diag_hint(loader->sink, "add `measure: ...` below `type_params:`");
        said(loader, node);
        return false;
    }
    Str name = text_at(measure, "name");
    Node *model = model_of_measure(loader, names, node, name);
    if (!model) {
        diag_add(loader->sink, DIAG_measure_not_found, node->span,
                 "no semantic model has a measure '%.*s', which the metric '%.*s' is made of", STR_ARG(name),
                 STR_ARG(node->name));
        Str *all = ARENA_ARRAY(loader->arena, Str, names->measures.count + 1), best;
        for (size_t i = 0; i < names->measures.count; i++) all[i] = names->measures.entries[i].key;
        if (nearest(name, all, names->measures.count, &best))
            diag_hint(loader->sink, "did you mean '%.*s'?", STR_ARG(best));
        else
            diag_hint(loader->sink, "add the measure to a semantic model that is enabled");
        said(loader, node);
        return false;
    }
    add_measure(inputs, measure);
    resolve_add(loader->arena, deps, model);
    return true;
}

/* How deep metrics may be built on one another: more is a circle, which the graph names link by link. */
enum { METRIC_DEPTH = 100 };

static void add_measures_of(Loader *loader, Value inputs, const Node *node, int depth)
{
    Value params = at(node->extra, "type_params");
    Str type = text_at(node->extra, "type");
    if (str_eq(type, STR("simple")) || str_eq(type, STR("cumulative"))) {
        if (at(params, "measure").kind == V_DICT) add_measure(inputs, at(params, "measure"));
        return;
    }
    if (str_eq(type, STR("conversion"))) {
        Value conversion = at(params, "conversion_type_params");
        if (conversion.kind != V_DICT) return;
        add_measure(inputs, at(conversion, "base_measure"));
        add_measure(inputs, at(conversion, "conversion_measure"));
        return;
    }
    if (depth == METRIC_DEPTH) return;
    Value list = value_list(loader->arena);
    if (str_eq(type, STR("ratio"))) {
        list_push(list.u.list, at(params, "numerator"));
        list_push(list.u.list, at(params, "denominator"));
    } else {
        list = at(params, "metrics");
    }
    for (uint32_t i = 0; i < length(list); i++) {
        Node *found;
        if (manifest_find_named(loader->manifest, RESOURCE_METRIC, node->package, STR_EMPTY,
                                text_at(list.u.list->at[i], "name"), &found) == REF_FOUND)
            add_measures_of(loader, inputs, found, depth + 1);
    }
}

static bool use_metric(Loader *loader, Node *node, Value input, NodeVec *deps)
{
    if (input.kind != V_DICT) return true;
    Node *found = find_named(loader, node, RESOURCE_METRIC, STR_EMPTY, text_at(input, "name"), node->span);
    if (found) resolve_add(loader->arena, deps, found);
    return found != NULL;
}

static bool resolve_metric(Loader *loader, const SemanticNames *names, Node *node, NodeVec *deps)
{
    Value params = at(node->extra, "type_params"), inputs = value_list(loader->arena);
    Str type = text_at(node->extra, "type");
    bool ok = true;
    if (params.kind != V_DICT) return true;
    dict_set_str(params.u.dict, STR("input_measures"), inputs);
    if (str_eq(type, STR("simple")) || str_eq(type, STR("cumulative"))) {
        ok = use_measure(loader, names, node, inputs, at(params, "measure"), deps);
    } else if (str_eq(type, STR("conversion"))) {
        Value conversion = at(params, "conversion_type_params");
        ok = use_measure(loader, names, node, inputs, at(conversion, "base_measure"), deps) &&
             use_measure(loader, names, node, inputs, at(conversion, "conversion_measure"), deps);
    } else if (str_eq(type, STR("ratio"))) {
        if (at(params, "numerator").kind != V_DICT || at(params, "denominator").kind != V_DICT) {
            diag_add(loader->sink, DIAG_yaml_missing_key, node->span,
                     "the ratio '%.*s' needs a numerator and a denominator", STR_ARG(node->name));
            diag_hint(loader->sink, "add both below `type_params:`");
            said(loader, node);
            return false;
        }
        ok = use_metric(loader, node, at(params, "numerator"), deps);
        ok &= use_metric(loader, node, at(params, "denominator"), deps);
        add_measures_of(loader, inputs, node, 0);
    } else {
        Value list = at(params, "metrics");
        if (!length(list)) {
            diag_add(loader->sink, DIAG_yaml_missing_key, node->span,
                     "the derived metric '%.*s' needs the metrics that it is computed from", STR_ARG(node->name));
            diag_hint(loader->sink, "list them as `metrics:` below `type_params:`");
            said(loader, node);
            return false;
        }
        for (uint32_t i = 0; i < length(list); i++) ok &= use_metric(loader, node, list.u.list->at[i], deps);
        add_measures_of(loader, inputs, node, 0);
    }
    return ok;
}

/* ---- semantic models and saved queries ---- */

static void fill_relation(Loader *loader, Node *node, const NodeVec *deps)
{
    if (!deps->n || node->extra.kind != V_DICT) return;
    const Node *model = deps->at[0];
    Value relation = value_dict(loader->arena);
    dict_set_str(relation.u.dict, STR("alias"), value_str(model->alias));
    dict_set_str(relation.u.dict, STR("schema_name"), value_str(model->schema));
    dict_set_str(relation.u.dict, STR("database"), model->database.len ? value_str(model->database) : VALUE_NONE);
    dict_set_str(relation.u.dict, STR("relation_name"),
                 model->relation_name.len ? value_str(model->relation_name) : VALUE_NONE);
    dict_set_str(node->extra.u.dict, STR("node_relation"), relation);
}

static bool resolve_saved_query(Loader *loader, Node *node, NodeVec *deps)
{
    Value metrics = at(at(node->extra, "query_params"), "metrics");
    bool ok = true;
    for (uint32_t i = 0; i < length(metrics); i++) {
        if (metrics.u.list->at[i].kind != V_STR) continue;
        Node *found =
            find_named(loader, node, RESOURCE_METRIC, STR_EMPTY, value_text(metrics.u.list->at[i]), node->span);
        if (found)
            resolve_add(loader->arena, deps, found);
        else
            ok = false;
    }
    return ok;
}

bool resolve_semantic(Loader *loader, const SemanticNames *names, Node *node, NodeVec *deps)
{
    switch (node->type) {
    case RESOURCE_METRIC: return resolve_metric(loader, names, node, deps);
    case RESOURCE_SEMANTIC_MODEL: fill_relation(loader, node, deps); return true;
    case RESOURCE_SAVED_QUERY: return resolve_saved_query(loader, node, deps);
    default: return true;
    }
}

/* ---- what is wrong with the whole (dbt-semantic-interfaces: SemanticManifestValidator) ---- */

static void wrong(Loader *loader, Node *node, const char *hint)
{
    said(loader, node);
    diag_hint(loader->sink, "%s", hint);
}

/* MetricFlow's rule for names; those of its granularities and two more mean something else in queries. */
static bool name_fits(Str name)
{
    static const Str reserved[] = {
        STR_INIT("nanosecond"),      STR_INIT("microsecond"), STR_INIT("millisecond"), STR_INIT("second"),
        STR_INIT("minute"),          STR_INIT("hour"),        STR_INIT("day"),         STR_INIT("week"),
        STR_INIT("month"),           STR_INIT("quarter"),     STR_INIT("year"),        STR_INIT("metric_time"),
        STR_INIT("mf_internal_uuid")};
    if (name.len < 2) return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9', first = i == 0, last = i + 1 == name.len;
        if (!letter && !(digit && !first) && !(c == '_' && !first && !last && name.ptr[i - 1] != '_')) return false;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (str_eq(name, reserved[i])) return false;
    return true;
}

static void check_name(Loader *loader, Node *node, const char *what, Str name)
{
    if (name_fits(name)) return;
    if (str_eq(name, node->name))
        diag_add(loader->sink, DIAG_semantic_invalid, node->span, "'%.*s' cannot be the name of %s", STR_ARG(name),
                 what);
    else
        diag_add(loader->sink, DIAG_semantic_invalid, node->span,
                 "'%.*s' of the semantic model '%.*s' cannot be the name of %s", STR_ARG(name), STR_ARG(node->name),
                 what);
    if (str_find(name, STR("__"), 0) != STR_NPOS)
        wrong(loader, node, "queries put __ between an entity and a dimension: rename it");
    else
        wrong(loader, node,
              "two or more lower-case letters, digits and single underscores, a letter first and no "
              "underscore last; and no word that MetricFlow has for a time, such as day");
}

/* An element's name is its column's too: dimensions, entities and measures of one model share them. */
static void check_names(Loader *loader, Node *node)
{
    static const char *const lists[] = {"entities", "measures", "dimensions"};
    static const char *const kinds[] = {"an entity", "a measure", "a dimension"};
    Map seen;
    map_init(&seen, loader->arena);
    for (size_t l = 0; l < 3; l++) {
        Value list = at(node->extra, lists[l]);
        for (uint32_t i = 0; i < length(list); i++) {
            Str name = text_at(list.u.list->at[i], "name");
            if (map_get(&seen, name)) {
                diag_add(loader->sink, DIAG_semantic_invalid, node->span,
                         "the semantic model '%.*s' has two elements named '%.*s'", STR_ARG(node->name), STR_ARG(name));
                wrong(loader, node, "rename one of them; `expr:` says which column it stands for");
            }
            map_put(&seen, name, node);
            check_name(loader, node, kinds[l], name);
        }
    }
}

/* Labels are what people choose by: `seen` holds those of one kind, label -> node. */
static void check_label(Loader *loader, Map *seen, Node *node, const char *what, Str label)
{
    if (!label.len) return;
    const Node *other = map_get(seen, label);
    map_put(seen, label, node);
    if (!other) return;
    diag_add(loader->sink, DIAG_semantic_invalid, node->span, "two %s have the label '%.*s'", what, STR_ARG(label));
    if (other != node) diag_note(loader->sink, other->span, "the other one is here");
    wrong(loader, node, "give each its own label, or none");
}

static void check_labels_within(Loader *loader, Node *node)
{
    static const char *const lists[] = {"entities", "measures", "dimensions"};
    for (size_t l = 0; l < 3; l++) {
        Map seen;
        map_init(&seen, loader->arena);
        Value list = at(node->extra, lists[l]);
        for (uint32_t i = 0; i < length(list); i++)
            check_label(loader, &seen, node, lists[l], text_at(list.u.list->at[i], "label"));
    }
}

/* Where MetricFlow is to read from: an ephemeral model is nowhere. */
static void check_relation(Loader *loader, Node *node)
{
    Value relation = at(node->extra, "node_relation");
    if (relation.kind != V_DICT || text_at(relation, "relation_name").len) return;
    diag_add(loader->sink, DIAG_semantic_invalid, node->span,
             "the semantic model '%.*s' stands on an ephemeral model, which is no relation to read from",
             STR_ARG(node->name));
    wrong(loader, node, "make that model a view or a table");
}

static void check_primary_entity(Loader *loader, Node *node)
{
    Value entities = at(node->extra, "entities");
    uint32_t primary = 0;
    for (uint32_t i = 0; i < length(entities); i++)
        primary += str_eq(text_at(entities.u.list->at[i], "type"), STR("primary"));
    bool named = text_at(node->extra, "primary_entity").len > 0;
    if (primary > 1) {
        diag_add(loader->sink, DIAG_semantic_invalid, node->span, "the semantic model '%.*s' has %u primary entities",
                 STR_ARG(node->name), primary);
        wrong(loader, node, "keep one, and make the others `unique` or `foreign`");
    } else if (!primary && !named && length(at(node->extra, "dimensions"))) {
        diag_add(loader->sink, DIAG_semantic_invalid, node->span,
                 "the semantic model '%.*s' has dimensions, but no primary entity", STR_ARG(node->name));
        wrong(loader, node, "add an entity of type primary, or `primary_entity: ...`");
    }
}

static bool time_dimension(const Node *node, Str name)
{
    Value dimensions = at(node->extra, "dimensions");
    for (uint32_t i = 0; i < length(dimensions); i++)
        if (str_eq(text_at(dimensions.u.list->at[i], "name"), name) &&
            str_eq(text_at(dimensions.u.list->at[i], "type"), STR("time")))
            return true;
    return false;
}

static void check_measures(Loader *loader, Node *node)
{
    Value measures = at(node->extra, "measures");
    Str usual = text_at(at(node->extra, "defaults"), "agg_time_dimension");
    for (uint32_t i = 0; i < length(measures); i++) {
        Value measure = measures.u.list->at[i];
        Str name = text_at(measure, "name"), time = text_at(measure, "agg_time_dimension");
        if (!time.len) time = usual;
        if (!time.len) {
            diag_add(loader->sink, DIAG_semantic_invalid, node->span,
                     "the measure '%.*s' of '%.*s' has no time dimension to be aggregated by", STR_ARG(name),
                     STR_ARG(node->name));
            wrong(loader, node, "add `defaults: {agg_time_dimension: ...}` to the semantic model");
        } else if (!time_dimension(node, time)) {
            diag_add(loader->sink, DIAG_semantic_invalid, node->span,
                     "'%.*s', which the measure '%.*s' is aggregated by, is no time dimension of '%.*s'", STR_ARG(time),
                     STR_ARG(name), STR_ARG(node->name));
            wrong(loader, node, "name a dimension of type time");
        }
        if (str_eq(text_at(measure, "agg"), STR("percentile")) &&
            at(at(measure, "agg_params"), "percentile").kind <= V_NONE) {
            diag_add(loader->sink, DIAG_semantic_invalid, node->span,
                     "the measure '%.*s' of '%.*s' does not say which percentile it is", STR_ARG(name),
                     STR_ARG(node->name));
            wrong(loader, node, "add `agg_params: {percentile: 0.95}`");
        }
    }
}

static void check_dimensions(Loader *loader, Node *node)
{
    Value dimensions = at(node->extra, "dimensions");
    uint32_t with_validity = 0;
    for (uint32_t i = 0; i < length(dimensions); i++) {
        Value dimension = dimensions.u.list->at[i], params = at(dimension, "type_params");
        if (at(params, "validity_params").kind == V_DICT) with_validity++;
        if (!str_eq(text_at(dimension, "type"), STR("time")) || params.kind == V_DICT) continue;
        diag_add(loader->sink, DIAG_semantic_invalid, node->span,
                 "the time dimension '%.*s' of '%.*s' has no granularity", STR_ARG(text_at(dimension, "name")),
                 STR_ARG(node->name));
        wrong(loader, node, "add `type_params: {time_granularity: day}`");
    }
    if (with_validity == 0 || with_validity == 2) return;
    diag_add(loader->sink, DIAG_semantic_invalid, node->span,
             "the semantic model '%.*s' has %u dimension%s with validity_params: there must be none, or two",
             STR_ARG(node->name), with_validity, with_validity == 1 ? "" : "s");
    wrong(loader, node, "mark one by `is_start: true` and one by `is_end: true`");
}

static void check_double_measures(Loader *loader)
{
    SemanticNames names;
    semantic_names(loader, &names);
    for (size_t i = 0; i < names.measures.count; i++) {
        const NodeList *list = names.measures.entries[i].value;
        if (list->n < 2 || list->at[0] == list->at[1]) continue;
        Str name = names.measures.entries[i].key;
        diag_add(loader->sink, DIAG_semantic_invalid, list->at[1]->span, "two semantic models have a measure '%.*s'",
                 STR_ARG(name));
        diag_note(loader->sink, list->at[0]->span, "the other one is here");
        wrong(loader, list->at[1], "rename one of them: metrics name measures without their model");
    }
}

void check_semantic(Loader *loader)
{
    const Manifest *m = loader->manifest;
    bool metrics = false, models = false;
    for (size_t i = 0; i < m->node_count; i++) {
        metrics |= m->nodes[i]->type == RESOURCE_METRIC;
        models |= m->nodes[i]->type == RESOURCE_SEMANTIC_MODEL;
    }
    if (!metrics || !models) return; /* dbt checks nothing then */
    Map metric_labels, model_labels;
    map_init(&metric_labels, loader->arena);
    map_init(&model_labels, loader->arena);
    for (size_t i = 0; i < m->node_count; i++) {
        Node *node = m->nodes[i];
        if (node->type == RESOURCE_METRIC) {
            check_name(loader, node, "a metric", node->name);
            check_label(loader, &metric_labels, node, "metrics", text_at(node->extra, "label"));
        }
        if (node->type == RESOURCE_SAVED_QUERY) check_name(loader, node, "a saved query", node->name);
        if (node->type != RESOURCE_SEMANTIC_MODEL) continue;
        check_name(loader, node, "a semantic model", node->name);
        check_label(loader, &model_labels, node, "semantic models", text_at(node->extra, "label"));
        check_relation(loader, node);
        check_names(loader, node);
        check_labels_within(loader, node);
        check_primary_entity(loader, node);
        check_measures(loader, node);
        check_dimensions(loader, node);
    }
    check_double_measures(loader);
}
