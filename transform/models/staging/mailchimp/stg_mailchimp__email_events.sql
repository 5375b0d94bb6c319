with activity as (
    select * from {{ source('mailchimp', 'email_activity') }}
),

unsubscribes as (
    select * from {{ source('mailchimp', 'unsubscribes') }}
),

complaints as (
    select * from {{ source('mailchimp', 'abuse_reports') }}
)

select
    'mailchimp' as source,
    cast(event_id as varchar) as event_id,
    cast(null as varchar) as send_id,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(email_id as varchar) as recipient_key,
    nullif(trim(email_address), '') as email,
    action as event_type,
    case when action = 'bounce' then type end as bounce_class,
    cast(occurred_at as timestamp) as occurred_at,
    url,
    ip,
    cast(null as varchar) as user_agent_class
from activity
union all
select
    'mailchimp' as source,
    {{ surrogate_key(["'unsubscribe'", 'campaign_id', 'email_id']) }} as event_id,
    cast(null as varchar) as send_id,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(email_id as varchar) as recipient_key,
    nullif(trim(email_address), '') as email,
    'unsubscribe' as event_type,
    cast(null as varchar) as bounce_class,
    cast(occurred_at as timestamp) as occurred_at,
    cast(null as varchar) as url,
    cast(null as varchar) as ip,
    cast(null as varchar) as user_agent_class
from unsubscribes
union all
select
    'mailchimp' as source,
    {{ surrogate_key(["'complaint'", 'id']) }} as event_id,
    cast(null as varchar) as send_id,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(email_id as varchar) as recipient_key,
    nullif(trim(email_address), '') as email,
    'complaint' as event_type,
    cast(null as varchar) as bounce_class,
    cast(occurred_at as timestamp) as occurred_at,
    cast(null as varchar) as url,
    cast(null as varchar) as ip,
    cast(null as varchar) as user_agent_class
from complaints
