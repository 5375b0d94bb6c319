with source_rows as (
    select * from {{ source('facebook_pages', 'posts') }}
    where _dlt_valid_to is null
)

select
    'facebook_pages' as platform,
    cast(page_id as varchar) as page_id,
    cast(id as varchar) as post_id,
    lower(status_type) as post_type,
    cast(length(message) as bigint) as text_length,
    lower({{ regexp_extract('message', 'utm_campaign=([A-Za-z0-9_.%+-]+)') }}) as campaign_tag,
    cast(created_time as timestamp) as published_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows
