with source_rows as (
    select * from {{ source('config', 'opportunity_systems') }}
)

select
    cast(source as varchar) as source,
    cast(source_rank as bigint) as source_rank
from source_rows
