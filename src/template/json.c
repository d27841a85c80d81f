/* JSON as Python's json module writes it. */
#include "template/filters.h"
#include "template/library_internal.h"
#include "template/unicode.h"

#include <math.h>

typedef struct Printer {
    TplCall *call;
    const JsonStyle *style;
    Buf *out;
    int depth;
} Printer;

enum { MAX_JSON_DEPTH = 900 };

static bool print_value(Printer *p, Value v);

static void print_text(const Printer *p, Str s)
{
    Buf *out = p->out;
    size_t clean = 0;
    buf_addc(out, '"');
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        uint32_t c = unicode_next(s, &at);
        bool html = p->style->html_safe && (c == '<' || c == '>' || c == '&' || c == '\'');
        if (c >= ' ' && c != '"' && c != '\\' && !html && (c < 0x7F || p->style->raw_unicode)) continue;
        buf_add(out, str_slice(s, clean, from));
        clean = at;
        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", (int)c);
        else if (c == '\n')
            buf_addz(out, "\\n");
        else if (c == '\r')
            buf_addz(out, "\\r");
        else if (c == '\t')
            buf_addz(out, "\\t");
        else if (c == '\b')
            buf_addz(out, "\\b");
        else if (c == '\f')
            buf_addz(out, "\\f");
        else if (c < 0x10000)
            buf_addf(out, "\\u%04x", c);
        else
            buf_addf(out, "\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    buf_add(out, str_from_index(s, clean));
    buf_addc(out, '"');
}

static void print_float(Buf *out, double f)
{
    if (isnan(f))
        buf_addz(out, "NaN");
    else if (isinf(f))
        buf_addz(out, f < 0 ? "-Infinity" : "Infinity");
    else
        number_print_float(f, out);
}

static void new_line(const Printer *p)
{
    if (p->style->indent < 0) return;
    buf_addc(p->out, '\n');
    for (int i = 0; i < p->depth * p->style->indent; i++) buf_addc(p->out, ' ');
}

static void add_item_separator(const Printer *p)
{
    if (p->style->item_separator.ptr)
        buf_add(p->out, p->style->item_separator);
    else
        buf_addz(p->out, p->style->indent < 0 ? ", " : ",");
    new_line(p);
}

static bool print_list(Printer *p, const List *list)
{
    if (!list->n) {
        buf_addz(p->out, "[]");
        return true;
    }
    buf_addc(p->out, '[');
    p->depth++;
    new_line(p);
    for (uint32_t i = 0; i < list->n; i++) {
        if (i) add_item_separator(p);
        if (!print_value(p, list->at[i])) return false;
    }
    p->depth--;
    new_line(p);
    buf_addc(p->out, ']');
    return true;
}

static bool print_key(Printer *p, Value key)
{
    Buf text;
    buf_init(&text, p->call->arena);
    switch ((ValueKind)key.kind) {
    case V_STR: print_text(p, value_text(key)); return true;
    case V_NONE: buf_addz(&text, "null"); break;
    case V_BOOL: buf_addz(&text, key.u.boolean ? "true" : "false"); break;
    case V_INT: value_print(key, &text); break;
    case V_FLOAT: print_float(&text, key.u.real); break;
    default:
        return tpl_fail(p->call, DIAG_template_type, "keys must be str, int, float, bool or None, not %s",
                        value_type_name(key));
    }
    print_text(p, buf_str(&text));
    return true;
}

static bool print_dict(Printer *p, const Dict *dict)
{
    if (!dict->live) {
        buf_addz(p->out, "{}");
        return true;
    }
    SortItem *items = arena_alloc(p->call->arena, dict->live * sizeof *items);
    size_t n = 0;
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].key.kind != V_UNDEFINED)
            items[n++] = (SortItem){dict->entries[i].key, dict->entries[i].value};
    if (p->style->sort_keys && !lib_sort(p->call, items, n, SORT_PLAIN, false)) return false;
    buf_addc(p->out, '{');
    p->depth++;
    new_line(p);
    for (size_t i = 0; i < n; i++) {
        if (i) add_item_separator(p);
        if (!print_key(p, items[i].key)) return false;
        if (p->style->key_separator.ptr)
            buf_add(p->out, p->style->key_separator);
        else
            buf_addz(p->out, ": ");
        if (!print_value(p, items[i].value)) return false;
    }
    p->depth--;
    new_line(p);
    buf_addc(p->out, '}');
    return true;
}

static bool print_value(Printer *p, Value v)
{
    if (p->depth > MAX_JSON_DEPTH)
        return tpl_fail(p->call, DIAG_template_value, "Circular reference detected, or more than %d levels",
                        MAX_JSON_DEPTH);
    switch ((ValueKind)v.kind) {
    case V_NONE: buf_addz(p->out, "null"); return true;
    case V_BOOL: buf_addz(p->out, v.u.boolean ? "true" : "false"); return true;
    case V_INT: value_print(v, p->out); return true;
    case V_FLOAT: print_float(p->out, v.u.real); return true;
    case V_STR: print_text(p, value_text(v)); return true;
    case V_LIST:
        if (value_form(v) != LIST_PLAIN) break;
        return print_list(p, v.u.list);
    case V_TUPLE: return print_list(p, v.u.list);
    case V_DICT: return print_dict(p, v.u.dict);
    case V_OBJECT:
        if (v.u.object->class->plain) {
            Value plain;
            if (!v.u.object->class->plain(p->call, v.u.object, &plain)) return false;
            if (plain.kind != V_OBJECT) return print_value(p, plain);
        }
        break;
    default: break;
    }
    return tpl_fail(p->call, DIAG_template_type, "Object of type %s is not JSON serializable", value_type_name(v));
}

bool value_to_json(TplCall *call, Value v, const JsonStyle *style, Buf *out)
{
    Printer p = {call, style, out, 0};
    return print_value(&p, v);
}

/* Jinja2's filter, not dbt's function of the same name: safe inside HTML, keys sorted. */
bool filter_tojson(TplCall *call, Value input, Value *result)
{
    Value v;
    int64_t indent = -1;
    if (!tpl_args(call, "indent=?", &v)) return false;
    if (tpl_arg_given(v) && v.kind != V_NONE) {
        if (!lib_int_arg(call, "indent", v, &indent)) return false;
        if (indent < 0) indent = 0;
        if (indent > 100) return tpl_fail(call, DIAG_template_limit, "tojson indents by at most 100 characters");
    }
    JsonStyle style = {.indent = (int)indent, .sort_keys = true, .html_safe = true};
    Buf out;
    buf_init(&out, call->arena);
    if (!value_to_json(call, input, &style, &out)) return false;
    *result = lib_safe(buf_str(&out));
    return true;
}
