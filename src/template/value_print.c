/* str(v) and repr(v). */
#include "template/library.h"
#include "template/unicode.h"

#include <stdio.h>

/* What holds itself prints as Python prints it, "[...]"; the containers that are open: */
typedef struct Open {
    const void *container;
    const struct Open *outer;
    int depth;
} Open;

/* Deeper than this, a nesting prints as "..."; Python would raise RecursionError at about the same depth. */
enum { MAX_PRINT_DEPTH = 900 };

static void repr_into(Value v, Buf *out, const Open *outer);

static void repr_str(Str s, Buf *out)
{
    bool single = str_find_char(s, '\'', 0) != STR_NPOS, two = str_find_char(s, '"', 0) != STR_NPOS;
    char quote = single && !two ? '"' : '\'';
    buf_addc(out, quote);
    size_t clean = 0; /* start of what needs no escape */
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        uint32_t c = unicode_next(s, &at);
        if (c == (uint32_t)quote || c == '\\' || !unicode_printable(c)) {
            buf_add(out, str_slice(s, clean, from));
            clean = at;
            if (c == (uint32_t)quote || c == '\\')
                buf_addf(out, "\\%c", (int)c);
            else if (c == '\n')
                buf_addz(out, "\\n");
            else if (c == '\r')
                buf_addz(out, "\\r");
            else if (c == '\t')
                buf_addz(out, "\\t");
            else if (c < 0x100)
                buf_addf(out, "\\x%02x", c);
            else if (c < 0x10000)
                buf_addf(out, "\\u%04x", c);
            else
                buf_addf(out, "\\U%08x", c);
        }
    }
    buf_add(out, str_from_index(s, clean));
    buf_addc(out, quote);
}

static void repr_items(const List *list, Buf *out, const Open *open)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (i) buf_addz(out, ", ");
        repr_into(list->at[i], out, open);
    }
}

static void repr_list(Value v, Buf *out, const Open *open)
{
    const List *list = v.u.list;
    if (v.kind == V_TUPLE) {
        buf_addc(out, '(');
        repr_items(list, out, open);
        buf_addz(out, list->n == 1 ? ",)" : ")");
        return;
    }
    ListForm form = value_form(v);
    if (value_used_up_by_walking(v)) {
        buf_addf(out, "<%s object at %p>", value_type_name(v), (const void *)list);
        return;
    }
    if (form != LIST_PLAIN) buf_addf(out, "%s(", value_type_name(v));
    buf_addc(out, '[');
    repr_items(list, out, open);
    buf_addc(out, ']');
    if (form != LIST_PLAIN) buf_addc(out, ')');
}

static void repr_dict(Value v, Buf *out, const Open *open)
{
    const Dict *dict = v.u.dict;
    if (v.kind == V_SET && dict->live == 0) {
        buf_addz(out, "set()");
        return;
    }
    buf_addc(out, '{');
    bool first = true;
    for (uint32_t i = 0; i < dict->used; i++) {
        const DictEntry *e = &dict->entries[i];
        if (e->key.kind == V_UNDEFINED) continue;
        if (!first) buf_addz(out, ", ");
        first = false;
        repr_into(e->key, out, open);
        if (v.kind == V_SET) continue;
        buf_addz(out, ": ");
        repr_into(e->value, out, open);
    }
    buf_addc(out, '}');
}

static void repr_into(Value v, Buf *out, const Open *outer)
{
    switch ((ValueKind)v.kind) {
    case V_UNDEFINED: buf_addz(out, "Undefined"); return;
    case V_NONE: buf_addz(out, "None"); return;
    case V_BOOL: buf_addz(out, v.u.boolean ? "True" : "False"); return;
    case V_INT: buf_addf(out, "%lld", (long long)v.u.integer); return;
    case V_FLOAT: number_print_float(v.u.real, out); return;
    case V_STR:
        if (v.flags & VALUE_SAFE) buf_addz(out, "Markup(");
        repr_str(value_text(v), out);
        if (v.flags & VALUE_SAFE) buf_addc(out, ')');
        return;
    case V_RANGE: {
        const Range *r = v.u.range;
        buf_addf(out, "range(%lld, %lld", (long long)r->start, (long long)r->stop);
        if (r->step != 1) buf_addf(out, ", %lld", (long long)r->step);
        buf_addc(out, ')');
        return;
    }
    case V_FUNC:
        if (v.u.func->self.kind == V_UNDEFINED)
            buf_addf(out, "<function %s at %p>", v.u.func->name, (const void *)v.u.func);
        else
            buf_addf(out, "<built-in method %s of %s object at %p>", v.u.func->name, value_type_name(v.u.func->self),
                     (const void *)v.u.func);
        return;
    case V_MACRO: {
        const TplMacro *macro = value_macro(v);
        Str name = macro ? tpl_macro_name(macro) : STR("caller");
        buf_addf(out, "<Macro '%.*s'>", STR_ARG(name));
        return;
    }
    case V_OBJECT:
        if (v.u.object->class->repr)
            v.u.object->class->repr(v.u.object, out);
        else if (v.u.object->class->str)
            v.u.object->class->str(v.u.object, out);
        else
            buf_addf(out, "<%s object at %p>", v.u.object->class->name, (void *)v.u.object);
        return;
    case V_LIST:
    case V_TUPLE:
    case V_DICT:
    case V_SET: break;
    }
    const void *container = v.u.list;
    Open open = {container, outer, outer ? outer->depth + 1 : 0};
    bool inside_itself = open.depth > MAX_PRINT_DEPTH;
    for (const Open *o = outer; o && !inside_itself; o = o->outer) inside_itself = o->container == container;
    if (inside_itself)
        buf_addz(out, v.kind == V_DICT ? "{...}" : v.kind == V_TUPLE ? "(...)" : "[...]");
    else if (v.kind == V_DICT || v.kind == V_SET)
        repr_dict(v, out, &open);
    else
        repr_list(v, out, &open);
}

void value_repr(Value v, Buf *out)
{
    repr_into(v, out, NULL);
}

void value_print(Value v, Buf *out)
{
    if (v.kind == V_STR)
        buf_add(out, value_text(v));
    else if (v.kind == V_OBJECT && v.u.object->class->str)
        v.u.object->class->str(v.u.object, out);
    else if (v.kind != V_UNDEFINED)
        repr_into(v, out, NULL);
}

Str value_to_str(Arena *arena, Value v)
{
    if (v.kind == V_STR) return value_text(v);
    if (v.kind == V_UNDEFINED) return STR_EMPTY;
    Buf out;
    buf_init(&out, arena);
    value_print(v, &out);
    return buf_str(&out);
}
