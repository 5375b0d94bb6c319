with source_rows as (
    select * from {{ source('klaviyo', 'campaign_values') }}
    where _dlt_valid_to is null and send_channel = 'email'
)

select
    'klaviyo' as source,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(sum(recipients) as bigint) as emails_sent,
    -- The report does not part them.
    cast(null as bigint) as hard_bounces,
    cast(null as bigint) as soft_bounces,
    cast(sum(opens) as bigint) as opens,
    cast(sum(opens_unique) as bigint) as unique_opens,
    cast(sum(clicks) as bigint) as clicks,
    cast(sum(clicks_unique) as bigint) as unique_clicks,
    cast(sum(unsubscribes) as bigint) as unsubscribes,
    cast(sum(spam_complaints) as bigint) as complaints
from source_rows
group by campaign_id
