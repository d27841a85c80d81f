<# Fails for each row whose value lies outside the limits; a limit that is not given does not bind, null passes. #>
<% test between(model, column_name, low=none, high=none) %>

<% if low is none and high is none %>
    << exceptions.raise_compiler_error("between: give at least one of low and high for " ~ column_name) >>
<% endif %>

select << column_name >>
from << model >>
where
    1 = 0
    <% if low is not none %>or << column_name >> < << low >><% endif %>
    <% if high is not none %>or << column_name >> > << high >><% endif %>

<% endtest %>
