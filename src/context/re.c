/* modules.re: Python's regular expressions through PCRE2, which reads the same patterns but for rare corners.
 *
 * Compiled patterns are freed with the call that made them, except for re.compile, whose pattern is compiled anew by each
 * use: templates keep no resources. */
#include "base/regex.h"
#include "base/utf8.h"
#include "context/internal.h"

enum { /* Python's flag values */
       PY_IGNORECASE = 2,
       PY_MULTILINE = 8,
       PY_DOTALL = 16,
       PY_VERBOSE = 64,
};

typedef struct MatchObject {
    Object head;
    Str subject;
    unsigned group_count; /* without group 0 */
    Str *names; /* by group; empty: none */
    size_t (*place)[2]; /* start and end of each group; SIZE_MAX: took no part */
} MatchObject;

static const MatchObject *match_from(const Object *object)
{
    return (const MatchObject *)(const void *)object;
}

/* ---- compiling ---- */

/* Python writes (?P=name) and \Z where PCRE2 writes (?P=name) too and \z: only \Z differs (PCRE2's allows a newline). */
static Str pattern_of(Arena *arena, Str pattern)
{
    if (str_find(pattern, STR("\\Z"), 0) == STR_NPOS) return pattern;
    Buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] == '\\' && i + 1 < pattern.len) {
            buf_addc(&out, '\\');
            i++;
            buf_addc(&out, pattern.ptr[i] == 'Z' ? 'z' : pattern.ptr[i]);
        } else {
            buf_addc(&out, pattern.ptr[i]);
        }
    }
    return buf_str(&out);
}

static unsigned flags_of(int64_t python)
{
    unsigned flags = 0;
    if (python & PY_IGNORECASE) flags |= REGEX_NOCASE;
    if (python & PY_MULTILINE) flags |= REGEX_MULTILINE;
    if (python & PY_DOTALL) flags |= REGEX_DOTALL;
    if (python & PY_VERBOSE) flags |= REGEX_VERBOSE;
    return flags;
}

typedef struct PatternObject {
    Object head;
    Str pattern;
    int64_t flags;
} PatternObject;
static const ObjectClass pattern_class;

static bool compile(TplCall *call, Value pattern, Value flags, unsigned how, Regex **regex)
{
    Str text;
    int64_t python = 0;
    if (pattern.kind == V_OBJECT && pattern.u.object->class == &pattern_class) {
        const PatternObject *object = (const PatternObject *)(const void *)pattern.u.object;
        text = object->pattern;
        python = object->flags;
    } else if (!want_str(call, pattern, "modules.re", "pattern", &text)) {
        return false;
    }
    if (value_given(flags)) {
        int64_t more;
        if (!want_int(call, flags, "modules.re", "flags", &more)) return false;
        python |= more;
    }
    Str error;
    size_t offset;
    *regex = regex_new(call->arena, pattern_of(call->arena, text), flags_of(python) | how, &error, &offset);
    if (*regex) return true;
    return tpl_fail(call, DIAG_template_value, "the pattern '%.*s' is wrong at position %zu: %.*s", STR_ARG(text),
                    offset, STR_ARG(error));
}

/* REGEX_LIMIT is an error: the pattern backtracks without end. */
static bool execute(TplCall *call, const Regex *regex, Str subject, size_t from, RegexMatch *match, bool *found)
{
    RegexResult answer = regex_exec(regex, subject, from, match);
    *found = answer == REGEX_YES;
    return answer != REGEX_LIMIT || tpl_fail(call, DIAG_template_limit, "the pattern takes too long on this text");
}

/* ---- match objects ---- */

static const ObjectClass match_class;

static Value match_value(TplCall *call, const Regex *regex, const RegexMatch *match, Str subject)
{
    MatchObject *object = ARENA_NEW(call->arena, MatchObject);
    object->head.class = &match_class;
    object->subject = subject;
    object->group_count = regex_groups(regex);
    object->names = ARENA_ARRAY(call->arena, Str, object->group_count + 1);
    object->place = arena_alloc(call->arena, sizeof *object->place * (object->group_count + 1));
    for (unsigned i = 0; i <= object->group_count; i++) {
        if (i) object->names[i] = str_dup(call->arena, regex_group_name(regex, i));
        size_t start, end;
        bool took_part = regex_group(match, i, &start, &end);
        object->place[i][0] = took_part ? start : SIZE_MAX;
        object->place[i][1] = took_part ? end : SIZE_MAX;
    }
    return value_object(&object->head);
}

