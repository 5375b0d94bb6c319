with scores as (
    select * from {{ ref('int_quality__scores') }}
)

select
    day,
    source,
    object,
    dimension,
    field,
    records,
    passed,
    cast(passed as double) / nullif(records, 0) as score
from scores
