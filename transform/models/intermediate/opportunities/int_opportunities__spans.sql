with months as (
    select * from {{ ref('int_opportunities__months') }}
),

lengths as (
    select 1 as window_months
    union all
    select 3 as window_months
    union all
    select 12 as window_months
)

-- A window that reaches behind the first month would be no window of its length.
select
    months.month,
    lengths.window_months,
    first_months.month as starts_on,
    months.ends_on,
    months.is_complete
from months
cross join lengths
inner join months as first_months
    on months.month_number - lengths.window_months + 1 = first_months.month_number
