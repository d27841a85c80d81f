/* Metrics, semantic models and saved queries: nodes that only YAML defines. What is theirs alone becomes Node.extra, in the
 * form that dbt's manifest has; what they refer to is looked up by resolve_semantic.c. */
#include "base/vec.h"
#include "project/config.h"
#include "project/read_schema.h"
#include "project/shape.h"

static const char *const metric_types[] = {"simple", "ratio", "cumulative", "derived", "conversion", NULL};
static const char *const aggregations[] = {"sum",     "min",        "max",    "count_distinct", "sum_boolean",
                                           "average", "percentile", "median", "count",          NULL};
static const char *const calculations[] = {"conversions", "conversion_rate", NULL};
static const char *const periods[] = {"first", "last", "average", NULL};
static const char *const entity_types[] = {"foreign", "natural", "primary", "unique", NULL};
static const char *const dimension_types[] = {"categorical", "time", NULL};
static const char *const grains[] = {"nanosecond", "microsecond", "millisecond", "second",  "minute", "hour",
                                     "day",        "week",        "month",       "quarter", "year",   NULL};
static const char *const export_kinds[] = {"table", "view", NULL};

/* ---- metrics ---- */

static const ShapeField measure_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "filter", .kind = SHAPE_FILTER},
    {.name = "alias", .kind = SHAPE_STR},
    {.name = "join_to_timespine", .kind = SHAPE_BOOL},
    {.name = "fill_nulls_with", .kind = SHAPE_INT},
};
static const Shape input_measure = SHAPE("a metric's measure", measure_fields, NULL);

static const ShapeField input_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "filter", .kind = SHAPE_FILTER},
    {.name = "alias", .kind = SHAPE_STR},
    {.name = "offset_window", .kind = SHAPE_WINDOW},
    {.name = "offset_to_grain", .kind = SHAPE_STR},
};
static const Shape input_metric = SHAPE("a metric's input", input_fields, NULL);

static const ShapeField property_fields[] = {
    {.name = "base_property", .kind = SHAPE_STR, .required = true},
    {.name = "conversion_property", .kind = SHAPE_STR, .required = true},
};
static const Shape constant_property = SHAPE("a constant property", property_fields, NULL);

static const ShapeField conversion_fields[] = {
    {.name = "base_measure", .kind = SHAPE_NAMED, .shape = &input_measure, .required = true},
    {.name = "conversion_measure", .kind = SHAPE_NAMED, .shape = &input_measure, .required = true},
    {.name = "entity", .kind = SHAPE_STR, .required = true},
    {.name = "calculation", .kind = SHAPE_WORD, .words = calculations, .fallback = "conversion_rate"},
    {.name = "window", .kind = SHAPE_WINDOW},
    {.name = "constant_properties", .kind = SHAPE_OBJECTS_OR_NULL, .shape = &constant_property},
};
static const Shape conversion_params = SHAPE("'conversion_type_params'", conversion_fields, NULL);

static const ShapeField cumulative_fields[] = {
    {.name = "window", .kind = SHAPE_WINDOW},
    {.name = "grain_to_date", .kind = SHAPE_STR},
    {.name = "period_agg", .kind = SHAPE_WORD, .words = periods, .fallback = "first"},
    {.name = "metric", .kind = SHAPE_NULL},
};
static const Shape cumulative_params = SHAPE("'cumulative_type_params'", cumulative_fields, NULL);

static const ShapeField params_fields[] = {
    {.name = "measure", .kind = SHAPE_NAMED, .shape = &input_measure},
    {.name = "input_measures", .kind = SHAPE_NULL},
    {.name = "numerator", .kind = SHAPE_NAMED, .shape = &input_metric},
    {.name = "denominator", .kind = SHAPE_NAMED, .shape = &input_metric},
    {.name = "expr", .kind = SHAPE_TEXT},
    {.name = "window", .kind = SHAPE_WINDOW},
    {.name = "grain_to_date", .kind = SHAPE_WORD, .words = grains},
    {.name = "metrics", .kind = SHAPE_NAMEDS, .shape = &input_metric},
    {.name = "conversion_type_params", .kind = SHAPE_OBJECT, .shape = &conversion_params},
    {.name = "cumulative_type_params", .kind = SHAPE_OBJECT, .shape = &cumulative_params},
    {.name = "metric_aggregation_params", .kind = SHAPE_NULL},
};
static const Shape type_params = SHAPE("a metric's 'type_params'", params_fields, NULL);

