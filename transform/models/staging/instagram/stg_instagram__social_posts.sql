with source_rows as (
    select * from {{ source('instagram', 'media') }}
    where _dlt_valid_to is null
)

select
    'instagram' as platform,
    cast(user_id as varchar) as page_id,
    cast(id as varchar) as post_id,
    lower(media_product_type) as post_type,
    cast(length(caption) as bigint) as text_length,
    lower({{ regexp_extract('caption', 'utm_campaign=([A-Za-z0-9_.%+-]+)') }}) as campaign_tag,
    cast(timestamp as timestamp) as published_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows
