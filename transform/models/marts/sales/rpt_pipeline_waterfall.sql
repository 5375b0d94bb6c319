with waterfall as (
    select * from {{ ref('int_opportunities__waterfall') }}
),

opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
),

segments as (
    select * from {{ ref('int_funnel__segments') }}
    where entity_type = 'account'
),

months as (
    select * from {{ ref('int_opportunities__months') }}
),

grouped as (
    select
        waterfall.*,
        coalesce(opportunities.owner_id, '(no owner)') as owner_id,
        coalesce(segments.segment, '(none)') as segment
    from waterfall
    inner join opportunities on waterfall.opportunity_id = opportunities.opportunity_id
    left join segments on opportunities.account_id = segments.entity_id
)

select
    grouped.month,
    grouped.owner_id,
    grouped.segment,
    grouped.movement,
    cast(
        case grouped.movement
            when 'opening' then 1
            when 'new' then 2
            when 'reopened' then 3
            when 'up' then 4
            when 'down' then 5
            when 'pulled_in' then 6
            when 'slipped' then 7
            when 'rate_change' then 8
            when 'won' then 9
            when 'lost' then 10
            else 11
        end as bigint
    ) as movement_position,
    count(*) as opportunities,
    cast(sum(case when grouped.is_rate_missing then 1 else 0 end) as bigint)
        as opportunities_without_rate,
    cast(sum(case when grouped.is_value_stated then 0 else 1 end) as bigint)
        as opportunities_carried_back,
    cast(sum(grouped.amount_reporting) as decimal(18, 2)) as amount_reporting,
    cast(sum(grouped.due_amount_reporting) as decimal(18, 2)) as due_amount_reporting,
    months.is_observed,
    months.is_complete
from grouped
inner join months on grouped.month = months.month
group by
    grouped.month,
    grouped.owner_id,
    grouped.segment,
    grouped.movement,
    months.is_observed,
    months.is_complete
