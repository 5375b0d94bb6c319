"""How the pipeline moves: from opening to closing, what is won of it, and what brought it."""

from reports.charts import monthly_bars, monthly_lines, ranked_bars, waterfall
from reports.page import Chart, Column, Page

_EMPTY = "No opportunity in this home. Connect a CRM, or drop its deals."
_STATE = "case when is_complete then 'final' else 'month not over' end as state"
_LAST_MONTH = "(select max(month) from marts.{mart} where is_complete)"
_WORDS = """
    case movement
        when 'opening' then 'Opening' when 'new' then 'New' when 'reopened' then 'Reopened'
        when 'up' then 'Up' when 'down' then 'Down' when 'pulled_in' then 'Pulled in'
        when 'slipped' then 'Slipped' when 'rate_change' then 'Rate' when 'won' then 'Won'
        when 'lost' then 'Lost' else 'Closing'
    end
"""
_SEEN = (
    "Created, won, lost and reopened are dated by the CRM's own history. Changes of value and of "
    "the expected close are seen from one load to the next: before the first load nobody knows "
    "them, and the value that was loaded first stands for the earlier ones."
)

PAGE = Page(
    name="movement",
    title="Pipeline movement",
    lead="What came into the pipeline, what left it, how fast, and what brought it.",
    position=3,
    parts=(
        Chart(
            name="pipeline_waterfall",
            title="From opening to closing",
            subtitle="{currency}, open pipeline of the last whole month",
            query=f"""
                with steps as (
                    select
                        month, movement, movement_position,
                        sum(opportunities) as opportunities,
                        sum(amount_reporting) as amount_reporting,
                        sum(due_amount_reporting) as due_amount_reporting,
                        sum(opportunities_without_rate) as opportunities_without_rate,
                        sum(opportunities_carried_back) as opportunities_carried_back
                    from marts.rpt_pipeline_waterfall
                    where month = {_LAST_MONTH.format(mart="rpt_pipeline_waterfall")}
                    group by month, movement, movement_position
                ),

                levels as (
                    select
                        *,
                        sum(case when movement <> 'closing' then amount_reporting else 0 end)
                        over (order by movement_position) as level
                    from steps
                )

                select
                    month, {_WORDS} as step, opportunities, amount_reporting,
                    due_amount_reporting, opportunities_without_rate, opportunities_carried_back,
                    case
                        when movement in ('opening', 'closing') then 'Stands'
                        when movement = 'won' then 'Won'
                        when movement = 'lost' then 'Lost'
                        when amount_reporting < 0 then 'Takes away'
                        else 'Adds'
                    end as effect,
                    case when movement in ('opening', 'closing') then 0
                        else level - amount_reporting end as begins_at,
                    level as ends_at
                from levels
                order by movement_position
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("step", "Movement", "text", "rpt_pipeline_waterfall.movement"),
                Column("opportunities", "Opportunities", "count"),
                Column("amount_reporting", "Value", "money"),
                Column("due_amount_reporting", "Due in the month", "money"),
                Column("opportunities_without_rate", "Without a rate", "count"),
                Column("opportunities_carried_back", "Value of a later time", "count"),
                Column("effect", "Effect", is_shown=False),
                Column("begins_at", "From", "money", is_shown=False),
                Column("ends_at", "To", "money", is_shown=False),
            ),
            empty=_EMPTY,
            notes=(
                _SEEN,
                "Pulled in and slipped move value in time only: they change what is due in the "
                "month (in the table) and not the whole.",
            ),
            spec=waterfall("step", "begins_at", "ends_at", "effect", "money"),
        ),
        Chart(
            name="pipeline_movements",
            title="What moved in each month",
            subtitle="{currency}; what is added stands above the line, what is taken away below",
            query=f"""
                select
                    month, {_WORDS} as step, sum(opportunities) as opportunities,
                    sum(amount_reporting) as amount_reporting,
                    sum(due_amount_reporting) as due_amount_reporting,
                    bool_and(is_observed) as is_observed, {_STATE}
                from marts.rpt_pipeline_waterfall
                where movement not in ('opening', 'closing')
                group by month, movement, movement_position, is_complete
                order by month, movement_position
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("step", "Movement", "text", "rpt_pipeline_waterfall.movement"),
                Column("opportunities", "Opportunities", "count"),
                Column("amount_reporting", "Value", "money"),
                Column("due_amount_reporting", "Due in the month", "money"),
                Column("is_observed", "Changes watched", "flag"),
                Column("state", "State", "text", "rpt_pipeline_waterfall.is_complete"),
            ),
            empty=_EMPTY,
            spec=monthly_bars("amount_reporting", "money", by="step"),
        ),
        Chart(
            name="win_rate_by_month",
            title="Win rate",
            subtitle="Won of what closed in the three months that end with each",
            query=f"""
                with closed as (
                    select * from marts.rpt_pipeline_velocity
                    where segment = '(all)' and window_months = 3
                )

                select
                    month, 'By count' as measure, win_rate, won_opportunities,
                    lost_opportunities, {_STATE}
                from closed
                union all
                select
                    month, 'By value' as measure, value_win_rate as win_rate, won_opportunities,
                    lost_opportunities, {_STATE}
                from closed
                order by month, measure
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("measure", "Measured", "text", "rpt_pipeline_velocity.value_win_rate"),
                Column("win_rate", "Win rate", "share"),
                Column("won_opportunities", "Won", "count"),
                Column("lost_opportunities", "Lost", "count"),
                Column("state", "State", "text", "rpt_pipeline_velocity.is_complete"),
            ),
            empty="Nothing has closed over three months in this home.",
            spec=monthly_lines("win_rate", "share", "measure"),
            is_wide=False,
        ),
        Chart(
            name="pipeline_velocity",
            title="Pipeline velocity",
            subtitle="{currency} a day, over the twelve months that end with each",
            query=f"""
                select
                    month, velocity_amount_reporting, open_opportunities, win_rate,
                    average_won_amount_reporting, median_cycle_days, {_STATE}
                from marts.rpt_pipeline_velocity
                where segment = '(all)' and window_months = 12
                order by month
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("velocity_amount_reporting", "Velocity", "money"),
                Column("open_opportunities", "Open", "count"),
                Column("win_rate", "Win rate", "share"),
                Column("average_won_amount_reporting", "Average won", "money"),
                Column("median_cycle_days", "Median days to close", "days"),
                Column("state", "State", "text", "rpt_pipeline_velocity.is_complete"),
            ),
            empty="This home does not reach back twelve months yet.",
            notes=(
                "Open opportunities times win rate times average won value, over the median days "
                "to a closing. Opportunities that are still open count as open.",
            ),
            spec=monthly_bars("velocity_amount_reporting", "money"),
            is_wide=False,
        ),
        Chart(
            name="pipeline_sourced",
            title="What sourced the pipeline, and what the CRM says",
            subtitle="{currency} created, by the account's first touch; colour: what the CRM names",
            query="""
                select
                    channel,
                    case
                        when is_channel_agreed then 'Same channel'
                        when not is_class_agreed then 'Other class'
                        when not is_channel_agreed then 'Other channel'
                        when is_class_agreed then 'Class only'
                        else 'Not known'
                    end as agreement,
                    sum(opportunities) as opportunities,
                    sum(amount_reporting) as amount_reporting,
                    sum(won_amount_reporting) as won_amount_reporting,
                    sum(opportunities_without_rate) as opportunities_without_rate
                from marts.rpt_pipeline_sourced
                group by 1, 2
                order by 4 desc, 1, 2
            """,
            columns=(
                Column("channel", "First touch", "term"),
                Column(
                    "agreement", "The CRM names", "text", "rpt_pipeline_sourced.declared_channel"
                ),
                Column("opportunities", "Opportunities", "count"),
                Column("amount_reporting", "Value created", "money"),
                Column("won_amount_reporting", "Of it won", "money"),
                Column("opportunities_without_rate", "Without a rate", "count"),
            ),
            empty=_EMPTY,
            notes=(
                "Each opportunity has one source, so these add up to all that was created. The "
                "CRM's word is shown beside it and decides nothing.",
            ),
            spec=ranked_bars("channel", "amount_reporting", "money", by="agreement"),
            is_wide=False,
        ),
        Chart(
            name="pipeline_influenced",
            title="What touched the pipeline",
            subtitle="{currency}, opportunities created in the longest window up to 12 months",
            query=f"""
                with windows as (
                    select * from marts.rpt_pipeline_influenced
                    where month = {_LAST_MONTH.format(mart="rpt_pipeline_influenced")}
                )

                select
                    case when scope = 'all' then 'Any channel' else channel end as channel,
                    influenced_opportunities, influenced_amount_reporting, influenced_share,
                    created_opportunities, influenced_without_rate, window_months
                from windows
                where
                    window_months = (select max(window_months) from windows)
                    and scope in ('all', 'channel')
                order by influenced_amount_reporting desc, 1
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("influenced_opportunities", "Influenced", "count"),
                Column("influenced_amount_reporting", "Influenced value", "money"),
                Column("influenced_share", "Share of created", "share"),
                Column("created_opportunities", "Created", "count"),
                Column("influenced_without_rate", "Without a rate", "count"),
                Column("window_months", "Months", "count"),
            ),
            empty=_EMPTY,
            notes=(
                "Do not add these up: an opportunity stands in the bar of every channel that "
                "touched it. Any channel is the total, in which each counts once.",
            ),
            spec=ranked_bars("channel", "influenced_amount_reporting", "money"),
            is_wide=False,
        ),
    ),
)
