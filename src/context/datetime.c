/* modules.datetime: date, datetime, time, timedelta and timezone, with Python's arithmetic, order and printing. */
#include "context/datetime.h"

#include <math.h>

Moment *moment_new(Arena *arena, MomentKind kind, int64_t us, const Zone *zone, int offset)
{
    Moment *moment = ARENA_NEW(arena, Moment);
    *moment = (Moment){{&moment_class}, kind, us, zone, offset};
    return moment;
}

const Moment *value_as_moment(Value v)
{
    return v.kind == V_OBJECT && v.u.object->class == &moment_class ? (const Moment *)(const void *)v.u.object : NULL;
}

const Delta *value_as_delta(Value v)
{
    return v.kind == V_OBJECT && v.u.object->class == &delta_class ? (const Delta *)(const void *)v.u.object : NULL;
}

Value moment_value(const Moment *moment)
{
    union {
        const Object *in;
        Object *out;
    } object = {.in = &moment->head};
    return value_object(object.out);
}

Value delta_value(Arena *arena, int64_t us)
{
    Delta *delta = ARENA_NEW(arena, Delta);
    *delta = (Delta){{&delta_class}, us};
    return value_object(&delta->head);
}

ClockParts moment_parts(const Moment *moment)
{
    return clock_parts(moment->us);
}

Value datetime_utc(Context *ctx, int64_t wall_us)
{
    return moment_value(moment_new(ctx->arena, MOMENT_DATETIME, wall_us, zone_utc(ctx), 0));
}

static int64_t day_of(int64_t us)
{
    return us / DAY_US - (us % DAY_US < 0);
}

/* 0001-01-01 and 9999-12-31 */
static bool year_fits(TplCall *call, int64_t us)
{
    int64_t first = clock_days(1, 1, 1), last = clock_days(9999, 12, 31), day = day_of(us);
    return (day >= first && day <= last) || tpl_fail(call, DIAG_template_value, "the date is out of range");
}

static bool give(TplCall *call, MomentKind kind, int64_t us, const Zone *zone, int offset, Value *result)
{
    if (kind != MOMENT_TIME && !year_fits(call, us)) return false;
    *result = moment_value(moment_new(call->arena, kind, us, zone, offset));
    return true;
}

/* ---- making from parts ---- */

static bool days_fit(const ClockParts *p)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (p->month < 1 || p->month > 12 || p->day < 1) return false;
    bool leap = (p->year % 4 == 0 && p->year % 100 != 0) || p->year % 400 == 0;
    return p->day <= days[p->month - 1] + (p->month == 2 && leap);
}

static bool check_parts(TplCall *call, const ClockParts *p)
{
    if (p->year < 1 || p->year > 9999) return tpl_fail(call, DIAG_template_value, "year %d is out of range", p->year);
    if (p->month < 1 || p->month > 12) return tpl_fail(call, DIAG_template_value, "month must be in 1..12");
    if (!days_fit(p)) return tpl_fail(call, DIAG_template_value, "day is out of range for month");
    if (p->hour < 0 || p->hour > 23) return tpl_fail(call, DIAG_template_value, "hour must be in 0..23");
    if (p->minute < 0 || p->minute > 59) return tpl_fail(call, DIAG_template_value, "minute must be in 0..59");
    if (p->second < 0 || p->second > 59) return tpl_fail(call, DIAG_template_value, "second must be in 0..59");
    if (p->microsecond < 0 || p->microsecond > 999999)
        return tpl_fail(call, DIAG_template_value, "microsecond must be in 0..999999");
    return true;
}

static bool int_part(TplCall *call, Value v, const char *what, int *out)
{
    int64_t n;
    if (!tpl_arg_given(v)) return true;
    if (!want_int(call, v, "a date or time", what, &n)) return false;
    if (n < -100000 || n > 100000000) return tpl_fail(call, DIAG_template_value, "%s is out of range", what);
    *out = (int)n;
    return true;
}

static bool zone_part(TplCall *call, Value v, const Zone **zone)
{
    if (!tpl_arg_given(v)) return true;
    *zone = value_as_zone(v);
    if (*zone || v.kind == V_NONE || v.kind == V_UNDEFINED) return true;
    return tpl_fail(call, DIAG_template_type, "tzinfo must be a time zone, not %s", value_type_name(v));
}

