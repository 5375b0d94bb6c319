with source_rows as (
    select * from {{ source('config', 'ad_network_signs') }}
)

select
    cast(rule_order as bigint) as rule_order,
    cast(match_click_id as varchar) as match_click_id,
    cast(match_source as varchar) as match_source,
    cast(ad_network as varchar) as ad_network
from source_rows
