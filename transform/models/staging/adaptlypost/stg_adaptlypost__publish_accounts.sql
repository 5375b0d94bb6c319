with source_rows as (
    select * from {{ source('adaptlypost', 'accounts') }}
    where _dlt_valid_to is null
)

select
    'adaptlypost' as tool,
    cast(id as varchar) as account_id,
    cast(platform as varchar) as network_native,
    cast(page_id as varchar) as page_native_id,
    cast(coalesce(nullif(username, ''), display_name) as varchar) as account_name,
    cast(status as varchar) as status_native,
    coalesce(is_deleted, false) as is_deleted
from source_rows
