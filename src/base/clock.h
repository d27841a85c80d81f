/* Time: a clock for measuring, a clock for stamping, and the form in which dbt writes stamps.
 *
 * Thread rule: any thread. */
#ifndef CDBT_BASE_CLOCK_H
#define CDBT_BASE_CLOCK_H

#include "base/str.h"

uint64_t clock_monotonic_ns(void); /* from an arbitrary start, never goes back */
int64_t clock_wall_us(void); /* microseconds since 1970-01-01 UTC */

/* A calendar date and time of day, UTC, proleptic Gregorian. */
typedef struct ClockParts {
    int year, month, day, hour, minute, second, microsecond; /* month and day from 1 */
    int weekday; /* 0 is Monday */
    int yearday; /* from 1 */
} ClockParts;

ClockParts clock_parts(int64_t wall_us);
int64_t clock_from_parts(const ClockParts *parts); /* month, day … may lie outside of their range and carry over */
int64_t clock_days(int year, int month, int day); /* days since 1970-01-01 */

/* "2026-01-31T12:00:00.123456Z", always with six digits and Z. */
Str clock_iso(Arena *arena, int64_t wall_us);
enum { CLOCK_ISO_SIZE = 32 };
size_t clock_iso_text(int64_t wall_us, char text[CLOCK_ISO_SIZE]);
/* Seconds east of UTC of the machine's own time zone at that moment. */
int clock_local_offset(int64_t wall_us);

#endif
