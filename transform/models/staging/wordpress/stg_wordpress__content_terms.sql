with source_rows as (
    select * from {{ source('wordpress', 'terms') }}
    where _dlt_valid_to is null
)

select
    'wordpress' as source,
    cast(site_id as varchar) as site_id,
    cast(taxonomy as varchar) as taxonomy,
    cast(id as varchar) as term_native_id,
    cast(name as varchar) as term_name,
    cast(slug as varchar) as slug,
    nullif(cast(parent as varchar), '0') as parent_native_id,
    coalesce(is_deleted, false) as is_deleted
from source_rows
