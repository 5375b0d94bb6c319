with source_rows as (
    select * from {{ source('config', 'currencies') }}
)

select
    cast(currency_code as varchar) as currency_code,
    cast(minor_units as bigint) as minor_units
from source_rows
