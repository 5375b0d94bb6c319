"""The attribution models side by side: where they agree, a number can be trusted further."""

from reports.charts import heat, spans
from reports.page import Chart, Column, Page
from reports.queries import STAGE_ORDER

_EMPTY = "No deal was won in this home, so there is nothing to credit."

_SHARE = "rpt_channel_periods.value_share"
_LOOKBACK = """
    lookback_days || ' days' || case when is_in_force then ', in force' else '' end as lookback
"""

PAGE = Page(
    name="attribution",
    title="Attribution",
    lead="The same won value, credited by every model. Each model's shares add up to the whole.",
    position=4,
    parts=(
        Chart(
            name="models_range",
            title="How far the models disagree",
            subtitle="Share of won value, all time: lowest to highest model, the dot is linear",
            query="""
                select
                    channel,
                    min(value_share) as lowest_share, max(value_share) as highest_share,
                    max(case when attribution_model = 'linear' then value_share end)
                        as linear_share,
                    max(coverage_share) as coverage_share
                from marts.rpt_channel_periods
                where period = 'all_time' and stage = 'won' and value_share is not null
                group by channel
                order by linear_share desc nulls last, channel
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("lowest_share", "Lowest share", "share", _SHARE),
                Column("highest_share", "Highest share", "share", _SHARE),
                Column("linear_share", "Linear share", "share", _SHARE),
                Column("coverage_share", "Coverage", "share"),
            ),
            empty=_EMPTY,
            notes=(
                "A short bar: the channel's share hardly depends on the model. A long one: decide "
                "what question you ask before you move a budget.",
            ),
            spec=spans("channel", "lowest_share", "highest_share", "share", mark="linear_share"),
        ),
        Chart(
            name="models_compared",
            title="Share of won value by channel under each model",
            subtitle="All time; each column adds up to 100 %",
            query="""
                select
                    periods.channel, periods.attribution_model, periods.value_amount_reporting,
                    periods.value_share, periods.conversions, periods.coverage_share
                from marts.rpt_channel_periods as periods
                left join marts.dim_channels as channels on periods.channel = channels.channel
                where
                    periods.period = 'all_time' and periods.stage = 'won'
                    and (periods.value_amount_reporting <> 0 or periods.conversions <> 0)
                order by
                    case
                        when periods.attribution_model like 'first%' then 1
                        when periods.attribution_model like 'last%' then 2
                        when periods.attribution_model = 'linear' then 3
                        when periods.attribution_model = 'time_decay' then 4
                        when periods.attribution_model like 'markov%' then 6
                        when periods.attribution_model like 'shapley%' then 7
                        else 5
                    end,
                    periods.attribution_model, channels.sort_order, periods.channel
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("attribution_model", "Model", "term"),
                Column("value_amount_reporting", "Won value", "money"),
                Column("value_share", "Share of won value", "share"),
                Column("conversions", "Deals credited", "ratio"),
                Column("coverage_share", "Coverage", "share"),
            ),
            empty=_EMPTY,
            notes=(
                "First and last touch put all credit on one touch; last non-direct skips direct "
                "visits where it can; linear shares alike; position gives 40 % to the first, 40 % "
                "to the last and 20 % to those between; time decay halves credit with every "
                "half-life before the sale; U, W and full path put weight on the first touch, the "
                "lead, the opportunity and the close. config/attribution.yml holds the weights.",
                "Markov and Shapley models are learnt, for each month from the journeys of the "
                "months before, those that came to nothing too. Where there were too few, their "
                "touches share alike.",
            ),
            spec=heat("channel", "attribution_model", "value_share", "share"),
        ),
        Chart(
            name="ranks_moved",
            title="How far a channel's rank moves",
            subtitle="Won value: best to worst rank over models and lookbacks, the dot is linear",
            query="""
                select
                    channel, channel_rank, best_rank, worst_rank, places_over_models,
                    places_over_lookbacks, rank_stability, value_coverage_share
                from marts.rpt_attribution_sensitivity
                where
                    stage = 'won' and attribution_model = 'linear' and is_in_force
                    and channel_rank is not null
                order by channel_rank, channel
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("channel_rank", "Rank, linear", "count"),
                Column("best_rank", "Best rank", "count"),
                Column("worst_rank", "Worst rank", "count"),
                Column("places_over_models", "Places over models", "count"),
                Column("places_over_lookbacks", "Places over lookbacks", "count"),
                Column("rank_stability", "Verdict", "term"),
                Column("value_coverage_share", "Coverage of value", "share"),
            ),
            empty=_EMPTY,
            notes=(
                "Every model credits the same sales at several lookbacks "
                "(attribution_lookbacks in config/attribution.yml). A short bar: whichever model "
                "and lookback you take, the channel stands where it stands. A long one: its place "
                "is a matter of the question, and the verdict says which part of it.",
            ),
            spec=spans(
                "channel", "best_rank", "worst_rank", "count", mark="channel_rank", from_zero=False
            ),
        ),
        Chart(
            name="lookbacks_compared",
            title="Share of won value by channel at each lookback",
            subtitle="Linear model, all time; each column adds up to 100 %",
            query=f"""
                select
                    channel, {_LOOKBACK}, value_share, value_amount_reporting, conversions,
                    channel_rank, value_coverage_share
                from marts.rpt_attribution_sensitivity
                where stage = 'won' and attribution_model = 'linear'
                order by lookback_days, channel_rank nulls last, channel
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("lookback", "Lookback", "text", "rpt_attribution_sensitivity.lookback_days"),
                Column("value_share", "Share of won value", "share"),
                Column("value_amount_reporting", "Won value", "money"),
                Column("conversions", "Deals credited", "ratio"),
                Column("channel_rank", "Rank", "count"),
                Column("value_coverage_share", "Coverage of value", "share"),
            ),
            empty=_EMPTY,
            notes=(
                "A longer lookback finds a touch behind more of the deals: what had none moves to "
                "the channels.",
            ),
            spec=heat("channel", "lookback", "value_share", "share"),
        ),
        Chart(
            name="ranks_by_stage",
            title="Which ranks can be relied on, stage by stage",
            subtitle="Over all models and lookbacks; the rank is that of linear and the lookback "
            "in force",
            query=f"""
                select
                    stage, channel, ranked_by, channel_rank, best_rank, worst_rank,
                    places_over_models, places_over_lookbacks, rank_stability, conversions,
                    coverage_share, value_coverage_share
                from marts.rpt_attribution_sensitivity
                where
                    attribution_model = 'linear' and is_in_force and channel_rank is not null
                order by
                    {STAGE_ORDER},
                    channel_rank, channel
            """,
            columns=(
                Column("stage", "Stage", "term"),
                Column("channel", "Channel", "term"),
                Column("ranked_by", "Ranked by", "term"),
                Column("channel_rank", "Rank", "count"),
                Column("best_rank", "Best", "count"),
                Column("worst_rank", "Worst", "count"),
                Column("places_over_models", "Over models", "count"),
                Column("places_over_lookbacks", "Over lookbacks", "count"),
                Column("rank_stability", "Verdict", "term"),
                Column("conversions", "Conversions", "ratio"),
                Column("coverage_share", "Coverage", "share"),
                Column("value_coverage_share", "Coverage of value", "share"),
            ),
            empty="No stage was reached in this home, so there is nothing to credit.",
        ),
        Chart(
            name="models_fitted",
            title="What journeys say of the channels",
            subtitle="Markov order 1, leads, newest fit: share of credit and its 95 % interval",
            query="""
                with newest as (
                    select max(month) as month from marts.rpt_attribution_fits
                    where
                        attribution_model = 'markov_order_1' and stage = 'lead'
                        and is_in_force and refusal is null
                )
                select
                    channel, model_share, share_low, share_high, effect, journeys, conversions
                from marts.rpt_attribution_fits
                inner join newest using (month)
                where
                    attribution_model = 'markov_order_1' and stage = 'lead'
                    and is_in_force and refusal is null
                order by model_share desc, channel
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("model_share", "Share of credit", "share"),
                Column("share_low", "Lower end", "share"),
                Column("share_high", "Upper end", "share"),
                Column("effect", "Removal effect", "share"),
                Column("journeys", "Journeys", "count"),
                Column("conversions", "Became leads", "count"),
            ),
            empty="No month had enough leads with a touch to learn from yet.",
            notes=(
                "The removal effect: by how much fewer journeys would end with a lead if every one "
                "that comes to the channel ended there. Bars that overlap: the order of the two "
                "channels may be chance.",
            ),
            spec=spans("channel", "share_low", "share_high", "share", mark="model_share"),
        ),
    ),
)
