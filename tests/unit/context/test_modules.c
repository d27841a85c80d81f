/* modules.datetime, re and pytz against what Python 3.11 with pytz prints for the same templates. */
#include "unit/context/shop.h"

static const struct {
    const char *text, *want;
} cases[] = {
    {"{{ modules.datetime.datetime(2026, 1, 31, 12, 34, 56, 789) }}", "2026-01-31 12:34:56.000789"},
    {"{{ modules.datetime.datetime(2026, 1, 31, 12, 34, 56, 789).isoformat() }} {{ modules.datetime.datetime(2026, 1, 31).isoformat(sep=' ', timespec='minutes') }}",
     "2026-01-31T12:34:56.000789 2026-01-31 00:00"},
    {"{{ modules.datetime.datetime(2026, 1, 31).strftime('%Y-%m-%d %H:%M:%S.%f %j %a %A %b %B %y %I %p %U %W %V %G %u %w %%') }}",
     "2026-01-31 00:00:00.000000 031 Sat Saturday Jan January 26 12 AM 04 04 05 2026 6 6 %"},
    {"{{ modules.datetime.date(2026, 2, 28) + modules.datetime.timedelta(days=1) }} {{ modules.datetime.date(2024, 2, 28) + modules.datetime.timedelta(days=1, hours=30) }}",
     "2026-03-01 2024-03-01"},
    {"{{ modules.datetime.date(2026, 3, 1) - modules.datetime.date(2026, 1, 1) }} {{ (modules.datetime.date(2026, 3, 1) - modules.datetime.date(2026, 1, 1)).days }}",
     "59 days, 0:00:00 59"},
    {"{{ modules.datetime.timedelta(days=-1, seconds=5) }} {{ modules.datetime.timedelta(hours=25, milliseconds=1) }} {{ modules.datetime.timedelta(weeks=1).total_seconds() }}",
     "-1 day, 0:00:05 1 day, 1:00:00.001000 604800.0"},
    {"{{ modules.datetime.timedelta(1.5) }} {{ modules.datetime.timedelta(days=3) * 2 }} {{ modules.datetime.timedelta(days=3) / 2 }} {{ modules.datetime.timedelta(days=3) / modules.datetime.timedelta(days=2) }}",
     "1 day, 12:00:00 6 days, 0:00:00 1 day, 12:00:00 1.5"},
    {"{{ modules.datetime.datetime.strptime('2026-01-31 23:59', '%Y-%m-%d %H:%M') }} {{ modules.datetime.datetime.strptime('31 Jan 26', '%d %b %y').date() }}",
     "2026-01-31 23:59:00 2026-01-31"},
    {"{{ modules.datetime.datetime.strptime('Jan 5, 2026 1:05 PM', '%b %d, %Y %I:%M %p') }} {{ modules.datetime.datetime.strptime('2026-060', '%Y-%j') }}",
     "2026-01-05 13:05:00 2026-03-01 00:00:00"},
    {"{{ modules.datetime.datetime.strptime('2026-01-31T10:00:00+0200', '%Y-%m-%dT%H:%M:%S%z').isoformat() }}",
     "2026-01-31T10:00:00+02:00"},
    {"{{ modules.datetime.datetime.fromisoformat('2026-01-31') }} {{ modules.datetime.datetime.fromisoformat('2026-01-31T10:11:12.5+02:00') }} {{ modules.datetime.date.fromisoformat('2026-12-31') }}",
     "2026-01-31 00:00:00 2026-01-31 10:11:12.500000+02:00 2026-12-31"},
    {"{{ modules.datetime.datetime(2026, 1, 31) < modules.datetime.datetime(2026, 2, 1) }} {{ modules.datetime.date(2026, 1, 31) == modules.datetime.date(2026, 1, 31) }}",
     "True True"},
    {"{{ modules.datetime.datetime.combine(modules.datetime.date(2026, 1, 2), modules.datetime.time(3, 4)) }} {{ modules.datetime.time(3, 4, 5).isoformat() }} {{ modules.datetime.time(3).strftime('%H') }}",
     "2026-01-02 03:04:00 03:04:05 03"},
    {"{{ modules.datetime.datetime(2026, 1, 31).replace(day=1, hour=5) }} {{ modules.datetime.datetime(2026, 1, 31).weekday() }} {{ modules.datetime.date(2026, 1, 1).isocalendar()[1] }}",
     "2026-01-01 05:00:00 5 1"},
    {"{{ modules.datetime.date.min }} {{ modules.datetime.datetime.max }} {{ modules.datetime.date(1970, 1, 1).toordinal() }} {{ modules.datetime.date.fromordinal(719163) }}",
     "0001-01-01 9999-12-31 23:59:59.999999 719163 1970-01-01"},
    {"{{ modules.datetime.datetime(2026, 1, 31, 5).date() }} {{ modules.datetime.datetime(2026, 1, 31, 5).time() }} {{ modules.datetime.datetime(2026,1,31).year }}",
     "2026-01-31 05:00:00 2026"},
    {"{{ modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2026, 7, 1, 12)) }} {{ modules.pytz.utc.localize(modules.datetime.datetime(2026, 7, 1)).isoformat() }}",
     "2026-07-01 12:00:00+02:00 2026-07-01T00:00:00+00:00"},
    {"{{ modules.pytz.utc.localize(modules.datetime.datetime(2026, 7, 1, 12)).astimezone(modules.pytz.timezone('America/New_York')).strftime('%Y-%m-%d %H:%M %Z %z') }}",
     "2026-07-01 08:00 EDT -0400"},
    {"{{ modules.pytz.utc.localize(modules.datetime.datetime(2026, 1, 1, 12)).astimezone(modules.pytz.timezone('Asia/Kolkata')) }} {{ modules.pytz.timezone('UTC') }}",
     "2026-01-01 17:30:00+05:30 UTC"},
    {"{{ modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2026, 10, 25, 2, 30)) }} {{ modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2026, 3, 29, 2, 30)) }}",
     "2026-10-25 02:30:00+01:00 2026-03-29 02:30:00+01:00"},
    {"{{ (modules.pytz.utc.localize(modules.datetime.datetime(2026, 1, 1)) - modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2026, 1, 1))).total_seconds() }}",
     "3600.0"},
    {"{{ modules.pytz.utc.localize(modules.datetime.datetime(2026, 1, 1)).timestamp() }} {{ modules.datetime.datetime.utcfromtimestamp(86400.25) }} {{ modules.datetime.datetime.fromtimestamp(0, modules.pytz.utc) }}",
     "1767225600.0 1970-01-02 00:00:00.250000 1970-01-01 00:00:00+00:00"},
    {"{{ modules.re.match('(\\\\w+)-(\\\\d+)', 'abc-12 x').group(2) }} {{ modules.re.match('b', 'abc') }} {{ modules.re.search('b(?P<n>c)', 'abc').groupdict() }}",
     "12 None {'n': 'c'}"},
    {"{{ modules.re.search('b', 'äbc').start() }} {{ modules.re.search('(a)(x)?', 'za').groups() }} {{ modules.re.fullmatch('a+', 'aab') }} {{ modules.re.match('a', 'ab') }}",
     "1 ('a', None) None <re.Match object; span=(0, 1), match='a'>"},
    {"{{ modules.re.findall('\\\\d+', 'a1 b22') }} {{ modules.re.findall('(\\\\w)(\\\\d)', 'a1 b2') }} {{ modules.re.findall('x*', 'axb') }}",
     "['1', '22'] [('a', '1'), ('b', '2')] ['', 'x', '', '']"},
    {"{{ modules.re.sub('[^a-z]+', '_', 'Hello World 1') }} {{ modules.re.sub('(a)(b)', '\\\\2\\\\1\\\\g<1>', 'abab', 1) }} {{ modules.re.sub('a', 'x', 'AaA', flags=modules.re.IGNORECASE) }}",
     "_ello_orld_ baaab xxx"},
    {"{{ modules.re.split('[,;]\\\\s*', 'a, b;c') }} {{ modules.re.split('(,)', 'a,b') }} {{ modules.re.escape('a.b*c d') }} {{ modules.re.subn('a', 'b', 'aa') }}",
     "['a', 'b', 'c'] ['a', ',', 'b'] a\\.b\\*c\\ d ('bb', 2)"},
    {"{{ modules.re.compile('a(b)').match('ab').group(1) }} {{ modules.re.sub('x*', '-', 'abxd') }} {{ modules.re.search('^b$', 'a\\nb', modules.re.MULTILINE) is not none }}",
     "b -a-b--d- True"},
    {"{{ modules.re.sub('é', 'e', 'café') }} {{ modules.re.findall('.', 'aé') }} {{ modules.re.match('a\\\\Z', 'a\\n') }}",
     "cafe ['a', 'é'] None"},
};

