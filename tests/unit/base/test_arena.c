#include "base/arena.h"
#include "base/mem.h"
#include "base/vec.h"
#include "support/check.h"

#include <signal.h>
#include <stdalign.h>
#include <sys/wait.h>
#include <unistd.h>

static void allocations_are_apart_and_aligned(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    unsigned char *all[2000];
    for (size_t i = 0; i < 2000; i++) {
        all[i] = arena_alloc(arena, i % 97);
        assert_int_equal((uintptr_t)all[i] % alignof(max_align_t), 0);
        memset(all[i], (int)(i & 0xFF), i % 97);
    }
    for (size_t i = 0; i < 2000; i++)
        for (size_t k = 0; k < i % 97; k++) assert_int_equal(all[i][k], i & 0xFF);
    assert_true(arena_bytes(arena) >= 2000u * 48);
    arena_free(arena);
    arena_free(NULL);
}

static void zalloc_and_copy(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    memset(arena_alloc(arena, 3000), 0xFF, 3000);
    arena_clear(arena);
    const unsigned char *zero = arena_zalloc(arena, 3000);
    for (size_t i = 0; i < 3000; i++) assert_int_equal(zero[i], 0);
    assert_memory_equal(arena_copy(arena, "abc", 4), "abc", 4);
    assert_non_null(arena_copy(arena, NULL, 0));
    arena_free(arena);
}

static void large_objects_leave_the_block_in_use(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    char *small = arena_alloc(arena, 16);
    strcpy(small, "first");
    char *large = arena_alloc(arena, 5000000);
    memset(large, 'x', 5000000);
    char *next = arena_alloc(arena, 16);
    strcpy(next, "second");
    assert_string_equal(small, "first");
    assert_string_equal(next, "second");
    assert_int_equal(large[4999999], 'x');
    arena_free(arena);
}

static void growing_keeps_the_bytes(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    char *text = arena_grow(arena, NULL, 0, 4);
    memcpy(text, "abcd", 4);
    char *same = arena_grow(arena, text, 4, 2);
    assert_ptr_equal(same, text);
    char *more = arena_grow(arena, text, 4, 64);
    assert_memory_equal(more, "abcd", 4);
    arena_alloc(arena, 8); /* no longer the newest */
    char *moved = arena_grow(arena, more, 64, 100000);
    assert_ptr_not_equal(moved, more);
    assert_memory_equal(moved, "abcd", 4);
    arena_free(arena);
}

static void rewinding_gives_back_what_came_after(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    char *kept = arena_copy(arena, "kept", 5);
    ArenaMark mark = arena_mark(arena);
    size_t before = arena_bytes(arena);
    for (int i = 0; i < 1000; i++) memset(arena_alloc(arena, 1000), 'x', 1000);
    arena_alloc(arena, 3000000);
    assert_true(arena_bytes(arena) > before);
    arena_rewind(arena, mark);
    assert_string_equal(kept, "kept");
    for (int i = 0; i < 10; i++) memset(arena_alloc(arena, 100), 'y', 100);
    assert_string_equal(kept, "kept");
    arena_rewind(arena, mark);
    arena_rewind(arena, mark);
    assert_string_equal(kept, "kept");
    arena_free(arena);
}

static void a_cleared_arena_keeps_little(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    arena_clear(arena);
    for (int i = 0; i < 5000; i++) arena_alloc(arena, 1000);
    arena_alloc(arena, 9000000);
    arena_clear(arena);
    assert_true(arena_bytes(arena) < 2u << 20);
    memset(arena_alloc(arena, 4000), 1, 4000);
    arena_free(arena);
}

static void adopting_keeps_pointers_valid(void **state)
{
    (void)state;
    Arena *owner = arena_new();
    char *texts[6];
    for (int i = 0; i < 6; i++) {
        Arena *worker = arena_new();
        if (i != 3) { /* one is empty */
            for (int k = 0; k < 300; k++) arena_alloc(worker, 100);
            texts[i] = arena_copy(worker, "worker", 7);
            texts[i][0] = (char)('0' + i);
        }
        arena_adopt(owner, worker);
        memset(arena_alloc(owner, 100), 'x', 100);
    }
    for (int i = 0; i < 6; i++)
        if (i != 3) {
            assert_int_equal(texts[i][0], '0' + i);
            assert_string_equal(texts[i] + 1, "orker");
        }
    assert_true(arena_bytes(owner) > 5 * 30000);
    arena_clear(owner);
    arena_free(owner);
}

static void vectors_grow(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    VEC(int) numbers = {0};
    for (int i = 0; i < 10000; i++) vec_push(arena, &numbers, i);
    assert_int_equal(numbers.n, 10000);
    for (int i = 0; i < 10000; i++) assert_int_equal(numbers.at[i], i);
    VEC(Arena *) pairs = {0};
    vec_reserve(arena, &pairs, 100);
    assert_true(pairs.cap >= 100);
    arena_free(arena);
}

/* How a child process that runs `work` ends: its signal. */
static int signal_of(void (*work)(void))
{
    pid_t child = fork();
    if (child == 0) {
        int quiet[2];
        if (pipe(quiet) != 0) _exit(1);
        dup2(quiet[1], STDERR_FILENO);
        work();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void ask_for_too_much(void)
{
    arena_alloc(arena_new(), SIZE_MAX - 64);
}

static void break_an_invariant(void)
{
    INVARIANT(1 + 1 == 3);
}

/* Sanitizers end the process in their own way when malloc is asked for this much, so the report itself is tested. */
static void run_out(void)
{
    mem_exhausted(12345);
}

static void running_out_and_bugs_abort(void **state)
{
    (void)state;
    assert_int_equal(signal_of(ask_for_too_much), SIGABRT);
    assert_int_equal(signal_of(break_an_invariant), SIGABRT);
    assert_int_equal(signal_of(run_out), SIGABRT);
}

static void heap_memory(void **state)
{
    (void)state;
    char *text = mem_alloc(0);
    text = mem_realloc(text, 10);
    memset(text, 'x', 10);
    text = mem_realloc(text, 1000);
    assert_int_equal(text[9], 'x');
    mem_free(text);
    const char *zero = mem_zalloc(100);
    for (int i = 0; i < 100; i++) assert_int_equal(zero[i], 0);
    mem_free((void *)(uintptr_t)zero);
    mem_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_apart_and_aligned),    cmocka_unit_test(zalloc_and_copy),
        cmocka_unit_test(large_objects_leave_the_block_in_use), cmocka_unit_test(growing_keeps_the_bytes),
        cmocka_unit_test(rewinding_gives_back_what_came_after), cmocka_unit_test(a_cleared_arena_keeps_little),
        cmocka_unit_test(adopting_keeps_pointers_valid),        cmocka_unit_test(vectors_grow),
        cmocka_unit_test(running_out_and_bugs_abort),           cmocka_unit_test(heap_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
