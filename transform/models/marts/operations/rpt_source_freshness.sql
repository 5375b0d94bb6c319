with freshness as (
    select * from {{ ref('int_operations__freshness') }}
)

select
    source,
    last_status,
    last_attempted_as_of,
    last_succeeded_as_of,
    age_hours,
    stale_after_hours,
    is_fresh
from freshness
