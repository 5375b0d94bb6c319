with self_reports as (
    select * from {{ ref('int_touchpoints__self_reports') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

reported as (
    select
        self_reports.*,
        {{ month_of(date_in_zone('self_reports.submitted_at', 'company.reporting_time_zone')) }}
            as month
    from self_reports
    cross join company
)

select
    month,
    self_reported_channel,
    first_touch_channel,
    cast(count(*) as bigint) as answers,
    cast(count(distinct person_id) as bigint) as persons
from reported
group by month, self_reported_channel, first_touch_channel
