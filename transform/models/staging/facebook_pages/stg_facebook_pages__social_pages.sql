with source_rows as (
    select * from {{ source('facebook_pages', 'pages') }}
    where _dlt_valid_to is null
)

select
    'facebook_pages' as platform,
    cast(id as varchar) as page_id,
    cast(name as varchar) as page_name,
    coalesce(is_deleted, false) as is_deleted
from source_rows
