-- The first owner is whom the record had already, else the first one after the arrival.
with leads as (
    select * from {{ ref('int_routing__leads') }}
),

decisions as (
    select * from {{ ref('stg_routing__decisions') }}
),

owner_changes as (
    {% for system in var('routed_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__owner_changes') }}
        where
            object in {{ contact_objects() }}
            and owner_native_id is not null
            and changed_at <= {{ as_of() }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

later_changes as (
    select
        leads.lead_id,
        owner_changes.owner_native_id,
        owner_changes.changed_at,
        row_number() over (
            partition by leads.lead_id order by owner_changes.changed_at, owner_changes.change_id
        ) as position
    from leads
    inner join owner_changes
        on
            leads.source = owner_changes.source
            and leads.contact_record_id = owner_changes.source_record_id
            and leads.arrived_at <= owner_changes.changed_at
),

first_owners as (
    select
        leads.lead_id,
        coalesce(leads.record_owner, later_changes.owner_native_id) as owner_native_id,
        case
            when leads.record_owner is not null then leads.arrived_at
            else later_changes.changed_at
        end as assigned_at
    from leads
    left join later_changes
        on leads.lead_id = later_changes.lead_id and later_changes.position = 1
)

select
    first_owners.lead_id,
    first_owners.owner_native_id,
    first_owners.assigned_at,
    min(
        case
            when
                later_changes.changed_at > first_owners.assigned_at
                and later_changes.owner_native_id <> first_owners.owner_native_id
                then later_changes.changed_at
        end
    ) as reassigned_at,
    min(
        case
            when later_changes.owner_native_id = decisions.owner_native_id
                then later_changes.changed_at
        end
    ) as reached_required_at
from first_owners
left join later_changes on first_owners.lead_id = later_changes.lead_id
left join decisions on first_owners.lead_id = decisions.lead_id
group by first_owners.lead_id, first_owners.owner_native_id, first_owners.assigned_at
