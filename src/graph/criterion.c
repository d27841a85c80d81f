/* Reading criteria: text and YAML fields to trees of SelectSpec. */
#include "graph/criterion.h"

#include "base/edit.h"

static const Str method_names[] = {
#define METHOD(word) STR_INIT(#word),
#include "graph/methods.def"
#undef METHOD
};

static const Str test_type_words[] = {STR_INIT("generic"), STR_INIT("singular"), STR_INIT("data"), STR_INIT("schema"),
                                      STR_INIT("unit")};
static const Str version_words[] = {STR_INIT("latest"), STR_INIT("prerelease"), STR_INIT("old"), STR_INIT("none")};
static const Str access_words[] = {STR_INIT("private"), STR_INIT("protected"), STR_INIT("public")};
static const Str result_words[] = {STR_INIT("success"), STR_INIT("error"),         STR_INIT("fail"),
                                   STR_INIT("warn"),    STR_INIT("skipped"),       STR_INIT("pass"),
                                   STR_INIT("no-op"),   STR_INIT("runtime error"), STR_INIT("partial success")};
static const Str source_status_words[] = {STR_INIT("fresher")};
static const Str resource_words[] = {
#define RESOURCE(id, word, plural) STR_INIT(word),
#include "manifest/resource_types.def"
#undef RESOURCE
};
static const Str indirect_words[] = {STR_INIT("eager"), STR_INIT("cautious"), STR_INIT("buildable"), STR_INIT("empty")};

#define WORDS(list) (*values = (list), sizeof(list) / sizeof *(list))

Str method_word(Method method)
{
    return method_names[method];
}

size_t method_values(Method method, const Str **values)
{
    switch (method) {
    case METHOD_test_type: return WORDS(test_type_words);
    case METHOD_version: return WORDS(version_words);
    case METHOD_access: return WORDS(access_words);
    case METHOD_result: return WORDS(result_words);
    case METHOD_source_status: return WORDS(source_status_words);
    case METHOD_resource_type: return WORDS(resource_words);
    case METHOD_state: return state_check_words(values);
    default: return 0;
    }
}

bool select_indirect_find(Str word, SelectIndirect *indirect)
{
    for (size_t i = 0; i < sizeof indirect_words / sizeof *indirect_words; i++)
        if (str_eq(word, indirect_words[i])) {
            *indirect = (SelectIndirect)i;
            return true;
        }
    return false;
}

/* ---- whether it can mean anything ---- */

static bool refuse_form(const Criterion *c, DiagCode code, DiagSink *sink, const char *form)
{
    Str method = method_word(c->method);
    diag_add(sink, code, c->span, "'%.*s' has too many dots for %.*s", STR_ARG(c->value), STR_ARG(method));
    diag_hint(sink, "write %s", form);
    return false;
}

static size_t dots(Str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += text.ptr[i] == '.';
    return n;
}

/* "**" is a segment of its own wherever it stands. */
static bool stars_alone(Str path)
{
    Str rest = path, part;
    while (str_split_next(&rest, '/', &part))
        if (part.len > 2 && str_find(part, STR("**"), 0) != STR_NPOS) return false;
    return true;
}

/* Methods whose values are words of a list: a misspelt one must not pass for an empty selection. */
bool criterion_check(Arena *arena, const Criterion *c, DiagCode code, DiagSink *sink)
{
    const Str *words = NULL;
    Str best, method = method_word(c->method);
    /* A config may be an empty text; nothing else is. */
    if (!c->value.len && c->method != METHOD_config) {
        if (c->method == METHOD_fqn)
            diag_add(sink, code, c->span, "there is no name to select by");
        else
            diag_add(sink, code, c->span, "'%.*s:' is followed by nothing", STR_ARG(method));
        diag_hint(sink,
                  "write a name, tag:x, path:x, ..., with + before it for ancestors and behind it for descendants");
        return false;
    }
    size_t count = method_values(c->method, &words);
    for (size_t i = 0; i < count; i++)
        if (str_eq(words[i], c->value)) return true;
    if (count) {
        diag_add(sink, code, c->span, "'%.*s' is no %.*s", STR_ARG(c->value), STR_ARG(method));
        Str all = str_join(arena, words, count, STR(", "));
        if (nearest(c->value, words, count, &best))
            diag_hint(sink, "did you mean '%.*s:%.*s'? There are: %.*s", STR_ARG(method), STR_ARG(best), STR_ARG(all));
        else
            diag_hint(sink, "there are: %.*s", STR_ARG(all));
        return false;
    }
    switch (c->method) {
    case METHOD_source:
        if (dots(c->value) > 2)
            return refuse_form(c, code, sink, "source:name, source:name.table or source:package.name.table");
        break;
    case METHOD_exposure:
    case METHOD_metric:
    case METHOD_semantic_model:
    case METHOD_saved_query:
    case METHOD_unit_test:
        if (dots(c->value) > 1) return refuse_form(c, code, sink, "its name, or package.name");
        break;
    case METHOD_path:
        if (str_starts(c->value, STR("/"))) {
            diag_add(sink, code, c->span, "'%.*s' is an absolute path", STR_ARG(c->value));
            diag_hint(sink, "paths of a selection are relative to the project's folder, e.g. path:models/staging");
            return false;
        }
        if (!stars_alone(c->value)) {
            diag_add(sink, code, c->span, "'**' beside other characters in '%.*s'", STR_ARG(c->value));
            diag_hint(sink, "it stands for any number of folders, as in path:models/**/stg_*; within a name write '*'");
            return false;
        }
        break;
    case METHOD_config:
        if (!c->argument.len) {
            diag_add(sink, code, c->span, "'config:' does not say which config");
            diag_hint(sink, "write e.g. config.materialized:view or config.meta.owner:finance");
            return false;
        }
        break;
    default: break;
    }
    return true;
}

