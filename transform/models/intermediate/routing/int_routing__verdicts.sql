{{ config(materialized='view') }}
with requests as (
    select * from {{ ref('int_routing__requests') }}
),

leads as (
    select * from {{ ref('int_routing__leads') }}
),

decisions as (
    select * from {{ ref('stg_routing__decisions') }}
),

assignments as (
    select * from {{ ref('int_routing__assignments') }}
),

delays as (
    select * from {{ ref('int_routing__delays') }}
),

owners as (
    {% for system in var('routed_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__owners') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

ruled_owners as (
    select * from {{ ref('stg_config__routing_owners') }}
),

pool_members as (
    select * from {{ ref('stg_routing__pool_members') }}
),

joined as (
    select
        requests.lead_id,
        requests.source,
        decisions.rules_version,
        decisions.rule_name,
        decisions.pool_name,
        decisions.owner_native_id as required_owner,
        decisions.explanation,
        decisions.assign_within_hours,
        decisions.respond_within_hours,
        assignments.owner_native_id as first_owner,
        assignments.assigned_at,
        assignments.reassigned_at,
        delays.assigned_hours,
        coalesce(leads.is_observed, false) as is_observed,
        coalesce(owners.is_active, true) or ruled_owners.crm is not null as is_working,
        pool_members.pool_name is not null as is_of_pool,
        case
            when requests.contact_record_id is null then 'no_record'
            when decisions.rules_version is null then 'no_rules'
            when
                assignments.owner_native_id is null
                and delays.open_hours <= decisions.assign_within_hours
                then 'waiting'
            when not decisions.is_turn_known and pool_members.pool_name is not null
                then 'unknown_turn'
            else 'judged'
        end as routing_state
    from requests
    left join leads on requests.lead_id = leads.lead_id
    left join decisions on requests.lead_id = decisions.lead_id
    left join assignments on requests.lead_id = assignments.lead_id
    left join delays on requests.lead_id = delays.lead_id
    left join owners
        on
            requests.source = owners.source
            and assignments.owner_native_id = owners.source_record_id
    left join ruled_owners
        on
            requests.source = ruled_owners.crm
            and assignments.owner_native_id = ruled_owners.owner_native_id
    left join pool_members
        on
            decisions.rules_version = pool_members.rules_version
            and decisions.pool_name = pool_members.pool_name
            and requests.source = pool_members.crm
            and assignments.owner_native_id = pool_members.owner_native_id
)

select
    lead_id,
    rules_version,
    rule_name,
    pool_name,
    required_owner,
    explanation,
    assign_within_hours,
    respond_within_hours,
    first_owner,
    assigned_at,
    reassigned_at,
    routing_state,
    case
        when routing_state <> 'judged' or first_owner = required_owner then null
        when first_owner is null then 'unassigned'
        when not is_working then 'inactive_owner'
        when is_of_pool then 'out_of_turn'
        else 'wrong_owner'
    end as misroute_kind,
    is_observed,
    routing_state = 'judged' and first_owner is not null and first_owner = required_owner
        as is_accurate,
    routing_state = 'judged'
    and first_owner is not null
    and assigned_hours > assign_within_hours as is_assigned_late,
    reassigned_at is not null
    and {{ days_between('assigned_at', 'reassigned_at') }} <= 7 as was_reassigned_within_7_days,
    assigned_at is not null
    and {{ days_between('assigned_at', as_of()) }} >= 7 as is_seven_days_old
from joined