static bool from_parts(TplCall *call, MomentKind kind, ClockParts *p, const Zone *zone, Value *result)
{
    if (kind == MOMENT_TIME) p->year = 1970, p->month = 1, p->day = 1;
    if (!check_parts(call, p)) return false;
    int64_t us = clock_from_parts(p);
    int offset = zone ? zone_offset_local(zone, us / SECOND_US - (us % SECOND_US < 0)) : 0;
    return give(call, kind, us, zone, offset, result);
}

static bool construct_datetime(TplCall *call, Value *result)
{
    Value a[8];
    if (!tpl_args(call, "year, month, day, hour=?, minute=?, second=?, microsecond=?, tzinfo=?", a)) return false;
    ClockParts p = {0};
    const Zone *zone = NULL;
    return int_part(call, a[0], "year", &p.year) && int_part(call, a[1], "month", &p.month) &&
           int_part(call, a[2], "day", &p.day) && int_part(call, a[3], "hour", &p.hour) &&
           int_part(call, a[4], "minute", &p.minute) && int_part(call, a[5], "second", &p.second) &&
           int_part(call, a[6], "microsecond", &p.microsecond) && zone_part(call, a[7], &zone) &&
           from_parts(call, MOMENT_DATETIME, &p, zone, result);
}

static bool construct_date(TplCall *call, Value *result)
{
    Value a[3];
    ClockParts p = {0};
    return tpl_args(call, "year, month, day", a) && int_part(call, a[0], "year", &p.year) &&
           int_part(call, a[1], "month", &p.month) && int_part(call, a[2], "day", &p.day) &&
           from_parts(call, MOMENT_DATE, &p, NULL, result);
}

static bool construct_time(TplCall *call, Value *result)
{
    Value a[5];
    ClockParts p = {0};
    const Zone *zone = NULL;
    return tpl_args(call, "hour=?, minute=?, second=?, microsecond=?, tzinfo=?", a) &&
           int_part(call, a[0], "hour", &p.hour) && int_part(call, a[1], "minute", &p.minute) &&
           int_part(call, a[2], "second", &p.second) && int_part(call, a[3], "microsecond", &p.microsecond) &&
           zone_part(call, a[4], &zone) && from_parts(call, MOMENT_TIME, &p, zone, result);
}

static bool construct_delta(TplCall *call, Value *result)
{
    static const double unit[7] = {86400e6, 1e6, 1, 1e3, 60e6, 3600e6, 604800e6};
    Value a[7];
    if (!tpl_args(call, "days=?, seconds=?, microseconds=?, milliseconds=?, minutes=?, hours=?, weeks=?", a))
        return false;
    double fractions = 0;
    int64_t us = 0;
    for (int i = 0; i < 7; i++) {
        if (!tpl_arg_given(a[i])) continue;
        int64_t part;
        if (a[i].kind == V_FLOAT) {
            fractions += a[i].u.real * unit[i];
        } else if (a[i].kind == V_INT || a[i].kind == V_BOOL) {
            int64_t n = a[i].kind == V_INT ? a[i].u.integer : a[i].u.boolean;
            if (__builtin_mul_overflow(n, (int64_t)unit[i], &part) || __builtin_add_overflow(us, part, &us))
                return tpl_fail(call, DIAG_template_value, "the time span is out of range");
        } else {
            return tpl_fail(call, DIAG_template_type, "timedelta() takes numbers, not %s", value_type_name(a[i]));
        }
    }
    if (!(fabs(fractions) < 9e18)) return tpl_fail(call, DIAG_template_value, "the time span is out of range");
    *result = delta_value(call->arena, us + (int64_t)llrint(fractions));
    return true;
}

/* ---- now and the like ---- */

static bool datetime_now(TplCall *call, Value *result)
{
    Value args[1];
    const Zone *zone = NULL;
    if (!tpl_args(call, "tz=?", args) || !zone_part(call, args[0], &zone)) return false;
    int64_t now = clock_wall_us();
    *result = zone ? moment_value(moment_in_zone(call->arena, now, zone))
                   : moment_value(moment_new(call->arena, MOMENT_DATETIME,
                                             now + (int64_t)clock_local_offset(now) * SECOND_US, NULL, 0));
    return true;
}

static bool datetime_utcnow(TplCall *call, Value *result)
{
    return tpl_args(call, "", NULL) && give(call, MOMENT_DATETIME, clock_wall_us(), NULL, 0, result);
}

static bool date_today(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    int64_t now = clock_wall_us();
    return give(call, MOMENT_DATE, day_of(now + (int64_t)clock_local_offset(now) * SECOND_US) * DAY_US, NULL, 0,
                result);
}

