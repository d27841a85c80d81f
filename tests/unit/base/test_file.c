#include "base/file.h"
#include "base/mem.h"
#include "support/check.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static Arena *arena;
static char folder[] = "/tmp/cdbt-test-file-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    Str error;
    bool removed = file_remove_tree(arena, "/tmp", folder, &error);
    arena_free(arena);
    return removed && !file_exists(folder) ? 0 : -1;
}

static const char *at(const char *name)
{
    return str_fmt(arena, "%s/%s", folder, name).ptr;
}

static void write_text(const char *name, const char *text)
{
    Str error;
    assert_true(file_write_aside(arena, at(name), str_from(text), 0, &error));
}

static void reading(void **state)
{
    (void)state;
    Str text, error;
    write_text("read", "some text");
    assert_true(file_read(arena, at("read"), &text, &error));
    assert_str(text, "some text");
    assert_int_equal(text.ptr[text.len], 0);
    write_text("empty", "");
    assert_true(file_read(arena, at("empty"), &text, &error));
    assert_str(text, "");
    /* No size is known beforehand. */
    if (file_exists("/proc/self/status")) {
        assert_true(file_read(arena, "/proc/self/status", &text, &error));
        assert_true(text.len > 500);
    }
    assert_false(file_read(arena, folder, &text, &error));
    assert_str(error, "this is a folder, not a file");
    assert_false(file_read(arena, at("none"), &text, &error));
    assert_str(error, "No such file or directory");
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    assert_false(file_read(arena, at("pipe"), &text, &error));
    assert_str(error, "this is not a regular file");
    assert_int_equal(unlink(at("pipe")), 0);
}

static void a_large_file_comes_back_whole(void **state)
{
    (void)state;
    size_t size = 3000001;
    char *bytes = mem_alloc(size);
    for (size_t i = 0; i < size; i++) bytes[i] = (char)(i * 31 >> 3);
    Str text, error;
    assert_true(file_write_aside(arena, at("large"), str_n(bytes, size), FILE_DURABLE, &error));
    assert_true(file_read(arena, at("large"), &text, &error));
    assert_int_equal(text.len, size);
    assert_memory_equal(text.ptr, bytes, size);
    mem_free(bytes);
}

static size_t count_entries(const char *path)
{
    DirEntries entries;
    Str error;
    DirOptions options = {.flags = DIR_HIDDEN | DIR_FLAT};
    assert_true(dir_walk(arena, path, &options, &entries, &error));
    return entries.n;
}

