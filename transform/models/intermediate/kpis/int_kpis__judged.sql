{{ config(materialized='view') }}
with kpis as (
    select * from {{ ref('stg_config__kpis') }}
),

weeks as (
    select * from {{ ref('int_reporting__weeks') }}
),

measured as (
    select * from {{ ref('int_kpis__values') }}
)

-- Beside a window stands the one before, and no week is in both.
select
    kpis.kpi_id,
    weeks.week_starts_on,
    weeks.week_ends_on,
    kpis.title,
    kpis.unit,
    kpis.better_when,
    measured.value,
    measured.numerator,
    measured.denominator,
    previous.value as previous_value,
    (measured.value - previous.value) / nullif(abs(previous.value), 0) as change_share,
    kpis.target,
    case
        when measured.value is null then 'unknown'
        when kpis.target is null then 'no_target'
        when kpis.better_when = 'higher' and measured.value >= kpis.target then 'met'
        when kpis.better_when = 'lower' and measured.value <= kpis.target then 'met'
        when abs(measured.value - kpis.target) > kpis.tolerance then 'missed'
        when kpis.better_when = 'at_target' then 'met'
        else 'near'
    end as status,
    weeks.is_complete,
    kpis.window_weeks,
    kpis.definition_version,
    kpis.definition
from measured
inner join kpis on measured.kpi_id = kpis.kpi_id
inner join weeks on measured.week_starts_on = weeks.week_starts_on
left join measured as previous
    on
        measured.kpi_id = previous.kpi_id
        and previous.week_starts_on
        = {{ date_of(add_days('measured.week_starts_on', '-7 * kpis.window_weeks')) }}
