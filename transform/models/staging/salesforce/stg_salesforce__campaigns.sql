with source_rows as (
    select * from {{ source('salesforce', 'campaigns') }}
    where _dlt_valid_to is null
)

select
    'salesforce' as source,
    cast(id as varchar) as campaign_native_id,
    nullif(trim(name), '') as name,
    nullif(trim(type), '') as campaign_type,
    nullif(trim(status), '') as status,
    nullif(trim(parent_id), '') as parent_native_id,
    nullif(trim(owner_id), '') as owner_native_id,
    {{ safe_decimal('budgeted_cost', 18, 2) }} as budgeted_cost_amount,
    {{ safe_decimal('actual_cost', 18, 2) }} as actual_cost_amount,
    upper(nullif(trim(currency_iso_code), '')) as currency_code,
    coalesce(is_active, false) as is_active,
    coalesce(is_deleted, false) as is_deleted,
    cast(start_date as date) as started_on,
    cast(end_date as date) as ended_on,
    cast(created_date as timestamp) as created_at,
    cast(system_modstamp as timestamp) as updated_at
from source_rows
