/* Filters of text. */
#include "template/filters.h"
#include "template/library_internal.h"
#include "template/srcmap.h"
#include "template/unicode.h"

#include <string.h>

static bool give_text(Value *result, Str s, Value like)
{
    *result = value_str(s);
    if (like.kind == V_STR) result->flags = like.flags & VALUE_SAFE;
    return true;
}

static bool convert(TplCall *call, Value input, UnicodeCase to, Value *result)
{
    if (!lib_no_args(call)) return false;
    give_text(result, unicode_convert(call->arena, value_to_str(call->arena, input), to), input);
    *result = srcmap_follow_positions(call->arena, input, *result);
    return true;
}

bool filter_upper(TplCall *call, Value input, Value *result)
{
    return convert(call, input, CASE_UPPER, result);
}
bool filter_lower(TplCall *call, Value input, Value *result)
{
    return convert(call, input, CASE_LOWER, result);
}
bool filter_capitalize(TplCall *call, Value input, Value *result)
{
    return convert(call, input, CASE_CAPITAL, result);
}

static bool splits_words(uint32_t c)
{
    return c == '-' || c == '(' || c == '{' || c == '[' || c == '<' || unicode_space(c);
}

bool filter_title(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    Str s = value_to_str(call->arena, input);
    Buf out;
    buf_init(&out, call->arena);
    for (size_t at = 0; at < s.len;) {
        size_t from = at, first = 0;
        bool separator = splits_words(unicode_next(s, &at));
        for (size_t next = at; next < s.len; at = next)
            if (splits_words(unicode_next(s, &next)) != separator) break;
        Str piece = str_slice(s, from, at);
        unicode_next(piece, &first);
        buf_add(&out, unicode_convert(call->arena, str_slice(piece, 0, first), CASE_UPPER));
        buf_add(&out, unicode_convert(call->arena, str_from_index(piece, first), CASE_LOWER));
    }
    return give_text(result, buf_str(&out), (Value){0});
}

bool filter_trim(TplCall *call, Value input, Value *result)
{
    Value chars = VALUE_NONE;
    Str set = STR_EMPTY;
    if (call->arg_count + call->named_count > 0) {
        if (!tpl_args(call, "chars=?", &chars)) return false;
        if (chars.kind != V_NONE && !lib_str_arg(call, "chars", chars, &set)) return false;
    }
    if (input.kind != V_STR) input = value_str(value_to_str(call->arena, input));
    *result = lib_part(call->arena, input, lib_strip(value_text(input), set, chars.kind == V_STR, true, true));
    result->flags |= input.flags & VALUE_SAFE;
    return true;
}

bool filter_center(TplCall *call, Value input, Value *result)
{
    Value v;
    int64_t width = 80;
    if (!tpl_args(call, "width=?", &v) || !lib_int_arg(call, "width", v, &width)) return false;
    Str s = value_to_str(call->arena, input);
    return lib_justify(call, s, width, STR(" "), 'c', &s) && give_text(result, s, input);
}

bool filter_replace(TplCall *call, Value input, Value *result)
{
    Value args[3];
    int64_t count = -1;
    if (!tpl_args(call, "old, new, count=?", args)) return false;
    if (tpl_arg_given(args[2]) && args[2].kind != V_NONE && !lib_int_arg(call, "count", args[2], &count)) return false;
    for (int i = 0; i < 2; i++)
        if (args[i].kind != V_STR) args[i] = value_str(value_to_str(call->arena, args[i]));
    if (input.kind != V_STR) input = value_str(value_to_str(call->arena, input));
    if (!lib_replace(call, input, args[0], args[1], count, result)) return false;
    result->flags &= (uint8_t)~VALUE_SAFE;
    return true;
}

static bool need_text(TplCall *call, const char *filter, Value input, Str *s)
{
    if (input.kind == V_UNDEFINED) return value_undefined_error(call, input);
    if (input.kind != V_STR)
        return tpl_fail(call, DIAG_template_type, "%s needs a string, not '%s'", filter, value_type_name(input));
    *s = value_text(input);
    return true;
}

bool filter_indent(TplCall *call, Value input, Value *result)
{
    Value args[3];
    int64_t width = 4;
    bool first = false, blank = false;
    Str s, by;
    if (!tpl_args(call, "width=?, first=?, blank=?", args)) return false;
    if (tpl_arg_given(args[0]) && args[0].kind == V_STR) {
        by = value_text(args[0]);
    } else {
        if (!lib_int_arg(call, "width", args[0], &width)) return false;
        if (!lib_justify(call, STR_EMPTY, width, STR(" "), 'l', &by)) return false;
    }
    lib_bool_arg(args[1], &first);
    lib_bool_arg(args[2], &blank);
    if (!need_text(call, "indent", input, &s)) return false;
    /* with a newline added, a last empty line is a line too */
    Value lines = value_list(call->arena);
    Str padded = str_cat(call->arena, s, STR("\n"));
    lib_split_lines(padded, false, lines);
    if (!tpl_may_make(call, s.len + (uint64_t)by.len * lines.u.list->n)) return false;
    MappedText out;
    mapped_begin(&out, call->arena);
    if (first) mapped_add_str(&out, by, call->span);
    for (uint32_t i = 0; i < lines.u.list->n; i++) {
        Str line = value_text(lines.u.list->at[i]);
        size_t from = line.len ? (size_t)(line.ptr - padded.ptr) : 0;
        if (i) {
            mapped_add_str(&out, STR("\n"), call->span);
            if (blank || line.len) mapped_add_str(&out, by, call->span);
        }
        mapped_add_slice(&out, input, from, from + line.len, call->span);
    }
    *result = mapped_end(&out);
    result->flags |= input.flags & VALUE_SAFE;
    return true;
}

