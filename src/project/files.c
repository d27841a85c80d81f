/* Finding the files of a project and its packages, and what kind each of them is by the folder it lies in. */
#include "base/file.h"
#include "base/utf8.h"
#include "project/ignore.h"
#include "project/loader.h"

#include <stdlib.h>

static const Str project_file = STR_INIT("dbt_project.yml");

bool project_find_root(Arena *arena, const ProjectOptions *options, DiagSink *sink, Str *root)
{
    if (options->project_dir.len) {
        Str path = path_join(arena, options->project_dir, project_file);
        if (file_is_regular(path.ptr)) {
            *root = path_normal(arena, options->project_dir);
            return true;
        }
        diag_add(sink, DIAG_project_not_found, options->place.span, "there is no dbt_project.yml in '%.*s'",
                 STR_ARG(options->project_dir));
        if (!file_is_dir(str_c(arena, options->project_dir)))
            diag_hint(sink, "'%.*s' is not a folder: correct --project-dir", STR_ARG(options->project_dir));
        else
            diag_hint(sink, "name the folder that holds dbt_project.yml, or make a project with `cdbt init`");
        return false;
    }
    Str folder = path_absolute(arena, STR("."));
    for (;;) {
        Str path = path_join(arena, folder, project_file);
        if (file_is_regular(path.ptr)) {
            *root = path_relative(arena, folder, path_absolute(arena, STR(".")));
            return true;
        }
        Str parent = path_dir(folder);
        if (!parent.len || str_eq(parent, folder)) break;
        folder = parent;
    }
    diag_add(sink, DIAG_project_not_found, options->place.span,
             "there is no dbt_project.yml in this folder or in any above it");
    diag_hint(sink, "run cdbt inside a project, name one with --project-dir, or make one with `cdbt init`");
    return false;
}

bool file_load(Loader *loader, Arena *arena, ProjectFile *file, DiagSink *sink)
{
    if (file->source) return !file->unreadable;
    Str full = path_join(arena, file->package->root, file->path);
    /* People know a file by its path from the project's folder; files of packages by where the package is. */
    Str shown = path_normal(arena, file->package->is_root ? file->path : full);
    Str error;
    if (!file_read(arena, full.ptr, &file->text, &error)) {
        file->unreadable = true;
        file->text = STR_EMPTY;
        file->source = source_add(loader->manifest->sources, shown, STR_EMPTY);
        diag_add(sink, DIAG_file_read, (Span){file->source, 0, 0}, "cannot read %.*s: %.*s", STR_ARG(shown),
                 STR_ARG(error));
        return false;
    }
    /* dbt strips schema files, so that a block at the very end has no line feed. */
    if (file->kind == FILE_SCHEMA) file->text = str_trim_right(file->text);
    file->source = source_add(loader->manifest->sources, shown, file->text);
    size_t bad = file->kind == FILE_SEED ? STR_NPOS : utf8_bad(file->text);
    if (bad != STR_NPOS) {
        file->unreadable = true;
        diag_add(sink, DIAG_encoding, (Span){file->source, (uint32_t)bad, (uint32_t)bad + 1},
                 "%.*s is not UTF-8 text: byte %zu is 0x%02x", STR_ARG(shown), bad + 1,
                 (unsigned)(unsigned char)file->text.ptr[bad]);
        diag_hint(sink, "save the file as UTF-8");
        return false;
    }
    return true;
}

static bool is_yaml(Str path)
{
    Str ext = path_ext(path);
    return str_eq(ext, STR(".yml")) || str_eq(ext, STR(".yaml"));
}

/* The kind of a file in a folder of models, seeds, ...; false if it is none of ours. */
static bool kind_of(ResourceType folder, bool macros, Str relative, FileKind *kind)
{
    Str ext = path_ext(relative);
    if (is_yaml(relative)) return *kind = FILE_SCHEMA, true;
    if (str_eq(ext, STR(".md"))) return *kind = FILE_DOCS, true;
    bool sql = str_eq(ext, STR(".sql"));
    if (macros) return *kind = FILE_MACRO, sql;
    switch (folder) {
    case RESOURCE_MODEL: *kind = sql ? FILE_MODEL : FILE_PYTHON; return sql || str_eq(ext, STR(".py"));
    case RESOURCE_SEED: *kind = FILE_SEED; return str_eq(ext, STR(".csv"));
    case RESOURCE_SNAPSHOT: *kind = FILE_SNAPSHOT; return sql;
    case RESOURCE_ANALYSIS: *kind = FILE_ANALYSIS; return sql;
    case RESOURCE_FUNCTION: *kind = sql ? FILE_FUNCTION : FILE_PYTHON_FUNCTION; return sql || str_eq(ext, STR(".py"));
    case RESOURCE_TEST:
        if (str_starts(relative, STR("fixtures/"))) return *kind = FILE_FIXTURE, sql || str_eq(ext, STR(".csv"));
        *kind = str_starts(relative, STR("generic/")) ? FILE_MACRO : FILE_TEST;
        return sql;
    default: return false;
    }
}

/* A folder of a package, walked once for all that looks into it. */
typedef struct ScannedFolder {
    Str folder;
    DirEntries entries;
} ScannedFolder;

