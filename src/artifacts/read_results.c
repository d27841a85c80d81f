/* Reading back target/run_results.jsonl: the last result of each node, whatever command it came from.
 *
 * The file is only ever appended to, so its last line may be broken off; such a line is passed over, as is any other
 * that is no result. */
#include "artifacts/artifacts.h"
#include "base/file.h"
#include "base/map.h"

#include <jansson.h>

static Str text_of(Arena *arena, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? str_dup(arena, str_n(json_string_value(v), json_string_length(v))) : STR_EMPTY;
}

static void take_line(Arena *arena, Map *by_id, Str line)
{
    json_t *object = json_loadb(line.ptr, line.len, 0, NULL);
    const json_t *id = json_object_get(object, "unique_id");
    if (json_is_string(id)) {
        Str key = str_n(json_string_value(id), json_string_length(id));
        ArtifactResult *result = map_get(by_id, key);
        if (!result) {
            result = ARENA_NEW(arena, ArtifactResult);
            result->unique_id = str_dup(arena, key);
            map_put(by_id, result->unique_id, result);
        }
        result->status = text_of(arena, object, "status");
        result->message = text_of(arena, object, "message");
        result->completed_at = text_of(arena, object, "completed_at");
        const json_t *failures = json_object_get(object, "failures"), *seconds = json_object_get(object, "seconds");
        result->failures = json_is_integer(failures) ? json_integer_value(failures) : -1;
        result->seconds = json_number_value(seconds);
    }
    json_decref(object);
}

bool artifacts_read_results(Arena *arena, const Manifest *manifest, ArtifactResult **results, size_t *count)
{
    static const char *const names[] = {"run_results.old.jsonl", "run_results.jsonl"};
    Map by_id;
    map_init(&by_id, arena);
    bool any = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Str text, error, path = path_join(arena, manifest->paths.target, str_from(names[i]));
        if (!file_read(arena, str_c(arena, path), &text, &error)) continue;
        any = true;
        Str line;
        while (str_split_next(&text, '\n', &line))
            if (line.len) take_line(arena, &by_id, line);
    }
    *count = by_id.count;
    *results = ARENA_ARRAY(arena, ArtifactResult, by_id.count + 1);
    for (size_t i = 0; i < by_id.count; i++) (*results)[i] = *(ArtifactResult *)by_id.entries[i].value;
    return any;
}
