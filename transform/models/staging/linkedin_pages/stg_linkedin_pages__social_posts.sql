with source_rows as (
    select * from {{ source('linkedin_pages', 'posts') }}
    where _dlt_valid_to is null
)

select
    'linkedin_pages' as platform,
    cast(author as varchar) as page_id,
    cast(id as varchar) as post_id,
    lower(content_type) as post_type,
    cast(length(commentary) as bigint) as text_length,
    lower({{ regexp_extract('commentary', 'utm_campaign=([A-Za-z0-9_.%+-]+)') }}) as campaign_tag,
    cast(coalesce(published_at, created_at) as timestamp) as published_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows
