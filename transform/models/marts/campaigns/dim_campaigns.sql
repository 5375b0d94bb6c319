with campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
)

select
    campaign_id,
    platform,
    account_native_id,
    {{ without_addresses('campaign_native_id') }} as campaign_native_id,
    {{ without_addresses('name') }} as name,
    -- Its dots and at sign are gone by then, so the name tells.
    case
        when {{ without_addresses('name') }} <> name then '(address)'
        else canonical_campaign
    end as canonical_campaign,
    channel,
    status,
    started_on,
    ended_on,
    is_taxonomy_valid
from campaigns
