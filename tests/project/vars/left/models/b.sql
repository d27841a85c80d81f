{{ config(meta={'everywhere': var('everywhere'), 'theirs': var('theirs'), 'deep': var('deep', 'no'), 'mine': var('mine', 'not seen')}) }} select 1 as id
