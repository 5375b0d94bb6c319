with source_rows as (
    select * from {{ source('mailchimp', 'automations') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(id as varchar) as automation_id,
    cast(recipients__list_id as varchar) as list_id,
    settings__title as name,
    status,
    cast(emails_sent as bigint) as emails_sent,
    cast(report_summary__opens as bigint) as opens,
    cast(report_summary__unique_opens as bigint) as unique_opens,
    cast(report_summary__clicks as bigint) as clicks,
    cast(report_summary__subscriber_clicks as bigint) as clickers,
    coalesce(is_deleted, false) as is_deleted,
    cast(create_time as timestamp) as created_at,
    cast(start_time as timestamp) as started_at
from source_rows
