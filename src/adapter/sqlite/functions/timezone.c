/* convert_timezone: a wall clock's time of one zone as that of another. Zones come from the system's zone files; those of
 * constant names are read once a statement. */
#include "adapter/sqlite/functions/functions.h"
#include "base/mem.h"
#include "base/zone.h"

typedef struct Loaded {
    Arena *arena;
    TimeZone zone;
} Loaded;

static void loaded_free(void *data)
{
    Loaded *loaded = data;
    if (!loaded) return;
    arena_free(loaded->arena);
    mem_free(loaded);
}

/* The zone that argument `which` names; NULL with an error. *owned: SQLite keeps none yet, see keep(). */
static Loaded *get_zone(sqlite3_context *context, sqlite3_value **argv, int which, bool *owned)
{
    Loaded *loaded = sqlite3_get_auxdata(context, which);
    *owned = false;
    if (loaded) return loaded;
    loaded = mem_zalloc(sizeof *loaded);
    loaded->arena = arena_new();
    Str name = str_dup(loaded->arena, value_text(argv[which]));
    if (!time_zone_read(loaded->arena, name, &loaded->zone)) {
        result_error(context, "convert_timezone: there is no time zone '%.*s' (or no zone files on this machine)",
                     STR_ARG(name));
        loaded_free(loaded);
        return NULL;
    }
    *owned = true;
    return loaded;
}

static void keep(sqlite3_context *context, Loaded *loaded, int which, bool owned)
{
    if (owned) sqlite3_set_auxdata(context, which, loaded, loaded_free);
}

void fn_convert_timezone(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (null_in_null_out(context, argc, argv)) return;
    SqlMoment moment;
    Str text = value_text(argv[argc - 1]);
    if (!moment_parse(text, &moment)) {
        result_error(context, "convert_timezone: '%.*s' is no date or time", STR_ARG(text));
        return;
    }
    bool from_owned = false, to_owned = false;
    Loaded *from = argc == 3 ? get_zone(context, argv, 0, &from_owned) : NULL;
    if (argc == 3 && !from) return;
    Loaded *to = get_zone(context, argv, argc - 2, &to_owned);
    if (to) {
        int64_t seconds = moment.us / 1000000 - (moment.us % 1000000 < 0);
        int64_t utc = from ? seconds - time_zone_offset_local(&from->zone, seconds) : seconds;
        int64_t local = utc + time_zone_offset(&to->zone, utc, NULL, NULL);
        moment.us += (local - seconds) * 1000000;
        moment.has_time = true;
        char buffer[MOMENT_TEXT];
        result_text(context, moment_text(&moment, buffer));
        keep(context, to, argc - 2, to_owned);
    }
    if (from) keep(context, from, 0, from_owned);
}
