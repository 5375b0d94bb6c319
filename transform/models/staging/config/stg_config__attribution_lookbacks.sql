with source_rows as (
    select * from {{ source('config', 'attribution_lookbacks') }}
)

select cast(lookback_days as bigint) as lookback_days
from source_rows