static bool from_timestamp(TplCall *call, MomentKind kind, bool utc, Value *result)
{
    Value args[2];
    const Zone *zone = NULL;
    if (!tpl_args(call, "timestamp, tz=?", args) || !zone_part(call, args[1], &zone)) return false;
    double seconds = args[0].kind == V_FLOAT ? args[0].u.real : 0;
    int64_t us;
    if (args[0].kind == V_INT) {
        if (__builtin_mul_overflow(args[0].u.integer, (int64_t)SECOND_US, &us))
            return tpl_fail(call, DIAG_template_value, "the timestamp is out of range");
    } else if (args[0].kind == V_FLOAT && fabs(seconds) < 1e12) {
        us = (int64_t)llrint(seconds * 1e6);
    } else {
        return tpl_fail(call, DIAG_template_type, "fromtimestamp() takes a number, not %s", value_type_name(args[0]));
    }
    if (zone && kind == MOMENT_DATETIME) {
        if (!year_fits(call, us)) return false;
        *result = moment_value(moment_in_zone(call->arena, us, zone));
        return true;
    }
    if (!utc) us += (int64_t)clock_local_offset(us) * SECOND_US;
    return give(call, kind, kind == MOMENT_DATE ? day_of(us) * DAY_US : us, NULL, 0, result);
}
static bool datetime_fromtimestamp(TplCall *call, Value *result)
{
    return from_timestamp(call, MOMENT_DATETIME, false, result);
}
static bool datetime_utcfromtimestamp(TplCall *call, Value *result)
{
    return from_timestamp(call, MOMENT_DATETIME, true, result);
}
static bool date_fromtimestamp(TplCall *call, Value *result)
{
    return from_timestamp(call, MOMENT_DATE, false, result);
}

static bool from_iso(TplCall *call, MomentKind kind, Value *result)
{
    Value args[1];
    Str text;
    Moment *moment;
    if (!tpl_args(call, "date_string", args) || !want_str(call, args[0], "fromisoformat()", "text", &text) ||
        !moment_fromisoformat(call, text, kind, &moment))
        return false;
    *result = moment_value(moment);
    return true;
}
static bool datetime_fromisoformat(TplCall *call, Value *result)
{
    return from_iso(call, MOMENT_DATETIME, result);
}
static bool date_fromisoformat(TplCall *call, Value *result)
{
    return from_iso(call, MOMENT_DATE, result);
}
static bool time_fromisoformat(TplCall *call, Value *result)
{
    return from_iso(call, MOMENT_TIME, result);
}

static bool datetime_strptime(TplCall *call, Value *result)
{
    Value args[2];
    Str text, format;
    Moment *moment;
    if (!tpl_args(call, "date_string, format", args) || !want_str(call, args[0], "strptime()", "text", &text) ||
        !want_str(call, args[1], "strptime()", "format", &format) || !moment_strptime(call, text, format, &moment))
        return false;
    *result = moment_value(moment);
    return true;
}

static bool datetime_combine(TplCall *call, Value *result)
{
    Value args[3];
    if (!tpl_args(call, "date, time, tzinfo=?", args)) return false;
    const Moment *date = value_as_moment(args[0]), *time = value_as_moment(args[1]);
    if (!date || date->kind == MOMENT_TIME || !time || time->kind != MOMENT_TIME)
        return tpl_fail(call, DIAG_template_type, "combine() takes a date and a time");
    const Zone *zone = time->zone;
    if (!zone_part(call, args[2], &zone)) return false;
    int64_t us = day_of(date->us) * DAY_US + time->us;
    return give(call, MOMENT_DATETIME, us, zone, zone ? zone_offset_local(zone, us / SECOND_US) : 0, result);
}

static bool ordinal(TplCall *call, MomentKind kind, Value *result)
{
    Value args[1];
    int64_t n;
    if (!tpl_args(call, "ordinal", args) || !want_int(call, args[0], "fromordinal()", "ordinal", &n)) return false;
    if (n < 1 || n > 3652059) return tpl_fail(call, DIAG_template_value, "the ordinal is out of range");
    return give(call, kind, (clock_days(1, 1, 1) + n - 1) * DAY_US, NULL, 0, result);
}
static bool date_fromordinal(TplCall *call, Value *result)
{
    return ordinal(call, MOMENT_DATE, result);
}
static bool datetime_fromordinal(TplCall *call, Value *result)
{
    return ordinal(call, MOMENT_DATETIME, result);
}

/* ---- methods of a moment ---- */

static const Moment *self_of(const TplCall *call)
{
    return (const Moment *)(const void *)call->func->self.u.object;
}