static void test_cases(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) expect(&s, cases[i].text, cases[i].want);
    shop_close(&s);
}

static void test_errors(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    expect(&s, "{{ modules.datetime.datetime.strptime('nope', '%Y') }}",
           "error: [template-value] time data 'nope' does not match format '%Y'");
    expect(
        &s,
        "{{ [modules.datetime.date(2026, 1, 2), modules.datetime.datetime(2026, 1, 2), modules.datetime.time(1, 2, 3), "
        "modules.datetime.timedelta(days=1, seconds=2)] }}",
        "[datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 0, 0), datetime.time(1, 2, 3), "
        "datetime.timedelta(days=1, seconds=2)]");
    expect(&s, "{{ fromyaml('a: [1, yes, 2020-01-01]') }} {{ fromyaml('2020-01-01 10:00:00Z').isoformat() }}",
           "{'a': [1, True, datetime.date(2020, 1, 1)]} 2020-01-01T10:00:00+00:00");
    expect(&s, "{{ modules.datetime.datetime.strptime('2026x', '%Y') }}",
           "error: [template-value] unconverted data remains: x");
    expect(&s, "{{ modules.datetime.date(2026, 2, 30) }}", "error: [template-value] day is out of range for month");
    expect(&s, "{{ modules.datetime.date.max + modules.datetime.timedelta(days=1) }}",
           "error: [template-value] the date is out of range");
    assert_true(str_starts(shop_render(&s, "{{ modules.re.match('(', 'x') }}"),
                           STR("error: [template-value] the pattern '(' is wrong at position 1: ")));
    expect(
        &s, "{{ modules.pytz.timezone('Mars/Base') }}",
        "error: [template-value] the time zone 'Mars/Base' is not known (use a name such as 'Europe/Berlin'; the system's "
        "zone files (tzdata) must be installed)");
    expect(
        &s, "{{ modules.pytz.timezone('../../etc/passwd') }}",
        "error: [template-value] the time zone '../../etc/passwd' is not known (use a name such as 'Europe/Berlin'; the "
        "system's zone files (tzdata) must be installed)");
    assert_true(
        str_starts(shop_render(&s, "{{ modules.datetime.datetime(2026, 1, 31) + 1 }}"), STR("error: [template-type]")));
    expect(&s, "{{ modules.re.match('(a|aa)+(a|aa)+[bc]', 'a' * 60) }}",
           "error: [template-limit] the pattern takes too long on this text");
    shop_close(&s);
}

static void test_started(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    expect(&s, "{{ run_started_at }} {{ run_started_at.strftime('%Y-%m-%d') }} {{ run_started_at.isoformat() }}",
           "2026-01-31 12:34:56.000789+00:00 2026-01-31 2026-01-31T12:34:56.000789+00:00");
    expect(&s, "{{ run_started_at.astimezone(modules.pytz.timezone('America/New_York')) }}",
           "2026-01-31 07:34:56.000789-05:00");
    expect(&s, "{{ dates_in_range('20260130', '20260202') }} {{ partition_range('20260101') }}",
           "['20260130', '20260131', '20260201', '20260202'] ['20260101']");
    expect(&s, "{{ convert_datetime('x', '%Y') }}", "error: [compiler-error] 'x' is no date in the form %Y");
    assert_true(shop_render(&s, "{{ modules.datetime.datetime.now() }}").len >= 19);
    expect(&s, "{{ (modules.datetime.datetime.utcnow() - modules.datetime.datetime(2020, 1, 1)).days > 2000 }}",
           "True");
    shop_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_started),
    };
    return cmocka_run_group_tests_name("modules", tests, NULL, NULL);
}
