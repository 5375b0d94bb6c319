with source_rows as (
    select * from {{ source('hubspot', 'deal_stages') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(pipeline_id as varchar) as pipeline_native,
    cast(stage_id as varchar) as stage_native,
    label,
    cast(display_order as bigint) as display_order,
    coalesce(is_closed, false) as is_closed,
    cast(probability as double) as probability
from source_rows
