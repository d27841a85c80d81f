/* urlize: makes links of the addresses in a text. */
#include "base/regex.h"
#include "template/filters.h"
#include "template/library_internal.h"
#include "template/unicode.h"

#include <string.h>

/* What Jinja2 takes for a web address: a scheme or www. with any domain, a bare domain of the old top-level domains, or a
 * scheme with an IP address; then port, path, query and fragment. */
#define URL_PATTERN                                                                                                    \
    "^(?:(?:https?://|www\\.)(?:(?:[\\w%-]+\\.)+)?(?:[a-z]{2,63}|xn--[\\w%]{2,59})"                                    \
    "|(?:[\\w%-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)"                                                       \
    "|https?://(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[(?:[\\da-f]{0,4}:){2}(?:[\\da-f]{0,4}:?){1,6}\\]))"                    \
    "(?::\\d{1,5})?(?:[/?#]\\S*)?$"
#define MAIL_PATTERN "^\\S+@\\w[\\w.-]*\\.\\w+$"
#define SCHEME_PATTERN "^[\\w.+-]{2,}:/{0,2}$"

typedef struct Linker {
    TplCall *call;
    Regex *url, *mail;
    Str rel, target; /* attributes, with a space before them */
    int64_t limit; /* of the shown text; -1: none */
    Value schemes; /* a list */
} Linker;

static bool starts_at(Str s, size_t at, const char *with)
{
    return str_starts(str_from_index(s, at), str_from(with));
}

static size_t count_of(Str s, Str part)
{
    size_t n = 0;
    for (size_t at = 0; (at = str_find(s, part, at)) != STR_NPOS; at += part.len) n++;
    return n;
}

static size_t opening(Str s) /* bytes of ( < and &lt; at the start */
{
    size_t at = 0;
    for (;;) {
        if (at < s.len && (s.ptr[at] == '(' || s.ptr[at] == '<'))
            at++;
        else if (starts_at(s, at, "&lt;"))
            at += 4;
        else
            return at;
    }
}

static size_t closing(Str s) /* where the last ) > . , newlines and &gt; begin */
{
    size_t end = s.len;
    for (;;) {
        if (end > 0 && strchr(")>.,\n", s.ptr[end - 1]))
            end--;
        else if (end >= 4 && starts_at(s, end - 4, "&gt;"))
            end -= 4;
        else
            return end;
    }
}

/* Gives closing brackets back to an address that holds the opening ones. */
static void balance(Str *middle, Str *tail, Str open, Str close)
{
    size_t opened = count_of(*middle, open), closed = count_of(*middle, close), there = count_of(*tail, close);
    if (opened <= closed) return;
    for (size_t i = 0; i < opened && i < there; i++) {
        size_t end = str_find(*tail, close, 0) + close.len;
        middle->len += end;
        *tail = str_from_index(*tail, end);
    }
}

static void add_link(const Linker *l, const char *scheme, Str address, Str shown, bool attributes, Buf *out)
{
    buf_addf(out, "<a href=\"%s%.*s\"", scheme, STR_ARG(address));
    if (attributes) {
        buf_add(out, l->rel);
        buf_add(out, l->target);
    }
    buf_addf(out, ">%.*s</a>", STR_ARG(shown));
}

static Str cut(const Linker *l, Str s)
{
    if (l->limit < 0 || (int64_t)unicode_length(s) <= l->limit) return s;
    return str_cat(l->call->arena, str_slice(s, 0, unicode_offset(s, (size_t)l->limit)), STR("..."));
}

static void link_word(const Linker *l, Str word, Buf *out)
{
    size_t from = opening(word), to = closing(str_from_index(word, from)) + from;
    Str head = str_slice(word, 0, from), middle = str_slice(word, from, to), tail = str_from_index(word, to);
    balance(&middle, &tail, STR("("), STR(")"));
    balance(&middle, &tail, STR("<"), STR(">"));
    balance(&middle, &tail, STR("&lt;"), STR("&gt;"));
    buf_add(out, head);
    if (regex_test(l->url, middle)) {
        bool scheme = str_starts(middle, STR("https://")) || str_starts(middle, STR("http://"));
        add_link(l, scheme ? "" : "https://", middle, cut(l, middle), true, out);
    } else if (str_starts(middle, STR("mailto:")) && regex_test(l->mail, str_from_index(middle, 7))) {
        add_link(l, "", middle, str_from_index(middle, 7), false, out);
    } else if (str_find_char(middle, '@', 0) != STR_NPOS && !str_starts(middle, STR("www.")) &&
               !str_starts(middle, STR("@")) && str_find_char(middle, ':', 0) == STR_NPOS &&
               regex_test(l->mail, middle)) {
        add_link(l, "mailto:", middle, middle, false, out);
    } else {
        bool linked = false;
        for (uint32_t i = 0; i < l->schemes.u.list->n && !linked; i++) {
            Str scheme = value_text(l->schemes.u.list->at[i]);
            linked = !str_eq(middle, scheme) && str_starts(middle, scheme);
        }
        if (linked)
            add_link(l, "", middle, middle, true, out);
        else
            buf_add(out, middle);
    }
    buf_add(out, tail);
}