static const ShapeField metric_fields[] = {
    {.name = "label", .kind = SHAPE_STR, .required = true},
    {.name = "type", .kind = SHAPE_WORD, .words = metric_types, .required = true},
    {.name = "type_params", .kind = SHAPE_OBJECT, .shape = &type_params, .required = true},
    {.name = "filter", .kind = SHAPE_FILTER},
    {.name = "metadata", .kind = SHAPE_NULL},
    {.name = "time_granularity", .kind = SHAPE_STR},
};
static const char *const metric_others[] = {"name", "description", "meta", "tags", "config", NULL};
static const Shape metric = SHAPE("a metric", metric_fields, metric_others);

/* The node of an entry: its name, place and description. */
static Node *begin(Worker *worker, ProjectFile *file, ResourceType type, const char *what, const YamlNode *entry)
{
    Str name;
    Span span;
    if (!schema_name(worker, file, entry, what, &name, &span)) return NULL;
    Node *node = node_new(worker->arena, type, file->package, name, file->relative, file->path);
    node->span = span;
    node_set_fqn(worker->arena, node, file->relative, &name, 1);
    const YamlNode *description = yaml_get(entry, STR("description"));
    node->description_span = description ? description->span : SPAN_NONE;
    yaml_description(worker, file->package, description, &node->description, NULL);
    return node;
}

static bool metric_name_fits(Str name)
{
    enum { LONGEST = 250 };
    if (!name.len || name.len > LONGEST) return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || !(c == '_' || (c >= '0' && c <= '9')))) return false;
    }
    return true;
}

/* dbt: a cumulative metric may have `window` and `grain_to_date` beside cumulative_type_params, as it used to. */
static void complete_cumulative(Arena *arena, Value params)
{
    Value own = dict_get_str(params.u.dict, STR("cumulative_type_params"));
    if (own.kind != V_DICT) {
        own = value_dict(arena);
        dict_set_str(own.u.dict, STR("window"), VALUE_NONE);
        dict_set_str(own.u.dict, STR("grain_to_date"), VALUE_NONE);
        dict_set_str(own.u.dict, STR("period_agg"), value_str(STR("first")));
        dict_set_str(own.u.dict, STR("metric"), VALUE_NONE);
        dict_set_str(params.u.dict, STR("cumulative_type_params"), own);
    }
    static const char *const keys[] = {"window", "grain_to_date"};
    for (size_t i = 0; i < 2; i++) {
        Value beside = dict_get_str(params.u.dict, str_from(keys[i]));
        if (dict_get_str(own.u.dict, str_from(keys[i])).kind == V_NONE && beside.kind != V_NONE)
            dict_set_str(own.u.dict, str_from(keys[i]), beside);
    }
}

/* dbt: where they stand beside it that is to go, or is refused by the flag require_nested_cumulative_type_params. */
static void told_of_params(Loader *loader, Worker *worker, const YamlNode *entry)
{
    static const char *const keys[] = {"window", "grain_to_date"};
    const YamlNode *params = yaml_get(entry, STR("type_params"));
    for (size_t i = 0; yaml_is(params, YAML_MAP) && i < 2; i++) {
        const YamlPair *pair = yaml_pair(params, str_from(keys[i]));
        if (!pair || yaml_absent(pair->value)) continue;
        diag_add(&worker->sink, DIAG_key_renamed, pair->key->span,
                 "'%s' of a cumulative metric belongs below 'cumulative_type_params'", keys[i]);
        diag_hint(&worker->sink, "write `cumulative_type_params:` below `type_params:` and move it there");
        if (manifest_flag(loader->manifest, "require_nested_cumulative_type_params", false))
            diag_become(&worker->sink, DIAG_ERROR);
    }
}

static void complete_params(Arena *arena, Node *node, Value meta)
{
    Value params = dict_get_str(node->extra.u.dict, STR("type_params"));
    if (params.kind == V_DICT) {
        dict_set_str(params.u.dict, STR("input_measures"), value_list(arena));
        if (value_is_str(dict_get_str(node->extra.u.dict, STR("type")), STR("cumulative")))
            complete_cumulative(arena, params);
        else
            dict_set_str(params.u.dict, STR("cumulative_type_params"), VALUE_NONE);
    }
    if (meta.kind == V_DICT && !node->meta.u.dict->live) node->meta = meta;
}

void metric_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry)
{
    Arena *arena = worker->arena;
    Node *node = begin(worker, file, RESOURCE_METRIC, "a metric", entry);
    if (!node) return;
    if (!metric_name_fits(node->name)) {
        diag_add(
            &worker->sink, DIAG_yaml_type, node->span,
            "'%.*s' cannot be the name of a metric: it must begin with a letter and hold only letters, digits and _",
            STR_ARG(node->name));
        node->broken = true;
    }
    if (!shape_read(worker, file, &metric, entry, &node->extra)) node->broken = true;
    Value meta, tags;
    schema_value(worker, file, entry, "meta", &meta);
    schema_value(worker, file, entry, "tags", &tags);
    Patch level = {.config = schema_config_only(worker, file, entry)};
    if (!node_configure(loader, worker, node, &level, NULL)) node->broken = true;
    if (!config_string_list(arena, tags, &node->tags, &node->tag_count)) node->tag_count = 0;
    if (value_is_str(dict_get_str(node->extra.u.dict, STR("type")), STR("cumulative")))
        told_of_params(loader, worker, entry);
    complete_params(arena, node, meta);
    vec_push(arena, &schema->nodes, node);
}

/* dbt: SemanticModelParser._create_metric, for a measure with `create_metric: true`. */
static void metric_of_measure(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const Node *model,
                              Value measure, Span span)
{
    Arena *arena = worker->arena;
    Value name = dict_get_str(measure.u.dict, STR("name"));
    if (name.kind != V_STR) return;
    Node *node = node_new(arena, RESOURCE_METRIC, file->package, value_text(name), file->relative, file->path);
    node->span = span;
    node_set_fqn(arena, node, file->relative, &node->name, 1);
    Value label = dict_get_str(measure.u.dict, STR("label")), expr = dict_get_str(measure.u.dict, STR("expr")),
          description = dict_get_str(measure.u.dict, STR("description"));
    node->description = description.kind == V_STR && description.len
                            ? value_text(description)
                            : str_fmt(arena, "Metric created from measure %.*s", STR_ARG(node->name));
    Value params = value_dict(arena), input = value_dict(arena);
    dict_set_str(input.u.dict, STR("name"), name);
    dict_set_str(input.u.dict, STR("filter"), VALUE_NONE);
    dict_set_str(input.u.dict, STR("alias"), VALUE_NONE);
    dict_set_str(input.u.dict, STR("join_to_timespine"), VALUE_FALSE);
    dict_set_str(input.u.dict, STR("fill_nulls_with"), VALUE_NONE);
    for (size_t i = 0; i < sizeof params_fields / sizeof *params_fields; i++)
        dict_set_str(params.u.dict, str_from(params_fields[i].name), VALUE_NONE);
    dict_set_str(params.u.dict, STR("measure"), input);
    dict_set_str(params.u.dict, STR("metrics"), value_list(arena));
    dict_set_str(params.u.dict, STR("expr"), expr.kind == V_STR ? expr : name);
    node->extra = value_dict(arena);
    Dict *extra = node->extra.u.dict;
    dict_set_str(extra, STR("label"), label.kind == V_STR && label.len ? label : name);
    dict_set_str(extra, STR("type"), value_str(STR("simple")));
    dict_set_str(extra, STR("type_params"), params);
    dict_set_str(extra, STR("filter"), VALUE_NONE);
    dict_set_str(extra, STR("metadata"), VALUE_NONE);
    dict_set_str(extra, STR("time_granularity"), VALUE_NONE);
    Patch level = {.config = value_dict(arena)};
    dict_set_str(level.config.u.dict, STR("enabled"), value_bool(model->enabled));
    dict_set_str(level.config.u.dict, STR("meta"), model->meta);
    if (!node_configure(loader, worker, node, &level, NULL)) node->broken = true;
    node->tag_count = 0;
    complete_params(arena, node, VALUE_NONE);
    vec_push(arena, &schema->nodes, node);
}

