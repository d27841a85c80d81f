/* Time zones: UTC, fixed offsets, and the named zones of the system's zone files (TZif, RFC 8536), as pytz gives them. */
#include "base/file.h"
#include "context/datetime.h"

const Zone *value_as_zone(Value v)
{
    return v.kind == V_OBJECT && v.u.object->class == &zone_class ? (const Zone *)(const void *)v.u.object : NULL;
}

Value zone_value(const Zone *zone)
{
    union {
        const Object *in;
        Object *out;
    } object = {.in = &zone->head};
    return value_object(object.out);
}

const Zone *zone_utc(Context *ctx)
{
    (void)ctx;
    static const Zone utc = {.head = {&zone_class}, .name = STR_INIT("UTC"), .pytz = true, .fixed = true};
    return &utc;
}

const Zone *zone_fixed(Context *ctx, int offset)
{
    Zone *zone = ARENA_NEW(ctx->arena, Zone);
    zone->head.class = &zone_class;
    zone->fixed = true;
    zone->offset = offset;
    Buf name;
    buf_init(&name, ctx->arena);
    buf_addz(&name, "UTC");
    if (offset) offset_text(offset, true, &name);
    zone->name = buf_str(&name);
    return zone;
}

static uint8_t type_before(const Zone *zone, size_t change)
{
    return change ? zone->type_at[change - 1] : zone->first_type;
}

/* How many changes lie at or before `seconds`. */
static size_t changes_until(const Zone *zone, int64_t seconds)
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

int zone_offset_utc(const Zone *zone, int64_t utc_seconds, Str *name, bool *dst)
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

int zone_offset_local(const Zone *zone, int64_t local_seconds)
{
    if (zone->fixed) return zone->offset;
    /* The offset a day before and a day after bracket every change; of two that fit, pytz's localize takes standard time. */
    int before = zone_offset_utc(zone, local_seconds - 86400, NULL, NULL);
    int after = zone_offset_utc(zone, local_seconds + 86400, NULL, NULL);
    bool before_fits = zone_offset_utc(zone, local_seconds - before, NULL, NULL) == before;
    bool after_fits = zone_offset_utc(zone, local_seconds - after, NULL, NULL) == after;
    if (before_fits && after_fits) {
        bool dst;
        zone_offset_utc(zone, local_seconds - before, NULL, &dst);
        return dst ? after : before;
    }
    return after_fits ? after : before_fits ? before : before < after ? before : after;
}

Moment *moment_in_zone(Arena *arena, int64_t utc_us, const Zone *zone)
{
    int64_t seconds = utc_us / SECOND_US - (utc_us % SECOND_US < 0);
    int offset = zone_offset_utc(zone, seconds, NULL, NULL);
    return moment_new(arena, MOMENT_DATETIME, utc_us + (int64_t)offset * SECOND_US, zone, offset);
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

static Zone *read_zone(Arena *arena, Str data, Str name)
{
    Header h;
    if (!read_header(data, 0, &h)) return NULL;
    size_t at = 0, time_size = 4;
    if (data.ptr[4] >= '2') { /* the second block holds the same with 64-bit times */
        at = 44 + block_size(&h, 4);
        time_size = 8;
        if (!read_header(data, at, &h)) return NULL;
    }
    if (data.len < at + 44 + block_size(&h, time_size)) return NULL;
    const unsigned char *times = (const unsigned char *)data.ptr + at + 44;
    const unsigned char *indices = times + h.time * time_size, *types = indices + h.time, *chars = types + h.type * 6;
    Zone *zone = ARENA_NEW(arena, Zone);
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
        if (indices[i] >= h.type) return NULL;
    }
    *zone = (Zone){.head = {&zone_class},
                   .name = str_dup(arena, name),
                   .pytz = true,
                   .at = when,
                   .type_at = arena_copy(arena, indices, h.time ? h.time : 1),
                   .count = h.time,
                   .type_offset = offsets,
                   .type_dst = dst,
                   .type_name = names};
    return zone;
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

static bool pytz_timezone(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[1];
    Str name;
    if (!tpl_args(call, "zone", args) || !want_str(call, args[0], "pytz.timezone()", "zone", &name)) return false;
    if (str_eq_nocase(name, STR("utc"))) {
        *result = zone_value(zone_utc(ctx));
        return true;
    }
    static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
                                          "/var/db/timezone/zoneinfo"};
    for (size_t i = 0; name_is_safe(name) && i < sizeof folders / sizeof folders[0]; i++) {
        Str path = str_fmt(call->arena, "%s/%.*s", folders[i], STR_ARG(name)), data, error;
        if (!file_is_regular(path.ptr) || !file_read(call->arena, path.ptr, &data, &error)) continue;
        const Zone *zone = read_zone(call->arena, data, name);
        if (!zone) continue;
        *result = zone_value(zone);
        return true;
    }
    tpl_fail(call, DIAG_template_value, "the time zone '%.*s' is not known", STR_ARG(name));
    diag_hint(ctx->sink, "use a name such as 'Europe/Berlin'; the system's zone files (tzdata) must be installed");
    return false;
}

