with source_rows as (
    select * from {{ source('file_drops', 'budgets') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(starts_on as date) as starts_on,
    cast(ends_on as date) as ends_on,
    cast(channel as varchar) as channel,
    cast(campaign as varchar) as campaign,
    {{ safe_decimal('budget_amount', 18, 2) }} as budget_amount,
    {{ safe_decimal('committed_amount', 18, 2) }} as committed_amount,
    upper(currency_code) as currency_code
from source_rows
