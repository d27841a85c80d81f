/* Inputs with an event_time are cut to the batch of a microbatch model and to the sample of --sample.
 *
 * dbt compares the column with the text of a moment in UTC, which databases with a type for it understand. SQLite keeps times as
 * text in any of the forms of ISO 8601 ("2026-01-31", with T or a space, with a zone): its own datetime() makes them alike, and in
 * front of it stand two comparisons of plain text, a day wider on either side, that an index can answer. */
#include "context/datetime.h"
#include "context/internal.h"

static Str moment_text(Arena *arena, int64_t us, bool zone)
{
    ClockParts at = clock_parts(us);
    Buf out;
    buf_init(&out, arena);
    buf_addf(&out, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour, at.minute, at.second);
    if (at.microsecond) buf_addf(&out, ".%06d", at.microsecond);
    if (zone) buf_addz(&out, "+00:00");
    return buf_str(&out);
}

static Str day_text(Arena *arena, int64_t us)
{
    ClockParts at = clock_parts(us);
    return str_fmt(arena, "%04d-%02d-%02d", at.year, at.month, at.day);
}

Str event_time_condition(Context *ctx, Str column, const ClockWindow *window)
{
    Arena *arena = ctx->arena;
    bool text = ctx->manifest->dialect && str_eq(ctx->manifest->dialect->name, STR("sqlite"));
    Str start = moment_text(arena, window->start, !text), end = moment_text(arena, window->end, !text);
    if (!text)
        return str_fmt(arena, "%.*s >= '%.*s' and %.*s < '%.*s'", STR_ARG(column), STR_ARG(start), STR_ARG(column),
                       STR_ARG(end));
    Str from = day_text(arena, window->start - DAY_US), to = day_text(arena, window->end + 2 * DAY_US);
    return str_fmt(arena, "%.*s >= '%.*s' and %.*s < '%.*s' and datetime(%.*s) >= '%.*s' and datetime(%.*s) < '%.*s'",
                   STR_ARG(column), STR_ARG(from), STR_ARG(column), STR_ARG(to), STR_ARG(column), STR_ARG(start),
                   STR_ARG(column), STR_ARG(end));
}

Str event_time_column(Arena *arena, const Dialect *dialect, const Node *node)
{
    Value column = node_config(node, STR("event_time"));
    if (column.kind != V_STR) return STR_EMPTY;
    Str name = value_text(column);
    Value quote = VALUE_NONE;
    if (node->source_info && node->source_info->quoting.kind == V_DICT)
        quote = dict_get_str(node->source_info->quoting.u.dict, STR("column"));
    for (size_t i = 0; i < node->column_count; i++)
        if (str_eq(node->columns[i].name, name) && node->columns[i].quote.kind == V_BOOL)
            quote = node->columns[i].quote;
    if (quote.kind != V_BOOL || !quote.u.boolean) return name;
    return str_fmt(arena, "%c%.*s%c", dialect->quote_open, STR_ARG(name), dialect->quote_close);
}

void relation_cut(Context *ctx, const Node *node, Relation *relation)
{
    if (!ctx->has_run || !ctx->node || (ctx->node->type != RESOURCE_MODEL && ctx->node->type != RESOURCE_SNAPSHOT))
        return;
    ClockWindow window = ctx->run.sample;
    if (ctx->run.batch.on) {
        ClockWindow batch = ctx->run.batch;
        if (window.on && window.start > batch.start) batch.start = window.start;
        if (window.on && window.end < batch.end) batch.end = window.end;
        window = batch;
    }
    Str column = event_time_column(ctx->arena, ctx->manifest->dialect, node);
    if (!window.on || !column.len) return;
    relation->event_time = column;
    relation->window = window;
}

static Value utc_moment(Context *ctx, int64_t us)
{
    return moment_value(moment_new(ctx->arena, MOMENT_DATETIME, us, zone_utc(ctx), 0));
}

Value batch_of(Context *ctx)
{
    if (!ctx->has_run || !ctx->run.batch.on) return VALUE_NONE;
    Value batch = value_dict(ctx->arena);
    dict_set_str(batch.u.dict, STR("id"), value_str(ctx->run.batch_id));
    dict_set_str(batch.u.dict, STR("event_time_start"), utc_moment(ctx, ctx->run.batch.start));
    dict_set_str(batch.u.dict, STR("event_time_end"), utc_moment(ctx, ctx->run.batch.end));
    return batch;
}

static bool always_true(TplCall *call, Value *result)
{
    (void)call;
    *result = value_bool(true);
    return true;
}

static bool always_false(TplCall *call, Value *result)
{
    (void)call;
    *result = value_bool(false);
    return true;
}

void context_set_incremental(Context *context)
{
    Value none = value_undefined(STR_EMPTY);
    context_set_name(context, STR("is_incremental"),
                     value_func(context->arena, "is_incremental", always_true, none, NULL));
    context_set_name(context, STR("should_full_refresh"),
                     value_func(context->arena, "should_full_refresh", always_false, none, NULL));
}
