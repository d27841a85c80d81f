/* Functions of the context on data: JSON, YAML, sets, zip, md5, differences. */
#include "base/hash.h"
#include "context/datetime.h"
#include "template/library.h"
#include "yaml/yaml.h"

#include <stdlib.h>

/* ---- JSON ---- */

bool native_tojson(TplCall *call, Value *result)
{
    Value args[3];
    if (!tpl_args(call, "value, default=?, sort_keys=?", args)) return false;
    Buf out;
    buf_init(&out, call->arena);
    JsonStyle style = {.indent = -1, .sort_keys = tpl_arg_given(args[2]) && value_truthy(args[2])};
    if (!value_to_json(call, args[0], &style, &out)) return false;
    *result = value_str(buf_str(&out));
    return true;
}

static Value default_or_none(Value v)
{
    return tpl_arg_given(v) ? v : VALUE_NONE;
}

/* What is no JSON or YAML gives the default, but an integer that Python would read is never lost without a word. */
static bool too_large(TplCall *call, const char *function, Str problem)
{
    if (str_find(problem, STR("64 bits"), 0) == STR_NPOS) return false;
    tpl_fail(call, DIAG_template_value, "%s: %.*s", function, STR_ARG(problem));
    diag_hint(call_context(call)->sink, "put it into quotes, so that it is a text");
    return true;
}

bool native_fromjson(TplCall *call, Value *result)
{
    Value args[2];
    Str text, problem;
    if (!tpl_args(call, "string, default=?", args) || !want_str(call, args[0], "fromjson()", "text", &text))
        return false;
    if (value_from_json(call->arena, text, result, &problem)) return true;
    *result = default_or_none(args[1]);
    return !too_large(call, "fromjson()", problem);
}

/* ---- YAML ---- */

static Value moment_of_yaml(TplCall *call, const YamlNode *node)
{
    const YamlTime *t = node->u.time;
    ClockParts parts = {.year = t->year,
                        .month = t->month,
                        .day = t->day,
                        .hour = t->hour,
                        .minute = t->minute,
                        .second = t->second,
                        .microsecond = t->microsecond};
    if (node->kind == YAML_DATE)
        return moment_value(moment_new(call->arena, MOMENT_DATE, clock_from_parts(&parts), NULL, 0));
    const Zone *zone = t->zoned ? zone_fixed(call_context(call), t->offset) : NULL;
    return moment_value(moment_new(call->arena, MOMENT_DATETIME, clock_from_parts(&parts), zone, zone ? t->offset : 0));
}

static Value value_of_yaml(TplCall *call, const YamlNode *node)
{
    switch (node->kind) {
    case YAML_NULL: return VALUE_NONE;
    case YAML_BOOL: return value_bool(node->u.boolean);
    case YAML_INT: return value_int(node->u.integer);
    case YAML_FLOAT: return value_float(node->u.real);
    case YAML_STR: return value_str(str_dup(call->arena, node->text));
    case YAML_DATE:
    case YAML_TIME: return moment_of_yaml(call, node);
    case YAML_SEQ: {
        Value list = value_list(call->arena);
        for (size_t i = 0; i < node->u.seq.count; i++)
            list_push(list.u.list, value_of_yaml(call, node->u.seq.items[i]));
        return list;
    }
    case YAML_MAP: {
        Value dict = value_dict(call->arena);
        for (size_t i = 0; i < node->u.map.count; i++) {
            Value key = value_of_yaml(call, node->u.map.pairs[i].key);
            if (value_hashable(key)) dict_set(dict.u.dict, key, value_of_yaml(call, node->u.map.pairs[i].value));
        }
        return dict;
    }
    }
    return VALUE_NONE;
}

