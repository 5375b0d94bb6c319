{{ config(materialized='view') }}
with calendar as (
    select distinct week_start_on from {{ ref('int_core__calendar') }}
),

company as (
    select {{ date_in_zone(as_of(), 'reporting_time_zone') }} as as_of_day
    from {{ ref('stg_config__company') }}
)

select
    {{ date_of('calendar.week_start_on') }} as week_starts_on,
    {{ date_of(add_days('calendar.week_start_on', '6')) }} as week_ends_on,
    {{ date_of(add_days('calendar.week_start_on', '6')) }} < company.as_of_day as is_complete
from calendar
cross join company
where {{ date_of('calendar.week_start_on') }} <= company.as_of_day
