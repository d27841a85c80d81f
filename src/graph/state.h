/* An earlier state of the project (--state), as data, and what has changed since: dbt's state:, result: and
 * source_status: methods. src/artifacts reads the state from its JSON files; any tool that writes dbt's schemas may have
 * made them.
 *
 * What counts as a change is dbt's: the same_* methods of dbt/contracts/graph/nodes.py. One thing differs: macros of the
 * built-in library never count, so that neither a new version of cdbt nor a state that dbt wrote makes everything modified.
 * Ownership: a state and a diff live in the arenas that they were made in. Thread rule: a state is read-only once it is
 * read; a diff belongs to one thread. */
#ifndef CDBT_GRAPH_STATE_H
#define CDBT_GRAPH_STATE_H

#include "graph/graph.h"

typedef struct StateFreshness {
    Str max_loaded_at; /* as sources.json writes it; empty: it could not be found out */
} StateFreshness;

typedef struct PreviousState {
    Str folder; /* as the person named it */
    Span span; /* where */
    bool has_manifest, has_results, has_sources, has_current_sources;
    Map nodes; /* unique id -> Value *: the node's dict, without the keys that nothing here asks for; of all kinds */
    Map macros; /* unique id -> Str *: macro_sql */
    Map results; /* unique id -> Str *: status */
    Map sources, current_sources; /* unique id -> StateFreshness *: of the state and of this project's target folder */
} PreviousState;

typedef struct StateDiff StateDiff;

StateDiff *state_diff_new(Arena *arena, const Graph *graph, const PreviousState *state, DiagSink *sink);
const PreviousState *state_of(const StateDiff *diff);
/* The words behind `state:`. */
size_t state_check_words(const Str **words);
/* Whether the state holds what `method` (state, result, source_status) needs; reports what is missing at `span`. */
bool state_has(const StateDiff *diff_or_null, Str method, Span span, DiagSink *sink);
/* `check` is one of the words. Breaking changes of contracts are reported, once a node; state_failed tells of errors. */
bool state_matches(StateDiff *diff, const Node *node, Str check);
/* Reports contracts whose model is gone; once a diff. */
void state_check_removed(StateDiff *diff);
bool state_failed(const StateDiff *diff);

/* ---- private to src/graph ---- */

/* contract.c: whether the contract is the same; breaking changes go to the sink if `tell`. `broken` is set if that is an
 * error, since versioned models may not break their contract. */
bool contract_same(Arena *arena, const Node *node, Value old, DiagSink *sink, bool tell, bool *broken);
/* A model that is gone, or `disabled` by now. */
void contract_removed(Value old, const Node *disabled, Span span, DiagSink *sink, bool *broken);
/* A key of an old node; undefined if it is missing or null. */
Value old_key(Value old, const char *key);
Str old_text(Value old, const char *key); /* empty if it is no text */
/* ==, where a missing key and a null are one. */
bool same_loosely(Value a, Value b);

#endif
