with source_rows as (
    select * from {{ source('linkedin_ads', 'analytics') }}
)

select
    'linkedin_ads' as platform,
    account_id,
    cast(reported_on as date) as reported_on,
    cast(_dlt_valid_to as timestamp) as closed_at,
    _dlt_load_id as load_id
from source_rows
