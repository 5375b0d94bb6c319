{{ config(materialized='view') }}

with events as (
    select * from {{ ref('int_consent__events') }}
    where person_id is not null
),

-- A refusal is never too new to count.
refusals as (
    select
        *,
        row_number() over (
            partition by person_id, channel, purpose order by occurred_at desc, event_id asc
        ) as position
    from events
    where effect = 'withdraw' and scope = 'global'
),

-- Whoever refused comes back by their own later act alone, whatever others write.
grants as (
    select
        events.*,
        row_number() over (
            partition by events.person_id, events.channel, events.purpose
            order by
                coalesce(events.expires_at, cast('9999-12-31' as timestamp)) desc,
                events.occurred_at desc,
                events.event_id asc
        ) as position
    from events
    left join refusals
        on
            events.person_id = refusals.person_id
            and events.channel = refusals.channel
            and events.purpose = refusals.purpose
            and refusals.position = 1
    where
        events.effect = 'grant'
        and events.scope = 'global'
        and events.occurred_at <= {{ as_of() }}
        and (
            (events.standing in ('evidence', 'assertion') and refusals.event_id is null)
            or (events.standing = 'evidence' and events.occurred_at > refusals.occurred_at)
        )
),

list_refusals as (
    select
        person_id,
        channel,
        purpose,
        count(distinct concat(source, '|', list_id)) as lists
    from events
    where effect = 'withdraw' and scope = 'list' and is_current
    group by person_id, channel, purpose
),

decided as (
    select distinct
        person_id,
        channel,
        purpose
    from events
)

select
    decided.person_id,
    decided.channel,
    decided.purpose,
    refusals.event_id as refusal_id,
    grants.event_id as grant_id,
    coalesce(grants.event_id, refusals.event_id) as deciding_event_id,
    coalesce(list_refusals.lists, 0) as list_opt_outs,
    grants.expires_at
from decided
left join refusals
    on
        decided.person_id = refusals.person_id
        and decided.channel = refusals.channel
        and decided.purpose = refusals.purpose
        and refusals.position = 1
left join grants
    on
        decided.person_id = grants.person_id
        and decided.channel = grants.channel
        and decided.purpose = grants.purpose
        and grants.position = 1
left join list_refusals
    on
        decided.person_id = list_refusals.person_id
        and decided.channel = list_refusals.channel
        and decided.purpose = list_refusals.purpose
