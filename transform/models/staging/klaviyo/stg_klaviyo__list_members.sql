with source_rows as (
    select * from {{ source('klaviyo', 'list_members') }}
    where _dlt_valid_to is null
)

select
    'klaviyo' as source,
    cast(list_id as varchar) as list_id,
    cast(profile_id as varchar) as profile_id,
    concat('all:', profile_id) as source_record_id,
    cast(joined_group_at as timestamp) as joined_at
from source_rows
where not coalesce(is_deleted, false)
