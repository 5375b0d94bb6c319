with channel_periods as (
    select * from {{ ref('int_reporting__channel_periods') }}
)

select
    period,
    starts_on,
    ends_on,
    channel,
    attribution_model,
    stage,
    cast(spend_amount_reporting as decimal(18, 6)) as spend_amount_reporting,
    cast(conversions as double) as conversions,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    cast(value_amount_reporting as double) / nullif(cast(all_value as double), 0) as value_share,
    cast(value_amount_reporting as double) / nullif(cast(spend_amount_reporting as double), 0)
        as roas_modelled,
    -- Leads of a channel without ad spend cost something elsewhere; zero would call them free.
    nullif(cast(spend_amount_reporting as double), 0) / nullif(cast(conversions as double), 0)
        as spend_per_conversion,
    cast(covered_conversions as double) / nullif(cast(all_conversions as double), 0)
        as coverage_share,
    is_complete,
    is_provisional,
    is_spend_rate_missing,
    is_value_rate_missing
from channel_periods