static Value group_text(const MatchObject *match, unsigned group, Value otherwise)
{
    if (match->place[group][0] == SIZE_MAX) return otherwise;
    return value_str(str_slice(match->subject, match->place[group][0], match->place[group][1]));
}

static bool group_find(const MatchObject *match, Value which, unsigned *group)
{
    if (which.kind == V_INT && which.u.integer >= 0 && which.u.integer <= match->group_count) {
        *group = (unsigned)which.u.integer;
        return true;
    }
    if (which.kind == V_STR)
        for (unsigned i = 1; i <= match->group_count; i++)
            if (match->names[i].len && str_eq(match->names[i], value_text(which))) {
                *group = i;
                return true;
            }
    return false;
}

static bool group_number(TplCall *call, const MatchObject *match, Value which, unsigned *group)
{
    if (group_find(match, which, group)) return true;
    Str name = value_to_str(call->arena, which);
    return tpl_fail(call, DIAG_template_value, "no such group: %.*s", STR_ARG(name));
}

static const MatchObject *self_of(const TplCall *call)
{
    return match_from(call->func->self.u.object);
}

static bool match_group(TplCall *call, Value *result)
{
    const MatchObject *match = self_of(call);
    unsigned group = 0;
    if (call->arg_count <= 1) {
        if (call->arg_count && !group_number(call, match, call->args[0], &group)) return false;
        *result = group_text(match, group, VALUE_NONE);
        return true;
    }
    *result = value_tuple(call->arena, NULL, 0);
    for (size_t i = 0; i < call->arg_count; i++) {
        if (!group_number(call, match, call->args[i], &group)) return false;
        list_push(result->u.list, group_text(match, group, VALUE_NONE));
    }
    return true;
}

static bool match_groups(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "default=?", args)) return false;
    const MatchObject *match = self_of(call);
    *result = value_tuple(call->arena, NULL, 0);
    for (unsigned i = 1; i <= match->group_count; i++)
        list_push(result->u.list, group_text(match, i, tpl_arg_given(args[0]) ? args[0] : VALUE_NONE));
    return true;
}

static bool match_groupdict(TplCall *call, Value *result)
{
    Value args[1];
    if (!tpl_args(call, "default=?", args)) return false;
    const MatchObject *match = self_of(call);
    *result = value_dict(call->arena);
    for (unsigned i = 1; i <= match->group_count; i++)
        if (match->names[i].len)
            dict_set_str(result->u.dict, match->names[i],
                         group_text(match, i, tpl_arg_given(args[0]) ? args[0] : VALUE_NONE));
    return true;
}

static int64_t code_points(const MatchObject *match, size_t place)
{
    return place == SIZE_MAX ? -1 : (int64_t)utf8_length(str_slice(match->subject, 0, place));
}

static bool match_place(TplCall *call, bool want_start, bool want_end, Value *result)
{
    Value args[1];
    unsigned group = 0;
    if (!tpl_args(call, "group=?", args)) return false;
    const MatchObject *match = self_of(call);
    if (tpl_arg_given(args[0]) && !group_number(call, match, args[0], &group)) return false;
    Value start = value_int(code_points(match, match->place[group][0]));
    Value end = value_int(code_points(match, match->place[group][1]));
    Value both[2] = {start, end};
    *result = want_start && want_end ? value_tuple(call->arena, both, 2) : want_start ? start : end;
    return true;
}
static bool match_start(TplCall *call, Value *result)
{
    return match_place(call, true, false, result);
}
static bool match_end(TplCall *call, Value *result)
{
    return match_place(call, false, true, result);
}
static bool match_span(TplCall *call, Value *result)
{
    return match_place(call, true, true, result);
}

