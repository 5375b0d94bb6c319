with source_rows as (
    select * from {{ source('quality', 'record_scores') }}
)

select
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(record_key as varchar) as record_key,
    cast(score as double) as score
from source_rows
