/* The tree of a call's arguments as text, in the form in which Jinja2 prints its trees. dbt writes such texts into the manifest
 * where configs are kept as they are written (written.c).
 *
 * Apart from loader.h, whose nodes are the manifest's: here a node is one of a template's tree. Everything lives in the arena
 * that is given. Thread rule: none; nothing is shared. */
#ifndef CDBT_PROJECT_WRITTEN_TREE_H
#define CDBT_PROJECT_WRITTEN_TREE_H

#include "template/template.h"

/* `unit` is the tree of `text`, which is one call in its delimiters and nothing else. A dict of its arguments by name; false
 * if it has none, or is no call. */
bool written_keywords(Arena *arena, const TplUnit *unit, Str text, Value *keywords);

#endif
