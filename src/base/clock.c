#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static const int64_t DAY_US = 86400000000;

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