static const NativeEntry match_methods[] = {
    {"group", match_group}, {"groups", match_groups}, {"groupdict", match_groupdict},
    {"start", match_start}, {"end", match_end},       {"span", match_span},
    {NULL, NULL},
};

static void match_names(const Object *self, List *names)
{
    (void)self;
    list_push(names, value_str(STR("string")));
    push_method_names(match_methods, names);
}

static bool match_attr(TplCall *call, Object *self, Str name, Value *result)
{
    if (str_eq(name, STR("string")))
        *result = value_str(match_from(self)->subject);
    else
        find_method(call, match_methods, self, name, result);
    return true;
}

static bool match_item(TplCall *call, Object *self, Value key, Value *result)
{
    (void)call;
    unsigned group;
    *result = group_find(match_from(self), key, &group)
                  ? group_text(match_from(self), group, VALUE_NONE)
                  : value_undefined(key.kind == V_STR ? value_text(key) : STR_EMPTY);
    return true;
}

static void match_str(const Object *self, Buf *out)
{
    const MatchObject *match = match_from(self);
    buf_addf(out, "<re.Match object; span=(%lld, %lld), match=", (long long)code_points(match, match->place[0][0]),
             (long long)code_points(match, match->place[0][1]));
    value_repr(group_text(match, 0, VALUE_NONE), out);
    buf_addc(out, '>');
}

static const ObjectClass match_class = {
    .name = "Match", .attr = match_attr, .item = match_item, .str = match_str, .names = match_names};

/* ---- functions ---- */

/* Arguments of a function of the module, or of a method of a compiled pattern, which has the pattern in its self. */
static bool take(TplCall *call, const char *rest, Value *args, size_t count)
{
    bool is_method = call->func->self.kind == V_OBJECT;
    Str signature = str_fmt(call->arena, "%s%s", is_method ? "" : "pattern, ", rest);
    if (is_method) args[0] = call->func->self;
    (void)count;
    return tpl_args(call, signature.ptr, is_method ? args + 1 : args);
}

static bool find_one(TplCall *call, unsigned how, Value *result)
{
    Value args[3];
    Str subject;
    Regex *regex;
    if (!take(call, "string, flags=?", args, 3) || !want_str(call, args[1], "modules.re", "string", &subject) ||
        !compile(call, args[0], args[2], how, &regex))
        return false;
    RegexMatch *match = regex_match_new(regex);
    bool found = false, ok = execute(call, regex, subject, 0, match, &found);
    if (ok) *result = found ? match_value(call, regex, match, subject) : VALUE_NONE;
    regex_match_free(match);
    regex_free(regex);
    return ok;
}
static bool re_match(TplCall *call, Value *result)
{
    return find_one(call, REGEX_ANCHORED, result);
}
static bool re_search(TplCall *call, Value *result)
{
    return find_one(call, 0, result);
}
static bool re_fullmatch(TplCall *call, Value *result)
{
    return find_one(call, REGEX_FULL, result);
}

/* Where to look next: behind the match, or one character on if it was empty. */
static size_t next_from(Str subject, size_t start, size_t end)
{
    if (end > start) return end;
    size_t at = end;
    if (at < subject.len)
        utf8_next(subject, &at);
    else
        at = subject.len + 1;
    return at;
}

static bool re_findall(TplCall *call, Value *result)
{
    Value args[3];
    Str subject;
    Regex *regex;
    if (!take(call, "string, flags=?", args, 3) || !want_str(call, args[1], "modules.re", "string", &subject) ||
        !compile(call, args[0], args[2], 0, &regex))
        return false;
    RegexMatch *match = regex_match_new(regex);
    *result = value_list(call->arena);
    bool ok = true, found = true;
    for (size_t from = 0; ok && from <= subject.len;) {
        ok = execute(call, regex, subject, from, match, &found);
        if (!ok || !found) break;
        size_t start, end, s, e;
        regex_group(match, 0, &start, &end);
        unsigned groups = regex_groups(regex);
        Value item;
        if (groups <= 1) {
            bool took_part = regex_group(match, groups, &s, &e);
            item = value_str(took_part ? str_slice(subject, s, e) : STR_EMPTY);
        } else {
            item = value_tuple(call->arena, NULL, 0);
            for (unsigned g = 1; g <= groups; g++) {
                bool took_part = regex_group(match, g, &s, &e);
                list_push(item.u.list, value_str(took_part ? str_slice(subject, s, e) : STR_EMPTY));
            }
        }
        list_push(result->u.list, item);
        from = next_from(subject, start, end);
    }
    regex_match_free(match);
    regex_free(regex);
    return ok;
}

