with source_rows as (
    select * from {{ source('mailchimp', 'growth_history') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(list_id as varchar) as list_id,
    month,
    cast(existing as bigint) as members_count,
    cast(subscribed as bigint) as subscribed,
    cast(unsubscribed as bigint) as unsubscribed,
    cast(cleaned as bigint) as cleaned,
    cast(imports as bigint) as imports,
    cast(deleted as bigint) as deleted
from source_rows
where not coalesce(is_deleted, false)
