with source_rows as (
    select * from {{ source('google_ads', 'customers') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    customer__descriptive_name as name,
    customer__currency_code as currency_code,
    customer__time_zone as account_time_zone,
    lower(customer__status) as status,
    coalesce(customer__manager, false) as is_manager,
    coalesce(customer__auto_tagging_enabled, false) as is_click_id_appended,
    coalesce(is_deleted, false) as is_deleted
from source_rows
