with source_rows as (
    select * from {{ source('file_drops', 'finance_months') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(month_on as date) as month_on,
    cast(category as varchar) as category,
    {{ safe_decimal('cost_amount', 18, 2) }} as cost_amount,
    {{ safe_decimal('revenue_amount', 18, 2) }} as revenue_amount,
    cast(gross_margin as double) as gross_margin,
    upper(currency_code) as currency_code
from source_rows
