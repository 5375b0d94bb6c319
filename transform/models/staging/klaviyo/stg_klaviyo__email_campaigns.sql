with campaigns as (
    select * from {{ source('klaviyo', 'campaigns') }}
    where _dlt_valid_to is null
),

messages as (
    select
        campaign_id,
        min(subject) as subject
    from {{ source('klaviyo', 'campaign_messages') }}
    where _dlt_valid_to is null
    group by campaign_id
),

counted as (
    select
        campaign_id,
        sum(recipients) as recipients
    from {{ source('klaviyo', 'campaign_values') }}
    where _dlt_valid_to is null
    group by campaign_id
)

select
    'klaviyo' as source,
    cast(campaigns.id as varchar) as campaign_native_id,
    'all' as list_id,
    nullif(trim(campaigns.name), '') as name,
    nullif(trim(messages.subject), '') as subject,
    lower(campaigns.status) as status,
    cast(campaigns.send_time as timestamp) as sent_at,
    cast(counted.recipients as bigint) as emails_sent
from campaigns
left join messages on campaigns.id = messages.campaign_id
left join counted on campaigns.id = counted.campaign_id
where campaigns.channel = 'email'
