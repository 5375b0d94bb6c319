with source_rows as (
    select * from {{ source('file_drops', 'social_posts') }}
    where _dlt_valid_to is null
)

select
    source as platform,
    cast(page_id as varchar) as page_id,
    cast(post_id as varchar) as post_id,
    lower(post_type) as post_type,
    cast(length(text) as bigint) as text_length,
    lower({{ regexp_extract(
        "concat(coalesce(link, ''), ' ', coalesce(text, ''))", 'utm_campaign=([A-Za-z0-9_.%+-]+)'
    ) }}) as campaign_tag,
    cast(published_at as timestamp) as published_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows
