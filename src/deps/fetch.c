/* Getting things from elsewhere: git, curl and the unpackers run as programs; what they bring is looked at here. */
#include "base/file.h"
#include "base/program.h"
#include "base/untar.h"
#include "deps/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PRINTED = 1 << 20 };
static const size_t ARCHIVE_LIMIT = (size_t)512 << 20;

bool deps_new_folder(Deps *deps, Str *folder)
{
    if (!deps->downloads.len) {
        const char *set = getenv("TMPDIR");
        Str base = path_join(deps->arena, set && *set ? str_from(set) : STR("/tmp"), STR("cdbt-deps-XXXXXX"));
        char *made = (char *)(uintptr_t)str_c(deps->arena, base);
        if (!mkdtemp(made)) {
            diag_add(deps->sink, DIAG_file_write, deps->options->place, "cannot make a folder for downloads, %s", made);
            diag_hint(deps->sink, "set TMPDIR to a folder that can be written");
            return false;
        }
        deps->downloads = str_from(made);
    }
    Str error;
    *folder = path_join(deps->arena, deps->downloads, str_fmt(deps->arena, "%zu", ++deps->download_count));
    if (file_make_dirs(deps->arena, folder->ptr, &error)) return true;
    diag_add(deps->sink, DIAG_file_write, deps->options->place, "cannot make the folder %.*s: %.*s", STR_ARG(*folder),
             STR_ARG(error));
    return false;
}

static bool no_program(Deps *deps, const char *name, Span span)
{
    diag_add(deps->sink, DIAG_package_fetch, span, "this needs the program '%s', which is not installed", name);
    diag_hint(deps->sink, "install %s, or put the package's folder into %.*s by hand", name,
              STR_ARG(deps->manifest->paths.packages));
    return false;
}

/* ---- http ---- */

static bool is_web(Str address)
{
    return str_starts(address, STR("http://")) || str_starts(address, STR("https://"));
}

/* What curl's exit code means for a person. */
static void download_failed(Deps *deps, const ProgramResult *result, Str shown, Span span)
{
    if (result->status == 6 || result->status == 7 || result->status == 28 || result->status == 5) {
        diag_add(deps->sink, DIAG_package_fetch, span, "cannot reach %.*s: %s", STR_ARG(shown),
                 result->status == 6   ? "its host is not known (is there a network?)"
                 : result->status == 5 ? "the proxy's host is not known"
                 : result->status == 7 ? "nobody answers there (is there a network?)"
                                       : "it took too long");
        diag_hint(
            deps->sink,
            "check the network and the proxy (HTTPS_PROXY); packages of git, local folders and files need no hub");
        return;
    }
    Str why = result->err;
    size_t colon = str_find(why, STR(") "), 0);
    if (colon != STR_NPOS) why = str_from_index(why, colon + 2);
    diag_add(deps->sink, DIAG_package_fetch, span, "%.*s cannot be downloaded: %.*s", STR_ARG(shown), STR_ARG(why));
    if (result->status == 22) diag_hint(deps->sink, "check the address, and whether it needs a login");
}

static bool download(Deps *deps, Str address, Str shown, Span span, Str *bytes)
{
    Str error;
    if (!is_web(address)) {
        Str path = str_starts(address, STR("file://")) ? str_from_index(address, 7) : address;
        path = path_join(deps->arena, deps->manifest->paths.root, path);
        if (file_read(deps->arena, path.ptr, bytes, &error)) return true;
        diag_add(deps->sink, DIAG_package_fetch, span, "cannot read %.*s: %.*s", STR_ARG(shown), STR_ARG(error));
        diag_hint(deps->sink, "an archive is named by an http address or by a path as seen from the project's folder");
        return false;
    }
    const char *const arguments[] = {"curl",
                                     "--fail",
                                     "--silent",
                                     "--show-error",
                                     "--location",
                                     "--proto",
                                     "=http,https",
                                     "--proto-redir",
                                     "=http,https",
                                     "--connect-timeout",
                                     "20",
                                     "--max-time",
                                     "600",
                                     "--retry",
                                     "2",
                                     "--",
                                     str_c(deps->arena, address),
                                     NULL};
    ProgramResult result;
    if (program_run(deps->arena, arguments, ARCHIVE_LIMIT, &result)) {
        *bytes = result.out;
        return true;
    }
    if (result.missing) return no_program(deps, "curl", span);
    if (result.too_much) {
        diag_add(deps->sink, DIAG_package_fetch, span, "%.*s is larger than %zu MiB", STR_ARG(shown),
                 ARCHIVE_LIMIT >> 20);
        return false;
    }
    download_failed(deps, &result, shown, span);
    return false;
}

bool deps_get_text(Deps *deps, Str address, Span span, Str *text)
{
    return download(deps, address, address, span, text);
}

/* ---- archives ---- */

static const struct {
    const char *magic, *program;
} packers[] = {{"\037\213", "gzip"}, {"BZh", "bzip2"}, {"\3757zXZ", "xz"}};

static bool unpack(Deps *deps, Str bytes, Str shown, Span span, Str folder)
{
    Str error;
    for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
        if (!str_starts(bytes, str_from(packers[i].magic))) continue;
        Str packed = str_fmt(deps->arena, "%.*s.packed", STR_ARG(folder));
        if (!file_write_aside(deps->arena, packed.ptr, bytes, 0, &error)) {
            diag_add(deps->sink, DIAG_file_write, span, "cannot write %.*s: %.*s", STR_ARG(packed), STR_ARG(error));
            return false;
        }
        const char *const arguments[] = {packers[i].program, "-dc", "--", packed.ptr, NULL};
        ProgramResult result;
        bool ok = program_run(deps->arena, arguments, ARCHIVE_LIMIT, &result);
        unlink(packed.ptr);
        if (result.missing) return no_program(deps, packers[i].program, span);
        if (!ok) {
            diag_add(deps->sink, DIAG_package_fetch, span, "%.*s cannot be unpacked: %.*s", STR_ARG(shown),
                     STR_ARG(result.too_much ? STR("it is too large") : result.err));
            return false;
        }
        bytes = result.out;
        break;
    }
    if (untar(deps->arena, bytes, folder.ptr, &error)) return true;
    diag_add(deps->sink, DIAG_package_fetch, span, "%.*s was not unpacked: %.*s", STR_ARG(shown), STR_ARG(error));
    diag_hint(deps->sink, "nothing of it was installed; tell its author, or use another version");
    return false;
}

/* The one folder that an archive holds, which is how packages are packed. */
bool deps_fetch_archive(Deps *deps, Str address, Str shown, Span span, Str *folder)
{
    Str bytes, into, error;
    if (!download(deps, address, shown, span, &bytes) || !deps_new_folder(deps, &into) ||
        !unpack(deps, bytes, shown, span, into))
        return false;
    DirEntries entries = {0};
    if (dir_walk(deps->arena, into.ptr, &(DirOptions){.flags = DIR_FOLDERS | DIR_FLAT | DIR_HIDDEN}, &entries,
                 &error) &&
        entries.n == 1 && entries.at[0].kind == DIR_FOLDER) {
        *folder = path_join(deps->arena, into, entries.at[0].path);
        return true;
    }
    diag_add(deps->sink, DIAG_package_fetch, span, "%.*s does not hold one folder with the package in it",
             STR_ARG(shown));
    diag_hint(deps->sink, "pack it as `tar -czf utils.tar.gz utils`, where utils/dbt_project.yml is");
    return false;
}

/* ---- git ---- */

static bool is_commit(Str revision)
{
    if (revision.len != 40) return false;
    for (size_t i = 0; i < revision.len; i++)
        if (!((revision.ptr[i] >= '0' && revision.ptr[i] <= '9') || (revision.ptr[i] >= 'a' && revision.ptr[i] <= 'f')))
            return false;
    return true;
}

