with source_rows as (
    select * from {{ source('mailchimp', 'segments') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(list_id as varchar) as list_id,
    cast(id as varchar) as segment_id,
    name,
    type as segment_type,
    options as conditions,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_at as timestamp) as created_at,
    cast(updated_at as timestamp) as updated_at
from source_rows
