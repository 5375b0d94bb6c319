select
    source as platform,
    cast(account_id as varchar) as account_id,
    cast(reported_on as date) as reported_on,
    cast(_dlt_valid_to as timestamp) as closed_at,
    _dlt_load_id as load_id
from {{ source('file_drops', 'ad_days') }}
