with source_rows as (
    select * from {{ source('config', 'company') }}
)

select
    cast(reporting_currency as varchar) as reporting_currency,
    cast(reporting_time_zone as varchar) as reporting_time_zone,
    cast(week_start as varchar) as week_start,
    cast(fiscal_year_start_month as bigint) as fiscal_year_start_month,
    cast(business_days as varchar) as business_days
from source_rows
