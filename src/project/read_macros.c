/* Macros (user, package and embedded) and docs blocks. */
#include "base/embedded.h"
#include "project/loader.h"
#include "project/read_schema.h"

#include <stdlib.h>

/* dbt's own block tags. docs blocks only stand in .md files and snapshots in .sql ones, but all are known everywhere, so
 * that a block in the wrong place gets a message of its own. */
static const TplTag tags[] = {
    {STR_INIT("test"), STR_INIT("endtest"), TPL_TAG_MACRO},
    {STR_INIT("data_test"), STR_INIT("enddata_test"), TPL_TAG_MACRO},
    {STR_INIT("materialization"), STR_INIT("endmaterialization"), TPL_TAG_OPTIONS},
    {STR_INIT("snapshot"), STR_INIT("endsnapshot"), TPL_TAG_BODY},
    {STR_INIT("docs"), STR_INIT("enddocs"), TPL_TAG_BODY},
};

TplOptions loader_tpl_options(const Package *package)
{
    return (TplOptions){.family = package->family, .tags = tags, .tag_count = sizeof tags / sizeof *tags};
}

static Span whole(SourceId source, Str text)
{
    return (Span){source, 0, (uint32_t)text.len};
}

/* dbt mangles the names of macro-like blocks: test_unique, materialization_view_default. */
static Str mangled(Arena *arena, const TplBlock *block)
{
    if (str_eq(block->tag, STR("test")) || str_eq(block->tag, STR("data_test")))
        return str_fmt(arena, "test_%.*s", STR_ARG(block->name));
    if (str_eq(block->tag, STR("materialization"))) {
        Value adapter = dict_get_str(block->options.u.dict, STR("adapter"));
        Str suffix = adapter.kind == V_STR ? value_text(adapter) : STR("default");
        return str_fmt(arena, "materialization_%.*s_%.*s", STR_ARG(block->name), STR_ARG(suffix));
    }
    return block->name;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* dbt's text of a block holds the white space that {%- and -%} cut away; `*taken` is where the block before ended. The file
 * itself is stripped. */
static Str whole_block(Str text, Span whole, size_t *taken)
{
    size_t start = whole.start, end = whole.end, first = text.len - str_trim_left(text).len;
    size_t last = str_trim_right(text).len;
    if (*taken < first) *taken = first;
    if (end - start > 4 && text.ptr[start + 2] == '-')
        while (start > *taken && is_space(text.ptr[start - 1])) start--;
    if (end - start > 4 && text.ptr[end - 3] == '-')
        while (end < last && is_space(text.ptr[end])) end++;
    *taken = end;
    return str_slice(text, start, end);
}

typedef VEC(Macro *) MacroVec;

typedef struct MacroFile {
    ProjectFile *file;
    Package *package;
    Str path;
    Str text; /* of an embedded file */
    MacroVec macros;
} MacroFile;

static void read_file(Loader *loader, Worker *worker, size_t item, void *data)
{
    MacroFile *mf = &((MacroFile *)data)[item];
    SourceId source;
    Str text;
    if (mf->file) {
        if (!file_load(loader, worker->arena, mf->file, &worker->sink)) return;
        source = mf->file->source;
        text = mf->file->text;
    } else {
        text = mf->text;
        source = source_add(loader->manifest->sources, mf->path, text);
    }
    TplOptions options = loader_tpl_options(mf->package);
    TplUnit *unit = tpl_parse(worker->arena, loader->manifest->sources, whole(source, text), &options, &worker->sink);
    if (!unit) return;
    size_t count;
    const TplBlock *blocks = tpl_blocks(unit, &count);
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        const TplBlock *block = &blocks[i];
        if (!block->macro) {
            diag_add(&worker->sink, DIAG_template_unsupported, block->span,
                     "a '%.*s' block cannot stand in a macro file", STR_ARG(block->tag));
            diag_hint(&worker->sink, str_eq(block->tag, STR("docs"))
                                         ? "put it into an .md file below the model paths"
                                         : "put it into a .sql file below the snapshot paths");
            continue;
        }
        Macro *macro = ARENA_NEW(worker->arena, Macro);
        macro->name = mangled(worker->arena, block);
        macro->tag = str_eq(block->tag, STR("data_test")) ? STR("test") : block->tag;
        macro->package = mf->package;
        macro->unique_id = str_fmt(worker->arena, "macro.%.*s.%.*s", STR_ARG(mf->package->name), STR_ARG(macro->name));
        macro->path = macro->original_file_path = mf->path;
        macro->span = block->span;
        macro->macro_sql = whole_block(text, block->whole, &taken);
        macro->macro = block->macro;
        macro->options = block->options;
        macro->description = macro->patch_path = STR_EMPTY;
        macro->meta = macro->docs = value_undefined(STR_EMPTY);
        vec_push(worker->arena, &mf->macros, macro);
    }
}