static bool moment_isoformat_method(TplCall *call, Value *result)
{
    Value args[2];
    Str separator = STR("T"), timespec = STR_EMPTY;
    const Moment *moment = self_of(call);
    bool ok = moment->kind == MOMENT_TIME ? tpl_args(call, "timespec=?", args + 1)
                                          : tpl_args(call, "sep=?, timespec=?", args);
    if (!ok) return false;
    if (moment->kind != MOMENT_TIME && tpl_arg_given(args[0]) &&
        !want_str(call, args[0], "isoformat()", "separator", &separator))
        return false;
    if (tpl_arg_given(args[1]) && !want_str(call, args[1], "isoformat()", "timespec", &timespec)) return false;
    if (separator.len != 1) return tpl_fail(call, DIAG_template_value, "the separator of isoformat() is one character");
    Buf out;
    buf_init(&out, call->arena);
    moment_isoformat(moment, separator.ptr[0], timespec, &out);
    *result = value_str(buf_str(&out));
    return true;
}

static bool moment_strftime_method(TplCall *call, Value *result)
{
    Value args[1];
    Str format;
    if (!tpl_args(call, "format", args) || !want_str(call, args[0], "strftime()", "format", &format)) return false;
    Buf out;
    buf_init(&out, call->arena);
    if (!moment_strftime(call, self_of(call), format, &out)) return false;
    *result = value_str(buf_str(&out));
    return true;
}

static bool moment_date(TplCall *call, Value *result)
{
    return tpl_args(call, "", NULL) && give(call, MOMENT_DATE, day_of(self_of(call)->us) * DAY_US, NULL, 0, result);
}

static bool moment_time(TplCall *call, Value *result)
{
    const Moment *moment = self_of(call);
    return tpl_args(call, "", NULL) &&
           give(call, MOMENT_TIME, moment->us - day_of(moment->us) * DAY_US, NULL, 0, result);
}

static int64_t utc_of(const Moment *moment)
{
    int offset = moment->zone ? moment->offset : clock_local_offset(moment->us);
    return moment->us - (int64_t)offset * SECOND_US;
}

static bool moment_timestamp(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_float((double)utc_of(self_of(call)) / 1e6);
    return true;
}

static bool moment_weekday(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_int(moment_parts(self_of(call)).weekday);
    return true;
}

static bool moment_isoweekday(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_int(moment_parts(self_of(call)).weekday + 1);
    return true;
}

static bool moment_toordinal(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_int(day_of(self_of(call)->us) - clock_days(1, 1, 1) + 1);
    return true;
}

static bool moment_isocalendar(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    ClockParts p = moment_parts(self_of(call));
    int64_t thursday = day_of(self_of(call)->us) - p.weekday + 3;
    ClockParts t = clock_parts(thursday * DAY_US);
    Value parts[3] = {value_int(t.year), value_int((t.yearday - 1) / 7 + 1), value_int(p.weekday + 1)};
    *result = value_tuple(call->arena, parts, 3);
    return true;
}

static bool moment_replace(TplCall *call, Value *result)
{
    const Moment *moment = self_of(call);
    Value a[8];
    const char *signature = moment->kind == MOMENT_DATE ? "year=?, month=?, day=?"
                            : moment->kind == MOMENT_TIME
                                ? "hour=?, minute=?, second=?, microsecond=?, tzinfo=?"
                                : "year=?, month=?, day=?, hour=?, minute=?, second=?, microsecond=?, tzinfo=?";
    for (int i = 0; i < 8; i++) a[i] = (Value){0};
    if (!tpl_args(call, signature, moment->kind == MOMENT_TIME ? a + 3 : a)) return false;
    ClockParts p = moment_parts(moment);
    const Zone *zone = moment->zone;
    if (!int_part(call, a[0], "year", &p.year) || !int_part(call, a[1], "month", &p.month) ||
        !int_part(call, a[2], "day", &p.day) || !int_part(call, a[3], "hour", &p.hour) ||
        !int_part(call, a[4], "minute", &p.minute) || !int_part(call, a[5], "second", &p.second) ||
        !int_part(call, a[6], "microsecond", &p.microsecond) || !zone_part(call, a[7], &zone))
        return false;
    return from_parts(call, moment->kind, &p, zone, result);
}

static bool moment_astimezone(TplCall *call, Value *result)
{
    Value args[1];
    const Zone *zone = NULL;
    if (!tpl_args(call, "tz=?", args) || !zone_part(call, args[0], &zone)) return false;
    int64_t utc = utc_of(self_of(call));
    if (!zone) zone = zone_fixed(call_context(call), clock_local_offset(utc));
    *result = moment_value(moment_in_zone(call->arena, utc, zone));
    return true;
}

