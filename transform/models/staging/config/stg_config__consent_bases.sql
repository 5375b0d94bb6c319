with source_rows as (
    select * from {{ source('config', 'consent_bases') }}
)

select
    cast(basis as varchar) as basis,
    cast(expires_after_days as bigint) as expires_after_days
from source_rows
