/* The template engine: text in one of two delimiter families, parsed to a tree and evaluated.
 *
 * Semantics follow Jinja2 as dbt configures it (sandboxed, do and loop controls, lenient undefined, no auto-escape, one
 * trailing newline of a template dropped). The engine knows nothing of dbt: names come from a host, and dbt's block tags
 * (materialization, test, snapshot, docs) are described to the parser by a table.
 *
 * Ownership: trees live in the arena given to tpl_parse and point into the source text. What a render makes lives in the
 * evaluator's arena until that is cleared.
 * Thread rule: parsed units are read-only and may be shared; a TplEval belongs to one thread at a time. */
#ifndef CDBT_TEMPLATE_TEMPLATE_H
#define CDBT_TEMPLATE_TEMPLATE_H

#include "cdbt/diag.h"
#include "template/value.h"

typedef enum TplFamily {
    TPL_AUTO, /* curly if the text holds {{, {% or {#; angle otherwise */
    TPL_ANGLE, /* << >>  <% %>  <# #> */
    TPL_CURLY, /* {{ }}  {% %}  {# #} */
} TplFamily;

/* How a block tag of the host reads, beyond the language's own. */
typedef enum TplTagShape {
    TPL_TAG_MACRO, /* <% test name(a, b=1) %> body <% endtest %>: a macro */
    TPL_TAG_OPTIONS, /* <% materialization name, adapter='x' %> / `name, default` / supported_languages=[..]: a macro without
                        parameters; the words and options after the name are kept */
    TPL_TAG_BODY, /* <% snapshot name %> body <% endsnapshot %>: a named part that is rendered as a template of its own */
} TplTagShape;

typedef struct TplTag {
    Str name, end; /* "snapshot", "endsnapshot" */
    TplTagShape shape;
} TplTag;

typedef struct TplOptions {
    TplFamily family;
    const TplTag *tags;
    size_t tag_count;
} TplOptions;

typedef struct TplUnit TplUnit; /* a parsed text */
typedef struct TplMacro TplMacro; /* a macro (or a macro-like block) of a unit */

/* A top-level block of a unit that other parts of the program want to know. */
typedef struct TplBlock {
    Str tag; /* "macro", or the name of one of TplOptions.tags */
    Str name;
    Span span; /* the opening tag */
    Span name_span;
    Span body; /* what stands between the opening and the closing tag */
    Span whole; /* from the opening tag's first byte to the closing tag's last */
    Span extent; /* `whole` and the white space that the `-` of its tags eat: what dbt keeps as a block's code */
    const TplMacro *macro; /* for "macro", MACRO and OPTIONS shapes, else NULL */
    TplUnit *unit; /* for BODY: the body as a unit of its own, else NULL */
    Value options; /* for OPTIONS: a dict of constants; a bare word `default` maps to True */
} TplBlock;

/* Parses a region of a source (the whole text, or e.g. one scalar of a YAML file). NULL after errors, which are in the
 * sink; parsing goes on after an error where it can, so that several are found at once. */
TplUnit *tpl_parse(Arena *arena, const SourceTable *sources, Span region, const TplOptions *options, DiagSink *sink);
TplFamily tpl_family_of(Str text, TplFamily wanted); /* resolves TPL_AUTO */
/* The same for a value that is mostly prose, as in YAML: where nobody asked for the angle family, `<<` (a code of medicine, a
 * shift of bits) begins a template only if something closes it. */
TplFamily tpl_family_of_value(Str text, TplFamily wanted);
/* True if the text holds no delimiter of the family at all: it renders to itself. */
bool tpl_is_plain(Str text, TplFamily family);

const TplBlock *tpl_blocks(const TplUnit *unit, size_t *count);
TplFamily tpl_unit_family(const TplUnit *unit);

/* Parameters of a macro, for checks and documentation. */
typedef struct TplParam {
    Str name;
    bool has_default;
    Span span;
} TplParam;
const TplParam *tpl_macro_params(const TplMacro *macro, size_t *count);
Str tpl_macro_name(const TplMacro *macro);
Span tpl_macro_span(const TplMacro *macro);

/* A call `name(...)` anywhere in the tree (also inside conditions): for reading constant ref, source and config calls without
 * running the template, and for finding which macros a macro calls. Of a unit those of global names are listed, of a macro
 * also those of its own names. */
typedef struct TplCallSite {
    Str name; /* "ref"; "adapter.dispatch" for attribute calls on a name; "pkg.macro" likewise */
    Span span;
    bool constant; /* all arguments are constants; of the others args and named hold undefined */
    bool conditional; /* stands inside if, for, macro or another construct that may not run exactly once */
    const Value *args;
    size_t arg_count;
    const Str *names;
    const Value *named;
    size_t named_count;
} TplCallSite;
const TplCallSite *tpl_call_sites(const TplUnit *unit, size_t *count);
const TplCallSite *tpl_macro_call_sites(const TplMacro *macro, size_t *count);

/* ---- the source map of rendered text (srcmap.h has the details) ---- */
typedef struct SrcMap SrcMap;

/* Where a byte of rendered text came from. */
typedef struct SrcOrigin {
    Span span; /* what produced it: literal text exactly, an expression as a whole */
    /* The macro calls that led there, innermost first: each is the place of a call, with the called macro's name. */
    const DiagNote *chain;
    size_t chain_count;
} SrcOrigin;
bool srcmap_find(Arena *arena, const SrcMap *map, size_t offset, SrcOrigin *origin);

/* ---- evaluation ---- */
typedef struct TplEval TplEval;

