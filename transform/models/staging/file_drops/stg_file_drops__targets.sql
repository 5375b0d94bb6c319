with source_rows as (
    select * from {{ source('file_drops', 'targets') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(starts_on as date) as starts_on,
    cast(ends_on as date) as ends_on,
    lower(trim(metric)) as metric,
    cast(segment as varchar) as segment,
    {{ safe_decimal('target_value', 18, 6) }} as target_value,
    upper(currency_code) as currency_code
from source_rows
