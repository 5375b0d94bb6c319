with source_rows as (
    select * from {{ source('config', 'ad_channels') }}
)

select
    cast(rule_order as bigint) as rule_order,
    cast(platform as varchar) as platform,
    cast(channel_type as varchar) as channel_type,
    cast(channel as varchar) as channel
from source_rows