/* ---- from text ---- */

static bool all_digits(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    return true;
}

static bool read_depth(Str digits, int *depth)
{
    int64_t n;
    *depth = -1;
    if (!digits.len) return true;
    if (!str_to_int(digits, &n) || n > 1000000) return false;
    *depth = (int)n;
    return true;
}

static bool word_char(char c)
{
    return c == '_' || c == '.' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool find_method(Arena *arena, Str word, Span span, DiagSink *sink, Method *method)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (str_eq(method_names[i], word)) {
            *method = (Method)i;
            return true;
        }
    diag_add(sink, DIAG_selection_invalid, span, "'%.*s' is no selection method", STR_ARG(word));
    Str best, names[METHOD_COUNT];
    if (nearest(word, method_names, METHOD_COUNT, &best)) {
        diag_hint(sink, "did you mean '%.*s:'?", STR_ARG(best));
        return false;
    }
    for (size_t i = 0; i < METHOD_COUNT; i++) names[i] = i == METHOD_config ? STR("config.*") : method_names[i];
    diag_hint(sink, "there are: %.*s", STR_ARG(str_join(arena, names, METHOD_COUNT, STR(", "))));
    return false;
}

/* "config.meta.owner" -> the method and its argument. */
static bool read_method(Arena *arena, Str word, Span span, DiagSink *sink, Criterion *c)
{
    size_t dot = str_find_char(word, '.', 0);
    c->argument = dot == STR_NPOS ? STR_EMPTY : str_from_index(word, dot + 1);
    return find_method(arena, dot == STR_NPOS ? word : str_slice(word, 0, dot), span, sink, &c->method);
}

static Method usual_method(Arena *arena, Str value)
{
    if (str_find_char(value, '/', 0) != STR_NPOS) return METHOD_path;
    Str lower = str_lower(arena, value);
    bool file = str_ends(lower, STR(".sql")) || str_ends(lower, STR(".py")) || str_ends(lower, STR(".csv"));
    return file ? METHOD_file : METHOD_fqn;
}

static bool parse_criterion(Arena *arena, Str text, Span span, DiagSink *sink, Criterion *c)
{
    *c = (Criterion){.parents_depth = -1, .children_depth = -1, .span = span, .argument = STR_EMPTY};
    c->raw = value_undefined(STR_EMPTY);
    Str rest = text;
    bool good = true;
    if (str_starts(rest, STR("@"))) {
        c->childrens_parents = true;
        rest = str_from_index(rest, 1);
    }
    size_t plus = str_find_char(rest, '+', 0);
    if (plus != STR_NPOS && all_digits(str_slice(rest, 0, plus))) {
        c->parents = true;
        good = read_depth(str_slice(rest, 0, plus), &c->parents_depth);
        rest = str_from_index(rest, plus + 1);
    }
    size_t colon = str_find_char(rest, ':', 0), i = 0;
    while (colon != STR_NPOS && i < colon && word_char(rest.ptr[i])) i++;
    Str value = rest, word = STR_EMPTY;
    if (colon != STR_NPOS && colon > 0 && i == colon) {
        word = str_slice(rest, 0, colon);
        value = str_from_index(rest, colon + 1);
    }
    plus = str_rfind_char(value, '+');
    if (plus != STR_NPOS && all_digits(str_from_index(value, plus + 1))) {
        c->children = true;
        good = good && read_depth(str_from_index(value, plus + 1), &c->children_depth);
        value = str_slice(value, 0, plus);
    }
    c->value = value;
    if (!good || (c->childrens_parents && c->children)) {
        diag_add(sink, DIAG_selection_invalid, span, "'%.*s' is no selection", STR_ARG(text));
        diag_hint(sink, "write a name, tag:x, path:x, ..., with + before it for ancestors and behind it for "
                        "descendants; @x cannot be combined with a + behind it");
        return false;
    }
    if (word.len) {
        if (!read_method(arena, word, span, sink, c)) return false;
    } else {
        c->method = usual_method(arena, value);
    }
    return true;
}

/* ---- trees ---- */

void spec_warn(Arena *arena, const SelectSpec *spec, DiagSink *sink)
{
    if (spec->kind == SELECT_CRITERION) criterion_check(arena, spec->criterion, DIAG_selectors_unclear, sink);
}

