with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
),

origins as (
    select * from {{ ref('int_opportunities__origins') }}
),

influences as (
    select * from {{ ref('int_opportunities__influences') }}
),

spans as (
    select * from {{ ref('int_opportunities__spans') }}
),

created as (
    select
        spans.month,
        spans.window_months,
        spans.is_complete,
        opportunities.opportunity_id,
        opportunities.value_amount,
        opportunities.value_amount_reporting
    from spans
    inner join origins on origins.created_on between spans.starts_on and spans.ends_on
    inner join opportunities on origins.opportunity_id = opportunities.opportunity_id
),

totals as (
    select
        month,
        window_months,
        is_complete,
        count(*) as created_opportunities,
        coalesce(sum(value_amount_reporting), 0) as created_amount
    from created
    group by month, window_months, is_complete
),

influenced as (
    select
        created.month,
        created.window_months,
        influences.scope,
        influences.channel,
        influences.campaign_id,
        count(*) as opportunities,
        count(created.value_amount) - count(created.value_amount_reporting) as without_rate,
        coalesce(sum(created.value_amount_reporting), 0) as amount
    from created
    inner join influences on created.opportunity_id = influences.opportunity_id
    group by
        created.month,
        created.window_months,
        influences.scope,
        influences.channel,
        influences.campaign_id
)

select
    totals.month,
    cast(totals.window_months as bigint) as window_months,
    coalesce(influenced.scope, 'all') as scope,
    coalesce(influenced.channel, '(all)') as channel,
    coalesce(influenced.campaign_id, '(all)') as campaign_id,
    coalesce(influenced.opportunities, 0) as influenced_opportunities,
    coalesce(influenced.without_rate, 0) as influenced_without_rate,
    cast(coalesce(influenced.amount, 0) as decimal(18, 2)) as influenced_amount_reporting,
    totals.created_opportunities,
    cast(totals.created_amount as decimal(18, 2)) as created_amount_reporting,
    cast(coalesce(influenced.opportunities, 0) as double)
    / nullif(totals.created_opportunities, 0) as influenced_share,
    totals.is_complete
from totals
left join influenced
    on totals.month = influenced.month and totals.window_months = influenced.window_months
