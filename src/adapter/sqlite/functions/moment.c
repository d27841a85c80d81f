/* Dates and times as SQLite keeps them: ISO text. Arithmetic in microseconds since 1970, UTC. */
#include "adapter/sqlite/functions/functions.h"
#include "base/clock.h"

#include <stdio.h>

static bool digits(Str s, size_t *i, size_t least, size_t most, int *value)
{
    size_t start = *i;
    *value = 0;
    while (*i < s.len && *i - start < most && s.ptr[*i] >= '0' && s.ptr[*i] <= '9')
        *value = *value * 10 + (s.ptr[(*i)++] - '0');
    return *i - start >= least;
}

static bool skip(Str s, size_t *i, char c)
{
    if (*i >= s.len || s.ptr[*i] != c) return false;
    ++*i;
    return true;
}

static bool parse_fraction(Str s, size_t *i, int *micro)
{
    enum { MICRO_DIGITS = 6 };
    size_t start = *i;
    int n = 0;
    for (*micro = 0; *i < s.len && s.ptr[*i] >= '0' && s.ptr[*i] <= '9'; ++*i)
        if (n < MICRO_DIGITS) {
            *micro = *micro * 10 + (s.ptr[*i] - '0');
            n++;
        }
    for (; n < MICRO_DIGITS; n++) *micro *= 10;
    return *i > start;
}

static bool parse_zone(Str s, size_t *i, int *offset_minutes)
{
    *offset_minutes = 0;
    while (skip(s, i, ' '))
        ;
    if (*i == s.len || skip(s, i, 'Z') || skip(s, i, 'z')) return true;
    char sign = s.ptr[*i];
    int hours, minutes = 0;
    if (sign != '+' && sign != '-') return false;
    ++*i;
    if (!digits(s, i, 2, 2, &hours)) return false;
    skip(s, i, ':');
    if (*i < s.len && !digits(s, i, 2, 2, &minutes)) return false;
    *offset_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    return hours < 24 && minutes < 60;
}

static bool is_date(const ClockParts *p)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (p->year % 4 == 0 && p->year % 100 != 0) || p->year % 400 == 0;
    return p->month >= 1 && p->month <= 12 && p->day >= 1 && p->day <= days[p->month - 1] + (leap && p->month == 2);
}

bool moment_parse(Str text, SqlMoment *moment)
{
    enum { US_PER_MINUTE = 60000000 };
    Str s = str_trim(text);
    size_t i = 0;
    ClockParts p = {0};
    int offset = 0;
    if (!digits(s, &i, 4, 4, &p.year) || !skip(s, &i, '-') || !digits(s, &i, 1, 2, &p.month) || !skip(s, &i, '-') ||
        !digits(s, &i, 1, 2, &p.day) || !is_date(&p))
        return false;
    moment->has_time = i < s.len;
    if (moment->has_time) {
        if (!skip(s, &i, 'T') && !skip(s, &i, 't') && !skip(s, &i, ' ')) return false;
        if (!digits(s, &i, 1, 2, &p.hour) || !skip(s, &i, ':') || !digits(s, &i, 1, 2, &p.minute)) return false;
        if (skip(s, &i, ':') && !digits(s, &i, 1, 2, &p.second)) return false;
        if (skip(s, &i, '.') && !parse_fraction(s, &i, &p.microsecond)) return false;
        if (!parse_zone(s, &i, &offset) || i != s.len) return false;
        if (p.hour > 23 || p.minute > 59 || p.second > 59) return false;
    }
    moment->us = clock_from_parts(&p) - (int64_t)offset * US_PER_MINUTE;
    return true;
}

Str moment_text(const SqlMoment *moment, char buffer[MOMENT_TEXT])
{
    ClockParts p = clock_parts(moment->us);
    int n = snprintf(buffer, MOMENT_TEXT, "%04d-%02d-%02d", p.year, p.month, p.day);
    if (moment->has_time)
        n += snprintf(buffer + n, MOMENT_TEXT - (size_t)n, " %02d:%02d:%02d", p.hour, p.minute, p.second);
    if (moment->has_time && p.microsecond) {
        n += snprintf(buffer + n, MOMENT_TEXT - (size_t)n, ".%06d", p.microsecond);
        while (buffer[n - 1] == '0') n--;
    }
    return str_n(buffer, (size_t)n);
}

/* ---- parts ---- */