static bool moment_utcoffset(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const Moment *moment = self_of(call);
    *result = moment->zone ? delta_value(call->arena, (int64_t)moment->offset * SECOND_US) : VALUE_NONE;
    return true;
}

static bool moment_tzname(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const Moment *moment = self_of(call);
    Str name;
    *result = VALUE_NONE;
    if (!moment->zone) return true;
    zone_offset_utc(moment->zone, moment->us / SECOND_US - moment->offset, &name, NULL);
    *result = value_str(name);
    return true;
}

/* "Sat Jan 31 13:05:09 2026" */
static bool moment_ctime(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    Buf out;
    buf_init(&out, call->arena);
    if (!moment_strftime(call, self_of(call), STR("%a %b %e %H:%M:%S %Y"), &out)) return false;
    *result = value_str(buf_str(&out));
    return true;
}

static bool moment_dst(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    const Moment *moment = self_of(call);
    bool summer = false;
    *result = VALUE_NONE;
    if (!moment->zone) return true;
    zone_offset_utc(moment->zone, moment->us / SECOND_US - moment->offset, NULL, &summer);
    *result = delta_value(call->arena, summer ? (int64_t)3600 * SECOND_US : 0);
    return true;
}

static const NativeEntry moment_methods[] = {
    {"isoformat", moment_isoformat_method},
    {"strftime", moment_strftime_method},
    {"__format__", moment_strftime_method},
    {"replace", moment_replace},
    {"weekday", moment_weekday},
    {"isoweekday", moment_isoweekday},
    {"isocalendar", moment_isocalendar},
    {"toordinal", moment_toordinal},
    {"date", moment_date},
    {"time", moment_time},
    {"timetz", moment_time},
    {"timestamp", moment_timestamp},
    {"astimezone", moment_astimezone},
    {"utcoffset", moment_utcoffset},
    {"ctime", moment_ctime},
    {"dst", moment_dst},
    {"tzname", moment_tzname},
    {"strptime", datetime_strptime},
    {"fromisoformat", datetime_fromisoformat},
    {"now", datetime_now},
    {"utcnow", datetime_utcnow},
    {NULL, NULL},
};

static void moment_names(const Object *self, List *names)
{
    static const char *const fields[] = {"year",   "month",       "day",    "hour", "minute",
                                         "second", "microsecond", "tzinfo", "fold", NULL};
    (void)self;
    push_names(fields, names);
    push_method_names(moment_methods, names);
}

static bool moment_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const Moment *moment = (const Moment *)(const void *)self;
    ClockParts p = moment_parts(moment);
    bool has_date = moment->kind != MOMENT_TIME, has_time = moment->kind != MOMENT_DATE;
    if (has_date && str_eq(name, STR("year")))
        *result = value_int(p.year);
    else if (has_date && str_eq(name, STR("month")))
        *result = value_int(p.month);
    else if (has_date && str_eq(name, STR("day")))
        *result = value_int(p.day);
    else if (has_time && str_eq(name, STR("hour")))
        *result = value_int(p.hour);
    else if (has_time && str_eq(name, STR("minute")))
        *result = value_int(p.minute);
    else if (has_time && str_eq(name, STR("second")))
        *result = value_int(p.second);
    else if (has_time && str_eq(name, STR("microsecond")))
        *result = value_int(p.microsecond);
    else if (has_time && str_eq(name, STR("fold")))
        *result = value_int(0);
    else if (has_time && str_eq(name, STR("tzinfo")))
        *result = moment->zone ? zone_value(moment->zone) : VALUE_NONE;
    else if (!has_time && (str_eq(name, STR("date")) || str_eq(name, STR("time")) || str_eq(name, STR("timestamp"))))
        *result = value_undefined(name);
    else
        find_method(call, moment_methods, self, name, result);
    return true;
}

static void moment_str(const Object *self, Buf *out)
{
    moment_isoformat((const Moment *)(const void *)self, ' ', STR_EMPTY, out);
}

/* A zone of pytz names itself; others are those of the standard library, which differ by their offset only. */
static void zone_repr(const Zone *zone, int offset, Buf *out)
{
    if (zone->pytz) {
        buf_addc(out, '<');
        buf_add(out, zone->rules.name);
        buf_addc(out, '>');
    } else if (!offset) {
        buf_addz(out, "datetime.timezone.utc");
    } else if (offset > 0) {
        buf_addf(out, "datetime.timezone(datetime.timedelta(seconds=%d))", offset);
    } else {
        buf_addf(out, "datetime.timezone(datetime.timedelta(days=-1, seconds=%d))", offset + 86400);
    }
}

