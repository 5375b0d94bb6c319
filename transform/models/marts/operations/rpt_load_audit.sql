with audit as (
    select * from {{ ref('int_operations__load_audit') }}
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
    quarantined,
    yielded = loaded + unchanged + superseded + deduplicated + quarantined as is_balanced
from audit