bool filter_truncate(TplCall *call, Value input, Value *result)
{
    Value args[4];
    int64_t length = 255, leeway = 5, n = 0;
    bool kill_words = false;
    Str end = STR("..."), s;
    if (!tpl_args(call, "length=?, killwords=?, end=?, leeway=?", args) ||
        !lib_int_arg(call, "length", args[0], &length) || !lib_str_arg(call, "end", args[2], &end))
        return false;
    if (args[3].kind != V_NONE && !lib_int_arg(call, "leeway", args[3], &leeway)) return false;
    lib_bool_arg(args[1], &kill_words);
    int64_t end_length = (int64_t)unicode_length(end);
    if (length < end_length)
        return tpl_fail(call, DIAG_template_value, "expected length >= %lld, got %lld", (long long)end_length,
                        (long long)length);
    if (leeway < 0) return tpl_fail(call, DIAG_template_value, "expected leeway >= 0, got %lld", (long long)leeway);
    if (!value_length(call, input, &n)) return false;
    if (n <= length + leeway) {
        *result = input;
        return true;
    }
    if (!need_text(call, "truncate", input, &s)) return false;
    Str kept = str_slice(s, 0, unicode_offset(s, (size_t)(length - end_length)));
    if (!kill_words) {
        size_t space = str_rfind_char(kept, ' ');
        if (space != STR_NPOS) kept = str_slice(kept, 0, space);
    }
    return give_text(result, str_cat(call->arena, kept, end), input);
}

static bool word_char(uint32_t c)
{
    return c == '_' || unicode_alnum(c);
}

bool filter_wordcount(TplCall *call, Value input, Value *result)
{
    if (!lib_no_args(call)) return false;
    Str s = value_to_str(call->arena, input);
    int64_t words = 0;
    bool inside = false;
    for (size_t at = 0; at < s.len;) {
        bool is_word = word_char(unicode_next(s, &at));
        words += is_word && !inside;
        inside = is_word;
    }
    *result = value_int(words);
    return true;
}

/* ---- wordwrap: as Python's textwrap.wrap without expanding tabs or replacing white space ---- */

typedef struct Wrap {
    Arena *arena;
    int64_t width;
    bool break_long, at_hyphens;
    Value chunks; /* words and the white space between them */
} Wrap;

static bool wrap_space(uint32_t c) /* textwrap knows only these */
{
    return c == ' ' || (c >= 9 && c <= 13);
}

static bool letter(uint32_t c) /* \w without digits */
{
    return word_char(c) && !unicode_decimal(c);
}

static uint32_t code_at(Str s, size_t at)
{
    return at < s.len ? unicode_next(s, &at) : 0;
}

static uint32_t code_before(Str s, size_t at)
{
    return at > 0 ? unicode_previous(s, &at) : 0;
}

static bool word_punct(uint32_t c) /* [\w!"'&.,?] */
{
    return word_char(c) || (c && c < 0x80 && strchr("!\"'&.,?", (int)c));
}

static size_t hyphens_at(Str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.len && s.ptr[at + n] == '-') n++;
    return n;
}

/* Whether a dash of two or more hyphens stands at `at`, between words. */
static bool dash_at(Str s, size_t at, size_t *length)
{
    *length = hyphens_at(s, at);
    return *length >= 2 && word_punct(code_before(s, at)) && word_char(code_at(s, at + *length));
}

/* Whether the word that began at `start` may be cut behind the hyphen at `at`: two letters before it (or a letter, a
 * hyphen and a letter), the same behind. */
static bool hyphen_cuts(Str s, size_t start, size_t at)
{
    size_t b = at, next = at + 1;
    if (at == start || !letter(unicode_previous(s, &b)) || b < start) return false;
    if (b == start) return false;
    size_t c = b;
    uint32_t before = unicode_previous(s, &c);
    bool two = letter(before);
    bool with_hyphen = before == '-' && c > start && letter(code_before(s, c));
    if (!two && !with_hyphen) return false;
    if (next >= s.len || !letter(unicode_next(s, &next))) return false;
    uint32_t after = code_at(s, next);
    if (letter(after)) return true;
    return after == '-' && letter(code_at(s, next + 1));
}

