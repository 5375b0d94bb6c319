{{ config(materialized='view') }}
-- A median is no ratio: beside it stands how many it is of.
with weeks as (
    select * from {{ ref('int_reporting__weeks') }}
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
)

select
    'speed_to_lead' as kpi_id,
    starts_on as week_starts_on,
    cast(leads as double) as denominator,
    p50_hours as value
from speed
where leads > 0
union all
select
    'launch_velocity' as kpi_id,
    week_starts_on,
    cast(launches as double) as denominator,
    median_days as value
from velocity
