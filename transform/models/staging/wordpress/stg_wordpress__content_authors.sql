with source_rows as (
    select * from {{ source('wordpress', 'users') }}
    where _dlt_valid_to is null
)

select
    'wordpress' as source,
    cast(site_id as varchar) as site_id,
    cast(id as varchar) as author_native_id,
    cast(name as varchar) as author_name,
    cast(slug as varchar) as slug,
    coalesce(is_deleted, false) as is_deleted
from source_rows
