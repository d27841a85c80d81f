/* Unit tests: YAML entries that give a model rows to read and the rows that it must make of them.
 *
 * They are read once all models are known, since one for a versioned model becomes one for each version. Ids, fqns, rows
 * and checksums are dbt's (dbt/parser/unit_tests.py). */
#include "base/csv.h"
#include "base/edit.h"
#include "base/file.h"
#include "base/hash.h"
#include "project/config.h"
#include "project/read_schema.h"

#include <string.h>

#define KEYS(name) name, sizeof name / sizeof *name

static const Str unit_test_keys[] = {
    STR_INIT("name"),   STR_INIT("model"),     STR_INIT("description"), STR_INIT("given"),
    STR_INIT("expect"), STR_INIT("overrides"), STR_INIT("config"),      STR_INIT("versions"),
};
static const Str given_keys[] = {STR_INIT("input"), STR_INIT("rows"), STR_INIT("format"), STR_INIT("fixture")};
static const Str expect_keys[] = {STR_INIT("rows"), STR_INIT("format"), STR_INIT("fixture")};
static const Str override_keys[] = {STR_INIT("macros"), STR_INIT("vars"), STR_INIT("env_vars")};
static const Str version_keys[] = {STR_INIT("include"), STR_INIT("exclude")};

/* All models by name, whatever package they are in, disabled and broken ones too. */
typedef struct UnitTests {
    Map models; /* name -> NodeList * */
    Map fixtures; /* "package name" -> ProjectFile * */
    struct UnitJob *jobs;
} UnitTests;

typedef struct UnitJob {
    size_t file; /* into loader->files and loader->schemas */
    NodeVec nodes;
} UnitJob;

typedef struct UnitReader {
    Loader *loader;
    Worker *worker;
    const UnitTests *all;
    ProjectFile *file;
    Node *node;
    UnitTestInfo *info;
} UnitReader;

static void wrong(UnitReader *r, Span span, Str message, const char *hint)
{
    diag_add(&r->worker->sink, DIAG_unit_test_invalid, span, "%.*s", STR_ARG(message));
    if (hint) diag_hint(&r->worker->sink, "%s", hint);
    r->node->broken = true;
}

/* ---- rows ---- */

static void add_column(UnitReader *r, UnitFixture *fixture, Str name, Span span)
{
    for (size_t i = 0; i < fixture->column_count; i++)
        if (str_eq(fixture->columns[i].text, name)) return;
    if (fixture->column_count == fixture->column_cap)
        fixture->columns = vec_grown(r->worker->arena, fixture->columns, &fixture->column_cap,
                                     fixture->column_count + 1, sizeof *fixture->columns);
    fixture->columns[fixture->column_count++] = (SpanText){name, span};
}

static void dict_rows(UnitReader *r, UnitFixture *fixture, const YamlNode *rows)
{
    Arena *arena = r->worker->arena;
    if (!yaml_is(rows, YAML_SEQ)) {
        wrong(
            r, rows ? rows->span : fixture->span, STR("the rows of the format dict must be a list of mappings"),
            "write e.g. `rows: [{id: 1, name: a}]`; for rows as text name their format: `format: csv` or `format: sql`");
        return;
    }
    fixture->rows = value_list(arena);
    for (size_t i = 0; i < rows->u.seq.count; i++) {
        const YamlNode *row = rows->u.seq.items[i];
        Value v;
        if (!yaml_is(row, YAML_MAP)) {
            wrong(r, row->span, STR("a row must be a mapping of columns to values"), "write e.g. {id: 1, name: a}");
            return;
        }
        for (size_t k = 0; k < row->u.map.count; k++)
            add_column(r, fixture, row->u.map.pairs[k].key->text, row->u.map.pairs[k].key->span);
        if (!yaml_to_value(arena, r->worker->yaml, r->file->package->family, row, NULL, &v)) {
            r->node->broken = true;
            return;
        }
        list_push(fixture->rows.u.list, v);
    }
}

/* Where byte `at` of a CSV is: in a file of its own, or in a scalar of the YAML. */
typedef struct CsvPlace {
    SourceId source; /* of a file; 0: a scalar */
    const YamlNode *scalar;
} CsvPlace;

static Span csv_span(UnitReader *r, const CsvPlace *place, size_t at, size_t length)
{
    if (place->source) return (Span){place->source, (uint32_t)at, (uint32_t)(at + length)};
    Span span = yaml_place(r->loader->manifest->sources, place->scalar, at);
    return span;
}

/* An empty cell is null, as in dbt; blank lines are no rows, and so is a text of nothing else, without a header too. */
static void csv_rows(UnitReader *r, UnitFixture *fixture, Str text, const CsvPlace *place)
{
    Arena *arena = r->worker->arena;
    fixture->rows = value_list(arena);
    fixture->texts = true;
    if (!str_trim(text).len) return;
    size_t blank = 0; /* lines before the header */
    while (blank < text.len && (text.ptr[blank] == '\n' || text.ptr[blank] == '\r')) blank++;
    CsvReader csv;
    bool ok = csv_open(&csv, arena, str_from_index(text, blank), ',');
    for (size_t c = 0, at = 0; ok && c < csv.column_count; c++) {
        size_t found = str_find(text, csv.header[c], at); /* not there as it is if it has doubled quotes */
        if (found != STR_NPOS) at = found;
        add_column(r, fixture, csv.header[c], csv_span(r, place, at, csv.header[c].len));
    }
    while (ok && csv_next(&csv)) {
        if (csv.blank) continue;
        Value row = value_dict(arena);
        for (size_t c = 0; c < csv.column_count; c++)
            dict_set_str(row.u.dict, csv.header[c],
                         csv.cells[c].len ? value_str(str_dup(arena, csv.cells[c])) : VALUE_NONE);
        list_push(fixture->rows.u.list, row);
    }
    if (csv.error.len)
        wrong(r, csv_span(r, place, blank + csv.error_at, 1), str_dup(arena, csv.error),
              "every line needs as many cells as the header; put cells that hold commas into double quotes");
    csv_close(&csv);
}

static void sql_rows(UnitReader *r, UnitFixture *fixture, Span region, Str text)
{
    Worker *worker = r->worker;
    TplOptions options = {.family = tpl_family_of(text, r->file->package->family)};
    fixture->rows = value_str(text);
    fixture->unit = tpl_parse(worker->arena, r->loader->manifest->sources, region, &options, &worker->sink);
    if (!fixture->unit) r->node->broken = true;
}

/* ---- where rows come from ---- */

