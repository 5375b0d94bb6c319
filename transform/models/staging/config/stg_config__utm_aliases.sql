with source_rows as (
    select * from {{ source('config', 'utm_aliases') }}
)

select
    cast(kind as varchar) as kind,
    cast(raw_value as varchar) as raw_value,
    cast(canonical_value as varchar) as canonical_value
from source_rows
