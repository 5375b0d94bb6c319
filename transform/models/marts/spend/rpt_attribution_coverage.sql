select
    period,
    starts_on,
    ends_on,
    stage,
    cast(conversions as bigint) as conversions,
    cast(covered_conversions as bigint) as covered_conversions,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    cast(covered_value_reporting as decimal(18, 2)) as covered_value_reporting,
    cast(spend_amount_reporting as decimal(18, 6)) as spend_amount_reporting,
    cast(mapped_spend_reporting as decimal(18, 6)) as mapped_spend_reporting,
    cast(covered_conversions as double) / nullif(cast(conversions as double), 0)
        as coverage_share,
    cast(covered_value_reporting as double) / nullif(cast(value_amount_reporting as double), 0)
        as value_coverage_share,
    cast(mapped_spend_reporting as double) / nullif(cast(spend_amount_reporting as double), 0)
        as mapped_spend_share,
    is_complete,
    is_spend_rate_missing,
    is_value_rate_missing
from {{ ref('int_reporting__attribution_coverage') }}
