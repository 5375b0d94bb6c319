with load_audit as (
    select * from {{ ref('stg_ingest__load_audit') }}
)

select
    run_id,
    source,
    table_name,
    as_of,
    yielded,
    loaded,
    unchanged,
    superseded,
    deduplicated,
    quarantined
from load_audit