static int by_id(const void *a, const void *b)
{
    const Macro *const *x = a, *const *y = b;
    return str_cmp((*x)->unique_id, (*y)->unique_id);
}

void macros_read(Loader *loader)
{
    Manifest *m = loader->manifest;
    Arena *arena = loader->arena;
    VEC(MacroFile) files = {0};
    for (size_t p = 0; p < m->package_count; p++)
        if (m->packages[p]->is_builtin)
            for (size_t i = 0; i < embedded_macros_count; i++)
                vec_push(arena, &files,
                         (MacroFile){.package = m->packages[p],
                                     .path = str_fmt(arena, "cdbt:macros/%s", embedded_macros[i].path),
                                     .text = str_n((const char *)embedded_macros[i].data, embedded_macros[i].size)});
    for (size_t i = 0; i < loader->files.n; i++)
        if (loader->files.at[i].kind == FILE_MACRO)
            vec_push(arena, &files,
                     (MacroFile){.file = &loader->files.at[i],
                                 .package = loader->files.at[i].package,
                                 .path = loader->files.at[i].path});
    loader_parallel(loader, files.n, read_file, files.at);

    MacroVec all = {0};
    for (size_t i = 0; i < files.n; i++)
        for (size_t j = 0; j < files.at[i].macros.n; j++) {
            Macro *macro = files.at[i].macros.at[j];
            Macro *other = map_put(&files.at[i].package->macros, macro->name, macro);
            if (other) {
                diag_add(loader->sink, DIAG_macro_duplicate, macro->span,
                         "two macros of package '%.*s' are named '%.*s'", STR_ARG(macro->package->name),
                         STR_ARG(macro->name));
                diag_note(loader->sink, other->span, "the other one is here");
                diag_hint(loader->sink, "rename one of them");
                continue;
            }
            vec_push(arena, &all, macro);
            map_put(&m->macros_by_id, macro->unique_id, macro);
        }
    if (all.n) qsort(all.at, all.n, sizeof *all.at, by_id);
    m->macros = all.at;
    m->macro_count = all.n;
}

/* ---- what a macro calls ---- */

/* Only calls by name and constant adapter.dispatch calls are seen, as in dbt (statically_extract_macro_calls). */
void macros_link(Loader *loader)
{
    Manifest *m = loader->manifest;
    Arena *arena = loader->arena;
    Context *context = loader->workers[0].parse;
    for (size_t i = 0; i < m->macro_count; i++) {
        Macro *macro = m->macros[i];
        size_t count;
        const TplCallSite *sites = tpl_macro_call_sites(macro->macro, &count);
        context_set_node(context, NULL, macro->package);
        VEC(Str) ids = {0};
        for (size_t s = 0; s < count; s++) {
            const Macro *called[2];
            size_t called_count = context_called_macros(context, macro, &sites[s], called);
            for (size_t c = 0; c < called_count; c++) {
                bool seen = false;
                for (size_t k = 0; k < ids.n && !seen; k++) seen = str_eq(ids.at[k], called[c]->unique_id);
                if (!seen) vec_push(arena, &ids, called[c]->unique_id);
            }
        }
        macro->depends_on = ids.at;
        macro->depends_on_count = ids.n;
    }
}

/* ---- descriptions of macros ---- */

/* The types that a macro's argument can be declared with, and how many types each takes in brackets. Source: dbt's page on
 * macro properties, and dbt 1.11. */
static const struct {
    const char *name;
    unsigned parameters;
} argument_types[] = {{"str", 0}, {"string", 0}, {"bool", 0}, {"int", 0},      {"integer", 0},  {"float", 0},
                      {"any", 0}, {"list", 1},   {"dict", 2}, {"optional", 1}, {"relation", 0}, {"column", 0}};

