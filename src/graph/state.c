#include "graph/state.h"

#include "base/vec.h"

struct StateDiff {
    Arena *arena;
    const Graph *graph;
    const Manifest *manifest;
    const PreviousState *state;
    DiagSink *sink;
    Map modified_macros; /* unique ids, with all that call them; filled on first use */
    bool macros_known, removed_told, broken;
    uint8_t *told; /* by the node's index: its contract and its seed's size were spoken of */
    bool more_unrendered; /* dbt's flag state_modified_compare_more_unrendered_values */
};

static const Str check_words[] = {STR_INIT("new"),
                                  STR_INIT("old"),
                                  STR_INIT("modified"),
                                  STR_INIT("unmodified"),
                                  STR_INIT("modified.body"),
                                  STR_INIT("modified.configs"),
                                  STR_INIT("modified.persisted_descriptions"),
                                  STR_INIT("modified.relation"),
                                  STR_INIT("modified.macros"),
                                  STR_INIT("modified.contract")};

size_t state_check_words(const Str **words)
{
    *words = check_words;
    return sizeof check_words / sizeof *check_words;
}

StateDiff *state_diff_new(Arena *arena, const Graph *graph, const PreviousState *state, DiagSink *sink)
{
    StateDiff *diff = ARENA_NEW(arena, StateDiff);
    *diff = (StateDiff){.arena = arena, .graph = graph, .manifest = graph->manifest, .state = state, .sink = sink};
    map_init(&diff->modified_macros, arena);
    diff->told = ARENA_ARRAY(arena, uint8_t, graph->node_count + 1);
    diff->more_unrendered = manifest_flag(graph->manifest, "state_modified_compare_more_unrendered_values", false);
    return diff;
}

const PreviousState *state_of(const StateDiff *diff)
{
    return diff->state;
}

bool state_failed(const StateDiff *diff)
{
    return diff->broken;
}

bool state_has(const StateDiff *diff, Str method, Span span, DiagSink *sink)
{
    const PreviousState *state = diff ? diff->state : NULL;
    const char *missing = NULL, *remedy = "keep the target folder of an earlier run and name the copy with --state";
    if (str_eq(method, STR("state")) && !(state && state->has_manifest)) missing = "manifest.json";
    if (str_eq(method, STR("result")) && !(state && state->has_results)) missing = "run_results.json";
    if (str_eq(method, STR("source_status"))) {
        remedy = "run `cdbt source freshness` for both: the earlier state and this project";
        if (!(state && state->has_sources))
            missing = "sources.json";
        else if (!state->has_current_sources)
            missing = "a sources.json of this project's own target folder";
    }
    if (!missing) return true;
    if (state)
        diag_add(sink, DIAG_state_missing, span, "'%.*s:' needs %s, and %s", STR_ARG(method), missing,
                 state->has_sources && str_eq(method, STR("source_status")) ? "there is none" : "the state has none");
    else
        diag_add(sink, DIAG_state_missing, span, "'%.*s:' needs an earlier state to compare with", STR_ARG(method));
    diag_hint(sink, "%s", remedy);
    return false;
}

/* ---- old nodes ---- */

Value old_key(Value old, const char *key)
{
    if (old.kind != V_DICT) return value_undefined(STR_EMPTY);
    Value v = dict_get_str(old.u.dict, str_from(key));
    return v.kind == V_NONE ? value_undefined(STR_EMPTY) : v;
}

Str old_text(Value old, const char *key)
{
    Value v = old_key(old, key);
    return v.kind == V_STR ? value_text(v) : STR_EMPTY;
}

static bool nothing(Value v)
{
    return v.kind == V_UNDEFINED || v.kind == V_NONE;
}

static bool covers(const Dict *a, const Dict *b)
{
    for (uint32_t i = 0; i < a->used; i++) {
        const DictEntry *entry = &a->entries[i];
        if (entry->key.kind == V_UNDEFINED || nothing(entry->value)) continue;
        const Value *other = dict_find(b, entry->key);
        if (!other || !same_loosely(entry->value, *other)) return false;
    }
    return true;
}

bool same_loosely(Value a, Value b)
{
    if (nothing(a) || nothing(b)) return nothing(a) && nothing(b);
    if (a.kind == V_DICT && b.kind == V_DICT) return covers(a.u.dict, b.u.dict) && covers(b.u.dict, a.u.dict);
    if (a.kind == V_LIST && b.kind == V_LIST) {
        if (a.u.list->n != b.u.list->n) return false;
        for (uint32_t i = 0; i < a.u.list->n; i++)
            if (!same_loosely(a.u.list->at[i], b.u.list->at[i])) return false;
        return true;
    }
    return value_equal(a, b);
}

