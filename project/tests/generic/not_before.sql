<# Fails for each row in which the column's moment lies before that of the other column; null passes. #>
<% test not_before(model, column_name, other) %>

select << column_name >>, << other >>
from << model >>
where << column_name >> < << other >>

<% endtest %>