static bool git(Deps *deps, ProgramResult *result, const char *folder, const char *a, const char *b, const char *c,
                const char *d, const char *e, const char *f, const char *g)
{
    const char *arguments[16] = {"git", "-c", "protocol.ext.allow=never", "-c", "advice.detachedHead=false"};
    size_t n = 5;
    if (folder) {
        arguments[n++] = "-C";
        arguments[n++] = folder;
    }
    const char *const more[] = {a, b, c, d, e, f, g};
    for (size_t i = 0; i < 7 && more[i]; i++) arguments[n++] = more[i];
    arguments[n] = NULL;
    return program_run(deps->arena, arguments, PRINTED, result);
}

static bool git_failed(Deps *deps, const ProgramResult *result, const PackageSpec *spec, Str revision)
{
    if (result->missing) return no_program(deps, "git", spec->span);
    /* An address may hold a password: git's words are shown with the address as it was written. */
    Str why = str_replace(deps->arena, result->err, spec->where, spec->shown), last = STR_EMPTY, rest = why, line;
    while (str_split_next(&rest, '\n', &line))
        if (str_starts(line, STR("fatal:")) || str_starts(line, STR("error:"))) {
            last = str_trim(str_from_index(line, 6));
            break;
        }
    if (!last.len) last = why;
    bool unknown = str_find(why, STR("Remote branch"), 0) != STR_NPOS ||
                   str_find(why, STR("pathspec"), 0) != STR_NPOS || str_find(why, STR("not our ref"), 0) != STR_NPOS;
    if (unknown) {
        diag_add(deps->sink, DIAG_package_fetch, spec->span, "%.*s has no revision '%.*s'", STR_ARG(spec->shown),
                 STR_ARG(revision));
        diag_hint(deps->sink, "name a tag, a branch or a full commit");
    } else {
        diag_add(deps->sink, DIAG_package_fetch, spec->span, "git cannot get %.*s: %.*s", STR_ARG(spec->shown),
                 STR_ARG(last));
        diag_hint(
            deps->sink,
            "check the address, the network and your rights: `git clone` of the same address must work without a question");
    }
    return false;
}

static bool clone(Deps *deps, const PackageSpec *spec, Str revision, const char *folder, ProgramResult *result)
{
    const char *from = str_c(deps->arena, spec->where), *name = str_c(deps->arena, revision);
    bool head = !revision.len || str_eq(revision, STR("HEAD"));
    if (head) return git(deps, result, NULL, "clone", "--quiet", "--depth=1", "--", from, folder, NULL);
    if (!is_commit(revision) && git(deps, result, NULL, "clone", "--quiet", "--depth=1",
                                    str_fmt(deps->arena, "--branch=%s", name).ptr, "--", from, folder))
        return true;
    if (result->missing) return false;
    ProgramResult first = *result;
    /* A commit, maybe a shortened one: servers need not give single ones, so take all. */
    if (!git(deps, result, NULL, "clone", "--quiet", "--no-checkout", "--", from, folder, NULL)) return false;
    if (git(deps, result, folder, "checkout", "--quiet", "--detach", name, "--", NULL, NULL)) return true;
    if (first.err.len) *result = first;
    return false;
}

bool deps_fetch_git(Deps *deps, const PackageSpec *spec, Str revision, Str *folder, Str *commit)
{
    ProgramResult result = {.err = STR_EMPTY};
    Str into;
    if (spec->where.ptr[0] == '-' || (revision.len && revision.ptr[0] == '-')) {
        diag_add(deps->sink, DIAG_project_invalid, spec->span, "an address or a revision does not begin with a dash");
        return false;
    }
    if (!deps_new_folder(deps, &into)) return false;
    *folder = path_join(deps->arena, into, STR("repository"));
    if (!clone(deps, spec, revision, folder->ptr, &result)) return git_failed(deps, &result, spec, revision);
    if (!git(deps, &result, folder->ptr, "rev-parse", "HEAD", NULL, NULL, NULL, NULL, NULL))
        return git_failed(deps, &result, spec, revision);
    *commit = str_trim(result.out);
    if (spec->subdirectory.len) *folder = path_join(deps->arena, *folder, spec->subdirectory);
    return true;
}
