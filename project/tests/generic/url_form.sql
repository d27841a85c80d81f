<#
    Fails for each row whose URL does not start with the given site and a path of one of the given kinds.
    A kind that ends in / wants something behind it.
#>
<% test url_form(model, column_name, site, paths) %>

select << column_name >>
from << model >>
where << column_name >> is not null
    and not (
        <%- for path in paths %>
        <% if path.endswith('/') -%>
        << column_name >> like '<< site ~ path >>_%'
        <%- else -%>
        << column_name >> = '<< site ~ path >>'
        <%- endif %>
        <%- if not loop.last %> or<% endif %>
        <%- endfor %>
    )

<% endtest %>
