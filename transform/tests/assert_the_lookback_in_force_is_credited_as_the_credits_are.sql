with credits as (
    select
        stage,
        attribution_model,
        channel,
        cast(
            sum(case when is_reversal then 0 else cast(weight as decimal(28, 18)) end) as double
        ) as conversions,
        sum(coalesce(value_amount_reporting, 0)) as value_amount_reporting
    from {{ ref('fct_attribution_credits') }}
    group by stage, attribution_model, channel
),

in_force as (
    select * from {{ ref('rpt_attribution_sensitivity') }}
    where is_in_force
)

-- A channel that only other lookbacks reach has no credit in it.
select
    in_force.stage,
    in_force.attribution_model,
    in_force.channel,
    credits.stage as credited_stage,
    credits.attribution_model as credited_model,
    credits.channel as credited_channel
from in_force
full outer join credits
    on
        in_force.stage = credits.stage
        and in_force.attribution_model = credits.attribution_model
        and in_force.channel = credits.channel
where
    in_force.stage is null
    or in_force.conversions <> coalesce(credits.conversions, 0)
    or in_force.value_amount_reporting <> coalesce(credits.value_amount_reporting, 0)
