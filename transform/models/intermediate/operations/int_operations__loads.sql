with loads as (
    select * from {{ ref('stg_ingest__loads') }}
)

select
    run_id,
    source,
    as_of,
    status,
    message
from loads