bool native_fromyaml(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[2];
    Str text;
    if (!tpl_args(call, "value, default=?", args) || !want_str(call, args[0], "fromyaml()", "text", &text))
        return false;
    DiagSink quiet;
    diag_sink_init(&quiet);
    const YamlNode *root = NULL;
    Str stays = str_dup(ctx->own, text);
    SourceId id = source_add(ctx->manifest->sources, STR("text given to fromyaml()"), stays);
    bool ok = yaml_parse(call->arena, ctx->manifest->sources, id, &quiet, &root);
    bool lost = !ok && quiet.count && too_large(call, "fromyaml()", quiet.items[0].message);
    diag_sink_release(&quiet);
    if (lost) return false;
    *result = !ok ? default_or_none(args[1]) : root ? value_of_yaml(call, root) : VALUE_NONE;
    return true;
}

/* A plain scalar where PyYAML reads it back as the same string; y and n alone are strings to it. */
static bool plain_is_safe(Str s)
{
    if (!s.len || strchr(" -?:,[]{}#&*!|>'\"%@`=<~.+0123456789", s.ptr[0]) || s.ptr[s.len - 1] == ' ') return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < ' ' || c == 127) return false;
        if (c == ':' && (i + 1 == s.len || s.ptr[i + 1] == ' ')) return false;
        if (c == '#' && s.ptr[i - 1] == ' ') return false;
    }
    static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq_nocase(s, str_from(words[i]))) return false;
    return true;
}

static void yaml_str(Str s, Buf *out)
{
    bool lines = str_find_char(s, '\n', 0) != STR_NPOS;
    bool control = false;
    for (size_t i = 0; i < s.len && !control; i++) control = (unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 127;
    if (plain_is_safe(s)) {
        buf_add(out, s);
    } else if (!control && !lines) {
        buf_addc(out, '\'');
        for (size_t i = 0; i < s.len; i++) {
            if (s.ptr[i] == '\'') buf_addc(out, '\'');
            buf_addc(out, s.ptr[i]);
        }
        buf_addc(out, '\'');
    } else {
        buf_addc(out, '"');
        for (size_t i = 0; i < s.len; i++) {
            unsigned char c = (unsigned char)s.ptr[i];
            if (c == '"' || c == '\\')
                buf_addc(out, '\\'), buf_addc(out, (char)c);
            else if (c == '\n')
                buf_addz(out, "\\n");
            else if (c == '\t')
                buf_addz(out, "\\t");
            else if (c < ' ' || c == 127)
                buf_addf(out, "\\x%02X", c);
            else
                buf_addc(out, (char)c);
        }
        buf_addc(out, '"');
    }
}

enum { YAML_DEPTH = 100 };

static bool yaml_print(TplCall *call, Value v, unsigned indent, bool sorted, bool inline_start, Buf *out);

static void pad(Buf *out, unsigned indent)
{
    for (unsigned i = 0; i < indent; i++) buf_addc(out, ' ');
}

static int compare_keys(const void *a, const void *b)
{
    const DictEntry *const *x = a, *const *y = b;
    int order = 0;
    if (!value_compare((*x)->key, (*y)->key, &order)) return 0;
    return order;
}

static bool yaml_dict(TplCall *call, const Dict *dict, unsigned indent, bool sorted, bool inline_start, Buf *out)
{
    const DictEntry **entries = ARENA_ARRAY(call->arena, const DictEntry *, dict->used + 1);
    size_t count = 0;
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].key.kind != V_UNDEFINED) entries[count++] = &dict->entries[i];
    if (sorted) qsort(entries, count, sizeof *entries, compare_keys);
    for (size_t i = 0; i < count; i++) {
        if (i || !inline_start) pad(out, indent);
        if (!yaml_print(call, entries[i]->key, indent, sorted, true, out)) return false;
        buf_addc(out, ':');
        Value value = entries[i]->value;
        bool nested_dict = value.kind == V_DICT && value.u.dict->live;
        bool nested_list = (value.kind == V_LIST || value.kind == V_TUPLE) && value.u.list->n;
        buf_addc(out, nested_dict || nested_list ? '\n' : ' ');
        if (!yaml_print(call, value, nested_dict ? indent + 2 : indent, sorted, false, out)) return false;
        if (!nested_dict && !nested_list) buf_addc(out, '\n');
    }
    return true;
}

