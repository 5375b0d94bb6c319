{{ config(materialized='view') }}
-- Of KPIs that are no sum of days: their value as a week ends.
with weeks as (
    select * from {{ ref('int_kpis__weeks') }}
),

judgements as (
    select
        weeks.week_starts_on,
        scores.day,
        sum(scores.score * scores.records) as points,
        sum(scores.records) as records,
        row_number() over (partition by weeks.week_starts_on order by scores.day desc) as place
    from {{ ref('int_quality__record_scores') }} as scores
    inner join weeks
        on
            scores.day >= weeks.week_starts_on
            and scores.day <= weeks.week_ends_on
    group by weeks.week_starts_on, scores.day
),

speed as (
    select * from {{ ref('int_routing__speed') }}
    where period = 'week' and segment_kind = 'all' and delay = 'total'
),

-- A median is taken over the whole window, as too few launches go live in a week.
velocity as (
    select
        weeks.week_starts_on,
        count(*) as launches,
        {{ percentile('launches.total_business_days', 0.5) }} as median_days
    from weeks
    inner join {{ ref('stg_config__kpis') }} as kpis on kpis.kpi_id = 'launch_velocity'
    inner join {{ ref('int_launches__launches') }} as launches
        on
            weeks.week_ends_on >= launches.live_on
            and {{ add_days('weeks.week_starts_on', '-7 * (kpis.window_weeks - 1)') }}
            <= launches.live_on
    where launches.total_business_days is not null
    group by weeks.week_starts_on
),

pacing as (
    select
        weeks.week_starts_on,
        months.actual_amount_reporting,
        months.plan_to_date_amount_reporting
    from {{ ref('int_budgets__months') }} as months
    inner join weeks on {{ month_of('weeks.week_ends_on') }} = months.month
    where months.channel = '(all)' and months.plan_to_date_amount_reporting > 0
),

returns as (
    select
        weeks.week_starts_on,
        acquisition.covered_value,
        acquisition.gross_margin,
        acquisition.sales_marketing_cost,
        row_number() over (
            partition by weeks.week_starts_on order by acquisition.month desc
        ) as place
    from {{ ref('int_reporting__acquisition') }} as acquisition
    inner join weeks
        on {{ month_of('weeks.week_ends_on') }} > acquisition.month
    where
        acquisition.is_complete
        and acquisition.gross_margin is not null
        and acquisition.sales_marketing_cost > 0
)

select
    'data_quality_score' as kpi_id,
    week_starts_on,
    points as numerator,
    cast(records as double) as denominator,
    points / records as value
from judgements
where place = 1 and records > 0
union all
-- A median is no ratio: beside it stand the leads that it is of.
select
    'speed_to_lead' as kpi_id,
    starts_on as week_starts_on,
    cast(null as double) as numerator,
    cast(leads as double) as denominator,
    p50_hours as value
from speed
where leads > 0
union all
select
    'launch_velocity' as kpi_id,
    week_starts_on,
    cast(null as double) as numerator,
    cast(launches as double) as denominator,
    median_days as value
from velocity
union all
select
    'budget_pacing' as kpi_id,
    week_starts_on,
    cast(actual_amount_reporting as double) as numerator,
    cast(plan_to_date_amount_reporting as double) as denominator,
    cast(actual_amount_reporting as double) / cast(plan_to_date_amount_reporting as double)
        as value
from pacing
union all
select
    'roi' as kpi_id,
    week_starts_on,
    cast(covered_value as double) * gross_margin - cast(sales_marketing_cost as double)
        as numerator,
    cast(sales_marketing_cost as double) as denominator,
    (cast(covered_value as double) * gross_margin - cast(sales_marketing_cost as double))
    / cast(sales_marketing_cost as double) as value
from returns
where place = 1
