with source_rows as (
    select * from {{ source('config', 'consent_rules') }}
)

select
    cast(channel as varchar) as channel,
    cast(purpose as varchar) as purpose,
    cast(country_code as varchar) as country_code,
    cast(needs as varchar) as needs
from source_rows
