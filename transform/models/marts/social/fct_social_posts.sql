with posts as (
    select * from {{ ref('int_social__posts') }}
)

select
    platform,
    post_id,
    page_id,
    published_at,
    post_type,
    text_length,
    campaign_id,
    is_deleted
from posts
