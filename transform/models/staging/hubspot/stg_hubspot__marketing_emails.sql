with source_rows as (
    select * from {{ source('hubspot', 'marketing_emails') }}
    where _dlt_valid_to is null
),

totals as (
    select * from {{ source('hubspot', 'marketing_email_totals') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(source_rows.id as varchar) as email_native_id,
    cast(source_rows.campaign as varchar) as campaign_native_id,
    nullif(trim(source_rows.name), '') as name,
    nullif(trim(source_rows.subject), '') as subject,
    lower(source_rows.state) as status,
    cast(totals.sent as bigint) as emails_sent,
    cast(totals.delivered as bigint) as delivered,
    cast(totals.hardbounced as bigint) as hard_bounces,
    cast(totals.softbounced as bigint) as soft_bounces,
    cast(totals.open as bigint) as opens,
    cast(totals.click as bigint) as clicks,
    cast(totals.unsubscribed as bigint) as unsubscribes,
    cast(totals.spamreport as bigint) as complaints,
    coalesce(source_rows.archived, false) as is_archived,
    cast(coalesce(source_rows.published_at, source_rows.publish_date) as timestamp) as sent_at
from source_rows
left join totals on source_rows.id = totals.email_id
