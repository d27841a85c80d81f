/* Methods of strings. */
#include "template/library_internal.h"
#include "template/methods.h"
#include "template/srcmap.h"
#include "template/unicode.h"

#include <string.h>

static Str self_text(const TplCall *call)
{
    return value_text(call->func->self);
}

static bool give_str(Value *result, Str s)
{
    *result = value_str(s);
    return true;
}

/* ---- case ---- */

static bool convert(TplCall *call, UnicodeCase to, Value *result)
{
    if (!lib_no_args(call)) return false;
    give_str(result, unicode_convert(call->arena, self_text(call), to));
    *result = srcmap_follow_positions(call->arena, call->func->self, *result);
    return true;
}

static bool text_upper(TplCall *call, Value *result)
{
    return convert(call, CASE_UPPER, result);
}
static bool text_lower(TplCall *call, Value *result)
{
    return convert(call, CASE_LOWER, result);
}
static bool text_title(TplCall *call, Value *result)
{
    return convert(call, CASE_TITLE, result);
}
static bool text_capitalize(TplCall *call, Value *result)
{
    return convert(call, CASE_CAPITAL, result);
}
static bool text_swapcase(TplCall *call, Value *result)
{
    return convert(call, CASE_SWAP, result);
}
static bool text_casefold(TplCall *call, Value *result)
{
    return convert(call, CASE_FOLD, result);
}

/* ---- what kind of characters ---- */

static bool all_are(TplCall *call, bool (*test)(uint32_t), bool of_empty, Value *result)
{
    if (!lib_no_args(call)) return false;
    Str s = self_text(call);
    bool yes = s.len > 0 || of_empty;
    for (size_t at = 0; at < s.len && yes;) yes = test(unicode_next(s, &at));
    *result = value_bool(yes);
    return true;
}

static bool is_ascii(uint32_t c)
{
    return c < 0x80;
}

static bool text_isalpha(TplCall *call, Value *result)
{
    return all_are(call, unicode_alpha, false, result);
}
static bool text_isalnum(TplCall *call, Value *result)
{
    return all_are(call, unicode_alnum, false, result);
}
static bool text_isdecimal(TplCall *call, Value *result)
{
    return all_are(call, unicode_decimal, false, result);
}
static bool text_isdigit(TplCall *call, Value *result)
{
    return all_are(call, unicode_digit, false, result);
}
static bool text_isnumeric(TplCall *call, Value *result)
{
    return all_are(call, unicode_numeric, false, result);
}
static bool text_isspace(TplCall *call, Value *result)
{
    return all_are(call, unicode_space, false, result);
}
static bool text_isprintable(TplCall *call, Value *result)
{
    return all_are(call, unicode_printable, true, result);
}
static bool text_isascii(TplCall *call, Value *result)
{
    return all_are(call, is_ascii, true, result);
}

bool lib_text_is_case(Str s, bool upper)
{
    bool found = false;
    for (size_t at = 0; at < s.len;) {
        uint32_t c = unicode_next(s, &at);
        if (upper ? unicode_lower(c) : unicode_upper(c)) return false;
        if (unicode_title(c)) return false;
        if (upper ? unicode_upper(c) : unicode_lower(c)) found = true;
    }
    return found;
}

static bool text_islower(TplCall *call, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = value_bool(lib_text_is_case(self_text(call), false));
    return true;
}

static bool text_isupper(TplCall *call, Value *result)
{
    if (!lib_no_args(call)) return false;
    *result = value_bool(lib_text_is_case(self_text(call), true));
    return true;
}

static bool text_istitle(TplCall *call, Value *result)
{
    if (!lib_no_args(call)) return false;
    Str s = self_text(call);
    bool yes = true, found = false, after_cased = false;
    for (size_t at = 0; at < s.len && yes;) {
        uint32_t c = unicode_next(s, &at);
        if (unicode_upper(c) || unicode_title(c)) {
            yes = !after_cased;
            after_cased = found = true;
        } else if (unicode_lower(c)) {
            yes = after_cased;
            after_cased = found = true;
        } else {
            after_cased = false;
        }
    }
    *result = value_bool(yes && found);
    return true;
}

