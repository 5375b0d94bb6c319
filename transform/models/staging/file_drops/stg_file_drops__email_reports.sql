with source_rows as (
    select * from {{ source('file_drops', 'email_reports') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(emails_sent as bigint) as emails_sent,
    cast(hard_bounces as bigint) as hard_bounces,
    cast(soft_bounces as bigint) as soft_bounces,
    cast(opens as bigint) as opens,
    cast(unique_opens as bigint) as unique_opens,
    cast(clicks as bigint) as clicks,
    cast(unique_clicks as bigint) as unique_clicks,
    cast(unsubscribes as bigint) as unsubscribes,
    cast(complaints as bigint) as complaints
from source_rows
