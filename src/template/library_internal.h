/* What the files of the library share among themselves: reading of arguments and building of results.
 * Ownership and threads: as library.h. */
#ifndef CDBT_TEMPLATE_LIBRARY_INTERNAL_H
#define CDBT_TEMPLATE_LIBRARY_INTERNAL_H

#include "template/library.h"

/* A table of definitions, sorted by name. */
#define LIB_COUNT(array) (sizeof(array) / sizeof *(array))

bool lib_is_int(Value v, int64_t *i); /* int or bool */
bool lib_lenient(Value v); /* undefined in the way of dbt's parsing: members and calls of it are undefined again */
bool lib_is_number(Value v, double *f); /* int, bool or float */

Value lib_safe(Str s); /* a string that is marked as escaped */
Str lib_escaped(Arena *arena, Value v); /* str(v) with & < > ' " escaped, unless v is marked as escaped */
Value lib_escape_within(TplCall *call, Value v); /* v with every text in it escaped: what a Markup's methods do */

bool lib_no_args(TplCall *call); /* reports arguments where none are taken */
/* Reads optional arguments; false after a report. An absent one leaves *out as it is. */
bool lib_int_arg(TplCall *call, const char *what, Value v, int64_t *out);
bool lib_str_arg(TplCall *call, const char *what, Value v, Str *out);
void lib_bool_arg(Value v, bool *out); /* its truth; an absent one leaves *out as it is */
bool lib_flag_arg(TplCall *call, Value v, bool *out); /* a switch that Python reads as a number; false after a report */

/* The position of `name` in a sorted table of `count` entries of `size` bytes that each begin with a const char *. */
const void *lib_find(const void *table, size_t count, size_t size, Str name);
/* Adds "did you mean 'x'?" to the newest diagnostic if one of the names is near. */
void lib_hint_near(TplCall *call, Str name, const char *const *names, size_t count);

/* A key path of the attribute= arguments: "a.b.0", 3 or none. */
typedef struct AttrPath {
    Value *parts;
    size_t count;
} AttrPath;
bool lib_attr_path(TplCall *call, Value attribute, AttrPath *path);
bool lib_attr_get(TplCall *call, const AttrPath *path, Value item, Value *result);

/* list.sort: stable, by keys that were made before; false after a report if two keys have no order. */
typedef struct SortItem {
    Value key, value;
} SortItem;
typedef enum SortKeys {
    SORT_PLAIN, /* keys are compared with < alone */
    SORT_LISTED, /* as if each key stood in a list: equal ones (two Nones) are never asked for their order */
} SortKeys;
bool lib_sort(TplCall *call, SortItem *items, size_t count, SortKeys keys, bool reverse);

/* A part of a text, with its part of the source map if there is one; `part` lies within the bytes of `whole`. */
Value lib_part(Arena *arena, Value whole, Str part);

/* Text, as the string methods do it (methods_str.c). */
bool lib_text_is_case(Str s, bool upper); /* str.isupper, str.islower */
Str lib_strip(Str s, Str chars, bool has_chars, bool left, bool right);
/* side: l, r or c, where the text stands; false after a report if it would be too large */
bool lib_justify(TplCall *call, Str s, int64_t width, Str fill, char side, Str *result);
/* Of strings; count -1: all. Keeps maps. */
bool lib_replace(TplCall *call, Value input, Value old_text, Value with, int64_t count, Value *result);
void lib_split_lines(Str s, bool keep_ends, Value list);

Value lib_dict_items(TplCall *call, const Dict *dict); /* d.items() */
bool lib_dict_update(TplCall *call, Dict *dict, Value from); /* d.update(from) */
Value lib_generator(TplCall *call); /* an empty list that stands for a generator */
/* A call of the library's own on behalf of `call`, with other arguments. */
TplCall lib_subcall(const TplCall *call, const Value *args, size_t arg_count);

#endif
