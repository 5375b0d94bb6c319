with scores as (
    select * from {{ ref('int_quality__truth_scores') }}
)

select
    cast('{{ told("run_id") }}' as varchar) as run_id,
    cast('{{ told("seed") }}' as varchar) as seed,
    metric,
    value,
    note
from scores
