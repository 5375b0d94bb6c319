with source_rows as (
    select * from {{ source('youtube', 'channels') }}
    where _dlt_valid_to is null
)

select
    'youtube' as platform,
    cast(id as varchar) as page_id,
    cast(title as varchar) as page_name,
    coalesce(is_deleted, false) as is_deleted
from source_rows
