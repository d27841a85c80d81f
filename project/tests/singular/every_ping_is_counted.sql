<# The pings a day, by astrologer and by user type are three views of the same pings: their sums agree. #>
with sums as (
    select 'pings_amount' as counted_in, sum(pings) as pings from << ref('pings_amount') >>
    union all
    select 'pings_conversion', sum(pings) from << ref('pings_conversion') >>
    union all
    select 'user_type_conversion', sum(pings) from << ref('user_type_conversion') >>
    union all
    select 'astrologs_activity', sum(pings) from << ref('astrologs_activity') >>
)

select counted_in, pings
from sums
where pings <> (select count(*) from << ref('raw_astrolog_ping_events') >>)
