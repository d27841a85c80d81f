<# Fails for each combination of values that occurs more than once: the grain of a table with a composite key. #>
<% test unique_together(model, columns) %>

select
    <% for column in columns %><< column >>, <% endfor %>
    count(*) as rows_found
from << model >>
group by << columns | join(', ') >>
having count(*) > 1

<% endtest %>
