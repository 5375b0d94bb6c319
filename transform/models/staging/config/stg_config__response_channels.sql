with source_rows as (
    select * from {{ source('config', 'response_channels') }}
)

select
    cast(rule_order as bigint) as rule_order,
    cast(campaign_type as varchar) as campaign_type,
    cast(channel as varchar) as channel,
    cast(is_touch as boolean) as is_touch
from source_rows
