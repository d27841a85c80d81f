/* Filters and methods that cut and join text keep its source map: an error that the database finds in the result is shown
 * where the person wrote it. */
#include "support/check.h"
#include "support/tpl.h"
#include "template/srcmap.h"

/* `at` in what `template` renders to must come from exactly that text of the template, at `offset`. */
static void check(const char *template, const char *want, const char *at, size_t offset)
{
    Tpl t;
    Value text;
    tpl_open(&t);
    assert_true(tpl_text(&t, template, &text));
    assert_str(value_text(text), want);
    const char *hit = strstr(text.u.str, at);
    assert_non_null(hit);
    size_t from = (size_t)(hit - text.u.str);
    SrcOrigin origin;
    assert_true(srcmap_find_range(t.arena, value_srcmap(text), from, from + strlen(at), &origin));
    Str whole = source_text(t.sources, origin.span.source);
    assert_str(str_slice(whole, origin.span.start, origin.span.end), at);
    assert_int_equal(origin.span.start, offset);
    tpl_close(&t);
}

#define SET "{% set q %}  select wrong\n  from t  {% endset %}"
enum { WRONG = 20 }; /* where "wrong" stands in it */

static void test_maps_are_kept(void **state)
{
    (void)state;
    check(SET "{{ q | trim }}", "select wrong\n  from t", "wrong", WRONG);
    check(SET "{{ q.strip() }}", "select wrong\n  from t", "wrong", WRONG);
    check(SET "{{ q.lstrip().rstrip() }}", "select wrong\n  from t", "wrong", WRONG);
    check(SET "{{ q | replace('from', 'FROM') }}", "  select wrong\n  FROM t  ", "wrong", WRONG);
    check(SET "{{ q.replace('select', 'with') }}", "  with wrong\n  from t  ", "wrong", WRONG);
    check(SET "{{ q | trim | indent(2, true) }}", "  select wrong\n    from t", "wrong", WRONG);
    check(SET "{{ [1, q | trim, 'x'] | join(' union ') }}", "1 union select wrong\n  from t union x", "wrong", WRONG);
    check(SET "{{ q[2:14] }}", "select wrong", "wrong", WRONG);
    check(SET "{{ ['a', 'b'] | join(q[1:]) }}", "a select wrong\n  from t  b", "wrong", WRONG);
    check(SET "{{ 'x;y' | replace(';', q | trim) }}", "xselect wrong\n  from ty", "wrong", WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_maps_are_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
