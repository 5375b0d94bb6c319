"""The first page: the few numbers a head of marketing asks for, each beside the period before."""

from reports.charts import bars_beside_before, monthly_bars, monthly_lines
from reports.page import Chart, Column, Figures, Page

# The report names the model it shows; the models side by side stand on the attribution page.
_WANTED = """
    wanted (metric, segment, title, unit, position) as (values
        ('spend', '(all)', 'Ad spend', 'money', 1),
        ('won_value', '(all)', 'Won value', 'money', 2),
        ('pipeline_created', '(all)', 'Pipeline created', 'money', 3),
        ('open_pipeline', '(all)', 'Open pipeline now', 'money', 4),
        ('roas_blended', '(all)', 'Blended ROAS', 'ratio', 5),
        ('roas_modelled', 'linear', 'Modelled ROAS, linear model', 'ratio', 6),
        ('win_rate', '(all)', 'Win rate', 'share', 8),
        ('leads', '(all)', 'New leads', 'count', 9),
        ('cost_per_lead', '(all)', 'Ad spend per lead', 'money', 10),
        ('mqls', '(all)', 'New MQLs', 'count', 11),
        ('opportunities', '(all)', 'New opportunities', 'count', 12)
    )
"""

# A union of decimals takes the smaller scale: 0.428571 became 0.43 beside an amount in cents.
_HEADLINES = f"""
    with {_WANTED},

    headlines as (
        select
            metric, segment, value, previous_value, change_share, better_when, is_provisional,
            definition
        from marts.rpt_headlines
        where period = 'last_90_days'
        union all
        select
            'open_pipeline', '(all)', cast(sum(open_amount_reporting) as decimal(28, 6)),
            null, null, null, false,
            'Value of the opportunities that are open at the as-of time, as the CRM states it; '
            || 'one whose currency has no rate is left out.'
        from marts.rpt_pipeline
    ),

    platforms as (
        select
            headlines.metric, headlines.segment,
            'ROAS claimed by {{segment}}' as title,
            'ratio' as unit, 7 as position
        from headlines
        where headlines.metric = 'roas_platform'
    ),

    tiles as (
        select metric, segment, title, unit, position from wanted
        union all
        select metric, segment, title, unit, position from platforms
    )

    select
        tiles.metric, tiles.segment, tiles.title, tiles.unit, headlines.value,
        headlines.previous_value, headlines.change_share, headlines.better_when,
        coalesce(headlines.is_provisional, false) as is_provisional,
        coverage.value as coverage_share, headlines.definition
    from tiles
    left join headlines
        on tiles.metric = headlines.metric and tiles.segment = headlines.segment
    left join headlines as coverage
        on
            coverage.metric = 'coverage' and coverage.segment = tiles.segment
            and tiles.metric = 'roas_modelled'
    order by tiles.position, tiles.segment
"""

_TREND = """
    select metric, segment, starts_on as month, value
    from marts.rpt_headlines
    where period = 'month' and is_complete
    order by starts_on
"""

PAGE = Page(
    name="index",
    title="Overview",
    lead="Where marketing stands: what was spent, what it brought in, and what is coming.",
    position=0,
    parts=(
        Figures(
            name="headlines",
            title="The last 90 days",
            subtitle="{last_90_days}, beside the 90 days before; amounts in {currency}. "
            "The small lines are whole months.",
            query=_HEADLINES,
            trend=_TREND,
            notes=(
                "Three returns, three questions: blended sets all won value against all ad spend; "
                "modelled only what a named model credits to paid channels; claimed is the "
                "platform's own count. They are never mixed.",
            ),
        ),
        Chart(
            name="won_value_by_month",
            title="Won value by month",
            subtitle="{currency}, by the month of closing; refunds are subtracted",
            query="""
                select
                    starts_on as month, value,
                    case when is_complete then 'final' else 'month not over' end as state
                from marts.rpt_headlines
                where
                    metric = 'won_value' and segment = '(all)' and period = 'month'
                    and (is_complete or value <> 0)
                order by starts_on
            """,
            columns=(
                Column("month", "Month", "month", "rpt_headlines.starts_on"),
                Column("value", "Won value", "money"),
                Column("state", "State", "text", "rpt_headlines.is_complete"),
            ),
            empty="No deal was won in this home. Connect a CRM, or drop its deals as a file.",
            spec=monthly_bars("value", "money"),
            is_wide=False,
        ),
        Chart(
            name="spend_by_month",
            title="Ad spend by month",
            subtitle="{currency}, by the day the platforms report",
            query="""
                select
                    starts_on as month, value,
                    case
                        when not is_complete then 'month not over'
                        when is_provisional then 'provisional'
                        else 'final'
                    end as state
                from marts.rpt_headlines
                where
                    metric = 'spend' and segment = '(all)' and period = 'month'
                    and (is_complete or value <> 0)
                order by starts_on
            """,
            columns=(
                Column("month", "Month", "month", "rpt_headlines.starts_on"),
                Column("value", "Ad spend", "money"),
                Column("state", "State", "text", "rpt_headlines.is_provisional"),
            ),
            empty="No spend in this home: no ad platform is connected and no ad file was dropped.",
            spec=monthly_bars("value", "money"),
            is_wide=False,
        ),
        Chart(
            name="funnel_by_month",
            title="Entries to each stage by month",
            subtitle="Whole months; leads, MQLs and SQLs are persons, the rest deals",
            query="""
                select starts_on as month, title as stage, value
                from marts.rpt_headlines
                where
                    metric in ('leads', 'mqls', 'sqls', 'opportunities', 'won_deals')
                    and period = 'month' and is_complete
                order by
                    case metric
                        when 'leads' then 1 when 'mqls' then 2 when 'sqls' then 3
                        when 'opportunities' then 4 else 5
                    end,
                    starts_on
            """,
            columns=(
                Column("month", "Month", "month", "rpt_headlines.starts_on"),
                Column("stage", "Stage", "text", "rpt_headlines.title"),
                Column("value", "Entries", "count"),
            ),
            empty="No stage was entered in this home. Connect a CRM, or drop its contacts.",
            spec=monthly_lines("value", "count", "stage"),
            is_wide=False,
        ),
        Chart(
            name="won_value_by_channel_now",
            title="What brought the won value",
            subtitle="{currency}, {last_90_days}, linear model; the tick is the 90 days before",
            query="""
                select
                    now.channel, now.value_amount_reporting,
                    coalesce(before.value_amount_reporting, case when exists (
                        select 1 from marts.rpt_channel_periods where period = 'previous_90_days'
                    ) then 0 end) as value_before,
                    now.value_share,
                    now.coverage_share
                from marts.rpt_channel_periods as now
                left join marts.rpt_channel_periods as before
                    on
                        now.channel = before.channel
                        and now.attribution_model = before.attribution_model
                        and now.stage = before.stage
                        and before.period = 'previous_90_days'
                where
                    now.period = 'last_90_days' and now.stage = 'won'
                    and now.attribution_model = 'linear' and now.value_amount_reporting <> 0
                order by now.value_amount_reporting desc
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("value_amount_reporting", "Won value", "money"),
                Column(
                    "value_before",
                    "90 days before",
                    "money",
                    "rpt_channel_periods.value_amount_reporting",
                ),
                Column("value_share", "Share of won value", "share"),
                Column("coverage_share", "Coverage", "share"),
            ),
            empty="No deal was won in the last 90 days, so there is no value to credit.",
            spec=bars_beside_before(
                "channel", "value_amount_reporting", "value_before", "money", by="channel"
            ),
            is_wide=False,
        ),
    ),
)
