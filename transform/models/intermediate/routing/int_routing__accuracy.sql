{{ config(materialized='view') }}
with period_leads as (
    select * from {{ ref('int_routing__period_leads') }}
),

outcomes as (
    select * from {{ ref('int_routing__outcomes') }}
),

summed as (
    select
        period_leads.period,
        period_leads.starts_on,
        period_leads.ends_on,
        period_leads.is_complete,
        period_leads.segment_kind,
        period_leads.segment,
        count(*) as leads,
        sum(case when outcomes.routing_state = 'judged' then 1 else 0 end) as judged_leads,
        sum(case when outcomes.is_accurate then 1 else 0 end) as accurate_leads,
        {% for kind in ['wrong_owner', 'out_of_turn', 'inactive_owner', 'unassigned'] %}
            sum(case when outcomes.misroute_kind = '{{ kind }}' then 1 else 0 end)
                as {{ kind }}_leads,
        {% endfor %}
        sum(case when outcomes.is_assigned_late then 1 else 0 end) as late_leads,
        sum(
            case
                when outcomes.was_reassigned_within_7_days or outcomes.is_seven_days_old then 1
                else 0
            end
        ) as settled_leads,
        sum(case when outcomes.was_reassigned_within_7_days then 1 else 0 end) as reassigned_leads,
        sum(
            case
                when outcomes.misroute_kind is not null and outcomes.lost_hours is null then 1
                else 0
            end
        ) as open_misroutes,
        sum(cast(outcomes.lost_hours as decimal(18, 4))) as lost_hours,
        sum(outcomes.cost_amount_reporting) as cost_amount_reporting
    from period_leads
    inner join outcomes on period_leads.lead_id = outcomes.lead_id
    group by
        period_leads.period,
        period_leads.starts_on,
        period_leads.ends_on,
        period_leads.is_complete,
        period_leads.segment_kind,
        period_leads.segment
)

select
    period,
    starts_on,
    ends_on,
    segment_kind,
    segment,
    cast(leads as bigint) as leads,
    cast(judged_leads as bigint) as judged_leads,
    cast(accurate_leads as bigint) as accurate_leads,
    {{ share_of('accurate_leads', 'judged_leads') }} as routing_accuracy_share,
    cast(wrong_owner_leads as bigint) as wrong_owner_leads,
    cast(out_of_turn_leads as bigint) as out_of_turn_leads,
    cast(inactive_owner_leads as bigint) as inactive_owner_leads,
    cast(unassigned_leads as bigint) as unassigned_leads,
    cast(late_leads as bigint) as late_leads,
    cast(settled_leads as bigint) as settled_leads,
    cast(reassigned_leads as bigint) as reassigned_leads,
    {{ share_of('reassigned_leads', 'settled_leads') }} as reassigned_within_7_days_share,
    cast(open_misroutes as bigint) as open_misroutes,
    cast(coalesce(lost_hours, 0) as double) as lost_hours,
    cast(cost_amount_reporting as decimal(18, 2)) as cost_amount_reporting,
    is_complete
from summed
