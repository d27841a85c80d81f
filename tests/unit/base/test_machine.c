/* Threads, time, random ids. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "base/uuid.h"
#include "support/check.h"

#include <stdatomic.h>

typedef struct Counts {
    atomic_int times[5000];
    atomic_uint highest_worker;
} Counts;

static void count(void *context, unsigned worker, size_t item)
{
    Counts *counts = context;
    atomic_fetch_add(&counts->times[item], 1);
    unsigned seen = atomic_load(&counts->highest_worker);
    while (worker > seen && !atomic_compare_exchange_weak(&counts->highest_worker, &seen, worker)) {}
}

static void every_item_once(void **state)
{
    (void)state;
    for (unsigned workers = 0; workers < 6; workers++)
        for (size_t items = 0; items <= 5000; items = items * 7 + 1) {
            Counts *counts = mem_zalloc(sizeof *counts);
            parallel_for(items, workers, count, counts);
            for (size_t i = 0; i < 5000; i++) assert_int_equal(counts->times[i], i < items);
            assert_true(counts->highest_worker < parallel_workers(items, workers));
            mem_free(counts);
        }
    assert_true(thread_cores() >= 1);
    assert_int_equal(parallel_workers(0, 8), 1);
    assert_int_equal(parallel_workers(3, 8), 3);
    assert_int_equal(parallel_workers(100, 8), 8);
    assert_int_equal(parallel_workers(1000000, 100000), 256);
    assert_int_equal(parallel_workers(1000000, 0), thread_cores());
}

typedef struct Order {
    size_t next;
    bool right;
} Order;

static void in_order(void *context, unsigned worker, size_t item)
{
    Order *order = context;
    order->right = order->right && worker == 0 && item == order->next++;
}

static void one_worker_keeps_the_order(void **state)
{
    (void)state;
    Order order = {.right = true};
    parallel_for(1000, 1, in_order, &order);
    assert_true(order.right);
    assert_int_equal(order.next, 1000);
}

/* Recursion that needs most of the stack that the header promises. */
static int deep(int levels)
{
    volatile char frame[4096];
    frame[0] = (char)levels;
    return levels ? deep(levels - 1) + frame[0] * 0 : 0;
}

static void go_deep(void *context, unsigned worker, size_t item)
{
    (void)worker;
    ((int *)context)[item] = deep(1500);
}

static void workers_have_a_large_stack(void **state)
{
    (void)state;
    int results[4] = {1, 1, 1, 1};
    parallel_for(4, 2, go_deep, results);
    for (int i = 0; i < 4; i++) assert_int_equal(results[i], 0);
}

static void stamps(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    assert_str(clock_iso(arena, 0), "1970-01-01T00:00:00.000000Z");
    assert_str(clock_iso(arena, 1769860800123456), "2026-01-31T12:00:00.123456Z");
    assert_str(clock_iso(arena, -1), "1969-12-31T23:59:59.999999Z");
    assert_str(clock_iso(arena, 951782400000000), "2000-02-29T00:00:00.000000Z");
    assert_str(clock_iso(arena, -62135596800000000), "0001-01-01T00:00:00.000000Z");
    assert_str(clock_iso(arena, 253402300799999999), "9999-12-31T23:59:59.999999Z");
    ClockParts parts = clock_parts(1769860800123456);
    assert_int_equal(parts.weekday, 5); /* a Saturday */
    assert_int_equal(parts.yearday, 31);
    assert_int_equal(clock_parts(1767139200000000).yearday, 365); /* 2025-12-31 */
    assert_int_equal(clock_parts(1735603200000000).yearday, 366); /* 2024-12-31 */
    assert_int_equal(clock_parts(-86400000000).weekday, 2);
    for (int64_t us = -70000000000000000; us < 260000000000000000; us += 86399999999 * 37) {
        parts = clock_parts(us);
        assert_int_equal(clock_from_parts(&parts), us);
    }
    ClockParts over = {.year = 2025, .month = 14, .day = 30, .hour = 25};
    assert_str(clock_iso(arena, clock_from_parts(&over)), "2026-03-03T01:00:00.000000Z");
    over = (ClockParts){.year = 2025, .month = 0, .day = 0};
    assert_str(clock_iso(arena, clock_from_parts(&over)), "2024-11-30T00:00:00.000000Z");
    assert_int_equal(clock_days(1970, 1, 1), 0);
    assert_int_equal(clock_days(2000, 3, 1), 11017);
    arena_free(arena);
}

static void clocks_go_forward(void **state)
{
    (void)state;
    uint64_t before = clock_monotonic_ns();
    for (int i = 0; i < 1000; i++) {
        uint64_t now = clock_monotonic_ns();
        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_wall_us() > 1700000000000000); /* after 2023 */
    setenv("TZ", "XYZ-05:30", 1);
    assert_int_equal(clock_local_offset(clock_wall_us()), 19800);
    setenv("TZ", "UTC", 1);
    assert_int_equal(clock_local_offset(0), 0);
}

static void ids_are_random(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Str a = uuid4(arena), b = uuid4(arena);
    assert_int_equal(a.len, 36);
    assert_false(str_eq(a, b));
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        assert_true(dash ? a.ptr[i] == '-' : strchr("0123456789abcdef", a.ptr[i]) != NULL);
    }
    assert_int_equal(a.ptr[14], '4');
    assert_non_null(strchr("89ab", a.ptr[19]));
    unsigned char bytes[1000] = {0};
    random_bytes(bytes, sizeof bytes);
    size_t zeros = 0;
    for (size_t i = 0; i < sizeof bytes; i++) zeros += bytes[i] == 0;
    assert_true(zeros < 50);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_once),
        cmocka_unit_test(one_worker_keeps_the_order),
        cmocka_unit_test(workers_have_a_large_stack),
        cmocka_unit_test(stamps),
        cmocka_unit_test(clocks_go_forward),
        cmocka_unit_test(ids_are_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
