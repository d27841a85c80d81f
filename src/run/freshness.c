/* Source freshness: how old the newest row of a source is, against warn_after and error_after.
 *
 * The macro collect_freshness (or collect_freshness_custom_sql, for a loaded_at_query) asks the database for both times; it
 * can be overridden. dbt: FreshnessRunner, BaseAdapter.calculate_freshness. */
#include "base/clock.h"
#include "run/internal.h"
#include "template/decimal.h"

/* ---- times as databases write them ---- */

typedef struct TimeText {
    Str text;
    size_t at;
} TimeText;

static bool digits(TimeText *t, size_t least, size_t most, int *value)
{
    size_t n = 0;
    *value = 0;
    while (n < most && t->at < t->text.len && t->text.ptr[t->at] >= '0' && t->text.ptr[t->at] <= '9') {
        *value = *value * 10 + (t->text.ptr[t->at++] - '0');
        n++;
    }
    return n >= least;
}

static bool sign(TimeText *t, const char *any)
{
    if (t->at >= t->text.len) return false;
    for (; *any; any++)
        if (t->text.ptr[t->at] == *any) {
            t->at++;
            return true;
        }
    return false;
}

/* "2026-01-31", then maybe "T12:00", seconds, a fraction, and Z or an offset; without one the time is UTC, as dbt takes it. */
static bool read_time(Str text, int64_t *us)
{
    TimeText t = {str_trim(text), 0};
    ClockParts p = {0};
    if (!digits(&t, 4, 4, &p.year) || !sign(&t, "-") || !digits(&t, 2, 2, &p.month) || !sign(&t, "-") ||
        !digits(&t, 2, 2, &p.day))
        return false;
    int offset = 0;
    if (sign(&t, "T ")) {
        if (!digits(&t, 2, 2, &p.hour) || !sign(&t, ":") || !digits(&t, 2, 2, &p.minute)) return false;
        if (sign(&t, ":") && !digits(&t, 2, 2, &p.second)) return false;
        if (sign(&t, ".,")) {
            size_t from = t.at;
            if (!digits(&t, 1, 6, &p.microsecond)) return false;
            for (size_t n = t.at - from; n < 6; n++) p.microsecond *= 10;
            while (t.at < t.text.len && t.text.ptr[t.at] >= '0' && t.text.ptr[t.at] <= '9') t.at++;
        }
        bool spaced = sign(&t, " ");
        if (!sign(&t, "Z") && t.at < t.text.len && (t.text.ptr[t.at] == '+' || t.text.ptr[t.at] == '-')) {
            bool west = t.text.ptr[t.at++] == '-';
            int hours, minutes = 0;
            if (!digits(&t, 2, 2, &hours)) return false;
            sign(&t, ":");
            if (t.at < t.text.len && !digits(&t, 2, 2, &minutes)) return false;
            offset = (hours * 60 + minutes) * (west ? -60 : 60);
        } else if (spaced && str_eq_nocase(str_from_index(t.text, t.at), STR("utc"))) {
            t.at = t.text.len;
        }
    }
    if (t.at != t.text.len || p.month < 1 || p.month > 12 || p.day < 1 || p.day > 31 || p.hour > 24 || p.minute > 59 ||
        p.second > 60)
        return false;
    *us = clock_from_parts(&p) - (int64_t)offset * 1000000;
    return true;
}

/* ---- asking ---- */

static Str source_name(Arena *arena, const Node *node)
{
    return str_fmt(arena, "%.*s.%.*s", STR_ARG(node->source_info->source_name), STR_ARG(node->name));
}

static bool no_time(RunWorker *worker, const Node *node, Value v)
{
    Str name = source_name(worker->render, node);
    Str field = node->source_info->loaded_at_query.len ? STR("loaded_at_query") : node->source_info->loaded_at_field;
    Buf shown;
    buf_init(&shown, worker->render);
    value_repr(v, &shown);
    diag_add(&worker->sink, DIAG_freshness_unknown, node_span(node),
             "the newest value of %.*s in %.*s is no timestamp: %.*s", STR_ARG(field), STR_ARG(name),
             STR_ARG(buf_str(&shown)));
    diag_hint(&worker->sink,
              v.kind == V_INT || v.kind == V_FLOAT || value_as_decimal(v)
                  ? "make a timestamp of it: loaded_at_field: \"datetime(%.*s, 'unixepoch')\""
                  : "name a column whose texts are times like '2026-01-31 12:00:00', or make one in an "
                    "expression; %.*s is compared as text",
              STR_ARG(field));
    return false;
}

static bool take_time(RunWorker *worker, const Node *node, Value table, Str column, int64_t *us)
{
    size_t columns, rows = value_table_size(table, &columns);
    Value v = VALUE_NONE;
    for (size_t c = 0; rows && c < columns; c++)
        if (str_eq_nocase(value_table_column(table, c), column)) v = value_table_cell(table, 0, c);
    if (v.kind == V_NONE || v.kind == V_UNDEFINED) { /* no rows: dbt's first moment of all */
        ClockParts first = {.year = 1, .month = 1, .day = 1};
        *us = clock_from_parts(&first);
        return true;
    }
    if (v.kind == V_INT || v.kind == V_FLOAT || value_as_decimal(v) || !read_time(value_to_str(worker->render, v), us))
        return no_time(worker, node, v);
    return true;
}

