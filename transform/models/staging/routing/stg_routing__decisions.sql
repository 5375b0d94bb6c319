with source_rows as (
    select * from {{ source('routing', 'decisions') }}
)

select
    cast(lead_id as varchar) as lead_id,
    cast(version as varchar) as rules_version,
    cast(rule as varchar) as rule_name,
    cast(pool as varchar) as pool_name,
    cast(crm as varchar) as crm,
    cast(owner_native_id as varchar) as owner_native_id,
    cast(calendar as varchar) as calendar,
    cast(assign_within_hours as double) as assign_within_hours,
    cast(respond_within_hours as double) as respond_within_hours,
    cast(explanation as varchar) as explanation,
    cast(is_turn_known as boolean) as is_turn_known
from source_rows
