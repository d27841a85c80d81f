select '{{ get_version("elementary") }}' as a, '{{ get_version("parse_only") }}' as b, '{{ source.config.project_name }}' as c
