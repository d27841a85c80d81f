{{ config(schema='Custom', alias='other_alias') }} select 1 as a
