<# The name of the type for numbers with a fraction. #>
<% macro real_type() -%>
    << return(adapter.dispatch('real_type', 'warehouse')()) >>
<%- endmacro %>

<% macro sqlite__real_type() -%>
    real
<%- endmacro %>

<% macro default__real_type() -%>
    double precision
<%- endmacro %>
