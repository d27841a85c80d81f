/* Columns of schema YAML and the tests that stand beside and below them. */
#include "base/vec.h"
#include "project/config.h"
#include "project/read_schema.h"
#include "project/shape.h"

#define KEYS(name) name, sizeof name / sizeof *name

static const Str column_keys[] = {
    STR_INIT("name"),      STR_INIT("description"), STR_INIT("tests"),       STR_INIT("data_tests"),
    STR_INIT("meta"),      STR_INIT("tags"),        STR_INIT("data_type"),   STR_INIT("quote"),
    STR_INIT("config"),    STR_INIT("constraints"), STR_INIT("granularity"), STR_INIT("policy_tags"),
    STR_INIT("dimension"), STR_INIT("entity"),
};

static void push_test(Worker *worker, Patch *patch, TestEntry entry)
{
    if (patch->test_count == patch->test_cap)
        patch->tests =
            vec_grown(worker->arena, patch->tests, &patch->test_cap, patch->test_count + 1, sizeof *patch->tests);
    patch->tests[patch->test_count++] = entry;
}

void schema_tests(Worker *worker, Patch *patch, const YamlNode *map, TestEntry like)
{
    static const char *const names[] = {"tests", "data_tests"};
    const YamlNode *older = yaml_get(map, STR("tests"));
    if (yaml_is(older, YAML_SEQ) && older->u.seq.count && yaml_pair(map, STR("data_tests"))) {
        diag_add(&worker->sink, DIAG_test_invalid, older->span,
                 "there are `tests` and `data_tests`, which mean the same");
        diag_hint(&worker->sink, "move them into one list, below `data_tests:`");
        return;
    }
    for (size_t n = 0; n < 2; n++) {
        const YamlNode *list = NULL;
        if (!yaml_get_list(map, names[n], &worker->sink, &list) || !list) continue;
        for (size_t i = 0; i < list->u.seq.count; i++) {
            like.node = yaml_copy(worker->arena, list->u.seq.items[i]);
            push_test(worker, patch, like);
        }
    }
}

/* dbt: tags and meta of a column are those beside and below its `config`; each tag once (ParserRef._add). */
static void column_config(Arena *arena, Column *column)
{
    Value meta = VALUE_NONE, tags = VALUE_NONE;
    if (column->config.kind == V_DICT) {
        meta = dict_get_str(column->config.u.dict, STR("meta"));
        tags = dict_get_str(column->config.u.dict, STR("tags"));
    }
    if (meta.kind == V_DICT) {
        Value both = value_dict(arena);
        config_replace(both, column->meta);
        config_replace(both, meta);
        column->meta = both;
    }
    if (tags.kind != V_STR && tags.kind != V_LIST && column->tags.kind != V_LIST) return;
    Value both = value_list(arena), lists[] = {column->tags, tags};
    for (size_t l = 0; l < 2; l++) {
        if (lists[l].kind == V_STR) list_push(both.u.list, lists[l]);
        for (uint32_t i = 0; lists[l].kind == V_LIST && i < lists[l].u.list->n; i++) {
            bool known = false;
            for (uint32_t k = 0; k < both.u.list->n && !known; k++)
                known = value_equal(both.u.list->at[k], lists[l].u.list->at[i]);
            if (!known) list_push(both.u.list, lists[l].u.list->at[i]);
        }
    }
    column->tags = both;
}

/* Keys that dbt does not know stay with the column (ColumnInfo._extra). */
static void column_extra(Worker *worker, const ProjectFile *file, const YamlNode *entry, Column *column)
{
    static const Str kept[] = {STR_INIT("name"), STR_INIT("description"), STR_INIT("tests"),  STR_INIT("data_tests"),
                               STR_INIT("meta"), STR_INIT("tags"),        STR_INIT("quote"),  STR_INIT("data_type"),
                               STR_INIT("docs"), STR_INIT("constraints"), STR_INIT("config"), STR_INIT("granularity")};
    for (size_t i = 0; i < entry->u.map.count; i++) {
        const YamlPair *pair = &entry->u.map.pairs[i];
        bool known = false;
        for (size_t k = 0; k < sizeof kept / sizeof *kept && !known; k++) known = str_eq(kept[k], pair->key->text);
        if (known) continue;
        if (column->extra.kind != V_DICT) column->extra = value_dict(worker->arena);
        Value v;
        if (yaml_to_value(worker->arena, worker->yaml, file->package->family, pair->value, NULL, &v))
            dict_set_str(column->extra.u.dict, pair->key->text, v);
    }
}

