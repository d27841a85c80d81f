/* Relation: a table or view as templates see it, and api.Relation that makes one.
 *
 * It prints as the dialect writes the name (adapter.h: relation_render), with the parts that include() and quote() left.
 * Relations are values: every change gives a new one. dbt: BaseRelation. */
#include "cdbt/adapter.h"
#include "context/internal.h"

enum { DATABASE, SCHEMA, IDENTIFIER };

static Relation *relation_from(const Object *object)
{
    union {
        const Object *in;
        Relation *out;
    } u = {.in = object};
    return u.out;
}

Relation *value_as_relation(Value v)
{
    return v.kind == V_OBJECT && v.u.object->class == &relation_class ? relation_from(v.u.object) : NULL;
}

Str relation_own_database(const Context *ctx)
{
    return ctx->manifest->target.database;
}

/* Whether names are quoted: the root project's `quoting:` over the dialect's default, which is to quote. */
static void default_quoting(const Context *ctx, bool quote[3])
{
    static const Str parts[3] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier")};
    quote[0] = quote[1] = quote[2] = true;
    const Package *root = ctx->manifest->root;
    if (!root || root->quoting.kind != V_DICT) return;
    for (size_t i = 0; i < 3; i++) {
        Value v = dict_get_str(root->quoting.u.dict, parts[i]);
        if (v.kind == V_BOOL) quote[i] = v.u.boolean;
    }
}

static void quoting_of(Value dict, bool quote[3])
{
    static const Str parts[3] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier")};
    if (dict.kind != V_DICT) return;
    for (size_t i = 0; i < 3; i++) {
        Value v = dict_get_str(dict.u.dict, parts[i]);
        if (v.kind == V_BOOL) quote[i] = v.u.boolean;
    }
}

Relation *relation_new(Context *ctx, Str database, Str schema, Str identifier, Str type)
{
    Relation *relation = ARENA_NEW(ctx->arena, Relation);
    relation->head.class = &relation_class;
    relation->ctx = ctx;
    relation->part[DATABASE] = database;
    relation->part[SCHEMA] = schema;
    relation->part[IDENTIFIER] = identifier;
    for (int i = 0; i < 3; i++) relation->has[i] = relation->include[i] = true;
    default_quoting(ctx, relation->quote);
    relation->type = type;
    relation->limit = -1;
    relation->fields = value_undefined(STR_EMPTY);
    return relation;
}

Relation *relation_of_node(Context *ctx, const Node *node)
{
    Str identifier = node->alias.len ? node->alias : node->name;
    if (node->type == RESOURCE_SOURCE && node->source_info && node->source_info->identifier.len)
        identifier = node->source_info->identifier;
    Relation *relation = relation_new(ctx, node->database, node->schema, identifier, STR_EMPTY);
    if (node->type == RESOURCE_SOURCE) {
        /* dbt: the project's `quoting:` does not reach sources. */
        relation->quote[0] = relation->quote[1] = relation->quote[2] = true;
        if (node->source_info) quoting_of(node->source_info->quoting, relation->quote);
    } else {
        quoting_of(node_config(node, STR("quoting")), relation->quote);
    }
    for (int i = 0; i < 3; i++) relation->has[i] = relation->part[i].len > 0;
    return relation;
}

static Relation *copy(const Relation *relation)
{
    Relation *made = ARENA_NEW(relation->ctx->arena, Relation);
    *made = *relation;
    return made;
}

/* ---- as text ---- */

static void render(const Relation *relation, Buf *out)
{
    const Context *ctx = relation->ctx;
    if (relation->information_schema) {
        if (relation->has[DATABASE] && relation->include[DATABASE] && !ctx->manifest->dialect->database_omitted)
            buf_addf(out, "\"%.*s\".", STR_ARG(relation->part[DATABASE]));
        buf_addz(out, "INFORMATION_SCHEMA");
        if (relation->view.len) buf_addf(out, ".%.*s", STR_ARG(relation->view));
        return;
    }
    if (str_eq(relation->type, STR("cte"))) {
        buf_add(out, relation->part[IDENTIFIER]);
        return;
    }
    RelationName name = {
        .database = relation->part[DATABASE],
        .schema = relation->part[SCHEMA],
        .identifier = relation->part[IDENTIFIER],
        .with_database = relation->has[DATABASE] && relation->include[DATABASE],
        .with_schema = relation->has[SCHEMA] && relation->include[SCHEMA],
        .with_identifier = relation->has[IDENTIFIER] && relation->include[IDENTIFIER],
        .quote_database = relation->quote[DATABASE],
        .quote_schema = relation->quote[SCHEMA],
        .quote_identifier = relation->quote[IDENTIFIER],
    };
    if (!ctx->manifest->dialect) { /* while the profile is not known yet */
        buf_add(out, name.identifier);
        return;
    }
    buf_add(out, relation_render(ctx->arena, ctx->manifest->dialect, relation_own_database(ctx), &name));
}

