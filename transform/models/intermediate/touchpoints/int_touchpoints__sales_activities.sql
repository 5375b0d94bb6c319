with activities as (
    {% for system in var('sales_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__activities') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

met as (
    -- Notes and tasks are the seller's own; a meeting planned for tomorrow has not happened.
    select
        activities.source,
        activities.activity_type,
        activities.source_record_id,
        activities.contact_record_id,
        bridge.person_id,
        activities.direction,
        activities.occurred_at,
        row_number() over (
            partition by
                activities.source,
                activities.activity_type,
                activities.source_record_id,
                bridge.person_id
            order by activities.contact_record_id
        ) as contact_rank
    from activities
    inner join bridge
        on
            activities.source = bridge.source
            and bridge.object in {{ contact_objects() }}
            and activities.contact_record_id = bridge.source_record_id
    where
        activities.activity_type in ('call', 'meeting', 'email')
        and not coalesce(activities.is_deleted, false)
        and activities.occurred_at <= {{ as_of() }}
)

select
    source,
    activity_type,
    source_record_id,
    contact_record_id,
    person_id,
    direction,
    occurred_at
from met
where contact_rank = 1 and person_id is not null
