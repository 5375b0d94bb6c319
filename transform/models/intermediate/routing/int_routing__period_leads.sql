-- Weeks, months, the last 90 days and all time, by the day of arrival in the reporting zone.
with outcomes as (
    select * from {{ ref('int_routing__outcomes') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

periods as (
    select
        period,
        starts_on,
        ends_on,
        is_complete
    from {{ ref('int_reporting__periods') }}
    where period in ('month', 'last_90_days', 'all_time')
    union all
    select
        'week' as period,
        week_starts_on as starts_on,
        week_ends_on as ends_on,
        is_complete
    from {{ ref('int_reporting__weeks') }}
),

dated as (
    select
        outcomes.*,
        {{ date_in_zone('outcomes.arrived_at', 'company.reporting_time_zone') }} as arrived_on
    from outcomes
    cross join company
),

segmented as (
    select
        lead_id,
        arrived_on,
        'all' as segment_kind,
        '(all)' as segment
    from dated
    union all
    select
        lead_id,
        arrived_on,
        'rule' as segment_kind,
        rule_name as segment
    from dated
    where rule_name is not null
    union all
    select
        lead_id,
        arrived_on,
        'pool' as segment_kind,
        pool_name as segment
    from dated
    where pool_name is not null
)

select
    periods.period,
    periods.starts_on,
    periods.ends_on,
    periods.is_complete,
    segmented.segment_kind,
    segmented.segment,
    segmented.lead_id
from segmented
inner join periods
    on
        segmented.arrived_on >= periods.starts_on
        and segmented.arrived_on <= periods.ends_on
