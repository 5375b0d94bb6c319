with source_rows as (
    select * from {{ source('config', 'routing') }}
)

select
    cast(calendar as varchar) as calendar,
    cast(misroute_cost_amount as decimal(18, 2)) as misroute_cost_amount,
    cast(lost_hour_cost_amount as decimal(18, 2)) as lost_hour_cost_amount
from source_rows
