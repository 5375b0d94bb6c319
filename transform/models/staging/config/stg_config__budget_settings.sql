with source_rows as (
    select * from {{ source('config', 'budget_settings') }}
)

select
    cast(rate_locked_on as varchar) as rate_locked_on,
    cast(tolerance_share as decimal(9, 6)) as tolerance_share,
    cast(run_rate_days as bigint) as run_rate_days
from source_rows
