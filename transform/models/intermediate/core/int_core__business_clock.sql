with calendar as (
    select * from {{ ref('int_core__calendar') }}
)

select
    date_day,
    is_business_day,
    cast(
        coalesce(
            sum(case when is_business_day then 1 else 0 end) over (
                order by date_day
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as bigint
    ) as business_days_before
from calendar