static bool text_isidentifier(TplCall *call, Value *result)
{
    if (!lib_no_args(call)) return false;
    Str s = self_text(call);
    size_t at = 0;
    bool yes = s.len > 0 && unicode_id_start(unicode_next(s, &at));
    while (at < s.len && yes) yes = unicode_id_more(unicode_next(s, &at));
    *result = value_bool(yes);
    return true;
}

/* ---- stripping ---- */

static bool holds_code(Str set, uint32_t code)
{
    for (size_t at = 0; at < set.len;)
        if (unicode_next(set, &at) == code) return true;
    return false;
}

Str lib_strip(Str s, Str chars, bool has_chars, bool left, bool right)
{
    if (!has_chars) {
        if (left) s = unicode_strip_left(s);
        if (right) s = unicode_strip_right(s);
        return s;
    }
    size_t from = 0, to = s.len;
    while (left && from < to) {
        size_t next = from;
        if (!holds_code(chars, unicode_next(s, &next))) break;
        from = next;
    }
    while (right && to > from) {
        size_t before = to;
        if (!holds_code(chars, unicode_previous(s, &before))) break;
        to = before;
    }
    return str_slice(s, from, to);
}

static bool strip(TplCall *call, bool left, bool right, Value *result)
{
    Value chars = VALUE_NONE;
    Str set = STR_EMPTY;
    if (call->arg_count + call->named_count > 0) {
        if (!tpl_args(call, "chars=?", &chars)) return false;
        if (chars.kind != V_NONE && !lib_str_arg(call, "chars", chars, &set)) return false;
    }
    *result =
        lib_part(call->arena, call->func->self, lib_strip(self_text(call), set, chars.kind == V_STR, left, right));
    return true;
}

static bool text_strip(TplCall *call, Value *result)
{
    return strip(call, true, true, result);
}
static bool text_lstrip(TplCall *call, Value *result)
{
    return strip(call, true, false, result);
}
static bool text_rstrip(TplCall *call, Value *result)
{
    return strip(call, false, true, result);
}

static bool text_removeprefix(TplCall *call, Value *result)
{
    Value v;
    Str s = self_text(call), prefix = STR_EMPTY;
    if (!tpl_args(call, "prefix", &v) || !lib_str_arg(call, "prefix", v, &prefix)) return false;
    return give_str(result, str_starts(s, prefix) ? str_from_index(s, prefix.len) : s);
}

static bool text_removesuffix(TplCall *call, Value *result)
{
    Value v;
    Str s = self_text(call), suffix = STR_EMPTY;
    if (!tpl_args(call, "suffix", &v) || !lib_str_arg(call, "suffix", v, &suffix)) return false;
    return give_str(result, str_ends(s, suffix) ? str_slice(s, 0, s.len - suffix.len) : s);
}

/* ---- filling ---- */

bool lib_justify(TplCall *call, Str s, int64_t width, Str fill, char side, Str *result)
{
    int64_t length = (int64_t)unicode_length(s);
    *result = s;
    if (width <= length) return true;
    if (!tpl_may_make(call, (uint64_t)(width - length) * fill.len + s.len)) return false;
    int64_t padding = width - length, left = 0;
    if (side == 'r') left = padding;
    if (side == 'c') left = padding / 2 + (padding & width & 1); /* where CPython puts the odd one */
    Buf out;
    buf_init(&out, call->arena);
    for (int64_t i = 0; i < left; i++) buf_add(&out, fill);
    buf_add(&out, s);
    for (int64_t i = left; i < padding; i++) buf_add(&out, fill);
    *result = buf_str(&out);
    return true;
}

static bool justify(TplCall *call, char side, Value *result)
{
    Value args[2];
    int64_t width = 0;
    Str fill = STR(" ");
    if (!tpl_args(call, "width, fillchar=?", args) || !lib_int_arg(call, "width", args[0], &width) ||
        !lib_str_arg(call, "fillchar", args[1], &fill))
        return false;
    if (unicode_length(fill) != 1)
        return tpl_fail(call, DIAG_template_type, "The fill character must be exactly one character long");
    Str text;
    return lib_justify(call, self_text(call), width, fill, side, &text) && give_str(result, text);
}

