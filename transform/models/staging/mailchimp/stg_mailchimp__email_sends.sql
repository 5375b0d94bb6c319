with source_rows as (
    select * from {{ source('mailchimp', 'sent_to') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(email_id as varchar) as recipient_key,
    cast('' as varchar) as send_id,
    nullif(trim(email_address), '') as email,
    case when status in ('hard', 'soft') then status end as bounce_class,
    cast(null as timestamp) as sent_at
from source_rows
where not coalesce(is_deleted, false)
