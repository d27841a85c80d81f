#include "project/shape.h"

#include "base/edit.h"
#include "project/read_schema.h"

#include <string.h>

typedef struct Reader {
    Worker *worker;
    const ProjectFile *file;
    bool ok;
} Reader;

enum { MANY_KEYS = 48 };

static void wrong(Reader *r, const YamlNode *node, const ShapeField *field, const char *wanted)
{
    Str what = str_fmt(r->worker->scratch, "'%s'", field->name);
    yaml_wrong_type(node, str_c(r->worker->scratch, what), wanted, &r->worker->sink);
    r->ok = false;
}

static Value rendered(Reader *r, const YamlNode *node)
{
    Value v = VALUE_NONE;
    if (!yaml_to_value(r->worker->arena, r->worker->yaml, r->file->package->family, node, NULL, &v)) r->ok = false;
    return v;
}

static Value read_object(Reader *r, const Shape *shape, const YamlNode *node);

/* A mapping, or only its name: `measure: orders`. */
static Value read_named(Reader *r, const ShapeField *field, const YamlNode *node)
{
    if (yaml_is(node, YAML_MAP)) return read_object(r, field->shape, node);
    if (!yaml_is(node, YAML_STR)) {
        wrong(r, node, field, "a name, or a mapping with a 'name'");
        return VALUE_NONE;
    }
    YamlNode key = {.kind = YAML_STR, .text = STR("name"), .span = node->span};
    YamlPair pair = {&key, node};
    YamlNode map = {.kind = YAML_MAP, .span = node->span};
    map.u.map.pairs = &pair;
    map.u.map.count = 1;
    return read_object(r, field->shape, &map);
}

static Value read_list(Reader *r, const ShapeField *field, const YamlNode *node, bool named)
{
    Value list = value_list(r->worker->arena);
    if (!yaml_is(node, YAML_SEQ)) {
        wrong(r, node, field, "a list");
        return list;
    }
    for (size_t i = 0; i < node->u.seq.count; i++) {
        const YamlNode *item = node->u.seq.items[i];
        list_push(list.u.list, named ? read_named(r, field, item) : read_object(r, field->shape, item));
    }
    return list;
}

static Value read_strs(Reader *r, const ShapeField *field, const YamlNode *node)
{
    Value list = value_list(r->worker->arena);
    if (!yaml_is(node, YAML_SEQ)) {
        wrong(r, node, field, "a list of strings");
        return list;
    }
    for (size_t i = 0; i < node->u.seq.count; i++) {
        Value v = rendered(r, node->u.seq.items[i]);
        if (v.kind != V_STR) wrong(r, node->u.seq.items[i], field, "a list of strings");
        list_push(list.u.list, v);
    }
    return list;
}

/* Filters hold templates of MetricFlow: they are kept as they stand. */
static Value read_filter(Reader *r, const ShapeField *field, const YamlNode *node)
{
    Arena *arena = r->worker->arena;
    Value filters = value_list(arena), out = value_dict(arena);
    size_t count = yaml_is(node, YAML_SEQ) ? node->u.seq.count : 1;
    for (size_t i = 0; i < count; i++) {
        const YamlNode *item = yaml_is(node, YAML_SEQ) ? node->u.seq.items[i] : node;
        if (!yaml_is(item, YAML_STR)) {
            wrong(r, item, field, "a string, or a list of strings");
            continue;
        }
        Value filter = value_dict(arena);
        dict_set_str(filter.u.dict, STR("where_sql_template"), value_str(item->text));
        list_push(filters.u.list, filter);
    }
    dict_set_str(out.u.dict, STR("where_filters"), filters);
    return out;
}

/* dbt: _get_optional_time_window. "7 days" and "7 day" are one; a granularity of the project's own keeps its s. */
static Value read_window(Reader *r, const ShapeField *field, const YamlNode *node)
{
    static const char *const grains[] = {"nanosecond", "microsecond", "millisecond", "second",  "minute", "hour",
                                         "day",        "week",        "month",       "quarter", "year"};
    Arena *arena = r->worker->arena;
    Str text = yaml_is(node, YAML_STR) ? str_lower(arena, node->text) : STR_EMPTY, rest = text, count, grain, more;
    int64_t number = 0;
    if (!str_split_next(&rest, ' ', &count) || !str_split_next(&rest, ' ', &grain) ||
        str_split_next(&rest, ' ', &more) || !str_to_int(count, &number) || number < 0) {
        diag_add(&r->worker->sink, DIAG_yaml_type, node->span, "'%s' must be a count and a granularity", field->name);
        diag_hint(&r->worker->sink, "write e.g. `7 days`");
        r->ok = false;
        return VALUE_NONE;
    }
    for (size_t i = 0; i < sizeof grains / sizeof *grains; i++)
        if (grain.len == strlen(grains[i]) + 1 && str_starts(grain, str_from(grains[i])) &&
            grain.ptr[grain.len - 1] == 's')
            grain = str_from(grains[i]);
    Value window = value_dict(arena);
    dict_set_str(window.u.dict, STR("count"), value_int(number));
    dict_set_str(window.u.dict, STR("granularity"), value_str(grain));
    return window;
}

