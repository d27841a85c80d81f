/* The checksum of an enforced contract, as dbt computes it (ModelNode.build_contract_checksum): over Python's repr of the
 * columns and constraints, so that state comparison works across both tools. */
#include "base/hash.h"
#include "project/loader.h"

#include <stdlib.h>

static void add_constraint(Buf *out, Value constraint, bool of_model)
{
    static const char *const keys[] = {"name", "expression", "warn_unenforced", "warn_unsupported", "to", "to_columns"};
    Value type = dict_get_str(constraint.u.dict, STR("type"));
    Str word = type.kind == V_STR ? value_text(type) : STR_EMPTY;
    buf_addf(out, "%sLevelConstraint(type=<ConstraintType.%.*s: '%.*s'>", of_model ? "Model" : "Column", STR_ARG(word),
             STR_ARG(word));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        buf_addf(out, ", %s=", keys[i]);
        value_repr(dict_get_str(constraint.u.dict, str_from(keys[i])), out);
    }
    if (of_model) {
        buf_addz(out, ", columns=");
        value_repr(dict_get_str(constraint.u.dict, STR("columns")), out);
    }
    buf_addc(out, ')');
}

static void add_constraints(Buf *out, Value list, bool of_model)
{
    buf_addc(out, '[');
    for (uint32_t i = 0; list.kind == V_LIST && i < list.u.list->n; i++) {
        if (i) buf_addz(out, ", ");
        add_constraint(out, list.u.list->at[i], of_model);
    }
    buf_addc(out, ']');
}

static int by_name(const void *a, const void *b)
{
    const Column *const *x = a, *const *y = b;
    return str_cmp((*x)->name, (*y)->name);
}

void node_set_contract_checksum(Arena *arena, Node *node)
{
    Value contract = node_config(node, STR("contract"));
    if (node->type != RESOURCE_MODEL || !node->patch_path.len || contract.kind != V_DICT) return;
    Value enforced = dict_get_str(contract.u.dict, STR("enforced"));
    if (enforced.kind != V_BOOL || !enforced.u.boolean) return;
    const Column **columns = ARENA_ARRAY(arena, const Column *, node->column_count + 1);
    for (size_t i = 0; i < node->column_count; i++) columns[i] = &node->columns[i];
    if (node->column_count) qsort((void *)columns, node->column_count, sizeof *columns, by_name);
    Buf text;
    buf_init(&text, NULL);
    for (size_t i = 0; i < node->column_count; i++) {
        buf_addf(&text, "|%.*s", STR_ARG(columns[i]->name));
        buf_add(&text, columns[i]->data_type.ptr ? columns[i]->data_type : STR("None"));
        add_constraints(&text, columns[i]->constraints, false);
    }
    if (str_eq(node->materialized, STR("table")) || str_eq(node->materialized, STR("incremental"))) {
        buf_add(&text, node->materialized);
        add_constraints(&text, node->constraints, true);
    }
    node_rare(arena, node)->contract_checksum = sha256_hex(arena, buf_str(&text));
    buf_release(&text);
}