typedef struct TplHost {
    void *data;
    /* A global name: puts its value into *result and gives true; false if the host has no such name. Called once per name
     * and render; the engine keeps the answer. Language built-ins (range, dict, namespace, ...) are behind the host. */
    bool (*lookup)(void *data, TplEval *eval, Str name, Value *result);
    /* May be NULL: the known name that is most like an unknown one, or the empty string; for "did you mean". */
    Str (*suggest)(void *data, TplEval *eval, Str name);
    /* May be NULL: a hint for a name that is called and that nobody knows, where no known name is like it; `owner`: what is
     * called is an attribute of it. */
    Str (*explain)(void *data, TplEval *eval, Str name, bool owner);
    /* May be NULL: a macro of the host (tpl_macro_value with an owner) is called, and none of them is running. */
    void (*called)(void *data, TplEval *eval, void *owner);
} TplHost;

typedef struct TplLimits {
    uint32_t depth; /* nested macro calls and nested expressions at run time; default 1000 */
    uint64_t steps; /* loop rounds and calls in one render; default 100,000,000 */
    uint64_t output; /* bytes of text made in one render, and of any one value; default 256 MiB */
    uint64_t memory; /* bytes that the evaluator's arena may grow by in one render; default 1 GiB */
} TplLimits;

/* `arena` holds what renders make; it is the caller's, who clears it between renders (after copying out what stays).
 * `sink` receives run-time errors. Limits: zeros mean the defaults. */
TplEval *tpl_eval_new(Arena *arena, const SourceTable *sources, DiagSink *sink, TplHost host, TplLimits limits);
void tpl_eval_free(TplEval *eval);
Arena *tpl_eval_arena(const TplEval *eval);
DiagSink *tpl_eval_sink(const TplEval *eval);
const SourceTable *tpl_eval_sources(const TplEval *eval);
void *tpl_eval_host(const TplEval *eval); /* TplHost.data */
void tpl_eval_set_host(TplEval *eval, TplHost host); /* forgets cached globals */

/* How names that nobody knows behave in the units that are rendered from now on. As Jinja2 has it (the default), using
 * their attributes, items or calling them is an error. As dbt has it while it parses a project, these are undefined again.
 * Macros are always of the first kind, but for those that such a unit defines for itself. */
void tpl_eval_set_lenient(TplEval *eval, bool lenient);
bool tpl_eval_native(
    const TplEval *eval); /* a text is being rendered by tpl_render_native, and not inside of a block */

/* Renders to text; the result is a V_STR value, VALUE_MAPPED. False after an error, which is in the sink. */
bool tpl_render(TplEval *eval, const TplUnit *unit, Value *text);
/* dbt's native rendering, used in YAML and project files: a text that is one expression gives that expression's value;
 * as_native, as_bool, as_number are obeyed. */
bool tpl_render_native(TplEval *eval, const TplUnit *unit, Value *result);
const SrcMap *value_srcmap(Value text); /* NULL if the value carries none */
/* A copy of a rendered text with its map in another arena. */
Value value_copy_mapped(Arena *arena, Value text);

/* A macro as a value that templates can call. `owner` is kept for the host (e.g. its package). */
Value tpl_macro_value(Arena *arena, const TplMacro *macro, void *owner);
const TplMacro *value_macro(Value v);
void *value_macro_owner(Value v);

/* Calls a function, macro or object from C. `names`/`named` are keyword arguments. */
bool tpl_call(TplEval *eval, Value callee, Span place, const Value *args, size_t arg_count, const Str *names,
              const Value *named, size_t named_count, Value *result);
/* v.name, with methods of strings etc. */
bool tpl_get_attr(TplEval *eval, Value v, Str name, Span place, Value *result);
bool tpl_get_item(TplEval *eval, Value v, Value key, Span place, Value *result); /* v[key] */
bool tpl_iterate(TplEval *eval, Value v, Span place, Value *list); /* list(v) */

/* ---- native functions ---- */
typedef struct TplCall {
    TplEval *eval;
    Arena *arena; /* tpl_eval_arena */
    const Func *func; /* the function itself: func->self, func->data (NULL when an object is called or asked) */
    const Value *args;
    size_t arg_count;
    const Str *names;
    const Value *named;
    size_t named_count;
    Span span; /* the call */
    const char *name; /* of a filter or test, for messages; NULL: func has it */
} TplCall;

/* Reads arguments into `out` by position or name, as a Python signature does. `signature` is e.g. "name, default=?, *":
 * a plain word is required, one with =? is optional (left V_UNDEFINED with len 0 and NULL name when missing). Reports
 * too many, unknown, doubled and missing arguments in Python's words. */
bool tpl_args(TplCall *call, const char *signature, Value *out);
bool tpl_arg_given(Value v); /* was an optional argument of tpl_args given? */

/* May a value of so many bytes be made? For operations whose result is much larger than what they are given. Reports if
 * not. */
bool tpl_may_make(TplCall *call, uint64_t bytes);
/* One more round of a function that calls others for each of many values. Reports when the limits are reached. */
bool tpl_step(TplCall *call);

/* Reports an error at the call, with the chain of macro calls as notes; gives false, so that `return tpl_fail(...)`. */
bool tpl_fail(TplCall *call, DiagCode code, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool tpl_fail_at(TplEval *eval, Span span, DiagCode code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* dbt's return(): ends the macro that is running, with a value. `return tpl_return(call, v)`. */
bool tpl_return(TplCall *call, Value v);
/* The chain of macro calls that is running, innermost first (for log lines and database errors). */
size_t tpl_call_chain(TplEval *eval, DiagNote *notes, size_t room);
/* Such a chain (also SrcOrigin's) as notes of the newest diagnostic; of a long one only the ends. */
void tpl_note_chain(DiagSink *sink, const DiagNote *chain, size_t count);

#endif
