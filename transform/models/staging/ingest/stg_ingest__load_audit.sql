with source_rows as (
    select * from {{ source('ingest', 'load_audit') }}
)

select
    cast(run_id as varchar) as run_id,
    cast(source as varchar) as source,
    cast(table_name as varchar) as table_name,
    cast(as_of as timestamp) as as_of,
    cast(yielded as bigint) as yielded,
    cast(loaded as bigint) as loaded,
    cast(unchanged as bigint) as unchanged,
    cast(superseded as bigint) as superseded,
    cast(deduplicated as bigint) as deduplicated,
    cast(quarantined as bigint) as quarantined
from source_rows
