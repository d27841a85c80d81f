#include "base/semver.h"

static const struct {
    const char *text;
    SemverMatch match;
} operators[] = {
    {">=", SEMVER_FROM}, {"<=", SEMVER_UP_TO}, {">", SEMVER_ABOVE}, {"<", SEMVER_BELOW}, {"=", SEMVER_EXACT}};

/* ---- reading ---- */

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number without leading zeros. */
static bool read_number(Str *rest, int64_t *number)
{
    size_t n = 0;
    while (n < rest->len && digit(rest->ptr[n])) n++;
    if (n > 1 && rest->ptr[0] == '0') n = 1;
    if (!n || !str_to_int(str_slice(*rest, 0, n), number)) return false;
    *rest = str_from_index(*rest, n);
    return true;
}

/* Dotted words; those of a pre-release that are numbers have no leading zeros and are not empty. */
static bool good_words(Str text, bool strict)
{
    Str rest = text, word;
    while (str_split_next(&rest, '.', &word)) {
        bool number = true;
        for (size_t i = 0; i < word.len; i++) {
            char c = word.ptr[i];
            if (!digit(c)) number = false;
            if (!(digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-')) return false;
        }
        if (strict && (!word.len || (number && word.len > 1 && word.ptr[0] == '0'))) return false;
    }
    return true;
}

bool semver_parse(Str text, Semver *version)
{
    *version = (Semver){.match = SEMVER_EXACT, .prerelease = STR_EMPTY, .build = STR_EMPTY};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        Str operator= str_from(operators[i].text);
        if (!str_starts(text, operator)) continue;
        version->match = operators[i].match;
        text = str_from_index(text, operator.len);
        break;
    }
    for (int i = 0; i < 3; i++) {
        if (i && (!text.len || text.ptr[0] != '.')) return false;
        if (i) text = str_from_index(text, 1);
        if (!read_number(&text, &version->part[i])) return false;
    }
    size_t plus = str_find_char(text, '+', 0);
    if (plus != STR_NPOS) {
        version->build = str_from_index(text, plus + 1);
        text = str_slice(text, 0, plus);
        if (!good_words(version->build, false)) return false;
    }
    if (!text.len) return true;
    if (text.ptr[0] == '-' && text.len > 1) text = str_from_index(text, 1);
    version->prerelease = text;
    return good_words(text, true);
}

/* ---- comparing ---- */

static bool lower_end(const Semver *v)
{
    return v->match == SEMVER_ABOVE || v->match == SEMVER_FROM;
}

static bool upper_end(const Semver *v)
{
    return v->match == SEMVER_BELOW || v->match == SEMVER_UP_TO;
}

static int compare_prereleases(Str a, Str b)
{
    Str rest_a = a, rest_b = b, x, y;
    while (str_split_next(&rest_a, '.', &x) && str_split_next(&rest_b, '.', &y)) {
        int64_t m, n;
        bool x_number = str_to_int(x, &m) && digit(x.ptr[0]), y_number = str_to_int(y, &n) && digit(y.ptr[0]);
        int order = x_number && y_number ? (m > n) - (m < n) : x_number ? -1 : y_number ? 1 : str_cmp(x, y);
        if (order) return order < 0 ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

/* Ends of ranges at the same version: "<1" lies before "<=1", ">=1" before ">1", an upper end before a lower one. */
static bool ends_before(const Semver *a, const Semver *b)
{
    return (a->match == SEMVER_BELOW && b->match == SEMVER_UP_TO) ||
           (b->match == SEMVER_ABOVE && a->match == SEMVER_FROM) || (upper_end(a) && lower_end(b));
}

int semver_compare(const Semver *a, const Semver *b)
{
    if (a->unbounded || b->unbounded) return 0;
    for (int i = 0; i < 3; i++)
        if (a->part[i] != b->part[i]) return a->part[i] > b->part[i] ? 1 : -1;
    if (a->prerelease.len || b->prerelease.len) {
        /* "<1.0.0" lets no pre-release of 1.0.0 through, although it is an earlier version. */
        if (!a->prerelease.len) return a->match == SEMVER_BELOW ? -1 : 1;
        if (!b->prerelease.len) return -1;
        int order = compare_prereleases(a->prerelease, b->prerelease);
        if (order) return order;
    }
    if ((a->match == SEMVER_FROM && b->match == SEMVER_UP_TO) || (a->match == SEMVER_UP_TO && b->match == SEMVER_FROM))
        return 0;
    if (ends_before(a, b)) return -1;
    return ends_before(b, a) ? 1 : 0;
}

/* ---- ranges ---- */

static SemverRange range_of(const Semver *condition)
{
    const Semver open = {.unbounded = true};
    SemverRange range = {open, open};
    if (!upper_end(condition)) range.from = *condition;
    if (!lower_end(condition)) range.to = *condition;
    return range;
}

static bool exact(const Semver *v)
{
    return !v->unbounded && v->match == SEMVER_EXACT;
}

/* The narrower of two ends on the same side: `sign` is 1 for lower ends, -1 for upper ones. */
static bool narrower(const Semver *a, const Semver *b, int sign, Semver *end)
{
    if (b->unbounded || a->unbounded) {
        *end = b->unbounded ? *a : *b;
        return true;
    }
    if (exact(a) || exact(b)) {
        const Semver *point = exact(a) ? a : b, *bound = exact(a) ? b : a;
        int order = semver_compare(bound, point) * sign;
        bool fits = order < 0 || (order == 0 && bound->match == (sign > 0 ? SEMVER_FROM : SEMVER_UP_TO));
        *end = *point; /* which may be one of the two: last of all */
        return fits;
    }
    *end = semver_compare(a, b) * sign < 0 ? *b : *a;
    return true;
}

static bool range_narrow(SemverRange *range, const SemverRange *other)
{
    if (exact(&range->from) && exact(&other->from)) {
        if (semver_compare(&range->from, &other->from) != 0) return false;
        range->to = range->from;
        return true;
    }
    if (!narrower(&range->from, &other->from, 1, &range->from) || !narrower(&range->to, &other->to, -1, &range->to))
        return false;
    return semver_compare(&range->from, &range->to) <= 0;
}

bool semver_reduce(const Semver *conditions, size_t count, SemverRange *range)
{
    const Semver open = {.unbounded = true};
    *range = (SemverRange){open, open};
    /* The last one first: which of two equal ends stays depends on the order, and this is dbt's. */
    for (size_t i = 0; i < count; i++) {
        const Semver *condition = &conditions[i ? i - 1 : count - 1];
        if (condition->unbounded) continue;
        SemverRange next = range_of(condition);
        if (!i)
            *range = next;
        else if (!range_narrow(range, &next))
            return false;
    }
    return true;
}

bool semver_fits(const Semver *version, const SemverRange *range)
{
    Semver all[3] = {*version};
    size_t count = 1;
    if (!range->from.unbounded) all[count++] = range->from;
    if (!range->to.unbounded) all[count++] = range->to;
    SemverRange reduced;
    return count == 1 || semver_reduce(all, count, &reduced);
}

static void add_text(Buf *out, const Semver *v)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].match == v->match) buf_addz(out, operators[i].text);
    buf_addf(out, "%lld.%lld.%lld", (long long)v->part[0], (long long)v->part[1], (long long)v->part[2]);
    if (v->prerelease.len) buf_addf(out, "-%.*s", STR_ARG(v->prerelease));
    if (v->build.len) buf_addf(out, "+%.*s", STR_ARG(v->build));
}

Str semver_range_text(Arena *arena, const SemverRange *range)
{
    if (range->from.unbounded && range->to.unbounded) return STR("ANY");
    Buf out;
    buf_init(&out, arena);
    if (!range->from.unbounded) add_text(&out, &range->from);
    if (!range->from.unbounded && !range->to.unbounded) buf_addz(&out, ", ");
    if (!range->to.unbounded) add_text(&out, &range->to);
    return buf_str(&out);
}
