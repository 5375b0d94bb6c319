with source_rows as (
    select * from {{ source('config', 'survivorship_sources') }}
)

select
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(source_rank as bigint) as source_rank
from source_rows
