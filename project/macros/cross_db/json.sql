<#
    Reading and building JSON, whatever the database calls it.
    A path is a list of keys: json_text('payload', ['user', 'id']). The default__ versions are PostgreSQL's.
#>

<% macro json_text(document, path) -%>
    << return(adapter.dispatch('json_text', 'warehouse')(document, path)) >>
<%- endmacro %>

<% macro sqlite__json_text(document, path) -%>
    json_extract(<< document >>, '$.<< path | join(".") >>')
<%- endmacro %>

<% macro default__json_text(document, path) -%>
    json_extract_path_text(cast(<< document >> as json)<% for key in path %>, '<< key >>'<% endfor %>)
<%- endmacro %>


<# A document that was cut off on its way lacks its last brace; only then is PostgreSQL 15 able to tell cheaply. #>
<% macro is_json(document) -%>
    << return(adapter.dispatch('is_json', 'warehouse')(document)) >>
<%- endmacro %>

<% macro sqlite__is_json(document) -%>
    json_valid(<< document >>) = 1
<%- endmacro %>

<% macro default__is_json(document) -%>
    (substr(<< document >>, 1, 1) = '{' and right(<< document >>, 1) = '}')
<%- endmacro %>


<# A text as a JSON value, quoted and escaped. #>
<% macro json_of_text(text) -%>
    << return(adapter.dispatch('json_of_text', 'warehouse')(text)) >>
<%- endmacro %>

<% macro sqlite__json_of_text(text) -%>
    json_quote(<< text >>)
<%- endmacro %>

<% macro default__json_of_text(text) -%>
    to_json(<< text >>)
<%- endmacro %>


<# An object from a mapping of key to SQL expression. #>
<% macro json_object(members) -%>
    << return(adapter.dispatch('json_object', 'warehouse')(members)) >>
<%- endmacro %>

<% macro sqlite__json_object(members) -%>
    json_object(<% for key, value in members.items() %>'<< key >>', << value >><< ', ' if not loop.last >><% endfor %>)
<%- endmacro %>

<% macro default__json_object(members) -%>
    json_build_object(<% for key, value in members.items() %>'<< key >>', << value >><< ', ' if not loop.last >><% endfor %>)
<%- endmacro %>


<#
    All values of a partition as one JSON array in a given order, on every row of the partition. A window and not an
    aggregate, because an aggregate of SQLite 3.40 takes no order.
#>
<% macro json_array_over(value, partition_by, order_by) -%>
    << return(adapter.dispatch('json_array_over', 'warehouse')(value, partition_by, order_by)) >>
<%- endmacro %>

<% macro sqlite__json_array_over(value, partition_by, order_by) -%>
    json_group_array(json(<< value >>)) over (
        partition by << partition_by >> order by << order_by >>
        rows between unbounded preceding and unbounded following
    )
<%- endmacro %>

<% macro default__json_array_over(value, partition_by, order_by) -%>
    json_agg(<< value >>) over (
        partition by << partition_by >> order by << order_by >>
        rows between unbounded preceding and unbounded following
    )
<%- endmacro %>
