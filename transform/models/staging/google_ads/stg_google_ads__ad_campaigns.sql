with source_rows as (
    select * from {{ source('google_ads', 'campaigns') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    campaign__name as campaign_name,
    lower(campaign__status) as status,
    lower(campaign__advertising_channel_type) as channel_type,
    cast(campaign__start_date_time as date) as started_on,
    cast(campaign__end_date_time as date) as ended_on,
    nullif(trim(campaign__final_url_suffix), '') as tracking_suffix
from source_rows
