with scores as (
    select * from {{ ref('stg_quality__scores') }}
)

select
    day,
    source,
    object,
    dimension,
    field,
    records,
    passed
from scores
