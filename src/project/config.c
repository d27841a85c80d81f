#include "project/config.h"

#include "base/edit.h"
#include "base/vec.h"

typedef enum MergeRule { MERGE_REPLACE, MERGE_APPEND, MERGE_UPDATE, MERGE_HOOKS, MERGE_GRANTS } MergeRule;

static const struct {
    Str key;
    MergeRule rule;
} merge_rules[] = {
    {STR_INIT("tags"), MERGE_APPEND},         {STR_INIT("packages"), MERGE_APPEND},
    {STR_INIT("pre-hook"), MERGE_HOOKS},      {STR_INIT("post-hook"), MERGE_HOOKS},
    {STR_INIT("meta"), MERGE_UPDATE},         {STR_INIT("quoting"), MERGE_UPDATE},
    {STR_INIT("column_types"), MERGE_UPDATE}, {STR_INIT("docs"), MERGE_UPDATE},
    {STR_INIT("contract"), MERGE_UPDATE},     {STR_INIT("grants"), MERGE_GRANTS},
};

/* dbt gives the rules to the fields of each kind's config class; a key that is no field replaces. */
static MergeRule merge_rule(ResourceType type, Str key)
{
    bool meta = str_eq(key, STR("meta"));
    switch (type) {
    case RESOURCE_EXPOSURE: return MERGE_REPLACE;
    case RESOURCE_SOURCE:
    case RESOURCE_METRIC:
    case RESOURCE_SEMANTIC_MODEL:
    case RESOURCE_SAVED_QUERY: return meta ? MERGE_UPDATE : MERGE_REPLACE;
    case RESOURCE_TEST: return meta ? MERGE_UPDATE : str_eq(key, STR("tags")) ? MERGE_APPEND : MERGE_REPLACE;
    default: break;
    }
    for (size_t i = 0; i < sizeof merge_rules / sizeof *merge_rules; i++)
        if (str_eq(merge_rules[i].key, key)) return merge_rules[i].rule;
    return MERGE_REPLACE;
}

Str config_key(Str key)
{
    if (str_eq(key, STR("pre_hook"))) return STR("pre-hook");
    if (str_eq(key, STR("post_hook"))) return STR("post-hook");
    return key;
}

static void put(Value config, const char *key, Value v)
{
    dict_set_str(config.u.dict, str_from(key), v);
}

static Value docs_default(Arena *arena)
{
    Value docs = value_dict(arena);
    put(docs, "show", VALUE_TRUE);
    put(docs, "node_color", VALUE_NONE);
    return docs;
}

static void node_defaults(Arena *arena, Value config, const char *materialized)
{
    put(config, "materialized", value_str(str_from(materialized)));
    put(config, "incremental_strategy", VALUE_NONE);
    put(config, "batch_size", VALUE_NONE);
    put(config, "lookback", value_int(1));
    put(config, "begin", VALUE_NONE);
    put(config, "persist_docs", value_dict(arena));
    put(config, "post-hook", value_list(arena));
    put(config, "pre-hook", value_list(arena));
    put(config, "quoting", value_dict(arena));
    put(config, "column_types", value_dict(arena));
    put(config, "full_refresh", VALUE_NONE);
    put(config, "unique_key", VALUE_NONE);
    put(config, "on_schema_change", value_str(STR("ignore")));
    put(config, "on_configuration_change", value_str(STR("apply")));
    put(config, "grants", value_dict(arena));
    put(config, "packages", value_list(arena));
    put(config, "docs", docs_default(arena));
    Value contract = value_dict(arena);
    put(contract, "enforced", VALUE_FALSE);
    put(contract, "alias_types", VALUE_TRUE);
    put(config, "contract", contract);
    put(config, "event_time", VALUE_NONE);
    put(config, "concurrent_batches", VALUE_NONE);
}

static Value snapshot_columns(Arena *arena)
{
    static const char *const names[] = {"dbt_valid_to", "dbt_valid_from", "dbt_scd_id", "dbt_updated_at",
                                        "dbt_is_deleted"};
    Value columns = value_dict(arena);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) put(columns, names[i], VALUE_NONE);
    return columns;
}

Value config_freshness(Arena *arena)
{
    static const char *const names[] = {"warn_after", "error_after"};
    Value freshness = value_dict(arena);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Value time = value_dict(arena);
        put(time, "count", VALUE_NONE);
        put(time, "period", VALUE_NONE);
        put(freshness, names[i], time);
    }
    put(freshness, "filter", VALUE_NONE);
    return freshness;
}

/* dbt/artifacts/resources/v1/: the dataclasses NodeConfig, SeedConfig, SnapshotConfig, TestConfig, SourceConfig, ... */
Value config_defaults(Arena *arena, ResourceType type)
{
    Value config = value_dict(arena); /* in the order of dbt's classes, which `ls --output json` shows */
    if (type == RESOURCE_UNIT_TEST) {
        put(config, "tags", value_list(arena));
        put(config, "meta", value_dict(arena));
        put(config, "enabled", VALUE_TRUE);
        put(config, "static_analysis", VALUE_NONE);
        return config;
    }
    put(config, "enabled", VALUE_TRUE);
    if (type == RESOURCE_SOURCE) {
        put(config, "event_time", VALUE_NONE);
        put(config, "freshness", config_freshness(arena));
        put(config, "loaded_at_field", VALUE_NONE);
        put(config, "loaded_at_query", VALUE_NONE);
        put(config, "meta", value_dict(arena));
        put(config, "tags", value_list(arena));
        put(config, "static_analysis", VALUE_NONE);
        return config;
    }
    if (type == RESOURCE_EXPOSURE) {
        put(config, "tags", value_list(arena));
        put(config, "meta", value_dict(arena));
        return config;
    }
    if (type == RESOURCE_METRIC || type == RESOURCE_SEMANTIC_MODEL || type == RESOURCE_SAVED_QUERY) {
        put(config, "group", VALUE_NONE);
        put(config, "meta", value_dict(arena));
        if (type != RESOURCE_SAVED_QUERY) return config;
        put(config, "export_as", VALUE_NONE);
        put(config, "schema", VALUE_NONE);
        Value cache = value_dict(arena);
        put(cache, "enabled", VALUE_FALSE);
        put(config, "cache", cache);
        return config;
    }
    put(config, "alias", VALUE_NONE);
    put(config, "schema", VALUE_NONE);
    put(config, "database", VALUE_NONE);
    put(config, "tags", value_list(arena));
    put(config, "meta", value_dict(arena));
    put(config, "group", VALUE_NONE);
    put(config, "static_analysis", VALUE_NONE);
    switch (type) {
    case RESOURCE_TEST:
        put(config, "schema", value_str(STR("dbt_test__audit")));
        put(config, "materialized", value_str(STR("test")));
        put(config, "severity", value_str(STR("ERROR")));
        put(config, "store_failures", VALUE_NONE);
        put(config, "store_failures_as", VALUE_NONE);
        put(config, "where", VALUE_NONE);
        put(config, "limit", VALUE_NONE);
        put(config, "fail_calc", value_str(STR("count(*)")));
        put(config, "warn_if", value_str(STR("!= 0")));
        put(config, "error_if", value_str(STR("!= 0")));
        break;
    case RESOURCE_SEED:
        node_defaults(arena, config, "seed");
        put(config, "delimiter", value_str(STR(",")));
        put(config, "quote_columns", VALUE_NONE);
        break;
    case RESOURCE_SNAPSHOT:
        node_defaults(arena, config, "snapshot");
        put(config, "strategy", VALUE_NONE);
        put(config, "target_schema", VALUE_NONE);
        put(config, "target_database", VALUE_NONE);
        put(config, "updated_at", VALUE_NONE);
        put(config, "check_cols", VALUE_NONE);
        put(config, "snapshot_meta_column_names", snapshot_columns(arena));
        put(config, "dbt_valid_to_current", VALUE_NONE);
        break;
    case RESOURCE_MODEL:
        node_defaults(arena, config, "view");
        put(config, "access", value_str(STR("protected")));
        put(config, "freshness", VALUE_NONE);
        break;
    case RESOURCE_FUNCTION:
        node_defaults(arena, config, "function");
        put(config, "type", value_str(STR("scalar")));
        put(config, "volatility", VALUE_NONE);
        put(config, "runtime_version", VALUE_NONE);
        put(config, "entry_point", VALUE_NONE);
        break;
    default: node_defaults(arena, config, "view"); break;
    }
    return config;
}

static Value as_list(Arena *arena, Value v)
{
    if (v.kind == V_LIST) return v;
    Value list = value_list(arena);
    if (v.kind == V_TUPLE || v.kind == V_SET) {
        if (v.kind == V_TUPLE)
            for (uint32_t i = 0; i < v.u.list->n; i++) list_push(list.u.list, v.u.list->at[i]);
        else
            for (uint32_t i = 0; i < v.u.dict->used; i++)
                if (v.u.dict->entries[i].key.kind != V_UNDEFINED) list_push(list.u.list, v.u.dict->entries[i].key);
    } else if (v.kind != V_NONE && v.kind != V_UNDEFINED) {
        list_push(list.u.list, v);
    }
    return list;
}

/* dbt keeps a hook as {sql, transaction, index}; a plain string runs inside the transaction. */
static Value hook_dict(Arena *arena, Value hook)
{
    Value dict = value_dict(arena);
    if (hook.kind == V_DICT) {
        put(dict, "sql", dict_get_str(hook.u.dict, STR("sql")));
        Value transaction = dict_get_str(hook.u.dict, STR("transaction"));
        put(dict, "transaction", transaction.kind == V_UNDEFINED ? VALUE_TRUE : transaction);
    } else {
        put(dict, "sql", hook);
        put(dict, "transaction", VALUE_TRUE);
    }
    put(dict, "index", VALUE_NONE);
    return dict;
}

static void append(Arena *arena, Dict *config, Str key, Value added, bool hooks)
{
    Value before = dict_get_str(config, key);
    Value list = value_list(arena);
    if (before.kind == V_LIST)
        for (uint32_t i = 0; i < before.u.list->n; i++) list_push(list.u.list, before.u.list->at[i]);
    Value more = as_list(arena, added);
    for (uint32_t i = 0; i < more.u.list->n; i++)
        list_push(list.u.list, hooks ? hook_dict(arena, more.u.list->at[i]) : more.u.list->at[i]);
    dict_set_str(config, key, list);
}

static void update(Arena *arena, Dict *config, Str key, Value added)
{
    Value before = dict_get_str(config, key);
    if (added.kind != V_DICT || before.kind != V_DICT) {
        dict_set_str(config, key, added);
        return;
    }
    Value merged = value_dict(arena);
    const Dict *both[] = {before.u.dict, added.u.dict};
    for (size_t d = 0; d < 2; d++)
        for (uint32_t i = 0; i < both[d]->used; i++)
            if (both[d]->entries[i].key.kind != V_UNDEFINED)
                dict_set(merged.u.dict, both[d]->entries[i].key, both[d]->entries[i].value);
    dict_set_str(config, key, merged);
}

/* Grants: `select: [a]` replaces the grantees of select, `+select: [b]` adds to them. */
static void update_grants(Arena *arena, Dict *config, Str key, Value added)
{
    Value before = dict_get_str(config, key);
    if (added.kind != V_DICT || before.kind != V_DICT) {
        dict_set_str(config, key, added);
        return;
    }
    Value merged = value_dict(arena);
    for (uint32_t i = 0; i < before.u.dict->used; i++)
        if (before.u.dict->entries[i].key.kind != V_UNDEFINED)
            dict_set(merged.u.dict, before.u.dict->entries[i].key, before.u.dict->entries[i].value);
    for (uint32_t i = 0; i < added.u.dict->used; i++) {
        DictEntry *entry = &added.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        Str privilege = value_text(entry->key);
        if (str_starts(privilege, STR("+")))
            append(arena, merged.u.dict, str_trim(str_from_index(privilege, 1)), entry->value, false);
        else
            dict_set_str(merged.u.dict, privilege, as_list(arena, entry->value));
    }
    dict_set_str(config, key, merged);
}

void config_apply(Arena *arena, ResourceType type, Value config, Value level, bool plus)
{
    if (level.kind != V_DICT) return;
    for (uint32_t i = 0; i < level.u.dict->used; i++) {
        const DictEntry *entry = &level.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        Str key = value_text(entry->key);
        if (plus) {
            if (str_starts(key, STR("+")))
                key = str_trim(str_from_index(key, 1));
            else if (entry->value.kind == V_DICT)
                continue; /* a folder, or a package */
        }
        key = config_key(str_trim(key));
        Dict *into = config.u.dict;
        switch (merge_rule(type, key)) {
        case MERGE_REPLACE: dict_set_str(into, key, entry->value); break;
        case MERGE_APPEND: append(arena, into, key, entry->value, false); break;
        case MERGE_HOOKS: append(arena, into, key, entry->value, true); break;
        case MERGE_UPDATE: update(arena, into, key, entry->value); break;
        case MERGE_GRANTS: update_grants(arena, into, key, entry->value); break;
        }
    }
}

/* dbt: `fqn_search`: the tree's root, then one level deeper for each part of the fqn as long as there is a mapping. */
void config_apply_tree(Arena *arena, ResourceType type, Value config, Value tree, const Str *fqn, size_t fqn_count)
{
    if (tree.kind != V_DICT) return;
    config_apply(arena, type, config, tree, true);
    for (size_t i = 0; i < fqn_count; i++) {
        tree = dict_get_str(tree.u.dict, fqn[i]);
        if (tree.kind != V_DICT) return;
        config_apply(arena, type, config, tree, true);
    }
}

void config_apply_own(Arena *arena, Value config, const Package *package, ResourceType type, const Str *fqn,
                      size_t fqn_count)
{
    config_apply_tree(arena, type, config, package->config_trees[type], fqn, fqn_count);
}

void config_apply_root(Arena *arena, Value config, const Manifest *manifest, const Package *package, ResourceType type,
                       const Str *fqn, size_t fqn_count)
{
    if (package != manifest->root)
        config_apply_tree(arena, type, config, manifest->root->config_trees[type], fqn, fqn_count);
}

void config_replace(Value config, Value level)
{
    if (level.kind != V_DICT) return;
    for (uint32_t i = 0; i < level.u.dict->used; i++) {
        const DictEntry *entry = &level.u.dict->entries[i];
        if (entry->key.kind == V_STR) dict_set(config.u.dict, entry->key, entry->value);
    }
}

static void replace_level(Value config, Value level)
{
    for (uint32_t i = 0; i < level.u.dict->used; i++) {
        const DictEntry *entry = &level.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        Str key = value_text(entry->key);
        if (str_starts(key, STR("+")))
            dict_set_str(config.u.dict, str_trim(str_from_index(key, 1)), entry->value);
        else if (entry->value.kind != V_DICT)
            dict_set(config.u.dict, entry->key, entry->value);
    }
}

void config_apply_unrendered(Arena *arena, Value config, Value tree, const Str *fqn, size_t fqn_count)
{
    (void)arena;
    for (size_t i = 0; tree.kind == V_DICT; i++) {
        replace_level(config, tree);
        if (i == fqn_count) return;
        tree = dict_get_str(tree.u.dict, fqn[i]);
    }
}

/* The grants of several calls: each a list, and a + stays where it is written. */
static void merge_call_grants(Arena *arena, Dict *calls, Str key, Value added)
{
    Value before = dict_get_str(calls, key);
    if (added.kind != V_DICT || (before.kind != V_DICT && before.kind != V_UNDEFINED)) {
        dict_set_str(calls, key, added);
        return;
    }
    Value merged = value_dict(arena);
    for (uint32_t i = 0; before.kind == V_DICT && i < before.u.dict->used; i++) {
        const DictEntry *entry = &before.u.dict->entries[i];
        if (entry->key.kind == V_STR) dict_set(merged.u.dict, entry->key, as_list(arena, entry->value));
    }
    for (uint32_t i = 0; i < added.u.dict->used; i++) {
        const DictEntry *entry = &added.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        if (str_starts(value_text(entry->key), STR("+")))
            append(arena, merged.u.dict, value_text(entry->key), entry->value, false);
        else
            dict_set(merged.u.dict, entry->key, as_list(arena, entry->value));
    }
    dict_set_str(calls, key, merged);
}

void config_merge_call(Arena *arena, ResourceType type, Value calls, Value call)
{
    for (uint32_t i = 0; call.kind == V_DICT && i < call.u.dict->used; i++) {
        const DictEntry *entry = &call.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        Str key = value_text(entry->key);
        Value before = dict_get_str(calls.u.dict, key), now = entry->value;
        switch (merge_rule(type, config_key(key))) {
        case MERGE_APPEND:
        case MERGE_HOOKS: {
            Value list = value_list(arena), old = as_list(arena, before), added = as_list(arena, now);
            for (uint32_t k = 0; k < old.u.list->n; k++) list_push(list.u.list, old.u.list->at[k]);
            for (uint32_t k = 0; k < added.u.list->n; k++) list_push(list.u.list, added.u.list->at[k]);
            dict_set_str(calls.u.dict, key, list);
            break;
        }
        case MERGE_UPDATE: update(arena, calls.u.dict, key, now); break;
        case MERGE_GRANTS: merge_call_grants(arena, calls.u.dict, key, now); break;
        default:
            if (str_eq(key, STR("snapshot_meta_column_names")) && before.kind == V_DICT) {
                update(arena, calls.u.dict, key, now);
                break;
            }
            dict_set_str(calls.u.dict, key, now);
        }
    }
}

