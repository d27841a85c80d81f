{# A unit test: the model's SQL over the given rows, beside the rows that are expected. Both come back in one result, told
   apart by the column actual_or_expected; the comparison itself is made outside. Nothing is written. #}

{% materialization unit, default %}
  {%- set rows = config.get('expected_rows') or [] -%}
  {%- set expected_sql = config.get('expected_sql') -%}
  {%- set types = {} -%}
  {%- set quoted = {} -%}
  {%- for column in adapter.get_column_schema_from_query(get_empty_subquery_sql(sql)) -%}
    {%- do types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}

  {%- set compared = [] -%}
  {%- if expected_sql -%}
    {%- for column in adapter.get_column_schema_from_query(get_empty_subquery_sql(expected_sql)) -%}
      {%- do check_fixture_column(column.name, types) -%}
      {%- do compared.append(quoted[column.name | lower]) -%}
    {%- endfor -%}
  {%- else -%}
    {%- for name in fixture_columns(rows) -%}
      {%- do check_fixture_column(name, types) -%}
      {%- do compared.append(quoted[name]) -%}
    {%- endfor -%}
    {%- if not compared -%}
      {%- set compared = quoted.values() | list -%}
    {%- endif -%}
    {%- set expected_sql = get_expected_sql(rows, types, quoted) -%}
  {%- endif -%}

  {%- call statement('main', fetch_result=True) -%}
    {{ get_unit_test_sql(sql, expected_sql, compared) }}
  {%- endcall -%}

  {{ return({'relations': []}) }}
{% endmaterialization %}

{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
  {{ adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names) }}
{%- endmacro %}

{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
with dbt_internal_unit_test_actual as (
  select {{ expected_column_names | join(', ') }}, {{ string_literal('actual') }} as {{ adapter.quote('actual_or_expected') }}
  from (
{{ main_sql }}
  ) _dbt_internal_unit_test_actual
),
dbt_internal_unit_test_expected as (
  select {{ expected_column_names | join(', ') }}, {{ string_literal('expected') }} as {{ adapter.quote('actual_or_expected') }}
  from (
{{ expected_fixture_sql }}
  ) _dbt_internal_unit_test_expected
)
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected
{%- endmacro %}

{# The names of all columns of some rows, in lower case, each once. #}
{% macro fixture_columns(rows) %}
  {%- set names = {} -%}
  {%- for row in rows -%}
    {%- for name in row -%}
      {%- do names.update({name | string | lower: true}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(names.keys() | list) }}
{% endmacro %}

{% macro check_fixture_column(name, types) %}
  {%- if name | lower not in types -%}
    {%- do exceptions.raise_compiler_error("the expected rows have a column '" ~ name ~ "', but the model has only: " ~ (types.keys() | join(', '))) -%}
  {%- endif -%}
{% endmacro %}

{# The rows of one input as a query. Columns that they do not name are null. `column_name_to_data_types` has the names in
   lower case; an unknown type is ''. #}
{% macro get_fixture_sql(rows, column_name_to_data_types, column_name_to_quoted=none) %}
  {%- set types = column_name_to_data_types or {} -%}
  {%- set quoted = column_name_to_quoted or {} -%}
  {%- if not types -%}
    {%- do exceptions.raise_compiler_error("nothing is known of the columns of '" ~ model.name ~ "': it is not in the database, and no columns are described") -%}
  {%- endif -%}
  {%- do validate_fixture_rows(rows, none) -%}
  {%- set nulls = {} -%}
  {%- for name, type in types.items() -%}
    {%- do nulls.update({name: cast_fixture_value(none, type)}) -%}
  {%- endfor -%}
  {%- for row in rows or [{}] -%}
    {%- set cells = nulls.copy() -%}
    {%- do cells.update(format_row(row, types)) -%}
    select {% for name, cell in cells.items() %}{{ cell }} as {{ quoted.get(name, adapter.quote(name)) }}{{ ', ' if not loop.last }}{% endfor %}
    {%- if not loop.last %}
    union all
    {% endif -%}
  {%- endfor -%}
  {%- if not rows %}
    limit 0
  {%- endif -%}
{% endmacro %}

{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted=none) %}
  {%- if not rows -%}
    select * from dbt_internal_unit_test_actual limit 0
  {%- else -%}
    {%- set quoted = column_name_to_quoted or {} -%}
    {%- set names = fixture_columns(rows) -%}
    {%- for row in rows -%}
      {%- set cells = format_row(row, column_name_to_data_types) -%}
    select {% for name in names %}{{ cells.get(name, 'null') }} as {{ quoted.get(name, adapter.quote(name)) }}{{ ', ' if not loop.last }}{% endfor %}
      {%- if not loop.last %}
    union all
      {% endif -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}

{# A row's values as SQL, by the names of their columns in lower case. #}
{% macro format_row(row, column_name_to_data_types) %}
  {%- set cells = {} -%}
  {%- for name, value in row.items() -%}
    {%- set key = name | string | lower -%}
    {%- do cells.update({key: cast_fixture_value(value, column_name_to_data_types.get(key, ''))}) -%}
  {%- endfor -%}
  {{ return(cells) }}
{% endmacro %}

{# One value as SQL of the column's type. #}
{% macro cast_fixture_value(value, type) %}
  {{ return(adapter.dispatch('cast_fixture_value', 'dbt')(value, type)) }}
{% endmacro %}

{% macro default__cast_fixture_value(value, type) %}
  {%- set literal = fixture_literal(value) -%}
  {%- if not type -%}
    {{ return(literal) }}
  {%- endif -%}
  {#- a length would cut what a test gives, without a word -#}
  {%- if value is string and 'varying' in type -%}
    {%- set type = type.split('(')[0] -%}
  {%- endif -%}
  {{ return(safe_cast(literal, type) | trim) }}
{% endmacro %}

{# As SQLite stores a value in a column of that type: text that is no number stays text in a column of numbers (or dates),
   where a cast would make it 0 (or 2026). #}
{% macro sqlite__cast_fixture_value(value, type) %}
  {%- set literal = fixture_literal(value) -%}
  {%- set word = type | lower -%}
  {%- if not word or 'blob' in word -%}
    {{ return(literal) }}
  {%- endif -%}
  {%- if 'int' not in word and ('char' in word or 'clob' in word or 'text' in word) -%}
    {{ return('cast(' ~ literal ~ ' as text)') }}
  {%- endif -%}
  {%- set number = value is number or value is none or (value is string and modules.re.match('\\s*[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?\\s*$', value)) -%}
  {%- if not number -%}
    {{ return(literal) }}
  {%- endif -%}
  {%- if 'int' in word and (value is none or value is integer or (value is string and modules.re.match('\\s*[-+]?[0-9]+\\s*$', value))) -%}
    {{ return('cast(' ~ literal ~ ' as integer)') }}
  {%- endif -%}
  {%- if 'int' not in word and ('real' in word or 'floa' in word or 'doub' in word) -%}
    {{ return('cast(' ~ literal ~ ' as real)') }}
  {%- endif -%}
  {{ return('cast(' ~ literal ~ ' as numeric)') }}
{% endmacro %}

{% macro fixture_literal(value) %}
  {%- if value is none -%}
    {{ return('null') }}
  {%- elif value is string -%}
    {{ return(string_literal(escape_single_quotes(value))) }}
  {%- elif value is boolean -%}
    {{ return('true' if value else 'false') }}
  {%- endif -%}
  {{ return(value | string) }}
{% endmacro %}

{# For adapters that refuse some rows before anything is run. #}
{% macro validate_fixture_rows(rows, row_number) %}
  {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{% endmacro %}

{% macro default__validate_fixture_rows(rows, row_number) %}
{% endmacro %}