/* datetime.datetime(2026, 1, 31, 0, 0): seconds only where there are any, as Python has it. */
static void moment_repr(const Object *self, Buf *out)
{
    const Moment *moment = (const Moment *)(const void *)self;
    ClockParts p = moment_parts(moment);
    if (moment->kind == MOMENT_DATE) {
        buf_addf(out, "datetime.date(%d, %d, %d)", p.year, p.month, p.day);
        return;
    }
    if (moment->kind == MOMENT_TIME)
        buf_addf(out, "datetime.time(%d, %d", p.hour, p.minute);
    else
        buf_addf(out, "datetime.datetime(%d, %d, %d, %d, %d", p.year, p.month, p.day, p.hour, p.minute);
    if (p.second || p.microsecond) buf_addf(out, ", %d", p.second);
    if (p.microsecond) buf_addf(out, ", %d", p.microsecond);
    if (moment->zone) {
        buf_addz(out, ", tzinfo=");
        zone_repr(moment->zone, moment->offset, out);
    }
    buf_addc(out, ')');
}

static bool moment_equal(const Object *a, const Object *b)
{
    const Moment *x = (const Moment *)(const void *)a, *y = (const Moment *)(const void *)b;
    if (x->kind != y->kind || !x->zone != !y->zone) return false;
    return x->us - (int64_t)x->offset * SECOND_US == y->us - (int64_t)y->offset * SECOND_US;
}

static bool moment_compare(const Object *a, Value b, int *order)
{
    const Moment *x = (const Moment *)(const void *)a, *y = value_as_moment(b);
    if (!y || x->kind != y->kind || !x->zone != !y->zone) return false;
    int64_t u = x->us - (int64_t)x->offset * SECOND_US, v = y->us - (int64_t)y->offset * SECOND_US;
    *order = u < v ? -1 : u > v;
    return true;
}

static bool moment_plain(TplCall *call, Object *self, Value *result)
{
    Buf out;
    buf_init(&out, call->arena);
    moment_isoformat((const Moment *)(const void *)self, 'T', STR_EMPTY, &out);
    *result = value_str(buf_str(&out));
    return true;
}

/* date + timedelta, date - timedelta, date - date; a date counts whole days only. */
static bool moment_binary(TplCall *call, char op, Value a, Value b, Value *result)
{
    const Moment *x = value_as_moment(a), *y = value_as_moment(b);
    const Delta *d = value_as_delta(b);
    if (!x && op == '+' && value_as_delta(a) && y) return moment_binary(call, op, b, a, result);
    if (!x || x->kind == MOMENT_TIME) return false;
    if (d && (op == '+' || op == '-')) {
        int64_t step = x->kind == MOMENT_DATE ? day_of(d->us) * DAY_US : d->us, us;
        bool overflow = op == '+' ? __builtin_add_overflow(x->us, step, &us) : __builtin_sub_overflow(x->us, step, &us);
        if (overflow) return tpl_fail(call, DIAG_template_value, "the date is out of range");
        return give(call, x->kind, us, x->zone, x->offset, result);
    }
    if (y && op == '-' && x->kind == y->kind && !x->zone == !y->zone) {
        *result = delta_value(call->arena,
                              (x->us - (int64_t)x->offset * SECOND_US) - (y->us - (int64_t)y->offset * SECOND_US));
        return true;
    }
    return false;
}

const ObjectClass moment_class = {
    .name = "datetime",
    .attr = moment_attr,
    .names = moment_names,
    .str = moment_str,
    .repr = moment_repr,
    .equal = moment_equal,
    .compare = moment_compare,
    .binary = moment_binary,
    .plain = moment_plain,
};

/* ---- timedelta ---- */

static bool delta_total_seconds(TplCall *call, Value *result)
{
    if (!tpl_args(call, "", NULL)) return false;
    *result = value_float((double)((const Delta *)(const void *)call->func->self.u.object)->us / 1e6);
    return true;
}

