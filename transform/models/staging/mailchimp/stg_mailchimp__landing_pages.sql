with source_rows as (
    select * from {{ source('mailchimp', 'landing_pages') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(id as varchar) as landing_page_id,
    cast(list_id as varchar) as list_id,
    name,
    url,
    status,
    cast(visits as bigint) as visits,
    cast(unique_visits as bigint) as unique_visits,
    cast(subscribes as bigint) as subscribes,
    cast(clicks as bigint) as clicks,
    coalesce(is_deleted, false) as is_deleted,
    cast(published_at as timestamp) as published_at
from source_rows
