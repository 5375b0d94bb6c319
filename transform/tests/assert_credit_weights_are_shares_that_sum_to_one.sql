select
    conversion_id,
    attribution_model,
    sum(weight) as total_weight
from {{ ref('fct_attribution_credits') }}
group by conversion_id, attribution_model
having
    abs(sum(weight) - 1) > 1e-9
    or min(weight) < 0
    or max(weight) > 1 + 1e-9
