with source_rows as (
    select * from {{ source('file_drops', 'tools') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(tool_id as varchar) as tool_id,
    nullif(trim(tool_name), '') as tool_name,
    nullif(trim(category), '') as category,
    nullif(trim(vendor), '') as vendor,
    nullif(trim(owner_team), '') as owner_team,
    {{ safe_decimal('annual_cost', 18, 2) }} as annual_cost,
    upper(currency_code) as currency_code,
    cast(seats as bigint) as seats,
    cast(seats_used as bigint) as seats_used,
    cast(starts_on as date) as starts_on,
    cast(renews_on as date) as renews_on
from source_rows
