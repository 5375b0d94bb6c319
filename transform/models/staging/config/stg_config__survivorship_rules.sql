with source_rows as (
    select * from {{ source('config', 'survivorship_rules') }}
)

select
    cast(field as varchar) as field,
    cast(rule as varchar) as rule
from source_rows
