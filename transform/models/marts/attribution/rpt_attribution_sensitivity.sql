with lookback_totals as (
    select * from {{ ref('int_attribution__lookback_totals') }}
),

lookbacks as (
    select * from {{ ref('int_attribution__lookbacks') }}
),

settings as (
    select * from {{ ref('int_attribution__report_settings') }}
),

summed as (
    select
        stage,
        lookback_days,
        attribution_model,
        channel,
        sum(conversions) as conversions,
        sum(value_amount_reporting) as value_amount_reporting,
        max(case when is_value_rate_missing then 1 else 0 end) as value_rates_missing
    from lookback_totals
    group by stage, lookback_days, attribution_model, channel
),

channels as (
    select distinct
        stage,
        channel
    from summed
),

models as (
    select distinct
        stage,
        lookback_days,
        attribution_model
    from summed
),

filled as (
    -- A channel that a shorter lookback does not reach has no credit there, and the last rank.
    select
        models.stage,
        models.lookback_days,
        models.attribution_model,
        channels.channel,
        channels.channel = '(none)' as is_none,
        coalesce(summed.conversions, 0) as conversions,
        coalesce(summed.value_amount_reporting, 0) as value_amount_reporting,
        coalesce(summed.value_rates_missing, 0) as value_rates_missing
    from models
    inner join channels on models.stage = channels.stage
    left join summed
        on
            models.stage = summed.stage
            and models.lookback_days = summed.lookback_days
            and models.attribution_model = summed.attribution_model
            and channels.channel = summed.channel
),

totals as (
    select
        *,
        {{ totals_of_slice(['stage', 'lookback_days', 'attribution_model'], 'is_none') }},
        -- Leads and the like carry no value: their conversions alone rank them.
        max(case when value_amount_reporting <> 0 then 1 else 0 end) over (
            partition by stage
        ) = 1 as has_value
    from filled
),

ranked as (
    select
        *,
        case
            when not is_none
                then rank() over (
                    partition by stage, lookback_days, attribution_model, is_none
                    order by value_amount_reporting desc, conversions desc
                )
        end as channel_rank
    from totals
),

moved as (
    select
        *,
        min(channel_rank) over (partition by stage, channel) as best_rank,
        max(channel_rank) over (partition by stage, channel) as worst_rank,
        max(channel_rank) over (partition by stage, lookback_days, channel)
        - min(channel_rank) over (partition by stage, lookback_days, channel) as over_models,
        max(channel_rank) over (partition by stage, attribution_model, channel)
        - min(channel_rank) over (partition by stage, attribution_model, channel)
            as over_lookbacks
    from ranked
),

spread as (
    select
        *,
        max(over_models) over (partition by stage, channel) as places_over_models,
        max(over_lookbacks) over (partition by stage, channel) as places_over_lookbacks
    from moved
)

select
    spread.stage,
    spread.lookback_days,
    spread.attribution_model,
    spread.channel,
    case when spread.has_value then 'value' else 'conversions' end as ranked_by,
    spread.channel_rank,
    cast(spread.conversions as double) as conversions,
    {{ share_of('spread.conversions', 'spread.all_conversions') }} as conversion_share,
    cast(spread.value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    {{ share_of('spread.value_amount_reporting', 'spread.all_value') }} as value_share,
    spread.best_rank,
    spread.worst_rank,
    spread.places_over_models,
    spread.places_over_lookbacks,
    case
        when spread.is_none then null
        when spread.worst_rank - spread.best_rank <= settings.stable_within_ranks
            then 'stable'
        when
            spread.places_over_lookbacks <= settings.stable_within_ranks
            and spread.places_over_models > settings.stable_within_ranks
            then 'depends_on_model'
        when
            spread.places_over_models <= settings.stable_within_ranks
            and spread.places_over_lookbacks > settings.stable_within_ranks
            then 'depends_on_lookback'
        else 'depends_on_both'
    end as rank_stability,
    {{ share_of('spread.covered_conversions', 'spread.all_conversions') }} as coverage_share,
    {{ share_of('spread.covered_value', 'spread.all_value') }} as value_coverage_share,
    lookbacks.is_in_force,
    spread.value_rates_missing = 1 as is_value_rate_missing
from spread
cross join settings
inner join lookbacks
    on spread.stage = lookbacks.stage and spread.lookback_days = lookbacks.lookback_days
