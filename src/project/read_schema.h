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
bool schema_name(Worker *worker, const YamlNode *entry, const char *what, Str *name, Span *span);
/* The columns and tests of a patch. */
void schema_columns(Worker *worker, ProjectFile *file, Patch *patch, const YamlNode *map, bool source_table);

/* read_sources.c */
void source_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry);
void exposure_read(Loader *loader, Worker *worker, ProjectFile *file, SchemaFile *schema, const YamlNode *entry);

#endif