static Value read_word(Reader *r, const ShapeField *field, const YamlNode *node)
{
    Value v = rendered(r, node);
    size_t count = 0;
    while (field->words[count]) count++;
    Str word = v.kind == V_STR ? str_lower(r->worker->arena, value_text(v)) : STR_EMPTY;
    for (size_t i = 0; i < count; i++)
        if (str_eq(word, str_from(field->words[i]))) return value_str(str_from(field->words[i]));
    Buf list;
    buf_init(&list, r->worker->scratch);
    Str *words = ARENA_ARRAY(r->worker->scratch, Str, count), best;
    for (size_t i = 0; i < count; i++) {
        buf_addf(&list, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", field->words[i]);
        words[i] = str_from(field->words[i]);
    }
    Str said = buf_str(&list);
    diag_add(&r->worker->sink, DIAG_yaml_type, node->span, "'%s' must be %.*s", field->name, STR_ARG(said));
    if (nearest(word, words, count, &best)) diag_hint(&r->worker->sink, "did you mean '%.*s'?", STR_ARG(best));
    r->ok = false;
    return VALUE_NONE;
}

static Value typed(Reader *r, const ShapeField *field, const YamlNode *node, bool fits, const char *wanted, Value v)
{
    if (fits) return v;
    wrong(r, node, field, wanted);
    return VALUE_NONE;
}

static Value meta_of(Reader *r, const YamlNode *config)
{
    Value out = value_dict(r->worker->arena), meta = value_dict(r->worker->arena);
    const YamlNode *node = yaml_get(config, STR("meta"));
    if (yaml_is(node, YAML_MAP)) meta = rendered(r, node);
    dict_set_str(out.u.dict, STR("meta"), meta);
    return out;
}

static Value missing(Reader *r, const ShapeField *field)
{
    switch (field->kind) {
    case SHAPE_STRS:
    case SHAPE_OBJECTS:
    case SHAPE_NAMEDS: return value_list(r->worker->arena);
    case SHAPE_BOOL: return value_bool(field->fallback && strcmp(field->fallback, "true") == 0);
    case SHAPE_META: return meta_of(r, NULL);
    default: return field->fallback ? value_str(str_from(field->fallback)) : VALUE_NONE;
    }
}

static Value read_field(Reader *r, const ShapeField *field, const YamlNode *node)
{
    Value v;
    switch (field->kind) {
    case SHAPE_STR: v = rendered(r, node); return typed(r, field, node, v.kind == V_STR, "a string", v);
    case SHAPE_TEXT:
        if (!yaml_is_scalar(node)) return typed(r, field, node, false, "a string", VALUE_NONE);
        if (!yaml_is(node, YAML_STR)) return value_str(yaml_scalar_str(r->worker->arena, node));
        v = rendered(r, node);
        return value_str(value_to_str(r->worker->arena, v));
    case SHAPE_DESCRIPTION: {
        Str text = STR_EMPTY;
        r->ok &= yaml_description(r->worker, r->file->package, node, &text, NULL);
        return value_str(text);
    }
    case SHAPE_WORD: return read_word(r, field, node);
    case SHAPE_BOOL: v = rendered(r, node); return typed(r, field, node, v.kind == V_BOOL, "true or false", v);
    case SHAPE_INT: v = rendered(r, node); return typed(r, field, node, v.kind == V_INT, "a whole number", v);
    case SHAPE_NUMBER:
        v = rendered(r, node);
        return typed(r, field, node, v.kind == V_INT || v.kind == V_FLOAT, "a number", v);
    case SHAPE_ANY: return rendered(r, node);
    case SHAPE_STRS: return read_strs(r, field, node);
    case SHAPE_FILTER: return read_filter(r, field, node);
    case SHAPE_WINDOW: return read_window(r, field, node);
    case SHAPE_OBJECT: return read_object(r, field->shape, node);
    case SHAPE_NAMED: return read_named(r, field, node);
    case SHAPE_OBJECTS:
    case SHAPE_OBJECTS_OR_NULL: return read_list(r, field, node, false);
    case SHAPE_NAMEDS: return read_list(r, field, node, true);
    case SHAPE_META: return meta_of(r, node);
    case SHAPE_NULL: break;
    }
    return VALUE_NONE;
}

static void check_keys(Reader *r, const Shape *shape, const YamlNode *node)
{
    Str known[MANY_KEYS];
    size_t n = 0;
    for (size_t i = 0; i < shape->count && n < MANY_KEYS; i++)
        if (shape->fields[i].kind != SHAPE_NULL) known[n++] = str_from(shape->fields[i].name);
    for (size_t i = 0; shape->others && shape->others[i] && n < MANY_KEYS; i++) known[n++] = str_from(shape->others[i]);
    yaml_check_keys(node, known, n, shape->what, &r->worker->sink);
}

static Value read_object(Reader *r, const Shape *shape, const YamlNode *node)
{
    Value out = value_dict(r->worker->arena);
    if (!yaml_is(node, YAML_MAP)) {
        yaml_wrong_type(node, shape->what, "a mapping", &r->worker->sink);
        r->ok = false;
        return out;
    }
    check_keys(r, shape, node);
    for (size_t i = 0; i < shape->count; i++) {
        const ShapeField *field = &shape->fields[i];
        const YamlNode *at = field->kind == SHAPE_NULL ? NULL : yaml_get(node, str_from(field->name));
        if (!yaml_absent(at)) {
            dict_set_str(out.u.dict, str_from(field->name), read_field(r, field, at));
            continue;
        }
        if (field->required) {
            diag_add(&r->worker->sink, DIAG_yaml_missing_key, node->span, "%s needs a '%s'", shape->what, field->name);
            diag_hint(&r->worker->sink, "add a line `%s: ...`", field->name);
            r->ok = false;
        }
        dict_set_str(out.u.dict, str_from(field->name), missing(r, field));
    }
    return out;
}

bool shape_read(Worker *worker, const ProjectFile *file, const Shape *shape, const YamlNode *node, Value *value)
{
    Reader r = {worker, file, true};
    *value = read_object(&r, shape, node);
    return r.ok;
}
