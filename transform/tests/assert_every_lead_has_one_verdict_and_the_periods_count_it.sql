-- Each lead is decided and judged at most once, and is in the marts of leads, speed and all time.
with leads as (
    select
        count(*) as leads,
        sum(case when routing_state = 'judged' then 1 else 0 end) as judged,
        sum(case when is_accurate then 1 else 0 end) as accurate,
        sum(case when misroute_kind is not null then 1 else 0 end) as misrouted,
        sum(case when routing_state <> 'judged' and misroute_kind is not null then 1 else 0 end)
            as wrongly_judged,
        sum(case when explanation is null then 1 else 0 end) as undecided
    from {{ ref('fct_lead_routing') }}
),

speed as (
    select count(*) as leads from {{ ref('fct_speed_to_lead') }}
),

reported as (
    select
        leads,
        judged_leads,
        accurate_leads,
        wrong_owner_leads + out_of_turn_leads + inactive_owner_leads + unassigned_leads
            as misrouted
    from {{ ref('rpt_routing_accuracy') }}
    where period = 'all_time' and segment_kind = 'all'
)

select leads.*
from leads
cross join speed
left join reported on true
where
    leads.leads <> speed.leads
    or leads.judged <> leads.accurate + leads.misrouted
    or leads.wrongly_judged <> 0
    or leads.undecided <> 0
    or (
        leads.leads > 0
        and (
            coalesce(reported.leads, 0) <> leads.leads
            or reported.judged_leads <> leads.judged
            or reported.accurate_leads <> leads.accurate
            or reported.misrouted <> leads.misrouted
        )
    )
