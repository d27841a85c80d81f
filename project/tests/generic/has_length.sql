<# Fails for each row whose text has not the given number of characters; null passes. #>
<% test has_length(model, column_name, length) %>

select << column_name >>
from << model >>
where length(<< column_name >>) <> << length >>

<% endtest %>
