"""Launches: whether they are on time, how fast, what held them up; and the content under way."""

from reports.charts import bars_in_order, monthly_bars, monthly_lines
from reports.page import Chart, Column, Page

_EMPTY = (
    "No launch in this home. Connect the work tool, and say in config/playbooks.yml which of its "
    "projects are launches."
)
_NO_CONTENT = (
    "No content in this home. Connect the work tool or the web site, and say in "
    "config/playbooks.yml in which sections content is planned."
)

PAGE = Page(
    name="launches",
    title="Launches and content",
    lead="What went to market, whether in time and approved, and what is on its way.",
    position=6,
    parts=(
        Chart(
            name="launches_by_month",
            title="Launches that went live",
            subtitle="By month, held against the day that was planned first",
            query="""
                select
                    date_trunc('month', live_on) as month,
                    case when is_on_time then 'In time' else 'Late' end as outcome,
                    count(*) as launches
                from marts.fct_launches
                where live_on is not null
                group by 1, 2
                order by 1, 2
            """,
            columns=(
                Column("month", "Month", "month", "rpt_launch_velocity.month"),
                Column("outcome", "Outcome", "text", "fct_launches.is_on_time"),
                Column("launches", "Launches", "count", "rpt_launch_velocity.launches"),
            ),
            empty=_EMPTY,
            spec=monthly_bars("launches", "count", by="outcome"),
            is_wide=False,
        ),
        Chart(
            name="launch_velocity",
            title="Launch velocity",
            subtitle="Median business days from brief approved to live, by month of going live",
            query="""
                select
                    month, launches, marketers, launches_per_marketer, on_time_rate,
                    median_business_days, flow_efficiency_share, sent_back, reopened_tasks
                from marts.rpt_launch_velocity
                where marketer_id = '(all)'
                order by month
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("launches", "Launches", "count"),
                Column("marketers", "Marketers", "count"),
                Column("launches_per_marketer", "A marketer", "ratio"),
                Column("on_time_rate", "In time", "share"),
                Column("median_business_days", "Median business days", "days"),
                Column("flow_efficiency_share", "Flow efficiency", "share"),
                Column("sent_back", "Sent back", "count"),
                Column("reopened_tasks", "Done again", "count"),
            ),
            empty=_EMPTY,
            notes=(
                "Business days run through the whole day and stand still on days off. A launch is "
                "worked on while any of its tasks is; flow efficiency is that part of its time.",
            ),
            spec=monthly_bars("median_business_days", "days"),
            is_wide=False,
        ),
        Chart(
            name="launches_failing",
            title="Launches with a failed check",
            subtitle="What the data says against it, the newest first",
            query="""
                select
                    launches.launch_name, launches.live_on, checks.check_name, checks.evidence
                from marts.fct_launch_checks as checks
                inner join marts.fct_launches as launches on checks.launch_id = launches.launch_id
                where checks.status = 'failed'
                order by launches.live_on desc, launches.launch_name, checks.check_name
            """,
            columns=(
                Column("launch_name", "Launch"),
                Column("live_on", "Live on", "date"),
                Column("check_name", "Check", "term"),
                Column("evidence", "Evidence"),
            ),
            empty="No launch has failed a check.",
        ),
        Chart(
            name="late_milestones",
            title="Where launches fall behind",
            subtitle="Milestones reached late, in the order of the playbook",
            query="""
                select
                    milestone, position,
                    count(*) filter (is_late) as late,
                    count(*) filter (status = 'overdue') as overdue,
                    count(*) filter (is_out_of_order) as out_of_order,
                    count(*) filter (status = 'reached') as reached
                from marts.fct_launch_milestones
                group by milestone, position
                order by position
            """,
            columns=(
                Column("milestone", "Milestone", "term"),
                Column("position", "Place", "count", is_shown=False),
                Column("late", "Late", "count", "fct_launch_milestones.is_late"),
                Column("overdue", "Overdue", "count", "fct_launch_milestones.status"),
                Column(
                    *("out_of_order", "Out of order", "count"),
                    "fct_launch_milestones.is_out_of_order",
                ),
                Column("reached", "Reached", "count", "fct_launch_milestones.status"),
            ),
            empty=_EMPTY,
            spec=bars_in_order("milestone", "late", "count"),
            is_wide=False,
        ),
        Chart(
            name="approvals_waiting",
            title="Approvals that wait",
            subtitle="Asked for and not decided, the oldest first",
            query="""
                select
                    launches.launch_name, approvals.milestone, approvals.round_no,
                    approvals.requested_at
                from marts.fct_launch_approvals as approvals
                inner join marts.fct_launches as launches
                    on approvals.launch_id = launches.launch_id
                where approvals.decision = 'open' and launches.status <> 'called_off'
                order by approvals.requested_at, launches.launch_name
            """,
            columns=(
                Column("launch_name", "Launch"),
                Column("milestone", "Approval", "term"),
                Column("round_no", "Round", "count"),
                Column("requested_at", "Asked for on", "date"),
            ),
            empty="No approval waits for a decision.",
            is_wide=False,
        ),
        Chart(
            name="launches_each",
            title="Every launch",
            subtitle="The newest first; days are business days",
            query="""
                select
                    launch_name, status, planned_live_on, live_on, business_days_late,
                    velocity_business_days, flow_efficiency_share, sent_back, unapproved_at_live
                from marts.fct_launches
                order by planned_live_on desc, launch_name
            """,
            columns=(
                Column("launch_name", "Launch"),
                Column("status", "Status", "term"),
                Column("planned_live_on", "Planned first", "date"),
                Column("live_on", "Live on", "date"),
                Column("business_days_late", "Days late", "count"),
                Column("velocity_business_days", "Days to live", "days"),
                Column("flow_efficiency_share", "Flow efficiency", "share"),
                Column("sent_back", "Sent back", "count"),
                Column("unapproved_at_live", "Not approved when live", "count"),
            ),
            empty=_EMPTY,
        ),
        Chart(
            name="content_by_month",
            title="Content that came out",
            subtitle="Pieces by month and kind",
            query="""
                select
                    date_trunc('month', published_at) as month, item_type, count(*) as pieces
                from marts.fct_content_items
                where published_at is not null
                group by 1, 2
                order by 1, 2
            """,
            columns=(
                Column("month", "Month", "month", "fct_content_items.published_at"),
                Column("item_type", "Kind", "term"),
                Column("pieces", "Pieces", "count", "fct_content_items.content_id"),
            ),
            empty=_NO_CONTENT,
            spec=monthly_bars("pieces", "count", by="item_type"),
            is_wide=False,
        ),
        Chart(
            name="content_stages",
            title="Content on its way",
            subtitle="Pieces in each stage at the end of the last week of each month",
            query="""
                select
                    date_trunc('month', week_start_on) as month, stage,
                    arg_max(in_stage, week_start_on) as in_stage,
                    sum(entered) as entered, sum(exited) as exited
                from (
                    select
                        week_start_on, stage, min(position) as position,
                        sum(in_stage) as in_stage, sum(entered) as entered,
                        sum(exited) as exited
                    from marts.rpt_content_pipeline
                    where stage <> 'published'
                    group by week_start_on, stage
                ) as weeks
                group by 1, 2
                order by 1, min(position), 2
            """,
            columns=(
                Column("month", "Month", "month", "rpt_content_pipeline.week_start_on"),
                Column("stage", "Stage", "term"),
                Column("in_stage", "In the stage", "count"),
                Column("entered", "Came in", "count"),
                Column("exited", "Moved on", "count"),
            ),
            empty=_NO_CONTENT,
            spec=monthly_lines("in_stage", "count", by="stage"),
            is_wide=False,
        ),
        Chart(
            name="content_performance",
            title="What content drew",
            subtitle="The fifty pieces that drew most, pages by sessions and posts by interactions",
            query="""
                select
                    title, item_type, published_at, sessions, sessions_30_days, impressions,
                    interactions
                from marts.fct_content_items
                where published_at is not null
                order by sessions desc nulls last, interactions desc nulls last, content_id
                limit 50
            """,
            columns=(
                Column("title", "Title"),
                Column("item_type", "Kind", "term"),
                Column("published_at", "Came out", "date"),
                Column("sessions", "Sessions", "count"),
                Column("sessions_30_days", "In 30 days", "count"),
                Column("impressions", "Impressions", "count"),
                Column("interactions", "Interactions", "count"),
            ),
            empty=_NO_CONTENT,
        ),
    ),
)