typedef enum Part {
    PART_MICROSECOND,
    PART_MILLISECOND,
    PART_SECOND,
    PART_MINUTE,
    PART_HOUR,
    PART_DAY,
    PART_WEEK,
    PART_MONTH,
    PART_QUARTER,
    PART_YEAR,
    PART_DECADE,
    PART_CENTURY,
    PART_MILLENNIUM,
    /* only of date_part */
    PART_DOW,
    PART_ISODOW,
    PART_DOY,
    PART_ISOYEAR,
    PART_EPOCH,
    PART_YEARWEEK,
} Part;

static bool find_part(Str word, Part *part)
{
    static const struct {
        const char *word;
        Part part;
    } words[] = {
        {"microsecond", PART_MICROSECOND},
        {"microseconds", PART_MICROSECOND},
        {"us", PART_MICROSECOND},
        {"millisecond", PART_MILLISECOND},
        {"milliseconds", PART_MILLISECOND},
        {"ms", PART_MILLISECOND},
        {"second", PART_SECOND},
        {"seconds", PART_SECOND},
        {"sec", PART_SECOND},
        {"secs", PART_SECOND},
        {"s", PART_SECOND},
        {"ss", PART_SECOND},
        {"minute", PART_MINUTE},
        {"minutes", PART_MINUTE},
        {"min", PART_MINUTE},
        {"mins", PART_MINUTE},
        {"mi", PART_MINUTE},
        {"hour", PART_HOUR},
        {"hours", PART_HOUR},
        {"hr", PART_HOUR},
        {"hrs", PART_HOUR},
        {"h", PART_HOUR},
        {"hh", PART_HOUR},
        {"day", PART_DAY},
        {"days", PART_DAY},
        {"d", PART_DAY},
        {"dd", PART_DAY},
        {"dayofmonth", PART_DAY},
        {"week", PART_WEEK},
        {"weeks", PART_WEEK},
        {"w", PART_WEEK},
        {"wk", PART_WEEK},
        {"isoweek", PART_WEEK},
        {"week_iso", PART_WEEK},
        {"weekofyear", PART_WEEK},
        {"month", PART_MONTH},
        {"months", PART_MONTH},
        {"mon", PART_MONTH},
        {"mons", PART_MONTH},
        {"mm", PART_MONTH},
        {"quarter", PART_QUARTER},
        {"quarters", PART_QUARTER},
        {"qtr", PART_QUARTER},
        {"q", PART_QUARTER},
        {"year", PART_YEAR},
        {"years", PART_YEAR},
        {"yr", PART_YEAR},
        {"yrs", PART_YEAR},
        {"y", PART_YEAR},
        {"yy", PART_YEAR},
        {"yyyy", PART_YEAR},
        {"decade", PART_DECADE},
        {"decades", PART_DECADE},
        {"century", PART_CENTURY},
        {"centuries", PART_CENTURY},
        {"millennium", PART_MILLENNIUM},
        {"millennia", PART_MILLENNIUM},
        {"dow", PART_DOW},
        {"dayofweek", PART_DOW},
        {"weekday", PART_DOW},
        {"dw", PART_DOW},
        {"isodow", PART_ISODOW},
        {"dayofweekiso", PART_ISODOW},
        {"dayofweek_iso", PART_ISODOW},
        {"doy", PART_DOY},
        {"dayofyear", PART_DOY},
        {"isoyear", PART_ISOYEAR},
        {"epoch", PART_EPOCH},
        {"epoch_second", PART_EPOCH},
        {"yearweek", PART_YEARWEEK},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(str_trim(word), str_from(words[i].word))) {
            *part = words[i].part;
            return true;
        }
    return false;
}

static bool read_part(sqlite3_context *context, const char *function, sqlite3_value *value, Part last, Part *part)
{
    Str word = value_text(value);
    if (find_part(word, part) && *part <= last) return true;
    result_error(context, "%s: '%.*s' is no part of a date", function, STR_ARG(word));
    return false;
}

static bool read_moment(sqlite3_context *context, const char *function, sqlite3_value *value, SqlMoment *moment)
{
    Str text = value_text(value);
    if (sqlite3_value_type(value) == SQLITE_TEXT && moment_parse(text, moment)) return true;
    result_error(context, "%s: '%.*s' is no date or timestamp", function, STR_ARG(text));
    return false;
}

