with source_rows as (
    select * from {{ source('config', 'ad_budget_units') }}
)

select
    cast(platform as varchar) as platform,
    cast(currency_code as varchar) as currency_code,
    cast(units as bigint) as units
from source_rows
