/* An artifact's file: written aside, with the metadata that all artifacts share. */
#include "artifacts/internal.h"
#include "base/clock.h"
#include "context/context.h"

#include <unistd.h> /* environ */

static bool write_piece(void *context, Str piece)
{
    return file_writer_write(context, piece);
}

static bool refuse(ArtifactFile *file, DiagSink *sink, Str error)
{
    diag_add(sink, DIAG_file_write, file->place, "cannot write %.*s: %.*s", STR_ARG(file->path), STR_ARG(error));
    arena_free(file->arena);
    file->arena = NULL;
    return false;
}

/* dbt: everything that begins with DBT_ENV_CUSTOM_ENV_, without that prefix. */
static void write_env(JsonWriter *json)
{
    const Str prefix = STR("DBT_ENV_CUSTOM_ENV_");
    jw_key_object(json, "env");
    for (char **at = environ; at && *at; at++) {
        Str entry = str_from(*at);
        size_t equals = str_find_char(entry, '=', 0);
        if (!str_starts(entry, prefix) || equals == STR_NPOS) continue;
        jw_key(json, str_slice(entry, prefix.len, equals));
        jw_str(json, str_from_index(entry, equals + 1));
    }
    jw_object_end(json);
}

static bool open_at(ArtifactFile *file, const Manifest *manifest, const char *name, Str path, DiagSink *sink)
{
    *file = (ArtifactFile){.arena = arena_new()};
    file->place = (Span){manifest->root ? manifest->root->file : 0, 0, 0};
    file->path = path.len ? path : path_join(file->arena, manifest->paths.target, str_from(name));
    Str error = STR_EMPTY;
    file->writer = file_writer_open(file->arena, str_c(file->arena, file->path), &error);
    if (!file->writer) return refuse(file, sink, error);
    jw_to_sink(&file->json, write_piece, file->writer);
    jw_object(&file->json);
    return true;
}

bool artifact_open_bare(ArtifactFile *file, const Manifest *manifest, const char *name, DiagSink *sink)
{
    return open_at(file, manifest, name, STR_EMPTY, sink);
}

bool artifact_open(ArtifactFile *file, const Manifest *manifest, const char *name, Str path, const char *schema,
                   DiagSink *sink)
{
    if (!open_at(file, manifest, name, path, sink)) return false;
    JsonWriter *json = &file->json;
    jw_key_object(json, "metadata");
    jw_key_str(json, "dbt_schema_version", str_from(schema));
    jw_key_str(json, "dbt_version", STR(CONTEXT_DBT_VERSION));
    char now[CLOCK_ISO_SIZE];
    jw_key_str(json, "generated_at", str_n(now, clock_iso_text(clock_wall_us(), now)));
    jw_key_str_or_null(json, "invocation_id", manifest->invocation_id);
    jw_key_str_or_null(json, "invocation_started_at", manifest->generated_at);
    write_env(json);
    return true;
}

bool artifact_close(ArtifactFile *file, DiagSink *sink)
{
    jw_object_end(&file->json);
    jw_end(&file->json); /* a failed write makes the commit fail */
    Str error = STR_EMPTY;
    if (!file_writer_commit(file->arena, file->writer, file->durable ? FILE_DURABLE : 0, &error))
        return refuse(file, sink, error);
    arena_free(file->arena);
    return true;
}
