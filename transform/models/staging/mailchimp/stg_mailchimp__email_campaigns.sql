with source_rows as (
    select * from {{ source('mailchimp', 'campaigns') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(id as varchar) as campaign_native_id,
    cast(recipients__list_id as varchar) as list_id,
    nullif(trim(settings__title), '') as name,
    nullif(trim(settings__subject_line), '') as subject,
    status,
    cast(send_time as timestamp) as sent_at,
    cast(emails_sent as bigint) as emails_sent
from source_rows