static bool same_key(Value a, Value b, const char *key)
{
    return same_loosely(old_key(a, key), old_key(b, key));
}

/* ---- configs ---- */

static bool is_one_of(Str key, const Str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(key, words[i])) return true;
    return false;
}

/* Every key of `a` that is not left out has the same value in `b`. */
static bool config_covers(Value a, Value b, const Str *without, size_t count)
{
    if (a.kind != V_DICT) return true;
    for (uint32_t i = 0; i < a.u.dict->used; i++) {
        const DictEntry *entry = &a.u.dict->entries[i];
        if (entry->key.kind == V_UNDEFINED ||
            (entry->key.kind == V_STR && is_one_of(value_text(entry->key), without, count)))
            continue;
        const Value *other = b.kind == V_DICT ? dict_find(b.u.dict, entry->key) : NULL;
        if (!other || !value_equal(entry->value, *other)) return false;
    }
    return true;
}

/* dbt compares configs as they are written, before any rendering; where something is stored is not part of it. */
static bool same_config(const Node *node, Value old)
{
    static const Str of_nodes[] = {STR_INIT("alias"), STR_INIT("schema"), STR_INIT("database"), STR_INIT("tags"),
                                   STR_INIT("group")};
    static const Str of_metrics[] = {STR_INIT("group")};
    static const char *const of_tests[] = {"severity", "where",    "limit",          "fail_calc",
                                           "warn_if",  "error_if", "store_failures", "store_failures_as"};
    if (node->type == RESOURCE_SEMANTIC_MODEL || node->type == RESOURCE_SAVED_QUERY)
        return same_loosely(node->config, old_key(old, "config"));
    Value ours = node->unrendered_config, theirs = old_key(old, "unrendered_config");
    if (node->type == RESOURCE_TEST) {
        for (size_t i = 0; i < sizeof of_tests / sizeof *of_tests; i++) {
            Str key = str_from(of_tests[i]);
            const Value *a = ours.kind == V_DICT ? dict_find_str(ours.u.dict, key) : NULL;
            const Value *b = theirs.kind == V_DICT ? dict_find_str(theirs.u.dict, key) : NULL;
            if (!a != !b || (a && !value_equal(*a, *b))) return false;
        }
        return true;
    }
    const Str *without = of_nodes;
    size_t count = sizeof of_nodes / sizeof *of_nodes;
    if (node->type == RESOURCE_SOURCE || node->type == RESOURCE_EXPOSURE) count = 0;
    if (node->type == RESOURCE_METRIC) without = of_metrics, count = 1;
    return config_covers(ours, theirs, without, count) && config_covers(theirs, ours, without, count);
}

static bool same_fqn(const Node *node, Value old)
{
    Value fqn = old_key(old, "fqn");
    if (fqn.kind != V_LIST || fqn.u.list->n != node->fqn_count) return false;
    for (uint32_t i = 0; i < fqn.u.list->n; i++)
        if (!value_is_str(fqn.u.list->at[i], node->fqn[i])) return false;
    return true;
}

static bool same_relation(const StateDiff *diff, const Node *node, Value old)
{
    if (node->type == RESOURCE_SOURCE) {
        const SourceInfo *info = node->source_info;
        bool same = str_eq(info->identifier, old_text(old, "identifier"));
        if (diff->more_unrendered)
            return same && str_eq(info->unrendered_database, old_text(old, "unrendered_database")) &&
                   str_eq(info->unrendered_schema, old_text(old, "unrendered_schema"));
        return same && str_eq(node->database, old_text(old, "database")) &&
               str_eq(node->schema, old_text(old, "schema"));
    }
    static const char *const keys[] = {"database", "schema", "alias"};
    Value theirs = old_key(old, "unrendered_config");
    for (size_t i = 0; i < 3; i++)
        if (!same_key(node->unrendered_config, theirs, keys[i])) return false;
    return true;
}

/* ---- bodies ---- */

