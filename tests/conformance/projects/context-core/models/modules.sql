-- case: datetime
{{ modules.datetime.datetime(2024, 2, 29, 13, 5, 7) }}
-- case: datetime with microseconds
{{ modules.datetime.datetime(2024, 2, 29, 13, 5, 7, 12) }}
-- case: isoformat
{{ modules.datetime.datetime(2024, 2, 29).isoformat() }} {{ modules.datetime.date(2024, 2, 29).isoformat() }}
-- case: strftime
{{ modules.datetime.datetime(2024, 2, 29, 13, 5, 7).strftime('%Y-%m-%d %H:%M:%S %j %a %A %b %B %y %I %p %%') }}
-- case: strptime
{{ modules.datetime.datetime.strptime('2024-02-29 13:05', '%Y-%m-%d %H:%M') }}
-- case: timedelta
{{ modules.datetime.datetime(2024, 3, 1) - modules.datetime.timedelta(days=1) }} {{ modules.datetime.timedelta(days=1, hours=5) }} {{ modules.datetime.timedelta(hours=36).total_seconds() }}
-- case: difference
{{ (modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1)).days }}
-- case: parts
{% set d = modules.datetime.datetime(2024, 2, 29, 13, 5, 7) %}{{ d.year }} {{ d.month }} {{ d.day }} {{ d.hour }} {{ d.minute }} {{ d.second }} {{ d.microsecond }} {{ d.weekday() }} {{ d.isoweekday() }}
-- case: date of datetime
{{ modules.datetime.datetime(2024, 2, 29, 13).date() }} {{ modules.datetime.datetime(2024, 2, 29, 13).time() }}
-- case: replace
{{ modules.datetime.datetime(2024, 2, 29).replace(day=1) }}
-- case: compare
{{ modules.datetime.date(2024, 1, 1) < modules.datetime.date(2024, 1, 2) }} {{ modules.datetime.date(2024, 1, 1) == modules.datetime.date(2024, 1, 1) }}
-- case: fromisoformat
{{ modules.datetime.date.fromisoformat('2024-02-29') }}
-- case: pytz
{{ modules.pytz.timezone('Europe/Berlin') }} {{ modules.pytz.utc }}
-- case: localize
{{ modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2024, 7, 1, 12)).isoformat() }}
-- case: astimezone
{{ modules.pytz.utc.localize(modules.datetime.datetime(2024, 7, 1, 12)).astimezone(modules.pytz.timezone('America/New_York')) }}
-- case: re.match
{{ modules.re.match('a(b+)', 'abbc').group(1) }} {{ modules.re.match('x', 'abc') }}
-- case: re.search
{{ modules.re.search('(?P<n>\\d+)', 'ab12').group('n') }} {{ modules.re.search('\\d+', 'ab12').start() }}
-- case: re.sub
{{ modules.re.sub('[^a-z]+', '_', 'a b!c') }} {{ modules.re.sub('(a)(b)', '\\2\\1', 'abab', 1) }}
-- case: re.findall
{{ modules.re.findall('\\w+', 'a bc d') }} {{ modules.re.findall('(\\w)=(\\d)', 'a=1 b=2') }}
-- case: re.split
{{ modules.re.split(',\\s*', 'a, b,c') }}
-- case: re.compile
{{ modules.re.compile('b', modules.re.IGNORECASE).sub('x', 'aBb') }}
-- case: re.fullmatch
{{ modules.re.fullmatch('ab', 'abc') }} {{ modules.re.fullmatch('ab', 'ab') is not none }}
-- case: re.escape
{{ modules.re.escape('a.b') }}
-- case: groups
{{ modules.re.match('(a)(b)?', 'a').groups() }}
-- case: itertools.product
{{ modules.itertools.product([1, 2], ['a']) | list }}
-- case: itertools.chain
{{ modules.itertools.chain([1], [2, 3]) | list }}
-- case: itertools.combinations
{{ modules.itertools.combinations([1, 2, 3], 2) | list }} {{ modules.itertools.permutations([1, 2]) | list }}
-- case: itertools.islice
{{ modules.itertools.islice([1, 2, 3], 2) | list }} {{ modules.itertools.zip_longest([1, 2], [3]) | list }}
-- case: itertools.accumulate
{{ modules.itertools.accumulate([1, 2, 3]) | list }} {{ modules.itertools.repeat(1, 2) | list }}
-- case: itertools.chain
{{ modules.itertools.chain.from_iterable is defined }} {{ modules.itertools.chain([1], 'ab') | list }}
-- case: itertools.compress and starmap
{{ modules.itertools.compress('abcd', [1, 0, true, '']) | list }} {{ modules.itertools.starmap(range, [(1, 3), (5,)]) | list }}
-- case: itertools.tee
{% set a, b = modules.itertools.tee([1, 2]) %}{{ a | list }} {{ b | list }} {{ modules.itertools.tee([1], 3) | length }}
-- case: ctime, fold, dst
{{ modules.datetime.datetime(2024, 2, 9, 13, 5, 7).ctime() }} {{ modules.datetime.date(2024, 2, 29).ctime() }} {{ modules.datetime.datetime(2024, 2, 9).fold }} {{ modules.datetime.datetime(2024, 2, 9).dst() }} {{ modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2024, 7, 1)).dst() }}
-- case: datetime.fromordinal
{{ modules.datetime.datetime.fromordinal(738945) }} {{ modules.datetime.date.fromordinal(738945) }}
-- case: a compiled pattern
{% set p = modules.re.compile('(?P<year>[0-9]+)-([0-9]+)', modules.re.I) %}{{ p.pattern }} {{ p.groups }} {{ p.groupindex['year'] }} {{ p.flags }} {{ modules.re.compile('a').flags }}
-- case: groups of a match by item
{% set m = modules.re.match('(?P<x>b)(c)?', 'bd') %}{{ m[0] }} {{ m['x'] }} {{ m[2] }} {{ m.nothing is defined }} {{ m[7] is defined }}
-- case: re.purge and NOFLAG
{{ modules.re.purge() }} {{ modules.re.findall('A', 'aA', modules.re.NOFLAG) }}