static bool lists(const YamlNode *node, Str name)
{
    if (yaml_is(node, YAML_STR)) return str_eq(node->text, STR("*")) || str_eq(node->text, STR("all"));
    for (size_t i = 0; yaml_is(node, YAML_SEQ) && i < node->u.seq.count; i++)
        if (str_eq(node->u.seq.items[i]->text, name)) return true;
    return false;
}

bool schema_is_filter(const YamlNode *entry)
{
    return yaml_is(entry, YAML_MAP) && !yaml_get(entry, STR("name")) &&
           (yaml_get(entry, STR("include")) || yaml_get(entry, STR("exclude")));
}

void schema_columns_add(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *list, TestEntry like,
                        const ColumnFilter *filter)
{
    for (size_t i = 0; list && i < list->u.seq.count; i++) {
        const YamlNode *entry = list->u.seq.items[i];
        if (schema_is_filter(entry) && patch->file_name.len) continue;
        Column *column = &patch->columns[patch->column_count];
        *column = (Column){.description = STR_EMPTY, .granularity = STR_EMPTY};
        column->meta = column->tags = column->constraints = column->config = column->extra = column->quote =
            value_undefined(STR_EMPTY);
        if (!schema_name(worker, file, entry, "a column", &column->name, &column->span)) continue;
        if (filter && ((filter->include && !lists(filter->include, column->name)) ||
                       (filter->exclude && lists(filter->exclude, column->name))))
            continue;
        yaml_check_keys(entry, KEYS(column_keys), "a column", &worker->sink);
        patch->column_count++;
        yaml_description(worker, file->package, yaml_get(entry, STR("description")), &column->description,
                         &column->doc_blocks);
        schema_str(worker, file, entry, "data_type", &column->data_type);
        schema_value(worker, file, entry, "meta", &column->meta);
        schema_value(worker, file, entry, "tags", &column->tags);
        if (column->tags.kind == V_STR) {
            Value list_of_one = value_list(worker->arena);
            list_push(list_of_one.u.list, column->tags);
            column->tags = list_of_one;
        }
        column->constraints = schema_constraints(worker, file, entry, true);
        schema_value(worker, file, entry, "config", &column->config);
        column_config(worker->arena, column);
        column_extra(worker, file, entry, column);
        schema_str(worker, file, entry, "granularity", &column->granularity);
        schema_value(worker, file, entry, "quote", &column->quote);
        like.column = column;
        schema_tests(worker, patch, entry, like);
    }
}

/* Tests point at their columns: room for all must be there before the first. */
void schema_columns_reserve(Worker *worker, Patch *patch, size_t count)
{
    patch->columns = ARENA_ARRAY(worker->arena, Column, count + 1);
}

void schema_columns(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *map, bool source_table)
{
    const YamlNode *list = NULL;
    if (yaml_get_list(map, "columns", &worker->sink, &list) && list) {
        schema_columns_reserve(worker, patch, list->u.seq.count);
        schema_columns_add(worker, file, patch, list, (TestEntry){.source_table = source_table}, NULL);
    }
    schema_tests(worker, patch, map,
                 (TestEntry){.source_table = source_table}); /* after those of the columns, as dbt makes them */
}

/* ---- constraints ---- */

static const char *const constraint_types[] = {"check",       "not_null", "unique", "primary_key",
                                               "foreign_key", "custom",   NULL};

static const ShapeField constraint_fields[] = {
    {.name = "type", .kind = SHAPE_WORD, .words = constraint_types, .required = true},
    {.name = "name", .kind = SHAPE_STR},
    {.name = "expression", .kind = SHAPE_TEXT},
    {.name = "warn_unenforced", .kind = SHAPE_BOOL, .fallback = "true"},
    {.name = "warn_unsupported", .kind = SHAPE_BOOL, .fallback = "true"},
    {.name = "to", .kind = SHAPE_STR},
    {.name = "to_columns", .kind = SHAPE_STRS},
    {.name = "columns", .kind = SHAPE_STRS},
};
static const Shape column_constraint = {"a constraint", constraint_fields,
                                        sizeof constraint_fields / sizeof *constraint_fields - 1, NULL};
static const Shape model_constraint = SHAPE("a constraint", constraint_fields, NULL);

Value schema_constraints(Worker *worker, const ProjectFile *file, const YamlNode *map, bool of_column)
{
    const YamlNode *list = NULL;
    if (!yaml_get_list(map, "constraints", &worker->sink, &list) || !list) return value_undefined(STR_EMPTY);
    Value out = value_list(worker->arena);
    for (size_t i = 0; i < list->u.seq.count; i++) {
        Value one;
        if (shape_read(worker, file, of_column ? &column_constraint : &model_constraint, list->u.seq.items[i], &one))
            list_push(out.u.list, one);
    }
    return out;
}