SelectSpec *spec_group(Arena *arena, SelectKind kind)
{
    SelectSpec *spec = ARENA_NEW(arena, SelectSpec);
    *spec = (SelectSpec){.kind = kind, .raw = {STR_EMPTY, SPAN_NONE}};
    return spec;
}

void spec_add(Arena *arena, SelectSpec *group, SelectSpec *part)
{
    if (group->part_count == group->part_cap)
        group->parts = vec_grown(arena, group->parts, &group->part_cap, group->part_count + 1, sizeof(SelectSpec *));
    group->parts[group->part_count++] = part;
}

static SelectSpec *spec_criterion(Arena *arena, const Criterion *criterion, Str raw)
{
    SelectSpec *spec = spec_group(arena, SELECT_CRITERION);
    spec->criterion = arena_copy(arena, criterion, sizeof *criterion);
    spec->raw = (SpanText){raw, criterion->span};
    return spec;
}

SelectSpec *spec_from_text(Arena *arena, Str text, Span span, DiagSink *sink)
{
    Criterion c;
    return parse_criterion(arena, text, span, sink, &c) ? spec_criterion(arena, &c, text) : NULL;
}

/* The place of a piece of a text with a place: exact where the place holds the text as it is. */
static Span piece_span(SpanText whole, Str piece)
{
    if (whole.span.end - whole.span.start != whole.text.len) return whole.span;
    uint32_t start = whole.span.start + (uint32_t)(piece.ptr - whole.text.ptr);
    return (Span){whole.span.source, start, start + (uint32_t)piece.len};
}

static SelectSpec *spec_from_word(Arena *arena, SpanText whole, Str word, DiagSink *sink)
{
    SelectSpec *group = spec_group(arena, SELECT_INTERSECTION);
    group->raw = (SpanText){word, piece_span(whole, word)};
    group->expect_exists = true;
    Str rest = word, part;
    while (str_split_next(&rest, ',', &part)) {
        SelectSpec *spec = spec_from_text(arena, part, part.len ? piece_span(whole, part) : group->raw.span, sink);
        if (!spec) return NULL;
        spec_add(arena, group, spec);
    }
    return group;
}

SelectSpec *spec_from_words(Arena *arena, const SpanText *words, size_t count, DiagSink *sink)
{
    SelectSpec *all = spec_group(arena, SELECT_UNION);
    for (size_t w = 0; w < count; w++) {
        Str rest = words[w].text, word;
        while (str_split_next(&rest, ' ', &word)) {
            if (!word.len) continue;
            SelectSpec *spec = spec_from_word(arena, words[w], word, sink);
            if (!spec) return NULL;
            spec_add(arena, all, spec);
        }
    }
    return all;
}

SelectSpec *spec_from_fields(Arena *arena, const SpecFields *fields, DiagSink *sink)
{
    Criterion c = {.childrens_parents = fields->childrens_parents,
                   .parents = fields->parents,
                   .children = fields->children,
                   .parents_depth = fields->parents_depth,
                   .children_depth = fields->children_depth,
                   .raw = fields->value.kind == V_STR ? value_undefined(STR_EMPTY) : fields->value,
                   .span = fields->value_span};
    c.value = value_to_str(arena, fields->value);
    if (!read_method(arena, fields->method.text, fields->method.span, sink, &c)) return NULL;
    if (c.childrens_parents && c.children) {
        diag_add(sink, DIAG_selection_invalid, c.span, "'childrens_parents' and 'children' exclude each other");
        diag_hint(sink, "keep one of the two; childrens_parents takes the descendants along anyway");
        return NULL;
    }
    SelectSpec *spec = spec_criterion(arena, &c, c.value);
    spec->own_indirect = fields->own_indirect;
    spec->indirect = fields->indirect;
    return spec;
}

Value spec_criterion_value(Arena *arena, const SelectSpec *spec)
{
    const Criterion *c = spec->criterion;
    Value dict = value_dict(arena);
    Str method = method_word(c->method);
    if (c->childrens_parents) dict_set_str(dict.u.dict, STR("childrens_parents"), VALUE_TRUE);
    if (c->parents) dict_set_str(dict.u.dict, STR("parents"), VALUE_TRUE);
    if (c->parents_depth >= 0)
        dict_set_str(dict.u.dict, STR("parents_depth"), value_str(str_fmt(arena, "%d", c->parents_depth)));
    if (c->argument.len) method = str_fmt(arena, "%.*s.%.*s", STR_ARG(method), STR_ARG(c->argument));
    dict_set_str(dict.u.dict, STR("method"), value_str(method));
    dict_set_str(dict.u.dict, STR("value"), value_str(c->value));
    if (c->children) dict_set_str(dict.u.dict, STR("children"), VALUE_TRUE);
    if (c->children_depth >= 0)
        dict_set_str(dict.u.dict, STR("children_depth"), value_str(str_fmt(arena, "%d", c->children_depth)));
    return dict;
}