/* Every key with a meaning of its own, here or in dbt. A project may have others. */
static const Str known_keys[] = {
    STR_INIT("enabled"),
    STR_INIT("materialized"),
    STR_INIT("schema"),
    STR_INIT("alias"),
    STR_INIT("database"),
    STR_INIT("tags"),
    STR_INIT("meta"),
    STR_INIT("group"),
    STR_INIT("access"),
    STR_INIT("docs"),
    STR_INIT("contract"),
    STR_INIT("grants"),
    STR_INIT("pre_hook"),
    STR_INIT("post_hook"),
    STR_INIT("pre-hook"),
    STR_INIT("post-hook"),
    STR_INIT("quoting"),
    STR_INIT("packages"),
    STR_INIT("persist_docs"),
    STR_INIT("full_refresh"),
    STR_INIT("unique_key"),
    STR_INIT("incremental_strategy"),
    STR_INIT("incremental_predicates"),
    STR_INIT("predicates"),
    STR_INIT("on_schema_change"),
    STR_INIT("on_configuration_change"),
    STR_INIT("merge_update_columns"),
    STR_INIT("merge_exclude_columns"),
    STR_INIT("batch_size"),
    STR_INIT("lookback"),
    STR_INIT("begin"),
    STR_INIT("event_time"),
    STR_INIT("concurrent_batches"),
    STR_INIT("freshness"),
    STR_INIT("column_types"),
    STR_INIT("delimiter"),
    STR_INIT("quote_columns"),
    STR_INIT("strategy"),
    STR_INIT("target_schema"),
    STR_INIT("target_database"),
    STR_INIT("updated_at"),
    STR_INIT("check_cols"),
    STR_INIT("hard_deletes"),
    STR_INIT("invalidate_hard_deletes"),
    STR_INIT("snapshot_meta_column_names"),
    STR_INIT("dbt_valid_to_current"),
    STR_INIT("severity"),
    STR_INIT("store_failures"),
    STR_INIT("store_failures_as"),
    STR_INIT("where"),
    STR_INIT("limit"),
    STR_INIT("fail_calc"),
    STR_INIT("warn_if"),
    STR_INIT("error_if"),
    STR_INIT("indexes"),
    STR_INIT("partition_by"),
    STR_INIT("cluster_by"),
    STR_INIT("sql_header"),
    STR_INIT("location"),
    STR_INIT("loaded_at_field"),
    STR_INIT("loaded_at_query"),
    STR_INIT("latest_version"),
};

void config_check_key(Str key, Span span, DiagSink *sink)
{
    enum { SHORT = 6 };
    size_t least = key.len < SHORT ? 1 : 2;
    const Str *best = NULL;
    for (size_t i = 0; i < sizeof known_keys / sizeof *known_keys; i++) {
        size_t distance = edit_distance(key, known_keys[i], least);
        if (!distance) return;
        if (distance > least || (best && distance == least)) continue;
        least = distance;
        best = &known_keys[i];
    }
    if (!best) return;
    diag_add(sink, DIAG_config_unknown, span, "'%.*s' is no config that anything reads", STR_ARG(key));
    diag_hint(sink, "did you mean '%.*s'? What is your own is better kept below 'meta'", STR_ARG(*best));
}

bool config_string_list(Arena *arena, Value v, const Str **list, size_t *count)
{
    *list = NULL;
    *count = 0;
    if (v.kind == V_NONE || v.kind == V_UNDEFINED) return true;
    Value items = as_list(arena, v);
    Str *texts = ARENA_ARRAY(arena, Str, items.u.list->n + 1);
    for (uint32_t i = 0; i < items.u.list->n; i++) {
        if (items.u.list->at[i].kind != V_STR) return false;
        texts[i] = value_text(items.u.list->at[i]);
    }
    *list = texts;
    *count = items.u.list->n;
    return true;
}