typedef struct Scan {
    Loader *loader;
    Package *package;
    IgnoreRules ignored;
    VEC(ScannedFolder) folders;
} Scan;

static IgnoreRules read_ignored(Loader *loader, const Package *package)
{
    Str path = path_join(loader->arena, package->root, STR(".dbtignore")), text, error;
    if (!file_is_regular(path.ptr)) return (IgnoreRules){0};
    if (file_read(loader->arena, path.ptr, &text, &error)) return ignore_rules(loader->arena, text);
    diag_add(loader->sink, DIAG_file_read, (Span){package->file, 0, 0}, "cannot read %.*s: %.*s", STR_ARG(path),
             STR_ARG(error));
    return (IgnoreRules){0};
}

static const DirEntries *entries_of(Scan *scan, Str folder)
{
    Loader *loader = scan->loader;
    for (size_t i = 0; i < scan->folders.n; i++)
        if (str_eq(scan->folders.at[i].folder, folder)) return &scan->folders.at[i].entries;
    ScannedFolder scanned = {.folder = folder};
    Str root = path_join(loader->arena, scan->package->root, folder), error;
    DirOptions options = {.flags = DIR_FOLDERS};
    if (file_exists(root.ptr) && /* dbt: a missing resource folder is an empty one */
        !dir_walk(loader->arena, root.ptr, &options, &scanned.entries, &error))
        diag_add(loader->sink, DIAG_file_read, (Span){scan->package->file, 0, 0}, "cannot read the folder %.*s: %.*s",
                 STR_ARG(root), STR_ARG(error));
    vec_push(loader->arena, &scan->folders, scanned);
    return &scan->folders.at[scan->folders.n - 1].entries;
}

static void scan_folder(Scan *scan, ResourceType type, bool macros, bool docs_only, Str folder, Map *seen)
{
    Loader *loader = scan->loader;
    Package *package = scan->package;
    Arena *arena = loader->arena;
    const DirEntries *entries = entries_of(scan, folder);
    for (size_t i = 0; i < entries->n; i++) {
        const DirEntry *entry = &entries->at[i];
        FileKind kind;
        if (!kind_of(type, macros, entry->path, &kind)) continue;
        if (docs_only && kind != FILE_DOCS) continue;
        if (!docs_only && kind == FILE_DOCS) continue;
        Str written = path_join(arena, folder, entry->path), path = path_normal(arena, written);
        if (ignore_has(&scan->ignored, path)) continue;
        if (entry->kind == DIR_FOLDER) {
            if (kind == FILE_MODEL || kind == FILE_SEED || kind == FILE_SCHEMA) {
                SourceId source = source_add(loader->manifest->sources, path, STR_EMPTY);
                diag_add(loader->sink, DIAG_file_read, (Span){source, 0, 0},
                         "'%.*s' is a folder, but its name says that it is a file of the project", STR_ARG(path));
                diag_hint(loader->sink, "rename the folder without '%.*s'", STR_ARG(path_ext(path)));
            }
            continue;
        }
        if (entry->kind != DIR_FILE) continue;
        void **known = map_slot(seen, path);
        if (*known) continue; /* folders may overlap: tests/ and models/ both named, docs-paths */
        *known = package;
        vec_push(arena, &loader->files,
                 (ProjectFile){.kind = kind,
                               .package = package,
                               .path = written,
                               .relative = entry->path,
                               .folder = folder,
                               .text = STR_EMPTY});
    }
}

bool files_scan(Loader *loader)
{
    for (size_t p = 0; p < loader->manifest->package_count; p++) {
        Package *package = loader->manifest->packages[p];
        if (package->is_builtin) continue;
        const struct {
            const Str *paths;
            size_t count;
            ResourceType type;
            bool macros;
        } folders[] = {
            {package->macro_paths, package->macro_path_count, RESOURCE_COUNT, true},
            {package->model_paths, package->model_path_count, RESOURCE_MODEL, false},
            {package->seed_paths, package->seed_path_count, RESOURCE_SEED, false},
            {package->snapshot_paths, package->snapshot_path_count, RESOURCE_SNAPSHOT, false},
            {package->analysis_paths, package->analysis_path_count, RESOURCE_ANALYSIS, false},
            {package->test_paths, package->test_path_count, RESOURCE_TEST, false},
            {package->function_paths, package->function_path_count, RESOURCE_FUNCTION, false},
        };
        size_t count = sizeof folders / sizeof *folders;
        Scan scan = {.loader = loader, .package = package, .ignored = read_ignored(loader, package)};
        Map seen, seen_docs;
        map_init(&seen, loader->arena);
        map_init(&seen_docs, loader->arena);
        for (size_t f = 0; f < count; f++) {
            for (size_t i = 0; i < folders[f].count; i++)
                scan_folder(&scan, folders[f].type, folders[f].macros, false, folders[f].paths[i], &seen);
        }
        if (package->docs_path_count) {
            for (size_t i = 0; i < package->docs_path_count; i++)
                scan_folder(&scan, RESOURCE_COUNT, false, true, package->docs_paths[i], &seen_docs);
        } else {
            for (size_t f = 0; f < count; f++)
                for (size_t i = 0; i < folders[f].count; i++)
                    scan_folder(&scan, folders[f].type, folders[f].macros, true, folders[f].paths[i], &seen_docs);
        }
    }
    return true;
}
