with source_rows as (
    select * from {{ source('web_events', 'events') }}
)

select
    'web_events' as source,
    cast(message_id as varchar) as message_id,
    type as event_type,
    event as event_name,
    cast(anonymous_id as varchar) as visitor_id,
    cast(user_id as varchar) as user_id,
    nullif(trim(email), '') as email,
    cast(occurred_at as timestamp) as occurred_at,
    page_url,
    {{ page_path('page_path') }} as page_path,
    referrer,
    {{ regexp_extract('lower(referrer)', '^[a-z]+://(?:www[.])?([^/:?#]+)') }} as referrer_host,
    nullif(trim(utm_source), '') as utm_source,
    nullif(trim(utm_medium), '') as utm_medium,
    nullif(trim(utm_campaign), '') as utm_campaign,
    nullif(trim(utm_content), '') as utm_content,
    nullif(trim(utm_term), '') as utm_term,
    nullif(trim(gclid), '') as gclid,
    nullif(trim(li_fat_id), '') as li_fat_id,
    nullif(trim(fbclid), '') as fbclid,
    nullif(trim(msclkid), '') as msclkid,
    nullif(trim(form_submission_id), '') as form_submission_id,
    consent_analytics as has_analytics_consent,
    consent_marketing as has_marketing_consent
from source_rows
