/* The tree of a parsed template. Made by the parser (parser.h), completed by the scope pass (scope.c), which gives every
 * local name a slot; read-only afterwards.
 *
 * Ownership: nodes and arrays live in the arena of tpl_parse; names and texts point into the source.
 * Thread rule: complete trees may be read by any thread. */
#ifndef CDBT_TEMPLATE_TREE_H
#define CDBT_TEMPLATE_TREE_H

#include "template/library.h"

typedef enum NodeKind {
    /* expressions */
    N_CONST,
    N_NAME, /* only until the scope pass has run; then one of the next four */
    N_LOCAL, /* a slot of the running function */
    N_OUTER, /* a slot of a function around it */
    N_GLOBAL,
    N_LOOP_FIELD, /* an AttributeNode: loop.index and friends, where `loop` is a slot that a `for` fills */
    N_LIST,
    N_TUPLE,
    N_DICT,
    N_ATTRIBUTE,
    N_ITEM,
    N_SLICE,
    N_CALL,
    N_FILTER,
    N_TEST,
    N_NEGATE,
    N_POSITIVE,
    N_NOT,
    N_BINARY,
    N_COMPARE,
    N_AND,
    N_OR,
    N_CONCAT,
    N_TERNARY,
    /* targets of assignments (and N_TUPLE of them) */
    N_TARGET,
    N_TARGET_ATTRIBUTE, /* {% set ns.x = .. %} */
    /* statements */
    N_TEXT,
    N_OUTPUT,
    N_IF,
    N_FOR,
    N_SET,
    N_SET_BLOCK,
    N_DO,
    N_WITH,
    N_MACRO,
    N_CALL_BLOCK,
    N_FILTER_BLOCK,
    N_BREAK,
    N_CONTINUE,
} NodeKind;

typedef struct Node {
    uint8_t kind; /* NodeKind */
    uint8_t op; /* TplBinaryOp, LoopField, or a flag of the kind */
    uint16_t depth; /* of an expression: how far its operands nest */
    uint32_t start, end; /* offsets in the source text */
} Node;

typedef struct Body {
    Node **at;
    uint32_t n;
} Body;

typedef struct ConstNode {
    Node n;
    Value value;
} ConstNode;

typedef struct NameNode {
    Node n;
    uint32_t slot;
    uint16_t up; /* N_OUTER: how many functions outwards */
    bool fallback; /* an empty slot means the global of that name */
    Str name;
    uint64_t hash;
    struct Ref *ref; /* of the scope pass, while it runs */
} NameNode;

typedef enum LoopField {
    LOOP_INDEX,
    LOOP_INDEX0,
    LOOP_REVINDEX,
    LOOP_REVINDEX0,
    LOOP_FIRST,
    LOOP_LAST,
    LOOP_LENGTH,
    LOOP_DEPTH,
    LOOP_DEPTH0,
    LOOP_PREVITEM,
    LOOP_NEXTITEM,
    LOOP_NONE,
} LoopField;
extern const Str loop_field_names[LOOP_NONE]; /* scope.c */

typedef struct ListNode { /* N_LIST, N_TUPLE, N_CONCAT, N_AND, N_OR */
    Node n;
    uint32_t count;
    Node **items;
} ListNode;

typedef struct DictNode {
    Node n;
    uint32_t count;
    Node **keys, **values;
} DictNode;

typedef struct AttributeNode {
    Node n; /* op: 1 if dicts have a method of that name, which then comes before a key; N_LOOP_FIELD: the LoopField */
    Node *object;
    Str name;
    uint64_t hash;
} AttributeNode;

typedef struct ItemNode {
    Node n;
    Node *object, *key;
} ItemNode;

typedef struct SliceNode {
    Node n;
    Node *object, *from, *to, *step; /* NULL where nothing was written */
} SliceNode;

typedef struct Arguments {
    Node **args;
    Str *names;
    Node **named;
    uint32_t arg_count, named_count;
    Node *star, *star_star; /* *args and **kwargs, or NULL */
} Arguments;

typedef struct CallNode {
    Node n;
    Node *callee;
    Arguments args;
} CallNode;

typedef struct FilterNode {
    Node n;
    Node *input; /* NULL for the innermost filter of a filter block: the block's text */
    Str name;
    const TplFilterDef *def; /* NULL: unknown, an error when it is reached */
    Arguments args;
} FilterNode;

typedef struct TestNode {
    Node n;
    Node *input;
    Str name;
    const TplTestDef *def;
    Arguments args;
} TestNode;

typedef struct UnaryNode {
    Node n;
    Node *operand;
} UnaryNode;

typedef struct BinaryNode {
    Node n; /* op: TplBinaryOp */
    Node *left, *right;
} BinaryNode;

enum { COMPARE_IN = TPL_GE + 1, COMPARE_NOT_IN };

typedef struct CompareNode {
    Node n;
    uint32_t count; /* of operators; there is one operand more */
    uint8_t *ops; /* TplCompareOp, COMPARE_IN, COMPARE_NOT_IN */
    Node **operands;
} CompareNode;

typedef struct TernaryNode {
    Node n;
    Node *test, *yes, *no; /* no: NULL if there is no else */
} TernaryNode;

/* ---- statements ---- */

/* Slots that a scope starts anew each time it is entered. */
typedef struct ScopeStart {
    uint32_t slot, outer_slot;
    uint16_t up; /* of the variable outside that it starts as */
    bool copies; /* false: starts empty */
} ScopeStart;

typedef struct ScopeInfo {
    ScopeStart *starts;
    uint32_t count;
    uint32_t first, last; /* all slots of the scope and the scopes inside it: [first, last) */
} ScopeInfo;

typedef struct TextNode {
    Node n; /* op: 1 if the text is not what stands at n.start..n.end byte by byte */
    Str text;
} TextNode;

typedef struct OutputNode {
    Node n;
    Node *value;
} OutputNode;

typedef struct Branch {
    Node *test; /* NULL: else */
    Body body;
} Branch;

typedef struct IfNode {
    Node n;
    uint32_t count;
    Branch *branches;
} IfNode;

typedef struct ForNode {
    Node n;
    Node *target, *iterable;
    Node *test, *test_target; /* the filter of the header and its own variables; NULL if there is none */
    Body body, otherwise;
    ScopeInfo scope, test_scope, else_scope;
    int32_t loop_slot; /* -1: nobody looks at `loop` */
    bool recursive, has_else;
} ForNode;

typedef struct SetNode {
    Node n;
    Node *target, *value;
} SetNode;

typedef struct SetBlockNode { /* N_SET_BLOCK; N_FILTER_BLOCK (without a target) */
    Node n;
    Node *target;
    Node *filter; /* outermost filter, or NULL */
    Body body;
    ScopeInfo scope;
} SetBlockNode;

typedef struct DoNode {
    Node n;
    Node *value;
} DoNode;

typedef struct WithNode {
    Node n;
    uint32_t count;
    Node **targets, **values;
    Body body;
    ScopeInfo scope;
} WithNode;

/* A body that is entered by a call: a whole unit, a macro, the body of a call block. */
typedef struct Function {
    Str name;
    SourceId source;
    Body body;
    uint32_t param_count;
    NameNode **params; /* slots */
    Node **defaults; /* NULL where there is none */
    int32_t caller_slot, varargs_slot, kwargs_slot; /* -1: not used */
    bool explicit_caller; /* `caller` is one of the parameters */
    bool has_inner; /* functions inside it may keep its slots alive */
    bool is_caller; /* the body of a call block */
    ScopeInfo scope;
    const Str *names; /* of its variables, for "did you mean" */
    uint32_t name_count;
    uint32_t slot_count;
    uint32_t level; /* functions around it */
} Function;

struct TplMacro {
    Function fn;
    Str tag;
    Span span, name_span; /* the opening tag; the name */
    TplParam *params;
    TplCallSite *sites;
    size_t site_count;
};

typedef struct MacroNode {
    Node n;
    TplMacro *macro;
    NameNode *target; /* NULL for the host's tags: they define nothing in the template itself */
} MacroNode;

typedef struct CallBlockNode {
    Node n;
    CallNode *call;
    Function *fn;
} CallBlockNode;

struct TplUnit {
    Function fn;
    TplFamily family;
    TplBlock *blocks;
    size_t block_count;
    TplCallSite *sites;
    size_t site_count;
};

#endif
