{{ config(materialized='view') }}
with kpis as (
    select * from {{ ref('stg_config__kpis') }}
),

weeks as (
    select * from {{ ref('int_reporting__weeks') }}
),

days as (
    select * from {{ ref('int_kpis__days') }}
),

first_days as (
    select
        kpi_id,
        segment,
        min(date_day) as first_on
    from days
    group by kpi_id, segment
),

-- A window that begins before the history does would be short of days without saying so.
windows as (
    select
        kpis.kpi_id,
        kpis.segment,
        weeks.week_starts_on,
        weeks.week_ends_on,
        {{ add_days('weeks.week_starts_on', '-7 * (kpis.window_weeks - 1)') }} as opens_on
    from kpis
    inner join first_days
        on
            kpis.kpi_id = first_days.kpi_id
            and kpis.segment = first_days.segment
    inner join weeks
        on
            first_days.first_on
            <= {{ add_days('weeks.week_starts_on', '-7 * (kpis.window_weeks - 1)') }}
),

summed as (
    select
        windows.kpi_id,
        windows.week_starts_on,
        coalesce(sum(days.numerator), 0) as numerator,
        coalesce(sum(days.denominator), 0) as denominator
    from windows
    left join days
        on
            windows.kpi_id = days.kpi_id
            and windows.segment = days.segment
            and windows.opens_on <= days.date_day
            and windows.week_ends_on >= days.date_day
    group by windows.kpi_id, windows.week_starts_on
)

select
    kpi_id,
    week_starts_on,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(numerator as double) / cast(nullif(denominator, 0) as double) as value
from summed
union all
select
    kpi_id,
    week_starts_on,
    numerator,
    denominator,
    value
from {{ ref('int_kpis__levels') }}
union all
select
    kpi_id,
    week_starts_on,
    cast(null as double) as numerator,
    denominator,
    value
from {{ ref('int_kpis__medians') }}
