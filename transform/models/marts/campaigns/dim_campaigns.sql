with campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
)

select
    campaign_id,
    platform,
    account_native_id,
    campaign_native_id,
    name,
    canonical_campaign,
    channel,
    status,
    started_on,
    ended_on,
    is_taxonomy_valid
from campaigns
