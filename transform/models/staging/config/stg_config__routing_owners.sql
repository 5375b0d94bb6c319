with source_rows as (
    select * from {{ source('config', 'routing_owners') }}
)

select
    cast(crm as varchar) as crm,
    cast(owner_native_id as varchar) as owner_native_id
from source_rows
