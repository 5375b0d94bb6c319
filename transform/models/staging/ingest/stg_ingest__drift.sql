with source_rows as (
    select * from {{ source('ingest', 'drift') }}
)

select
    cast(run_id as varchar) as run_id,
    cast(source as varchar) as source,
    cast(table_name as varchar) as table_name,
    cast(column_name as varchar) as column_name,
    cast(kind as varchar) as kind,
    cast(occurrences as bigint) as occurrences
from source_rows
