/* --event-time-start, --event-time-end and --sample: spans of time. dbt: Flags._validate_event_time_configs, SampleWindow. */
#include "base/clock.h"
#include "cli/cli.h"

#include <stdlib.h>

static bool read_moment(Cli *cli, Str text, Span span, const char *what, int64_t *us)
{
    if (clock_parse(text, us)) return true;
    diag_add(&cli->sink, DIAG_usage, span, "%s is no date or time: '%.*s'", what, STR_ARG(text));
    diag_hint(&cli->sink, "write e.g. 2026-01-31 or 2026-01-31T12:00:00");
    return false;
}

static bool check_order(Cli *cli, Span span, const char *what, const ClockWindow *window)
{
    if (window->start < window->end) return true;
    diag_add(&cli->sink, DIAG_usage, span, "%s is not before its end", what);
    return false;
}

static bool read_event_time(Cli *cli, ClockWindow *window)
{
    SpanText start = option_span_text(&cli->line, OPTION_EVENT_TIME_START),
             end = option_span_text(&cli->line, OPTION_EVENT_TIME_END);
    if (!start.text.len && !end.text.len) return true;
    if (!start.text.len || !end.text.len) {
        diag_add(&cli->sink, DIAG_usage, start.text.len ? start.span : end.span,
                 "--event-time-%s needs --event-time-%s beside it", start.text.len ? "start" : "end",
                 start.text.len ? "end" : "start");
        return false;
    }
    window->on = true;
    return read_moment(cli, start.text, start.span, "--event-time-start", &window->start) &&
           read_moment(cli, end.text, end.span, "--event-time-end", &window->end) &&
           check_order(cli, start.span, "--event-time-start", window);
}

/* "3 days" up to now. */
static bool read_relative(Cli *cli, SpanText text, int64_t now, ClockWindow *window)
{
    size_t space = str_find_char(text.text, ' ', 0);
    int64_t count;
    ClockGrain grain;
    Str word = space == STR_NPOS ? STR_EMPTY : str_lower(cli->arena, str_from_index(text.text, space + 1));
    while (word.len && word.ptr[word.len - 1] == 's') word.len--;
    if (space != STR_NPOS && str_to_int(str_slice(text.text, 0, space), &count) && count >= 0 && count < 1000000 &&
        clock_grain(word, &grain)) {
        *window = (ClockWindow){true, clock_add(now, grain, -count), now};
        return true;
    }
    diag_add(&cli->sink, DIAG_usage, text.span, "--sample does not understand '%.*s'", STR_ARG(text.text));
    diag_hint(&cli->sink, "write a number and one of hours, days, months, years: --sample '3 days', or "
                          "--sample '{start: 2026-01-01, end: 2026-02-01}'");
    return false;
}

static bool read_side(Cli *cli, SpanText text, Value dict, const char *key, int64_t *us)
{
    Value v = dict_get_str(dict.u.dict, str_from(key));
    if (v.kind == V_STR) return read_moment(cli, value_text(v), text.span, "--sample", us);
    diag_add(&cli->sink, DIAG_usage, text.span, "--sample has no '%s'", key);
    diag_hint(&cli->sink, "write --sample '{start: 2026-01-01, end: 2026-02-01}'");
    return false;
}

static bool read_sample(Cli *cli, int64_t now, ClockWindow *window)
{
    SpanText text = option_span_text(&cli->line, OPTION_SAMPLE);
    if (!text.text.len) return true;
    if (str_find_char(text.text, '{', 0) == STR_NPOS) return read_relative(cli, text, now, window);
    Value dict;
    if (!project_read_mapping(cli->arena, cli->manifest->sources, "--sample", text.text, &cli->sink, &dict))
        return false;
    window->on = true;
    return read_side(cli, text, dict, "start", &window->start) && read_side(cli, text, dict, "end", &window->end) &&
           check_order(cli, text.span, "--sample", window);
}

bool cli_time_options(Cli *cli, RunOptions *options)
{
    const char *now = getenv("CDBT_NOW");
    Str text = str_from(now ? now : "");
    if (text.len && !read_moment(cli, text, cli->line.whole, "the environment variable CDBT_NOW", &options->now))
        return false;
    if (!options->now) options->now = clock_wall_us();
    return read_event_time(cli, &options->event_time) && read_sample(cli, options->now, &options->sample);
}
