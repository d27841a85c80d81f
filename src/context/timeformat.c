/* Dates and times as text: isoformat, strftime, and back. Rules are Python's (datetime); names are those of the C locale. */
#include "context/datetime.h"

static const char *const month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
static const char *const day_names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

void offset_text(int offset, bool colon, Buf *out)
{
    int absolute = offset < 0 ? -offset : offset;
    buf_addf(out, "%c%02d%s%02d", offset < 0 ? '-' : '+', absolute / 3600, colon ? ":" : "", absolute / 60 % 60);
    if (absolute % 60) buf_addf(out, "%s%02d", colon ? ":" : "", absolute % 60);
}

static void time_text(const ClockParts *p, Str timespec, Buf *out)
{
    bool automatic = !timespec.len || str_eq(timespec, STR("auto"));
    if (str_eq(timespec, STR("hours")))
        buf_addf(out, "%02d", p->hour);
    else if (str_eq(timespec, STR("minutes")))
        buf_addf(out, "%02d:%02d", p->hour, p->minute);
    else {
        buf_addf(out, "%02d:%02d:%02d", p->hour, p->minute, p->second);
        if (str_eq(timespec, STR("milliseconds")))
            buf_addf(out, ".%03d", p->microsecond / 1000);
        else if (str_eq(timespec, STR("microseconds")) || (automatic && p->microsecond))
            buf_addf(out, ".%06d", p->microsecond);
    }
}

void moment_isoformat(const Moment *moment, char separator, Str timespec, Buf *out)
{
    ClockParts p = moment_parts(moment);
    if (moment->kind != MOMENT_TIME) buf_addf(out, "%04d-%02d-%02d", p.year, p.month, p.day);
    if (moment->kind == MOMENT_DATETIME) buf_addc(out, separator);
    if (moment->kind != MOMENT_DATE) time_text(&p, timespec, out);
    if (moment->zone) offset_text(moment->offset, true, out);
}

/* ---- strftime ---- */

/* ISO 8601: week 1 holds the year's first Thursday. */
static void iso_week(const ClockParts *p, int *year, int *week)
{
    int64_t days = clock_days(p->year, p->month, p->day);
    int64_t thursday = days - p->weekday + 3;
    ClockParts t = clock_parts(thursday * DAY_US);
    *year = t.year;
    *week = (t.yearday - 1) / 7 + 1;
}

bool moment_strftime(TplCall *call, const Moment *moment, Str format, Buf *out)
{
    ClockParts p = moment_parts(moment);
    int year, week;
    iso_week(&p, &year, &week);
    for (size_t i = 0; i < format.len; i++) {
        if (format.ptr[i] != '%' || i + 1 == format.len) {
            buf_addc(out, format.ptr[i]);
            continue;
        }
        char c = format.ptr[++i];
        bool plain = c == '-' && i + 1 < format.len; /* glibc: no padding */
        if (plain) c = format.ptr[++i];
        int hour12 = p.hour % 12 ? p.hour % 12 : 12;
        switch (c) {
        case 'a': buf_addf(out, "%.3s", day_names[p.weekday]); break;
        case 'A': buf_addz(out, day_names[p.weekday]); break;
        case 'b':
        case 'h': buf_addf(out, "%.3s", month_names[p.month - 1]); break;
        case 'B': buf_addz(out, month_names[p.month - 1]); break;
        case 'w': buf_addf(out, "%d", (p.weekday + 1) % 7); break;
        case 'u': buf_addf(out, "%d", p.weekday + 1); break;
        case 'd': buf_addf(out, plain ? "%d" : "%02d", p.day); break;
        case 'e': buf_addf(out, plain ? "%d" : "%2d", p.day); break;
        case 'm': buf_addf(out, plain ? "%d" : "%02d", p.month); break;
        case 'y': buf_addf(out, plain ? "%d" : "%02d", p.year % 100); break;
        case 'Y': buf_addf(out, "%d", p.year); break;
        case 'C': buf_addf(out, "%02d", p.year / 100); break;
        case 'G': buf_addf(out, "%d", year); break;
        case 'V': buf_addf(out, plain ? "%d" : "%02d", week); break;
        case 'H': buf_addf(out, plain ? "%d" : "%02d", p.hour); break;
        case 'k': buf_addf(out, "%2d", p.hour); break;
        case 'I': buf_addf(out, plain ? "%d" : "%02d", hour12); break;
        case 'l': buf_addf(out, "%2d", hour12); break;
        case 'p': buf_addz(out, p.hour < 12 ? "AM" : "PM"); break;
        case 'P': buf_addz(out, p.hour < 12 ? "am" : "pm"); break;
        case 'M': buf_addf(out, plain ? "%d" : "%02d", p.minute); break;
        case 'S': buf_addf(out, plain ? "%d" : "%02d", p.second); break;
        case 'f': buf_addf(out, "%06d", p.microsecond); break;
        case 'j': buf_addf(out, plain ? "%d" : "%03d", p.yearday); break;
        case 'U': buf_addf(out, plain ? "%d" : "%02d", (p.yearday - 1 + 7 - (p.weekday + 1) % 7) / 7); break;
        case 'W': buf_addf(out, plain ? "%d" : "%02d", (p.yearday - 1 + 7 - p.weekday) / 7); break;
        case 'z':
            if (moment->zone) offset_text(moment->offset, false, out);
            break;
        case ':':
            if (i + 1 < format.len && format.ptr[i + 1] == 'z') {
                i++;
                if (moment->zone) offset_text(moment->offset, true, out);
            }
            break;
        case 'Z':
            if (moment->zone) {
                Str name;
                int64_t utc = moment->us / SECOND_US - moment->offset;
                zone_offset_utc(moment->zone, utc, &name, NULL);
                buf_add(out, name);
            }
            break;
        case 's': {
            int64_t local = moment->us / SECOND_US;
            int offset = moment->zone ? moment->offset : clock_local_offset(moment->us);
            buf_addf(out, "%lld", (long long)(local - offset));
            break;
        }
        case 'c':
            buf_addf(out, "%.3s %.3s %2d %02d:%02d:%02d %d", day_names[p.weekday], month_names[p.month - 1], p.day,
                     p.hour, p.minute, p.second, p.year);
            break;
        case 'x':
        case 'D': buf_addf(out, "%02d/%02d/%02d", p.month, p.day, p.year % 100); break;
        case 'X':
        case 'T': buf_addf(out, "%02d:%02d:%02d", p.hour, p.minute, p.second); break;
        case 'R': buf_addf(out, "%02d:%02d", p.hour, p.minute); break;
        case 'F': buf_addf(out, "%d-%02d-%02d", p.year, p.month, p.day); break;
        case 'n': buf_addc(out, '\n'); break;
        case 't': buf_addc(out, '\t'); break;
        case '%': buf_addc(out, '%'); break;
        default: return tpl_fail(call, DIAG_template_value, "strftime() does not know '%%%c'", c);
        }
    }
    return true;
}

/* ---- reading ---- */

typedef struct Reader {
    Str text;
    size_t at;
} Reader;

static bool digits(Reader *r, size_t least, size_t most, int *number)
{
    size_t start = r->at;
    *number = 0;
    while (r->at < r->text.len && r->at - start < most && r->text.ptr[r->at] >= '0' && r->text.ptr[r->at] <= '9')
        *number = *number * 10 + (r->text.ptr[r->at++] - '0');
    return r->at - start >= least;
}

static bool one_char(Reader *r, char c)
{
    if (r->at >= r->text.len || r->text.ptr[r->at] != c) return false;
    r->at++;
    return true;
}

/* Fractional seconds: 1 to 6 digits (9 are read, as Python 3.11 does, and cut). */
static bool fraction(Reader *r, size_t most, int *microsecond)
{
    size_t start = r->at;
    *microsecond = 0;
    while (r->at < r->text.len && r->at - start < most && r->text.ptr[r->at] >= '0' && r->text.ptr[r->at] <= '9') {
        if (r->at - start < 6) *microsecond = *microsecond * 10 + (r->text.ptr[r->at] - '0');
        r->at++;
    }
    for (size_t n = r->at - start; n < 6; n++) *microsecond *= 10;
    return r->at > start;
}

