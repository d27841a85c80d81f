/* The library of the template language: filters, tests, methods, operators and built-in functions, as Jinja2 (with dbt's
 * configuration) and Python answer them. The evaluator calls it; hosts may call it too.
 *
 * Every function here that takes a TplCall reports its errors at call->span through tpl_fail and then gives false. For
 * operators the evaluator fills only eval, arena and span of the TplCall. Results live in call->arena.
 * Thread rule: the tables are constant; a call belongs to the thread of its evaluator. */
#ifndef CDBT_TEMPLATE_LIBRARY_H
#define CDBT_TEMPLATE_LIBRARY_H

#include "template/template.h"

/* ---- filters: << input | name(args) >> ---- */

/* call->args and call->named are the filter's arguments without its input. */
typedef bool (*TplFilter)(TplCall *call, Value input, Value *result);
typedef struct TplFilterDef {
    const char *name;
    TplFilter fn;
} TplFilterDef;
const TplFilterDef *tpl_filter_find(Str name); /* NULL if there is none */

/* ---- tests: << input is name(args) >> ---- */

typedef bool (*TplTest)(TplCall *call, Value input, bool *result);
typedef struct TplTestDef {
    const char *name;
    TplTest fn;
} TplTestDef;
const TplTestDef *tpl_test_find(Str name); /* NULL if there is none */

/* ---- built-in functions: range, dict, namespace, cycler, joiner (lipsum is refused) ---- */

typedef struct TplGlobalDef {
    const char *name;
    TplNative fn; /* wrap it by value_func(arena, name, fn, undefined, NULL) */
} TplGlobalDef;
const TplGlobalDef *tpl_global_find(Str name);

/* All names of a kind, sorted, for "did you mean" and documentation. */
const char *const *tpl_filter_names(size_t *count);
const char *const *tpl_test_names(size_t *count);
const char *const *tpl_global_names(size_t *count);
/* Adds "did you mean 'append'?" to the newest diagnostic if a method, an attribute or a key of `self` has a name near to
 * `name`. */
void value_part_hint(TplCall *call, Value self, Str name);

/* ---- attributes ---- */

/* What `self.name` is for strings, lists, tuples, dicts, sets and numbers: a bound method (V_FUNC), or an attribute such
 * as an integer's `real`. V_UNDEFINED in *bound if there is none. Objects are not asked: the evaluator calls their class.
 * Jinja2's order: `d.name` tries this first and the key second, `d['name']` the key first and this second. */
bool value_method(TplCall *call, Value self, Str name, Value *bound);

/* ---- operators ---- */

typedef enum TplBinaryOp {
    TPL_ADD,
    TPL_SUB,
    TPL_MUL,
    TPL_DIV,
    TPL_FLOORDIV,
    TPL_MOD, /* numbers, and text % values */
    TPL_POW,
    TPL_CONCAT, /* ~: joins as text */
} TplBinaryOp;
bool value_binary(TplCall *call, TplBinaryOp op, Value a, Value b, Value *result);

typedef enum TplCompareOp { TPL_EQ, TPL_NE, TPL_LT, TPL_LE, TPL_GT, TPL_GE } TplCompareOp;
bool value_compare_op(TplCall *call, TplCompareOp op, Value a, Value b, bool *yes);

bool value_negate(TplCall *call, Value v, Value *result); /* -v */
bool value_positive(TplCall *call, Value v, Value *result); /* +v */
bool value_in(TplCall *call, Value item, Value container, bool *yes);

/* v[key] of the language's own kinds: an element, a dict's value, or undefined (as Jinja2, a missing index or a wrong kind
 * of key is not an error). Does not look for methods; objects are asked through their class. */
bool value_index(TplCall *call, Value v, Value key, Value *result);
/* v[start:stop:step]; an absent part is VALUE_NONE. */
bool value_slice(TplCall *call, Value v, Value start, Value stop, Value step, Value *result);
/* What `for x in v` goes through, as a plain V_LIST (or V_TUPLE): keys of a dict, characters of a string, nothing for an
 * undefined. It may be v itself: do not change it. A generator is used up by this. */
bool value_iterate(TplCall *call, Value v, Value *list);
/* len(v) */
bool value_length(TplCall *call, Value v, int64_t *length);
/* Reports "'x' is undefined" for an undefined value that was used where a value is needed; gives false. */
bool value_undefined_error(TplCall *call, Value v);

/* ---- text ---- */

/* text % values and text.format(..), with Python's format specifications. */
bool format_percent(TplCall *call, Str format, Value values, Buf *out);
bool format_braces(TplCall *call, Str format, const Value *args, size_t arg_count, const Str *names, const Value *named,
                   size_t named_count, Buf *out);
/* format(v, spec) */
bool format_spec(TplCall *call, Value v, Str spec, Buf *out);

/* Numbers as Python prints and reads them. */
void number_print_float(double value, Buf *out); /* repr: shortest text that reads back the same */
bool number_read_int(Str text, int base, int64_t *value, bool *too_large); /* int(text): spaces, sign and _ allowed */
bool number_read_float(Str text, double *value); /* float(text): also inf and nan */

/* & < > ' " as character references, markupsafe's way. */
void text_escape(Str s, Buf *out);

/* ---- JSON: json.dumps (json.c) and json.loads (json_read.c) ---- */

typedef struct JsonStyle {
    int indent; /* spaces, or -1: on one line */
    bool sort_keys;
    bool html_safe; /* < > & ' as \u003c..., as Jinja2's tojson filter does */
    bool raw_unicode; /* ensure_ascii=False */
    Str item_separator, key_separator; /* ptr NULL: Python's defaults */
} JsonStyle;
bool value_to_json(TplCall *call, Value v, const JsonStyle *style, Buf *out);
/* False with a message for the person in *problem if the text is not JSON. */
bool value_from_json(Arena *arena, Str text, Value *result, Str *problem);

#endif
