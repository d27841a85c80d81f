/* A node's configuration: dbt's defaults, then dbt_project.yml by folder, then YAML, then the file itself.
 *
 * Which keys add up and which replace follows dbt's config classes (dbt/artifacts/resources/v1/config.py): tags,
 * packages and hooks are appended, meta, quoting, column_types, docs and contract are merged key by key, grants by key
 * with `+` to add, everything else is replaced. Sources, metrics and their like merge only meta, exposures nothing.
 * Ownership: results live in the arena given; the trees that are read are not changed. Thread rule: pure functions over
 * the manifest's read-only packages. */
#ifndef CDBT_PROJECT_CONFIG_H
#define CDBT_PROJECT_CONFIG_H

#include "manifest/manifest.h"

/* A new dict with the defaults of this kind. */
Value config_defaults(Arena *arena, ResourceType type);
Value config_freshness(Arena *arena); /* a source's, when nothing is said */

/* Lays one level over `config`. With `plus`, keys are those of dbt_project.yml: `+key` is a config, a key without `+`
 * only if its value is no mapping (mappings are folders). */
void config_apply(Arena *arena, ResourceType type, Value config, Value level, bool plus);

/* All levels of the trees of dbt_project.yml along `fqn`: the node's own package first; the root project's, which wins,
 * is laid over at the end with config_apply_root. */
void config_apply_own(Arena *arena, Value config, const Package *package, ResourceType type, const Str *fqn,
                      size_t fqn_count);
void config_apply_root(Arena *arena, Value config, const Manifest *manifest, const Package *package, ResourceType type,
                       const Str *fqn, size_t fqn_count);

/* One tree alone, by the rules of `type`. */
void config_apply_tree(Arena *arena, ResourceType type, Value config, Value tree, const Str *fqn, size_t fqn_count);

/* The levels of a tree as dbt_project.yml writes them, for unrendered_config: keys replace keys, nothing is merged. */
void config_apply_unrendered(Arena *arena, Value config, Value tree, const Str *fqn, size_t fqn_count);
/* dbt: deep_merge. Mappings are merged, a list goes before the one that is there, everything else replaces. */
void config_merge_deep(Arena *arena, Value into, Value level);
/* Sets every key of `level` (a dict, or nothing) in `config`. */
void config_replace(Value config, Value level);
/* Adds a further config() call of the same file to the first (dbt: merge_config_dicts). */
void config_merge_call(Arena *arena, ResourceType type, Value calls, Value call);

/* The canonical name of a key: pre_hook -> pre-hook, post_hook -> post-hook. */
Str config_key(Str key);

/* "2026-01-31" or "2026-01-31 12:00" as Python's isoformat() writes the moment; other texts as they are. */
Str config_iso_time(Arena *arena, Str text);

/* What one config says of another, when all levels are there: store_failures of its _as, a moment of a date. */
void config_complete(Arena *arena, ResourceType type, Value config, Value defaults);

/* Reads the fields that the rest of the program uses out of node->config: enabled, materialized, tags, meta, group,
 * access, docs. Reports values of a wrong type at `span` and gives false. */
bool config_finish(Arena *arena, Node *node, Span span, DiagSink *sink);

/* config_types.c: whether each config has the form that dbt asks of it; reports those that have not at `span`. */
bool config_check_types(Node *node, Span span, DiagSink *sink);
/* When all levels are there: what one config of a node asks of another; reports at `span`. */
bool config_check_whole(const Node *node, Span span, DiagSink *sink);

/* A string, or a list of strings, as an array. False if it is something else. */
bool config_string_list(Arena *arena, Value v, const Str **list, size_t *count);

/* Warns about a key that is one or two letters beside one with a meaning: config(materialised='table') would be obeyed by
 * nobody. Other unknown keys are the project's own. */
void config_check_key(Str key, Span span, DiagSink *sink);

#endif