static bool wrong_type(DiagSink *sink, Node *node, Span span, const char *key, const char *wanted, Value got)
{
    Diag *diag = diag_add(sink, DIAG_config_invalid, span, "the config '%s' of '%.*s' must be %s, not %s", key,
                          STR_ARG(node->name), wanted, value_type_name(got));
    diag->node = node->unique_id;
    if (got.kind == V_NONE) diag_hint(sink, "text stands in quotes: %s='...'", key);
    return false;
}

/* Each tag once, in order of first mention: dbt adds a tag to the node only if it is not there yet. */
static bool finish_tags(Arena *arena, Node *node, Span span, DiagSink *sink)
{
    Value tags = node_config(node, STR("tags"));
    const Str *list;
    size_t count;
    if (!config_string_list(arena, tags, &list, &count)) {
        Value wrong = tags;
        for (uint32_t i = 0; tags.kind == V_LIST && i < tags.u.list->n; i++)
            if (tags.u.list->at[i].kind != V_STR) wrong = tags.u.list->at[i];
        return wrong_type(sink, node, span, "tags", "a string or a list of strings", wrong);
    }
    Str *unique = ARENA_ARRAY(arena, Str, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool seen = false;
        for (size_t j = 0; j < n && !seen; j++) seen = str_eq(unique[j], list[i]);
        if (!seen) unique[n++] = list[i];
    }
    node->tags = unique;
    node->tag_count = n;
    return true;
}

/* dbt: TestConfig.finalize_and_validate. store_failures_as says it all; without it store_failures does. */
static void complete_test(Dict *config)
{
    Value as = dict_get_str(config, STR("store_failures_as")), store = dict_get_str(config, STR("store_failures"));
    if (as.kind == V_STR)
        dict_set_str(config, STR("store_failures"), value_bool(!str_eq(value_text(as), STR("ephemeral"))));
    else if (store.kind == V_BOOL)
        dict_set_str(config, STR("store_failures_as"), value_str(store.u.boolean ? STR("table") : STR("ephemeral")));
}

/* The names that are not given are there as nulls. */
static void complete_snapshot(Arena *arena, Dict *config)
{
    Value given = dict_get_str(config, STR("snapshot_meta_column_names"));
    if (given.kind != V_DICT) return;
    Value all = snapshot_columns(arena);
    config_replace(all, given);
    dict_set_str(config, STR("snapshot_meta_column_names"), all);
}

Str config_iso_time(Arena *arena, Str text)
{
    enum { DATE = 10, MINUTES = 16 };
    if (text.len < DATE || text.ptr[4] != '-' || text.ptr[7] != '-') return text;
    if (text.len == DATE) return str_fmt(arena, "%.*sT00:00:00", STR_ARG(text));
    Str date = str_slice(text, 0, DATE), time = str_from_index(text, DATE + 1);
    bool seconds = text.len > MINUTES && text.ptr[MINUTES] == ':';
    if (seconds || text.len < MINUTES) return str_fmt(arena, "%.*sT%.*s", STR_ARG(date), STR_ARG(time));
    return str_fmt(arena, "%.*sT%.*s:00%.*s", STR_ARG(date), STR_ARG(str_slice(text, DATE + 1, MINUTES)),
                   STR_ARG(str_from_index(text, MINUTES)));
}

/* A model's freshness: what its builds wait for is `any` input unless it says `all`. */
static void complete_build_after(Arena *arena, Dict *config)
{
    Value freshness = dict_get_str(config, STR("freshness"));
    Value after = freshness.kind == V_DICT ? dict_get_str(freshness.u.dict, STR("build_after")) : VALUE_NONE;
    if (after.kind != V_DICT) return;
    Value all = value_dict(arena), whole = value_dict(arena);
    put(all, "count", VALUE_NONE);
    put(all, "period", VALUE_NONE);
    put(all, "updates_on", value_str(STR("any")));
    config_replace(all, after);
    config_replace(whole, freshness);
    put(whole, "build_after", all);
    dict_set_str(config, STR("freshness"), whole);
}

/* dbt makes a moment of a microbatch model's begin. */
static void complete_model(Arena *arena, Dict *config)
{
    complete_build_after(arena, config);
    Value begin = dict_get_str(config, STR("begin"));
    if (begin.kind != V_STR || !value_is_str(dict_get_str(config, STR("materialized")), STR("incremental")) ||
        !value_is_str(dict_get_str(config, STR("incremental_strategy")), STR("microbatch")))
        return;
    dict_set_str(config, STR("begin"), value_str(config_iso_time(arena, value_text(begin))));
}

