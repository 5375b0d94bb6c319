with source_rows as (
    select * from {{ source('runs', 'failed_assets') }}
)

select
    cast(run_id as varchar) as run_id,
    cast(step as varchar) as step,
    cast(asset as varchar) as asset
from source_rows
