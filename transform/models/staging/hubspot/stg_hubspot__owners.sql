with source_rows as (
    select * from {{ source('hubspot', 'owners') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(id as varchar) as source_record_id,
    nullif(trim(concat_ws(' ', first_name, last_name)), '') as owner_name,
    coalesce(archived, false) = false and coalesce(is_deleted, false) = false as is_active
from source_rows