/* YAML reads a plain `off` as false. */
static void complete_static_analysis(Dict *config)
{
    Value v = dict_get_str(config, STR("static_analysis"));
    if (v.kind == V_BOOL) dict_set_str(config, STR("static_analysis"), value_str(v.u.boolean ? STR("on") : STR("off")));
}

/* dbt leaves nulls out before it makes a config of the values: the defaults of its class stand again. A materialisation
 * of none is rather config(materialized=table) without quotes, and is refused. */
static void restore_defaults(Dict *config, const Dict *defaults)
{
    for (uint32_t i = 0; i < defaults->used; i++) {
        const DictEntry *entry = &defaults->entries[i];
        if (entry->key.kind != V_STR) continue;
        if (entry->value.kind != V_STR && entry->value.kind != V_INT) continue;
        if (str_eq(value_text(entry->key), STR("materialized"))) continue;
        Value now = dict_get_str(config, value_text(entry->key));
        if (now.kind != V_NONE) continue;
        Value again = entry->value;
        if (again.kind == V_STR) again.flags |= VALUE_RESTORED;
        dict_set(config, entry->key, again);
    }
}

void config_complete(Arena *arena, ResourceType type, Value config, Value defaults)
{
    restore_defaults(config.u.dict, defaults.u.dict);
    if (type != RESOURCE_EXPOSURE) complete_static_analysis(config.u.dict);
    if (type == RESOURCE_TEST) complete_test(config.u.dict);
    if (type == RESOURCE_SNAPSHOT) complete_snapshot(arena, config.u.dict);
    if (type == RESOURCE_MODEL) complete_model(arena, config.u.dict);
}

bool config_finish(Arena *arena, Node *node, Span span, DiagSink *sink)
{
    Value enabled = node_config(node, STR("enabled"));
    if (enabled.kind != V_BOOL) return wrong_type(sink, node, span, "enabled", "true or false", enabled);
    node->enabled = value_truthy(enabled);
    Value materialized = node_config(node, STR("materialized"));
    if (materialized.kind == V_STR)
        node->materialized = value_text(materialized);
    else if (materialized.kind != V_UNDEFINED)
        return wrong_type(sink, node, span, "materialized", "a string", materialized);
    if (!finish_tags(arena, node, span, sink)) return false;
    Value meta = node_config(node, STR("meta"));
    if (meta.kind != V_DICT && meta.kind != V_NONE && meta.kind != V_UNDEFINED)
        return wrong_type(sink, node, span, "meta", "a mapping", meta);
    node->meta = meta.kind == V_DICT ? meta : value_dict(arena);
    static const char *const names[] = {"schema", "alias", "database", "group", "access"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Value v = node_config(node, str_from(names[i]));
        if (v.kind != V_STR && v.kind != V_NONE && v.kind != V_UNDEFINED)
            return wrong_type(sink, node, span, names[i], "a string", v);
    }
    Value group = node_config(node, STR("group")), access = node_config(node, STR("access"));
    if (group.kind == V_STR) node->group = value_text(group);
    if (access.kind == V_STR) node->access = value_text(access);
    node->docs = node_config(node, STR("docs"));
    return config_check_types(node, span, sink);
}

void config_merge_deep(Arena *arena, Value into, Value level)
{
    for (uint32_t i = 0; level.kind == V_DICT && i < level.u.dict->used; i++) {
        const DictEntry *entry = &level.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        Value before = dict_get_str(into.u.dict, value_text(entry->key)), now = entry->value;
        if (now.kind == V_DICT && before.kind == V_DICT) {
            Value both = value_copy(arena, before);
            config_merge_deep(arena, both, now);
            now = both;
        } else if (now.kind == V_LIST && before.kind == V_LIST) {
            Value both = value_list(arena);
            for (uint32_t k = 0; k < now.u.list->n; k++) list_push(both.u.list, now.u.list->at[k]);
            for (uint32_t k = 0; k < before.u.list->n; k++) list_push(both.u.list, before.u.list->at[k]);
            now = both;
        }
        dict_set(into.u.dict, entry->key, now);
    }
}