/* ---- semantic models ---- */

static const ShapeField entity_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "type", .kind = SHAPE_WORD, .words = entity_types, .required = true},
    {.name = "description", .kind = SHAPE_DESCRIPTION},
    {.name = "label", .kind = SHAPE_STR},
    {.name = "role", .kind = SHAPE_STR},
    {.name = "expr", .kind = SHAPE_TEXT},
    {.name = "config", .kind = SHAPE_META},
};
static const Shape entity = SHAPE("an entity", entity_fields, NULL);

static const ShapeField agg_params_fields[] = {
    {.name = "percentile", .kind = SHAPE_NUMBER},
    {.name = "use_discrete_percentile", .kind = SHAPE_BOOL},
    {.name = "use_approximate_percentile", .kind = SHAPE_BOOL},
};
static const Shape agg_params = SHAPE("'agg_params'", agg_params_fields, NULL);

static const ShapeField non_additive_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "window_choice", .kind = SHAPE_WORD, .words = aggregations, .required = true},
    {.name = "window_groupings", .kind = SHAPE_STRS},
};
static const Shape non_additive = SHAPE("'non_additive_dimension'", non_additive_fields, NULL);

static const ShapeField sem_measure_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "agg", .kind = SHAPE_WORD, .words = aggregations, .required = true},
    {.name = "description", .kind = SHAPE_DESCRIPTION},
    {.name = "label", .kind = SHAPE_STR},
    {.name = "create_metric", .kind = SHAPE_BOOL},
    {.name = "expr", .kind = SHAPE_TEXT},
    {.name = "agg_params", .kind = SHAPE_OBJECT, .shape = &agg_params},
    {.name = "non_additive_dimension", .kind = SHAPE_OBJECT, .shape = &non_additive},
    {.name = "agg_time_dimension", .kind = SHAPE_STR},
    {.name = "config", .kind = SHAPE_META},
};
static const Shape sem_measure = SHAPE("a measure", sem_measure_fields, NULL);

static const ShapeField validity_fields[] = {
    {.name = "is_start", .kind = SHAPE_BOOL},
    {.name = "is_end", .kind = SHAPE_BOOL},
};
static const Shape validity = SHAPE("'validity_params'", validity_fields, NULL);

static const ShapeField dimension_params_fields[] = {
    {.name = "time_granularity", .kind = SHAPE_WORD, .words = grains, .required = true},
    {.name = "validity_params", .kind = SHAPE_OBJECT, .shape = &validity},
};
static const Shape dimension_params = SHAPE("a dimension's 'type_params'", dimension_params_fields, NULL);

static const ShapeField dimension_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "type", .kind = SHAPE_WORD, .words = dimension_types, .required = true},
    {.name = "description", .kind = SHAPE_DESCRIPTION},
    {.name = "label", .kind = SHAPE_STR},
    {.name = "is_partition", .kind = SHAPE_BOOL},
    {.name = "type_params", .kind = SHAPE_OBJECT, .shape = &dimension_params},
    {.name = "expr", .kind = SHAPE_TEXT},
    {.name = "metadata", .kind = SHAPE_NULL},
    {.name = "config", .kind = SHAPE_META},
};
static const Shape dimension = SHAPE("a dimension", dimension_fields, NULL);

static const ShapeField defaults_fields[] = {{.name = "agg_time_dimension", .kind = SHAPE_STR}};
static const Shape defaults = SHAPE("a semantic model's 'defaults'", defaults_fields, NULL);

