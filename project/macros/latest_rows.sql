<#
    The rows of a relation without repetitions: of those with the same key the first by an order. A query.
      order_by  must decide every tie that matters; whole duplicates are equal anyway
#>
<% macro latest_rows(relation, key, order_by) %>
    select *
    from (
        select
            *,
            row_number() over (partition by << key >> order by << order_by >>) as row_rank
        from << relation >>
    ) ranked
    where row_rank = 1
<%- endmacro %>
