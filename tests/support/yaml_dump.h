/* A YAML tree as JSON that keeps what tests compare: kinds, order, keys of any kind.
 *
 * Scalars: null, true/false and strings as they are; {"int": "1"}, {"float": "1.0"}, {"date": …}, {"time": …} otherwise;
 * a mapping is {"map": [[key, value], …]}. Thread rule: pure. */
#ifndef CDBT_TESTS_YAML_DUMP_H
#define CDBT_TESTS_YAML_DUMP_H

#include "base/json.h"
#include "yaml/yaml.h"

void yaml_dump(JsonWriter *json, Arena *arena, const YamlNode *node);

#endif