static bool re_finditer(TplCall *call, Value *result)
{
    Value args[3];
    Str subject;
    Regex *regex;
    if (!take(call, "string, flags=?", args, 3) || !want_str(call, args[1], "modules.re", "string", &subject) ||
        !compile(call, args[0], args[2], 0, &regex))
        return false;
    RegexMatch *match = regex_match_new(regex);
    *result = value_list(call->arena);
    bool ok = true, found = true;
    for (size_t from = 0; ok && from <= subject.len;) {
        ok = execute(call, regex, subject, from, match, &found);
        if (!ok || !found) break;
        size_t start, end;
        regex_group(match, 0, &start, &end);
        list_push(result->u.list, match_value(call, regex, match, subject));
        from = next_from(subject, start, end);
    }
    regex_match_free(match);
    regex_free(regex);
    return ok;
}

/* A replacement with \1, \g<1>, \g<name> and the escapes \n, \t, \\ . */
static bool expand(TplCall *call, const Regex *regex, const RegexMatch *match, Str subject, Str with, Buf *out)
{
    for (size_t i = 0; i < with.len; i++) {
        if (with.ptr[i] != '\\' || i + 1 == with.len) {
            buf_addc(out, with.ptr[i]);
            continue;
        }
        char c = with.ptr[++i];
        int group = -1;
        if (c >= '0' && c <= '9') {
            group = c - '0';
            if (i + 1 < with.len && with.ptr[i + 1] >= '0' && with.ptr[i + 1] <= '9')
                group = group * 10 + (with.ptr[++i] - '0');
        } else if (c == 'g' && i + 1 < with.len && with.ptr[i + 1] == '<') {
            size_t close = str_find_char(with, '>', i);
            if (close == STR_NPOS) return tpl_fail(call, DIAG_template_value, "the replacement has an open '\\g<'");
            Str name = str_slice(with, i + 2, close);
            int64_t number;
            group = str_to_int(name, &number) && number >= 0 && number < 1000 ? (int)number
                                                                              : regex_group_number(regex, name);
            i = close;
            if (group < 0) return tpl_fail(call, DIAG_template_value, "unknown group name '%.*s'", STR_ARG(name));
        } else if (c == 'n') {
            buf_addc(out, '\n');
            continue;
        } else if (c == 't') {
            buf_addc(out, '\t');
            continue;
        } else if (c == 'r') {
            buf_addc(out, '\r');
            continue;
        } else {
            if (c != '\\') buf_addc(out, '\\');
            buf_addc(out, c);
            continue;
        }
        if ((unsigned)group > regex_groups(regex))
            return tpl_fail(call, DIAG_template_value, "invalid group reference %d", group);
        size_t start, end;
        if (regex_group(match, (unsigned)group, &start, &end)) buf_add(out, str_slice(subject, start, end));
    }
    return true;
}

