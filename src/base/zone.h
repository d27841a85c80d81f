/* Time zones by name: offsets from UTC, from the system's zone files (TZif, RFC 8536).
 *
 * A TimeZone owns nothing: its tables live in the arena that it was read into. Thread rule: a zone that was read may be
 * used from any thread; reading needs an arena of one's own. */
#ifndef CDBT_BASE_ZONE_H
#define CDBT_BASE_ZONE_H

#include "base/str.h"

typedef struct TimeZone {
    Str name; /* "Europe/Berlin" */
    bool fixed;
    int offset; /* of a fixed zone: seconds east of UTC */
    /* Of a zone with rules: when the offset changes (seconds UTC, ascending), and to what. */
    const int64_t *at;
    const uint8_t *type_at;
    size_t count;
    const int32_t *type_offset;
    const uint8_t *type_dst;
    const Str *type_name;
    uint8_t first_type; /* before the first change */
} TimeZone;

/* False if there is no zone of that name. "UTC" needs no file. Names that could lead out of the zones' folder are none. */
bool time_zone_read(Arena *arena, Str name, TimeZone *zone);
/* The offset in force at a moment of UTC; `*name` ("CEST") and `*dst` may be NULL. */
int time_zone_offset(const TimeZone *zone, int64_t utc_seconds, Str *name, bool *dst);
/* The offset of a wall clock's time: standard time where two fit, as pytz has it; the earlier one in a gap. */
int time_zone_offset_local(const TimeZone *zone, int64_t local_seconds);

#endif
