{{ config(alias='reports_named', deprecation_note='own key') }}
select 1 as a, 2 as b
