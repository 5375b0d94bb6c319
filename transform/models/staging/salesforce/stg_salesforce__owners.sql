with source_rows as (
    select * from {{ source('salesforce', 'users') }}
    where _dlt_valid_to is null
)

select
    'salesforce' as source,
    cast(id as varchar) as source_record_id,
    nullif(trim(concat_ws(' ', first_name, last_name)), '') as owner_name,
    coalesce(is_active, true) and not coalesce(is_deleted, false) as is_active
from source_rows
