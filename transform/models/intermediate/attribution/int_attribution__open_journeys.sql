{{ config(materialized='view') }}
with touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
    where touch_class = 'marketing'
),

sessions as (
    select
        session_id,
        visitor_id
    from {{ ref('int_web__sessions') }}
),

persons as (
    select
        person_id,
        account_id,
        kind
    from {{ ref('int_identity__persons') }}
),

conversions as (
    select * from {{ ref('int_conversions__conversions') }}
    where not is_reversal
),

eligible_people as (
    select * from {{ ref('int_attribution__eligible_people') }}
),

windows as (
    select * from {{ ref('stg_config__attribution_windows') }}
),

touches as (
    select
        touchpoints.touchpoint_id,
        touchpoints.channel,
        touchpoints.touch_type_priority,
        touchpoints.touched_at,
        coalesce(touchpoints.person_id, sessions.visitor_id, touchpoints.touchpoint_id)
            as traveller_id,
        persons.account_id
    from touchpoints
    left join sessions on touchpoints.session_id = sessions.session_id
    left join persons on touchpoints.person_id = persons.person_id
    where touchpoints.person_id is null or persons.kind = 'person'
),

seeking as (
    -- A deal is sought by the whole account.
    select
        touches.*,
        windows.stage,
        case
            when windows.stage in ('opportunity', 'won')
                then coalesce(touches.account_id, touches.traveller_id)
            else touches.traveller_id
        end as seeker_id
    from touches
    cross join windows
),

reached_by as (
    select
        stage,
        case when opportunity_id is null then person_id else coalesce(account_id, person_id) end
            as seeker_id,
        converted_at
    from conversions
    union all
    -- Whoever is credited for a deal of another account has reached it too.
    select
        conversions.stage,
        case
            when conversions.opportunity_id is null then eligible_people.person_id
            else coalesce(persons.account_id, eligible_people.person_id)
        end as seeker_id,
        conversions.converted_at
    from conversions
    inner join eligible_people on conversions.conversion_id = eligible_people.conversion_id
    inner join persons on eligible_people.person_id = persons.person_id
),

reached as (
    select
        stage,
        seeker_id,
        min(converted_at) as reached_at
    from reached_by
    where seeker_id is not null
    group by stage, seeker_id
)

select
    seeking.stage,
    seeking.seeker_id,
    seeking.touchpoint_id,
    seeking.channel,
    seeking.touch_type_priority,
    seeking.touched_at,
    reached.reached_at
from seeking
left join reached
    on
        seeking.stage = reached.stage
        and seeking.seeker_id = reached.seeker_id
where reached.reached_at is null or seeking.touched_at < reached.reached_at
