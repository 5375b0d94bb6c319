select
    source,
    cast(campaign_id as varchar) as campaign_native_id,
    lower(nullif(trim(recipient), '')) as recipient_key,
    cast(_dlt_valid_to as timestamp) as closed_at,
    _dlt_load_id as load_id
from {{ source('file_drops', 'email_events') }}
