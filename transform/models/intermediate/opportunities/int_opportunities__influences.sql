with touches as (
    select * from {{ ref('int_opportunities__touches') }}
    where is_before_close and touch_class = 'marketing'
)

select distinct
    opportunity_id,
    'all' as scope,
    '(all)' as channel,
    '(all)' as campaign_id
from touches
union all
select distinct
    opportunity_id,
    'channel' as scope,
    channel,
    '(all)' as campaign_id
from touches
union all
select distinct
    opportunity_id,
    'campaign' as scope,
    channel,
    campaign_id
from touches
where campaign_id is not null