static void result_moment(sqlite3_context *context, const char *function, const SqlMoment *moment)
{
    ClockParts p = clock_parts(moment->us);
    if (p.year < 1 || p.year > 9999) {
        result_error(context, "%s: the result lies outside of the years 1 to 9999", function);
        return;
    }
    char buffer[MOMENT_TEXT];
    result_text(context, moment_text(moment, buffer));
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

enum { US_SECOND = 1000000 };
static const int64_t us_of_part[] = {
    1, 1000, US_SECOND, 60LL * US_SECOND, 3600LL * US_SECOND, 86400LL * US_SECOND, 7 * 86400LL * US_SECOND};
static const int months_of_part[] = {0, 0, 0, 0, 0, 0, 0, 1, 3, 12, 120, 1200, 12000};

/* Monday, 1969-12-29 is the Monday before the epoch's Thursday. */
static const int64_t monday = -3 * 86400LL * US_SECOND;

/* How many starts of the part lie between the epoch and the moment. */
static int64_t part_number(Part part, int64_t us)
{
    if (part == PART_WEEK) return floor_div(us - monday, us_of_part[part]);
    if (part < PART_WEEK) return floor_div(us, us_of_part[part]);
    ClockParts p = clock_parts(us);
    /* Centuries and millennia begin with the year 1 of them: 2001, not 2000. */
    if (part == PART_CENTURY || part == PART_MILLENNIUM) return floor_div(p.year - 1, months_of_part[part] / 12);
    return floor_div((int64_t)p.year * 12 + p.month - 1, months_of_part[part]);
}

static int64_t part_start(Part part, int64_t number)
{
    if (part == PART_WEEK) return number * us_of_part[part] + monday;
    if (part < PART_WEEK) return number * us_of_part[part];
    ClockParts p = {.day = 1};
    if (part == PART_CENTURY || part == PART_MILLENNIUM) {
        p.year = (int)(number * (months_of_part[part] / 12)) + 1;
        p.month = 1;
    } else {
        int64_t months = number * months_of_part[part];
        p.year = (int)floor_div(months, 12);
        p.month = (int)(months - 12LL * p.year) + 1;
    }
    return clock_from_parts(&p);
}

void fn_date_trunc(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    Part part;
    SqlMoment moment;
    if (null_in_null_out(context, argc, argv) || !read_part(context, "date_trunc", argv[0], PART_MILLENNIUM, &part) ||
        !read_moment(context, "date_trunc", argv[1], &moment))
        return;
    moment.us = part_start(part, part_number(part, moment.us));
    result_moment(context, "date_trunc", &moment);
}

void fn_datediff(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    Part part;
    SqlMoment from, to;
    if (null_in_null_out(context, argc, argv) || !read_part(context, "datediff", argv[0], PART_MILLENNIUM, &part) ||
        !read_moment(context, "datediff", argv[1], &from) || !read_moment(context, "datediff", argv[2], &to))
        return;
    sqlite3_result_int64(context, part_number(part, to.us) - part_number(part, from.us));
}

static int days_in_month(int year, int month)
{
    return (int)(clock_days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) -
                 clock_days(year, month, 1));
}

void fn_dateadd(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    enum { MOST = 1000000000 };
    Part part;
    SqlMoment moment;
    if (null_in_null_out(context, argc, argv) || !read_part(context, "dateadd", argv[0], PART_MILLENNIUM, &part) ||
        !read_moment(context, "dateadd", argv[2], &moment))
        return;
    int64_t n = sqlite3_value_int64(argv[1]);
    if (part >= PART_SECOND && (n > MOST * 1000LL || n < -MOST * 1000LL)) {
        result_error(context, "dateadd: %lld is too many", (long long)n);
        return;
    }
    if (part <= PART_WEEK) {
        int64_t step;
        if (__builtin_mul_overflow(n, us_of_part[part], &step) || __builtin_add_overflow(moment.us, step, &moment.us)) {
            result_error(context, "dateadd: %lld is too many", (long long)n);
            return;
        }
        moment.has_time = moment.has_time || part < PART_DAY;
    } else {
        ClockParts p = clock_parts(moment.us);
        int64_t months = (int64_t)p.year * 12 + p.month - 1 + n * months_of_part[part];
        if (months < 12 || months >= 12 * 10000LL) {
            result_error(context, "dateadd: the result lies outside of the years 1 to 9999");
            return;
        }
        p.year = (int)(months / 12);
        p.month = (int)(months % 12) + 1;
        int last = days_in_month(p.year, p.month);
        if (p.day > last) p.day = last;
        moment.us = clock_from_parts(&p);
    }
    result_moment(context, "dateadd", &moment);
}

/* The Thursday of the moment's week decides which ISO year and week it is. */
static void iso_week(int64_t us, int *year, int *week)
{
    int64_t thursday = part_start(PART_WEEK, part_number(PART_WEEK, us)) + 3 * us_of_part[PART_DAY];
    ClockParts p = clock_parts(thursday);
    *year = p.year;
    *week = (p.yearday - 1) / 7 + 1;
}

static void result_part(sqlite3_context *context, Part part, int64_t us)
{
    ClockParts p = clock_parts(us);
    int year, week, fraction = p.microsecond;
    iso_week(us, &year, &week);
    int64_t value = 0;
    switch (part) {
    case PART_MICROSECOND: value = (int64_t)p.second * US_SECOND + fraction; break;
    case PART_MILLISECOND:
        if (fraction % 1000) {
            sqlite3_result_double(context, p.second * 1000.0 + fraction / 1000.0);
            return;
        }
        value = (int64_t)p.second * 1000 + fraction / 1000;
        break;
    case PART_SECOND:
        if (fraction) {
            sqlite3_result_double(context, p.second + fraction / (double)US_SECOND);
            return;
        }
        value = p.second;
        break;
    case PART_MINUTE: value = p.minute; break;
    case PART_HOUR: value = p.hour; break;
    case PART_DAY: value = p.day; break;
    case PART_WEEK: value = week; break;
    case PART_MONTH: value = p.month; break;
    case PART_QUARTER: value = (p.month - 1) / 3 + 1; break;
    case PART_YEAR: value = p.year; break;
    case PART_DECADE: value = p.year / 10; break;
    case PART_CENTURY: value = (p.year - 1) / 100 + 1; break;
    case PART_MILLENNIUM: value = (p.year - 1) / 1000 + 1; break;
    case PART_DOW: value = (p.weekday + 1) % 7; break;
    case PART_ISODOW: value = p.weekday + 1; break;
    case PART_DOY: value = p.yearday; break;
    case PART_ISOYEAR: value = year; break;
    case PART_YEARWEEK: value = (int64_t)year * 100 + week; break;
    case PART_EPOCH:
        if (fraction) {
            sqlite3_result_double(context, (double)us / US_SECOND);
            return;
        }
        value = floor_div(us, US_SECOND);
        break;
    }
    sqlite3_result_int64(context, value);
}

void fn_date_part(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    Part part;
    SqlMoment moment;
    if (!null_in_null_out(context, argc, argv) && read_part(context, "date_part", argv[0], PART_YEARWEEK, &part) &&
        read_moment(context, "date_part", argv[1], &moment))
        result_part(context, part, moment.us);
}

void fn_part(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    static const struct {
        const char *name;
        Part part;
    } parts[] = {
        [TAG_YEAR] = {"year", PART_YEAR},
        [TAG_QUARTER] = {"quarter", PART_QUARTER},
        [TAG_MONTH] = {"month", PART_MONTH},
        [TAG_WEEK] = {"week", PART_WEEK},
        [TAG_DAY] = {"day", PART_DAY},
        [TAG_DAYOFWEEK] = {"dayofweek", PART_DOW},
        [TAG_DAYOFYEAR] = {"dayofyear", PART_DOY},
        [TAG_HOUR] = {"hour", PART_HOUR},
        [TAG_MINUTE] = {"minute", PART_MINUTE},
        [TAG_SECOND] = {"second", PART_SECOND},
    };
    enum SqlTag tag = function_tag(context);
    SqlMoment moment;
    if (null_in_null_out(context, argc, argv) || !read_moment(context, parts[tag].name, argv[0], &moment)) return;
    if (tag == TAG_SECOND) moment.us = floor_div(moment.us, US_SECOND) * US_SECOND;
    result_part(context, parts[tag].part, moment.us);
}

void fn_last_day(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    SqlMoment moment;
    if (null_in_null_out(context, argc, argv) || !read_moment(context, "last_day", argv[0], &moment)) return;
    moment.us = part_start(PART_MONTH, part_number(PART_MONTH, moment.us) + 1) - us_of_part[PART_DAY];
    moment.has_time = false;
    result_moment(context, "last_day", &moment);
}

void fn_now(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    SqlMoment moment = {clock_wall_us(), true};
    char buffer[MOMENT_TEXT];
    result_text(context, moment_text(&moment, buffer));
}
