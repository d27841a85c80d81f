{{ config(meta={'everywhere': var('everywhere'), 'mine': var('mine'), 'both': var('both'), 'fallback': var('none_such', 7), 'has': var.has_var('mine')}) }} select 1 as id