static void skip_blanks(Str type, size_t *at)
{
    while (*at < type.len && (type.ptr[*at] == ' ' || type.ptr[*at] == '\t')) (*at)++;
}

static bool skip_char(Str type, size_t *at, char c)
{
    skip_blanks(type, at);
    if (*at == type.len || type.ptr[*at] != c) return false;
    (*at)++;
    return true;
}

/* One type from *at on, such as `optional[dict[str, int]]`. */
static bool skip_type(Str type, size_t *at, unsigned depth)
{
    if (depth > 64) return false;
    skip_blanks(type, at);
    size_t start = *at;
    while (*at < type.len && type.ptr[*at] >= 'a' && type.ptr[*at] <= 'z') (*at)++;
    Str name = str_slice(type, start, *at);
    for (size_t i = 0; i < sizeof argument_types / sizeof *argument_types; i++) {
        if (!str_eq(name, str_from(argument_types[i].name))) continue;
        unsigned count = argument_types[i].parameters;
        if (!count) return true;
        if (!skip_char(type, at, '[')) return false;
        for (unsigned p = 0; p < count; p++)
            if ((p && !skip_char(type, at, ',')) || !skip_type(type, at, depth + 1)) return false;
        return skip_char(type, at, ']');
    }
    return false;
}

static bool type_is_known(Str type)
{
    size_t at = 0;
    skip_blanks(type, &at);
    if (at == type.len) return true;
    if (!skip_type(type, &at, 0)) return false;
    skip_blanks(type, &at);
    return at == type.len;
}

/* The flag validate_macro_args of dbt_project.yml; as in dbt it is off unless it is asked for. */
static bool checks_arguments(const Manifest *m)
{
    return manifest_flag(m, "validate_macro_args", false);
}

/* Names in order, their number and the types, as dbt's validate_macro_args compares them. */
static void check_arguments(Loader *loader, const Macro *macro, const YamlNode *arguments)
{
    size_t count;
    const TplParam *params = tpl_macro_params(macro->macro, &count);
    for (size_t i = 0; i < macro->argument_count; i++) {
        const MacroArgument *argument = &macro->arguments[i];
        const YamlNode *entry = arguments->u.seq.items[i];
        if (i < count && !str_eq(argument->name, params[i].name)) {
            diag_add(loader->sink, DIAG_macro_arguments, entry->span,
                     "argument %zu of the macro '%.*s' is described as '%.*s', and is '%.*s'", i + 1,
                     STR_ARG(macro->name), STR_ARG(argument->name), STR_ARG(params[i].name));
            diag_hint(loader->sink, "describe the arguments by the macro's names, in its order");
        }
        if (!type_is_known(argument->type)) {
            diag_add(loader->sink, DIAG_macro_arguments, entry->span, "'%.*s' is no type of an argument",
                     STR_ARG(argument->type));
            diag_hint(loader->sink,
                      "the types are str, string, bool, int, integer, float, any, list[..], dict[.., ..], "
                      "optional[..], relation and column");
        }
    }
    if (count != macro->argument_count) {
        diag_add(loader->sink, DIAG_macro_arguments, arguments->span,
                 "the macro '%.*s' takes %zu argument%s, and %zu %s described", STR_ARG(macro->name), count,
                 count == 1 ? "" : "s", macro->argument_count, macro->argument_count == 1 ? "is" : "are");
        diag_hint(loader->sink, "describe all arguments or none");
    }
}

static bool in_test_path(const Macro *macro)
{
    const Package *package = macro->package;
    for (size_t i = 0; i < package->test_path_count; i++) {
        Str path = package->test_paths[i], file = macro->original_file_path;
        if (str_starts(file, path) && file.len > path.len && file.ptr[path.len] == '/') return true;
    }
    return false;
}

/* With validate_macro_args, what is not described is read off the macro. */
static void read_signatures(Manifest *m, Arena *arena)
{
    for (size_t i = 0; i < m->macro_count; i++) {
        Macro *macro = m->macros[i];
        size_t count = 0;
        /* dbt reads the files of generic tests below the test paths with another reader, which does not look at them. */
        bool reads = macro->macro && !in_test_path(macro);
        const TplParam *params = reads ? tpl_macro_params(macro->macro, &count) : NULL;
        macro->arguments = ARENA_ARRAY(arena, MacroArgument, count + 1);
        macro->argument_count = count;
        for (size_t k = 0; k < count; k++) macro->arguments[k] = (MacroArgument){params[k].name, STR_EMPTY, STR_EMPTY};
    }
}

