with scores as (
    select * from {{ ref('int_quality__truth_scores') }}
)

select
    cast('{{ var("run_id") }}' as varchar) as run_id,
    cast('{{ var("seed", "") }}' as varchar) as seed,
    metric,
    value,
    note
from scores
