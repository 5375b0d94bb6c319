with source_rows as (
    select * from {{ source('quality', 'scores') }}
)

select
    cast(day as date) as day,
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(dimension as varchar) as dimension,
    cast(field as varchar) as field,
    cast(records as bigint) as records,
    cast(passed as bigint) as passed
from source_rows
