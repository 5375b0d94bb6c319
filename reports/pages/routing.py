"""Who got which lead and whether the rules would have it so, and how long leads wait."""

from reports.charts import monthly_bars, monthly_lines
from reports.page import Chart, Column, Page

_EMPTY = "No lead is judged in this home. Write your rules into config/routing.yml, and run again."
_STATE = "case when is_complete then 'final' else 'month not over' end as state"
_ACCURACY = "rpt_routing_accuracy.routing_accuracy_share"
_OBSERVED = "fct_lead_routing.is_observed"
_KINDS = (
    ("wrong_owner_leads", "Wrong owner"),
    ("out_of_turn_leads", "Out of turn"),
    ("inactive_owner_leads", "Left the company"),
    ("unassigned_leads", "Nobody"),
)
_REPLAYED = (
    "Who was to get a lead is replayed by the version of the rules that was in force when it "
    "arrived, from what was known of it then. Leads that arrived before the first version, or "
    "whose record the CRM has no more, are counted and not judged."
)
_BUSINESS_HOURS = (
    "Hours are business hours of the owner whom the rules require. A median counts the leads that "
    "still wait, and is a dash where less than half have arrived there."
)

PAGE = Page(
    name="routing",
    title="Lead routing",
    lead="Who gets the leads, whether the rules would have it so, and how soon sales calls.",
    position=3,
    parts=(
        Chart(
            name="routing_accuracy_by_month",
            title="Routing accuracy",
            subtitle="Leads that the required owner had first; leads that changed hands in a week",
            query=f"""
                with months as (
                    select * from marts.rpt_routing_accuracy
                    where period = 'month' and segment_kind = 'all' and judged_leads > 0
                )

                select
                    starts_on as month, 'Accurate' as measure,
                    routing_accuracy_share as share, judged_leads as leads, {_STATE}
                from months
                union all
                select
                    starts_on as month, 'Reassigned within 7 days' as measure,
                    reassigned_within_7_days_share as share, settled_leads as leads, {_STATE}
                from months
                order by month, measure
            """,
            columns=(
                Column("month", "Month", "month", "rpt_routing_accuracy.starts_on"),
                Column("measure", "Measured", "text", _ACCURACY),
                Column("share", "Share", "share", _ACCURACY),
                Column("leads", "Of leads", "count", "rpt_routing_accuracy.judged_leads"),
                Column("state", "State", "text", "rpt_routing_accuracy.is_complete"),
            ),
            empty=_EMPTY,
            notes=(_REPLAYED,),
            spec=monthly_lines("share", "share", "measure"),
        ),
        Chart(
            name="misroutes_by_month",
            title="Misroutes by kind",
            subtitle="Leads whose first owner is not the required one, by the month they arrived",
            query=" union all ".join(
                f"""
                select starts_on as month, '{words}' as kind, {column} as misroutes, {_STATE}
                from marts.rpt_routing_accuracy
                where period = 'month' and segment_kind = 'all' and {column} > 0
                """
                for column, words in _KINDS
            )
            + " order by month, kind",
            columns=(
                Column("month", "Month", "month", "rpt_routing_accuracy.starts_on"),
                Column("kind", "Who had it", "text", "fct_lead_routing.misroute_kind"),
                Column("misroutes", "Leads", "count", "rpt_routing_accuracy.wrong_owner_leads"),
                Column("state", "State", "text", "rpt_routing_accuracy.is_complete"),
            ),
            empty=_EMPTY,
            spec=monthly_bars("misroutes", "count", by="kind"),
            is_wide=False,
        ),
        Chart(
            name="speed_to_lead_by_month",
            title="Speed to lead",
            subtitle="Median business hours from the form, by the month that leads arrived",
            query=f"""
                select
                    starts_on as month,
                    case delay
                        when 'system' then 'To an owner' when 'human' then 'Owner to first touch'
                        else 'To the first touch'
                    end as step,
                    p50_hours, p90_hours, leads, finished_leads, {_STATE}
                from marts.rpt_speed_to_lead
                where period = 'month' and segment_kind = 'all'
                order by month, step
            """,
            columns=(
                Column("month", "Month", "month", "rpt_speed_to_lead.starts_on"),
                Column("step", "Wait", "text", "rpt_speed_to_lead.delay"),
                Column("p50_hours", "Half within", "days"),
                Column("p90_hours", "Nine in ten within", "days"),
                Column("leads", "Leads", "count", "rpt_speed_to_lead.leads"),
                Column("finished_leads", "Arrived there", "count"),
                Column("state", "State", "text", "rpt_speed_to_lead.is_complete"),
            ),
            empty="No lead has come by a form. Connect a CRM with forms.",
            notes=(_BUSINESS_HOURS,),
            spec=monthly_lines("p50_hours", "days", "step"),
            is_wide=False,
        ),
        Chart(
            name="routing_by_rule",
            title="Rule by rule",
            subtitle="All leads that a rule took; cost in {currency}",
            query="""
                select
                    accuracy.segment as rule, accuracy.judged_leads,
                    accuracy.routing_accuracy_share, accuracy.reassigned_within_7_days_share,
                    accuracy.late_leads, accuracy.lost_hours, accuracy.cost_amount_reporting,
                    speed.met_share, speed.p50_hours
                from marts.rpt_routing_accuracy as accuracy
                left join marts.rpt_speed_to_lead as speed
                    on accuracy.period = speed.period
                        and accuracy.segment_kind = speed.segment_kind
                        and accuracy.segment = speed.segment and speed.delay = 'total'
                where accuracy.period = 'all_time' and accuracy.segment_kind in ('all', 'rule')
                order by accuracy.judged_leads desc, rule
            """,
            columns=(
                Column("rule", "Rule", "term", "fct_lead_routing.rule_name"),
                Column("judged_leads", "Judged leads", "count"),
                Column("routing_accuracy_share", "Accurate", "share"),
                Column("reassigned_within_7_days_share", "Reassigned", "share"),
                Column("late_leads", "Assigned late", "count"),
                Column("lost_hours", "Hours lost", "days", "rpt_routing_accuracy.lost_hours"),
                Column(
                    "cost_amount_reporting",
                    "Cost",
                    "money",
                    "rpt_routing_accuracy.cost_amount_reporting",
                ),
                Column("met_share", "Touched in time", "share"),
                Column("p50_hours", "Half touched within", "days"),
            ),
            empty=_EMPTY,
            notes=(
                "The cost of misroutes is that of handing them over and of the hours that they lay "
                "with the wrong owner, at the rates of config/routing.yml.",
            ),
        ),
        Chart(
            name="routing_states",
            title="What is judged",
            subtitle="All leads, and why some are left out of routing accuracy",
            query="""
                select
                    case routing_state
                        when 'judged' then 'Judged' when 'waiting' then 'Waiting, in time'
                        when 'no_rules' then 'Before there were rules'
                        when 'no_record' then 'Record gone from the CRM'
                        else 'Turn lost with the record of another lead'
                    end as state,
                    count(*) as leads, sum(cast(not is_observed as integer)) as told_by_later
                from marts.fct_lead_routing
                group by routing_state
                order by leads desc, state
            """,
            columns=(
                Column("state", "State", "text", "fct_lead_routing.routing_state"),
                Column("leads", "Leads", "count", "rpt_routing_accuracy.leads"),
                Column("told_by_later", "Facts of a later load", "count", _OBSERVED),
            ),
            empty="No lead has come by a form. Connect a CRM with forms.",
        ),
    ),
)
