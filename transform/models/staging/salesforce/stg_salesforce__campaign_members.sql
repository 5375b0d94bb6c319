with source_rows as (
    select * from {{ source('salesforce', 'campaign_members') }}
    where _dlt_valid_to is null
)

select
    'salesforce' as source,
    cast(id as varchar) as source_record_id,
    cast(campaign_id as varchar) as campaign_native_id,
    nullif(trim(lead_id), '') as lead_record_id,
    nullif(trim(contact_id), '') as contact_record_id,
    nullif(trim(status), '') as status,
    coalesce(has_responded, false) as has_responded,
    coalesce(is_deleted, false) as is_deleted,
    cast(first_responded_date as date) as first_responded_on,
    cast(created_date as timestamp) as created_at,
    cast(system_modstamp as timestamp) as updated_at
from source_rows