/* A seed above dbt's limit is known by its path only. */
static bool same_seed(StateDiff *diff, const Node *node, Value old)
{
    Value checksum = old_key(old, "checksum");
    Str name = old_text(checksum, "name"), sum = old_text(checksum, "checksum");
    bool by_path = node_checksum_is_path(node);
    bool same =
        node->checksum.len > 0 && str_eq(name, by_path ? STR("path") : STR("sha256")) && str_eq(sum, node->checksum);
    if (!by_path || diff->told[node->index]) return same;
    diff->told[node->index] = 1;
    const char *why = !str_eq(name, STR("path")) ? "it was smaller in the earlier state, so it counts as modified"
                      : same                     ? "whether it changed cannot be told; it counts as the same"
                                                 : "it has moved, so it counts as modified";
    diag_add(diff->sink, DIAG_seed_not_compared, node->span, "the seed '%.*s' is larger than 1 MB: %s",
             STR_ARG(node->name), why);
    diag_hint(diff->sink, "dbt compares seeds of this size by their path only; select it by name if it has changed");
    return same;
}

static bool same_body(StateDiff *diff, const Node *node, Value old)
{
    if (node->type == RESOURCE_SEED) return same_seed(diff, node, old);
    Value code = old_key(old, "raw_code");
    if (code.kind != V_STR) code = old_key(old, "raw_sql"); /* before dbt 1.3 */
    return code.kind == V_STR ? str_eq(node->raw_code, value_text(code)) : !node->raw_code.len;
}

static bool persists(const Node *node, const char *what)
{
    Value docs = node_config(node, STR("persist_docs"));
    return docs.kind == V_DICT && value_truthy(dict_get_str(docs.u.dict, str_from(what)));
}

static bool same_descriptions(const Node *node, Value old)
{
    if (persists(node, "relation") && !str_eq(node->description, old_text(old, "description"))) return false;
    if (!persists(node, "columns")) return true;
    Value columns = old_key(old, "columns");
    size_t count = columns.kind == V_DICT ? columns.u.dict->live : 0;
    if (count != node->column_count) return false;
    for (size_t i = 0; i < node->column_count; i++) {
        const Value *column = dict_find_str(columns.u.dict, node->columns[i].name);
        if (!column || !str_eq(node->columns[i].description, old_text(*column, "description"))) return false;
    }
    return true;
}

/* ---- macros ---- */

static void mark_macro(StateDiff *diff, Str id)
{
    map_put(&diff->modified_macros, id, diff);
}

/* Macros that changed, that are new or gone, and all that call them. */
static void find_modified_macros(StateDiff *diff)
{
    diff->macros_known = true;
    const Manifest *m = diff->manifest;
    const Map *old = &diff->state->macros;
    Map callers; /* unique id -> list of macros that call it */
    map_init(&callers, diff->arena);
    typedef VEC(const Macro *) Callers;
    for (size_t i = 0; i < m->macro_count; i++) {
        const Macro *macro = m->macros[i];
        for (size_t k = 0; k < macro->depends_on_count; k++) {
            void **slot = map_slot(&callers, macro->depends_on[k]);
            if (!*slot) *slot = ARENA_NEW(diff->arena, Callers);
            Callers *list = *slot;
            vec_push(diff->arena, list, macro);
        }
        if (macro->package->is_builtin) continue;
        const Str *text = map_get(old, macro->unique_id);
        if (!text || !str_eq(*text, macro->macro_sql)) mark_macro(diff, macro->unique_id);
    }
    for (size_t i = 0; i < old->count; i++) {
        /* The library's own, of whatever tool wrote the state: dbt, dbt_duckdb, ... */
        Str id = old->entries[i].key, package = str_from_index(id, str_find_char(id, '.', 0) + 1);
        if (str_starts(package, STR("dbt.")) || map_has(&m->macros_by_id, id)) continue;
        bool ours = false;
        size_t dot = str_find_char(package, '.', 0);
        if (dot != STR_NPOS) package = str_slice(package, 0, dot);
        for (size_t p = 0; p < m->package_count; p++) ours = ours || str_eq(m->packages[p]->name, package);
        if (ours || !str_starts(package, STR("dbt_"))) mark_macro(diff, id);
    }
    for (size_t i = 0; i < diff->modified_macros.count; i++) { /* grows while it is walked */
        const Callers *list = map_get(&callers, diff->modified_macros.entries[i].key);
        for (size_t k = 0; list && k < list->n; k++)
            if (!map_has(&diff->modified_macros, list->at[k]->unique_id)) mark_macro(diff, list->at[k]->unique_id);
    }
}

static bool macros_modified(StateDiff *diff, const Node *node)
{
    if (!diff->macros_known) find_modified_macros(diff);
    if (!diff->modified_macros.count || node->type == RESOURCE_SOURCE) return false;
    for (size_t i = 0; i < node->depends_on_macro_count; i++)
        if (map_has(&diff->modified_macros, node->depends_on_macros[i])) return true;
    return false;
}

/* ---- whole nodes ---- */

