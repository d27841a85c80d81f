/* The form of dbt_project.yml: which keys there are and what each holds. dbt refuses a file that is not so as a whole; here each
 * key that is wrong is told, with its place. */
#include "base/edit.h"
#include "project/config.h"
#include "project/loader.h"

typedef enum Form {
    FORM_ANY, /* looked at by the one who reads it */
    FORM_TEXT,
    FORM_TEXTS, /* a list of texts */
    FORM_TEXT_OR_TEXTS,
    FORM_MAP,
    FORM_MAPS, /* a list of mappings */
    FORM_BOOL,
    FORM_VERSION,
    FORM_CONFIG_VERSION,
} Form;

static const char *const wanted[] = {[FORM_TEXT] = "a string",
                                     [FORM_TEXTS] = "a list of strings",
                                     [FORM_TEXT_OR_TEXTS] = "a string or a list of strings",
                                     [FORM_MAP] = "a mapping",
                                     [FORM_MAPS] = "a list of mappings",
                                     [FORM_BOOL] = "true or false"};

/* Every key that dbt knows; ours are `delimiters` and `on_failure`. */
static const struct {
    const char *key;
    Form form;
} keys[] = {
    {"name", FORM_ANY}, /* read_name */
    {"config-version", FORM_CONFIG_VERSION},
    {"version", FORM_VERSION},
    {"project-root", FORM_TEXT},
    {"source-paths", FORM_TEXTS},
    {"model-paths", FORM_TEXTS},
    {"macro-paths", FORM_TEXTS},
    {"data-paths", FORM_TEXTS},
    {"seed-paths", FORM_TEXTS},
    {"test-paths", FORM_TEXTS},
    {"analysis-paths", FORM_TEXTS},
    {"docs-paths", FORM_TEXTS},
    {"asset-paths", FORM_TEXTS},
    {"function-paths", FORM_TEXTS},
    {"target-path", FORM_TEXT},
    {"snapshot-paths", FORM_TEXTS},
    {"clean-targets", FORM_TEXTS},
    {"profile", FORM_TEXT},
    {"log-path", FORM_TEXT},
    {"packages-install-path", FORM_TEXT},
    {"quoting", FORM_MAP},
    {"on-run-start", FORM_TEXT_OR_TEXTS},
    {"on-run-end", FORM_TEXT_OR_TEXTS},
    {"require-dbt-version", FORM_TEXT_OR_TEXTS},
    {"dispatch", FORM_MAPS},
    {"models", FORM_MAP},
    {"seeds", FORM_MAP},
    {"snapshots", FORM_MAP},
    {"analyses", FORM_MAP},
    {"sources", FORM_MAP},
    {"tests", FORM_MAP},
    {"data_tests", FORM_MAP},
    {"unit_tests", FORM_MAP},
    {"metrics", FORM_MAP},
    {"semantic-models", FORM_MAP},
    {"saved-queries", FORM_MAP},
    {"exposures", FORM_MAP},
    {"functions", FORM_MAP},
    {"vars", FORM_MAP},
    {"packages", FORM_ANY},
    {"query-comment", FORM_ANY}, /* read_query_comment */
    {"restrict-access", FORM_BOOL},
    {"dbt-cloud", FORM_MAP},
    {"flags", FORM_MAP},
    {"anchors", FORM_ANY},
    {"delimiters", FORM_ANY}, /* read_family */
    {"on_failure", FORM_ANY}, /* read_on_failure */
};
enum { KEYS = sizeof keys / sizeof *keys };

/* What a template will give is not known yet. */
static bool is_template(const YamlNode *node)
{
    return node->kind == YAML_STR &&
           (str_find(node->text, STR("{{"), 0) != STR_NPOS || str_find(node->text, STR("<<"), 0) != STR_NPOS);
}

static bool all_are(const YamlNode *list, YamlKind kind)
{
    for (size_t i = 0; i < list->u.seq.count; i++)
        if (list->u.seq.items[i]->kind != kind && !is_template(list->u.seq.items[i])) return false;
    return true;
}

