with scores as (
    select * from {{ ref('int_quality__truth_scores') }}
)

select
    cast('{{ told("run_id") }}' as varchar) as run_id,
    cast('{{ told("seed") }}' as varchar) as seed,
    metric,
    -- Twelve digits: the last bits of a sum depend on the order of its rows.
    round(value, 12) as value,
    note
from scores