static const ShapeField semantic_model_fields[] = {
    {.name = "model", .kind = SHAPE_STR, .required = true},
    {.name = "node_relation", .kind = SHAPE_NULL},
    {.name = "label", .kind = SHAPE_STR},
    {.name = "defaults", .kind = SHAPE_OBJECT, .shape = &defaults},
    {.name = "entities", .kind = SHAPE_OBJECTS, .shape = &entity},
    {.name = "measures", .kind = SHAPE_OBJECTS, .shape = &sem_measure},
    {.name = "dimensions", .kind = SHAPE_OBJECTS, .shape = &dimension},
    {.name = "metadata", .kind = SHAPE_NULL},
    {.name = "primary_entity", .kind = SHAPE_STR},
};
static const char *const semantic_others[] = {"name", "description", "config", NULL};
static const Shape semantic_model = SHAPE("a semantic model", semantic_model_fields, semantic_others);

/* Each element has the model's own meta, and its own over that. */
static void spread_meta(Arena *arena, Value elements, Value meta)
{
    for (uint32_t i = 0; elements.kind == V_LIST && i < elements.u.list->n; i++) {
        Value config = dict_get_str(elements.u.list->at[i].u.dict, STR("config"));
        if (config.kind != V_DICT) continue;
        Value both = value_dict(arena);
        config_replace(both, meta);
        config_replace(both, dict_get_str(config.u.dict, STR("meta")));
        dict_set_str(config.u.dict, STR("meta"), both);
    }
}

void semantic_model_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry)
{
    Arena *arena = worker->arena;
    Node *node = begin(worker, file, RESOURCE_SEMANTIC_MODEL, "a semantic model", entry);
    if (!node) return;
    if (!shape_read(worker, file, &semantic_model, entry, &node->extra)) node->broken = true;
    Patch level = {.config = schema_config_only(worker, file, entry)};
    if (!node_configure(loader, worker, node, &level, NULL)) node->broken = true;
    static const char *const elements[] = {"entities", "measures", "dimensions"};
    for (size_t i = 0; i < 3; i++)
        spread_meta(arena, dict_get_str(node->extra.u.dict, str_from(elements[i])), node->meta);
    Captured captured = {0};
    const YamlNode *model = yaml_get(entry, STR("model"));
    if (yaml_is(model, YAML_STR))
        schema_dependency(loader, worker, node, model, "the 'model' of a semantic model", &captured);
    node_take_captured(arena, node, &captured);
    vec_push(arena, &schema->nodes, node);
    Value measures = dict_get_str(node->extra.u.dict, STR("measures"));
    for (uint32_t i = 0; measures.kind == V_LIST && i < measures.u.list->n; i++) {
        Value one = measures.u.list->at[i], create = dict_get_str(one.u.dict, STR("create_metric"));
        dict_set_str(one.u.dict, STR("create_metric"), VALUE_FALSE); /* as dbt keeps it */
        if (create.kind != V_BOOL || !create.u.boolean) continue;
        const YamlNode *list = yaml_get(entry, STR("measures"));
        metric_of_measure(loader, worker, file, schema, node, one, list->u.seq.items[i]->span);
    }
}

/* ---- saved queries ---- */

static const ShapeField query_fields[] = {
    {.name = "metrics", .kind = SHAPE_STRS}, {.name = "group_by", .kind = SHAPE_STRS},
    {.name = "where", .kind = SHAPE_FILTER}, {.name = "order_by", .kind = SHAPE_STRS},
    {.name = "limit", .kind = SHAPE_INT},
};
static const Shape query_params = SHAPE("'query_params'", query_fields, NULL);

static const ShapeField export_fields[] = {
    {.name = "name", .kind = SHAPE_STR, .required = true},
    {.name = "config", .kind = SHAPE_ANY},
};
static const Shape export_shape = SHAPE("an export", export_fields, NULL);

static const ShapeField saved_query_fields[] = {
    {.name = "query_params", .kind = SHAPE_OBJECT, .shape = &query_params, .required = true},
    {.name = "exports", .kind = SHAPE_OBJECTS, .shape = &export_shape},
    {.name = "label", .kind = SHAPE_STR},
    {.name = "metadata", .kind = SHAPE_NULL},
};
static const char *const saved_query_others[] = {"name", "description", "tags", "config", NULL};
static const Shape saved_query = SHAPE("a saved query", saved_query_fields, saved_query_others);

