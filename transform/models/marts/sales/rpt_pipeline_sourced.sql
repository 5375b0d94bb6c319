with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
),

origins as (
    select * from {{ ref('int_opportunities__origins') }}
),

dated as (
    select
        origins.*,
        {{ month_of('origins.created_on') }} as month,
        coalesce(opportunities.owner_id, '(no owner)') as owner_id,
        opportunities.value_amount,
        opportunities.value_amount_reporting,
        opportunities.is_won
    from origins
    inner join opportunities on origins.opportunity_id = opportunities.opportunity_id
)

select
    month,
    owner_id,
    source_class,
    channel,
    campaign_id,
    source_declared,
    declared_class,
    declared_channel,
    count(*) as opportunities,
    count(value_amount) - count(value_amount_reporting) as opportunities_without_rate,
    cast(coalesce(sum(value_amount_reporting), 0) as decimal(18, 2)) as amount_reporting,
    count(case when is_won then 1 end) as won_opportunities,
    cast(
        coalesce(sum(case when is_won then value_amount_reporting end), 0) as decimal(18, 2)
    ) as won_amount_reporting,
    is_class_agreed,
    is_channel_agreed
from dated
group by
    month,
    owner_id,
    source_class,
    channel,
    campaign_id,
    source_declared,
    declared_class,
    declared_channel,
    is_class_agreed,
    is_channel_agreed
