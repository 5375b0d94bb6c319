with source_rows as (
    select * from {{ source('config', 'routing_calendars') }}
)

select
    cast(calendar as varchar) as calendar,
    cast(time_zone as varchar) as time_zone,
    cast(opens_at as varchar) as opens_at_clock,
    cast(closes_at as varchar) as closes_at_clock
from source_rows
