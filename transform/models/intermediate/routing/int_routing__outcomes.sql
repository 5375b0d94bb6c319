with requests as (
    select * from {{ ref('int_routing__requests') }}
),

verdicts as (
    select * from {{ ref('int_routing__verdicts') }}
),

delays as (
    select * from {{ ref('int_routing__delays') }}
),

settings as (
    select * from {{ ref('stg_config__routing') }}
),

judged as (
    select
        requests.*,
        verdicts.rules_version,
        verdicts.rule_name,
        verdicts.pool_name,
        verdicts.required_owner,
        verdicts.explanation,
        verdicts.assign_within_hours,
        verdicts.respond_within_hours,
        verdicts.first_owner,
        verdicts.assigned_at,
        verdicts.reassigned_at,
        verdicts.routing_state,
        verdicts.misroute_kind,
        verdicts.is_observed,
        verdicts.is_accurate,
        verdicts.is_assigned_late,
        verdicts.was_reassigned_within_7_days,
        verdicts.is_seven_days_old,
        delays.calendar,
        delays.touched_at,
        delays.system_delay_hours,
        delays.human_delay_hours,
        delays.speed_to_lead_hours,
        delays.is_assigned,
        delays.is_touched,
        -- What has not happened yet has lasted until now.
        coalesce(delays.system_delay_hours, delays.open_hours) as system_observed_hours,
        coalesce(delays.human_delay_hours, delays.assigned_open_hours) as human_observed_hours,
        coalesce(delays.speed_to_lead_hours, delays.open_hours) as observed_hours,
        case
            when verdicts.misroute_kind is not null and delays.lost_hours is not null
                then greatest(delays.lost_hours, 0)
        end as lost_hours
    from requests
    inner join verdicts on requests.lead_id = verdicts.lead_id
    inner join delays on requests.lead_id = delays.lead_id
)

select
    judged.*,
    case
        when judged.misroute_kind is not null
            then cast(
                settings.misroute_cost_amount
                + coalesce(settings.lost_hour_cost_amount * judged.lost_hours, 0)
                as decimal(18, 2)
            )
    end as cost_amount_reporting,
    case
        when judged.assign_within_hours is null then 'no_target'
        when judged.system_observed_hours > judged.assign_within_hours then 'missed'
        when judged.system_delay_hours is not null then 'met'
        else 'open'
    end as assign_state,
    case
        when judged.respond_within_hours is null then 'no_target'
        when judged.observed_hours > judged.respond_within_hours then 'missed'
        when judged.is_touched then 'met'
        else 'open'
    end as respond_state
from judged
cross join settings
