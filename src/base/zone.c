#include "base/zone.h"

#include "base/file.h"

#include <string.h>

static uint8_t type_before(const TimeZone *zone, size_t change)
{
    return change ? zone->type_at[change - 1] : zone->first_type;
}

/* How many changes lie at or before `seconds`. */
static size_t changes_until(const TimeZone *zone, int64_t seconds)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->at[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int time_zone_offset(const TimeZone *zone, int64_t utc_seconds, Str *name, bool *dst)
{
    if (zone->fixed) {
        if (name) *name = zone->name;
        if (dst) *dst = false;
        return zone->offset;
    }
    uint8_t type = type_before(zone, changes_until(zone, utc_seconds));
    if (name) *name = zone->type_name[type];
    if (dst) *dst = zone->type_dst[type];
    return zone->type_offset[type];
}

int time_zone_offset_local(const TimeZone *zone, int64_t local_seconds)
{
    if (zone->fixed) return zone->offset;
    /* The offset a day before and a day after bracket every change; of two that fit, pytz's localize takes standard time. */
    int before = time_zone_offset(zone, local_seconds - 86400, NULL, NULL);
    int after = time_zone_offset(zone, local_seconds + 86400, NULL, NULL);
    bool before_fits = time_zone_offset(zone, local_seconds - before, NULL, NULL) == before;
    bool after_fits = time_zone_offset(zone, local_seconds - after, NULL, NULL) == after;
    if (before_fits && after_fits) {
        bool dst;
        time_zone_offset(zone, local_seconds - before, NULL, &dst);
        return dst ? after : before;
    }
    return after_fits ? after : before_fits ? before : before < after ? before : after;
}

/* ---- reading a zone file ---- */

static uint64_t big_endian(const unsigned char *p, size_t size)
{
    uint64_t n = 0;
    for (size_t i = 0; i < size; i++) n = n << 8 | p[i];
    return n;
}

typedef struct Header {
    uint32_t isut, isstd, leap, time, type, chars;
} Header;

static bool read_header(Str data, size_t at, Header *h)
{
    if (data.len < at + 44 || memcmp(data.ptr + at, "TZif", 4) != 0) return false;
    const unsigned char *p = (const unsigned char *)data.ptr + at + 20;
    *h = (Header){(uint32_t)big_endian(p, 4),      (uint32_t)big_endian(p + 4, 4),  (uint32_t)big_endian(p + 8, 4),
                  (uint32_t)big_endian(p + 12, 4), (uint32_t)big_endian(p + 16, 4), (uint32_t)big_endian(p + 20, 4)};
    return h->type > 0 && h->type <= 255 && h->time < 100000 && h->chars < 100000;
}

static size_t block_size(const Header *h, size_t time_size)
{
    return (size_t)h->time * (time_size + 1) + (size_t)h->type * 6 + h->chars + (size_t)h->leap * (time_size + 4) +
           h->isstd + h->isut;
}

static bool read_rules(Arena *arena, Str data, Str name, TimeZone *zone)
{
    Header h;
    if (!read_header(data, 0, &h)) return false;
    size_t at = 0, time_size = 4;
    if (data.ptr[4] >= '2') { /* the second block holds the same with 64-bit times */
        at = 44 + block_size(&h, 4);
        time_size = 8;
        if (!read_header(data, at, &h)) return false;
    }
    if (data.len < at + 44 + block_size(&h, time_size)) return false;
    const unsigned char *times = (const unsigned char *)data.ptr + at + 44;
    const unsigned char *indices = times + h.time * time_size, *types = indices + h.time, *chars = types + h.type * 6;
    int64_t *when = ARENA_ARRAY(arena, int64_t, h.time + 1);
    int32_t *offsets = ARENA_ARRAY(arena, int32_t, h.type);
    uint8_t *dst = ARENA_ARRAY(arena, uint8_t, h.type);
    Str *names = ARENA_ARRAY(arena, Str, h.type);
    for (uint32_t i = 0; i < h.type; i++) {
        offsets[i] = (int32_t)big_endian(types + i * 6, 4);
        dst[i] = types[i * 6 + 4];
        size_t start = types[i * 6 + 5], end = start;
        while (end < h.chars && chars[end]) end++;
        names[i] = start < h.chars ? str_dup(arena, str_n((const char *)chars + start, end - start)) : STR_EMPTY;
    }
    for (uint32_t i = 0; i < h.time; i++) {
        uint64_t t = big_endian(times + i * time_size, time_size);
        when[i] = time_size == 8 ? (int64_t)t : (int64_t)(int32_t)t;
        if (indices[i] >= h.type) return false;
    }
    *zone = (TimeZone){.name = str_dup(arena, name),
                       .at = when,
                       .type_at = arena_copy(arena, indices, h.time ? h.time : 1),
                       .count = h.time,
                       .type_offset = offsets,
                       .type_dst = dst,
                       .type_name = names};
    return true;
}

/* "Area/City": nothing that could lead out of the folder of zones. */
static bool name_is_safe(Str name)
{
    if (!name.len || name.len > 64 || name.ptr[0] == '/' || name.ptr[0] == '.') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '-' && c != '+' && c != '/') return false;
    }
    return true;
}

bool time_zone_read(Arena *arena, Str name, TimeZone *zone)
{
    static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
                                          "/var/db/timezone/zoneinfo"};
    if (str_eq_nocase(name, STR("utc"))) {
        *zone = (TimeZone){.name = STR("UTC"), .fixed = true};
        return true;
    }
    for (size_t i = 0; name_is_safe(name) && i < sizeof folders / sizeof folders[0]; i++) {
        Str path = str_fmt(arena, "%s/%.*s", folders[i], STR_ARG(name)), data, error;
        if (file_is_regular(path.ptr) && file_read(arena, path.ptr, &data, &error) &&
            read_rules(arena, data, name, zone))
            return true;
    }
    return false;
}
