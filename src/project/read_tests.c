/* Generic tests: each entry below `tests:` or `data_tests:` in YAML becomes a node whose body calls the test's macro.
 *
 * Names, hashes and fqns are dbt's (dbt/parser/generic_test_builders.py, schema_generic_tests.py). */
#include "base/edit.h"
#include "base/hash.h"
#include "project/config.h"
#include "project/loader.h"

#include <stdlib.h>

/* Keys of an entry that configure the test and are no arguments of its macro. */
static const char *const config_args[] = {"severity", "tags",     "enabled",   "where",          "limit",
                                          "warn_if",  "error_if", "fail_calc", "store_failures", "store_failures_as",
                                          "meta",     "database", "schema",    "alias"};

typedef struct TestBuilder {
    Loader *loader;
    Worker *worker;
    Patch *patch;
    const TestEntry *entry;
    Node *target;
    Str name, namespace;
    Value args, config;
    Str short_name, full_name;
    Str description;
    IdList doc_blocks;
    Span span;
} TestBuilder;

static Value take(Value dict, const char *key)
{
    Value v = value_undefined(STR_EMPTY), k = value_str(str_from(key));
    dict_remove(dict.u.dict, k, &v);
    return v;
}

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static Str leading_word(Str text)
{
    size_t end = 0;
    if (!text.len || (text.ptr[0] >= '0' && text.ptr[0] <= '9')) return STR_EMPTY;
    while (end < text.len && is_word(text.ptr[end])) end++;
    return str_slice(text, 0, end);
}

/* `name` or `package.name` at the start of the text. dbt matches a pattern there and passes over the rest, as over the colon of
 * `- 'dbt_utils.at_least_one:'`, which real projects have. */
static bool read_test_name(TestBuilder *b, Str text)
{
    b->namespace = STR_EMPTY;
    b->name = leading_word(text);
    Str rest = str_from_index(text, b->name.len);
    Str inner = rest.len && rest.ptr[0] == '.' ? leading_word(str_from_index(rest, 1)) : STR_EMPTY;
    if (b->name.len && inner.len) {
        b->namespace = b->name;
        b->name = inner;
        rest = str_from_index(rest, 1 + inner.len);
    }
    if (b->name.len && rest.len) {
        diag_add(&b->worker->sink, DIAG_test_name_rest, b->span,
                 "'%.*s' behind the name of the test '%.*s' means nothing", STR_ARG(rest), STR_ARG(b->name));
        diag_hint(&b->worker->sink, "remove it");
    }
    return b->name.len;
}

static bool invalid(TestBuilder *b, Span span, const char *message)
{
    diag_add(&b->worker->sink, DIAG_test_invalid, span, "%s", message);
    diag_hint(&b->worker->sink, "write `- unique`, or `- accepted_values: {arguments: {values: [a, b]}}`");
    return false;
}

/* A column's name as the test's SQL writes it: quoted if YAML asks for it. */
static Str column_text(TestBuilder *b)
{
    const Column *column = b->entry->column;
    if (column->quote.kind == V_BOOL && column->quote.u.boolean)
        return dialect_quote_identifier(b->worker->scratch, b->loader->manifest->dialect, column->name);
    return column->name;
}

/* Splits the entry into the test's name and its arguments (as a fresh dict). */
static bool read_entry(TestBuilder *b)
{
    const YamlNode *node = b->entry->node, *arguments = NULL;
    Arena *arena = b->worker->scratch;
    TplFamily family = b->patch->file->package->family;
    Context *rendered = b->entry->of_version ? b->worker->yaml : NULL;
    if (rendered) context_set_node(rendered, NULL, b->patch->file->package);
    Str name;
    b->span = node->span;
    b->args = value_dict(arena);
    if (yaml_is(node, YAML_STR)) {
        name = node->text;
    } else if (yaml_is(node, YAML_MAP) && yaml_get(node, STR("test_name"))) {
        name = yaml_get(node, STR("test_name"))->text;
        if (!yaml_to_value(arena, rendered, family, node, NULL, &b->args)) return false;
        take(b->args, "test_name");
    } else if (yaml_is(node, YAML_MAP) && node->u.map.count == 1) {
        name = node->u.map.pairs[0].key->text;
        b->span = node->u.map.pairs[0].key->span;
        arguments = node->u.map.pairs[0].value;
        if (!yaml_is(arguments, YAML_MAP))
            return invalid(b, b->span, "the arguments of a test must be a mapping; without any its name stands alone");
        if (!yaml_to_value(arena, rendered, family, arguments, NULL, &b->args)) return false;
    } else {
        return invalid(b, node->span, "a test must be a name, or a mapping whose only key is the name");
    }
    if (b->entry->column) dict_set_str(b->args.u.dict, STR("column_name"), value_str(column_text(b)));
    /* Both forms are understood: arguments below `arguments:` (dbt 1.10 on) and beside `config:` (before). */
    Value nested = take(b->args, "arguments");
    if (nested.kind == V_DICT)
        for (uint32_t i = 0; i < nested.u.dict->used; i++)
            if (nested.u.dict->entries[i].key.kind != V_UNDEFINED)
                dict_set(b->args.u.dict, nested.u.dict->entries[i].key, nested.u.dict->entries[i].value);
    if (!read_test_name(b, name)) return invalid(b, b->span, "a test's name must be `name` or `package.name`");
    if (dict_find_str(b->args.u.dict, STR("model")))
        return invalid(b, b->span, "a test cannot have an argument 'model': that is what it is attached to");
    return true;
}

static bool render_config_value(TestBuilder *b, Str key, Value v, const YamlNode *place)
{
    Arena *arena = b->worker->scratch;
    if (v.kind == V_NONE || v.kind == V_UNDEFINED) return true;
    if (v.kind == V_STR) {
        TplFamily family = tpl_family_of_value(value_text(v), b->patch->file->package->family);
        if (!tpl_is_plain(value_text(v), family)) {
            Value rendered;
            context_set_node(b->worker->yaml, NULL, b->patch->file->package);
            Span span = place ? place->inner : b->span;
            if (!context_render_native(b->worker->yaml, span, value_text(v), family, &rendered)) return false;
            v = value_copy(arena, rendered);
        }
    }
    if (v.kind != V_NONE) dict_set_str(b->config.u.dict, key, v);
    return true;
}

static const YamlNode *config_place(const TestBuilder *b, Str key)
{
    const YamlNode *node = b->entry->node;
    if (yaml_is(node, YAML_MAP) && node->u.map.count == 1) node = node->u.map.pairs[0].value;
    const YamlNode *found = yaml_get(node, key);
    return found ? found : yaml_get(yaml_get(node, STR("config")), key);
}

static bool read_config(TestBuilder *b)
{
    b->config = value_dict(b->worker->scratch);
    Value inner = take(b->args, "config");
    if (inner.kind != V_DICT && inner.kind != V_UNDEFINED && inner.kind != V_NONE)
        return invalid(b, b->span, "the 'config' of a test must be a mapping");
    for (size_t i = 0; i < sizeof config_args / sizeof *config_args; i++) {
        Str key = str_from(config_args[i]);
        Value v = take(b->args, config_args[i]);
        bool beside = v.kind != V_UNDEFINED && v.kind != V_NONE;
        Value below = value_undefined(STR_EMPTY);
        if (inner.kind == V_DICT) dict_remove(inner.u.dict, value_str(key), &below);
        if (beside && below.kind != V_UNDEFINED) {
            diag_add(&b->worker->sink, DIAG_test_invalid, b->span,
                     "'%s' stands both beside and below the 'config' of this test", config_args[i]);
            diag_hint(&b->worker->sink, "keep the one below `config:`");
            return false;
        }
        if (!render_config_value(b, key, beside ? v : below, config_place(b, key))) return false;
    }
    for (uint32_t i = 0; inner.kind == V_DICT && i < inner.u.dict->used; i++) {
        const DictEntry *entry = &inner.u.dict->entries[i];
        if (entry->key.kind != V_STR) continue;
        Str key = value_text(entry->key);
        if (!render_config_value(b, key, entry->value, config_place(b, key))) return false;
    }
    return true;
}

