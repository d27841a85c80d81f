-- case: tojson
{{ tojson({'a': [1, 2.5, none, true, 'x"y']}) }}
-- case: tojson sort_keys
{{ tojson({'b': 1, 'a': 2}, sort_keys=true) }}
-- case: tojson unicode
{{ tojson('é') }}
-- case: fromjson
{{ fromjson('{"a": [1, 2.5, null, true]}') }} {{ fromjson('3') + 1 }}
-- case: fromjson default
{{ fromjson('{', 'default') }} {{ fromjson('{') }}
-- case: toyaml
{{ toyaml({'b': [1, 'two'], 'a': none}) }}
-- case: toyaml sort_keys
{{ toyaml({'b': 1, 'a': 2}, sort_keys=true) }}
-- case: toyaml scalars
{{ toyaml('x') }}|{{ toyaml(['yes', '1', 'a: b', '']) }}|{{ toyaml({'n': {'m': []}}) }}
-- case: fromyaml
{{ fromyaml('a: [1, yes]') }} {{ fromyaml('- x\n- 2') }} {{ fromyaml('') }}
-- case: fromyaml default
{{ fromyaml('a: [', 'default') }}
-- case: filters of the same names
{{ {'a': 1} | tojson }}
-- case: set
{{ set([1, 1, 2]) | sort }} {{ set(3, 'default') }} {{ set(3) }}
-- case: set_strict
{{ set_strict([1, 1]) }}
-- case: set methods
{{ set([1, 2]).union(set([3])) | sort }} {{ set([1, 2]) - set([2]) }} {{ 1 in set([1]) }}
-- case: zip
{{ zip([1, 2], ['a', 'b']) | list }} {{ zip(1, [2], default='d') }} {{ zip(1, [2]) }}
-- case: zip_strict
{{ zip_strict([1], [2]) | list }}
-- case: local_md5
{{ local_md5('hello') }} {{ local_md5('é') }}
-- case: diff_of_two_dicts
{{ diff_of_two_dicts({'a': ['x', 'y'], 'b': ['z']}, {'a': ['X'], 'c': ['q']}) }}
-- case: return from a macro
{{ give([1, 2])[1] }} {{ give(1) + 1 }} {{ give({'k': 'v'}).k }} {{ give('x').upper() }} {{ give(none) is none }} {{ give(true) is true }} {{ give(1.5) }}
-- case: return of a tuple
{{ give((1, 2)) }} {{ give(()) }}
-- case: return none
{{ give_none() }} {{ give_none() is none }}
-- case: text of a macro
[{{ give_text() }}] [{{ give_text() | trim }}] {{ give_text() is string }}
-- case: do return
{{ give_dict() }} {{ give_dict().b | length }}
-- case: early return
{{ early(4) }} [{{ early(40) }}]
-- case: return of a relation
{{ give(ref('parent')).identifier }}
-- case: caller
{% call wrap('b') %}inside{% endcall %}
-- case: caller with arguments
{% call(i, n) each(['x', 'y']) %}{{ n }}{{ i }};{% endcall %}
-- case: named arguments
{{ named(1) }} {{ named(1, c=3) }} {{ named(b=1, a=2) }} {{ named(1, 2, 3) }}
-- case: missing arguments
{{ named() }}
-- case: varargs and kwargs
{{ variadic(1, 2, 3, z=1, y=2) }}
-- case: recursion
{{ factorial(6) }}
-- case: the root's macro
{{ same_name() }} {{ context_core.same_name() }} {{ helper.same_name() }}
-- case: a package's macro calls its own
{{ helper.sibling() }}
-- case: dispatch with config
{{ helper.greet('you') }}
-- case: dispatch without config
{{ plain.greet('you') }}
-- case: dispatch to the package
{{ helper.only_here(4) }}
-- case: dispatch by adapter
{{ plain.with_adapter() }}
-- case: dispatch to the root
{{ plain.from_root() }}
-- case: dispatch without a namespace
{{ local_dispatch() }}
-- case: context
{{ context['project_name'] }} {{ 'ref' in context }} {{ context.get('missing', 'd') }} {{ context['same_name']() }}
-- case: macro by name
{{ context['helper'].same_name() }}
-- case: is defined
{{ helper is defined }} {{ missing is defined }} {{ same_name is defined }}
-- case: log and print
[{{ log('x') }}] [{{ log('x', info=false) }}] [{{ print('printed by data') }}]
-- case: try_or_compiler_error
{{ try_or_compiler_error('message', give, 3) }}
-- case: adapter.type and quote
{{ adapter.quote('a') }} {{ adapter.type() in ['sqlite', 'duckdb'] }}
-- case: range and namespace
{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}
-- case: as_text and as_native
{{ '3' | as_number }} {{ 'x' | as_text }}
-- case: dbt namespace
{{ dbt.string_literal('x') }} {{ dbt.escape_single_quotes("it's") }}
-- case: dbt overrides
{{ string_literal('x') }}
-- case: undefined package
{{ nothing_here is defined }}