static bool substitute(TplCall *call, bool counted, Value *result)
{
    Value args[5];
    Str subject, with = STR_EMPTY;
    Regex *regex;
    int64_t most = 0, done = 0;
    if (!take(call, "repl, string, count=?, flags=?", args, 5) ||
        !want_str(call, args[2], "modules.re", "string", &subject))
        return false;
    bool is_text = args[1].kind == V_STR;
    if (is_text) with = value_text(args[1]);
    if (value_given(args[3]) && !want_int(call, args[3], "modules.re", "count", &most)) return false;
    if (!compile(call, args[0], args[4], 0, &regex)) return false;
    RegexMatch *match = regex_match_new(regex);
    Buf out;
    buf_init(&out, call->arena);
    size_t copied = 0;
    bool ok = true, found = true;
    for (size_t from = 0; ok && from <= subject.len && (most <= 0 || done < most);) {
        ok = execute(call, regex, subject, from, match, &found);
        if (!ok || !found) break;
        size_t start, end;
        regex_group(match, 0, &start, &end);
        buf_add(&out, str_slice(subject, copied, start));
        if (is_text) {
            ok = expand(call, regex, match, subject, with, &out);
        } else {
            Value object = match_value(call, regex, match, subject), text;
            ok = tpl_call(call->eval, args[1], call->span, &object, 1, NULL, NULL, 0, &text);
            if (ok) value_print(text, &out);
        }
        copied = end;
        done++;
        from = next_from(subject, start, end);
    }
    regex_match_free(match);
    regex_free(regex);
    if (!ok) return false;
    buf_add(&out, str_from_index(subject, copied));
    Value pair[2] = {value_str(buf_str(&out)), value_int(done)};
    *result = counted ? value_tuple(call->arena, pair, 2) : pair[0];
    return true;
}
static bool re_sub(TplCall *call, Value *result)
{
    return substitute(call, false, result);
}
static bool re_subn(TplCall *call, Value *result)
{
    return substitute(call, true, result);
}

static bool re_split(TplCall *call, Value *result)
{
    Value args[4];
    Str subject;
    Regex *regex;
    int64_t most = 0, done = 0;
    if (!take(call, "string, maxsplit=?, flags=?", args, 4) ||
        !want_str(call, args[1], "modules.re", "string", &subject))
        return false;
    if (value_given(args[2]) && !want_int(call, args[2], "modules.re", "maxsplit", &most)) return false;
    if (!compile(call, args[0], args[3], 0, &regex)) return false;
    RegexMatch *match = regex_match_new(regex);
    *result = value_list(call->arena);
    size_t copied = 0;
    bool ok = true, found = true;
    for (size_t from = 0; ok && from <= subject.len && (most <= 0 || done < most);) {
        ok = execute(call, regex, subject, from, match, &found);
        if (!ok || !found) break;
        size_t start, end;
        regex_group(match, 0, &start, &end);
        list_push(result->u.list, value_str(str_slice(subject, copied, start)));
        for (unsigned g = 1; g <= regex_groups(regex); g++) {
            size_t s, e;
            list_push(result->u.list, regex_group(match, g, &s, &e) ? value_str(str_slice(subject, s, e)) : VALUE_NONE);
        }
        copied = end;
        done++;
        from = next_from(subject, start, end);
    }
    regex_match_free(match);
    regex_free(regex);
    if (ok) list_push(result->u.list, value_str(str_from_index(subject, copied)));
    return ok;
}

/* A backslash before everything that means something in a pattern: Python's own set. */
static bool re_escape(TplCall *call, Value *result)
{
    Value args[1];
    Str text;
    if (!tpl_args(call, "pattern", args) || !want_str(call, args[0], "re.escape()", "text", &text)) return false;
    Buf out;
    buf_init(&out, call->arena);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] && strchr("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", text.ptr[i])) buf_addc(&out, '\\');
        buf_addc(&out, text.ptr[i]);
    }
    *result = value_str(buf_str(&out));
    return true;
}

static const NativeEntry pattern_methods[] = {
    {"match", re_match},     {"search", re_search},     {"fullmatch", re_fullmatch},
    {"findall", re_findall}, {"finditer", re_finditer}, {"sub", re_sub},
    {"subn", re_subn},       {"split", re_split},       {NULL, NULL},
};

/* How many groups a compiled pattern has, or the numbers of those that have names. */
static bool pattern_groups(TplCall *call, Object *self, bool by_name, Value *result)
{
    Regex *regex;
    if (!compile(call, value_object(self), VALUE_NONE, 0, &regex)) return false;
    unsigned count = regex_groups(regex);
    *result = by_name ? value_dict(call->arena) : value_int(count);
    for (unsigned i = 1; by_name && i <= count; i++) {
        Str name = regex_group_name(regex, i);
        if (name.len) dict_set_str(result->u.dict, str_dup(call->arena, name), value_int(i));
    }
    regex_free(regex);
    return true;
}

