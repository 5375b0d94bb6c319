with source_rows as (
    select * from {{ source('config', 'self_reported_channels') }}
)

select
    cast(rule_order as bigint) as rule_order,
    cast(answer as varchar) as answer,
    cast(channel as varchar) as channel
from source_rows
