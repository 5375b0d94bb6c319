with source_rows as (
    select * from {{ source('instagram', 'users') }}
    where _dlt_valid_to is null
)

select
    'instagram' as platform,
    cast(id as varchar) as page_id,
    cast(coalesce(name, username) as varchar) as page_name,
    coalesce(is_deleted, false) as is_deleted
from source_rows
