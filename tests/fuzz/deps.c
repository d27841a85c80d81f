/* What `cdbt deps` is handed by strangers: archives, versions and conditions, entries of package lists, a hub's answers.
 *
 * The first byte says which. Whatever an archive holds, nothing lands outside of its folder and no link leads out of it; a
 * version that fits all conditions fits each of them; the order of versions has two sides. */
#include "base/file.h"
#include "base/semver.h"
#include "base/untar.h"
#include "project/head.h"
#include "template/library.h"
#include "yaml/yaml.h"

#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
    if (!held) abort();
}

/* ---- archives ---- */

enum { BLOCK = 512, CHECKSUM_AT = 148, CHECKSUM_SIZE = 8 };

/* With a right checksum a changed header gets further: that of each block that may be one is put right. */
static void mend_checksums(char *archive, size_t size)
{
    for (size_t at = 0; at + BLOCK <= size; at += BLOCK) {
        unsigned sum = 0;
        char *header = archive + at;
        if (!header[0] || memcmp(header + 257, "ustar", 5) != 0) continue;
        for (size_t i = 0; i < BLOCK; i++)
            sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_SIZE ? ' ' : (unsigned char)header[i];
        char text[CHECKSUM_SIZE + 1];
        snprintf(text, sizeof text, "%06o", sum & 0777777u);
        memcpy(header + CHECKSUM_AT, text, CHECKSUM_SIZE - 1);
    }
}

/* Every link below `folder` that leads somewhere leads to a place below `root`. */
static void check_links(const char *root, const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir) return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char path[PATH_MAX], real[PATH_MAX];
        struct stat info;
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path) continue;
        if (lstat(path, &info) != 0) continue;
        if (S_ISDIR(info.st_mode)) check_links(root, path);
        if (!S_ISLNK(info.st_mode) || !realpath(path, real)) continue;
        size_t length = strlen(root);
        require(strncmp(real, root, length) == 0 && (real[length] == '/' || real[length] == 0));
    }
    closedir(dir);
}

static void fuzz_archive(Arena *arena, const uint8_t *data, size_t size)
{
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    char above[] = "/dev/shm/cdbt-fuzz-XXXXXX", box[sizeof above + 8], real[PATH_MAX];
    if (strcmp(place, "/tmp") == 0) strcpy(above, "/tmp/cdbt-fuzz-XXXXXX");
    require(mkdtemp(above) != NULL);
    snprintf(box, sizeof box, "%s/box", above);
    require(mkdir(box, 0755) == 0 && realpath(box, real) != NULL);
    char *archive = arena_copy(arena, data, size);
    mend_checksums(archive, size);
    Str error = STR_EMPTY;
    if (!untar(arena, str_n(archive, size), box, &error)) require(error.len > 0);
    check_links(real, real);
    size_t beside = 0;
    DIR *dir = opendir(above);
    require(dir != NULL);
    for (struct dirent *entry; (entry = readdir(dir));) beside += entry->d_name[0] != '.' || entry->d_name[1] > '.';
    closedir(dir);
    require(beside == 1);
    require(file_remove_tree(arena, "/", above, &error));
}

/* ---- versions ---- */

/* Lines; those that begin with a space are versions, all others are conditions. */
static void fuzz_versions(Arena *arena, Str text)
{
    enum { MOST = 8 };
    Semver conditions[MOST], versions[MOST];
    size_t n = 0, m = 0;
    Str line;
    while (str_split_next(&text, '\n', &line)) {
        bool version = str_starts(line, STR(" "));
        Semver *to = version ? &versions[m] : &conditions[n];
        if ((version ? m : n) == MOST || !semver_parse(version ? str_from_index(line, 1) : line, to)) continue;
        require(to->part[0] >= 0 && to->part[1] >= 0 && to->part[2] >= 0);
        if (version && to->match != SEMVER_EXACT)
            continue; /* "<2.0.0" is none; "<1.0.0" has its own place before 1.0.0-rc */
        m += version;
        n += !version;
    }
    SemverRange all, one;
    bool can = semver_reduce(conditions, n, &all), released = true;
    /* By dbt's order each of "<2.0.0" and "<2.0.0-x" lies before the other: which of them stays depends on their places. */
    for (size_t c = 0; c < n; c++) released = released && !conditions[c].prerelease.len;
    if (can) require(semver_range_text(arena, &all).len > 0);
    for (size_t v = 0; v < m; v++) {
        for (size_t k = 0; k < m; k++) {
            int ab = semver_compare(&versions[v], &versions[k]), ba = semver_compare(&versions[k], &versions[v]);
            require((ab < 0) == (ba > 0) && (ab == 0) == (ba == 0));
        }
        if (!can || !released || !semver_fits(&versions[v], &all)) continue;
        for (size_t c = 0; c < n; c++)
            require(semver_reduce(&conditions[c], 1, &one) && semver_fits(&versions[v], &one));
    }
}

/* ---- lists of packages ---- */

static void read_entries(Arena *arena, Value list, Span span, DiagSink *sink)
{
    if (list.kind == V_DICT) list = dict_get_str(list.u.dict, STR("packages"));
    for (uint32_t i = 0; list.kind == V_LIST && i < list.u.list->n; i++) {
        PackageSpec spec;
        size_t errors = sink->errors;
        bool ok = package_spec_read(arena, list.u.list->at[i], list.u.list->at[i], span, sink, &spec);
        require(ok || sink->errors > errors);
    }
}

/* Scalars as texts: that is how most values of a list arrive. */
static Value plain_value(Arena *arena, const YamlNode *node, int depth)
{
    if (!node || depth > 16) return VALUE_NONE;
    if (node->kind == YAML_SEQ) {
        Value list = value_list(arena);
        for (size_t i = 0; i < node->u.seq.count; i++)
            list_push(list.u.list, plain_value(arena, node->u.seq.items[i], depth + 1));
        return list;
    }
    if (node->kind == YAML_MAP) {
        Value dict = value_dict(arena);
        for (size_t i = 0; i < node->u.map.count; i++)
            dict_set_str(dict.u.dict, node->u.map.pairs[i].key->text,
                         plain_value(arena, node->u.map.pairs[i].value, depth + 1));
        return dict;
    }
    return node->kind == YAML_BOOL ? value_bool(node->u.boolean) : value_str(node->text);
}

static void fuzz_list(Arena *arena, Str text, bool json)
{
    DiagSink sink;
    diag_sink_init(&sink);
    SourceTable *sources = source_table_new();
    Span span = {source_add(sources, STR("packages.yml"), text), 0, 0};
    const YamlNode *root = NULL;
    Value value;
    Str problem = STR_EMPTY;
    if (json) {
        if (value_from_json(arena, text, &value, &problem))
            read_entries(arena, value, span, &sink);
        else
            require(problem.len > 0);
    } else if (yaml_parse(arena, sources, span.source, &sink, &root) && root) {
        read_entries(arena, plain_value(arena, root, 0), span, &sink);
    }
    source_table_free(sources);
    diag_sink_release(&sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 16384) return 0;
    Arena *arena = arena_new();
    Str text = str_dup(arena, str_n((const char *)data + 1, size - 1));
    switch (data[0] % 4) {
    case 0: fuzz_archive(arena, data + 1, size - 1); break;
    case 1: fuzz_versions(arena, text); break;
    case 2: fuzz_list(arena, text, false); break;
    default: fuzz_list(arena, text, true); break;
    }
    arena_free(arena);
    return 0;
}