static Value said_or(Value config, const char *key, const Node *query, const char *query_key)
{
    Value v = config.kind == V_DICT ? dict_get_str(config.u.dict, str_from(key)) : VALUE_NONE;
    if (v.kind != V_UNDEFINED && v.kind != V_NONE) return v;
    v = query_key ? node_config(query, str_from(query_key)) : VALUE_NONE;
    return v.kind == V_UNDEFINED ? VALUE_NONE : v;
}

/* Where an export goes: what it says, what the saved query says, what the generate_*_name macros give. */
static void complete_export(Worker *worker, Node *query, Value export, Span span)
{
    Arena *arena = worker->arena;
    Value written = dict_get_str(export.u.dict, STR("config")), config = value_dict(arena),
          name = dict_get_str(export.u.dict, STR("name"));
    if (name.kind != V_STR) return;
    Value kind = said_or(written, "export_as", query, "export_as");
    bool known = false;
    for (size_t i = 0; export_kinds[i]; i++) known |= value_is_str(kind, str_from(export_kinds[i]));
    if (!known) {
        diag_add(&worker->sink, DIAG_yaml_type, span, "the export '%.*s' needs a config 'export_as': table or view",
                 STR_ARG(value_text(name)));
        query->broken = true;
    }
    Value schema = said_or(written, "schema_name", query, NULL);
    if (schema.kind == V_NONE) schema = said_or(written, "schema", query, "schema");
    Value alias = said_or(written, "alias", query, NULL), database = said_or(written, "database", query, NULL);
    Node *as_node =
        node_new(arena, RESOURCE_SAVED_QUERY, query->package, value_text(name), query->path, query->original_file_path);
    as_node->span = span;
    as_node->config = written.kind == V_DICT ? written : value_dict(arena);
    Str given = STR_EMPTY;
    if (schema.kind == V_NONE &&
        context_custom_name(worker->parse, STR("generate_schema_name"), as_node, VALUE_NONE, &given))
        schema = value_str(str_dup(arena, given));
    if (alias.kind == V_NONE &&
        context_custom_name(worker->parse, STR("generate_alias_name"), as_node, VALUE_NONE, &given))
        alias = value_str(str_dup(arena, given));
    if (context_custom_name(worker->parse, STR("generate_database_name"), as_node, database, &given))
        database = value_str(str_dup(arena, given));
    dict_set_str(config.u.dict, STR("export_as"), kind);
    dict_set_str(config.u.dict, STR("schema_name"), schema);
    dict_set_str(config.u.dict, STR("alias"), alias);
    dict_set_str(config.u.dict, STR("database"), database);
    dict_set_str(export.u.dict, STR("config"), config);
    dict_set_str(export.u.dict, STR("unrendered_config"), written.kind == V_DICT ? written : value_dict(arena));
}

void saved_query_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry)
{
    Arena *arena = worker->arena;
    Node *node = begin(worker, file, RESOURCE_SAVED_QUERY, "a saved query", entry);
    if (!node) return;
    if (!shape_read(worker, file, &saved_query, entry, &node->extra)) node->broken = true;
    Value tags;
    schema_value(worker, file, entry, "tags", &tags);
    Patch level = {.config = schema_config_only(worker, file, entry)};
    if (!node_configure(loader, worker, node, &level, NULL)) node->broken = true;
    Value all = schema_sorted_tags(arena, tags, node_config(node, STR("tags")));
    if (!config_string_list(arena, all, &node->tags, &node->tag_count)) node->tag_count = 0;
    Value exports = dict_get_str(node->extra.u.dict, STR("exports"));
    const YamlNode *list = yaml_get(entry, STR("exports"));
    for (uint32_t i = 0; exports.kind == V_LIST && i < exports.u.list->n; i++)
        complete_export(worker, node, exports.u.list->at[i], list->u.seq.items[i]->span);
    context_set_node(worker->yaml, NULL, file->package);
    vec_push(arena, &schema->nodes, node);
}