static bool read_schemes(TplCall *call, Value v, Value *schemes)
{
    *schemes = value_list(call->arena);
    if (!tpl_arg_given(v) || v.kind == V_NONE) return true;
    if (!value_iterate(call, v, schemes)) return false;
    Str error;
    size_t offset;
    Regex *pattern = regex_new(call->arena, STR(SCHEME_PATTERN), 0, &error, &offset);
    bool ok = true;
    for (uint32_t i = 0; i < schemes->u.list->n && ok; i++) {
        Value scheme = schemes->u.list->at[i];
        ok = scheme.kind == V_STR && regex_test(pattern, value_text(scheme));
        if (!ok)
            tpl_fail(call, DIAG_template_value, "'%.*s' is not a valid URI scheme prefix.",
                     STR_ARG(value_to_str(call->arena, scheme)));
    }
    regex_free(pattern);
    return ok;
}

/* rel="..." of the words given, nofollow and noopener, sorted and each once. */
static Str rel_attribute(TplCall *call, Str rel, bool nofollow)
{
    Value words = value_set(call->arena);
    while ((rel = unicode_strip_left(rel)).len) {
        size_t end = 0, at = 0;
        while (at < rel.len && !unicode_space(unicode_next(rel, &at))) end = at;
        dict_set_str(words.u.dict, str_slice(rel, 0, end), VALUE_NONE);
        rel = str_from_index(rel, end);
    }
    if (nofollow) dict_set_str(words.u.dict, STR("nofollow"), VALUE_NONE);
    dict_set_str(words.u.dict, STR("noopener"), VALUE_NONE);
    size_t n = words.u.dict->used;
    SortItem *items = arena_alloc(call->arena, n * sizeof *items);
    for (size_t i = 0; i < n; i++) items[i] = (SortItem){words.u.dict->entries[i].key, VALUE_NONE};
    lib_sort(call, items, n, SORT_PLAIN, false);
    Buf out;
    buf_init(&out, call->arena);
    for (size_t i = 0; i < n; i++) {
        buf_addz(&out, i ? " " : " rel=\"");
        text_escape(value_text(items[i].key), &out);
    }
    buf_addc(&out, '"');
    return buf_str(&out);
}

bool filter_urlize(TplCall *call, Value input, Value *result)
{
    Value args[5];
    Linker l = {.call = call, .limit = -1, .target = STR_EMPTY};
    Str rel = STR_EMPTY, target = STR_EMPTY, error;
    size_t offset;
    bool nofollow = false;
    if (!tpl_args(call, "trim_url_limit=?, nofollow=?, target=?, rel=?, extra_schemes=?", args)) return false;
    if (args[0].kind != V_NONE && !lib_int_arg(call, "trim_url_limit", args[0], &l.limit)) return false;
    lib_bool_arg(args[1], &nofollow);
    if (args[2].kind != V_NONE && !lib_str_arg(call, "target", args[2], &target)) return false;
    if (args[3].kind != V_NONE && !lib_str_arg(call, "rel", args[3], &rel)) return false;
    if (!read_schemes(call, args[4], &l.schemes)) return false;
    l.rel = rel_attribute(call, rel, nofollow);
    if (target.len)
        l.target = str_fmt(call->arena, " target=\"%.*s\"", STR_ARG(lib_escaped(call->arena, value_str(target))));
    l.url = regex_new(call->arena, STR(URL_PATTERN), REGEX_NOCASE, &error, &offset);
    l.mail = regex_new(call->arena, STR(MAIL_PATTERN), 0, &error, &offset);
    Str s = lib_escaped(call->arena, input);
    Buf out;
    buf_init(&out, call->arena);
    for (size_t at = 0; at < s.len;) {
        size_t from = at, next = at;
        while (at < s.len && unicode_space(unicode_next(s, &next))) at = next;
        buf_add(&out, str_slice(s, from, at));
        from = next = at;
        while (at < s.len && !unicode_space(unicode_next(s, &next))) at = next;
        if (at > from) link_word(&l, str_slice(s, from, at), &out);
    }
    regex_free(l.url);
    regex_free(l.mail);
    *result = value_str(buf_str(&out));
    return true;
}
