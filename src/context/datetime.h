/* Dates and times of modules.datetime, for the files that make them.
 *
 * A Moment is a date, a datetime or a time of day. Its `us` counts microseconds as a clock on the wall of its zone shows
 * them: since 1970-01-01 00:00, or since midnight for a time of day. Objects are never changed. Everything lives in the
 * render arena. Thread rule: as context.h. */
#ifndef CDBT_CONTEXT_DATETIME_H
#define CDBT_CONTEXT_DATETIME_H

#include "base/clock.h"
#include "base/zone.h"
#include "context/internal.h"

typedef enum MomentKind { MOMENT_DATE, MOMENT_DATETIME, MOMENT_TIME } MomentKind;

typedef struct Zone {
    Object head;
    bool pytz; /* made by pytz: has localize and normalize, and names itself */
    TimeZone rules;
} Zone;

typedef struct Moment {
    Object head;
    MomentKind kind;
    int64_t us;
    const Zone *zone; /* NULL: naive */
    int offset; /* seconds east of UTC at this moment, if there is a zone */
} Moment;

typedef struct Delta {
    Object head;
    int64_t us;
} Delta;

enum { SECOND_US = 1000000 };
#define DAY_US ((int64_t)86400 * SECOND_US)

extern const ObjectClass moment_class, delta_class, zone_class;

Moment *moment_new(Arena *arena, MomentKind kind, int64_t us, const Zone *zone, int offset);
const Moment *value_as_moment(Value v); /* NULL if it is none */
const Delta *value_as_delta(Value v);
const Zone *value_as_zone(Value v);
Value moment_value(const Moment *moment);
Value delta_value(Arena *arena, int64_t us);
Value zone_value(const Zone *zone);
ClockParts moment_parts(const Moment *moment);

/* timezone.c */
const Zone *zone_utc(Context *ctx);
const Zone *zone_fixed(Context *ctx, int offset);
/* The offset in force at a moment of UTC; `*name` and `*dst` may be NULL. */
int zone_offset_utc(const Zone *zone, int64_t utc_seconds, Str *name, bool *dst);
int zone_offset_local(const Zone *zone,
                      int64_t local_seconds); /* of a wall clock's time; the later one where two fit */
Moment *moment_in_zone(Arena *arena, int64_t utc_us, const Zone *zone);

/* timeformat.c */
void moment_isoformat(const Moment *moment, char separator, Str timespec, Buf *out);
void offset_text(int offset, bool colon, Buf *out); /* "+02:00" */
bool moment_strftime(TplCall *call, const Moment *moment, Str format, Buf *out);
bool moment_strptime(TplCall *call, Str text, Str format, Moment **moment);
bool moment_fromisoformat(TplCall *call, Str text, MomentKind kind, Moment **moment);

#endif
