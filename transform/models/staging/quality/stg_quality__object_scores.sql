with source_rows as (
    select * from {{ source('quality', 'object_scores') }}
)

select
    cast(day as date) as day,
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(records as bigint) as records,
    cast(score as double) as score
from source_rows
