with source_rows as (
    select * from {{ source('runs', 'upstreams') }}
)

select
    cast(report as varchar) as report,
    cast(mart_group as varchar) as mart_group,
    cast(mart as varchar) as mart,
    cast(source as varchar) as source,
    cast(upstream as varchar) as upstream,
    cast(distance as bigint) as distance,
    cast(path as varchar) as path
from source_rows