/* A database that has nothing to say says OK. */
static bool take_response(RunWorker *worker, Context *context, const Node *node, Value answer, Value *response)
{
    static const char *const names[] = {"_message", "code", "rows_affected"};
    Value given, v;
    *response = value_undefined(STR_EMPTY);
    if (!tpl_get_attr(context_eval(context), answer, STR("response"), node_span(node), &given)) return false;
    if (given.kind != V_OBJECT) return true;
    Value dict = value_dict(worker->keep);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!tpl_get_attr(context_eval(context), given, str_from(names[i]), node_span(node), &v)) return false;
        dict_set_str(dict.u.dict, str_from(names[i]), value_copy(worker->keep, v));
    }
    if (!value_is_str(dict_get_str(dict.u.dict, STR("_message")), STR("OK"))) *response = dict;
    return true;
}

static bool call(RunWorker *worker, Context *context, const Node *node, Value *table, Value *response)
{
    const SourceInfo *info = node->source_info;
    Value args[3] = {context_relation(context, node), VALUE_NONE, VALUE_NONE}, answer;
    size_t count = 3;
    Str name = STR("collect_freshness");
    if (info->loaded_at_query.len) {
        name = STR("collect_freshness_custom_sql");
        count = 2;
        if (!context_render_native(context, node_span(node), info->loaded_at_query, node->package->family, &args[1]))
            return false;
    } else {
        args[1] = value_str(info->loaded_at_field);
        if (info->freshness_filter.len) args[2] = value_str(info->freshness_filter);
    }
    const Macro *macro = manifest_find_macro(worker->run->manifest, node->package, name);
    if (!macro) {
        diag_add(&worker->sink, DIAG_macro_not_found, node_span(node), "there is no macro '%.*s'", STR_ARG(name));
        return false;
    }
    return context_call(context, macro, node_span(node), args, count, NULL, NULL, 0, &answer) &&
           tpl_get_attr(context_eval(context), answer, STR("table"), node_span(node), table) &&
           take_response(worker, context, node, answer, response);
}

/* ---- judging ---- */

static bool exceeded(const FreshnessTime *time, double age)
{
    if (time->count < 0 || !time->period.len) return false;
    double seconds = str_eq(time->period, STR("minute")) ? 60 : str_eq(time->period, STR("hour")) ? 3600 : 86400;
    return age > (double)time->count * seconds;
}

static Str age_text(Arena *arena, double age)
{
    static const struct {
        double seconds;
        const char *word;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        long long n = (long long)(age / units[i].seconds);
        if (n >= 2 || i + 1 == sizeof units / sizeof *units)
            return str_fmt(arena, "%lld %s%s", n, units[i].word, n == 1 ? "" : "s");
    }
    return STR_EMPTY;
}

static void judge(RunWorker *worker, const Node *node, RunResult *result)
{
    const SourceInfo *info = node->source_info;
    const RunFreshness *freshness = result->freshness;
    bool stale = exceeded(&info->error_after, freshness->age);
    bool old = stale || exceeded(&info->warn_after, freshness->age);
    result->status = stale ? RUN_FAIL : old ? RUN_WARN : RUN_PASS;
    ClockParts loaded = clock_parts(freshness->loaded_at);
    bool none = loaded.year == 1;
    Str age = age_text(worker->keep, freshness->age);
    result->message = none ? STR("it has no rows") : str_fmt(worker->keep, "its newest row is %.*s old", STR_ARG(age));
    if (!old) return;
    const FreshnessTime *limit = stale ? &info->error_after : &info->warn_after;
    Str name = source_name(worker->render, node);
    diag_add(&worker->sink, stale ? DIAG_source_stale : DIAG_source_old, node_span(node),
             none ? "the source %.*s has no rows%.*s; %s after %lld %.*s%s"
                  : "the newest row of the source %.*s is %.*s old; %s after %lld %.*s%s",
             STR_ARG(name), STR_ARG(none ? STR_EMPTY : age), stale ? "an error" : "a warning", (long long)limit->count,
             STR_ARG(limit->period), limit->count == 1 ? "" : "s");
}

bool freshness_execute(RunWorker *worker, const Node *node, RunResult *result)
{
    const SourceInfo *info = node->source_info;
    result->relation_name = STR_EMPTY;
    if (!info->loaded_at_field.len && !info->loaded_at_query.len) {
        Str name = source_name(worker->render, node);
        diag_add(&worker->sink, DIAG_freshness_unknown, node_span(node),
                 "the source %.*s has a freshness, but no column that tells when its rows came", STR_ARG(name));
        diag_hint(&worker->sink,
                  "add `loaded_at_field: ` and the name of a column with timestamps (or `loaded_at_query`), or "
                  "`freshness: null`");
        return false;
    }
    AdapterConnection *reader = worker_reader(worker);
    if (!reader) return false;
    timing_begin(worker->keep, &result->compile);
    Context *context = worker_context(worker, CONTEXT_RUN, node, reader);
    timing_end(worker->keep, &result->compile);
    timing_begin(worker->keep, &result->execute);
    Value table;
    RunFreshness *freshness = ARENA_NEW(worker->keep, RunFreshness);
    bool ok = call(worker, context, node, &table, &freshness->response) &&
              take_time(worker, node, table, STR("max_loaded_at"), &freshness->loaded_at) &&
              take_time(worker, node, table, STR("snapshotted_at"), &freshness->asked_at);
    timing_end(worker->keep, &result->execute);
    if (!ok) return false;
    freshness->age = (double)(freshness->asked_at - freshness->loaded_at) / 1e6;
    result->freshness = freshness;
    judge(worker, node, result);
    return true;
}
