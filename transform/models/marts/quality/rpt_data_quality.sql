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
    {{ field_score('passed', 'records') }} as score
from scores
