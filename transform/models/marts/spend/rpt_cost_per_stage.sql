with slices as (
    select * from {{ ref('int_reporting__cost_per_stage') }}
)

select
    month,
    channel,
    attribution_model,
    stage,
    cast(spend_amount_reporting as decimal(18, 6)) as spend_amount_reporting,
    cast(conversions as double) as conversions,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    -- What a channel without ad spend brings costs something elsewhere; zero would call it free.
    nullif(cast(spend_amount_reporting as double), 0) / nullif(cast(conversions as double), 0)
        as cost_per_conversion,
    case
        when stage = 'won'
            then (
                cast(attributed_value_reporting as double) * gross_margin
                - cast(spend_amount_reporting as double)
            ) / nullif(cast(spend_amount_reporting as double), 0)
    end as roi_on_ad_spend,
    gross_margin,
    is_complete,
    is_provisional,
    is_spend_rate_missing,
    is_value_rate_missing
from slices