static bool same_contract(StateDiff *diff, const Node *node, Value old)
{
    if (node->type != RESOURCE_MODEL) return true;
    bool tell = !(diff->told[node->index] & 2);
    diff->told[node->index] |= 2;
    return contract_same(diff->arena, node, old, diff->sink, tell, &diff->broken);
}

static bool same_model(StateDiff *diff, const Node *node, Value old)
{
    bool contract = same_contract(diff, node, old);
    bool same = same_body(diff, node, old) && same_config(node, old) && same_descriptions(node, old) &&
                same_fqn(node, old) && same_relation(diff, node, old) && contract;
    if (!same || node->type != RESOURCE_MODEL) return same;
    Str access = old_text(old, "access");
    return same_loosely(node->latest_version, old_key(old, "latest_version")) &&
           str_eq(node->access.len ? node->access : STR("protected"), access.len ? access : STR("protected")) &&
           str_eq(node->deprecation_date, old_text(old, "deprecation_date"));
}

static bool same_source(const StateDiff *diff, const Node *node, Value old)
{
    const SourceInfo *info = node->source_info;
    return same_relation(diff, node, old) && same_fqn(node, old) && same_config(node, old) &&
           same_loosely(info->quoting, old_key(old, "quoting")) &&
           same_loosely(node_config(node, STR("freshness")), old_key(old, "freshness")) &&
           str_eq(info->loaded_at_field, old_text(old, "loaded_at_field")) &&
           same_loosely(info->external, old_key(old, "external"));
}

static bool same_owner(const ExposureInfo *info, Value owner)
{
    if (!str_eq(info->owner_name, old_text(owner, "name"))) return false;
    Value email = old_key(owner, "email");
    if (email.kind == V_STR && !str_eq(info->owner_email, value_text(email))) return false;
    if (email.kind == V_UNDEFINED && info->owner_email.len) return false;
    static const Str known[] = {STR_INIT("name"), STR_INIT("email")};
    return config_covers(info->owner, owner, known, 2) && config_covers(owner, info->owner, known, 2);
}

static bool same_parents(const Node *node, Value old)
{
    Value nodes = old_key(old_key(old, "depends_on"), "nodes");
    if (nodes.kind != V_LIST) return node->depends_on_count == 0;
    for (uint32_t i = 0; i < nodes.u.list->n; i++) {
        bool found = false;
        for (size_t k = 0; k < node->depends_on_count && !found; k++)
            found = value_is_str(nodes.u.list->at[i], node->depends_on[k]->unique_id);
        if (!found) return false;
    }
    for (size_t k = 0; k < node->depends_on_count; k++) {
        bool found = false;
        for (uint32_t i = 0; i < nodes.u.list->n && !found; i++)
            found = value_is_str(nodes.u.list->at[i], node->depends_on[k]->unique_id);
        if (!found) return false;
    }
    return true;
}

static bool same_exposure(const Node *node, Value old)
{
    const ExposureInfo *info = node->exposure;
    return same_fqn(node, old) && str_eq(info->exposure_type, old_text(old, "type")) &&
           same_owner(info, old_key(old, "owner")) && str_eq(info->maturity, old_text(old, "maturity")) &&
           str_eq(info->url, old_text(old, "url")) && str_eq(node->description, old_text(old, "description")) &&
           str_eq(info->label, old_text(old, "label")) && same_parents(node, old) && same_config(node, old);
}

/* Keys of Node.extra, which is shaped as in the manifest. */
static bool same_extra(const Node *node, Value old, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!same_key(node->extra, old, keys[i])) return false;
    return true;
}

static bool same_metric(const Node *node, Value old)
{
    static const char *const keys[] = {"type", "label"};
    return same_extra(node, old, keys, 2) && str_eq(node->description, old_text(old, "description")) &&
           same_config(node, old);
}

static bool same_semantic_model(const Node *node, Value old)
{
    static const char *const keys[] = {"model", "defaults", "entities", "dimensions", "measures", "primary_entity"};
    return same_extra(node, old, keys, sizeof keys / sizeof *keys) &&
           str_eq(node->description, old_text(old, "description")) && same_config(node, old) &&
           str_eq(node->group, old_text(old, "group"));
}

static bool same_exports(Value ours, Value theirs)
{
    static const char *const keys[] = {"export_as", "schema", "alias"};
    size_t count = ours.kind == V_LIST ? ours.u.list->n : 0;
    if (count != (theirs.kind == V_LIST ? theirs.u.list->n : 0)) return false;
    for (size_t i = 0; i < count; i++) {
        Value a = ours.u.list->at[i], b = theirs.u.list->at[i];
        if (!same_key(a, b, "name")) return false;
        for (size_t k = 0; k < 3; k++)
            if (!same_key(old_key(a, "unrendered_config"), old_key(b, "unrendered_config"), keys[k])) return false;
    }
    return true;
}

