/* Values of the template language: what Jinja2 programs compute with, typed and small (16 bytes).
 *
 * Strings are slices (kind V_STR: `len` bytes at `u.str`); containers are mutable and shared by reference, as in Python.
 * Everything lives in arenas: a string value does not own its bytes, a container grows in the arena that it names. A
 * value leaves its render by value_copy into a longer-lived arena.
 * A container can be frozen (the shared, read-only project data that templates see): changing it is an error.
 * Thread rule: values of one render belong to one thread; frozen values may be read by any thread. */
#ifndef CDBT_TEMPLATE_VALUE_H
#define CDBT_TEMPLATE_VALUE_H

#include "base/str.h"

typedef enum ValueKind {
    V_UNDEFINED, /* u.str/len: the name that was looked up, for messages */
    V_NONE,
    V_BOOL,
    V_INT,
    V_FLOAT,
    V_STR,
    V_LIST,
    V_TUPLE,
    V_DICT,
    V_SET,
    V_RANGE,
    V_FUNC, /* a native function, maybe bound to a value */
    V_MACRO, /* a macro of a template, see template.h */
    V_OBJECT, /* an object of the host, see ObjectClass */
} ValueKind;

enum {
    VALUE_MAPPED = 1, /* a V_STR whose bytes are preceded by a pointer to a source map, see srcmap.h */
    VALUE_MARK_NATIVE = 2, /* dbt's as_native / as_bool / as_number / as_text markers on a string or value */
    VALUE_MARK_BOOL = 4,
    VALUE_MARK_NUMBER = 8,
    VALUE_MARK_TEXT = 16,
    VALUE_NAMELESS = 1, /* on a V_UNDEFINED: its text is no name, but an item's number, or words for people */
    VALUE_RESTORED = 128, /* on a V_STR: a default that stands where null was given; names are made without it */
    VALUE_TIME = 64, /* on a V_STR: YAML's moment in ISO form; Python's str() has a space where it has a T */
    VALUE_SAFE = 32, /* on a V_STR: what the escape, safe and tojson filters made; escape leaves it alone (Markup) */
};

/* What Python would have where we have a V_LIST; kept in the top three bits of its flags (value_form). All of them can
 * be walked as plain lists, but print, compare and subscript as the thing they stand for. The views are taken when they
 * are asked for and do not follow later changes of their dict. */
typedef enum ListForm {
    LIST_PLAIN,
    LIST_GENERATOR, /* what map, select, ... give: true, no length, no subscripts, used up by value_iterate (library.h) */
    LIST_KEYS, /* d.keys() */
    LIST_VALUES,
    LIST_ITEMS,
    LIST_REVERSED, /* the iterator that the reverse filter gives; else as a generator */
} ListForm;

typedef struct Value {
    uint8_t kind; /* ValueKind */
    uint8_t flags;
    uint32_t len; /* of a string */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *str;
        struct List *list; /* V_LIST, V_TUPLE */
        struct Dict *dict; /* V_DICT, V_SET (values unused) */
        struct Range *range;
        struct Func *func;
        struct MacroValue *macro;
        struct Object *object;
    } u;
} Value;

typedef struct List {
    Arena *arena;
    Value *at;
    uint32_t n, cap;
    bool frozen;
} List;

typedef struct DictEntry {
    Value key, value; /* a removed entry has key.kind V_UNDEFINED */
    uint64_t hash;
} DictEntry;

/* Ordered by insertion, as Python's. Iterate over entries[0..used) and skip removed ones. */
typedef struct Dict {
    Arena *arena;
    DictEntry *entries;
    uint32_t used, cap; /* entries in use, removed ones included */
    uint32_t live; /* without removed ones: Python's len() */
    uint32_t slot_count; /* 0 while the dict is small enough for a plain scan */
    uint32_t *slots;
    bool frozen;
} Dict;

typedef struct Range {
    int64_t start, stop, step;
} Range;

struct TplCall; /* template.h */

/* A native function: puts its result into *result and gives true; on an error it reports with tpl_fail (template.h)
 * and gives false. */
typedef bool (*TplNative)(struct TplCall *call, Value *result);

typedef struct Func {
    TplNative call;
    const char *name; /* for messages */
    Value self; /* what it is bound to, V_UNDEFINED if nothing */
    void *data; /* the host's */
} Func;