static void split_chunks(Wrap *w, Str s)
{
    for (size_t at = 0; at < s.len;) {
        size_t start = at, dash = 0;
        if (wrap_space(code_at(s, at))) {
            while (at < s.len && wrap_space(code_at(s, at))) at++;
        } else if (!w->at_hyphens) {
            while (at < s.len && !wrap_space(code_at(s, at))) unicode_next(s, &at);
        } else if (dash_at(s, at, &dash)) {
            at += dash;
        } else {
            for (;;) {
                bool cut = s.ptr[at] == '-' && hyphen_cuts(s, start, at);
                unicode_next(s, &at);
                if (cut || at >= s.len || wrap_space(code_at(s, at)) || dash_at(s, at, &dash)) break;
            }
        }
        list_push(w->chunks.u.list, value_str(str_slice(s, start, at)));
    }
}

static bool blank(Str s)
{
    return unicode_strip(s).len == 0;
}

/* Where to cut a word that is longer than a line: behind its last hyphen that fits, if hyphens cut. */
static size_t cut_long(const Wrap *w, Str word, int64_t room)
{
    size_t end = unicode_offset(word, (size_t)room);
    if (w->at_hyphens && unicode_length(word) > (size_t)room) {
        size_t hyphen = str_rfind_char(str_slice(word, 0, end), '-');
        if (hyphen != STR_NPOS && hyphen > 0) {
            bool others = false;
            for (size_t i = 0; i < hyphen; i++) others |= word.ptr[i] != '-';
            if (others) return hyphen + 1;
        }
    }
    return end;
}

static void wrap_line(Wrap *w, Str line, Str separator, bool *first, Buf *out)
{
    w->chunks = value_list(w->arena);
    split_chunks(w, line);
    List *chunks = w->chunks.u.list;
    uint32_t next = 0;
    bool first_of_all = true;
    while (next < chunks->n) {
        Value pieces = value_list(w->arena);
        List *pieces_list = pieces.u.list;
        int64_t length = 0;
        if (!first_of_all && blank(value_text(chunks->at[next]))) next++;
        while (next < chunks->n) {
            int64_t l = (int64_t)unicode_length(value_text(chunks->at[next]));
            if (length + l > w->width) break;
            list_push(pieces_list, chunks->at[next++]);
            length += l;
        }
        if (next < chunks->n && (int64_t)unicode_length(value_text(chunks->at[next])) > w->width) {
            int64_t room = w->width < 1 ? 1 : w->width - length;
            if (w->break_long) {
                Str word = value_text(chunks->at[next]);
                size_t cut = cut_long(w, word, room);
                list_push(pieces_list, value_str(str_slice(word, 0, cut)));
                chunks->at[next] = value_str(str_from_index(word, cut));
            } else if (!pieces_list->n) {
                list_push(pieces_list, chunks->at[next++]);
            }
        }
        if (pieces_list->n && blank(value_text(pieces_list->at[pieces_list->n - 1]))) pieces_list->n--;
        if (!pieces_list->n) continue;
        if (!*first) buf_add(out, separator);
        *first = false;
        first_of_all = false;
        for (uint32_t i = 0; i < pieces_list->n; i++) buf_add(out, value_text(pieces_list->at[i]));
    }
}

bool filter_wordwrap(TplCall *call, Value input, Value *result)
{
    Value args[4];
    int64_t width = 79;
    bool break_long = true, at_hyphens = true;
    Str separator = STR("\n"), s;
    if (!tpl_args(call, "width=?, break_long_words=?, wrapstring=?, break_on_hyphens=?", args) ||
        !lib_int_arg(call, "width", args[0], &width))
        return false;
    if (args[2].kind != V_NONE && !lib_str_arg(call, "wrapstring", args[2], &separator)) return false;
    lib_bool_arg(args[1], &break_long);
    lib_bool_arg(args[3], &at_hyphens);
    if (lib_lenient(input)) return give_text(result, STR_EMPTY, input);
    if (!need_text(call, "wordwrap", input, &s) || !tpl_may_make(call, s.len + (uint64_t)s.len * separator.len))
        return false;
    Value lines = value_list(call->arena);
    lib_split_lines(s, false, lines);
    if (width <= 0 && lines.u.list->n)
        return tpl_fail(call, DIAG_template_value, "invalid width %lld (must be > 0)", (long long)width);
    Wrap w = {.arena = call->arena, .width = width, .break_long = break_long, .at_hyphens = at_hyphens};
    Buf out;
    buf_init(&out, call->arena);
    for (uint32_t i = 0; i < lines.u.list->n; i++) {
        bool first = true;
        if (i) buf_add(&out, separator);
        wrap_line(&w, value_text(lines.u.list->at[i]), separator, &first, &out);
    }
    return give_text(result, buf_str(&out), (Value){0});
}