static void writing_aside(void **state)
{
    (void)state;
    Str error, text;
    const char *path = at("w/x/y/file.txt");
    assert_true(file_write_aside(arena, path, STR("one"), 0, &error));
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(file_write_aside(arena, path, STR("two"), FILE_DURABLE, &error));
    assert_true(file_read(arena, path, &text, &error));
    assert_str(text, "two");
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(count_entries(at("w/x/y")), 1);

    /* A link stays one; what it points to is replaced. */
    assert_int_equal(symlink("w/x/y/file.txt", at("link")), 0);
    assert_true(file_write_aside(arena, at("link"), STR("three"), 0, &error));
    assert_int_equal(lstat(at("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_true(file_read(arena, path, &text, &error));
    assert_str(text, "three");

    assert_false(file_write_aside(arena, at("w"), STR("x"), 0, &error));
    assert_str(error, "Is a directory");
    assert_false(file_write_aside(arena, at("w/x/y/file.txt/z"), STR("x"), 0, &error));
    assert_str(error, "Not a directory");
    assert_int_equal(count_entries(at("w/x/y")), 1);
}

/* A file that may not grow stands for a full disk. */
static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    Str error, text;
    write_text("limited/file", "old");
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 1000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    char large[5000];
    memset(large, 'x', sizeof large);
    bool written = file_write_aside(arena, at("limited/file"), str_n(large, sizeof large), 0, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(written);
    assert_str(error, "File too large");
    assert_true(file_read(arena, at("limited/file"), &text, &error));
    assert_str(text, "old");
    assert_int_equal(count_entries(at("limited")), 1);
}

static void writing_in_pieces(void **state)
{
    (void)state;
    Str error, text;
    FileWriter *writer = file_writer_open(arena, at("pieces"), &error);
    assert_non_null(writer);
    char *large = mem_alloc(200000);
    memset(large, 'L', 200000);
    size_t total = 0;
    for (int i = 0; i < 30000; i++) {
        assert_true(file_writer_write(writer, STR("piece ")));
        total += 6;
    }
    assert_true(file_writer_write(writer, str_n(large, 200000)));
    assert_true(file_writer_write(writer, STR("end")));
    mem_free(large);
    assert_false(file_exists(at("pieces")));
    assert_true(file_writer_commit(arena, writer, 0, &error));
    assert_true(file_read(arena, at("pieces"), &text, &error));
    assert_int_equal(text.len, total + 200000 + 3);
    assert_true(str_starts(text, STR("piece piece ")));
    assert_true(str_ends(text, STR("LLLend")));

    size_t before = count_entries(folder);
    writer = file_writer_open(arena, at("abandoned"), &error);
    assert_non_null(writer);
    file_writer_write(writer, STR("x"));
    file_writer_abandon(writer);
    file_writer_abandon(NULL);
    assert_int_equal(count_entries(folder), before);
    assert_null(file_writer_open(arena, "/proc/none/x", &error));
}

static void kinds_of_files(void **state)
{
    (void)state;
    write_text("kind", "x");
    assert_int_equal(symlink("nowhere", at("dangling")), 0);
    assert_true(file_exists(at("kind")));
    assert_true(file_exists(at("dangling")));
    assert_false(file_exists(at("missing")));
    assert_true(file_is_dir(folder));
    assert_false(file_is_dir(at("kind")));
    assert_true(file_is_regular(at("kind")));
    assert_false(file_is_regular(folder));
    assert_false(file_is_regular(at("dangling")));
    Str error;
    assert_true(file_make_dirs(arena, at("m/n/o/"), &error));
    assert_true(file_make_dirs(arena, at("m/n/o"), &error));
    assert_true(file_make_dirs(arena, "", &error));
    assert_true(file_is_dir(at("m/n/o")));
    assert_false(file_make_dirs(arena, at("kind/x"), &error));
    assert_str(error, "Not a directory");
    assert_false(file_make_dirs(arena, at("kind"), &error));
}

static void removing_never_leaves_its_root(void **state)
{
    (void)state;
    Str error;
    write_text("root/target/a/b/c.txt", "x");
    write_text("root/target/.hidden", "x");
    write_text("outside/precious", "x");
    assert_int_equal(symlink("../../outside", at("root/target/link")), 0);
    assert_int_equal(symlink("../outside", at("root/way_out")), 0);
    /* Links inside are removed, not followed. */
    assert_true(file_remove_tree(arena, at("root"), at("root/target"), &error));
    assert_false(file_exists(at("root/target")));
    assert_true(file_exists(at("outside/precious")));
    /* Not the root itself, nothing beside it, nothing through a link. */
    assert_false(file_remove_tree(arena, at("root"), at("root"), &error));
    assert_non_null(strstr(error.ptr, "does not lie below"));
    assert_false(file_remove_tree(arena, at("root"), at("root/../outside"), &error));
    assert_false(file_remove_tree(arena, at("root"), at("root/way_out/precious"), &error));
    assert_false(file_remove_tree(arena, at("root"), at("outside"), &error));
    assert_false(file_remove_tree(arena, at("root"), "/", &error));
    assert_false(file_remove_tree(arena, at("root"), at("root/.."), &error));
    assert_true(file_exists(at("outside/precious")));
    /* The link itself may go. */
    assert_true(file_remove_tree(arena, at("root"), at("root/way_out"), &error));
    assert_true(file_exists(at("outside/precious")));
    assert_false(file_exists(at("root/way_out")));
    assert_true(file_remove_tree(arena, at("root"), at("root/none"), &error));
    write_text("root/single", "x");
    assert_true(file_remove_tree(arena, at("root"), at("root/single"), &error));
    assert_false(file_exists(at("root/single")));
}

static void joining_and_taking_apart(void **state)
{
    (void)state;
    assert_str(path_join(arena, STR("a"), STR("b")), "a/b");
    assert_str(path_join(arena, STR("a/"), STR("b")), "a/b");
    assert_str(path_join(arena, STR(""), STR("b")), "b");
    assert_str(path_join(arena, STR("a"), STR("")), "a");
    assert_str(path_join(arena, STR("a"), STR("/b")), "/b");
    assert_str(path_base(STR("a/b.sql")), "b.sql");
    assert_str(path_base(STR("b.sql")), "b.sql");
    assert_str(path_dir(STR("a/b/c.sql")), "a/b");
    assert_str(path_dir(STR("c.sql")), "");
    assert_str(path_dir(STR("/c.sql")), "/");
    assert_str(path_ext(STR("a.b/c.d.sql")), ".sql");
    assert_str(path_ext(STR("a.b/c")), "");
    assert_str(path_ext(STR("a/.hidden")), "");
    assert_str(path_stem(STR("a.b/c.d.sql")), "c.d");
    assert_str(path_stem(STR(".hidden")), ".hidden");
}

static void normal_paths(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "."},
        {".", "."},
        {"a", "a"},
        {"./a//b/", "a/b"},
        {"a/../b", "b"},
        {"a/..", "."},
        {"../a", "../a"},
        {"a/../../b", "../b"},
        {"../../a/..", "../.."},
        {"/", "/"},
        {"/..", "/"},
        {"/a/../..", "/"},
        {"/a/./b/..", "/a"},
        {"//a", "/a"},
        {"a/b/../../..", ".."},
        {"a/.../b", "a/.../b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_str(path_normal(arena, str_from(cases[i][0])), cases[i][1]);
    assert_true(path_is_absolute(path_absolute(arena, STR("x"))));
    assert_true(str_ends(path_absolute(arena, STR("./x/../y")), STR("/y")));
    assert_str(path_absolute(arena, STR("/a/../b")), "/b");
}

static void relative_paths(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"/a/b/c", "/a/b", "c"},
        {"/a/b", "/a/b", "."},
        {"/a/x", "/a/b/c", "../../x"},
        {"/a", "/a/b", ".."},
        {"/ab", "/a", "../ab"},
        {"a/b", "a", "b"},
        {"b", ".", "b"},
        {"b", "a", "../b"},
        {".", "a/b", "../.."},
        {"x", "../y", "x"},
        {"/a", "b", "/a"},
        {"/", "/a", ".."},
        {"/a", "/", "a"},
        {"/a/bc/d", "/a/b/d", "../../bc/d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_str(path_relative(arena, str_from(cases[i][0]), str_from(cases[i][1])), cases[i][2]);
    assert_true(path_below(STR("a/b"), STR("a")));
    assert_true(path_below(STR("a"), STR("a")));
    assert_false(path_below(STR("ab"), STR("a")));
    assert_true(path_below(STR("ab"), STR(".")));
    assert_false(path_below(STR("../ab"), STR(".")));
    assert_false(path_below(STR("/ab"), STR(".")));
    assert_true(path_below(STR("/ab"), STR("/")));
}

static bool not_skipped(void *context, Str path)
{
    (void)context;
    return !str_ends(path, STR("skipped"));
}

static void check_walk(const char *root, unsigned flags, const char *const *want)
{
    DirEntries entries;
    Str error = STR_EMPTY;
    DirOptions options = {.flags = flags, .enter = not_skipped};
    assert_true(dir_walk(arena, root, &options, &entries, &error));
    for (size_t i = 0; i < entries.n && want[i]; i++) assert_str(entries.at[i].path, want[i]);
    size_t n = 0;
    while (want[n]) n++;
    assert_int_equal(entries.n, n);
}

static void walking(void **state)
{
    (void)state;
    write_text("tree/b.sql", "xy");
    write_text("tree/a/z.sql", "");
    write_text("tree/a/a/q.yml", "");
    write_text("tree/a.sql", "");
    write_text("tree/a-b/c", "");
    write_text("tree/.git/config", "");
    write_text("tree/skipped/x", "");
    write_text("elsewhere/e", "");
    assert_int_equal(symlink("../elsewhere", at("tree/linked")), 0);
    assert_int_equal(symlink("..", at("tree/a/loop")), 0);
    assert_int_equal(symlink("nowhere", at("tree/dangling")), 0);
    check_walk(at("tree"), 0,
               (const char *const[]){"a-b/c", "a.sql", "a/a/q.yml", "a/z.sql", "b.sql", "dangling", "linked/e", NULL});
    check_walk(at("tree"), DIR_FLAT | DIR_HIDDEN, (const char *const[]){"a.sql", "b.sql", "dangling", NULL});
    check_walk(at("tree"), DIR_HIDDEN | DIR_FOLDERS,
               (const char *const[]){".git", ".git/config", "a", "a-b", "a-b/c", "a.sql", "a/a", "a/a/q.yml", "a/loop",
                                     "a/z.sql", "b.sql", "dangling", "linked", "linked/e", "skipped", NULL});
    DirEntries entries;
    Str error;
    DirOptions options = {.flags = DIR_STAT};
    assert_true(dir_walk(arena, at("tree"), &options, &entries, &error));
    bool found = false;
    for (size_t i = 0; i < entries.n; i++) {
        if (str_eq(entries.at[i].path, STR("dangling"))) assert_int_equal(entries.at[i].kind, DIR_OTHER);
        if (!str_eq(entries.at[i].path, STR("b.sql"))) continue;
        found = true;
        assert_int_equal(entries.at[i].size, 2);
        assert_true(entries.at[i].mtime_ns > 1500000000000000000);
    }
    assert_true(found);
    assert_false(dir_walk(arena, at("none"), NULL, &entries, &error));
    assert_str(error, "No such file or directory");
    assert_int_equal(entries.n, 0);
    assert_false(dir_walk(arena, at("tree/b.sql"), NULL, &entries, &error));
    assert_str(error, "Not a directory");
}

static void links_that_fan_out_end(void **state)
{
    (void)state;
    Str error;
    for (int i = 0; i < 12; i++) {
        assert_true(file_make_dirs(arena, str_fmt(arena, "%s/fan/d%d", folder, i).ptr, &error));
        const char *to = str_fmt(arena, "../d%d", i + 1).ptr;
        assert_int_equal(symlink(to, str_fmt(arena, "%s/fan/d%d/x", folder, i).ptr), 0);
        assert_int_equal(symlink(to, str_fmt(arena, "%s/fan/d%d/y", folder, i).ptr), 0);
    }
    assert_true(file_make_dirs(arena, at("fan/d12"), &error));
    DirEntries entries;
    assert_false(dir_walk(arena, at("fan"), NULL, &entries, &error));
    assert_non_null(strstr(error.ptr, "too many links"));
}

static void an_unreadable_folder_is_reported(void **state)
{
    (void)state;
    Str error;
    write_text("closed/in/x", "");
    write_text("closed/out", "");
    assert_int_equal(chmod(at("closed/in"), 0), 0);
    DirEntries entries;
    bool root = geteuid() == 0; /* nothing is unreadable for root, who becomes nobody for a moment */
    assert_int_equal(chmod(folder, 0755), 0);
    if (root) assert_int_equal(seteuid(65534), 0);
    bool walked = dir_walk(arena, at("closed"), NULL, &entries, &error);
    if (root) assert_int_equal(seteuid(0), 0);
    assert_false(walked);
    assert_str(error, "in: Permission denied");
    assert_int_equal(entries.n, 1);
    assert_int_equal(chmod(at("closed/in"), 0700), 0);
}

/* A file that a killed writer left: its process id is no longer in use. */
static void what_a_killed_writer_left_is_swept(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        Str error;
        Arena *own = arena_new();
        FileWriter *writer = file_writer_open(own, at("swept/in/killed"), &error);
        FileWriter *other = file_writer_open(own, at("swept/killed"), &error);
        if (!writer || !other) _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    Str error;
    FileWriter *mine = file_writer_open(arena, at("swept/mine"), &error);
    assert_non_null(mine);
    write_text("swept/.looks.like.it.tmp", "");
    write_text("swept/.x.99999999-0123.tmp", "");
    assert_int_equal(file_sweep_aside(arena, at("swept"), false), 1);
    assert_int_equal(file_sweep_aside(arena, at("swept"), true), 1);
    assert_int_equal(file_sweep_aside(arena, at("swept"), true), 0);
    assert_true(file_exists(at("swept/.looks.like.it.tmp")));
    assert_true(file_writer_commit(arena, mine, 0, &error)); /* what is at work is left alone */
    assert_int_equal(file_sweep_aside(arena, at("nowhere"), true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading),
        cmocka_unit_test(a_large_file_comes_back_whole),
        cmocka_unit_test(writing_aside),
        cmocka_unit_test(a_failed_write_leaves_the_old_file),
        cmocka_unit_test(writing_in_pieces),
        cmocka_unit_test(kinds_of_files),
        cmocka_unit_test(removing_never_leaves_its_root),
        cmocka_unit_test(joining_and_taking_apart),
        cmocka_unit_test(normal_paths),
        cmocka_unit_test(relative_paths),
        cmocka_unit_test(walking),
        cmocka_unit_test(links_that_fan_out_end),
        cmocka_unit_test(an_unreadable_folder_is_reported),
        cmocka_unit_test(what_a_killed_writer_left_is_swept),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