Str relation_text(const Relation *relation)
{
    Buf out;
    buf_init(&out, relation->ctx->arena);
    render(relation, &out);
    return buf_str(&out);
}

/* Only where there must be a name: it is in the way of a model's own, as in `from {{ ref('orders') }} as o`. */
static void name_subquery(const Relation *relation, const char *what, Buf *out)
{
    const Dialect *dialect = relation->ctx->manifest->dialect;
    if (dialect && dialect->names_subqueries) buf_addf(out, " _dbt_%s_%.*s", what, STR_ARG(relation->part[IDENTIFIER]));
}

static void render_limited(const Relation *relation, Buf *out)
{
    if (relation->limit < 0) {
        render(relation, out);
        return;
    }
    buf_addz(out, "(select * from ");
    render(relation, out);
    if (relation->limit == 0)
        buf_addz(out, " where false limit 0)");
    else
        buf_addf(out, " limit %lld)", (long long)relation->limit);
    name_subquery(relation, "limit_subq", out);
}

/* str(relation): under --empty a subquery without rows; in a batch or a sample one of the rows of its time. */
static void relation_str(const Object *self, Buf *out)
{
    const Relation *relation = relation_from(self);
    if (!relation->event_time.len) {
        render_limited(relation, out);
        return;
    }
    buf_addz(out, "(select * from ");
    render_limited(relation, out);
    buf_addz(out, " where ");
    buf_add(out, event_time_condition(relation->ctx, relation->event_time, &relation->window));
    buf_addc(out, ')');
    name_subquery(relation, "et_filter_subq", out);
}

static void relation_repr(const Object *self, Buf *out)
{
    buf_addz(out, "<Relation ");
    render(relation_from(self), out);
    buf_addc(out, '>');
}

static bool same_part(const Relation *a, const Relation *b, int i)
{
    return a->has[i] == b->has[i] && a->include[i] == b->include[i] && a->quote[i] == b->quote[i] &&
           (!a->has[i] || str_eq(a->part[i], b->part[i]));
}

static bool relation_equal(const Object *a, const Object *b)
{
    const Relation *x = relation_from(a), *y = relation_from(b);
    return same_part(x, y, 0) && same_part(x, y, 1) && same_part(x, y, 2) && str_eq(x->type, y->type) &&
           x->information_schema == y->information_schema && str_eq(x->view, y->view) && x->limit == y->limit &&
           str_eq(x->event_time, y->event_time);
}

/* ---- reading arguments ---- */

static bool set_part(TplCall *call, Relation *relation, int i, Value v)
{
    static const char *const names[3] = {"database", "schema", "identifier"};
    relation->has[i] = value_given(v);
    relation->part[i] = STR_EMPTY;
    if (v.kind == V_UNDEFINED && v.len)
        return tpl_fail(call, DIAG_template_undefined, "the %s of a relation is undefined: '%.*s'", names[i],
                        (int)v.len, v.u.str);
    return !relation->has[i] || want_str(call, v, "a relation", names[i], &relation->part[i]);
}

static void set_policy(bool policy[3], const Value *given)
{
    for (int i = 0; i < 3; i++)
        if (value_given(given[i])) policy[i] = value_truthy(given[i]);
}

static bool set_type(TplCall *call, Relation *relation, Value v)
{
    relation->type = STR_EMPTY;
    if (!value_given(v)) return true;
    Str type;
    if (!want_str(call, v, "a relation", "type", &type)) return false;
    static const Str known[] = {
        STR_INIT("table"),    STR_INIT("view"),      STR_INIT("cte"),           STR_INIT("materialized_view"),
        STR_INIT("external"), STR_INIT("ephemeral"), STR_INIT("dynamic_table"), STR_INIT("pointer_table"),
        STR_INIT("function")};
    Str lower = str_lower(call->arena, type);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (str_eq(known[i], lower)) {
            relation->type = known[i];
            return true;
        }
    tpl_fail(call, DIAG_template_value, "'%.*s' is no type of a relation", STR_ARG(type));
    diag_hint(relation->ctx->sink, "use table, view, cte, materialized_view or external");
    return false;
}

