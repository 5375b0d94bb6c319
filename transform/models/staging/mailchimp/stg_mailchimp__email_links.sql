with source_rows as (
    select * from {{ source('mailchimp', 'click_details') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(id as varchar) as link_id,
    url,
    cast(total_clicks as bigint) as clicks,
    cast(unique_clicks as bigint) as unique_clicks,
    cast(last_click as timestamp) as last_clicked_at
from source_rows
where not coalesce(is_deleted, false)