static bool pattern_attr(TplCall *call, Object *self, Str name, Value *result)
{
    const PatternObject *pattern = (const PatternObject *)(const void *)self;
    if (str_eq(name, STR("pattern")))
        *result = value_str(pattern->pattern);
    else if (str_eq(name, STR("flags")))
        *result = value_int(pattern->flags & 256 ? pattern->flags : pattern->flags | 32); /* UNICODE unless ASCII */
    else if (str_eq(name, STR("groups")) || str_eq(name, STR("groupindex")))
        return pattern_groups(call, self, str_eq(name, STR("groupindex")), result);
    else
        find_method(call, pattern_methods, self, name, result);
    return true;
}

static void pattern_str(const Object *self, Buf *out)
{
    buf_addz(out, "re.compile(");
    value_repr(value_str(((const PatternObject *)(const void *)self)->pattern), out);
    buf_addc(out, ')');
}

static void pattern_names(const Object *self, List *names)
{
    static const char *const fields[] = {"pattern", "flags", "groups", "groupindex", NULL};
    (void)self;
    push_names(fields, names);
    push_method_names(pattern_methods, names);
}

static const ObjectClass pattern_class = {
    .name = "Pattern", .attr = pattern_attr, .str = pattern_str, .names = pattern_names};

static bool re_compile(TplCall *call, Value *result)
{
    Value args[2];
    Regex *regex;
    int64_t flags = 0;
    if (!tpl_args(call, "pattern, flags=?", args) || !compile(call, args[0], args[1], 0, &regex)) return false;
    regex_free(regex); /* it was only to see whether the pattern is right */
    if (value_given(args[1]) && !want_int(call, args[1], "re.compile()", "flags", &flags)) return false;
    if (args[0].kind == V_OBJECT) {
        *result = args[0];
        return true;
    }
    PatternObject *object = ARENA_NEW(call->arena, PatternObject);
    *object = (PatternObject){{&pattern_class}, value_text(args[0]), flags};
    *result = value_object(&object->head);
    return true;
}

static bool re_purge(TplCall *call, Value *result)
{
    *result = VALUE_NONE; /* there is no cache to empty */
    return tpl_args(call, "", NULL);
}

static const struct {
    Str name;
    int64_t value;
} re_flags[] = {
    {STR_INIT("IGNORECASE"), PY_IGNORECASE},
    {STR_INIT("I"), PY_IGNORECASE},
    {STR_INIT("MULTILINE"), PY_MULTILINE},
    {STR_INIT("M"), PY_MULTILINE},
    {STR_INIT("DOTALL"), PY_DOTALL},
    {STR_INIT("S"), PY_DOTALL},
    {STR_INIT("VERBOSE"), PY_VERBOSE},
    {STR_INIT("X"), PY_VERBOSE},
    {STR_INIT("UNICODE"), 32},
    {STR_INIT("U"), 32},
    {STR_INIT("ASCII"), 256},
    {STR_INIT("A"), 256},
    {STR_INIT("NOFLAG"), 0},
};

static const NativeEntry re_functions[] = {
    {"escape", re_escape}, {"compile", re_compile}, {"purge", re_purge}, {NULL, NULL}};

static void re_names(const NameSpace *space, List *names)
{
    (void)space;
    for (size_t i = 0; i < sizeof re_flags / sizeof re_flags[0]; i++) list_push(names, value_str(re_flags[i].name));
    push_method_names(re_functions, names);
    push_method_names(pattern_methods, names);
}

static bool find_in_re(const NameSpace *space, Str name, Value *result)
{
    for (size_t i = 0; i < sizeof re_flags / sizeof re_flags[0]; i++)
        if (str_eq(re_flags[i].name, name)) {
            *result = value_int(re_flags[i].value);
            return true;
        }
    for (int pass = 0; pass < 2; pass++)
        for (const NativeEntry *entry = pass ? re_functions : pattern_methods; entry->name; entry++)
            if (str_eq(str_from(entry->name), name)) {
                *result = value_func(space->ctx->arena, entry->name, entry->call, value_undefined(STR_EMPTY), NULL);
                return true;
            }
    return false;
}

Value re_module(Context *ctx)
{
    return namespace_value(ctx, "module", NULL, find_in_re, re_names);
}