static bool delta_attr(TplCall *call, Object *self, Str name, Value *result)
{
    static const NativeEntry methods[] = {{"total_seconds", delta_total_seconds}, {NULL, NULL}};
    int64_t us = ((const Delta *)(const void *)self)->us, days = day_of(us), rest = us - days * DAY_US;
    if (str_eq(name, STR("days")))
        *result = value_int(days);
    else if (str_eq(name, STR("seconds")))
        *result = value_int(rest / SECOND_US);
    else if (str_eq(name, STR("microseconds")))
        *result = value_int(rest % SECOND_US);
    else
        find_method(call, methods, self, name, result);
    return true;
}

static void delta_str(const Object *self, Buf *out)
{
    int64_t us = ((const Delta *)(const void *)self)->us, days = day_of(us), rest = us - days * DAY_US;
    if (days) buf_addf(out, "%lld day%s, ", (long long)days, days == 1 || days == -1 ? "" : "s");
    int64_t seconds = rest / SECOND_US;
    buf_addf(out, "%lld:%02lld:%02lld", (long long)(seconds / 3600), (long long)(seconds / 60 % 60),
             (long long)(seconds % 60));
    if (rest % SECOND_US) buf_addf(out, ".%06lld", (long long)(rest % SECOND_US));
}

static void delta_repr(const Object *self, Buf *out)
{
    int64_t us = ((const Delta *)(const void *)self)->us, days = day_of(us), rest = us - days * DAY_US;
    const char *gap = "";
    buf_addz(out, "datetime.timedelta(");
    if (days) buf_addf(out, "days=%lld", (long long)days), gap = ", ";
    if (rest / SECOND_US) buf_addf(out, "%sseconds=%lld", gap, (long long)(rest / SECOND_US)), gap = ", ";
    if (rest % SECOND_US) buf_addf(out, "%smicroseconds=%lld", gap, (long long)(rest % SECOND_US));
    if (!us) buf_addc(out, '0');
    buf_addc(out, ')');
}

static bool delta_truthy(const Object *self)
{
    return ((const Delta *)(const void *)self)->us != 0;
}

static bool delta_equal(const Object *a, const Object *b)
{
    return ((const Delta *)(const void *)a)->us == ((const Delta *)(const void *)b)->us;
}

static bool delta_compare(const Object *a, Value b, int *order)
{
    const Delta *y = value_as_delta(b);
    if (!y) return false;
    int64_t x = ((const Delta *)(const void *)a)->us;
    *order = x < y->us ? -1 : x > y->us;
    return true;
}

static bool number_of(Value v, double *real)
{
    if (v.kind == V_INT)
        *real = (double)v.u.integer;
    else if (v.kind == V_FLOAT)
        *real = v.u.real;
    else
        return false;
    return true;
}

static bool delta_binary(TplCall *call, char op, Value a, Value b, Value *result)
{
    const Delta *x = value_as_delta(a), *y = value_as_delta(b);
    double number;
    if (x && y) {
        if (op == '+')
            *result = delta_value(call->arena, x->us + y->us);
        else if (op == '-')
            *result = delta_value(call->arena, x->us - y->us);
        else if (op == '/' && y->us)
            *result = value_float((double)x->us / (double)y->us);
        else
            return false;
        return true;
    }
    if (x && value_as_moment(b)) return moment_binary(call, op, a, b, result);
    if (x && number_of(b, &number) && (op == '*' || (op == '/' && number != 0))) {
        if (op == '*' && b.kind == V_INT) {
            int64_t us;
            if (__builtin_mul_overflow(x->us, b.u.integer, &us))
                return tpl_fail(call, DIAG_template_value, "the time span is out of range");
            *result = delta_value(call->arena, us);
            return true;
        }
        double us = op == '*' ? (double)x->us * number : (double)x->us / number;
        if (!(fabs(us) < 9e18)) return tpl_fail(call, DIAG_template_value, "the time span is out of range");
        *result = delta_value(call->arena, (int64_t)llrint(us));
        return true;
    }
    if (y && op == '*' && (a.kind == V_INT || a.kind == V_FLOAT)) return delta_binary(call, op, b, a, result);
    return false;
}

const ObjectClass delta_class = {
    .name = "timedelta",
    .attr = delta_attr,
    .str = delta_str,
    .repr = delta_repr,
    .truthy = delta_truthy,
    .equal = delta_equal,
    .compare = delta_compare,
    .binary = delta_binary,
};

/* ---- the classes, which are called and have functions ---- */

typedef struct DateClass {
    Object head;
    const char *name;
    TplNative construct;
    const NativeEntry *functions;
} DateClass;

static const DateClass *class_of(const Object *self)
{
    return (const DateClass *)(const void *)self;
}

static bool class_call(TplCall *call, Object *self, Value *result)
{
    return class_of(self)->construct(call, result);
}