static int by_key(const void *a, const void *b)
{
    const DictEntry *x = a, *y = b;
    return str_cmp(value_text(x->key), value_text(y->key));
}

/* What Python's str() gives where YAML has a moment. */
static Value python_time(Arena *arena, Value v)
{
    if (v.kind != V_STR || !(v.flags & VALUE_TIME)) return v;
    return value_str(str_replace(arena, value_text(v), STR("T"), STR(" ")));
}

static void add_part(Buf *out, Value part)
{
    Buf text;
    buf_init(&text, NULL);
    value_print(part, &text);
    buf_addz(out, out->len ? "__" : "");
    bool gap = false;
    for (size_t i = 0; i < text.len; i++) {
        if (is_word(text.ptr[i])) {
            buf_addc(out, text.ptr[i]);
            gap = false;
        } else if (!gap) {
            buf_addc(out, '_');
            gap = true;
        }
    }
    buf_release(&text);
}

static size_t sorted_entries(Arena *arena, const Dict *dict, DictEntry **sorted)
{
    *sorted = ARENA_ARRAY(arena, DictEntry, dict->used + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].key.kind == V_STR) (*sorted)[n++] = dict->entries[i];
    qsort(*sorted, n, sizeof **sorted, by_key);
    return n;
}

/* dbt: synthesize_generic_test_names. The join of parts keeps empty ones: "__" stands between all of them. */
static void make_names(TestBuilder *b)
{
    Arena *arena = b->worker->scratch;
    DictEntry *entries;
    size_t n = sorted_entries(arena, b->args.u.dict, &entries);
    Buf unique;
    buf_init(&unique, arena);
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(value_text(entries[i].key), STR("model"))) continue;
        Value v = entries[i].value, one[1] = {v};
        const Value *parts = one;
        size_t count = 1;
        Value dict_values = value_list(arena);
        if (v.kind == V_DICT) {
            for (uint32_t k = 0; k < v.u.dict->used; k++)
                if (v.u.dict->entries[k].key.kind != V_UNDEFINED)
                    list_push(dict_values.u.list, v.u.dict->entries[k].value);
            v = dict_values;
        }
        if (v.kind == V_LIST || v.kind == V_TUPLE) {
            parts = v.u.list->at;
            count = v.u.list->n;
        }
        for (size_t k = 0; k < count; k++) {
            Buf part;
            buf_init(&part, NULL);
            add_part(&part, python_time(arena, parts[k]));
            if (!first) buf_addz(&unique, "__");
            first = false;
            buf_add(&unique, buf_str(&part));
            buf_release(&part);
        }
    }
    bool of_source = b->entry->source_table;
    Str target =
        of_source ? str_fmt(arena, "%.*s_%.*s", STR_ARG(b->target->source_info->source_name), STR_ARG(b->target->name))
        : node_versioned(b->target)
            ? str_fmt(arena, "%.*s_v%.*s", STR_ARG(b->target->name), STR_ARG(value_to_str(arena, b->target->version)))
            : b->target->name;
    Str type = of_source ? str_fmt(arena, "source_%.*s", STR_ARG(b->name)) : b->name;
    if (b->namespace.len) type = str_fmt(arena, "%.*s_%.*s", STR_ARG(b->namespace), STR_ARG(type));
    Str identifier = str_fmt(arena, "%.*s_%.*s", STR_ARG(type), STR_ARG(target));
    Str text = buf_str(&unique);
    b->full_name = str_fmt(arena, "%.*s_%.*s", STR_ARG(identifier), STR_ARG(text));
    b->short_name = b->full_name;
    if (b->full_name.len >= 64) {
        Str hash = md5_hex(arena, b->full_name);
        b->short_name = str_fmt(arena, "%.*s_%.*s", STR_ARG(str_slice(identifier, 0, 30)), STR_ARG(hash));
    }
}

