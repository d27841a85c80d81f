#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static const int64_t DAY_US = 86400000000;

uint64_t clock_thread_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t clock_wall_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years here begin in March, so that the leap day is their last: the length of the months before a given one is then a
 * straight line, rounded, and 400 years always have 146097 days. */
int64_t clock_days(int year, int month, int day)
{
    int64_t months = (int64_t)year * 12 + month - 1 - 2;
    int64_t y = floor_div(months, 12), m = months - y * 12;
    int64_t era = floor_div(y, 400), in_era = y - era * 400;
    int64_t yearday = (153 * m + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + yearday - 719468;
}

ClockParts clock_parts(int64_t wall_us)
{
    int64_t days = floor_div(wall_us, DAY_US), rest = wall_us - days * DAY_US;
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, 146097), day_of_era = shifted - era * 146097;
    int64_t in_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t yearday = day_of_era - (365 * in_era + in_era / 4 - in_era / 100);
    int64_t m = (5 * yearday + 2) / 153;
    ClockParts parts = {
        .day = (int)(yearday - (153 * m + 2) / 5 + 1),
        .month = (int)(m < 10 ? m + 3 : m - 9),
        .hour = (int)(rest / 3600000000),
        .minute = (int)(rest / 60000000 % 60),
        .second = (int)(rest / 1000000 % 60),
        .microsecond = (int)(rest % 1000000),
        .weekday = (int)(days + 3 - floor_div(days + 3, 7) * 7), /* 1970 began on a Thursday */
    };
    parts.year = (int)(era * 400 + in_era + (parts.month <= 2));
    parts.yearday = (int)(days - clock_days(parts.year, 1, 1)) + 1;
    return parts;
}

int64_t clock_from_parts(const ClockParts *parts)
{
    int64_t days = clock_days(parts->year, parts->month, 1) + parts->day - 1;
    int64_t seconds = (int64_t)parts->hour * 3600 + (int64_t)parts->minute * 60 + parts->second;
    return days * DAY_US + seconds * 1000000 + parts->microsecond;
}

size_t clock_iso_text(int64_t wall_us, char text[CLOCK_ISO_SIZE])
{
    ClockParts at = clock_parts(wall_us);
    int n = snprintf(text, CLOCK_ISO_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", at.year, at.month, at.day, at.hour,
                     at.minute, at.second, at.microsecond);
    return n < 0 ? 0 : n < CLOCK_ISO_SIZE ? (size_t)n : CLOCK_ISO_SIZE - 1;
}

Str clock_iso(Arena *arena, int64_t wall_us)
{
    char text[CLOCK_ISO_SIZE];
    size_t n = clock_iso_text(wall_us, text);
    return str_dup(arena, str_n(text, n));
}

int clock_local_offset(int64_t wall_us)
{
    time_t seconds = (time_t)floor_div(wall_us, 1000000);
    struct tm local;
    tzset(); /* localtime_r need not look at TZ again */
    if (!localtime_r(&seconds, &local)) return 0;
    return (int)local.tm_gmtoff;
}

/* ---- reading ---- */

static bool digits(Str text, size_t *at, size_t count, int *number)
{
    *number = 0;
    if (*at + count > text.len) return false;
    for (size_t i = 0; i < count; i++) {
        char c = text.ptr[(*at)++];
        if (c < '0' || c > '9') return false;
        *number = *number * 10 + (c - '0');
    }
    return true;
}

static bool skip_char(Str text, size_t *at, char c)
{
    if (*at >= text.len || text.ptr[*at] != c) return false;
    (*at)++;
    return true;
}

static bool zone_follows(Str text, size_t *at)
{
    int ignored;
    if (*at == text.len || skip_char(text, at, 'Z')) return *at == text.len;
    if (!skip_char(text, at, '+') && !skip_char(text, at, '-')) return false;
    if (!digits(text, at, 2, &ignored)) return false;
    skip_char(text, at, ':');
    return digits(text, at, 2, &ignored) && *at == text.len;
}

static bool time_follows(Str text, size_t *at, ClockParts *parts)
{
    if (!digits(text, at, 2, &parts->hour)) return false;
    if (skip_char(text, at, ':') && !digits(text, at, 2, &parts->minute)) return false;
    if (skip_char(text, at, ':') && !digits(text, at, 2, &parts->second)) return false;
    if (skip_char(text, at, '.')) {
        int unit = 100000;
        size_t before = *at;
        for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; (*at)++, unit /= 10)
            parts->microsecond += (text.ptr[*at] - '0') * unit;
        if (*at == before) return false;
    }
    return zone_follows(text, at);
}

bool clock_parse(Str text, int64_t *wall_us)
{
    ClockParts parts = {0};
    size_t at = 0;
    if (!digits(text, &at, 4, &parts.year) || !skip_char(text, &at, '-') || !digits(text, &at, 2, &parts.month) ||
        !skip_char(text, &at, '-') || !digits(text, &at, 2, &parts.day))
        return false;
    if (at < text.len && (skip_char(text, &at, 'T') || skip_char(text, &at, ' '))) {
        if (!time_follows(text, &at, &parts)) return false;
    }
    if (at != text.len || parts.hour > 23 || parts.minute > 59 || parts.second > 59) return false;
    *wall_us = clock_from_parts(&parts);
    ClockParts same = clock_parts(*wall_us);
    return same.month == parts.month && same.day == parts.day;
}

/* ---- hours, days, months, years ---- */

bool clock_grain(Str word, ClockGrain *grain)
{
    static const char *const words[] = {"hour", "day", "month", "year"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(word, str_from(words[i]))) return *grain = (ClockGrain)i, true;
    return false;
}

static void advance(ClockParts *parts, ClockGrain grain, int count)
{
    switch (grain) {
    case CLOCK_HOUR: parts->hour += count; break;
    case CLOCK_DAY: parts->day += count; break;
    case CLOCK_MONTH: parts->month += count; break;
    case CLOCK_YEAR: parts->year += count; break;
    }
}

static ClockParts truncated(int64_t wall_us, ClockGrain grain)
{
    ClockParts parts = clock_parts(wall_us);
    parts.minute = parts.second = parts.microsecond = 0;
    if (grain >= CLOCK_DAY) parts.hour = 0;
    if (grain >= CLOCK_MONTH) parts.day = 1;
    if (grain >= CLOCK_YEAR) parts.month = 1;
    return parts;
}

int64_t clock_truncate(int64_t wall_us, ClockGrain grain)
{
    ClockParts parts = truncated(wall_us, grain);
    return clock_from_parts(&parts);
}

int64_t clock_step(int64_t wall_us, ClockGrain grain, int64_t count)
{
    ClockParts parts = truncated(wall_us, grain);
    advance(&parts, grain, (int)count);
    return clock_from_parts(&parts);
}

int64_t clock_ceiling(int64_t wall_us, ClockGrain grain)
{
    int64_t floor = clock_truncate(wall_us, grain);
    return floor == wall_us ? floor : clock_step(floor, grain, 1);
}

int64_t clock_add(int64_t wall_us, ClockGrain grain, int64_t count)
{
    ClockParts parts = clock_parts(wall_us);
    advance(&parts, grain, (int)count);
    if (grain >= CLOCK_MONTH) {
        ClockParts first = parts, next;
        first.day = 1;
        next = first;
        next.month++;
        int days = (int)((clock_from_parts(&next) - clock_from_parts(&first)) / DAY_US);
        if (parts.day > days) parts.day = days;
    }
    return clock_from_parts(&parts);
}
