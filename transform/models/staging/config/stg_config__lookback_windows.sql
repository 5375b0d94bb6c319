with source_rows as (
    select * from {{ source('config', 'lookback_windows') }}
)

select
    cast(platform as varchar) as platform,
    cast(final_after_days as bigint) as final_after_days
from source_rows
