/* pprint: Python's pprint.pformat, 80 columns wide. */
#include "template/filters.h"
#include "template/library_internal.h"
#include "template/unicode.h"

#include <string.h>

enum { WIDTH = 80 };

typedef struct Pretty {
    Arena *arena;
    Buf *out;
} Pretty;

static int kind_order(Value a, Value b)
{
    int order;
    if (value_compare(a, b, &order)) return order;
    return strcmp(value_type_name(a), value_type_name(b));
}

static void sort_entries(SortItem *items, size_t count)
{
    for (size_t i = 1; i < count; i++) { /* what people look at is small */
        SortItem item = items[i];
        size_t j = i;
        for (; j > 0 && kind_order(items[j - 1].key, item.key) > 0; j--) items[j] = items[j - 1];
        items[j] = item;
    }
}

/* A copy in which the keys of all dicts are sorted. */
static Value with_sorted_keys(Arena *arena, Value v, int depth)
{
    if (depth > 200) return v;
    if ((v.kind == V_LIST && value_form(v) == LIST_PLAIN) || v.kind == V_TUPLE) {
        Value copy = value_tuple(arena, v.u.list->at, v.u.list->n);
        copy.kind = v.kind;
        for (uint32_t i = 0; i < copy.u.list->n; i++)
            copy.u.list->at[i] = with_sorted_keys(arena, copy.u.list->at[i], depth + 1);
        return copy;
    }
    if (v.kind != V_DICT) return v;
    SortItem *items = arena_alloc(arena, (v.u.dict->live + 1) * sizeof *items);
    size_t n = 0;
    for (uint32_t i = 0; i < v.u.dict->used; i++)
        if (v.u.dict->entries[i].key.kind != V_UNDEFINED)
            items[n++] =
                (SortItem){v.u.dict->entries[i].key, with_sorted_keys(arena, v.u.dict->entries[i].value, depth + 1)};
    sort_entries(items, n);
    Value copy = value_dict(arena);
    for (size_t i = 0; i < n; i++) dict_set(copy.u.dict, items[i].key, items[i].value);
    return copy;
}

static Str repr(Arena *arena, Value v)
{
    Buf out;
    buf_init(&out, arena);
    value_repr(v, &out);
    return buf_str(&out);
}

static int64_t columns(Str s)
{
    return (int64_t)unicode_length(s);
}

static void break_line(const Pretty *p, int64_t indent)
{
    buf_addc(p->out, '\n');
    for (int64_t i = 0; i < indent; i++) buf_addc(p->out, ' ');
}

static void pretty(Pretty *p, Value v, int64_t indent, int64_t allowance, int level);

static void pretty_items(Pretty *p, const Value *items, size_t count, int64_t indent, int64_t allowance, int level)
{
    for (size_t i = 0; i < count; i++) {
        if (i) {
            buf_addc(p->out, ',');
            break_line(p, indent + 1);
        }
        pretty(p, items[i], indent + 1, i + 1 == count ? allowance : 1, level);
    }
}

static void pretty_dict(Pretty *p, const Dict *dict, int64_t indent, int64_t allowance, int level)
{
    uint32_t seen = 0;
    buf_addc(p->out, '{');
    for (uint32_t i = 0; i < dict->used; i++) {
        if (dict->entries[i].key.kind == V_UNDEFINED) continue;
        if (seen++) {
            buf_addc(p->out, ',');
            break_line(p, indent + 1);
        }
        Str key = repr(p->arena, dict->entries[i].key);
        buf_add(p->out, key);
        buf_addz(p->out, ": ");
        pretty(p, dict->entries[i].value, indent + 1 + columns(key) + 2, seen == dict->live ? allowance + 1 : 1, level);
    }
    buf_addc(p->out, '}');
}

/* Pieces of a line at which it may be broken: words with the white space behind them. */
static bool next_word(Str s, size_t *at, Str *word)
{
    size_t from = *at;
    while (*at < s.len) {
        size_t next = *at;
        if (unicode_space(unicode_next(s, &next))) break;
        *at = next;
    }
    while (*at < s.len) {
        size_t next = *at;
        if (!unicode_space(unicode_next(s, &next))) break;
        *at = next;
    }
    *word = str_slice(s, from, *at);
    return *at > from;
}

