with source_rows as (
    select * from {{ source('config', 'fx_rates') }}
)

select
    cast(rate_on as date) as rate_on,
    cast(from_currency as varchar) as from_currency,
    cast(to_currency as varchar) as to_currency,
    cast(rate as double) as rate
from source_rows
