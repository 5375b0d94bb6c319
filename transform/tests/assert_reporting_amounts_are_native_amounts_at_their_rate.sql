-- Rounded once, at the end; a missing rate leaves a null and never passes one to one.
select conversion_id as row_id
from {{ ref('fct_conversions') }}
where
    abs(value_amount_reporting - value_amount * fx_rate) > 0.0051
    or (value_amount is not null and is_rate_missing <> (value_amount_reporting is null))
union all
select opportunity_id as row_id
from {{ ref('fct_opportunities') }}
where
    abs(value_amount_reporting - value_amount * fx_rate) > 0.0051
    or (value_amount is not null and is_rate_missing <> (value_amount_reporting is null))
union all
select concat(account_id, ':', ad_id) as row_id
from {{ ref('fct_ad_performance') }}
where
    abs(spend_amount_reporting - spend_amount * fx_rate) > 0.000001
    or (fx_rate is null) <> (spend_amount_reporting is null)
