with source_rows as (
    select * from {{ source('routing', 'pool_members') }}
)

select
    cast(version as varchar) as rules_version,
    cast(pool as varchar) as pool_name,
    cast(crm as varchar) as crm,
    cast(owner_native_id as varchar) as owner_native_id
from source_rows