/* What the host's objects can do. NULL means not offered, and the language answers as for a plain Python object. */
typedef struct ObjectClass {
    const char *name; /* Python's type name, e.g. "Relation" */
    /* obj.name and obj['name']: undefined in *result (and true) if there is no such thing; false on an error. */
    bool (*attr)(struct TplCall *call, struct Object *self, Str name, Value *result);
    bool (*item)(struct TplCall *call, struct Object *self, Value key, Value *result);
    bool (*call)(struct TplCall *call, struct Object *self, Value *result);
    bool (*iterate)(struct TplCall *call, struct Object *self, Value *list);
    bool (*length)(struct TplCall *call, struct Object *self, int64_t *length);
    bool (*contains)(struct TplCall *call, struct Object *self, Value item, bool *yes);
    void (*str)(const struct Object *self, Buf *out); /* what printing it gives */
    void (*repr)(const struct Object *self, Buf *out); /* inside of a printed list or dict; NULL: as str */
    bool (*truthy)(const struct Object *self);
    bool (*equal)(const struct Object *a, const struct Object *b); /* same class; default: same object */
    bool unhashable; /* cannot be a key of a dict or a member of a set */
    /* What tojson and other data walks see: a dict, list or scalar. */
    bool (*plain)(struct TplCall *call, struct Object *self, Value *result);
    /* obj.name = value through {% set obj.name = value %} (namespace only uses this). */
    bool (*set_attr)(struct TplCall *call, struct Object *self, Str name, Value value);
    /* a < b and friends and a + b, a - b, for objects such as dates: sets *result; false and no report = not offered. */
    bool (*compare)(const struct Object *a, Value b, int *order);
    bool (*binary)(struct TplCall *call, char op, Value a, Value b, Value *result);
    /* Adds the names that `attr` knows to a list, for "did you mean". */
    void (*names)(const struct Object *self, struct List *names);
} ObjectClass;

/* The head of every host object; hosts embed it as the first member of a larger struct. */
typedef struct Object {
    const ObjectClass *class;
} Object;

/* ---- making values ---- */

#define VALUE_NONE ((Value){.kind = V_NONE})
#define VALUE_TRUE ((Value){.kind = V_BOOL, .u.boolean = true})
#define VALUE_FALSE ((Value){.kind = V_BOOL})

static inline Value value_bool(bool b)
{
    return (Value){.kind = V_BOOL, .u.boolean = b};
}
static inline Value value_int(int64_t i)
{
    return (Value){.kind = V_INT, .u.integer = i};
}
static inline Value value_float(double f)
{
    return (Value){.kind = V_FLOAT, .u.real = f};
}
static inline Value value_undefined(Str name)
{
    return (Value){.kind = V_UNDEFINED, .len = (uint32_t)name.len, .u.str = name.ptr};
}
/* The bytes are not copied. */
static inline Value value_str(Str s)
{
    return (Value){.kind = V_STR, .len = (uint32_t)s.len, .u.str = s.ptr};
}
static inline Value value_object(Object *object)
{
    return (Value){.kind = V_OBJECT, .u.object = object};
}
static inline Str value_text(Value v) /* of a V_STR (or V_UNDEFINED: its name) */
{
    return (Str){v.u.str, v.len};
}
static inline bool value_is(Value v, ValueKind kind)
{
    return v.kind == kind;
}
static inline bool value_is_str(Value v, Str s)
{
    return v.kind == V_STR && str_eq(value_text(v), s);
}
static inline ListForm value_form(Value v) /* of a V_LIST */
{
    return (ListForm)(v.flags >> 5);
}
static inline Value value_in_form(Value list, ListForm form)
{
    list.flags = (uint8_t)((list.flags & 31) | ((unsigned)form << 5));
    return list;
}
static inline bool value_used_up_by_walking(Value v) /* a generator or another iterator */
{
    return v.kind == V_LIST && (value_form(v) == LIST_GENERATOR || value_form(v) == LIST_REVERSED);
}

Value value_list(Arena *arena);
Value value_tuple(Arena *arena, const Value *items, size_t count); /* copies the items */
Value value_dict(Arena *arena);
Value value_dict_sized(Arena *arena, uint32_t count); /* with room for exactly so many; it still grows */
Value value_set(Arena *arena);
Value value_func(Arena *arena, const char *name, TplNative call, Value self, void *data);

/* ---- containers ---- */

void list_push(List *list, Value v); /* the caller has checked `frozen` */
/* Keys: NULL/false if there is none. Only hashable kinds may be keys (value_hashable). 1, 1.0 and True are one key. */
Value *dict_find(const Dict *dict, Value key);
Value *dict_find_str(const Dict *dict, Str key);
Value *dict_find_hashed(const Dict *dict, Str key, uint64_t hash); /* hash: str_hash(key) */
void dict_set(Dict *dict, Value key, Value v);
void dict_set_str(Dict *dict, Str key, Value v); /* key bytes are not copied */
bool dict_remove(Dict *dict, Value key, Value *removed_or_null);
/* value of `key`, or undefined */
Value dict_get_str(const Dict *dict, Str key);

/* ---- Python's ideas of values ---- */

bool value_truthy(Value v);
/* A dict with the same entries in an arena of its own, the values shared; `room` more can be added before it grows. */
Value value_dict_clone(Arena *arena, Value dict, uint32_t room);
bool value_equal(Value a, Value b); /* ==, deep; 1 == 1.0 == True */
bool value_hashable(Value v);
uint64_t value_hash(Value v);
/* <, for numbers, strings, lists, tuples, and objects that offer it; false if the two cannot be ordered. */
bool value_compare(Value a, Value b, int *order);
void value_print(Value v, Buf *out); /* str(v): what << v >> gives */
void value_repr(Value v, Buf *out); /* repr(v) */
Str value_to_str(Arena *arena, Value v); /* str(v); no copy if it is a string */
const char *value_type_name(Value v); /* Python's: "str", "int", "NoneType", ... */
/* A deep copy that shares nothing with the original but functions, macros and objects. */
Value value_copy(Arena *arena, Value v);
void value_freeze(Value v); /* deep */

#endif
