{{ config(materialized='view') }}
-- Of KPIs that are a sum over a sum: what a day adds to either.
with company as (
    select * from {{ ref('stg_config__company') }}
),

routed_leads as (
    select
        {{ date_in_zone('outcomes.arrived_at', 'company.reporting_time_zone') }} as date_day,
        outcomes.is_accurate
    from {{ ref('int_routing__outcomes') }} as outcomes
    cross join company
    where outcomes.routing_state = 'judged'
),

launches as (
    select * from {{ ref('int_launches__launches') }}
    where live_on is not null
),

deliveries as (
    select * from {{ ref('int_operations__deliveries') }}
),

return_days as (
    select * from {{ ref('int_reporting__return_days') }}
    where measure in ('paid_value', 'model_spend')
)

select
    'routing_accuracy' as kpi_id,
    '(all)' as segment,
    date_day,
    cast(sum(case when is_accurate then 1 else 0 end) as decimal(28, 6)) as numerator,
    cast(count(*) as decimal(28, 6)) as denominator
from routed_leads
group by date_day
union all
select
    'launches_on_time' as kpi_id,
    '(all)' as segment,
    live_on as date_day,
    cast(sum(case when is_on_time then 1 else 0 end) as decimal(28, 6)) as numerator,
    cast(count(*) as decimal(28, 6)) as denominator
from launches
group by live_on
union all
select
    'report_timeliness' as kpi_id,
    '(all)' as segment,
    due_on as date_day,
    cast(sum(case when status = 'on_time' then 1 else 0 end) as decimal(28, 6)) as numerator,
    cast(count(*) as decimal(28, 6)) as denominator
from deliveries
group by due_on
union all
select
    'campaign_return' as kpi_id,
    segment,
    date_day,
    cast(sum(case when measure = 'paid_value' then amount else 0 end) as decimal(28, 6))
        as numerator,
    cast(sum(case when measure = 'model_spend' then amount else 0 end) as decimal(28, 6))
        as denominator
from return_days
group by segment, date_day
