with source_rows as (
    select * from {{ source('wordpress', 'post_terms') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'wordpress' as source,
    cast(site_id as varchar) as site_id,
    cast(post_id as varchar) as item_native_id,
    cast(taxonomy as varchar) as taxonomy,
    cast(term_id as varchar) as term_native_id
from source_rows
