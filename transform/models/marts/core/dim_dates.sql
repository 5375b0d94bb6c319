with calendar as (
    select * from {{ ref('int_core__calendar') }}
)

select
    date_day,
    iso_week,
    month,
    quarter,
    fiscal_period,
    cast(week_start_on as date) as week_start_on,
    holiday_name,
    is_business_day
from calendar
