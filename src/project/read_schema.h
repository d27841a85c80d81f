/* What the readers of schema YAML share. Private to src/project. */
#ifndef CDBT_PROJECT_READ_SCHEMA_H
#define CDBT_PROJECT_READ_SCHEMA_H

#include "project/loader.h"

#include <stdio.h>

/* The value under a key, rendered; undefined if it is not there. */
bool schema_value(Worker *worker, const ProjectFile *file, const YamlNode *map, const char *key, Value *value);
/* The same for a string; `*text` is left alone if it is not there. */
bool schema_str(Worker *worker, const ProjectFile *file, const YamlNode *map, const char *key, Str *text);
Value schema_config(Worker *worker, const ProjectFile *file, const YamlNode *map);
/* What stands below `config:` alone. */
Value schema_config_only(Worker *worker, const ProjectFile *file, const YamlNode *map);
/* What stands below `config:`, unrendered; undefined unless config_keeps_written. */
Value schema_config_written(Worker *worker, const YamlNode *map);
/* A node's text, rendered: dbt renders names too. `what`: for the message about another type. */
bool schema_text(Worker *worker, const Package *package, const YamlNode *node, const char *what, Str *text);
bool schema_name(Worker *worker, const ProjectFile *file, const YamlNode *entry, const char *what, Str *name,
                 Span *span);
/* What an entry says about a node that is defined elsewhere; the rest is read by these three. */
Patch *schema_patch(Worker *worker, ProjectFile *file, const char *kind, Str name, Span span, const YamlNode *entry);
/* Constraints, docs, deprecation date, time spine: what is there replaces what the patch has. */
void schema_properties(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *map);

/* ---- read_columns.c ---- */

/* Which of the model's columns a version has (dbt: IncludeExclude). */
typedef struct ColumnFilter {
    const YamlNode *include, *exclude; /* NULL: all, none */
} ColumnFilter;

bool schema_is_filter(const YamlNode *entry); /* `include:` or `exclude:` in a version's list of columns */
/* Tests point at their columns: room for all must be there before the first. */
void schema_columns_reserve(Worker *worker, Patch *patch, size_t count);
void schema_columns_add(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *list, TestEntry like,
                        const ColumnFilter *filter);
/* The tests below `tests` and `data_tests` of a mapping; what is known of them already stands in `like`. */
void schema_tests(Worker *worker, Patch *patch, const YamlNode *map, TestEntry like);
/* A list of dicts in the manifest's form; undefined if the entry has none. */
Value schema_constraints(Worker *worker, const ProjectFile *file, const YamlNode *map, bool of_column);
/* The columns and tests of a patch. */
void schema_columns(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *map, bool source_table);

/* All strings of both values (a string or a list of strings, or nothing), each once, sorted. */
Value schema_sorted_tags(Arena *arena, Value a, Value b);
/* ref(...), source(...) or metric(...) as a text without delimiters, evaluated like a model's. `what` is for messages. */
void schema_dependency(Loader *loader, Worker *worker, Node *node, const YamlNode *item, const char *what,
                       Captured *captured);

/* read_versions.c */
void versions_read(Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry,
                   const YamlNode *versions, Str name, Span span);

/* read_semantic.c */
void metric_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry);
void semantic_model_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry);
void saved_query_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry);

/* read_groups.c */
void group_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry);

/* read_sources.c */
/* `as_written` is the entry before another file overrode it. */
void source_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry,
                 const YamlNode *as_written);
void sources_read(Loader *loader); /* those of packages, when every file is known: another one may override them */
void exposure_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry);

#endif
