"""Spend, revenue and return by channel over time, under one named model."""

from reports.charts import bars_beside_before, monthly_bars, monthly_lines, ranked_bars
from reports.page import Chart, Column, Page

_STATE = """
    case
        when not is_complete then 'month not over'
        when is_provisional then 'provisional'
        else 'final'
    end as state
"""
_LINEAR_WON = "attribution_model = 'linear' and stage = 'won'"
_NOW_AND_BEFORE = """
    from marts.rpt_channel_periods as now
    left join marts.rpt_channel_periods as before
        on
            now.channel = before.channel
            and now.attribution_model = before.attribution_model
            and now.stage = before.stage
            and before.period = 'previous_90_days'
"""
# A channel without a row had nothing, unless no channel has one: then nothing is known.
_VALUE_BEFORE = """
    coalesce(before.value_amount_reporting, case when exists (
        select 1 from marts.rpt_channel_periods where period = 'previous_90_days'
    ) then 0 end)
"""
_NO_SPEND = "No spend in this home: no ad platform is connected and no ad file was dropped."
_NO_VALUE = "No deal was won in this home, so there is no value to credit."

PAGE = Page(
    name="channels",
    title="Spend and return",
    lead="What each channel cost, and the won value that the linear model credits to it.",
    position=1,
    parts=(
        Chart(
            name="channels_compared",
            title="Channels compared",
            subtitle="{last_90_days}, beside the 90 days before; {currency}, linear model",
            query=f"""
                select
                    now.channel,
                    now.spend_amount_reporting, now.value_amount_reporting,
                    {_VALUE_BEFORE} as value_before,
                    now.value_share, now.roas_modelled, before.roas_modelled as roas_before,
                    leads.conversions as leads, leads.spend_per_conversion, now.coverage_share
                {_NOW_AND_BEFORE}
                left join marts.rpt_channel_periods as leads
                    on
                        now.channel = leads.channel
                        and leads.period = 'last_90_days'
                        and leads.stage = 'lead'
                        and leads.attribution_model = 'linear'
                where
                    now.period = 'last_90_days'
                    and now.attribution_model = 'linear' and now.stage = 'won'
                order by now.spend_amount_reporting desc, now.value_amount_reporting desc
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("spend_amount_reporting", "Spend", "money"),
                Column("value_amount_reporting", "Won value", "money"),
                Column(
                    "value_before",
                    "Won value before",
                    "money",
                    "rpt_channel_periods.value_amount_reporting",
                ),
                Column("value_share", "Share of won value", "share"),
                Column("roas_modelled", "Modelled ROAS", "ratio"),
                Column("roas_before", "ROAS before", "ratio", "rpt_channel_periods.roas_modelled"),
                Column("leads", "Leads credited", "ratio", "rpt_channel_periods.conversions"),
                Column("spend_per_conversion", "Spend per lead", "money"),
                Column("coverage_share", "Coverage", "share"),
            ),
            empty="No channel has spend or credit in the last 90 days.",
        ),
        Chart(
            name="spend_by_channel",
            title="Ad spend by channel",
            subtitle="{currency} a month",
            query=f"""
                select starts_on as month, channel, spend_amount_reporting, {_STATE}
                from marts.rpt_channel_periods
                where period = 'month' and {_LINEAR_WON} and spend_amount_reporting <> 0
                order by starts_on, channel
            """,
            columns=(
                Column("month", "Month", "month", "rpt_channel_periods.starts_on"),
                Column("channel", "Channel", "term"),
                Column("spend_amount_reporting", "Spend", "money"),
                Column("state", "State", "text", "rpt_channel_periods.is_provisional"),
            ),
            empty=_NO_SPEND,
            spec=monthly_bars("spend_amount_reporting", "money", by="channel"),
            is_wide=False,
        ),
        Chart(
            name="won_value_by_channel",
            title="Won value by channel",
            subtitle="{currency} a month, credited by the linear model",
            query=f"""
                select
                    starts_on as month, channel, value_amount_reporting, coverage_share,
                    case when is_complete then 'final' else 'month not over' end as state
                from marts.rpt_channel_periods
                where period = 'month' and {_LINEAR_WON} and value_amount_reporting <> 0
                order by starts_on, channel
            """,
            columns=(
                Column("month", "Month", "month", "rpt_channel_periods.starts_on"),
                Column("channel", "Channel", "term"),
                Column("value_amount_reporting", "Won value", "money"),
                Column("coverage_share", "Coverage", "share"),
                Column("state", "State", "text", "rpt_channel_periods.is_complete"),
            ),
            empty=_NO_VALUE,
            spec=monthly_bars("value_amount_reporting", "money", by="channel"),
            is_wide=False,
        ),
        Chart(
            name="returns_by_month",
            title="The three returns by month",
            subtitle="Won value per {currency} 1 of ad spend; each answers another question",
            query="""
                select
                    starts_on as month,
                    case metric
                        when 'roas_blended' then 'blended'
                        when 'roas_modelled' then 'modelled, ' || segment
                        else 'claimed by ' || segment
                    end as kind,
                    value,
                    case when is_provisional then 'provisional' else 'final' end as state
                from marts.rpt_headlines
                where
                    period = 'month' and is_complete
                    and (
                        metric in ('roas_blended', 'roas_platform')
                        or (metric = 'roas_modelled' and segment = 'linear')
                    )
                order by metric, segment, starts_on
            """,
            columns=(
                Column("month", "Month", "month", "rpt_headlines.starts_on"),
                Column("kind", "Return", "term", "rpt_headlines.title"),
                Column("value", "ROAS", "ratio"),
                Column("state", "State", "text", "rpt_headlines.is_provisional"),
            ),
            empty=_NO_SPEND,
            notes=(
                "Deals close months after the click that began them, so a month's return mixes "
                "old spend's revenue with new spend: read the line, not the point.",
            ),
            spec=monthly_lines("value", "ratio", "kind"),
            is_wide=False,
        ),
        Chart(
            name="roas_by_channel_month",
            title="Modelled ROAS of the paid channels",
            subtitle="Won value per {currency} 1 of ad spend a month, linear model",
            query=f"""
                select
                    starts_on as month, channel, spend_amount_reporting, value_amount_reporting,
                    roas_modelled, coverage_share,
                    case when is_provisional then 'provisional' else 'final' end as state
                from marts.rpt_channel_periods
                where
                    period = 'month' and is_complete and {_LINEAR_WON}
                    and roas_modelled is not null
                order by channel, starts_on
            """,
            columns=(
                Column("month", "Month", "month", "rpt_channel_periods.starts_on"),
                Column("channel", "Channel", "term"),
                Column("spend_amount_reporting", "Spend", "money"),
                Column("value_amount_reporting", "Won value", "money"),
                Column("roas_modelled", "Modelled ROAS", "ratio"),
                Column("coverage_share", "Coverage", "share"),
                Column("state", "State", "text", "rpt_channel_periods.is_provisional"),
            ),
            empty=_NO_SPEND,
            spec=monthly_lines("roas_modelled", "ratio", "channel"),
            is_wide=False,
        ),
        Chart(
            name="roas_by_channel",
            title="Modelled ROAS, now and before",
            subtitle="{last_90_days}; the tick is the 90 days before",
            query=f"""
                select
                    now.channel, now.spend_amount_reporting, now.roas_modelled,
                    before.roas_modelled as roas_before, now.coverage_share
                {_NOW_AND_BEFORE}
                where
                    now.period = 'last_90_days'
                    and now.attribution_model = 'linear' and now.stage = 'won'
                    and now.roas_modelled is not null
                order by now.roas_modelled desc
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("spend_amount_reporting", "Spend", "money"),
                Column("roas_modelled", "Modelled ROAS", "ratio"),
                Column("roas_before", "ROAS before", "ratio", "rpt_channel_periods.roas_modelled"),
                Column("coverage_share", "Coverage", "share"),
            ),
            empty=_NO_SPEND,
            spec=bars_beside_before(
                "channel", "roas_modelled", "roas_before", "ratio", by="channel"
            ),
            is_wide=False,
        ),
        Chart(
            name="spend_by_campaign",
            title="Where the money went: campaigns by spend",
            subtitle="{currency}, {last_90_days}, the 15 largest",
            query="""
                select
                    campaigns.name, campaigns.platform, campaigns.channel,
                    sum(roi.spend_amount_reporting) as spend_amount_reporting,
                    sum(roi.value_amount_reporting) as value_amount_reporting
                from marts.rpt_channel_roi as roi
                inner join marts.dim_campaigns as campaigns using (campaign_id)
                inner join (
                    select distinct starts_on, ends_on from marts.rpt_channel_periods
                    where period = 'last_90_days'
                ) as window_days
                    on roi.date_day between window_days.starts_on and window_days.ends_on
                where roi.attribution_model = 'linear' and roi.stage = 'won'
                group by campaign_id, 1, 2, 3
                having sum(roi.spend_amount_reporting) > 0
                order by spend_amount_reporting desc, campaigns.name
                limit 15
            """,
            columns=(
                Column("name", "Campaign", "text", "dim_campaigns.name"),
                Column("platform", "Platform", "term"),
                Column("channel", "Channel", "term"),
                Column("spend_amount_reporting", "Spend", "money"),
                Column("value_amount_reporting", "Won value", "money"),
            ),
            empty=_NO_SPEND,
            spec=ranked_bars("name", "spend_amount_reporting", "money", by="channel"),
            is_wide=False,
        ),
    ),
)
