select
    date_day,
    platform,
    campaign_id,
    cast(claimed_conversions as double) as claimed_conversions,
    cast(observed_conversions as bigint) as observed_conversions,
    cast(recorded_conversions as bigint) as recorded_conversions,
    cast(recorded_won as bigint) as recorded_won,
    cast(claimed_value as decimal(18, 6)) as claimed_value_reporting,
    cast(recorded_value as decimal(18, 2)) as recorded_value_reporting,
    cast(claimed_conversions - observed_conversions as double) as claimed_less_observed,
    cast(claimed_conversions - recorded_conversions as double) as claimed_less_recorded,
    cast(observed_conversions - recorded_conversions as bigint) as observed_less_recorded,
    -- Of a value without a rate no difference is known; a book without the campaign holds nothing.
    case
        when not is_claim_rate_missing and not is_value_rate_missing
            then cast(
                coalesce(claimed_value, 0) - coalesce(recorded_value, 0) as decimal(18, 6)
            )
    end as claimed_value_less_recorded,
    attribution_setting,
    is_claimed,
    is_observed,
    is_recorded,
    is_final,
    is_claim_rate_missing,
    is_value_rate_missing
from {{ ref('int_ads__reconciliation') }}
