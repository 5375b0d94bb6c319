with source_rows as (
    select * from {{ source('config', 'channel_rules') }}
)

select
    cast(rule_order as bigint) as rule_order,
    cast(channel as varchar) as channel,
    cast(match_click_id as varchar) as match_click_id,
    cast(match_medium as varchar) as match_medium,
    cast(match_source as varchar) as match_source,
    cast(match_referrer as varchar) as match_referrer
from source_rows
