"""The attribution models side by side: where they agree, a number can be trusted further."""

from reports.charts import heat, spans
from reports.page import Chart, Column, Page

_EMPTY = "No deal was won in this home, so there is nothing to credit."

_SHARE = "rpt_channel_periods.value_share"

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
