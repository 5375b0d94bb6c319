with source_rows as (
    select * from {{ source('salesforce', 'opportunity_stages') }}
    where _dlt_valid_to is null
)

select
    'salesforce' as source,
    'default' as pipeline_native,
    cast(coalesce(api_name, master_label) as varchar) as stage_native,
    master_label as label,
    cast(sort_order as bigint) as display_order,
    coalesce(is_closed, false) as is_closed,
    case
        when is_won then cast(1.0 as double)
        when is_closed then cast(0.0 as double)
        else cast(default_probability / 100.0 as double)
    end as probability
from source_rows
