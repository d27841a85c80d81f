{% if var('stumbles', false) and execute %}{{ exceptions.raise_compiler_error('this model stumbles') }}{% endif %}select 1 as id