void macros_patch(Loader *loader)
{
    bool argument_checks = checks_arguments(loader->manifest);
    if (argument_checks) read_signatures(loader->manifest, loader->arena);
    for (size_t i = 0; i < loader->patch_list.n; i++) {
        Patch *patch = loader->patch_list.at[i];
        if (!str_eq(patch->kind, STR("macros"))) continue;
        patch->used = true;
        Macro *macro = map_get(&patch->file->package->macros, patch->name);
        if (!macro) { /* a generic test is described by its own name */
            Str test = str_fmt(loader->arena, "test_%.*s", STR_ARG(patch->name));
            macro = map_get(&patch->file->package->macros, test);
        }
        if (!macro) {
            patch->used = false;
            continue;
        }
        macro->description = patch->description;
        macro->patch_path =
            str_fmt(loader->arena, "%.*s://%.*s", STR_ARG(patch->file->package->name), STR_ARG(patch->file->path));
        if (patch->config.kind == V_DICT) macro->meta = dict_get_str(patch->config.u.dict, STR("meta"));
        macro->docs = patch->docs;
        const YamlNode *arguments = yaml_get(patch->node, STR("arguments"));
        if (!yaml_is(arguments, YAML_SEQ) || (argument_checks && !arguments->u.seq.count)) continue;
        macro->arguments = ARENA_ARRAY(loader->arena, MacroArgument, arguments->u.seq.count + 1);
        macro->argument_count = 0;
        for (size_t a = 0; a < arguments->u.seq.count; a++) {
            const YamlNode *entry = arguments->u.seq.items[a];
            MacroArgument argument = {STR_EMPTY, STR_EMPTY, STR_EMPTY};
            schema_str(&loader->workers[0], patch->file, entry, "name", &argument.name);
            schema_str(&loader->workers[0], patch->file, entry, "type", &argument.type);
            yaml_description(&loader->workers[0], patch->file->package, yaml_get(entry, STR("description")),
                             &argument.description, NULL);
            macro->arguments[macro->argument_count++] = argument;
        }
        if (argument_checks && macro->argument_count && macro->macro) check_arguments(loader, macro, arguments);
    }
    worker_drain(loader, &loader->workers[0]);
}

/* ---- docs ---- */

typedef VEC(DocBlock *) DocVec;

/* A statement tag of a file that is prose but for its docs blocks. */
typedef struct Tag {
    size_t start, end; /* from its opening delimiter to behind the closing one */
    Str word;
} Tag;

/* The next tag from `at` on. Comments are skipped, and an opener that another one follows before it closes. */
static bool next_tag(Str text, char opener, size_t at, Tag *tag)
{
    char closer = opener == '{' ? '}' : '>';
    for (; (at = str_find_char(text, opener, at)) != STR_NPOS; at++) {
        char kind = at + 1 < text.len ? text.ptr[at + 1] : 0;
        if (kind != '%' && kind != '#') continue;
        size_t end = at + 2;
        while (end + 1 < text.len && !(text.ptr[end] == kind && text.ptr[end + 1] == closer) &&
               !(kind == '%' && text.ptr[end] == opener && text.ptr[end + 1] == kind))
            end++;
        bool closed = end + 1 < text.len && text.ptr[end] == kind;
        if (kind == '#' && closed) at = end + 1;
        if (kind == '#' || !closed) continue;
        size_t word = at + 2;
        if (text.ptr[word] == '-' || text.ptr[word] == '+') word++;
        while (word < end && is_space(text.ptr[word])) word++;
        size_t stop = word;
        while (stop < end && !is_space(text.ptr[stop]) && text.ptr[stop] != '-') stop++;
        *tag = (Tag){at, end + 2, str_slice(text, word, stop)};
        return true;
    }
    return false;
}

/* The next docs block from `*at` on, *at behind it; one that is never closed ends with the text. What stands around docs blocks
 * is for people, whatever it holds: dbt looks for these tags only. */