/* PyYAML's block style: lists stand under their key without indentation. Blocks end with a newline, scalars do not. */
static bool yaml_print(TplCall *call, Value v, unsigned indent, bool sorted, bool inline_start, Buf *out)
{
    if (indent > 2 * YAML_DEPTH) return tpl_fail(call, DIAG_template_limit, "toyaml() is given too deep a structure");
    switch ((ValueKind)v.kind) {
    case V_UNDEFINED:
    case V_NONE: buf_addz(out, "null"); return true;
    case V_BOOL: buf_addz(out, v.u.boolean ? "true" : "false"); return true;
    case V_INT:
    case V_FLOAT: value_print(v, out); return true;
    case V_STR: yaml_str(value_text(v), out); return true;
    case V_LIST:
    case V_TUPLE:
        if (!v.u.list->n) {
            buf_addz(out, "[]");
            return true;
        }
        for (uint32_t i = 0; i < v.u.list->n; i++) {
            if (i || !inline_start) pad(out, indent);
            buf_addz(out, "- ");
            Value item = v.u.list->at[i];
            bool block = (item.kind == V_DICT && item.u.dict->live) ||
                         ((item.kind == V_LIST || item.kind == V_TUPLE) && item.u.list->n);
            if (!yaml_print(call, item, indent + 2, sorted, true, out)) return false;
            if (!block) buf_addc(out, '\n');
        }
        return true;
    case V_DICT:
        if (!v.u.dict->live) {
            buf_addz(out, "{}");
            return true;
        }
        return yaml_dict(call, v.u.dict, indent, sorted, inline_start, out);
    default: break;
    }
    if (v.kind == V_OBJECT && v.u.object->class->plain) {
        Value plain;
        return v.u.object->class->plain(call, v.u.object, &plain) &&
               yaml_print(call, plain, indent, sorted, inline_start, out);
    }
    return tpl_fail(call, DIAG_template_type, "toyaml() cannot write %s", value_type_name(v));
}

bool native_toyaml(TplCall *call, Value *result)
{
    Value args[3];
    if (!tpl_args(call, "value, default=?, sort_keys=?", args)) return false;
    Buf out;
    buf_init(&out, call->arena);
    if (!yaml_print(call, args[0], 0, tpl_arg_given(args[2]) && value_truthy(args[2]), true, &out)) return false;
    /* PyYAML ends a lone plain scalar with the document's end mark. */
    if (out.len && out.ptr[out.len - 1] != '\n') {
        bool scalar = args[0].kind <= V_STR;
        buf_addz(&out, scalar && out.ptr[0] != '\'' && out.ptr[0] != '"' ? "\n...\n" : "\n");
    }
    *result = value_str(buf_str(&out));
    return true;
}

/* ---- sets and zip ---- */

static bool iterable(Value v)
{
    return v.kind == V_LIST || v.kind == V_TUPLE || v.kind == V_DICT || v.kind == V_SET || v.kind == V_STR ||
           v.kind == V_RANGE || (v.kind == V_OBJECT && v.u.object->class->iterate);
}

static bool make_set(TplCall *call, Value v, bool *hashable, Value *result)
{
    Value list;
    if (!tpl_iterate(call->eval, v, call->span, &list)) return false;
    *hashable = true;
    *result = value_set(call->arena);
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        if (!value_hashable(list.u.list->at[i])) {
            *hashable = false;
            return true;
        }
        dict_set(result->u.dict, list.u.list->at[i], VALUE_NONE);
    }
    return true;
}

bool native_set(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "value, default=?", args)) return false;
    bool hashable = false;
    if (iterable(args[0]) && !make_set(call, args[0], &hashable, result)) return false;
    if (!hashable) *result = default_or_none(args[1]);
    return true;
}

bool native_set_strict(TplCall *call, Value *result)
{
    Value args[1];
    bool hashable = true;
    if (!tpl_args(call, "value", args)) return false;
    if (!iterable(args[0]))
        return tpl_fail(call, DIAG_template_type, "'%s' object is not iterable", value_type_name(args[0]));
    if (!make_set(call, args[0], &hashable, result)) return false;
    return hashable || tpl_fail(call, DIAG_template_type, "a set can only hold values that cannot change");
}

