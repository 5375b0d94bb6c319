with source_rows as (
    select * from {{ source('runs', 'runs') }}
)

select
    cast(run_id as varchar) as run_id,
    cast(as_of as timestamp) as as_of,
    cast(ended_at as timestamp) as ended_at,
    cast(published_at as timestamp) as published_at,
    cast(has_succeeded as boolean) as has_succeeded,
    cast(is_whole as boolean) as is_whole,
    cast(is_backfill as boolean) as is_backfill
from source_rows
