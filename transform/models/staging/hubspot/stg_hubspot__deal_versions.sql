select
    'hubspot' as source,
    cast(id as varchar) as source_record_id,
    {{ safe_decimal('properties__amount', 18, 2) }} as amount,
    upper(nullif(trim(properties__deal_currency_code), '')) as currency_code,
    nullif(trim(properties__hubspot_owner_id), '') as owner_native_id,
    cast(properties__closedate as timestamp) as closes_at,
    cast(coalesce(updated_at, properties__hs_lastmodifieddate) as timestamp) as updated_at,
    cast(_dlt_valid_from as timestamp) as loaded_at,
    cast(_dlt_valid_from as varchar) as version_id,
    true as is_loaded
from {{ source('hubspot', 'deals') }}
