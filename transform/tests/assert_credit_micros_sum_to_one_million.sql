select
    conversion_id,
    attribution_model,
    sum(credit_micros) as total_micros
from {{ ref('fct_attribution_credits') }}
group by conversion_id, attribution_model
having sum(credit_micros) <> 1000000