static void break_text(Pretty *p, Str line, bool last_line, int64_t room, int64_t allowance, Value chunks)
{
    Str word, current = STR_EMPTY;
    size_t at = 0;
    while (next_word(line, &at, &word)) {
        Str candidate = str_cat(p->arena, current, word);
        if (at == line.len && last_line) room -= allowance;
        if (columns(repr(p->arena, value_str(candidate))) > room) {
            if (current.len) list_push(chunks.u.list, value_str(repr(p->arena, value_str(current))));
            current = word;
        } else {
            current = candidate;
        }
    }
    if (current.len) list_push(chunks.u.list, value_str(repr(p->arena, value_str(current))));
}

static void pretty_text(Pretty *p, Str s, int64_t indent, int64_t allowance, int level)
{
    if (level == 1) {
        indent++;
        allowance++;
    }
    Value lines = value_list(p->arena), chunks = value_list(p->arena);
    lib_split_lines(s, true, lines);
    for (uint32_t i = 0; i < lines.u.list->n; i++) {
        bool last = i + 1 == lines.u.list->n;
        Str shown = repr(p->arena, lines.u.list->at[i]);
        int64_t room = WIDTH - indent;
        if (columns(shown) <= room - (last ? allowance : 0))
            list_push(chunks.u.list, value_str(shown));
        else
            break_text(p, value_text(lines.u.list->at[i]), last, room, allowance, chunks);
    }
    bool several = chunks.u.list->n != 1;
    if (several && level == 1) buf_addc(p->out, '(');
    for (uint32_t i = 0; i < chunks.u.list->n; i++) {
        if (i) break_line(p, indent);
        buf_add(p->out, value_text(chunks.u.list->at[i]));
    }
    if (several && level == 1) buf_addc(p->out, ')');
}

static void pretty(Pretty *p, Value v, int64_t indent, int64_t allowance, int level)
{
    Str shown = repr(p->arena, v);
    bool plain_list = v.kind == V_LIST && value_form(v) == LIST_PLAIN;
    bool breakable = plain_list || v.kind == V_TUPLE || v.kind == V_DICT || v.kind == V_SET || v.kind == V_STR;
    if (columns(shown) <= WIDTH - indent - allowance || !breakable || level > 200) {
        buf_add(p->out, shown);
        return;
    }
    level++;
    if (v.kind == V_DICT) {
        pretty_dict(p, v.u.dict, indent, allowance, level);
    } else if (v.kind == V_STR) {
        pretty_text(p, value_text(v), indent, allowance, level);
    } else if (v.kind == V_SET) {
        SortItem *items = arena_alloc(p->arena, (v.u.dict->live + 1) * sizeof *items);
        Value *sorted = arena_alloc(p->arena, (v.u.dict->live + 1) * sizeof *sorted);
        size_t n = 0;
        for (uint32_t i = 0; i < v.u.dict->used; i++)
            if (v.u.dict->entries[i].key.kind != V_UNDEFINED)
                items[n++] = (SortItem){v.u.dict->entries[i].key, VALUE_NONE};
        sort_entries(items, n);
        for (size_t i = 0; i < n; i++) sorted[i] = items[i].key;
        buf_addc(p->out, '{');
        pretty_items(p, sorted, n, indent, allowance + 1, level);
        buf_addc(p->out, '}');
    } else {
        const char *end = plain_list ? "]" : v.u.list->n == 1 ? ",)" : ")";
        buf_addc(p->out, plain_list ? '[' : '(');
        pretty_items(p, v.u.list->at, v.u.list->n, indent, allowance + (int64_t)strlen(end), level);
        buf_addz(p->out, end);
    }
}

bool filter_pprint(TplCall *call, Value input, Value *result)
{
    Buf out;
    if (call->arg_count + call->named_count > 0 && !tpl_args(call, "", NULL)) return false;
    buf_init(&out, call->arena);
    Pretty p = {call->arena, &out};
    pretty(&p, with_sorted_keys(call->arena, input, 0), 0, 0, 0);
    *result = value_str(buf_str(&out));
    return true;
}
