with source_rows as (
    select * from {{ source('youtube', 'videos') }}
    where _dlt_valid_to is null
)

select
    'youtube' as platform,
    cast(channel_id as varchar) as page_id,
    cast(id as varchar) as post_id,
    'video' as post_type,
    cast(length(concat_ws(' ', title, description)) as bigint) as text_length,
    lower({{ regexp_extract('description', 'utm_campaign=([A-Za-z0-9_.%+-]+)') }}) as campaign_tag,
    cast(published_at as timestamp) as published_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows
