with source_rows as (
    select * from {{ source('config', 'finance_months') }}
)

select
    cast(month as date) as month,
    cast(sales_marketing_cost as decimal(18, 2)) as sales_marketing_cost,
    cast(gross_margin as double) as gross_margin
from source_rows