static bool same_saved_query(const Node *node, Value old)
{
    static const char *const keys[] = {"metrics", "group_by", "where"};
    Value ours = old_key(node->extra, "query_params"), theirs = old_key(old, "query_params");
    for (size_t i = 0; i < 3; i++)
        if (!same_key(ours, theirs, keys[i])) return false;
    Value tags = old_key(old, "tags");
    size_t count = tags.kind == V_LIST ? tags.u.list->n : 0;
    if (count != node->tag_count) return false;
    for (size_t i = 0; i < count; i++)
        if (!value_is_str(tags.u.list->at[i], node->tags[i])) return false;
    return str_eq(node->description, old_text(old, "description")) && same_key(node->extra, old, "label") &&
           same_config(node, old) && str_eq(node->group, old_text(old, "group")) &&
           same_exports(old_key(node->extra, "exports"), old_key(old, "exports"));
}

static bool same_contents(StateDiff *diff, const Node *node, Value old)
{
    switch (node->type) {
    case RESOURCE_METRIC: return same_metric(node, old);
    case RESOURCE_SEMANTIC_MODEL: return same_semantic_model(node, old);
    case RESOURCE_SAVED_QUERY: return same_saved_query(node, old);
    case RESOURCE_UNIT_TEST: return same_key(node->extra, old, "checksum");
    case RESOURCE_SOURCE: return same_source(diff, node, old);
    case RESOURCE_EXPOSURE: return same_exposure(node, old);
    case RESOURCE_TEST:
        if (node->test && node->test->generic) return same_config(node, old) && same_fqn(node, old);
        break;
    default: break;
    }
    return same_model(diff, node, old);
}

static bool is_node(const Node *node) /* one that stands under `nodes` in the manifest */
{
    return node->type == RESOURCE_MODEL || node->type == RESOURCE_SEED || node->type == RESOURCE_SNAPSHOT ||
           node->type == RESOURCE_TEST || node->type == RESOURCE_ANALYSIS || node->type == RESOURCE_OPERATION;
}

bool state_matches(StateDiff *diff, const Node *node, Str check)
{
    const Value *old = map_get(&diff->state->nodes, node->unique_id);
    if (str_eq(check, STR("new"))) return !old;
    if (str_eq(check, STR("old"))) return old;
    if (str_eq(check, STR("modified.macros"))) return macros_modified(diff, node);
    if (str_eq(check, STR("modified")) || str_eq(check, STR("unmodified"))) {
        /* dbt takes a source or an exposure that was not there for the same: it only says "new" of it. */
        bool known = is_node(node) || node->type == RESOURCE_UNIT_TEST;
        bool modified = old ? !same_contents(diff, node, *old) : known;
        modified = modified || macros_modified(diff, node);
        return modified == str_eq(check, STR("modified"));
    }
    if (str_eq(check, STR("modified.configs")))
        return node->type != RESOURCE_UNIT_TEST && (!old || !same_config(node, *old));
    if (str_eq(check, STR("modified.relation")))
        return (is_node(node) || node->type == RESOURCE_SOURCE) && (!old || !same_relation(diff, node, *old));
    if (!is_node(node)) return false;
    if (str_eq(check, STR("modified.body"))) return !old || !same_body(diff, node, *old);
    if (str_eq(check, STR("modified.persisted_descriptions"))) return !old || !same_descriptions(node, *old);
    return !old || !same_contract(diff, node, *old); /* modified.contract */
}

void state_check_removed(StateDiff *diff)
{
    if (diff->removed_told) return;
    diff->removed_told = true;
    const Manifest *m = diff->manifest;
    const Map *nodes = &diff->state->nodes;
    for (size_t i = 0; i < nodes->count; i++) {
        Value old = *(const Value *)nodes->entries[i].value;
        if (!str_eq(old_text(old, "resource_type"), STR("model")) || map_has(&m->nodes_by_id, nodes->entries[i].key))
            continue;
        const Node *disabled = NULL;
        for (size_t k = 0; k < m->disabled_count && !disabled; k++)
            if (str_eq(m->disabled[k]->unique_id, nodes->entries[i].key)) disabled = m->disabled[k];
        contract_removed(old, disabled, diff->state->span, diff->sink, &diff->broken);
    }
}
