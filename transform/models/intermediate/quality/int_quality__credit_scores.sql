with effects as (
    select * from {{ ref('stg_truth__channel_effects') }}
),

credits as (
    select * from {{ ref('int_attribution__credits') }}
),

credited as (
    select
        attribution_model,
        stage,
        channel,
        -- Rounded, because the last bits of a sum depend on the order of its rows.
        round(
            sum(weight) / sum(sum(weight)) over (partition by attribution_model, stage), 12
        ) as share
    from credits
    where not is_reversal
    group by attribution_model, stage, channel
),

models as (
    select distinct
        credited.attribution_model,
        credited.stage
    from credited
    inner join effects on credited.stage = effects.stage
),

true_shares as (
    select
        models.attribution_model,
        models.stage,
        effects.channel,
        round(effects.true_share, 12) as share
    from models
    inner join effects on models.stage = effects.stage
),

compared as (
    -- A channel that only one side knows counts with its whole share.
    select
        coalesce(true_shares.attribution_model, credited.attribution_model) as attribution_model,
        coalesce(true_shares.stage, credited.stage) as stage,
        coalesce(true_shares.channel, credited.channel) as channel,
        coalesce(true_shares.share, 0) as true_share,
        coalesce(credited.share, 0) as found_share
    from true_shares
    full outer join credited
        on
            true_shares.attribution_model = credited.attribution_model
            and true_shares.stage = credited.stage
            and true_shares.channel = credited.channel
),

ranked as (
    -- Equal shares get the middle of their ranks, as Spearman's correlation asks for.
    select
        attribution_model,
        stage,
        true_share,
        found_share,
        rank() over (partition by attribution_model, stage order by true_share)
        + (count(*) over (partition by attribution_model, stage, true_share) - 1) / 2.0
            as true_rank,
        rank() over (partition by attribution_model, stage order by found_share)
        + (count(*) over (partition by attribution_model, stage, found_share) - 1) / 2.0
            as found_rank
    from compared
),

errors as (
    select
        ranked.attribution_model,
        ranked.stage,
        round(sum(abs(ranked.true_share - ranked.found_share)) / 2, 9) as share_error,
        case
            when
                min(ranked.true_rank) < max(ranked.true_rank)
                and min(ranked.found_rank) < max(ranked.found_rank)
                then round(corr(ranked.true_rank, ranked.found_rank), 9)
        end as rank_correlation
    from ranked
    inner join models
        on
            ranked.attribution_model = models.attribution_model
            and ranked.stage = models.stage
    group by ranked.attribution_model, ranked.stage
)

select
    concat('credit_error_', stage, '_', attribution_model) as metric,
    share_error as value,
    concat(
        'Share of the credit on the wrong channels: half the sum of the differences between',
        ' the channel shares of credit and of true effect; what no touch caused is channel (none).'
    ) as note
from errors
union all
select
    concat('credit_rank_correlation_', stage, '_', attribution_model) as metric,
    rank_correlation as value,
    'Spearman correlation of the channel shares of credit and of true effect, 1 is the true order.'
        as note
from errors
