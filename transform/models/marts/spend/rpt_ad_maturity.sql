select
    platform,
    metric,
    days_after,
    campaign_days,
    standing_value,
    final_value,
    standing_share
from {{ ref('int_ads__maturity') }}
