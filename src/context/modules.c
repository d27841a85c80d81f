/* modules: the parts of Python's library that templates may use, and itertools. */
#include "context/internal.h"

/* ---- itertools ---- */

enum { ITERTOOLS_ROOM = 1000000 }; /* rows that one call may give */

static bool lists_of(TplCall *call, Value **lists)
{
    *lists = ARENA_ARRAY(call->arena, Value, call->arg_count + 1);
    for (size_t i = 0; i < call->arg_count; i++)
        if (!tpl_iterate(call->eval, call->args[i], call->span, &(*lists)[i])) return false;
    return true;
}

static bool too_many(TplCall *call)
{
    return tpl_fail(call, DIAG_template_limit, "itertools gives more than %d results here", ITERTOOLS_ROOM);
}

static bool chain(TplCall *call, Value *result)
{
    Value *lists;
    if (!lists_of(call, &lists)) return false;
    *result = value_list(call->arena);
    for (size_t i = 0; i < call->arg_count; i++)
        for (uint32_t j = 0; j < lists[i].u.list->n; j++) list_push(result->u.list, lists[i].u.list->at[j]);
    return true;
}

static bool compress(TplCall *call, Value *result)
{
    Value args[2], data, selectors;
    if (!tpl_args(call, "data, selectors", args) || !tpl_iterate(call->eval, args[0], call->span, &data) ||
        !tpl_iterate(call->eval, args[1], call->span, &selectors))
        return false;
    *result = value_list(call->arena);
    for (uint32_t i = 0; i < data.u.list->n && i < selectors.u.list->n; i++)
        if (value_truthy(selectors.u.list->at[i])) list_push(result->u.list, data.u.list->at[i]);
    return true;
}

static bool starmap(TplCall *call, Value *result)
{
    Value args[2], rows;
    if (!tpl_args(call, "function, iterable", args) || !tpl_iterate(call->eval, args[1], call->span, &rows))
        return false;
    *result = value_list(call->arena);
    for (uint32_t i = 0; i < rows.u.list->n; i++) {
        Value row, made;
        if (!tpl_iterate(call->eval, rows.u.list->at[i], call->span, &row) ||
            !tpl_call(call->eval, args[0], call->span, row.u.list->at, row.u.list->n, NULL, NULL, 0, &made))
            return false;
        list_push(result->u.list, made);
    }
    return true;
}

static bool tee(TplCall *call, Value *result)
{
    Value args[2], list;
    int64_t count = 2;
    if (!tpl_args(call, "iterable, n=?", args) || !tpl_iterate(call->eval, args[0], call->span, &list)) return false;
    if (value_given(args[1]) && !want_int(call, args[1], "tee()", "n", &count)) return false;
    if (count < 0) return tpl_fail(call, DIAG_template_value, "n must be >= 0");
    if (count > ITERTOOLS_ROOM) return too_many(call);
    *result = value_tuple(call->arena, NULL, 0);
    for (int64_t i = 0; i < count; i++) {
        Value copy = value_list(call->arena);
        for (uint32_t j = 0; j < list.u.list->n; j++) list_push(copy.u.list, list.u.list->at[j]);
        list_push(result->u.list, copy);
    }
    return true;
}

static bool product(TplCall *call, Value *result)
{
    size_t repeat = 1;
    for (size_t i = 0; i < call->named_count; i++) {
        int64_t n;
        if (!str_eq(call->names[i], STR("repeat")))
            return tpl_fail(call, DIAG_template_call, "product() got an unexpected keyword argument '%.*s'",
                            STR_ARG(call->names[i]));
        if (!want_int(call, call->named[i], "product()", "repeat", &n)) return false;
        if (n < 0 || n > 20) return tpl_fail(call, DIAG_template_value, "product() repeats between 0 and 20 times");
        repeat = (size_t)n;
    }
    Value *lists;
    if (!lists_of(call, &lists)) return false;
    size_t width = call->arg_count * repeat;
    uint32_t *at = ARENA_ARRAY(call->arena, uint32_t, width + 1);
    Value *row = ARENA_ARRAY(call->arena, Value, width + 1);
    *result = value_list(call->arena);
    for (size_t i = 0; i < call->arg_count; i++)
        if (!lists[i].u.list->n && repeat) return true;
    for (;;) {
        for (size_t i = 0; i < width; i++) row[i] = lists[i % call->arg_count].u.list->at[at[i]];
        if (result->u.list->n >= ITERTOOLS_ROOM) return too_many(call);
        list_push(result->u.list, value_tuple(call->arena, row, width));
        size_t i = width;
        while (i > 0 && ++at[i - 1] == lists[(i - 1) % call->arg_count].u.list->n) at[--i] = 0;
        if (i == 0) return true;
    }
}

