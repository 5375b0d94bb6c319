with source_rows as (
    select * from {{ source('config', 'channels') }}
)

select
    cast(channel as varchar) as channel,
    cast(channel_group as varchar) as channel_group,
    cast(is_paid as boolean) as is_paid,
    cast(sort_order as bigint) as sort_order,
    cast(default_medium as varchar) as default_medium
from source_rows
