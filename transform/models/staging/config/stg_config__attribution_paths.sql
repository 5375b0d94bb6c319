with source_rows as (
    select * from {{ source('config', 'attribution_paths') }}
)

select
    cast(repeats as varchar) as repeats,
    cast(longest as bigint) as longest,
    cast(top_paths as bigint) as top_paths
from source_rows
