with source_rows as (
    select * from {{ source('ga4', 'quotas') }}
)

select
    'ga4' as source,
    cast(property_id as varchar) as property_id,
    cast(observed_at as timestamp) as observed_at,
    cast(tokens_per_day__remaining as bigint) as tokens_left_day,
    cast(tokens_per_hour__remaining as bigint) as tokens_left_hour,
    cast(tokens_per_project_per_hour__remaining as bigint) as tokens_left_project_hour
from source_rows