static bool has_form(const YamlNode *value, Form form)
{
    switch (form) {
    case FORM_TEXT: return value->kind == YAML_STR;
    case FORM_TEXT_OR_TEXTS: return value->kind == YAML_STR || (value->kind == YAML_SEQ && all_are(value, YAML_STR));
    case FORM_TEXTS: return value->kind == YAML_SEQ && all_are(value, YAML_STR);
    case FORM_MAPS: return value->kind == YAML_SEQ && all_are(value, YAML_MAP);
    case FORM_MAP: return value->kind == YAML_MAP;
    case FORM_BOOL: return value->kind == YAML_BOOL;
    default: return true;
    }
}

/* dbt: a number, or a text of two or three numbers with whatever semantic versions carry behind the third. */
static bool is_version(const YamlNode *value)
{
    if (value->kind == YAML_INT || value->kind == YAML_FLOAT) return true;
    if (value->kind != YAML_STR) return false;
    Str text = value->text;
    size_t at = 0, parts = 0;
    while (parts < 3) {
        size_t start = at;
        while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') at++;
        if (at == start || (text.ptr[start] == '0' && at - start > 1)) return false;
        parts++;
        if (at == text.len || text.ptr[at] != '.' || parts == 3) break;
        at++;
    }
    return parts >= 2 &&
           (at == text.len || (parts == 3 && (text.ptr[at] == '-' || text.ptr[at] == '+') && at + 1 < text.len));
}

static bool check_value(DiagSink *sink, const YamlNode *key, const YamlNode *value, Form form)
{
    Str name = key->text;
    if (form == FORM_VERSION && !is_version(value)) {
        diag_add(sink, DIAG_project_invalid, value->span, "'version' is no version");
        diag_hint(sink, "write the project's own version as in `version: \"1.0.0\"`, or leave the key out");
        return false;
    }
    if (form == FORM_CONFIG_VERSION && !(value->kind == YAML_INT && value->u.integer == 2)) {
        diag_add(sink, DIAG_project_invalid, value->span, "'config-version' can only be 2");
        diag_hint(sink, "remove it: 2 is what it is without");
        return false;
    }
    if (has_form(value, form)) return true;
    diag_add(sink, DIAG_yaml_type, value->span, "'%.*s' of dbt_project.yml must be %s, not %s", STR_ARG(name),
             wanted[form],
             value->kind == YAML_SEQ && form != FORM_TEXT && form != FORM_MAP && form != FORM_BOOL
                 ? "a list of something else"
                 : yaml_kind_name(value->kind));
    if (value->kind == YAML_STR && form == FORM_TEXTS)
        diag_hint(sink, "write it as a list: %.*s: [%.*s]", STR_ARG(name), STR_ARG(value->text));
    else if (form == FORM_TEXT && yaml_is_scalar(value))
        diag_hint(sink, "quote it: \"%.*s\"", STR_ARG(value->text));
    return false;
}

/* ---- what is below some keys ---- */

static bool missing_key(DiagSink *sink, Span span, const char *key, const char *of, const char *wants)
{
    diag_add(sink, DIAG_project_invalid, span, "an entry of '%s' needs '%s', %s", of, key, wants);
    diag_hint(sink, "write `- macro_namespace: NAME` and below it `search_order: [PACKAGE, ...]`");
    return false;
}

static bool check_dispatch(DiagSink *sink, const YamlNode *list)
{
    static const Str known[] = {STR_INIT("macro_namespace"), STR_INIT("search_order")};
    bool ok = true;
    for (size_t i = 0; i < list->u.seq.count; i++) {
        const YamlNode *entry = list->u.seq.items[i];
        if (entry->kind != YAML_MAP) continue;
        const YamlNode *order = yaml_get(entry, known[1]);
        yaml_check_keys(entry, known, 2, "an entry of dispatch", sink);
        if (!yaml_pair(entry, known[0]))
            ok = missing_key(sink, entry->span, "macro_namespace", "dispatch", "the package whose macros are meant");
        if (!order || (order->kind != YAML_SEQ && !is_template(order)))
            ok = missing_key(sink, order ? order->span : entry->span, "search_order", "dispatch",
                             "a list of the packages to look in");
    }
    return ok;
}

static bool check_quoting(DiagSink *sink, const YamlNode *map)
{
    static const Str known[] = {STR_INIT("database"), STR_INIT("schema"), STR_INIT("identifier"), STR_INIT("project"),
                                STR_INIT("column")};
    bool ok = true;
    for (size_t i = 0; i < map->u.map.count; i++) {
        const YamlNode *key = map->u.map.pairs[i].key, *value = map->u.map.pairs[i].value;
        bool found = false;
        for (size_t k = 0; k < 5; k++) found = found || str_eq(known[k], key->text);
        if (!found) {
            Str best;
            diag_add(sink, DIAG_project_invalid, key->span, "'%.*s' is no key of quoting", STR_ARG(key->text));
            if (nearest(key->text, known, 5, &best)) diag_hint(sink, "did you mean '%.*s'?", STR_ARG(best));
            ok = false;
        } else if (!yaml_absent(value) && value->kind != YAML_BOOL && !is_template(value)) {
            diag_add(sink, DIAG_yaml_type, value->span, "'%.*s' of quoting must be true or false, not %s",
                     STR_ARG(key->text), yaml_kind_name(value->kind));
            ok = false;
        }
    }
    return ok;
}

static bool check_below(DiagSink *sink, const YamlNode *key, const YamlNode *value)
{
    if (value->kind == YAML_SEQ && str_eq(key->text, STR("dispatch"))) return check_dispatch(sink, value);
    if (value->kind == YAML_MAP && str_eq(key->text, STR("quoting"))) return check_quoting(sink, value);
    return true;
}

/* A key of a tree of configs that is no path: a `+` in front, or no mapping. */
void project_check_config_keys(DiagSink *sink, const YamlNode *tree)
{
    for (size_t i = 0; yaml_is(tree, YAML_MAP) && i < tree->u.map.count; i++) {
        const YamlNode *key = tree->u.map.pairs[i].key, *value = tree->u.map.pairs[i].value;
        if (str_starts(key->text, STR("+")))
            config_check_key(config_key(str_trim(str_from_index(key->text, 1))), key->span, sink);
        else if (yaml_is(value, YAML_MAP))
            project_check_config_keys(sink, value);
        else if (!yaml_absent(value))
            config_check_key(config_key(key->text), key->span, sink);
    }
}

static void unknown_key(DiagSink *sink, const YamlNode *key)
{
    Str names[KEYS], best;
    for (size_t i = 0; i < KEYS; i++) names[i] = str_from(keys[i].key);
    diag_add(sink, DIAG_project_invalid, key->span, "'%.*s' is no key of dbt_project.yml", STR_ARG(key->text));
    if (nearest(key->text, names, KEYS, &best))
        diag_hint(sink, "did you mean '%.*s'?", STR_ARG(best));
    else
        diag_hint(sink, "remove it; values of your own belong below `vars`");
}

static const struct {
    const char *older, *newer;
    bool renamed; /* the older one is to go */
} pairs[] = {{"source-paths", "model-paths", true}, {"data-paths", "seed-paths", true}, {"tests", "data_tests", false}};

/* dbt knows no two names for one thing in one file. */
static bool check_pair(DiagSink *sink, const YamlNode *file, const char *older, const char *newer, bool renamed)
{
    const YamlPair *old = yaml_pair(file, str_from(older)), *new = yaml_pair(file, str_from(newer));
    if (renamed && old && !new) {
        diag_add(sink, DIAG_key_renamed, old->key->span, "'%s' is called '%s' now", older, newer);
        diag_hint(sink, "rename the key");
    }
    if (!old || !new || yaml_absent(old->value) || yaml_absent(new->value)) return true;
    diag_add(sink, DIAG_project_invalid, old->key->span, "'%s' and '%s' are two names of one key", older, newer);
    diag_note(sink, new->key->span, "the other one is here");
    diag_hint(sink, "put all below '%s'", newer);
    return false;
}

bool project_check_form(DiagSink *sink, const YamlNode *file)
{
    bool ok = true;
    for (size_t i = 0; i < file->u.map.count; i++) {
        const YamlNode *key = file->u.map.pairs[i].key, *value = file->u.map.pairs[i].value;
        size_t at = 0;
        while (at < KEYS && !str_eq(key->text, str_from(keys[at].key))) at++;
        if (at == KEYS) {
            unknown_key(sink, key);
            ok = false;
        } else if (!yaml_absent(value) && !is_template(value)) {
            ok = check_value(sink, key, value, keys[at].form) && check_below(sink, key, value) && ok;
        }
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        ok = check_pair(sink, file, pairs[i].older, pairs[i].newer, pairs[i].renamed) && ok;
    return ok;
}