/* Z, +hh:mm, +hhmm, +hh:mm:ss */
static bool offset(Reader *r, int *seconds)
{
    int hours, minutes = 0, rest = 0;
    if (one_char(r, 'Z') || one_char(r, 'z')) {
        *seconds = 0;
        return true;
    }
    bool minus = one_char(r, '-');
    if (!minus && !one_char(r, '+')) return false;
    if (!digits(r, 2, 2, &hours)) return false;
    bool colon = one_char(r, ':');
    if (digits(r, 2, 2, &minutes)) {
        if (colon && one_char(r, ':') && !digits(r, 2, 2, &rest)) return false;
    } else if (colon) {
        return false;
    }
    *seconds = (hours * 3600 + minutes * 60 + rest) * (minus ? -1 : 1);
    return true;
}

static bool in_range(const ClockParts *p)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (p->year < 1 || p->year > 9999 || p->month < 1 || p->month > 12 || p->day < 1) return false;
    bool leap = (p->year % 4 == 0 && p->year % 100 != 0) || p->year % 400 == 0;
    int most = days[p->month - 1] + (p->month == 2 && leap);
    return p->day <= most && p->hour < 24 && p->minute < 60 && p->second < 60;
}

static Moment *made(TplCall *call, MomentKind kind, const ClockParts *p, bool zoned, int seconds)
{
    Context *ctx = call_context(call);
    ClockParts parts = *p;
    if (kind == MOMENT_TIME) parts.year = 1970, parts.month = parts.day = 1;
    const Zone *zone = zoned ? zone_fixed(ctx, seconds) : NULL;
    return moment_new(call->arena, kind, clock_from_parts(&parts), zone, seconds);
}

bool moment_fromisoformat(TplCall *call, Str text, MomentKind kind, Moment **moment)
{
    Reader r = {text, 0};
    ClockParts p = {.year = 1970, .month = 1, .day = 1};
    bool ok = true, zoned = false;
    int seconds = 0;
    if (kind != MOMENT_TIME) {
        ok = digits(&r, 4, 4, &p.year);
        bool dashes = one_char(&r, '-');
        ok = ok && digits(&r, 2, 2, &p.month) && (!dashes || one_char(&r, '-')) && digits(&r, 2, 2, &p.day);
    }
    if (ok && kind == MOMENT_DATETIME && r.at < text.len) r.at++; /* any one character separates */
    if (ok && kind != MOMENT_DATE && r.at < text.len) {
        ok = digits(&r, 2, 2, &p.hour);
        bool colons = one_char(&r, ':');
        if (ok && digits(&r, 2, 2, &p.minute)) {
            if (colons ? one_char(&r, ':') : r.at < text.len && text.ptr[r.at] >= '0' && text.ptr[r.at] <= '9') {
                ok = digits(&r, 2, 2, &p.second);
                if (ok && (one_char(&r, '.') || one_char(&r, ','))) ok = fraction(&r, 9, &p.microsecond);
            }
        } else if (colons) {
            ok = false;
        }
        if (ok && r.at < text.len) ok = zoned = offset(&r, &seconds);
    }
    if (!ok || r.at != text.len || !in_range(&p))
        return tpl_fail(call, DIAG_template_value, "Invalid isoformat string: '%.*s'", STR_ARG(text));
    *moment = made(call, kind, &p, zoned, seconds);
    return true;
}

static bool word(Reader *r, const char *const *names, int count, size_t length, int *index)
{
    Str rest = str_from_index(r->text, r->at);
    for (int i = 0; i < count; i++) {
        Str name = str_from(names[i]);
        if (length) name = str_slice(name, 0, length);
        if (rest.len >= name.len && str_eq_nocase(str_slice(rest, 0, name.len), name)) {
            *index = i;
            r->at += name.len;
            return true;
        }
    }
    return false;
}

static bool blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool moment_strptime(TplCall *call, Str text, Str format, Moment **moment)
{
    Reader r = {text, 0};
    ClockParts p = {.year = 1900, .month = 1, .day = 1};
    bool ok = true, zoned = false, pm = false, has_pm = false;
    int seconds = 0, ignored, yearday = 0;
    /* Compound directives are what they stand for. */
    format = str_replace(call->arena, format, STR("%F"), STR("%Y-%m-%d"));
    format = str_replace(call->arena, format, STR("%T"), STR("%H:%M:%S"));
    format = str_replace(call->arena, format, STR("%R"), STR("%H:%M"));
    format = str_replace(call->arena, format, STR("%D"), STR("%m/%d/%y"));
    format = str_replace(call->arena, format, STR("%x"), STR("%m/%d/%y"));
    format = str_replace(call->arena, format, STR("%X"), STR("%H:%M:%S"));
    format = str_replace(call->arena, format, STR("%c"), STR("%a %b %d %H:%M:%S %Y"));
    for (size_t i = 0; ok && i < format.len; i++) {
        char c = format.ptr[i];
        if (blank(c)) {
            while (i + 1 < format.len && blank(format.ptr[i + 1])) i++;
            ok = r.at < text.len && blank(text.ptr[r.at]);
            while (r.at < text.len && blank(text.ptr[r.at])) r.at++;
            continue;
        }
        if (c != '%' || i + 1 == format.len) {
            ok = one_char(&r, c);
            continue;
        }
        c = format.ptr[++i];
        if (c == '-' && i + 1 < format.len) c = format.ptr[++i];
        switch (c) {
        case 'Y': ok = digits(&r, 4, 4, &p.year); break;
        case 'y':
            ok = digits(&r, 2, 2, &p.year);
            p.year += p.year < 69 ? 2000 : 1900;
            break;
        case 'm': ok = digits(&r, 1, 2, &p.month); break;
        case 'd': ok = digits(&r, 1, 2, &p.day); break;
        case 'H':
        case 'I': ok = digits(&r, 1, 2, &p.hour); break;
        case 'M': ok = digits(&r, 1, 2, &p.minute); break;
        case 'S': ok = digits(&r, 1, 2, &p.second); break;
        case 'f': ok = fraction(&r, 6, &p.microsecond); break;
        case 'j': ok = digits(&r, 1, 3, &yearday) && yearday > 0 && yearday <= 366; break;
        case 'B': ok = word(&r, month_names, 12, 0, &p.month), p.month++; break;
        case 'b':
        case 'h': ok = word(&r, month_names, 12, 3, &p.month), p.month++; break;
        case 'A': ok = word(&r, day_names, 7, 0, &ignored); break;
        case 'a': ok = word(&r, day_names, 7, 3, &ignored); break;
        case 'w':
        case 'u': ok = digits(&r, 1, 1, &ignored); break;
        case 'p': {
            static const char *const halves[] = {"AM", "PM"};
            int half = 0;
            ok = has_pm = word(&r, halves, 2, 0, &half);
            pm = half == 1;
            break;
        }
        case 'z': ok = zoned = offset(&r, &seconds); break;
        case 'Z': {
            static const char *const names[] = {"UTC", "GMT"};
            ok = word(&r, names, 2, 0, &ignored);
            break;
        }
        case '%': ok = one_char(&r, '%'); break;
        default:
            return tpl_fail(call, DIAG_template_value, "'%c' is a bad directive in format '%.*s'", c, STR_ARG(format));
        }
    }
    if (has_pm) p.hour = p.hour % 12 + (pm ? 12 : 0);
    if (ok && yearday) {
        ClockParts day = clock_parts((clock_days(p.year, 1, 1) + yearday - 1) * DAY_US);
        p.month = day.month;
        p.day = day.day;
    }
    if (ok && r.at < text.len)
        return tpl_fail(call, DIAG_template_value, "unconverted data remains: %.*s",
                        STR_ARG(str_from_index(text, r.at)));
    if (!ok || !in_range(&p))
        return tpl_fail(call, DIAG_template_value, "time data '%.*s' does not match format '%.*s'", STR_ARG(text),
                        STR_ARG(format));
    *moment = made(call, MOMENT_DATETIME, &p, zoned, seconds);
    return true;
}
