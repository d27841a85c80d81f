/* The methods of each kind of value: tables that value_method (methods.c) looks into.
 * Ownership and threads: as library.h. */
#ifndef CDBT_TEMPLATE_METHODS_H
#define CDBT_TEMPLATE_METHODS_H

#include "template/library.h"

typedef struct MethodDef {
    const char *name;
    TplNative fn; /* call->func->self is the value */
} MethodDef;

extern const MethodDef str_methods[], list_methods[], tuple_methods[], view_methods[], dict_methods[], set_methods[],
    int_methods[], float_methods[], range_methods[];
extern const size_t str_method_count, list_method_count, tuple_method_count, view_method_count, dict_method_count,
    set_method_count, int_method_count, float_method_count, range_method_count;

/* "start" and "end" of find, index, count, ...: absent or None mean the whole; negative ones count from the end. */
bool method_range(TplCall *call, Value start, Value stop, int64_t length, int64_t *from, int64_t *to);

bool method_none(Value *result); /* puts None there, gives true */
bool method_changeable(TplCall *call, bool frozen); /* reports a change of shared project data */
bool method_hashable(TplCall *call, Value key); /* reports what cannot be a key */

#endif
