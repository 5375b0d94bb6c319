with source_rows as (
    select * from {{ source('config', 'attribution_day_buckets') }}
)

select cast(from_days as bigint) as from_days
from source_rows
