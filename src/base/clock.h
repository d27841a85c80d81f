/* Time: a clock for measuring, a clock for stamping, and the form in which dbt writes stamps.
 *
 * Thread rule: any thread. */
#ifndef CDBT_BASE_CLOCK_H
#define CDBT_BASE_CLOCK_H

#include "base/str.h"

uint64_t clock_monotonic_ns(void); /* from an arbitrary start, never goes back */
uint64_t clock_thread_ns(void); /* the processor's time that this thread has had: a busy machine does not count */
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
/* A date, or date and time, of ISO 8601: "2026-01-31", "2026-01-31T12:00", "2026-01-31 12:00:00.5+02:00". The zone is read
 * over: it is the time on the wall that counts. False if the text is something else, or no date that exists. */
bool clock_parse(Str text, int64_t *wall_us);

/* From one moment up to and without another one. */
typedef struct ClockWindow {
    bool on; /* false: no limits */
    int64_t start, end; /* microseconds since 1970, UTC */
} ClockWindow;

typedef enum ClockGrain { CLOCK_HOUR, CLOCK_DAY, CLOCK_MONTH, CLOCK_YEAR } ClockGrain;
bool clock_grain(Str word, ClockGrain *grain); /* "hour", "day", "month", "year" */
int64_t clock_truncate(int64_t wall_us, ClockGrain grain);
int64_t clock_step(int64_t wall_us, ClockGrain grain, int64_t count); /* from the beginning of its hour, day, ... */
int64_t clock_ceiling(int64_t wall_us, ClockGrain grain);
/* The same time of day so many hours, days, ... later; 31 January and a month are the last of February. */
int64_t clock_add(int64_t wall_us, ClockGrain grain, int64_t count);

/* Seconds east of UTC of the machine's own time zone at that moment. */
int clock_local_offset(int64_t wall_us);

#endif
