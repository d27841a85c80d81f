<# Fails for each row whose text holds an upper-case letter or blanks around it; null passes. #>
<% test lower_case(model, column_name) %>

select << column_name >>
from << model >>
where << column_name >> <> lower(trim(<< column_name >>))

<% endtest %>
