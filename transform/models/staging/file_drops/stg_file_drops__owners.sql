with source_rows as (
    select * from {{ source('file_drops', 'owners') }}
    where _dlt_valid_to is null
)

select
    source,
    cast(source_record_id as varchar) as source_record_id,
    nullif(trim(owner_name), '') as owner_name,
    coalesce(is_active, true) and not coalesce(is_deleted, false) as is_active
from source_rows