static bool pytz_fixed(TplCall *call, Value *result)
{
    Value args[1];
    int64_t minutes;
    if (!tpl_args(call, "offset", args) || !want_int(call, args[0], "FixedOffset()", "offset", &minutes)) return false;
    if (minutes <= -1440 || minutes >= 1440) return tpl_fail(call, DIAG_template_value, "an offset is less than a day");
    *result = zone_value(zone_fixed(call_context(call), (int)minutes * 60));
    return true;
}

/* ---- methods of a zone ---- */

static const Zone *self_of(const TplCall *call)
{
    return (const Zone *)(const void *)call->func->self.u.object;
}

static bool want_datetime(TplCall *call, Value v, const char *function, const Moment **moment)
{
    *moment = value_as_moment(v);
    if (*moment && (*moment)->kind == MOMENT_DATETIME) return true;
    return tpl_fail(call, DIAG_template_type, "%s takes a datetime, not %s", function, value_type_name(v));
}

static bool zone_localize(TplCall *call, Value *result)
{
    Value args[2];
    const Moment *moment;
    if (!tpl_args(call, "dt, is_dst=?", args) || !want_datetime(call, args[0], "localize()", &moment)) return false;
    if (moment->zone) return tpl_fail(call, DIAG_template_value, "localize() takes a datetime without a time zone");
    const Zone *zone = self_of(call);
    int64_t seconds = moment->us / SECOND_US - (moment->us % SECOND_US < 0);
    *result =
        moment_value(moment_new(call->arena, MOMENT_DATETIME, moment->us, zone, zone_offset_local(zone, seconds)));
    return true;
}

static bool zone_normalize(TplCall *call, Value *result)
{
    Value args[1];
    const Moment *moment;
    if (!tpl_args(call, "dt", args) || !want_datetime(call, args[0], "normalize()", &moment)) return false;
    if (!moment->zone) return tpl_fail(call, DIAG_template_value, "normalize() takes a datetime with a time zone");
    *result =
        moment_value(moment_in_zone(call->arena, moment->us - (int64_t)moment->offset * SECOND_US, self_of(call)));
    return true;
}

static bool zone_utcoffset(TplCall *call, Value *result)
{
    Value args[1];
    const Moment *moment;
    if (!tpl_args(call, "dt", args) || !want_datetime(call, args[0], "utcoffset()", &moment)) return false;
    int64_t seconds = moment->us / SECOND_US;
    *result = delta_value(call->arena, (int64_t)zone_offset_local(self_of(call), seconds) * SECOND_US);
    return true;
}

static bool zone_attr(TplCall *call, Object *self, Str name, Value *result)
{
    static const NativeEntry methods[] = {
        {"localize", zone_localize}, {"normalize", zone_normalize}, {"utcoffset", zone_utcoffset}, {NULL, NULL}};
    const Zone *zone = (const Zone *)(const void *)self;
    if (str_eq(name, STR("zone")))
        *result = value_str(zone->name);
    else
        find_method(call, methods, self, name, result);
    return true;
}

static void zone_str(const Object *self, Buf *out)
{
    buf_add(out, ((const Zone *)(const void *)self)->name);
}

static bool zone_equal(const Object *a, const Object *b)
{
    return str_eq(((const Zone *)(const void *)a)->name, ((const Zone *)(const void *)b)->name);
}

const ObjectClass zone_class = {.name = "tzinfo", .attr = zone_attr, .str = zone_str, .equal = zone_equal};

static bool find_in_pytz(const NameSpace *space, Str name, Value *result)
{
    Context *ctx = space->ctx;
    if (str_eq(name, STR("utc")) || str_eq(name, STR("UTC")))
        *result = zone_value(zone_utc(ctx));
    else if (str_eq(name, STR("timezone")))
        *result = value_func(ctx->arena, "timezone", pytz_timezone, value_undefined(STR_EMPTY), NULL);
    else if (str_eq(name, STR("FixedOffset")))
        *result = value_func(ctx->arena, "FixedOffset", pytz_fixed, value_undefined(STR_EMPTY), NULL);
    else
        return false;
    return true;
}

Value pytz_module(Context *ctx)
{
    return namespace_value(ctx, "module", NULL, find_in_pytz, NULL);
}
