with source_rows as (
    select * from {{ source('instagram', 'user_followers') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    'instagram' as platform,
    cast(user_id as varchar) as page_id,
    cast(observed_on as date) as observed_on,
    cast(followers_count as bigint) as followers
from source_rows
