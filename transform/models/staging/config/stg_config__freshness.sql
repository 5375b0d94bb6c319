with source_rows as (
    select * from {{ source('config', 'freshness') }}
)

select cast(stale_after_hours as double) as stale_after_hours
from source_rows
