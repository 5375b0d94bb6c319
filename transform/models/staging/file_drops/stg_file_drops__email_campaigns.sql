with source_rows as (
    select * from {{ source('file_drops', 'email_events') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(null as varchar) as list_id,
    max(campaign_name) as name,
    cast(null as varchar) as subject,
    'sent' as status,
    cast(min(case when event_type = 'sent' then occurred_at end) as timestamp) as sent_at,
    cast(sum(case when event_type = 'sent' then 1 else 0 end) as bigint) as emails_sent
from source_rows
where nullif(trim(campaign_id), '') is not null
group by source, cast(campaign_id as varchar)
