/* Time zones as objects: UTC, fixed offsets, and the named zones of base/zone.h, as pytz gives them. */
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
    static const Zone utc = {.head = {&zone_class}, .pytz = true, .rules = {.name = STR_INIT("UTC"), .fixed = true}};
    return &utc;
}

const Zone *zone_fixed(Context *ctx, int offset)
{
    Zone *zone = ARENA_NEW(ctx->arena, Zone);
    zone->head.class = &zone_class;
    zone->rules.fixed = true;
    zone->rules.offset = offset;
    Buf name;
    buf_init(&name, ctx->arena);
    buf_addz(&name, "UTC");
    if (offset) offset_text(offset, true, &name);
    zone->rules.name = buf_str(&name);
    return zone;
}

int zone_offset_utc(const Zone *zone, int64_t utc_seconds, Str *name, bool *dst)
{
    return time_zone_offset(&zone->rules, utc_seconds, name, dst);
}

int zone_offset_local(const Zone *zone, int64_t local_seconds)
{
    return time_zone_offset_local(&zone->rules, local_seconds);
}

Moment *moment_in_zone(Arena *arena, int64_t utc_us, const Zone *zone)
{
    int64_t seconds = utc_us / SECOND_US - (utc_us % SECOND_US < 0);
    int offset = zone_offset_utc(zone, seconds, NULL, NULL);
    return moment_new(arena, MOMENT_DATETIME, utc_us + (int64_t)offset * SECOND_US, zone, offset);
}

static bool pytz_timezone(TplCall *call, Value *result)
{
    Context *ctx = call_context(call);
    Value args[1];
    Str name;
    if (!tpl_args(call, "zone", args) || !want_str(call, args[0], "pytz.timezone()", "zone", &name)) return false;
    Zone *zone = ARENA_NEW(call->arena, Zone);
    zone->head.class = &zone_class;
    zone->pytz = true;
    if (time_zone_read(call->arena, name, &zone->rules)) {
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
        *result = value_str(zone->rules.name);
    else
        find_method(call, methods, self, name, result);
    return true;
}

static void zone_str(const Object *self, Buf *out)
{
    buf_add(out, ((const Zone *)(const void *)self)->rules.name);
}

static bool zone_equal(const Object *a, const Object *b)
{
    return str_eq(((const Zone *)(const void *)a)->rules.name, ((const Zone *)(const void *)b)->rules.name);
}

const ObjectClass zone_class = {.name = "tzinfo", .attr = zone_attr, .str = zone_str, .equal = zone_equal};

static void pytz_names(const NameSpace *space, List *names)
{
    static const char *const all[] = {"utc", "UTC", "timezone", "FixedOffset", NULL};
    (void)space;
    push_names(all, names);
}

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
    return namespace_value(ctx, "module", NULL, find_in_pytz, pytz_names);
}