/* Python's own order: positions grow for combinations, every order of them for permutations. */
static bool choose(TplCall *call, bool ordered, bool repeated, Value *result)
{
    Value args[2], list;
    if (!tpl_args(call, "iterable, r=?", args) || !tpl_iterate(call->eval, args[0], call->span, &list)) return false;
    size_t n = list.u.list->n;
    int64_t wanted = (int64_t)n;
    if (value_given(args[1]) && !want_int(call, args[1], "itertools", "r", &wanted)) return false;
    if (wanted < 0) return tpl_fail(call, DIAG_template_value, "r must be non-negative");
    size_t r = (size_t)wanted;
    *result = value_list(call->arena);
    if (r > 64) return too_many(call);
    if ((!repeated && r > n) || (repeated && n == 0 && r > 0)) return true;
    uint32_t at[64] = {0};
    Value row[64];
    size_t depth = 0; /* a search over positions in Python's order */
    if (r == 0) {
        list_push(result->u.list, value_tuple(call->arena, NULL, 0));
        return true;
    }
    at[0] = 0;
    for (;;) {
        if (at[depth] >= n) {
            if (depth == 0) return true;
            at[--depth]++;
            continue;
        }
        bool used = false;
        if (ordered && !repeated)
            for (size_t i = 0; i < depth && !used; i++) used = at[i] == at[depth];
        if (used) {
            at[depth]++;
            continue;
        }
        row[depth] = list.u.list->at[at[depth]];
        if (depth + 1 == r) {
            if (result->u.list->n >= ITERTOOLS_ROOM) return too_many(call);
            list_push(result->u.list, value_tuple(call->arena, row, r));
            at[depth]++;
        } else {
            at[depth + 1] = ordered ? 0 : repeated ? at[depth] : at[depth] + 1;
            depth++;
        }
    }
}
static bool combinations(TplCall *call, Value *result)
{
    return choose(call, false, false, result);
}
static bool combinations_with_replacement(TplCall *call, Value *result)
{
    return choose(call, false, true, result);
}
static bool permutations(TplCall *call, Value *result)
{
    return choose(call, true, false, result);
}

static bool accumulate(TplCall *call, Value *result)
{
    Value args[2], list;
    if (!tpl_args(call, "iterable, func=?", args) || !tpl_iterate(call->eval, args[0], call->span, &list)) return false;
    *result = value_list(call->arena);
    Value total = VALUE_NONE;
    for (uint32_t i = 0; i < list.u.list->n; i++) {
        Value item = list.u.list->at[i];
        if (i == 0) {
            total = item;
        } else if (value_given(args[1])) {
            Value pair[2] = {total, item};
            if (!tpl_call(call->eval, args[1], call->span, pair, 2, NULL, NULL, 0, &total)) return false;
        } else if (total.kind == V_INT && item.kind == V_INT) {
            int64_t sum;
            if (__builtin_add_overflow(total.u.integer, item.u.integer, &sum))
                return tpl_fail(call, DIAG_template_value, "the sum is too large");
            total = value_int(sum);
        } else if ((total.kind == V_INT || total.kind == V_FLOAT) && (item.kind == V_INT || item.kind == V_FLOAT)) {
            double a = total.kind == V_INT ? (double)total.u.integer : total.u.real;
            double b = item.kind == V_INT ? (double)item.u.integer : item.u.real;
            total = value_float(a + b);
        } else if (total.kind == V_STR && item.kind == V_STR) {
            total = value_str(str_cat(call->arena, value_text(total), value_text(item)));
        } else {
            return tpl_fail(call, DIAG_template_type, "accumulate() cannot add %s and %s", value_type_name(total),
                            value_type_name(item));
        }
        list_push(result->u.list, total);
    }
    return true;
}

