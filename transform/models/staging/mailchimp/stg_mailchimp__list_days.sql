with source_rows as (
    select * from {{ source('mailchimp', 'list_activity') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(list_id as varchar) as list_id,
    cast(day as date) as reported_on,
    cast(emails_sent as bigint) as emails_sent,
    cast(unique_opens as bigint) as openers,
    cast(recipient_clicks as bigint) as clickers,
    cast(hard_bounce as bigint) as hard_bounces,
    cast(soft_bounce as bigint) as soft_bounces,
    cast(subs as bigint) as subscribed,
    cast(unsubs as bigint) as unsubscribed
from source_rows
where not coalesce(is_deleted, false)