static Relation *self_of(const TplCall *call)
{
    return relation_from(call->func->self.u.object);
}

/* ---- methods ---- */

static bool method_render(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_str(relation_text(self_of(call)));
    return true;
}

static bool change_policy(TplCall *call, bool include, Value *result)
{
    Value args[3];
    if (!tpl_args(call, "database=?, schema=?, identifier=?", args)) return false;
    Relation *made = copy(self_of(call));
    set_policy(include ? made->include : made->quote, args);
    *result = value_object(&made->head);
    return true;
}
static bool method_include(TplCall *call, Value *result)
{
    return change_policy(call, true, result);
}
static bool method_quote(TplCall *call, Value *result)
{
    return change_policy(call, false, result);
}

static bool apply_path(TplCall *call, Relation *made, Value path)
{
    static const Str parts[3] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier")};
    if (path.kind != V_DICT)
        return tpl_fail(call, DIAG_template_type, "path must be a dict, not %s", value_type_name(path));
    for (int i = 0; i < 3; i++) {
        const Value *part = dict_find_str(path.u.dict, parts[i]);
        if (part && !set_part(call, made, i, *part)) return false;
    }
    return true;
}

/* incorporate(path={..}, type=.., include_policy={..}, quote_policy={..}): merges into a copy. */
static bool method_incorporate(TplCall *call, Value *result)
{
    Relation *made = copy(self_of(call));
    if (call->arg_count) return tpl_fail(call, DIAG_template_call, "incorporate() takes keyword arguments only");
    static const Str parts[3] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier")};
    for (size_t i = 0; i < call->named_count; i++) {
        Str name = call->names[i];
        Value v = call->named[i];
        if (str_eq(name, STR("path"))) {
            if (!apply_path(call, made, v)) return false;
        } else if (str_eq(name, STR("type"))) {
            if (!set_type(call, made, v)) return false;
        } else if ((str_eq(name, STR("include_policy")) || str_eq(name, STR("quote_policy"))) && v.kind == V_DICT) {
            Value given[3];
            for (int p = 0; p < 3; p++) given[p] = dict_get_str(v.u.dict, parts[p]);
            set_policy(str_eq(name, STR("include_policy")) ? made->include : made->quote, given);
        } else {
            if (made->fields.kind != V_DICT)
                made->fields = value_dict(call->arena);
            else
                made->fields = value_copy(call->arena, made->fields);
            dict_set_str(made->fields.u.dict, name, v);
        }
    }
    *result = value_object(&made->head);
    return true;
}

static bool method_replace_path(TplCall *call, Value *result)
{
    Value path = value_dict(call->arena);
    for (size_t i = 0; i < call->named_count; i++) dict_set_str(path.u.dict, call->names[i], call->named[i]);
    Relation *made = copy(self_of(call));
    if (!apply_path(call, made, path)) return false;
    *result = value_object(&made->head);
    return true;
}

static bool method_without_identifier(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    Relation *made = copy(self_of(call));
    made->include[IDENTIFIER] = false;
    made->has[IDENTIFIER] = false;
    made->part[IDENTIFIER] = STR_EMPTY;
    *result = value_object(&made->head);
    return true;
}

static bool method_information_schema(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "view_name=?", args)) return false;
    Relation *made = copy(self_of(call));
    made->information_schema = true;
    made->view = args[0].kind == V_STR ? value_text(args[0]) : STR_EMPTY;
    made->has[SCHEMA] = false;
    made->part[IDENTIFIER] = STR("INFORMATION_SCHEMA");
    made->has[IDENTIFIER] = true;
    made->type = STR("view");
    *result = value_object(&made->head);
    return true;
}

static bool method_matches(TplCall *call, Value *result)
{
    Value args[3];
    if (!tpl_args(call, "database=?, schema=?, identifier=?", args)) return false;
    const Relation *relation = self_of(call);
    bool any = false, all = true;
    for (int i = 0; i < 3; i++) {
        if (!value_given(args[i])) continue;
        any = true;
        Str wanted;
        if (!want_str(call, args[i], "matches()", "name", &wanted)) return false;
        all = all && relation->has[i] && str_eq_nocase(wanted, relation->part[i]);
    }
    if (!any) return tpl_fail(call, DIAG_template_call, "matches() needs a database, a schema or an identifier");
    *result = value_bool(all);
    return true;
}

static bool method_quoted(TplCall *call, Value *result)
{
    Value args[1];
    Str name;
    if (!tpl_args(call, "identifier", args) || !want_str(call, args[0], "quoted()", "identifier", &name)) return false;
    const Context *ctx = call_context(call);
    *result = value_str(dialect_quote_identifier(call->arena, ctx->manifest->dialect, name));
    return true;
}

static bool to_dict(Relation *relation, Arena *arena, Value *result)
{
    static const Str parts[3] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier")};
    Value path = value_dict(arena), include = value_dict(arena), quote = value_dict(arena);
    for (int i = 0; i < 3; i++) {
        dict_set_str(path.u.dict, parts[i], relation->has[i] ? value_str(relation->part[i]) : VALUE_NONE);
        dict_set_str(include.u.dict, parts[i], value_bool(relation->include[i]));
        dict_set_str(quote.u.dict, parts[i], value_bool(relation->quote[i]));
    }
    *result = value_dict(arena);
    dict_set_str(result->u.dict, STR("path"), path);
    dict_set_str(result->u.dict, STR("type"), relation->type.len ? value_str(relation->type) : VALUE_NONE);
    dict_set_str(result->u.dict, STR("quote_character"), value_str(STR("\"")));
    dict_set_str(result->u.dict, STR("include_policy"), include);
    dict_set_str(result->u.dict, STR("quote_policy"), quote);
    dict_set_str(result->u.dict, STR("dbt_created"), VALUE_FALSE);
    return true;
}
static bool relation_plain(TplCall *call, Object *self, Value *result)
{
    return to_dict(relation_from(self), call->arena, result);
}
static bool method_to_dict(TplCall *call, Value *result)
{
    return to_dict(self_of(call), call->arena, result);
}

static bool relation_attr(TplCall *call, Object *self, Str name, Value *result);

/* relation.get('metadata') tells packages that they hold a relation. */
static bool method_get(TplCall *call, Value *result)
{
    Value args[2];
    Str name;
    if (!tpl_args(call, "key, default=?", args) || !want_str(call, args[0], "get()", "key", &name)) return false;
    if (str_eq(name, STR("metadata"))) {
        Str type = call_context(call)->manifest->target.type;
        Str class = str_eq(type, STR("sqlite"))     ? STR("SQLiteRelation")
                    : str_eq(type, STR("postgres")) ? STR("PostgresRelation")
                                                    : STR("BaseRelation");
        *result = value_dict(call->arena);
        dict_set_str(result->u.dict, STR("type"), value_str(class));
        return true;
    }
    if (!relation_attr(call, call->func->self.u.object, name, result)) return false;
    if (result->kind == V_UNDEFINED) *result = tpl_arg_given(args[1]) ? args[1] : VALUE_NONE;
    return true;
}

static bool method_add_ephemeral_prefix(TplCall *call, Value *result)
{
    Value args[1];
    Str name;
    if (!tpl_args(call, "name", args) || !want_str(call, args[0], "add_ephemeral_prefix()", "name", &name))
        return false;
    *result = value_str(str_cat(call->arena, STR("__dbt__cte__"), name));
    return true;
}

/* Relation.create(database=.., schema=.., identifier=.., type=.., quote_policy={..}, include_policy={..}) */
static bool api_create(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    static const Str names[4] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier"), STR_INIT("type")};
    Value given[4] = {VALUE_NONE, VALUE_NONE, VALUE_NONE, VALUE_NONE};
    if (call->arg_count > 4)
        return tpl_fail(call, DIAG_template_call, "Relation.create() takes at most 4 positional arguments");
    for (size_t i = 0; i < call->arg_count; i++) given[i] = call->args[i];
    Relation *relation = relation_new(ctx, STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY);
    for (size_t i = 0; i < call->named_count; i++) {
        Str name = call->names[i];
        Value v = call->named[i];
        size_t place = 0;
        while (place < 4 && !str_eq(names[place], name)) place++;
        if (place < 4) {
            given[place] = v;
        } else if ((str_eq(name, STR("quote_policy")) || str_eq(name, STR("include_policy")))) {
            if (v.kind != V_DICT) continue;
            Value policy[3];
            for (int p = 0; p < 3; p++) policy[p] = dict_get_str(v.u.dict, names[p]);
            set_policy(str_eq(name, STR("quote_policy")) ? relation->quote : relation->include, policy);
        } else if (str_eq(name, STR("limit"))) {
            if (value_given(v) && !want_int(call, v, "Relation.create()", "limit", &relation->limit)) return false;
        } else {
            if (relation->fields.kind != V_DICT) relation->fields = value_dict(call->arena);
            dict_set_str(relation->fields.u.dict, name, v);
        }
    }
    for (int i = 0; i < 3; i++)
        if (!set_part(call, relation, i, given[i])) return false;
    if (!set_type(call, relation, given[3])) return false;
    *result = value_object(&relation->head);
    return true;
}

/* Relation.create_from(config, node): the second argument is a node's dict. */
static bool api_create_from(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value node = call->arg_count ? call->args[call->arg_count - 1] : VALUE_NONE;
    Value id = node.kind == V_DICT ? dict_get_str(node.u.dict, STR("unique_id")) : VALUE_NONE;
    const Node *found = id.kind == V_STR ? manifest_node(ctx->manifest, value_text(id)) : NULL;
    if (!found) return tpl_fail(call, DIAG_template_type, "Relation.create_from() takes the config and a node");
    *result = value_object(&relation_of_node(ctx, found)->head);
    return true;
}

/* Relation.scd_args(unique_key, updated_at): what identifies one state of a row, as a list. */
static bool api_scd_args(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "primary_key, updated_at", args)) return false;
    *result = value_list(call->arena);
    if (args[0].kind == V_LIST || args[0].kind == V_TUPLE)
        for (uint32_t i = 0; i < args[0].u.list->n; i++) list_push(result->u.list, args[0].u.list->at[i]);
    else
        list_push(result->u.list, args[0]);
    list_push(result->u.list, args[1]);
    return true;
}

static const NativeEntry methods[] = {
    {"scd_args", api_scd_args},
    {"render", method_render},
    {"include", method_include},
    {"quote", method_quote},
    {"incorporate", method_incorporate},
    {"replace_path", method_replace_path},
    {"without_identifier", method_without_identifier},
    {"information_schema", method_information_schema},
    {"information_schema_only", method_information_schema},
    {"matches", method_matches},
    {"quoted", method_quoted},
    {"to_dict", method_to_dict},
    {"get", method_get},
    {"add_ephemeral_prefix", method_add_ephemeral_prefix},
    {"create", api_create},
    {"create_from", api_create_from},
    {NULL, NULL},
};

static const struct {
    Str name, type;
} type_questions[] = {
    {STR_INIT("is_table"), STR_INIT("table")},
    {STR_INIT("is_view"), STR_INIT("view")},
    {STR_INIT("is_cte"), STR_INIT("cte")},
    {STR_INIT("is_materialized_view"), STR_INIT("materialized_view")},
    {STR_INIT("is_pointer"), STR_INIT("pointer_table")},
    {STR_INIT("is_function"), STR_INIT("function")},
    {STR_INIT("is_dynamic_table"), STR_INIT("dynamic_table")},
};

static const struct {
    Str name, type;
} type_names[] = {
    {STR_INIT("Table"), STR_INIT("table")},       {STR_INIT("View"), STR_INIT("view")},
    {STR_INIT("CTE"), STR_INIT("cte")},           {STR_INIT("MaterializedView"), STR_INIT("materialized_view")},
    {STR_INIT("External"), STR_INIT("external")}, {STR_INIT("PointerTable"), STR_INIT("pointer_table")},
    {STR_INIT("Function"), STR_INIT("function")},
};

static bool type_name(Str name, Value *result)
{
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
        if (str_eq(name, type_names[i].name)) {
            *result = value_str(type_names[i].type);
            return true;
        }
    return false;
}

static Value part_value(const Relation *relation, int i)
{
    return relation->has[i] ? value_str(relation->part[i]) : VALUE_NONE;
}

static bool policy_find(const NameSpace *space, Str name, Value *result)
{
    static const Str parts[3] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier")};
    const bool *policy = space->data;
    for (int i = 0; i < 3; i++)
        if (str_eq(name, parts[i])) {
            *result = value_bool(policy[i]);
            return true;
        }
    return false;
}

static bool path_find(const NameSpace *space, Str name, Value *result)
{
    const Relation *relation = space->data;
    if (str_eq(name, STR("database")))
        *result = part_value(relation, DATABASE);
    else if (str_eq(name, STR("schema")))
        *result = part_value(relation, SCHEMA);
    else if (str_eq(name, STR("identifier")))
        *result = part_value(relation, IDENTIFIER);
    else
        return false;
    return true;
}

static bool relation_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const Relation *relation = relation_from(self);
    if (str_eq(name, STR("identifier")) || str_eq(name, STR("table")) || str_eq(name, STR("name")))
        *result = part_value(relation, IDENTIFIER);
    else if (str_eq(name, STR("schema")))
        *result = part_value(relation, SCHEMA);
    else if (str_eq(name, STR("database")))
        *result = part_value(relation, DATABASE);
    else if (str_eq(name, STR("type")))
        *result = relation->type.len ? value_str(relation->type) : VALUE_NONE;
    else if (str_eq(name, STR("path")))
        *result = namespace_value(relation->ctx, "Path", relation, path_find, NULL);
    else if (str_eq(name, STR("include_policy")))
        *result = namespace_value(relation->ctx, "Policy", relation->include, policy_find, NULL);
    else if (str_eq(name, STR("quote_policy")))
        *result = namespace_value(relation->ctx, "Policy", relation->quote, policy_find, NULL);
    else if (str_eq(name, STR("quote_character")))
        *result = value_str(STR("\""));
    else if (str_eq(name, STR("limit")))
        *result = relation->limit < 0 ? VALUE_NONE : value_int(relation->limit);
    else if (str_eq(name, STR("can_be_renamed")))
        *result = value_bool(str_eq(relation->type, STR("table")) || str_eq(relation->type, STR("view")));
    else if (str_eq(name, STR("can_be_replaced")))
        *result = VALUE_FALSE;
    else if (str_eq(name, STR("information_schema_view")) && relation->information_schema)
        *result = relation->view.len ? value_str(relation->view) : VALUE_NONE;
    else {
        for (size_t i = 0; i < sizeof type_questions / sizeof type_questions[0]; i++)
            if (str_eq(name, type_questions[i].name)) {
                *result = value_bool(str_eq(relation->type, type_questions[i].type));
                return true;
            }
        if (relation->fields.kind == V_DICT) {
            const Value *field = dict_find_str(relation->fields.u.dict, name);
            if (field) {
                *result = *field;
                return true;
            }
        }
        if (!type_name(name, result)) find_method(call, methods, self, name, result);
    }
    return true;
}

static bool relation_item(TplCall *call, Object *self, Value key, Value *result)
{
    if (key.kind == V_STR) return relation_attr(call, self, value_text(key), result);
    *result = value_undefined(STR_EMPTY);
    return true;
}

static void relation_names(const Object *self, List *names)
{
    static const char *const fields[] = {"identifier",
                                         "table",
                                         "name",
                                         "schema",
                                         "database",
                                         "type",
                                         "path",
                                         "include_policy",
                                         "quote_policy",
                                         "quote_character",
                                         "limit",
                                         "can_be_renamed",
                                         "can_be_replaced",
                                         NULL};
    (void)self;
    push_names(fields, names);
    for (size_t i = 0; i < sizeof type_questions / sizeof type_questions[0]; i++)
        list_push(names, value_str(type_questions[i].name));
    push_method_names(methods, names);
}

const ObjectClass relation_class = {
    .name = "Relation",
    .names = relation_names,
    .attr = relation_attr,
    .item = relation_item,
    .str = relation_str,
    .repr = relation_repr,
    .equal = relation_equal,
    .plain = relation_plain,
};

/* ---- api.Relation ---- */

static const NativeEntry class_functions[] = {
    {"create", api_create},
    {"create_from", api_create_from},
    {"scd_args", api_scd_args},
    {"add_ephemeral_prefix", method_add_ephemeral_prefix},
    {NULL, NULL},
};

static void api_names(const NameSpace *space, List *names)
{
    (void)space;
    push_method_names(class_functions, names);
}

static bool api_find(const NameSpace *space, Str name, Value *result)
{
    if (type_name(name, result)) return true;
    for (const NativeEntry *entry = class_functions; entry->name; entry++)
        if (str_eq(str_from(entry->name), name)) {
            *result = value_func(space->ctx->arena, entry->name, entry->call, value_undefined(STR_EMPTY), NULL);
            return true;
        }
    return false;
}

Value relation_api(Context *ctx)
{
    return namespace_value(ctx, "Relation", NULL, api_find, api_names);
}
