with source_rows as (
    select * from {{ source('salesforce', 'campaigns') }}
    where _dlt_valid_to is null
)

select
    'salesforce' as source,
    cast(id as varchar) as campaign_native_id,
    nullif(trim(name), '') as name,
    cast(null as varchar) as utm_campaign,
    nullif(trim(type), '') as campaign_type,
    lower(nullif(trim(status), '')) as status,
    nullif(trim(owner_id), '') as owner_native_id,
    upper(nullif(trim(currency_iso_code), '')) as currency_code,
    {{ safe_decimal('budgeted_cost', 18, 2) }} as budget_amount,
    {{ safe_decimal('actual_cost', 18, 2) }} as spend_amount,
    coalesce(is_deleted, false) as is_deleted,
    cast(start_date as date) as started_on,
    cast(end_date as date) as ended_on,
    cast(system_modstamp as timestamp) as updated_at
from source_rows