static ProjectFile *find_fixture(UnitReader *r, Str name, Span span)
{
    Arena *arena = r->worker->scratch;
    const Package *package = r->file->package;
    ProjectFile *file = map_get(&r->all->fixtures, str_fmt(arena, "%.*s %.*s", STR_ARG(package->name), STR_ARG(name)));
    if (file) return file;
    VEC(Str) names = {0};
    for (size_t i = 0; i < r->loader->files.n; i++) {
        const ProjectFile *other = &r->loader->files.at[i];
        if (other->kind == FILE_FIXTURE && other->package == package) vec_push(arena, &names, path_stem(other->path));
    }
    wrong(r, span, str_fmt(arena, "there is no fixture '%.*s'", STR_ARG(name)), NULL);
    Str best;
    if (nearest(name, names.at, names.n, &best))
        diag_hint(&r->worker->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(&r->worker->sink, "put %.*s.csv or %.*s.sql below tests/fixtures", STR_ARG(name), STR_ARG(name));
    return NULL;
}

static void file_rows(UnitReader *r, UnitFixture *fixture, const YamlNode *name)
{
    ProjectFile *file = find_fixture(r, fixture->fixture, name->span);
    if (!file) return;
    Str ext = str_from_index(path_ext(file->path), 1);
    if (!str_eq(ext, fixture->format)) {
        wrong(r, name->span,
              str_fmt(r->worker->arena, "the format is %.*s, but the fixture is %.*s", STR_ARG(fixture->format),
                      STR_ARG(file->path)),
              "write `format: csv` or `format: sql`, as the file's name ends");
        return;
    }
    fixture->rows_span = (Span){file->source, 0, 0};
    if (str_eq(ext, STR("sql"))) {
        Str text = str_trim(file->text); /* as dbt reads files; the checksum holds it */
        uint32_t start = (uint32_t)(text.ptr - file->text.ptr);
        sql_rows(r, fixture, (Span){file->source, start, start + (uint32_t)text.len}, text);
        return;
    }
    CsvPlace place = {file->source, NULL};
    csv_rows(r, fixture, file->text, &place);
}

static void text_rows(UnitReader *r, UnitFixture *fixture, const YamlNode *rows)
{
    Arena *arena = r->worker->arena;
    Value v;
    if (!yaml_is(rows, YAML_STR)) {
        wrong(
            r, rows ? rows->span : fixture->span,
            str_fmt(arena, "rows of the format %.*s must be text, or come from a `fixture`", STR_ARG(fixture->format)),
            "write `rows: |` and the lines below it, further to the right");
        return;
    }
    if (!yaml_to_value(arena, r->worker->yaml, r->file->package->family, rows, NULL, &v)) {
        r->node->broken = true;
        return;
    }
    Str text = v.kind == V_STR ? value_text(v) : value_to_str(arena, v);
    bool as_written = str_eq(text, rows->text);
    if (str_eq(fixture->format, STR("csv"))) {
        CsvPlace place = {0, rows};
        csv_rows(r, fixture, text, &place);
        return;
    }
    Span region = rows->inner;
    const SourceTable *sources = r->loader->manifest->sources;
    if (!as_written || !str_eq(str_slice(source_text(sources, region.source), region.start, region.end), text)) {
        SourcePosition at = source_position(sources, rows->span.source, rows->span.start);
        Str shown = str_fmt(arena, "%.*s (line %u)", STR_ARG(source_path(sources, rows->span.source)), at.line);
        region = (Span){source_add(r->loader->manifest->sources, shown, text), 0, (uint32_t)text.len};
    }
    sql_rows(r, fixture, region, text);
}

static Node *find_node(const Loader *loader, const Package *package, ResourceType type, Str name)
{
    for (size_t i = 0; i < loader->nodes.n; i++) {
        Node *node = loader->nodes.at[i];
        if (node->type == type && str_eq(node->name, name) && (!package || node->package == package)) return node;
    }
    return NULL;
}

/* An input without rows is a seed with those of its file. */
static void seed_rows(UnitReader *r, UnitFixture *fixture)
{
    Node *seed = fixture->ref.name.len ? find_node(r->loader, NULL, RESOURCE_SEED, fixture->ref.name) : NULL;
    if (!seed) {
        wrong(r, fixture->span, STR("this input has neither rows nor a fixture"),
              "add `rows:` ([] for none); only seeds bring rows of their own");
        return;
    }
    Str text, error;
    Str path = path_join(r->worker->arena, seed->package->root, seed->original_file_path);
    if (!file_read(r->worker->arena, path.ptr, &text, &error)) {
        wrong(r, fixture->span, str_fmt(r->worker->arena, "cannot read %.*s: %.*s", STR_ARG(path), STR_ARG(error)),
              NULL);
        return;
    }
    fixture->rows_span = fixture->span;
    SourceId source = source_add(r->loader->manifest->sources, seed->original_file_path, text);
    CsvPlace place = {source, NULL};
    csv_rows(r, fixture, text, &place);
}

static bool has_none(Value row)
{
    for (uint32_t i = 0; i < row.u.dict->used; i++)
        if (row.u.dict->entries[i].key.kind != V_UNDEFINED && row.u.dict->entries[i].value.kind == V_NONE) return true;
    return false;
}

/* dbt puts the first row without nulls first: some databases take a column's type from there. */
static void promote_row(Value rows)
{
    if (rows.kind != V_LIST) return;
    List *list = rows.u.list;
    for (uint32_t i = 0; i < list->n; i++) {
        if (has_none(list->at[i])) continue;
        Value first = list->at[0];
        list->at[0] = list->at[i];
        list->at[i] = first;
        return;
    }
}

static void read_rows(UnitReader *r, UnitFixture *fixture, const YamlNode *map)
{
    Worker *worker = r->worker;
    fixture->format = STR("dict");
    if (!schema_str(worker, r->file, map, "format", &fixture->format) ||
        !schema_str(worker, r->file, map, "fixture", &fixture->fixture)) {
        r->node->broken = true;
        return;
    }
    bool dict = str_eq(fixture->format, STR("dict"));
    if (!dict && !str_eq(fixture->format, STR("csv")) && !str_eq(fixture->format, STR("sql"))) {
        wrong(r, yaml_get(map, STR("format"))->span,
              str_fmt(worker->arena, "'%.*s' is no format of rows", STR_ARG(fixture->format)), "use dict, csv or sql");
        return;
    }
    const YamlNode *rows = yaml_get(map, STR("rows")), *name = yaml_get(map, STR("fixture"));
    fixture->rows_span = rows ? rows->span : fixture->span;
    if (fixture->fixture.len && dict)
        wrong(r, name->span, STR("a fixture is a file of csv or sql"), "add `format: csv` or `format: sql` beside it");
    else if (fixture->fixture.len && !yaml_absent(rows))
        wrong(r, rows->span, STR("there are both rows and a fixture"), "keep one of the two");
    else if (fixture->fixture.len)
        file_rows(r, fixture, name);
    else if (dict && yaml_absent(rows) && fixture->input.len)
        seed_rows(r, fixture);
    else if (dict)
        dict_rows(r, fixture, rows);
    else
        text_rows(r, fixture, rows);
    promote_row(fixture->rows);
}

/* ---- inputs ---- */

static void place_at(DiagSink *sink, size_t from, Span span)
{
    for (size_t i = from; i < sink->count; i++) sink->items[i].span = span;
}

/* "ref('a')", "source('s', 't')" or "this": an expression without delimiters. */
static void read_input(UnitReader *r, UnitFixture *fixture)
{
    Worker *worker = r->worker;
    if (str_eq(str_trim(fixture->input), STR("this"))) return;
    Captured captured = {0};
    Str expression = str_fmt(worker->arena, "{{ %.*s }}", STR_ARG(fixture->input));
    SourceId source = source_add(r->loader->manifest->sources, r->file->path, expression);
    TplOptions options = {.family = TPL_CURLY};
    size_t said = worker->sink.count;
    TplUnit *unit = tpl_parse(worker->arena, r->loader->manifest->sources, (Span){source, 0, (uint32_t)expression.len},
                              &options, &worker->sink);
    if (unit) {
        Value ignored;
        context_set_node(worker->parse, r->node, r->file->package);
        context_set_capture(worker->parse, &captured, worker->arena);
        context_render(worker->parse, unit, &ignored);
        context_set_capture(worker->parse, NULL, NULL);
    }
    place_at(&worker->sink, said, fixture->span);
    if (said < worker->sink.count) {
        r->node->broken = true;
    } else if (captured.ref_count + captured.source_count != 1) {
        wrong(r, fixture->span,
              str_fmt(worker->arena, "'%.*s' is no input: it must be ref(...), source(...) or this",
                      STR_ARG(fixture->input)),
              "write it as the model does, without the braces: e.g. input: ref('orders')");
    } else if (captured.ref_count) {
        fixture->ref = captured.refs[0];
        fixture->ref.span = fixture->span;
    } else {
        fixture->source = captured.sources[0];
        fixture->source.span = fixture->span;
    }
}

static UnitFixture new_fixture(Span span)
{
    return (UnitFixture){.input = STR_EMPTY, .span = span, .rows = value_undefined(STR_EMPTY), .fixture = STR_EMPTY};
}

static void read_given(UnitReader *r, const YamlNode *entry)
{
    const YamlNode *list = NULL;
    UnitTestInfo *info = r->info;
    if (!yaml_get_list(entry, "given", &r->worker->sink, &list)) r->node->broken = true;
    if (!yaml_pair(entry, STR("given"))) {
        diag_add(&r->worker->sink, DIAG_yaml_missing_key, entry->span, "a unit test needs 'given'");
        diag_hint(&r->worker->sink, "list the inputs of the model with their rows, or write `given: []`");
        r->node->broken = true;
    }
    if (!list) return;
    info->given = ARENA_ARRAY(r->worker->arena, UnitFixture, list->u.seq.count + 1);
    for (size_t i = 0; i < list->u.seq.count; i++) {
        const YamlNode *item = list->u.seq.items[i], *input = yaml_get(item, STR("input"));
        if (!yaml_is(item, YAML_MAP) || yaml_absent(input)) {
            wrong(r, item->span, STR("what is given must be a mapping with an 'input'"),
                  "write e.g. `- input: ref('orders')` and below it `rows: [...]`");
            continue;
        }
        yaml_check_keys(item, KEYS(given_keys), "what is given to a unit test", &r->worker->sink);
        UnitFixture *fixture = &info->given[info->given_count];
        *fixture = new_fixture(input->span);
        if (!schema_str(r->worker, r->file, item, "input", &fixture->input)) {
            r->node->broken = true;
            continue;
        }
        info->given_count++;
        read_input(r, fixture);
        read_rows(r, fixture, item);
    }
}

static void read_expect(UnitReader *r, const YamlNode *entry, Span span)
{
    const YamlNode *expect = yaml_get(entry, STR("expect"));
    r->info->expect = new_fixture(expect ? expect->span : span);
    if (!yaml_is(expect, YAML_MAP)) {
        wrong(r, r->info->expect.span, STR("a unit test needs an 'expect' with rows"),
              "write `expect:` and below it `rows: [...]`");
        return;
    }
    yaml_check_keys(expect, KEYS(expect_keys), "what a unit test expects", &r->worker->sink);
    r->info->expect.span = yaml_pair(entry, STR("expect"))->key->span;
    read_rows(r, &r->info->expect, expect);
}

/* ---- overrides, versions ---- */

static Value dict_below(UnitReader *r, const YamlNode *map, const char *key)
{
    Value v;
    if (!schema_value(r->worker, r->file, map, key, &v)) r->node->broken = true;
    if (v.kind == V_DICT) return v;
    if (v.kind != V_UNDEFINED)
        wrong(r, yaml_get(map, str_from(key))->span,
              str_fmt(r->worker->arena, "the overridden %s must be a mapping of names to values", key), NULL);
    return value_dict(r->worker->arena);
}

static void read_overrides(UnitReader *r, const YamlNode *entry)
{
    const YamlNode *overrides = NULL;
    if (!yaml_get_map(entry, "overrides", &r->worker->sink, &overrides)) r->node->broken = true;
    UnitTestInfo *info = r->info;
    info->has_overrides = overrides != NULL;
    if (overrides) yaml_check_keys(overrides, KEYS(override_keys), "overrides", &r->worker->sink);
    info->macros = dict_below(r, overrides, "macros");
    info->vars = dict_below(r, overrides, "vars");
    info->env_vars = dict_below(r, overrides, "env_vars");
}

static Value list_below(UnitReader *r, const YamlNode *map, const char *key)
{
    Value v;
    if (!schema_value(r->worker, r->file, map, key, &v)) r->node->broken = true;
    if (v.kind == V_LIST) return v;
    if (v.kind != V_UNDEFINED && v.kind != V_NONE)
        wrong(r, yaml_get(map, str_from(key))->span,
              str_fmt(r->worker->arena, "the versions to %s must be a list", key), "write e.g. [1, 2]");
    return VALUE_NONE;
}

static void read_versions(UnitReader *r, const YamlNode *entry)
{
    const YamlNode *versions = NULL;
    if (!yaml_get_map(entry, "versions", &r->worker->sink, &versions)) r->node->broken = true;
    r->info->has_versions = versions != NULL;
    if (versions) yaml_check_keys(versions, KEYS(version_keys), "versions", &r->worker->sink);
    r->info->include = list_below(r, versions, "include");
    r->info->exclude = list_below(r, versions, "exclude");
    if (value_truthy(r->info->include) && value_truthy(r->info->exclude))
        wrong(r, versions->span, STR("versions are both included and excluded"), "keep one of the two");
}

/* ---- the checksum: dbt hashes what Python prints of its objects ---- */

static void add_fixture(Buf *out, const UnitFixture *fixture)
{
    static const struct {
        const char *format, *member;
    } members[] = {{"csv", "CSV"}, {"dict", "Dict"}, {"sql", "SQL"}};
    bool given = fixture->input.len > 0;
    buf_addz(out, given ? "UnitTestInputFixture(input=" : "UnitTestOutputFixture(");
    if (given) {
        value_repr(value_str(fixture->input), out);
        buf_addz(out, ", ");
    }
    buf_addz(out, "rows=");
    value_repr(fixture->rows.kind == V_UNDEFINED ? VALUE_NONE : fixture->rows, out);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (str_eq(fixture->format, str_from(members[i].format)))
            buf_addf(out, ", format=<UnitTestFormat.%s: '%s'>", members[i].member, members[i].format);
    buf_addz(out, ", fixture=");
    value_repr(fixture->fixture.len ? value_str(fixture->fixture) : VALUE_NONE, out);
    buf_addc(out, ')');
}

static Str checksum(Arena *arena, const UnitTestInfo *info)
{
    Buf text;
    buf_init(&text, NULL);
    buf_addf(&text, "%.*s-", STR_ARG(info->model));
    if (info->has_versions) {
        buf_addz(&text, "UnitTestNodeVersions(include=");
        value_repr(info->include, &text);
        buf_addz(&text, ", exclude=");
        value_repr(info->exclude, &text);
        buf_addz(&text, ")-[");
    } else {
        buf_addz(&text, "None-[");
    }
    for (size_t i = 0; i < info->given_count; i++) {
        if (i) buf_addz(&text, ", ");
        add_fixture(&text, &info->given[i]);
    }
    buf_addz(&text, "]-");
    add_fixture(&text, &info->expect);
    if (info->has_overrides) {
        buf_addz(&text, "-UnitTestOverrides(macros=");
        value_repr(info->macros, &text);
        buf_addz(&text, ", vars=");
        value_repr(info->vars, &text);
        buf_addz(&text, ", env_vars=");
        value_repr(info->env_vars, &text);
        buf_addc(&text, ')');
    } else {
        buf_addz(&text, "-None");
    }
    for (size_t i = 0; i < info->given_count; i++) {
        if (!info->given[i].fixture.len) continue;
        buf_addc(&text, '-');
        value_print(info->given[i].rows, &text);
    }
    Str hash = sha256_hex(arena, buf_str(&text));
    buf_release(&text);
    return hash;
}

/* ---- the tested model ---- */

static bool contains(Value list, Value version)
{
    for (uint32_t i = 0; list.kind == V_LIST && i < list.u.list->n; i++)
        if (value_equal(list.u.list->at[i], version)) return true;
    return false;
}

static bool calls_is_incremental(const Node *model)
{
    for (size_t i = 0; i < model->depends_on_macro_count; i++)
        if (str_eq(model->depends_on_macros[i], STR("macro.dbt.is_incremental"))) return true;
    return false;
}

/* A model that asks is_incremental() must be told, and then have the rows that it would find in its own table. */
static void check_incremental(UnitReader *r, const Node *model, Span span)
{
    if (!calls_is_incremental(model)) return;
    Value told = dict_get_str(r->info->macros.u.dict, STR("is_incremental"));
    if (told.kind != V_BOOL) {
        wrong(r, span,
              str_fmt(r->worker->arena, "the model %.*s asks is_incremental(), so the unit test must say what it gives",
                      STR_ARG(model->name)),
              "add `overrides: {macros: {is_incremental: true}}`, or false for the first run");
        return;
    }
    bool has_this = false;
    for (size_t i = 0; i < r->info->given_count; i++)
        has_this = has_this || str_eq(str_trim(r->info->given[i].input), STR("this"));
    if (told.u.boolean && !has_this)
        wrong(r, span, str_fmt(r->worker->arena, "the rows that %.*s has already are not given", STR_ARG(model->name)),
              "add `- input: this` with its rows below `given:`");
}

static void report_no_model(UnitReader *r, Span span)
{
    Arena *arena = r->worker->scratch;
    VEC(Str) names = {0};
    for (size_t i = 0; i < r->all->models.count; i++) vec_push(arena, &names, r->all->models.entries[i].key);
    wrong(r, span, str_fmt(arena, "there is no model '%.*s' to test", STR_ARG(r->info->model)), NULL);
    Str best;
    if (nearest(r->info->model, names.at, names.n, &best))
        diag_hint(&r->worker->sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(&r->worker->sink, "a unit test names a model of its own package; `cdbt ls` lists them");
}

static void of_model(UnitReader *r, Node *node, Node *model)
{
    node->unit_test->tested = model;
    node->schema = model->schema;
    node->database = model->database;
    if (!model->enabled) {
        node->enabled = false; /* dbt: with its model */
        node->config = value_dict_clone(r->worker->arena, node->config, 0);
        dict_set_str(node->config.u.dict, STR("enabled"), VALUE_FALSE);
    }
    if (model->broken) node->broken = true;
}

/* One node for each version that is meant. */
static void of_versions(UnitReader *r, NodeVec *out, const NodeList *models, const Node *latest, Span span)
{
    Arena *arena = r->worker->arena;
    const UnitTestInfo *info = r->info;
    size_t before = out->n;
    for (size_t i = 0; i < models->n; i++) {
        Node *model = models->at[i];
        if (model->package != r->file->package) continue;
        if (info->has_versions && value_truthy(info->exclude) && contains(info->exclude, model->version)) continue;
        if (info->has_versions && value_truthy(info->include) && !contains(info->include, model->version)) continue;
        Node *node = arena_copy(arena, r->node, sizeof *r->node);
        node->unit_test = arena_copy(arena, info, sizeof *info);
        node->unit_test->given = arena_copy(arena, info->given, sizeof *info->given * (info->given_count + 1));
        node->version = model->version;
        node->unique_id =
            str_fmt(arena, "%.*s_v%.*s", STR_ARG(r->node->unique_id), STR_ARG(value_to_str(arena, model->version)));
        node->alias = str_fmt(arena, "%.*s_v%.*s", STR_ARG(node->name), STR_ARG(value_to_str(arena, model->version)));
        of_model(r, node, model);
        node->schema = latest->schema; /* as in dbt, which makes them of the one for the latest version */
        vec_push(arena, out, node);
    }
    if (out->n == before)
        wrong(r, span, str_fmt(arena, "none of the versions named is one of the model '%.*s'", STR_ARG(info->model)),
              "correct `versions: {include: [...]}`");
}

static void find_model(UnitReader *r, NodeVec *out, Span span)
{
    const NodeList *models = map_get(&r->all->models, r->info->model);
    Node *model = NULL;
    for (size_t i = 0; models && i < models->n; i++) {
        Node *other = models->at[i];
        if (other->package != r->file->package) continue;
        bool better = !model || (!model->enabled && other->enabled) ||
                      (node_versioned(other) && value_equal(other->version, other->latest_version));
        if (better) model = other;
    }
    if (!model) {
        report_no_model(r, span);
        return;
    }
    if (!model->broken) check_incremental(r, model, span);
    bool chosen = value_truthy(r->info->include) || value_truthy(r->info->exclude);
    if (node_versioned(model)) {
        of_versions(r, out, models, model, span);
    } else if (chosen) {
        wrong(r, span, str_fmt(r->worker->arena, "the model '%.*s' has no versions", STR_ARG(r->info->model)),
              "take out `versions:`");
    } else {
        of_model(r, r->node, model);
        vec_push(r->worker->arena, out, r->node);
    }
}

/* ---- the entry ---- */

static void read_entry(Loader *loader, Worker *worker, const UnitTests *all, ProjectFile *file, NodeVec *out,
                       const YamlNode *entry)
{
    Arena *arena = worker->arena;
    Str name, model = STR_EMPTY;
    Span span;
    context_set_node(worker->yaml, NULL, file->package);
    if (!schema_name(worker, file, entry, "a unit test", &name, &span)) return;
    if (!yaml_check_keys(entry, KEYS(unit_test_keys), "a unit test", &worker->sink))
        diag_become(&worker->sink, DIAG_ERROR); /* as dbt */
    const YamlNode *named = yaml_get(entry, STR("model"));
    if (yaml_absent(named)) {
        diag_add(&worker->sink, DIAG_yaml_missing_key, span, "the unit test '%.*s' needs a 'model'", STR_ARG(name));
        diag_hint(&worker->sink, "add `model: ` and the name of the model to test");
        return;
    }
    if (!schema_text(worker, file->package, named, "'model'", &model)) return;

    Node *node = node_new(arena, RESOURCE_UNIT_TEST, file->package, name, file->relative, file->path);
    node->unique_id =
        str_fmt(arena, "unit_test.%.*s.%.*s.%.*s", STR_ARG(file->package->name), STR_ARG(model), STR_ARG(name));
    node->span = span;
    const Str more[] = {model, name};
    node_set_fqn(arena, node, node_path_below_first(arena, file->path), more, 2);
    UnitTestInfo *info = ARENA_NEW(arena, UnitTestInfo);
    node->unit_test = info;
    info->model = model;
    UnitReader r = {loader, worker, all, file, node, info};

    const YamlNode *description = yaml_get(entry, STR("description"));
    node->description_span = description ? description->span : SPAN_NONE;
    yaml_description(worker, file->package, description, &node->description, NULL);
    Patch level = {.config = schema_config_only(worker, file, entry)};
    if (!node_configure(loader, worker, node, &level, NULL)) node->broken = true;
    node->materialized = STR("unit");
    read_given(&r, entry);
    read_expect(&r, entry, span);
    read_overrides(&r, entry);
    read_versions(&r, entry);
    node->checksum = checksum(arena, info);
    if (!node->broken) find_model(&r, out, named->span);
}

static void read_job(Loader *loader, Worker *worker, size_t item, void *data)
{
    const UnitTests *all = data;
    UnitJob *job = &all->jobs[item];
    const SchemaFile *schema = &loader->schemas[job->file];
    for (size_t i = 0; i < schema->unit_tests.n; i++)
        read_entry(loader, worker, all, &loader->files.at[job->file], &job->nodes, schema->unit_tests.at[i]);
}

static void index_models(Loader *loader, UnitTests *all)
{
    Arena *arena = loader->arena;
    map_init(&all->models, arena);
    for (size_t i = 0; i < loader->nodes.n; i++) {
        Node *node = loader->nodes.at[i];
        if (node->type != RESOURCE_MODEL) continue;
        void **slot = map_slot(&all->models, node->name);
        if (!*slot) *slot = ARENA_NEW(arena, NodeList);
        NodeList *list = *slot;
        vec_push(arena, list, node);
    }
    map_init(&all->fixtures, arena);
    for (size_t i = 0; i < loader->files.n; i++) {
        ProjectFile *file = &loader->files.at[i];
        if (file->kind != FILE_FIXTURE || !file_load(loader, arena, file, loader->sink)) continue;
        map_put(&all->fixtures,
                str_fmt(arena, "%.*s %.*s", STR_ARG(file->package->name), STR_ARG(path_stem(file->path))), file);
    }
}

void unit_tests_read(Loader *loader)
{
    VEC(UnitJob) jobs = {0};
    for (size_t f = 0; f < loader->files.n; f++)
        if (loader->schemas[f].unit_tests.n) vec_push(loader->arena, &jobs, (UnitJob){.file = f});
    if (!jobs.n) return;
    UnitTests all = {.jobs = jobs.at};
    index_models(loader, &all);
    loader_parallel(loader, jobs.n, read_job, &all);
    for (size_t i = 0; i < jobs.n; i++)
        for (size_t k = 0; k < jobs.at[i].nodes.n; k++) vec_push(loader->arena, &loader->nodes, jobs.at[i].nodes.at[k]);
}

/* ---- once all nodes are known ---- */

static bool reads(const Node *model, const Node *input)
{
    for (size_t i = 0; i < model->depends_on_count; i++)
        if (model->depends_on[i] == input) return true;
    return model == input;
}

static bool resolve_input(Loader *loader, Node *node, UnitFixture *fixture)
{
    const UnitTestInfo *info = node->unit_test;
    if (str_eq(str_trim(fixture->input), STR("this"))) {
        fixture->node = info->tested;
        return true;
    }
    const bool is_ref = fixture->ref.name.len > 0;
    bool ok = is_ref ? resolve_ref(loader, node, &fixture->ref, &fixture->node)
                     : resolve_source(loader, node, &fixture->source, &fixture->node);
    if (!ok) return false;
    for (const UnitFixture *other = info->given; other < fixture; other++) {
        if (other->node != fixture->node) continue;
        diag_add(loader->sink, DIAG_unit_test_invalid, fixture->span, "this input is given twice");
        diag_note(loader->sink, other->span, "the other one is here");
        diag_hint(loader->sink, "put all of its rows into one");
        return false;
    }
    return true;
}

bool unit_test_resolve(Loader *loader, Node *node)
{
    UnitTestInfo *info = node->unit_test;
    node->depends_on = ARENA_NEW(loader->arena, Node *);
    node->depends_on[0] = info->tested;
    node->depends_on_count = 1;
    bool ok = true;
    for (size_t i = 0; i < info->given_count; i++) ok &= resolve_input(loader, node, &info->given[i]);
    return ok;
}

static void warn(Loader *loader, const Node *node, Span span, Str message)
{
    Diag *diag = diag_add(loader->sink, DIAG_unit_test_unused, span, "%.*s", STR_ARG(message));
    diag->node = node->unique_id;
}

/* An overridden macro that nobody defines is a misspelt one. */
static void check_macros(Loader *loader, const Node *node)
{
    const Manifest *m = loader->manifest;
    const Dict *macros = node->unit_test->macros.u.dict;
    Arena *scratch = arena_new();
    for (uint32_t i = 0; i < macros->used; i++) {
        if (macros->entries[i].key.kind != V_STR) continue;
        Str name = value_text(macros->entries[i].key), best;
        size_t dot = str_find_char(name, '.', 0);
        bool known =
            dot == STR_NPOS
                ? manifest_find_macro(m, node->package, name) || context_knows(loader->workers[0].parse, name)
                : manifest_find_package_macro(m, str_slice(name, 0, dot), str_from_index(name, dot + 1)) != NULL;
        if (known) continue;
        warn(loader, node, node->span,
             str_fmt(scratch, "the unit test '%.*s' overrides '%.*s', which is no macro", STR_ARG(node->name),
                     STR_ARG(name)));
        VEC(Str) names = {0};
        for (size_t k = 0; k < m->macro_count; k++)
            vec_push(scratch, &names,
                     dot == STR_NPOS ? m->macros[k]->name
                                     : str_fmt(scratch, "%.*s.%.*s", STR_ARG(m->macros[k]->package->name),
                                               STR_ARG(m->macros[k]->name)));
        if (nearest(name, names.at, names.n, &best))
            diag_hint(loader->sink, "did you mean '%.*s'?", STR_ARG(best));
        else
            diag_hint(loader->sink, "a macro of a package is written with its package: dbt_utils.star");
    }
    arena_free(scratch);
}

/* Rows for what the model never reads say that one of the two is wrong. */
void unit_tests_check(Loader *loader)
{
    const Manifest *m = loader->manifest;
    for (size_t i = 0; i < m->node_count; i++) {
        const Node *node = m->nodes[i];
        if (node->type != RESOURCE_UNIT_TEST) continue;
        const UnitTestInfo *info = node->unit_test;
        check_macros(loader, node);
        for (size_t k = 0; k < info->given_count; k++) {
            const UnitFixture *fixture = &info->given[k];
            if (reads(info->tested, fixture->node)) continue;
            warn(loader, node, fixture->span,
                 str_fmt(loader->arena, "the model '%.*s' does not read %.*s: these rows have no effect",
                         STR_ARG(info->model), STR_ARG(fixture->input)));
            diag_hint(loader->sink, "remove the input, or correct its name");
        }
    }
}
