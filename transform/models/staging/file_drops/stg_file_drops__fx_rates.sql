with source_rows as (
    select * from {{ source('file_drops', 'fx_rates') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(rate_on as date) as rate_on,
    upper(trim(from_currency)) as from_currency,
    upper(trim(to_currency)) as to_currency,
    cast(rate as double) as rate,
    cast(_dlt_valid_from as timestamp) as observed_at
from source_rows