/* dbt hashes Python's repr of the metadata with all dicts sorted and all scalars as text. */
static Value hashable(Arena *arena, Value v)
{
    if (v.kind == V_DICT) {
        DictEntry *entries;
        size_t n = sorted_entries(arena, v.u.dict, &entries);
        Value out = value_dict(arena);
        for (size_t i = 0; i < n; i++) dict_set(out.u.dict, entries[i].key, hashable(arena, entries[i].value));
        return out;
    }
    if (v.kind == V_LIST) {
        Value out = value_list(arena);
        for (uint32_t i = 0; i < v.u.list->n; i++) list_push(out.u.list, hashable(arena, v.u.list->at[i]));
        return out;
    }
    return value_str(value_to_str(arena, python_time(arena, v)));
}

static Str unique_id(TestBuilder *b, Str package)
{
    Arena *arena = b->worker->scratch;
    Value metadata = value_dict(arena);
    dict_set_str(metadata.u.dict, STR("namespace"), b->namespace.len ? value_str(b->namespace) : VALUE_NONE);
    dict_set_str(metadata.u.dict, STR("name"), value_str(b->name));
    dict_set_str(metadata.u.dict, STR("kwargs"), b->args);
    Buf text;
    buf_init(&text, arena);
    buf_add(&text, b->full_name);
    value_repr(hashable(arena, metadata), &text);
    Str hash = md5_hex(arena, buf_str(&text));
    return str_fmt(b->worker->arena, "test.%.*s.%.*s.%.*s", STR_ARG(package), STR_ARG(b->full_name),
                   STR_ARG(str_from_index(hash, hash.len - 10)));
}

/* `{{ test_unique(**_dbt_generic_test_kwargs) }}` and the config as dbt writes it behind it. */
static Str raw_code(TestBuilder *b)
{
    Arena *arena = b->worker->scratch;
    Buf out;
    buf_init(&out, arena);
    buf_addz(&out, "{{ ");
    if (b->namespace.len) buf_addf(&out, "%.*s.", STR_ARG(b->namespace));
    buf_addf(&out, "test_%.*s(**_dbt_generic_test_kwargs) }}", STR_ARG(b->name));
    const Dict *config = b->config.u.dict;
    bool first = true;
    for (uint32_t i = 0; i < config->used; i++) {
        const DictEntry *entry = &config->entries[i];
        if (entry->key.kind != V_STR) continue;
        buf_addz(&out, first ? "{{ config(" : ",");
        first = false;
        buf_addf(&out, "%.*s=", STR_ARG(value_text(entry->key)));
        if (entry->value.kind == V_STR) {
            Str escaped = str_replace(arena, value_text(entry->value), STR("\""), STR("\\\""));
            buf_addf(&out, "\"%.*s\"", STR_ARG(escaped));
        } else {
            value_repr(entry->value, &out);
        }
    }
    if (!first) buf_addz(&out, ") }}");
    return buf_str(&out);
}

static const Macro *find_macro(const TestBuilder *b)
{
    const Manifest *m = b->loader->manifest;
    Str name = str_fmt(b->worker->scratch, "test_%.*s", STR_ARG(b->name));
    return b->namespace.len ? manifest_find_package_macro(m, b->namespace, name)
                            : manifest_find_macro(m, b->patch->file->package, name);
}

