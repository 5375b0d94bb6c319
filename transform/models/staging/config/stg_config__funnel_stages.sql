with source_rows as (
    select * from {{ source('config', 'funnel_stages') }}
)

select
    cast(crm as varchar) as crm,
    cast(object as varchar) as object,
    cast(native_stage as varchar) as native_stage,
    cast(stage as varchar) as stage,
    cast(stage_order as bigint) as stage_order
from source_rows
