{% macro give(value) %}{{ return(value) }}{% endmacro %}
{% macro give_none() %}{{ return(none) }}{% endmacro %}
{% macro give_text() %}  text  {% endmacro %}
{% macro give_dict() %}{% do return({'a': 1, 'b': [1, 2]}) %}{% endmacro %}
{% macro early(n) %}{% for i in range(10) %}{% if i == n %}{{ return(i) }}{% endif %}{% endfor %}{% endmacro %}
{% macro wrap(tag) %}<{{ tag }}>{{ caller() }}</{{ tag }}>{% endmacro %}
{% macro each(items) %}{% for i in items %}{{ caller(i, loop.index) }}{% endfor %}{% endmacro %}
{% macro named(a, b=2, c='x') %}{{ a }}|{{ b }}|{{ c }}{% endmacro %}
{% macro variadic(first) %}{{ first }}|{{ varargs | join('+') }}|{{ kwargs | dictsort }}{% endmacro %}
{% macro factorial(n) %}{{ return(1 if n <= 1 else n * factorial(n - 1)) }}{% endmacro %}
{% macro same_name() %}of the root{% endmacro %}
{% macro sets_and_prints() %}{% set inner = 3 %}{{ inner }}{% endmacro %}
{% macro uses_this() %}{{ this.identifier }}{% endmacro %}
{% macro uses_model() %}{{ model.name }}{% endmacro %}
{% macro run_twice() %}{% do return(run_query('select 1 as a union all select 2 order by 1')) %}{% endmacro %}
{% macro default__greet(who) %}the root greets {{ who }}{% endmacro %}
{% macro default__from_root() %}the root's{% endmacro %}
{% macro default__date_part_of_root() %}root{% endmacro %}
{% macro local_dispatch() %}{{ return(adapter.dispatch('local_dispatch')()) }}{% endmacro %}
{% macro default__local_dispatch() %}found in the root{% endmacro %}