static bool text_center(TplCall *call, Value *result)
{
    return justify(call, 'c', result);
}
static bool text_ljust(TplCall *call, Value *result)
{
    return justify(call, 'l', result);
}
static bool text_rjust(TplCall *call, Value *result)
{
    return justify(call, 'r', result);
}

static bool text_zfill(TplCall *call, Value *result)
{
    Value v;
    int64_t width = 0;
    if (!tpl_args(call, "width", &v) || !lib_int_arg(call, "width", v, &width)) return false;
    Str s = self_text(call);
    bool sign = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');
    Str digits = sign ? str_from_index(s, 1) : s;
    if (!lib_justify(call, digits, width > INT64_MIN ? width - sign : width, STR("0"), 'r', &digits)) return false;
    return give_str(result, sign ? str_cat(call->arena, str_slice(s, 0, 1), digits) : digits);
}

static bool text_expandtabs(TplCall *call, Value *result)
{
    Value v;
    int64_t size = 8, column = 0;
    if (!tpl_args(call, "tabsize=?", &v) || !lib_int_arg(call, "tabsize", v, &size)) return false;
    Str s = self_text(call);
    Buf out;
    buf_init(&out, call->arena);
    for (size_t at = 0; at < s.len;) {
        uint32_t c = unicode_next(s, &at);
        if (c == '\t') {
            int64_t spaces = size > 0 ? size - column % size : 0;
            if (!tpl_may_make(call, out.len + (uint64_t)spaces)) return false;
            column += spaces;
            while (spaces-- > 0) buf_addc(&out, ' ');
        } else {
            unicode_add(&out, c);
            column = c == '\n' || c == '\r' ? 0 : column + 1;
        }
    }
    return give_str(result, buf_str(&out));
}

/* ---- searching ---- */

/* The part of the text between start and end, and where it begins; false in *in_range if start lies behind the end. */
static bool search_part(TplCall *call, const Value *bounds, Str *part, size_t *offset, bool *in_range)
{
    Str s = self_text(call);
    *part = s;
    *offset = 0;
    *in_range = true;
    if (!tpl_arg_given(bounds[0]) && !tpl_arg_given(bounds[1])) return true;
    int64_t n = (int64_t)unicode_length(s), from, to;
    if (!method_range(call, bounds[0], bounds[1], n, &from, &to)) return false;
    *in_range = from <= to && from <= n;
    if (!*in_range) return true;
    *offset = unicode_offset(s, (size_t)from);
    *part = str_slice(s, *offset, unicode_offset(s, (size_t)to));
    return true;
}

static size_t find_last(Str s, Str needle)
{
    if (needle.len > s.len) return STR_NPOS;
    for (size_t i = s.len - needle.len + 1; i > 0; i--)
        if (memcmp(s.ptr + i - 1, needle.ptr, needle.len) == 0) return i - 1;
    return STR_NPOS;
}

static bool find(TplCall *call, bool last, bool must, Value *result)
{
    Value args[3];
    Str needle = STR_EMPTY, part;
    size_t offset;
    bool in_range;
    if (!tpl_args(call, "sub, start=?, end=?", args) || !lib_str_arg(call, "sub", args[0], &needle) ||
        !search_part(call, args + 1, &part, &offset, &in_range))
        return false;
    size_t hit = !in_range ? STR_NPOS : last ? find_last(part, needle) : str_find(part, needle, 0);
    if (hit == STR_NPOS && must) return tpl_fail(call, DIAG_template_value, "substring not found");
    *result = value_int(hit == STR_NPOS ? -1 : (int64_t)unicode_index(self_text(call), offset + hit));
    return true;
}

static bool text_find(TplCall *call, Value *result)
{
    return find(call, false, false, result);
}
static bool text_rfind(TplCall *call, Value *result)
{
    return find(call, true, false, result);
}
static bool text_index(TplCall *call, Value *result)
{
    return find(call, false, true, result);
}
static bool text_rindex(TplCall *call, Value *result)
{
    return find(call, true, true, result);
}

static bool text_count(TplCall *call, Value *result)
{
    Value args[3];
    Str needle = STR_EMPTY, part;
    size_t offset;
    bool in_range;
    if (!tpl_args(call, "sub, start=?, end=?", args) || !lib_str_arg(call, "sub", args[0], &needle) ||
        !search_part(call, args + 1, &part, &offset, &in_range))
        return false;
    int64_t n = 0;
    if (!in_range)
        n = 0;
    else if (needle.len == 0)
        n = (int64_t)unicode_length(part) + 1;
    else
        for (size_t at = 0; (at = str_find(part, needle, at)) != STR_NPOS; at += needle.len) n++;
    *result = value_int(n);
    return true;
}

static bool edge(TplCall *call, bool start, Value *result)
{
    Value args[3];
    Str part;
    size_t offset;
    bool in_range, yes = false;
    if (!tpl_args(call, start ? "prefix, start=?, end=?" : "suffix, start=?, end=?", args) ||
        !search_part(call, args + 1, &part, &offset, &in_range))
        return false;
    const Value *words = args[0].kind == V_TUPLE ? args[0].u.list->at : &args[0];
    size_t count = args[0].kind == V_TUPLE ? args[0].u.list->n : 1;
    for (size_t i = 0; i < count && !yes; i++) {
        if (words[i].kind == V_UNDEFINED) return value_undefined_error(call, words[i]);
        if (words[i].kind != V_STR)
            return tpl_fail(call, DIAG_template_type, "%s first arg must be str or a tuple of str, not %s",
                            start ? "startswith" : "endswith", value_type_name(words[i]));
        yes = in_range && (start ? str_starts : str_ends)(part, value_text(words[i]));
    }
    *result = value_bool(yes);
    return true;
}

static bool text_startswith(TplCall *call, Value *result)
{
    return edge(call, true, result);
}
static bool text_endswith(TplCall *call, Value *result)
{
    return edge(call, false, result);
}

/* ---- replacing, joining, splitting ---- */

static Value replaced(TplCall *call, Value input, Value old_text, Value with, int64_t count)
{
    Str s = value_text(input), old = value_text(old_text);
    if (count == 0 || (old.len && str_find(s, old, 0) == STR_NPOS)) return lib_part(call->arena, input, s);
    if (old.len && (value_srcmap(input) || value_srcmap(with)))
        return srcmap_replace(call->arena, input, old, with, count, call->span);
    Buf out;
    buf_init(&out, call->arena);
    size_t at = 0;
    if (old.len == 0) { /* between all characters */
        while (count != 0) {
            buf_add(&out, value_text(with));
            if (at >= s.len) break;
            if (count > 0 && --count == 0) break;
            size_t from = at;
            unicode_next(s, &at);
            buf_add(&out, str_slice(s, from, at));
        }
    }
    for (size_t hit; old.len && count != 0 && (hit = str_find(s, old, at)) != STR_NPOS; at = hit + old.len) {
        buf_add(&out, str_slice(s, at, hit));
        buf_add(&out, value_text(with));
        if (count > 0) count--;
    }
    buf_add(&out, str_from_index(s, at));
    return value_str(buf_str(&out));
}

static uint64_t count_hits(Str s, Str old)
{
    if (!old.len) return unicode_length(s) + 1;
    uint64_t hits = 0;
    for (size_t at = 0; (at = str_find(s, old, at)) != STR_NPOS; at += old.len) hits++;
    return hits;
}

/* Is what replacing makes within bounds? The hits are counted only if they matter. */
static bool may_replace(TplCall *call, Str s, Str old, Str with, int64_t count)
{
    if (with.len <= old.len || (uint64_t)with.len * (s.len + 1) < 1 << 20) return true;
    uint64_t hits = count_hits(s, old);
    if (count >= 0 && hits > (uint64_t)count) hits = (uint64_t)count;
    return tpl_may_make(call, s.len + hits * with.len);
}

bool lib_replace(TplCall *call, Value input, Value old_text, Value with, int64_t count, Value *result)
{
    if (!may_replace(call, value_text(input), value_text(old_text), value_text(with), count)) return false;
    *result = replaced(call, input, old_text, with, count);
    return true;
}

