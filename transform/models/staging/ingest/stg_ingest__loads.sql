with source_rows as (
    select * from {{ source('ingest', 'loads') }}
)

select
    cast(run_id as varchar) as run_id,
    cast(source as varchar) as source,
    cast(as_of as timestamp) as as_of,
    cast(status as varchar) as status,
    cast(message as varchar) as message
from source_rows
-- Rows of quarantine that were replayed came from nowhere anew: they make no source fresh.
where status <> 'replayed'
