select
    source,
    cast(source_record_id as varchar) as source_record_id,
    {{ safe_decimal('amount', 18, 2) }} as amount,
    upper(nullif(trim(currency_code), '')) as currency_code,
    nullif(trim(owner_native_id), '') as owner_native_id,
    cast(closed_at as timestamp) as closes_at,
    cast(coalesce(updated_at, created_at) as timestamp) as updated_at,
    cast(_dlt_valid_from as timestamp) as loaded_at,
    cast(_dlt_valid_from as varchar) as version_id,
    true as is_loaded
from {{ source('file_drops', 'deals') }}
