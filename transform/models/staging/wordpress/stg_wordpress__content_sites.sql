with source_rows as (
    select * from {{ source('wordpress', 'sites') }}
    where _dlt_valid_to is null
)

select
    'wordpress' as source,
    cast(site_id as varchar) as site_id,
    cast(name as varchar) as site_name,
    cast(home as varchar) as site_url,
    nullif(trim(timezone_string), '') as time_zone,
    cast(gmt_offset as double) as utc_offset_hours,
    nullif(cast(page_on_front as varchar), '0') as front_page_native_id,
    coalesce(sees_drafts, false) as has_unpublished,
    coalesce(is_deleted, false) as is_deleted
from source_rows