static bool next_docs(Str text, char opener, size_t *at, size_t *start)
{
    Tag tag;
    bool raw = false, inside = false;
    while (next_tag(text, opener, *at, &tag)) {
        *at = tag.end;
        if (raw) {
            raw = !str_eq(tag.word, STR("endraw"));
        } else if (str_eq(tag.word, STR("raw"))) {
            raw = true;
        } else if (!inside && str_eq(tag.word, STR("docs"))) {
            inside = true;
            *start = tag.start;
        } else if (inside && str_eq(tag.word, STR("enddocs"))) {
            return true;
        }
    }
    *at = text.len;
    return inside;
}

static bool knows_nothing(void *data, TplEval *eval, Str name, Value *result)
{
    (void)data, (void)eval, (void)name, (void)result;
    return false;
}

static Str why_unknown(void *data, TplEval *eval, Str name, bool owner)
{
    (void)data, (void)eval, (void)name, (void)owner;
    return STR(
        "a docs block knows no names of the project: write raw and endraw around what is to be shown as it stands");
}

/* As dbt reads a block: rendered, where nothing but the language is known, so that `raw` is what people write around examples
 * of templates. What does not render stays as it is written, with its error. */
static Str docs_contents(Loader *loader, Worker *worker, const ProjectFile *file, const TplBlock *block)
{
    Str written = str_slice(file->text, block->body.start, block->body.end);
    if (tpl_is_plain(written, tpl_unit_family(block->unit))) return str_trim(written);
    TplHost host = {.lookup = knows_nothing, .explain = why_unknown};
    TplEval *eval = tpl_eval_new(worker->arena, loader->manifest->sources, &worker->sink, host, (TplLimits){0});
    Value text;
    bool rendered = tpl_render(eval, block->unit, &text);
    tpl_eval_free(eval);
    return str_trim(rendered ? value_text(text) : written);
}

static void read_docs_file(Loader *loader, Worker *worker, size_t item, void *data)
{
    DocVec *vec = &((DocVec *)data)[item];
    ProjectFile *file = &loader->files.at[item];
    if (file->kind != FILE_DOCS || !file_load(loader, worker->arena, file, &worker->sink)) return;
    TplOptions options = loader_tpl_options(file->package);
    options.family = tpl_family_of(file->text, file->package->family);
    char opener = options.family == TPL_ANGLE ? '<' : '{';
    for (size_t start = 0, end = 0; next_docs(file->text, opener, &end, &start);) {
        Span region = {file->source, (uint32_t)start, (uint32_t)end};
        TplUnit *unit = tpl_parse(worker->arena, loader->manifest->sources, region, &options, &worker->sink);
        size_t count = 0;
        const TplBlock *blocks = unit ? tpl_blocks(unit, &count) : NULL;
        if (count != 1) continue;
        DocBlock *doc = ARENA_NEW(worker->arena, DocBlock);
        doc->name = blocks->name;
        doc->package = file->package;
        doc->unique_id = str_fmt(worker->arena, "doc.%.*s.%.*s", STR_ARG(file->package->name), STR_ARG(blocks->name));
        doc->contents = docs_contents(loader, worker, file, blocks);
        doc->path = file->relative;
        doc->original_file_path = file->path;
        doc->span = blocks->span;
        vec_push(worker->arena, vec, doc);
    }
}

static int doc_by_id(const void *a, const void *b)
{
    const DocBlock *const *x = a, *const *y = b;
    return str_cmp((*x)->unique_id, (*y)->unique_id);
}

void docs_read(Loader *loader)
{
    Manifest *m = loader->manifest;
    DocVec *files = ARENA_ARRAY(loader->arena, DocVec, loader->files.n + 1), all = {0};
    loader_parallel(loader, loader->files.n, read_docs_file, files);
    for (size_t i = 0; i < loader->files.n; i++)
        for (size_t j = 0; j < files[i].n; j++) {
            DocBlock *doc = files[i].at[j], *other = map_get(&m->docs_by_id, doc->unique_id);
            if (other) {
                diag_add(loader->sink, DIAG_docs_duplicate, doc->span, "two docs blocks are named '%.*s'",
                         STR_ARG(doc->name));
                diag_note(loader->sink, other->span, "the other one is here");
                diag_hint(loader->sink, "rename one of them");
                continue;
            }
            map_put(&m->docs_by_id, doc->unique_id, doc);
            vec_push(loader->arena, &all, doc);
        }
    if (all.n) qsort(all.at, all.n, sizeof *all.at, doc_by_id);
    m->docs = all.at;
    m->doc_count = all.n;
}
