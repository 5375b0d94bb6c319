with source_rows as (
    select * from {{ source('mailchimp', 'reports') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(id as varchar) as campaign_native_id,
    cast(emails_sent as bigint) as emails_sent,
    cast(bounces__hard_bounces as bigint) as hard_bounces,
    cast(bounces__soft_bounces as bigint) as soft_bounces,
    cast(opens__opens_total as bigint) as opens,
    cast(opens__unique_opens as bigint) as unique_opens,
    cast(clicks__clicks_total as bigint) as clicks,
    cast(clicks__unique_clicks as bigint) as unique_clicks,
    cast(unsubscribed as bigint) as unsubscribes,
    cast(abuse_reports as bigint) as complaints
from source_rows
