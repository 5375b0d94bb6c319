with source_rows as (
    select * from {{ source('config', 'attribution_windows') }}
)

select
    cast(stage as varchar) as stage,
    cast(lookback_days as bigint) as lookback_days,
    cast(half_life_days as double) as half_life_days
from source_rows
