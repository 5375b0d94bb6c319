with source_rows as (
    select * from {{ source('google_ads', 'customer_clients') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(manager_id as varchar) as manager_id,
    cast(customer_client__id as varchar) as account_id,
    customer_client__descriptive_name as name,
    customer_client__currency_code as currency_code,
    customer_client__time_zone as account_time_zone,
    lower(customer_client__status) as status,
    cast(customer_client__level as bigint) as level_below,
    coalesce(customer_client__manager, false) as is_manager,
    coalesce(customer_client__hidden, false) as is_hidden,
    coalesce(is_deleted, false) as is_deleted
from source_rows
