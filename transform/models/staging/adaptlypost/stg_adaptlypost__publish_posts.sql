with source_rows as (
    select * from {{ source('adaptlypost', 'posts') }}
    where _dlt_valid_to is null
)

select
    'adaptlypost' as tool,
    cast(id as varchar) as tool_post_id,
    cast(status as varchar) as status_native,
    lower(content_type) as post_type,
    cast(length(text) as bigint) as text_length,
    lower({{ regexp_extract('text', 'utm_campaign=([A-Za-z0-9_.%+-]+)') }}) as campaign_tag,
    cast(created_at as timestamp) as created_at,
    cast(scheduled_at as timestamp) as scheduled_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows
