/* Filters for HTML and URLs. dbt does not escape by itself, so these only matter where a template names them. */
#include "template/filters.h"
#include "template/library_internal.h"
#include "template/unicode.h"

#include <string.h>

bool filter_escape(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = lib_safe(lib_escaped(call->arena, input));
    return true;
}

bool filter_forceescape(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = lib_safe(lib_escaped(call->arena, value_str(value_to_str(call->arena, input))));
    return true;
}

bool filter_safe(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = lib_safe(value_to_str(call->arena, input));
    return true;
}

/* ---- striptags ---- */

typedef struct Entity {
    const char *name;
    uint32_t code;
} Entity;

/* The names that stand in real text; sorted. */
static const Entity entities[] = {
    {"AMP", '&'},      {"Aacute", 0xC1},  {"Agrave", 0xC0},  {"Auml", 0xC4},    {"Ccedil", 0xC7},   {"Eacute", 0xC9},
    {"GT", '>'},       {"LT", '<'},       {"Ouml", 0xD6},    {"QUOT", '"'},     {"Uuml", 0xDC},     {"aacute", 0xE1},
    {"acirc", 0xE2},   {"aelig", 0xE6},   {"agrave", 0xE0},  {"amp", '&'},      {"apos", '\''},     {"aring", 0xE5},
    {"atilde", 0xE3},  {"auml", 0xE4},    {"bull", 0x2022},  {"ccedil", 0xE7},  {"cent", 0xA2},     {"copy", 0xA9},
    {"deg", 0xB0},     {"divide", 0xF7},  {"eacute", 0xE9},  {"ecirc", 0xEA},   {"egrave", 0xE8},   {"euml", 0xEB},
    {"euro", 0x20AC},  {"frac12", 0xBD},  {"ge", 0x2265},    {"gt", '>'},       {"hellip", 0x2026}, {"iacute", 0xED},
    {"icirc", 0xEE},   {"iexcl", 0xA1},   {"infin", 0x221E}, {"iquest", 0xBF},  {"iuml", 0xEF},     {"laquo", 0xAB},
    {"larr", 0x2190},  {"ldquo", 0x201C}, {"le", 0x2264},    {"lsquo", 0x2018}, {"lt", '<'},        {"mdash", 0x2014},
    {"micro", 0xB5},   {"middot", 0xB7},  {"nbsp", 0xA0},    {"ndash", 0x2013}, {"ne", 0x2260},     {"ntilde", 0xF1},
    {"oacute", 0xF3},  {"ocirc", 0xF4},   {"ograve", 0xF2},  {"oslash", 0xF8},  {"otilde", 0xF5},   {"ouml", 0xF6},
    {"para", 0xB6},    {"plusmn", 0xB1},  {"pound", 0xA3},   {"quot", '"'},     {"raquo", 0xBB},    {"rarr", 0x2192},
    {"rdquo", 0x201D}, {"reg", 0xAE},     {"rsquo", 0x2019}, {"sect", 0xA7},    {"szlig", 0xDF},    {"times", 0xD7},
    {"trade", 0x2122}, {"uacute", 0xFA},  {"ucirc", 0xFB},   {"ugrave", 0xF9},  {"uuml", 0xFC},     {"yen", 0xA5},
};

/* Reads the reference after the & at `at`; gives the code point and moves behind it, or 0. */
static uint32_t read_reference(Str s, size_t *at)
{
    size_t i = *at + 1;
    uint32_t code = 0;
    if (i < s.len && s.ptr[i] == '#') {
        bool hex = i + 1 < s.len && (s.ptr[i + 1] | 32) == 'x';
        size_t from = i + 1 + hex, to = from;
        for (; to < s.len && to - from < 8; to++) {
            char c = s.ptr[to];
            uint32_t digit = c >= '0' && c <= '9'                        ? (uint32_t)(c - '0')
                             : (c | 32) >= 'a' && (c | 32) <= 'f' && hex ? (uint32_t)((c | 32) - 'a' + 10)
                                                                         : 99;
            if (digit == 99) break;
            code = code * (hex ? 16 : 10) + digit;
        }
        if (to == from) return 0;
        if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
        *at = to + (to < s.len && s.ptr[to] == ';');
        return code;
    }
    size_t to = i;
    while (to < s.len && to - i < 12 && unicode_alnum((unsigned char)s.ptr[to]) && !(s.ptr[to] & 0x80)) to++;
    if (to >= s.len || s.ptr[to] != ';') return 0;
    const Entity *entity = lib_find(entities, LIB_COUNT(entities), sizeof *entities, str_slice(s, i, to));
    if (!entity) return 0;
    *at = to + 1;
    return entity->code;
}

static Str without_tags(Arena *arena, Str s)
{
    Buf out;
    buf_init(&out, arena);
    size_t at = 0;
    for (size_t open; (open = str_find_char(s, '<', at)) != STR_NPOS;) {
        bool comment = str_starts(str_from_index(s, open), STR("<!--"));
        size_t end = comment ? str_find(s, STR("-->"), open + 4) : str_find_char(s, '>', open);
        if (end == STR_NPOS) break;
        buf_add(&out, str_slice(s, at, open));
        at = end + (comment ? 3 : 1);
    }
    buf_add(&out, str_from_index(s, at));
    return buf_str(&out);
}

bool filter_striptags(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    Str s = without_tags(call->arena, value_to_str(call->arena, input));
    Buf collapsed, out;
    buf_init(&collapsed, call->arena);
    buf_init(&out, call->arena);
    bool gap = false;
    for (size_t at = 0; at < s.len;) {
        uint32_t c = unicode_next(s, &at);
        if (unicode_space(c)) {
            gap = true;
            continue;
        }
        if (gap && collapsed.len) buf_addc(&collapsed, ' ');
        gap = false;
        unicode_add(&collapsed, c);
    }
    s = buf_str(&collapsed);
    for (size_t at = 0; at < s.len;) {
        uint32_t code = s.ptr[at] == '&' ? read_reference(s, &at) : 0;
        if (code)
            unicode_add(&out, code);
        else
            unicode_add(&out, unicode_next(s, &at));
    }
    *result = value_str(buf_str(&out));
    return true;
}

/* ---- attributes and addresses ---- */

bool filter_xmlattr(TplCall *call, Value input, Value *result)
{
    Value v;
    bool space = true;
    if (!tpl_args(call, "autospace=?", &v)) return false;
    lib_bool_arg(v, &space);
    if (lib_lenient(input)) input = value_dict(call->arena);
    if (input.kind == V_UNDEFINED) return value_undefined_error(call, input);
    if (input.kind != V_DICT)
        return tpl_fail(call, DIAG_template_type, "xmlattr needs a mapping, not '%s'", value_type_name(input));
    Buf out;
    buf_init(&out, call->arena);
    for (uint32_t i = 0; i < input.u.dict->used; i++) {
        const DictEntry *e = &input.u.dict->entries[i];
        if (e->key.kind == V_UNDEFINED || e->value.kind == V_NONE || e->value.kind == V_UNDEFINED) continue;
        if (e->key.kind != V_STR)
            return tpl_fail(call, DIAG_template_type, "an attribute's name must be a string, not '%s'",
                            value_type_name(e->key));
        Str name = value_text(e->key);
        for (size_t j = 0; j < name.len; j++)
            if (strchr(" \t\n\r\f\v/>=", name.ptr[j]))
                return tpl_fail(call, DIAG_template_value, "Invalid character in attribute name: '%.*s'",
                                STR_ARG(name));
        if (out.len || space) buf_addc(&out, ' ');
        Str escaped = lib_escaped(call->arena, e->value);
        buf_add(&out, lib_escaped(call->arena, e->key));
        buf_addz(&out, "=\"");
        buf_add(&out, escaped);
        buf_addc(&out, '"');
    }
    *result = value_str(buf_str(&out));
    return true;
}

static void add_quoted(Arena *arena, Value v, bool query, Buf *out)
{
    Str s = value_to_str(arena, v);
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || (c && strchr("_.-~", c)) ||
                     (c == '/' && !query);
        if (plain)
            buf_addc(out, (char)c);
        else if (c == ' ' && query)
            buf_addc(out, '+');
        else
            buf_addf(out, "%%%02X", c);
    }
}

bool filter_urlencode(TplCall *call, Value input, Value *result)
{
    Value list, pair;
    Buf out;
    if (!lib_no_args(call)) return false;
    buf_init(&out, call->arena);
    bool walkable = input.kind == V_LIST || input.kind == V_TUPLE || input.kind == V_SET || input.kind == V_DICT ||
                    input.kind == V_RANGE || input.kind == V_UNDEFINED ||
                    (input.kind == V_OBJECT && input.u.object->class->iterate);
    if (!walkable) {
        add_quoted(call->arena, input, false, &out);
        *result = value_str(buf_str(&out));
        return true;
    }
    if (input.kind == V_DICT)
        list = lib_dict_items(call, input.u.dict);
    else if (!value_iterate(call, input, &list))
        return false;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        if (!value_iterate(call, list.u.list->at[i], &pair)) return false;
        if (pair.u.list->n != 2)
            return tpl_fail(call, DIAG_template_value, "%s values to unpack (expected 2)",
                            pair.u.list->n > 2 ? "too many" : "not enough");
        if (i) buf_addc(&out, '&');
        add_quoted(call->arena, pair.u.list->at[0], true, &out);
        buf_addc(&out, '=');
        add_quoted(call->arena, pair.u.list->at[1], true, &out);
    }
    *result = value_str(buf_str(&out));
    return true;
}