static void class_names(const Object *self, List *names)
{
    list_push(names, value_str(STR("min")));
    list_push(names, value_str(STR("max")));
    push_method_names(class_of(self)->functions, names);
}

static bool class_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const DateClass *class = class_of(self);
    if (find_method(call, class->functions, self, name, result)) return true;
    bool is_min = str_eq(name, STR("min")), is_max = str_eq(name, STR("max"));
    if ((is_min || is_max) && class->construct == construct_date)
        *result = moment_value(moment_new(call->arena, MOMENT_DATE,
                                          (is_min ? clock_days(1, 1, 1) : clock_days(9999, 12, 31)) * DAY_US, NULL, 0));
    else if ((is_min || is_max) && class->construct == construct_datetime)
        *result = moment_value(
            moment_new(call->arena, MOMENT_DATETIME,
                       is_min ? clock_days(1, 1, 1) * DAY_US : (clock_days(9999, 12, 31) + 1) * DAY_US - 1, NULL, 0));
    else if ((is_min || is_max) && class->construct == construct_time)
        *result = moment_value(moment_new(call->arena, MOMENT_TIME, is_min ? 0 : DAY_US - 1, NULL, 0));
    return true;
}

static void class_str(const Object *self, Buf *out)
{
    buf_addf(out, "<class 'datetime.%s'>", class_of(self)->name);
}

static const ObjectClass date_class_class = {
    .name = "type", .call = class_call, .attr = class_attr, .str = class_str, .names = class_names};

static const NativeEntry datetime_functions[] = {
    {"now", datetime_now},
    {"utcnow", datetime_utcnow},
    {"today", datetime_now},
    {"fromtimestamp", datetime_fromtimestamp},
    {"utcfromtimestamp", datetime_utcfromtimestamp},
    {"fromisoformat", datetime_fromisoformat},
    {"strptime", datetime_strptime},
    {"combine", datetime_combine},
    {"fromordinal", datetime_fromordinal},
    {NULL, NULL},
};
static const NativeEntry date_functions[] = {
    {"today", date_today},
    {"fromtimestamp", date_fromtimestamp},
    {"fromisoformat", date_fromisoformat},
    {"fromordinal", date_fromordinal},
    {NULL, NULL},
};
static const NativeEntry time_functions[] = {{"fromisoformat", time_fromisoformat}, {NULL, NULL}};
static const NativeEntry no_functions[] = {{NULL, NULL}};

static bool construct_timezone(TplCall *call, Value *result)
{
    Value args[2];
    if (!tpl_args(call, "offset, name=?", args)) return false;
    const Delta *delta = value_as_delta(args[0]);
    if (!delta) return tpl_fail(call, DIAG_template_type, "timezone() takes a timedelta");
    if (delta->us <= -DAY_US || delta->us >= DAY_US)
        return tpl_fail(call, DIAG_template_value, "an offset is less than a day");
    *result = zone_value(zone_fixed(call_context(call), (int)(delta->us / SECOND_US)));
    return true;
}

static bool find_timezone(const NameSpace *space, Str name, Value *result)
{
    if (!str_eq(name, STR("utc"))) return false;
    *result = zone_value(zone_utc(space->ctx));
    return true;
}

static const DateClass classes[] = {
    {{&date_class_class}, "datetime", construct_datetime, datetime_functions},
    {{&date_class_class}, "date", construct_date, date_functions},
    {{&date_class_class}, "time", construct_time, time_functions},
    {{&date_class_class}, "timedelta", construct_delta, no_functions},
};

static bool find_in_datetime(const NameSpace *space, Str name, Value *result)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (str_eq(name, str_from(classes[i].name))) {
            union {
                const Object *in;
                Object *out;
            } object = {.in = &classes[i].head};
            *result = value_object(object.out);
            return true;
        }
    if (str_eq(name, STR("timezone"))) {
        *result = namespace_value(space->ctx, "type", NULL, find_timezone, NULL);
        return true;
    }
    if (str_eq(name, STR("fixed_timezone"))) {
        *result = value_func(space->ctx->arena, "timezone", construct_timezone, value_undefined(STR_EMPTY), NULL);
        return true;
    }
    return false;
}

static void datetime_names(const NameSpace *space, List *names)
{
    (void)space;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        list_push(names, value_str(str_from(classes[i].name)));
    list_push(names, value_str(STR("timezone")));
}

Value datetime_module(Context *ctx)
{
    return namespace_value(ctx, "module", NULL, find_in_datetime, datetime_names);
}
