/* Whether a model still keeps the contract of its earlier state (dbt: ModelNode.same_contract). */
#include "base/clock.h"
#include "graph/state.h"

#include <stdlib.h>
#include <string.h>

static bool truthy_key(Value dict, const char *key)
{
    return value_truthy(old_key(dict, key));
}

/* Only real tables keep constraints. */
static bool enforces_constraints(Str materialized)
{
    return str_eq(materialized, STR("table")) || str_eq(materialized, STR("incremental"));
}

static size_t list_size(Value list)
{
    return list.kind == V_LIST ? list.u.list->n : 0;
}

/* A key of a constraint, with dbt's default where it is missing; the artifact spells them all out. */
static Value constraint_key(Value constraint, const char *key)
{
    Value v = old_key(constraint, key);
    if (v.kind == V_UNDEFINED && str_starts(str_from(key), STR("warn_"))) return VALUE_TRUE;
    if (v.kind == V_LIST && !v.u.list->n) return value_undefined(STR_EMPTY);
    return v;
}

static bool same_constraint(Value a, Value b)
{
    static const char *const keys[] = {"type",       "name",    "expression", "warn_unenforced", "warn_unsupported",
                                       "to_columns", "columns", "to"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!same_loosely(constraint_key(a, keys[i]), constraint_key(b, keys[i]))) return false;
    return true;
}

static bool has_constraint(Value list, Value wanted)
{
    for (uint32_t i = 0; i < list_size(list); i++)
        if (same_constraint(list.u.list->at[i], wanted)) return true;
    return false;
}

static bool same_constraints(Value a, Value b)
{
    if (list_size(a) != list_size(b)) return false;
    for (uint32_t i = 0; i < list_size(a); i++)
        if (!same_constraint(a.u.list->at[i], b.u.list->at[i])) return false;
    return true;
}

static const Column *column_of(const Node *node, Str name)
{
    for (size_t i = 0; i < node->column_count; i++)
        if (str_eq(node->columns[i].name, name)) return &node->columns[i];
    return NULL;
}

static bool same_type(const Column *column, Value old)
{
    return str_eq(column->data_type, old_text(old, "data_type"));
}

/* The types without size and precision: varchar(10) may become varchar(20). */
static bool same_base_type(Arena *arena, Str a, Str b)
{
    Str base[2] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        size_t open = str_find_char(base[i], '(', 0);
        if (open != STR_NPOS) base[i] = str_slice(base[i], 0, open);
        base[i] = str_lower(arena, str_trim(base[i]));
    }
    return str_eq(base[0], base[1]);
}

/* What dbt's checksum of a contract covers. */
static bool same_checksum(const Node *node, Value old)
{
    Value columns = old_key(old, "columns");
    size_t count = columns.kind == V_DICT ? columns.u.dict->live : 0;
    if (count != node->column_count) return false;
    for (size_t i = 0; i < node->column_count; i++) {
        const Value *column = dict_find_str(columns.u.dict, node->columns[i].name);
        if (!column || !same_type(&node->columns[i], *column) ||
            !same_constraints(node->columns[i].constraints, old_key(*column, "constraints")))
            return false;
    }
    Str was = old_text(old_key(old, "config"), "materialized");
    if (enforces_constraints(was) != enforces_constraints(node->materialized)) return false;
    return !enforces_constraints(was) ||
           (str_eq(was, node->materialized) && same_constraints(node->constraints, old_key(old, "constraints")));
}

/* ---- breaking changes ---- */

static void add_break(Buf *breaks, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_break(Buf *breaks, const char *format, ...)
{
    if (breaks->len) buf_addz(breaks, "; ");
    va_list args;
    va_start(args, format);
    buf_vaddf(breaks, format, args);
    va_end(args);
}

static void constraint_label(Arena *arena, Value constraint, Str *label)
{
    *label = old_text(constraint, "name");
    if (!label->len) *label = old_text(constraint, "type");
    if (!label->len) *label = value_to_str(arena, old_key(constraint, "type"));
}

static int compare_keys(const void *a, const void *b)
{
    return str_cmp(value_text((*(const DictEntry *const *)a)->key), value_text((*(const DictEntry *const *)b)->key));
}

static void break_of_column(Arena *arena, const Node *node, Str name, Value old, bool enforced, Buf *breaks)
{
    const Column *column = column_of(node, name);
    Str was = old_text(old, "data_type");
    if (!column) {
        add_break(breaks, "the column %.*s was removed", STR_ARG(name));
        return;
    }
    if (!same_type(column, old) && !same_base_type(arena, was, column->data_type))
        add_break(breaks, "the type of column %.*s changed from %.*s to %.*s", STR_ARG(name), STR_ARG(was),
                  STR_ARG(column->data_type));
    Value constraints = old_key(old, "constraints");
    for (uint32_t i = 0; enforced && i < list_size(constraints); i++) {
        Str label;
        if (has_constraint(column->constraints, constraints.u.list->at[i])) continue;
        constraint_label(arena, constraints.u.list->at[i], &label);
        add_break(breaks, "the constraint %.*s of column %.*s was removed", STR_ARG(label), STR_ARG(name));
    }
}

static void find_breaks(Arena *arena, const Node *node, Value old, Buf *breaks)
{
    Str was = old_text(old_key(old, "config"), "materialized");
    bool enforced = enforces_constraints(was), any = false;
    Value columns = old_key(old, "columns");
    size_t count = 0;
    const DictEntry **entries = NULL;
    if (columns.kind == V_DICT) {
        entries = ARENA_ARRAY(arena, const DictEntry *, columns.u.dict->used + 1);
        for (uint32_t i = 0; i < columns.u.dict->used; i++)
            if (columns.u.dict->entries[i].key.kind == V_STR) entries[count++] = &columns.u.dict->entries[i];
        qsort(entries, count, sizeof *entries, compare_keys);
    }
    for (size_t i = 0; i < count; i++) {
        any = any || list_size(old_key(entries[i]->value, "constraints"));
        break_of_column(arena, node, value_text(entries[i]->key), entries[i]->value, enforced, breaks);
    }
    Value constraints = old_key(old, "constraints");
    for (uint32_t i = 0; enforced && i < list_size(constraints); i++) {
        Str label;
        if (has_constraint(node->constraints, constraints.u.list->at[i])) continue;
        constraint_label(arena, constraints.u.list->at[i], &label);
        add_break(breaks, "the constraint %.*s was removed", STR_ARG(label));
    }
    if (enforced && !enforces_constraints(node->materialized) && (list_size(constraints) || any))
        add_break(breaks, "it was a %.*s and is a %.*s now, which cannot enforce its constraints", STR_ARG(was),
                  STR_ARG(node->materialized));
}

static void report(const Node *node, Str breaks, bool versioned, DiagSink *sink, bool *broken)
{
    diag_add(sink, versioned ? DIAG_contract_broken : DIAG_contract_changed, node_described_at(node),
             "the contract of model '%.*s' is broken: %.*s", STR_ARG(node->name), STR_ARG(breaks));
    if (versioned) {
        *broken = true;
        diag_hint(sink, "make a new version of the model instead, or add to the contract without taking away");
    } else {
        diag_hint(sink, "what reads it may fail; versions of the model let its readers move one by one");
    }
}

bool contract_same(Arena *arena, const Node *node, Value old, DiagSink *sink, bool tell, bool *broken)
{
    bool was = truthy_key(old_key(old, "contract"), "enforced");
    bool is = truthy_key(node_config(node, STR("contract")), "enforced");
    if (!was) return !is;
    if (is && same_checksum(node, old)) return true;
    if (!tell) return false;
    ArenaMark mark = arena_mark(arena);
    Buf breaks;
    buf_init(&breaks, NULL);
    if (!is) add_break(&breaks, "it is not enforced any more");
    find_breaks(arena, node, old, &breaks);
    if (breaks.len) report(node, buf_str(&breaks), node_versioned(node), sink, broken);
    buf_release(&breaks);
    arena_rewind(arena, mark);
    return false;
}

void contract_removed(Value old, const Node *disabled, Span span, DiagSink *sink, bool *broken)
{
    bool enforced = disabled ? truthy_key(node_config(disabled, STR("contract")), "enforced")
                             : truthy_key(old_key(old, "contract"), "enforced");
    if (!enforced) return;
    Str until = disabled ? disabled->deprecation_date : old_text(old, "deprecation_date");
    char now[CLOCK_ISO_SIZE];
    Str today = str_n(now, clock_iso_text(clock_wall_us(), now));
    if (until.len && str_cmp(str_slice(until, 0, 19), str_slice(today, 0, 19)) < 0) return;
    bool versioned = disabled ? node_versioned(disabled) : old_key(old, "version").kind != V_UNDEFINED;
    Str name = old_text(old, "name");
    diag_add(sink, versioned ? DIAG_contract_broken : DIAG_contract_changed, span,
             "the model '%.*s' had an enforced contract and was %s", STR_ARG(name),
             disabled ? "disabled" : "deleted or renamed");
    if (versioned) *broken = true;
    diag_hint(sink, "give it a deprecation_date and wait until that has passed, or bring it back");
}
