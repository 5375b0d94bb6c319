with touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
    where touch_class = 'marketing' and person_id is not null
),

touched as (
    select
        'person' as entity_type,
        person_id as entity_id,
        channel,
        touched_at,
        touch_type_priority,
        touchpoint_id
    from touchpoints
    union all
    select
        'account' as entity_type,
        account_id as entity_id,
        channel,
        touched_at,
        touch_type_priority,
        touchpoint_id
    from touchpoints
    where account_id is not null
),

ranked as (
    select
        entity_type,
        entity_id,
        channel,
        row_number() over (
            partition by entity_type, entity_id
            order by touched_at, touch_type_priority, touchpoint_id
        ) as touch_rank
    from touched
)

select
    entity_type,
    entity_id,
    channel as segment
from ranked
where touch_rank = 1
