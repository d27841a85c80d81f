/* What the writers of artifacts share. Private to src/artifacts. */
#ifndef CDBT_ARTIFACTS_INTERNAL_H
#define CDBT_ARTIFACTS_INTERNAL_H

#include "artifacts/artifacts.h"
#include "base/file.h"
#include "base/json.h"

/* value.c */
/* key: value, or null if it is undefined. */
void artifact_key_value(JsonWriter *json, const char *key, Value v);
/* The value if it is a dict, else {}; the value if it is a list, else []. */
void artifact_key_dict(JsonWriter *json, const char *key, Value v);
void artifact_key_list(JsonWriter *json, const char *key, Value v);
/* The entries of a dict, if it is one, into the object that is open. */
void artifact_entries(JsonWriter *json, Value dict);
void artifact_key_strs(JsonWriter *json, const char *key, const Str *at, size_t count);

/* file.c */
typedef struct ArtifactFile {
    Arena *arena; /* for paths and errors; owned */
    FileWriter *writer;
    JsonWriter json;
    Str path;
    Span place;
    bool durable; /* survives a power cut: set by those that cannot be made again, before they close */
} ArtifactFile;

/* Opens target/<name> (or `path`, if it is not empty), writes `{` and the key "metadata" with what all artifacts have in it; the caller adds its own
 * keys and closes that object. */
bool artifact_open(ArtifactFile *file, const Manifest *manifest, const char *name, Str path, const char *schema,
                   DiagSink *sink);
bool artifact_open_bare(ArtifactFile *file, const Manifest *manifest, const char *name,
                        DiagSink *sink); /* only the `{` */
bool artifact_close(ArtifactFile *file, DiagSink *sink); /* writes the last `}` */

/* run_results.c */
/* The keys "timing", "thread_id" and "execution_time" of a result. */
void artifact_times(JsonWriter *json, const RunResult *result);

/* node.c */
void artifact_node(JsonWriter *json, const Manifest *manifest, const Graph *graph, const Run *run, const Node *node,
                   double created_at);

#endif