static bool text_replace(TplCall *call, Value *result)
{
    Value args[3];
    Str old = STR_EMPTY, with = STR_EMPTY;
    int64_t count = -1;
    if (!tpl_args(call, "old, new, count=?", args) || !lib_str_arg(call, "old", args[0], &old) ||
        !lib_str_arg(call, "new", args[1], &with) || !lib_int_arg(call, "count", args[2], &count))
        return false;
    return lib_replace(call, call->func->self, args[0], args[1], count, result);
}

static bool text_join(TplCall *call, Value *result)
{
    Value items;
    if (!tpl_args(call, "iterable", &items)) return false;
    if (items.kind != V_UNDEFINED && items.kind <= V_FLOAT)
        return tpl_fail(call, DIAG_template_type, "can only join an iterable");
    if (!value_iterate(call, items, &items)) return false;
    MappedText out;
    mapped_begin(&out, call->arena);
    for (uint32_t i = 0; i < items.u.list->n; i++) {
        Value item = items.u.list->at[i];
        bool safe = call->func->self.flags & VALUE_SAFE;
        if (item.kind != V_STR && !safe)
            return tpl_fail(call, DIAG_template_type, "sequence item %u: expected str instance, %s found", i,
                            value_type_name(item));
        if (!tpl_may_make(call, out.text.len + call->func->self.len)) return false;
        if (i) mapped_add(&out, call->func->self, call->span);
        mapped_add(&out, safe ? value_str(lib_escaped(call->arena, item)) : item, call->span);
    }
    *result = mapped_end(&out);
    return true;
}

static void push_piece(Value list, Str piece)
{
    list_push(list.u.list, value_str(piece));
}

static void split_words(Str s, int64_t limit, Value list)
{
    for (;;) {
        s = unicode_strip_left(s);
        if (!s.len) return;
        if (limit-- == 0) {
            push_piece(list, s);
            return;
        }
        size_t at = 0, end = 0;
        while (at < s.len && !unicode_space(unicode_next(s, &at))) end = at;
        push_piece(list, str_slice(s, 0, end));
        s = str_from_index(s, end);
    }
}

static void split_words_right(Str s, int64_t limit, Value list)
{
    for (;;) {
        s = unicode_strip_right(s);
        if (!s.len) return;
        if (limit-- == 0) {
            push_piece(list, s);
            return;
        }
        size_t at = s.len, start = s.len;
        while (at > 0 && !unicode_space(unicode_previous(s, &at))) start = at;
        push_piece(list, str_from_index(s, start));
        s = str_slice(s, 0, start);
    }
}

static void turn_round(List *list)
{
    for (uint32_t i = 0; i < list->n / 2; i++) {
        Value other = list->at[i];
        list->at[i] = list->at[list->n - 1 - i];
        list->at[list->n - 1 - i] = other;
    }
}

static bool split(TplCall *call, bool from_right, Value *result)
{
    Value args[2] = {VALUE_NONE, value_int(-1)};
    int64_t limit = -1;
    Str s = self_text(call), sep = STR_EMPTY;
    if (call->arg_count + call->named_count > 0 &&
        (!tpl_args(call, "sep=?, maxsplit=?", args) || !lib_int_arg(call, "maxsplit", args[1], &limit)))
        return false;
    *result = value_list(call->arena);
    if (!tpl_arg_given(args[0]) || args[0].kind == V_NONE) {
        if (from_right)
            split_words_right(s, limit, *result);
        else
            split_words(s, limit, *result);
    } else {
        if (!lib_str_arg(call, "sep", args[0], &sep)) return false;
        if (!sep.len) return tpl_fail(call, DIAG_template_value, "empty separator");
        for (size_t hit; limit != 0; limit--) {
            hit = from_right ? find_last(s, sep) : str_find(s, sep, 0);
            if (hit == STR_NPOS) break;
            push_piece(*result, from_right ? str_from_index(s, hit + sep.len) : str_slice(s, 0, hit));
            s = from_right ? str_slice(s, 0, hit) : str_from_index(s, hit + sep.len);
        }
        push_piece(*result, s);
    }
    if (from_right) turn_round(result->u.list);
    return true;
}

