with conversions as (
    select
        stage,
        sum(case when is_reversal then 0 else 1 end) as conversions,
        sum(coalesce(value_amount_reporting, 0)) as value_amount_reporting
    from {{ ref('fct_conversions') }}
    group by stage
),

credited as (
    select
        stage,
        lookback_days,
        attribution_model,
        sum(conversions) as conversions,
        sum(value_amount_reporting) as value_amount_reporting
    from {{ ref('rpt_attribution_sensitivity') }}
    group by stage, lookback_days, attribution_model
)

select
    conversions.*,
    credited.lookback_days,
    credited.attribution_model,
    credited.conversions as credited_conversions,
    credited.value_amount_reporting as credited_value
from conversions
left join credited on conversions.stage = credited.stage
where
    credited.stage is null
    or abs(conversions.conversions - credited.conversions) > 0.000000001 * conversions.conversions
    or conversions.value_amount_reporting <> credited.value_amount_reporting