/* As dbt reads it: what the package of a test is wanted for may be one test among hundreds. The run refuses it. */
static void report_missing(TestBuilder *b)
{
    const Manifest *m = b->loader->manifest;
    Arena *arena = b->worker->scratch;
    VEC(Str) names = {0};
    for (size_t i = 0; i < m->macro_count; i++)
        if (str_eq(m->macros[i]->tag, STR("test"))) vec_push(arena, &names, str_from_index(m->macros[i]->name, 5));
    diag_add(&b->worker->sink, DIAG_test_missing, b->span,
             "there is no generic test '%.*s%s%.*s': the test is read, and cannot be run", STR_ARG(b->namespace),
             b->namespace.len ? "." : "", STR_ARG(b->name));
    Str best;
    if (b->namespace.len && !manifest_package(m, b->namespace))
        diag_hint(&b->worker->sink, "the package '%.*s' is not installed", STR_ARG(b->namespace));
    else if (nearest(b->name, names.at, names.n, &best))
        diag_hint(&b->worker->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(&b->worker->sink, "define it with a test block below macros/ or tests/generic/");
}

#define TEST_SOURCE "test " /* begins the names of texts that are no files */

/* The code of many tests, parsed once; the one text serves them all. */
typedef struct TestCode {
    Str text;
    TplUnit *unit;
} TestCode;

static const TestCode *code_of(TestBuilder *b, Str text)
{
    Worker *worker = b->worker;
    const TestCode *known = map_get(&worker->tests, text);
    if (known) return known;
    TestCode *code = ARENA_NEW(worker->arena, TestCode);
    code->text = str_dup(worker->arena, text);
    SourceTable *sources = b->loader->manifest->sources;
    SourceId source =
        source_add(sources, str_fmt(worker->arena, TEST_SOURCE "%.*s", STR_ARG(b->full_name)), code->text);
    TplOptions options = {.family = TPL_CURLY};
    code->unit = tpl_parse(worker->arena, sources, (Span){source, 0, (uint32_t)text.len}, &options, &worker->sink);
    if (code->unit) map_put(&worker->tests, code->text, code);
    return code;
}

/* not_null and unique of the embedded library ask for nothing but their model: dbt takes the same short cut. */
static bool needs_no_render(const Macro *macro)
{
    return macro->package->is_builtin &&
           (str_eq(macro->name, STR("test_unique")) || str_eq(macro->name, STR("test_not_null")));
}

static void record_target(TestBuilder *b, Node *node, const Macro *macro)
{
    Arena *arena = b->worker->arena;
    if (b->entry->source_table) {
        node->source_calls = ARENA_NEW(arena, SourceCall);
        *node->source_calls = (SourceCall){b->target->source_info->source_name, b->target->name, b->span};
        node->source_call_count = 1;
    } else {
        node->refs = ARENA_NEW(arena, RefCall);
        *node->refs =
            (RefCall){STR_EMPTY, b->target->name, node_versioned(b->target) ? b->target->version : VALUE_NONE, b->span};
        node->ref_count = 1;
    }
    if (!macro) return;
    node->depends_on_macros = &macro->unique_id;
    node->depends_on_macro_count = 1;
}

/* dbt notes the test's macro, looked up without the name space that the entry gives, and what its `model` calls; macros in
 * other arguments are not known when dbt parses. */
static void add_own_macro(TestBuilder *b, Node *node, const Macro *macro)
{
    const Manifest *m = b->loader->manifest;
    const Macro *first = manifest_find_macro(m, b->patch->file->package, macro->name);
    if (!first || first->package->is_builtin) first = macro;
    Str *ids = ARENA_ARRAY(b->worker->arena, Str, node->depends_on_macro_count + 1);
    size_t n = 0;
    ids[n++] = first->unique_id;
    for (size_t i = 0; i < node->depends_on_macro_count; i++)
        if (str_ends(node->depends_on_macros[i], STR(".get_where_subquery"))) ids[n++] = node->depends_on_macros[i];
    node->depends_on_macros = ids;
    node->depends_on_macro_count = n;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

/* dbt: a test has the tags of its column, of its source and its own, sorted; those of the project's levels follow. They
 * are the node's alone: its config keeps only what was configured. */
static void add_tags(TestBuilder *b, Node *node)
{
    Arena *arena = b->worker->scratch;
    Value none = value_undefined(STR_EMPTY);
    const Value lists[] = {b->entry->column ? b->entry->column->tags : none,
                           b->entry->source_table ? b->target->source_info->own_tags : none,
                           dict_get_str(b->config.u.dict, STR("tags"))};
    VEC(Str) tags = {0};
    for (size_t l = 0; l < 3; l++) {
        const Str *more;
        size_t count;
        if (!config_string_list(arena, lists[l], &more, &count)) continue;
        for (size_t i = 0; i < count; i++) vec_push(arena, &tags, more[i]);
    }
    if (!tags.n) return;
    qsort(tags.at, tags.n, sizeof *tags.at, by_text);
    for (size_t i = 0; i < node->tag_count; i++) vec_push(arena, &tags, node->tags[i]);
    size_t kept = 0;
    for (size_t i = 0; i < tags.n; i++) {
        bool known = false;
        for (size_t k = 0; k < kept && !known; k++) known = str_eq(tags.at[k], tags.at[i]);
        if (!known) tags.at[kept++] = tags.at[i];
    }
    for (size_t i = 0; i < kept; i++) tags.at[i] = str_dup(b->worker->arena, tags.at[i]);
    node->tags = arena_copy(b->worker->arena, tags.at, kept * sizeof *tags.at);
    node->tag_count = kept;
}

/* dbt adds the entry's config as a first config() call, before those that the macro and the body make. */
static Captured config_calls(TestBuilder *b, const Captured *body)
{
    Arena *scratch = b->worker->scratch;
    size_t n = 1 + body->config_count;
    Captured calls = {
        .configs = ARENA_ARRAY(scratch, Value, n), .config_spans = ARENA_ARRAY(scratch, Span, n), .config_count = n};
    calls.configs[0] = b->config;
    calls.config_spans[0] = b->span;
    for (size_t i = 1; i < n; i++) {
        calls.configs[i] = body->configs[i - 1];
        calls.config_spans[i] = b->span;
    }
    return calls;
}

static bool configure(TestBuilder *b, Node *node, const Captured *body)
{
    Captured calls = config_calls(b, body);
    if (!node_configure(b->loader, b->worker, node, NULL, &calls)) return false;
    add_tags(b, node);
    return true;
}

/* What the body asks for. */
static bool render(TestBuilder *b, Node *node, Captured *captured)
{
    Worker *worker = b->worker;
    Captured calls = config_calls(b, captured);
    if (!node_configure_draft(b->loader, worker, node, NULL, &calls)) {
        node_keep_draft(worker, node, b->loader);
        return false;
    }
    context_set_node(worker->parse, node, node->package);
    context_set_capture(worker->parse, captured, worker->scratch);
    Value text;
    size_t errors = worker->sink.count;
    bool ok = context_render(worker->parse, node->unit, &text);
    context_set_capture(worker->parse, NULL, NULL);
    const SourceTable *sources = b->loader->manifest->sources;
    bool noted = false;
    for (size_t i = errors; i < worker->sink.count; i++) {
        Diag *diag = &worker->sink.items[i];
        diag->node = node->unique_id;
        /* The call of the macro was made here: the person wrote the entry. */
        if (str_starts(source_path(sources, diag->span.source), STR(TEST_SOURCE))) {
            diag->span = b->span;
            noted = true;
        }
    }
    if (!ok && !noted) diag_note(&worker->sink, b->span, "the test is declared here");
    if (!ok) node_keep_draft(worker, node, b->loader);
    return ok;
}

static bool evaluate(TestBuilder *b, Node *node, const Macro *macro)
{
    Captured captured = {0};
    if (!node->unit) return false;
    if (!macro || needs_no_render(macro)) {
        record_target(b, node, macro);
        return configure(b, node, &captured);
    }
    if (!render(b, node, &captured)) return false;
    node_take_captured(b->worker->arena, node, &captured);
    add_own_macro(b, node, macro);
    for (size_t i = 0; i < node->ref_count; i++) node->refs[i].span = b->span;
    for (size_t i = 0; i < node->source_call_count; i++) node->source_calls[i].span = b->span;
    return configure(b, node, &captured);
}

/* `macro`: NULL if there is none. */
static Node *build_node(TestBuilder *b, const Macro *macro)
{
    Worker *worker = b->worker;
    Arena *arena = worker->arena;
    const Package *package = b->patch->file->package;
    Str original = b->patch->file->path;
    /* From here on what was made in the scratch arena is kept. */
    b->full_name = str_dup(arena, b->full_name);
    b->short_name = str_eq(b->short_name, b->full_name) ? b->full_name : str_dup(arena, b->short_name);
    b->args = value_copy(arena, b->args);
    Node *node = node_new(arena, RESOURCE_TEST, package, b->full_name,
                          str_fmt(arena, "%.*s.sql", STR_ARG(b->short_name)), original);
    node->unique_id = unique_id(b, package->name);
    node->span = b->span;
    node->alias = b->short_name;
    node->description = b->description;
    node->doc_blocks = b->doc_blocks;
    node->checksum = STR_EMPTY;
    node_set_fqn(arena, node, node_path_below_first(arena, original), &b->full_name, 1);

    TestInfo *test = ARENA_NEW(arena, TestInfo);
    node->test = test;
    test->generic = true;
    test->missing = !macro;
    test->test_name = b->name;
    test->namespace = b->namespace;
    test->kwargs = b->args;
    test->column_name = b->entry->column ? value_text(dict_get_str(b->args.u.dict, STR("column_name"))) : STR_EMPTY;
    test->attached = b->entry->source_table ? NULL : b->target;
    test->span = b->span;
    test->file_key_name =
        str_fmt(arena, "%.*s.%.*s", STR_ARG(b->patch->kind),
                STR_ARG(b->entry->source_table ? b->target->source_info->source_name : b->target->name));
    const TestCode *code = code_of(b, raw_code(b));
    node->raw_code = code->text;
    node->unit = code->unit;
    node->database = b->loader->manifest->target.database;
    node->schema = b->loader->manifest->target.schema;

    if (!evaluate(b, node, macro)) node->broken = true;
    node->group = b->entry->source_table ? STR_EMPTY : b->target->group; /* whatever its own config says */
    if (!node->broken) {
        context_set_node(worker->parse, node, package);
        if (!node_name_relation(b->loader, worker, node)) node->broken = true;
    }
    return node;
}

static bool read_description(TestBuilder *b, Value description)
{
    b->description = description.kind == V_STR ? str_dup(b->worker->arena, value_text(description)) : STR_EMPTY;
    const YamlNode *place = config_place(b, STR("description"));
    Span span = place ? place->inner : b->span;
    return description_render(b->worker, b->patch->file->package, span, &b->description, &b->doc_blocks);
}

static Node *read_test(TestBuilder *b)
{
    if (!read_entry(b)) return NULL;
    Arena *arena = b->worker->scratch;
    if (!read_description(b, take(b->args, "description"))) return NULL;
    Value name = take(b->args, "name");
    if (name.kind != V_STR && name.kind != V_NONE && name.kind != V_UNDEFINED)
        return invalid(b, b->span, "the name of a test must be a text, in quotes where it is a number"), NULL;
    Str ask = b->entry->source_table ? str_fmt(arena, "source('%.*s', '%.*s')",
                                               STR_ARG(b->target->source_info->source_name), STR_ARG(b->target->name))
                                     : str_fmt(arena, "ref('%.*s')", STR_ARG(b->target->name));
    if (node_versioned(b->target))
        ask = str_fmt(arena, "ref('%.*s', version='%.*s')", STR_ARG(b->target->name),
                      STR_ARG(value_to_str(arena, b->target->version)));
    dict_set_str(b->args.u.dict, STR("model"),
                 value_str(str_fmt(arena, "{{ get_where_subquery(%.*s) }}", STR_ARG(ask))));
    if (!read_config(b)) return NULL;
    if (name.kind == V_STR)
        b->short_name = b->full_name = value_text(name);
    else
        make_names(b);
    if (!str_eq(b->short_name, b->full_name) && !dict_find_str(b->config.u.dict, STR("alias")))
        dict_set_str(b->config.u.dict, STR("alias"), value_str(b->short_name));
    const Macro *macro = find_macro(b);
    if (!macro) report_missing(b);
    return build_node(b, macro);
}

typedef struct TestJob {
    Patch *patch;
    Node *target;
    NodeVec nodes;
} TestJob;

static void read_job(Loader *loader, Worker *worker, size_t item, void *data)
{
    TestJob *job = &((TestJob *)data)[item];
    for (size_t i = 0; i < job->patch->test_count; i++) {
        TestBuilder builder = {.loader = loader,
                               .worker = worker,
                               .patch = job->patch,
                               .entry = &job->patch->tests[i],
                               .target = job->target};
        Node *node = read_test(&builder);
        if (node) vec_push(worker->arena, &job->nodes, node);
    }
}

/* A seed that is described below `models:`, say: dbt warns about the description, and runs its tests. */
static Node *of_another_kind(const Loader *loader, const Patch *patch)
{
    if (str_eq(patch->kind, STR("macros")) || str_eq(patch->kind, STR("analyses"))) return NULL;
    for (size_t i = 0; i < loader->nodes.n; i++) {
        Node *node = loader->nodes.at[i];
        if (node->package == patch->file->package && !node->broken && node_refable(node) &&
            str_eq(node->name, patch->name))
            return node;
    }
    return NULL;
}

/* What is described but is not there: its tests are read, and switched off when their references are resolved. */
static Node *missing_target(Arena *arena, const Patch *patch)
{
    static const ResourceType types[] = {RESOURCE_MODEL, RESOURCE_SEED, RESOURCE_SNAPSHOT};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!str_eq(patch->kind, resource_type_plural(types[i]))) continue;
        Node *node = node_new(arena, types[i], patch->file->package, patch->name, patch->file->path, patch->file->path);
        node->version = patch->version;
        node->broken = true;
        return node;
    }
    return NULL;
}

