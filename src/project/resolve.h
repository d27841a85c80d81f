/* What the resolution of single kinds of nodes shares. Private to src/project. */
#ifndef CDBT_PROJECT_RESOLVE_H
#define CDBT_PROJECT_RESOLVE_H

#include "project/loader.h"

void resolve_add(Arena *arena, NodeVec *deps, Node *found); /* each once */
/* metric() and function() calls of any node. */
bool resolve_calls(Loader *loader, Node *node, NodeVec *deps);

/* resolve_semantic.c */
typedef struct SemanticNames {
    Map measures; /* name -> NodeList * of semantic models */
} SemanticNames;
void semantic_names(Loader *loader, SemanticNames *names);
/* The edges of a metric, a semantic model's relation, the metrics of a saved query. */
bool resolve_semantic(Loader *loader, const SemanticNames *names, Node *node, NodeVec *deps);
/* What dbt's validation of the semantic manifest finds. */
void check_semantic(Loader *loader);

/* check.c: groups, access, deprecation, time spines, config paths that lead nowhere. */
bool access_allowed(Loader *loader, const Node *node, const RefCall *call, const Node *found);
void check_groups(Loader *loader);
void check_deprecations(Loader *loader);
void check_config_paths(Loader *loader);
void check_time_spines(Loader *loader);

#endif
