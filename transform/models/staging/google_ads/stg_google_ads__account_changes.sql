with source_rows as (
    select * from {{ source('google_ads', 'change_events') }}
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    change_event__resource_name as change_id,
    lower(change_event__change_resource_type) as changed_type,
    change_event__change_resource_name as changed_name,
    lower(change_event__resource_change_operation) as operation,
    lower(change_event__client_type) as made_with,
    change_event__user_email as made_by,
    change_event__changed_fields as changed_fields,
    change_event__old_resource as old_values,
    change_event__new_resource as new_values,
    {{ regexp_extract('change_event__campaign', '([0-9]+)$') }} as campaign_id,
    cast(occurred_at as timestamp) as occurred_at
from source_rows