static bool text_split(TplCall *call, Value *result)
{
    return split(call, false, result);
}
static bool text_rsplit(TplCall *call, Value *result)
{
    return split(call, true, result);
}

void lib_split_lines(Str s, bool keep_ends, Value list)
{
    size_t start = 0;
    for (size_t at = 0; at < s.len;) {
        size_t end = at;
        uint32_t c = unicode_next(s, &at);
        bool ends = (c >= 10 && c <= 13) || (c >= 28 && c <= 30) || c == 0x85 || c == 0x2028 || c == 0x2029;
        if (!ends) continue;
        if (c == '\r' && at < s.len && s.ptr[at] == '\n') at++;
        push_piece(list, str_slice(s, start, keep_ends ? at : end));
        start = at;
    }
    if (start < s.len) push_piece(list, str_from_index(s, start));
}

static bool text_splitlines(TplCall *call, Value *result)
{
    Value v;
    bool keep = false;
    if (!tpl_args(call, "keepends=?", &v)) return false;
    if (!lib_flag_arg(call, v, &keep)) return false;
    *result = value_list(call->arena);
    lib_split_lines(self_text(call), keep, *result);
    return true;
}

static bool partition(TplCall *call, bool last, Value *result)
{
    Value v;
    Str s = self_text(call), sep = STR_EMPTY;
    if (!tpl_args(call, "sep", &v) || !lib_str_arg(call, "sep", v, &sep)) return false;
    if (!sep.len) return tpl_fail(call, DIAG_template_value, "empty separator");
    size_t hit = last ? find_last(s, sep) : str_find(s, sep, 0);
    Value parts[3] = {value_str(STR_EMPTY), value_str(STR_EMPTY), value_str(STR_EMPTY)};
    if (hit == STR_NPOS) {
        parts[last ? 2 : 0] = value_str(s);
    } else {
        parts[0] = value_str(str_slice(s, 0, hit));
        parts[1] = value_str(sep);
        parts[2] = value_str(str_from_index(s, hit + sep.len));
    }
    *result = value_tuple(call->arena, parts, 3);
    return true;
}

static bool text_partition(TplCall *call, Value *result)
{
    return partition(call, false, result);
}
static bool text_rpartition(TplCall *call, Value *result)
{
    return partition(call, true, result);
}

/* ---- formatting and translating ---- */

static bool text_format(TplCall *call, Value *result)
{
    Buf out;
    buf_init(&out, call->arena);
    if (!format_braces(call, self_text(call), call->args, call->arg_count, call->names, call->named, call->named_count,
                       &out))
        return false;
    return give_str(result, buf_str(&out));
}

static bool text_format_map(TplCall *call, Value *result)
{
    Value map;
    if (!tpl_args(call, "mapping", &map)) return false;
    if (map.kind != V_DICT)
        return tpl_fail(call, DIAG_template_type, "format_map() needs a mapping, not '%s'", value_type_name(map));
    size_t n = 0;
    Str *names = ARENA_ARRAY(call->arena, Str, map.u.dict->live + 1);
    Value *values = ARENA_ARRAY(call->arena, Value, map.u.dict->live + 1);
    for (uint32_t i = 0; i < map.u.dict->used; i++) {
        if (map.u.dict->entries[i].key.kind != V_STR) continue;
        names[n] = value_text(map.u.dict->entries[i].key);
        values[n++] = map.u.dict->entries[i].value;
    }
    Buf out;
    buf_init(&out, call->arena);
    if (!format_braces(call, self_text(call), NULL, 0, names, values, n, &out)) return false;
    return give_str(result, buf_str(&out));
}

