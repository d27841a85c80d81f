#include "project/loader.h"

enum { PATH_DEPTH = 64 };

typedef struct Converter {
    Arena *arena;
    Context *context;
    TplFamily family;
    YamlSkip skip;
    Str path[PATH_DEPTH];
    size_t depth;
} Converter;

static bool convert(Converter *c, const YamlNode *node, Value *value);

static bool convert_scalar(Converter *c, const YamlNode *node, Value *value)
{
    switch (node->kind) {
    case YAML_NULL: *value = VALUE_NONE; return true;
    case YAML_BOOL: *value = value_bool(node->u.boolean); return true;
    case YAML_INT: *value = value_int(node->u.integer); return true;
    case YAML_FLOAT: *value = value_float(node->u.real); return true;
    /* dbt turns dates into ISO text when it renders, and when it writes them down. */
    case YAML_DATE: *value = value_str(yaml_iso(c->arena, node->u.time, true)); return true;
    case YAML_TIME:
        *value = value_str(yaml_iso(c->arena, node->u.time, false));
        value->flags |= VALUE_TIME;
        return true;
    default: break;
    }
    *value = value_str(node->text);
    if (!c->context || (c->skip && c->skip(c->path, c->depth < PATH_DEPTH ? c->depth : PATH_DEPTH))) return true;
    TplFamily family = tpl_family_of_value(node->text, c->family);
    if (tpl_is_plain(node->text, family)) return true;
    Value rendered;
    if (!context_render_native(c->context, node->inner, node->text, family, &rendered)) return false;
    *value = value_copy(c->arena, rendered);
    return true;
}

static bool convert(Converter *c, const YamlNode *node, Value *value)
{
    if (node->kind == YAML_SEQ) {
        *value = value_list(c->arena);
        for (size_t i = 0; i < node->u.seq.count; i++) {
            Value item;
            if (!convert(c, node->u.seq.items[i], &item)) return false;
            list_push(value->u.list, item);
        }
        return true;
    }
    if (node->kind == YAML_MAP) {
        *value = value_dict(c->arena);
        for (size_t i = 0; i < node->u.map.count; i++) {
            const YamlPair *pair = &node->u.map.pairs[i];
            Value key, item;
            Context *context = c->context;
            c->context = NULL; /* keys are never rendered */
            bool ok = convert(c, pair->key, &key);
            c->context = context;
            if (!ok) return false;
            if (!value_hashable(key)) key = value_str(pair->key->text);
            if (c->depth < PATH_DEPTH) c->path[c->depth] = pair->key->text;
            c->depth++;
            ok = convert(c, pair->value, &item);
            c->depth--;
            if (!ok) return false;
            dict_set(value->u.dict, key, item);
        }
        return true;
    }
    return convert_scalar(c, node, value);
}

bool yaml_to_value(Arena *arena, Context *context_or_null, TplFamily family, const YamlNode *node, YamlSkip skip,
                   Value *value)
{
    if (!node) {
        *value = VALUE_NONE;
        return true;
    }
    Converter c = {.arena = arena, .context = context_or_null, .family = family, .skip = skip};
    return convert(&c, node, value);
}

/* dbt renders a description only if one of its delimiters is in it: otherwise even a last line feed stays. */
static bool has_delimiter(Str text, TplFamily family)
{
    char open = family == TPL_CURLY ? '{' : '<';
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == open && (text.ptr[i + 1] == open || text.ptr[i + 1] == '%' || text.ptr[i + 1] == '#'))
            return true;
    return false;
}

bool yaml_description(Worker *worker, const Package *package, const YamlNode *node, Str *text, IdList *docs)
{
    *text = STR_EMPTY;
    return yaml_to_str(node, "a description", &worker->sink, text) &&
           description_render(worker, package, node ? node->inner : SPAN_NONE, text, docs);
}

bool description_render(Worker *worker, const Package *package, Span span, Str *text, IdList *docs)
{
    TplFamily family = tpl_family_of_value(*text, package->family);
    if (!has_delimiter(*text, family)) return true;
    context_set_node(worker->yaml, NULL, package);
    Captured captured = {0};
    context_set_capture(worker->yaml, &captured, worker->arena);
    Value rendered;
    bool ok = context_render_native(worker->yaml, span, *text, family, &rendered);
    context_set_capture(worker->yaml, NULL, NULL);
    if (!ok) return false;
    if (docs) *docs = (IdList){captured.docs, captured.doc_count};
    *text = str_dup(worker->arena, value_to_str(worker->arena, rendered));
    return true;
}
