-- Exactly one of the three, and a refund is never open: pipeline, sales and losses are all of them.
select opportunity_id
from {{ ref('fct_opportunities') }}
where
    not is_reversal
    and case when is_open then 1 else 0 end
    + case when is_won then 1 else 0 end
    + case when is_lost then 1 else 0 end <> 1
    or (is_reversal and is_open)
    or (is_open and closed_at is not null)