static bool text_maketrans(TplCall *call, Value *result)
{
    Value args[3];
    Str from = STR_EMPTY, to = STR_EMPTY, without = STR_EMPTY;
    if (!tpl_args(call, "x, y=?, z=?", args)) return false;
    *result = value_dict(call->arena);
    if (!tpl_arg_given(args[1])) {
        if (args[0].kind != V_DICT)
            return tpl_fail(call, DIAG_template_type, "if you give only one argument to maketrans it must be a dict");
        for (uint32_t i = 0; i < args[0].u.dict->used; i++) {
            const DictEntry *e = &args[0].u.dict->entries[i];
            size_t at = 0;
            if (e->key.kind == V_STR && unicode_length(value_text(e->key)) == 1)
                dict_set(result->u.dict, value_int(unicode_next(value_text(e->key), &at)), e->value);
            else if (e->key.kind == V_INT)
                dict_set(result->u.dict, e->key, e->value);
        }
        return true;
    }
    if (!lib_str_arg(call, "x", args[0], &from) || !lib_str_arg(call, "y", args[1], &to) ||
        !lib_str_arg(call, "z", args[2], &without))
        return false;
    if (unicode_length(from) != unicode_length(to))
        return tpl_fail(call, DIAG_template_value, "the first two maketrans arguments must have equal length");
    for (size_t i = 0, j = 0; i < from.len;) {
        uint32_t a = unicode_next(from, &i), b = unicode_next(to, &j);
        dict_set(result->u.dict, value_int(a), value_int(b));
    }
    for (size_t i = 0; i < without.len;) dict_set(result->u.dict, value_int(unicode_next(without, &i)), VALUE_NONE);
    return true;
}

static bool text_translate(TplCall *call, Value *result)
{
    Value table;
    if (!tpl_args(call, "table", &table)) return false;
    if (table.kind != V_DICT)
        return tpl_fail(call, DIAG_template_type, "translate() needs a dict, not '%s'", value_type_name(table));
    Str s = self_text(call);
    Buf out;
    buf_init(&out, call->arena);
    for (size_t at = 0; at < s.len;) {
        uint32_t c = unicode_next(s, &at);
        const Value *to = dict_find(table.u.dict, value_int(c));
        if (!to)
            unicode_add(&out, c);
        else if (to->kind == V_INT && to->u.integer >= 0 && to->u.integer < 0x110000)
            unicode_add(&out, (uint32_t)to->u.integer);
        else if (to->kind == V_STR)
            buf_add(&out, value_text(*to));
        else if (to->kind != V_NONE)
            return tpl_fail(call, DIAG_template_type, "character mapping must return integer, None or str");
    }
    return give_str(result, buf_str(&out));
}

static bool text_encode(TplCall *call, Value *result)
{
    (void)result;
    return tpl_fail(call, DIAG_template_unsupported, "encode() cannot be used: there are no byte strings here");
}

const MethodDef str_methods[] = {
    {"capitalize", text_capitalize},
    {"casefold", text_casefold},
    {"center", text_center},
    {"count", text_count},
    {"encode", text_encode},
    {"endswith", text_endswith},
    {"expandtabs", text_expandtabs},
    {"find", text_find},
    {"format", text_format},
    {"format_map", text_format_map},
    {"index", text_index},
    {"isalnum", text_isalnum},
    {"isalpha", text_isalpha},
    {"isascii", text_isascii},
    {"isdecimal", text_isdecimal},
    {"isdigit", text_isdigit},
    {"isidentifier", text_isidentifier},
    {"islower", text_islower},
    {"isnumeric", text_isnumeric},
    {"isprintable", text_isprintable},
    {"isspace", text_isspace},
    {"istitle", text_istitle},
    {"isupper", text_isupper},
    {"join", text_join},
    {"ljust", text_ljust},
    {"lower", text_lower},
    {"lstrip", text_lstrip},
    {"maketrans", text_maketrans},
    {"partition", text_partition},
    {"removeprefix", text_removeprefix},
    {"removesuffix", text_removesuffix},
    {"replace", text_replace},
    {"rfind", text_rfind},
    {"rindex", text_rindex},
    {"rjust", text_rjust},
    {"rpartition", text_rpartition},
    {"rsplit", text_rsplit},
    {"rstrip", text_rstrip},
    {"split", text_split},
    {"splitlines", text_splitlines},
    {"startswith", text_startswith},
    {"strip", text_strip},
    {"swapcase", text_swapcase},
    {"title", text_title},
    {"translate", text_translate},
    {"upper", text_upper},
    {"zfill", text_zfill},
};
const size_t str_method_count = LIB_COUNT(str_methods);
