<#
    Dates and times. SQLite keeps them as text that sorts and compares rightly; the default__ versions are PostgreSQL's.
    All timestamps of the warehouse are UTC.
#>

<% macro date_of(timestamp) -%>
    << return(adapter.dispatch('date_of', 'warehouse')(timestamp)) >>
<%- endmacro %>

<% macro sqlite__date_of(timestamp) -%>
    date(<< timestamp >>)
<%- endmacro %>

<% macro default__date_of(timestamp) -%>
    cast(<< timestamp >> as date)
<%- endmacro %>


<# The Monday of the week. #>
<% macro week_of(timestamp) -%>
    << return(adapter.dispatch('week_of', 'warehouse')(timestamp)) >>
<%- endmacro %>

<% macro sqlite__week_of(timestamp) -%>
    date(<< timestamp >>, '-6 days', 'weekday 1')
<%- endmacro %>

<% macro default__week_of(timestamp) -%>
    cast(date_trunc('week', << timestamp >>) as date)
<%- endmacro %>


<# The first day of the month. #>
<% macro month_of(timestamp) -%>
    << return(adapter.dispatch('month_of', 'warehouse')(timestamp)) >>
<%- endmacro %>

<% macro sqlite__month_of(timestamp) -%>
    date(<< timestamp >>, 'start of month')
<%- endmacro %>

<% macro default__month_of(timestamp) -%>
    cast(date_trunc('month', << timestamp >>) as date)
<%- endmacro %>


<# 0 to 23. #>
<% macro hour_of(timestamp) -%>
    << return(adapter.dispatch('hour_of', 'warehouse')(timestamp)) >>
<%- endmacro %>

<% macro sqlite__hour_of(timestamp) -%>
    cast(strftime('%H', << timestamp >>) as integer)
<%- endmacro %>

<% macro default__hour_of(timestamp) -%>
    cast(extract(hour from << timestamp >>) as integer)
<%- endmacro %>


<# 1 for Monday to 7 for Sunday. #>
<% macro iso_weekday_of(timestamp) -%>
    << return(adapter.dispatch('iso_weekday_of', 'warehouse')(timestamp)) >>
<%- endmacro %>

<% macro sqlite__iso_weekday_of(timestamp) -%>
    (cast(strftime('%w', << timestamp >>) as integer) + 6) % 7 + 1
<%- endmacro %>

<% macro default__iso_weekday_of(timestamp) -%>
    cast(extract(isodow from << timestamp >>) as integer)
<%- endmacro %>


<# Whole seconds from the first to the second, negative when the second is earlier. #>
<% macro seconds_between(start, finish) -%>
    << return(adapter.dispatch('seconds_between', 'warehouse')(start, finish)) >>
<%- endmacro %>

<% macro sqlite__seconds_between(start, finish) -%>
    (unixepoch(<< finish >>) - unixepoch(<< start >>))
<%- endmacro %>

<% macro default__seconds_between(start, finish) -%>
    cast(extract(epoch from (<< finish >> - << start >>)) as integer)
<%- endmacro %>


<# Days from one calendar day to another, whatever the hour. #>
<% macro days_between(start, finish) -%>
    << return(adapter.dispatch('days_between', 'warehouse')(start, finish)) >>
<%- endmacro %>

<% macro sqlite__days_between(start, finish) -%>
    cast(julianday(date(<< finish >>)) - julianday(date(<< start >>)) as integer)
<%- endmacro %>

<% macro default__days_between(start, finish) -%>
    (cast(<< finish >> as date) - cast(<< start >> as date))
<%- endmacro %>


<# A timestamp moved by a number of minutes; the number may be a column. #>
<% macro plus_minutes(timestamp, minutes) -%>
    << return(adapter.dispatch('plus_minutes', 'warehouse')(timestamp, minutes)) >>
<%- endmacro %>

<% macro sqlite__plus_minutes(timestamp, minutes) -%>
    datetime(<< timestamp >>, (<< minutes >>) || ' minutes')
<%- endmacro %>

<% macro default__plus_minutes(timestamp, minutes) -%>
    (<< timestamp >> + (<< minutes >>) * interval '1 minute')
<%- endmacro %>


<# UTC from text that carries an offset, such as 2025-03-01T21:15:03+05:30. #>
<% macro utc_from_text(text) -%>
    << return(adapter.dispatch('utc_from_text', 'warehouse')(text)) >>
<%- endmacro %>

<% macro sqlite__utc_from_text(text) -%>
    datetime(<< text >>)
<%- endmacro %>

<% macro default__utc_from_text(text) -%>
    (cast(<< text >> as timestamp with time zone) at time zone 'UTC')
<%- endmacro %>


<# The clock on the wall from the same text: what stands before the offset. #>
<% macro local_from_text(text) -%>
    << return(adapter.dispatch('local_from_text', 'warehouse')(text)) >>
<%- endmacro %>

<% macro sqlite__local_from_text(text) -%>
    datetime(substr(<< text >>, 1, 19))
<%- endmacro %>

<% macro default__local_from_text(text) -%>
    cast(substr(<< text >>, 1, 19) as timestamp)
<%- endmacro %>
