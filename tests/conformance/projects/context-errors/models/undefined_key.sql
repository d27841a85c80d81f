{% if execute %}{{ graph.nodes['not_there'].name }}{% endif %} select 1 as a
