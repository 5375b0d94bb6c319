with source_rows as (
    select * from {{ source('klaviyo', 'metrics') }}
    where _dlt_valid_to is null
)

select
    'klaviyo' as source,
    cast(id as varchar) as metric_id,
    name,
    integration_name,
    cast(created as timestamp) as created_at,
    cast(updated as timestamp) as updated_at
from source_rows
