<# Figures: rounding, shares and medians. #>

<% macro rounded(expression, digits=2) -%>
    << return(adapter.dispatch('rounded', 'warehouse')(expression, digits)) >>
<%- endmacro %>

<% macro sqlite__rounded(expression, digits) -%>
    round(<< expression >>, << digits >>)
<%- endmacro %>

<% macro default__rounded(expression, digits) -%>
    round(cast(<< expression >> as numeric), << digits >>)
<%- endmacro %>


<# A share; null when there is nothing to take a share of, never an error and never 0 for "nobody asked". #>
<% macro share(part, whole, digits=4) -%>
    << rounded('1.0 * (' ~ part ~ ') / nullif(' ~ whole ~ ', 0)', digits) >>
<%- endmacro %>


<#
    The median of a column for each group, as a query. It counts ranks and needs no function of the database.
      relation  a CTE's name or ref(...)
      value     the column; nulls are left out
      group_by  a list of columns; an empty list gives one row
      name      the resulting column
#>
<% macro median_by(relation, value, group_by, name='median', digits=2) %>
    <%- set partition = 'partition by ' ~ group_by | join(', ') if group_by else '' %>
    select
        <%- for column in group_by %>
        << column >>,
        <%- endfor %>
        << rounded('avg(1.0 * ' ~ value ~ ')', digits) >> as << name >>
    from (
        select
            <%- for column in group_by %>
            << column >>,
            <%- endfor %>
            << value >>,
            row_number() over (<< partition >> order by << value >>) as place,
            count(*) over (<< partition >>) as places
        from << relation >>
        where << value >> is not null
    ) ranked
    where place in ((places + 1) / 2, (places + 2) / 2)
    <%- if group_by %>
    group by << group_by | join(', ') >>
    <%- endif %>
<%- endmacro %>


<#
    One counting column for each value of a column, from a mapping of value to column name:
    count_values('event_type', {'checkout': 'checkouts'}) gives  count(*) filter (where ...) as checkouts
#>
<% macro count_values(column, names) -%>
    <%- for value, name in names.items() %>
    count(*) filter (where << column >> = '<< value >>') as << name >><< ',' if not loop.last >>
    <%- endfor %>
<%- endmacro %>