static bool zip_lists(TplCall *call, Value *result)
{
    size_t count = call->arg_count;
    Value *lists = ARENA_ARRAY(call->arena, Value, count + 1);
    uint32_t shortest = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        if (!tpl_iterate(call->eval, call->args[i], call->span, &lists[i])) return false;
        if (lists[i].u.list->n < shortest) shortest = lists[i].u.list->n;
    }
    *result = value_list(call->arena);
    Value *row = ARENA_ARRAY(call->arena, Value, count + 1);
    for (uint32_t i = 0; count && i < shortest; i++) {
        for (size_t j = 0; j < count; j++) row[j] = lists[j].u.list->at[i];
        list_push(result->u.list, value_tuple(call->arena, row, count));
    }
    return true;
}

bool native_zip(TplCall *call, Value *result)
{
    for (size_t i = 0; i < call->arg_count; i++)
        if (!iterable(call->args[i])) {
            *result = VALUE_NONE;
            for (size_t j = 0; j < call->named_count; j++)
                if (str_eq(call->names[j], STR("default"))) *result = call->named[j];
            return true;
        }
    return zip_lists(call, result);
}

bool native_zip_strict(TplCall *call, Value *result)
{
    for (size_t i = 0; i < call->arg_count; i++)
        if (!iterable(call->args[i]))
            return tpl_fail(call, DIAG_template_type, "zip argument #%zu must support iteration", i + 1);
    return zip_lists(call, result);
}

/* ---- md5, differences ---- */

bool native_local_md5(TplCall *call, Value *result)
{
    Value args[1];
    Str text;
    if (!tpl_args(call, "value", args) || !want_str(call, args[0], "local_md5()", "value", &text)) return false;
    *result = value_str(md5_hex(call->arena, text));
    return true;
}

static bool list_has_nocase(const List *list, Str text)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (list->at[i].kind == V_STR && str_eq_nocase(value_text(list->at[i]), text)) return true;
    return false;
}

/* For each key of the first dict of lists, what the second does not have under it; all without regard to case. */
bool native_diff_of_two_dicts(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "dict_a, dict_b", args)) return false;
    if (args[0].kind != V_DICT || args[1].kind != V_DICT)
        return tpl_fail(call, DIAG_template_type, "diff_of_two_dicts() takes two dicts of lists");
    *result = value_dict(call->arena);
    const Dict *a = args[0].u.dict, *b = args[1].u.dict;
    for (uint32_t i = 0; i < a->used; i++) {
        if (a->entries[i].key.kind != V_STR) continue;
        Str key = str_lower(call->arena, value_text(a->entries[i].key));
        Value mine = a->entries[i].value, other = VALUE_NONE;
        for (uint32_t j = 0; j < b->used; j++)
            if (b->entries[j].key.kind == V_STR && str_eq_nocase(value_text(b->entries[j].key), key))
                other = b->entries[j].value;
        if (other.kind == V_NONE) {
            dict_set_str(result->u.dict, key, mine);
            continue;
        }
        if ((mine.kind != V_LIST && mine.kind != V_TUPLE) || (other.kind != V_LIST && other.kind != V_TUPLE))
            return tpl_fail(call, DIAG_template_type, "diff_of_two_dicts() takes two dicts of lists");
        Value missing = value_list(call->arena);
        for (uint32_t j = 0; j < mine.u.list->n; j++) {
            Value item = mine.u.list->at[j];
            if (item.kind != V_STR) continue;
            Str lower = str_lower(call->arena, value_text(item));
            if (!list_has_nocase(other.u.list, lower) && !list_has_nocase(missing.u.list, lower))
                list_push(missing.u.list, value_str(lower));
        }
        if (missing.u.list->n) dict_set_str(result->u.dict, key, missing);
    }
    return true;
}