void generic_tests_read(Loader *loader)
{
    Arena *arena = loader->arena;
    VEC(TestJob) jobs = {0};
    for (size_t i = 0; i < loader->patch_list.n; i++) {
        Patch *patch = loader->patch_list.at[i];
        if (!patch->target) { /* one that only adds tests: what it tests is known by the main one */
            const Patch *main_patch = patch_find(loader, patch->file->package, patch->kind, patch->name);
            if (main_patch && main_patch->target) {
                patch->target = main_patch->target;
                patch->used = true;
            }
        }
        if (!patch->target && patch->test_count) patch->target = of_another_kind(loader, patch);
        Node *target = patch->target ? patch->target : patch->test_count ? missing_target(arena, patch) : NULL;
        if (target && patch->test_count) vec_push(arena, &jobs, (TestJob){.patch = patch, .target = target});
    }
    for (size_t f = 0; f < loader->files.n; f++)
        for (size_t i = 0; i < loader->schemas[f].source_patches.n; i++)
            vec_push(arena, &jobs,
                     (TestJob){.patch = loader->schemas[f].source_patches.at[i],
                               .target = loader->schemas[f].source_patches.at[i]->target});
    loader_parallel(loader, jobs.n, read_job, jobs.at);
    for (size_t i = 0; i < jobs.n; i++)
        for (size_t j = 0; j < jobs.at[i].nodes.n; j++) vec_push(arena, &loader->nodes, jobs.at[i].nodes.at[j]);
}
