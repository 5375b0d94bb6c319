select
    conversion_id,
    attribution_model
from {{ ref('fct_attribution_credits') }}
where attribution_model in ('first_touch', 'last_touch', 'last_non_direct')
group by conversion_id, attribution_model
having sum(case when credit_micros > 0 then 1 else 0 end) <> 1