static bool zip_longest(TplCall *call, Value *result)
{
    Value *lists, fill = VALUE_NONE;
    for (size_t i = 0; i < call->named_count; i++)
        if (str_eq(call->names[i], STR("fillvalue"))) fill = call->named[i];
    if (!lists_of(call, &lists)) return false;
    uint32_t longest = 0;
    for (size_t i = 0; i < call->arg_count; i++)
        if (lists[i].u.list->n > longest) longest = lists[i].u.list->n;
    *result = value_list(call->arena);
    Value *row = ARENA_ARRAY(call->arena, Value, call->arg_count + 1);
    for (uint32_t j = 0; j < longest; j++) {
        for (size_t i = 0; i < call->arg_count; i++) row[i] = j < lists[i].u.list->n ? lists[i].u.list->at[j] : fill;
        list_push(result->u.list, value_tuple(call->arena, row, call->arg_count));
    }
    return true;
}

/* islice(list, stop) or islice(list, start, stop, step) */
static bool islice(TplCall *call, Value *result)
{
    Value list;
    if (call->arg_count < 2 || call->arg_count > 4)
        return tpl_fail(call, DIAG_template_call, "islice() takes an iterable and one to three numbers");
    if (!tpl_iterate(call->eval, call->args[0], call->span, &list)) return false;
    int64_t start = 0, stop = (int64_t)list.u.list->n, step = 1;
    Value first = call->arg_count > 2 ? call->args[1] : VALUE_NONE;
    Value second = call->arg_count > 2 ? call->args[2] : call->args[1];
    if (value_given(first) && !want_int(call, first, "islice()", "start", &start)) return false;
    if (value_given(second) && !want_int(call, second, "islice()", "stop", &stop)) return false;
    if (call->arg_count > 3 && value_given(call->args[3]) && !want_int(call, call->args[3], "islice()", "step", &step))
        return false;
    if (start < 0 || stop < 0 || step < 1)
        return tpl_fail(call, DIAG_template_value, "islice() takes no negative numbers");
    *result = value_list(call->arena);
    for (int64_t i = start; i < stop && i < (int64_t)list.u.list->n; i += step)
        list_push(result->u.list, list.u.list->at[i]);
    return true;
}

static bool repeat(TplCall *call, Value *result)
{
    Value args[2];
    int64_t times;
    if (!tpl_args(call, "object, times", args) || !want_int(call, args[1], "repeat()", "times", &times)) return false;
    if (times > ITERTOOLS_ROOM) return too_many(call);
    *result = value_list(call->arena);
    for (int64_t i = 0; i < times; i++) list_push(result->u.list, args[0]);
    return true;
}

static bool endless(TplCall *call, Value *result)
{
    (void)result;
    return tpl_fail(call, DIAG_unsupported, "itertools.count and itertools.cycle never end and are refused; use range");
}

static const NativeEntry itertools[] = {
    {"chain", chain},
    {"product", product},
    {"combinations", combinations},
    {"combinations_with_replacement", combinations_with_replacement},
    {"permutations", permutations},
    {"accumulate", accumulate},
    {"zip_longest", zip_longest},
    {"islice", islice},
    {"repeat", repeat},
    {"compress", compress},
    {"starmap", starmap},
    {"tee", tee},
    {"count", endless},
    {"cycle", endless},
    {NULL, NULL},
};

Value itertools_module(Context *ctx)
{
    return namespace_of_natives(ctx, "module", itertools);
}

/* ---- modules ---- */

static bool find_module(const NameSpace *space, Str name, Value *result)
{
    if (str_eq(name, STR("datetime")))
        *result = datetime_module(space->ctx);
    else if (str_eq(name, STR("pytz")))
        *result = pytz_module(space->ctx);
    else if (str_eq(name, STR("re")))
        *result = re_module(space->ctx);
    else if (str_eq(name, STR("itertools")))
        *result = itertools_module(space->ctx);
    else
        return false;
    return true;
}

static void module_names(const NameSpace *space, List *names)
{
    static const char *const all[] = {"pytz", "datetime", "re", "itertools", NULL};
    (void)space;
    push_names(all, names);
}

Value modules_value(Context *ctx)
{
    return namespace_value(ctx, "dict", NULL, find_module, module_names);
}
