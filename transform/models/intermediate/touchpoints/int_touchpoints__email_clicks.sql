{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'event_id'],
    meta={
        'feeds': {'session': ['session_id']}
    }
) }}
with clicks as (
    select * from {{ ref('int_email__clicks') }}
    where is_human and occurred_at <= {{ as_of() }}
),

sessions as (
    select * from {{ ref('int_web__sessions') }}
),

gaps as (
    select
        *,
        lag(occurred_at) over (
            partition by source, campaign_native_id, recipient_key order by occurred_at, event_id
        ) as previous_at
    from clicks
),

visits as (
    -- Several links of one mail clicked in one sitting are one touch, by the session's own gap.
    select
        *,
        sum(
            case
                when previous_at is null then 1
                when {{ epoch_seconds('occurred_at') }} - {{ epoch_seconds('previous_at') }} > 1800
                    then 1
                else 0
            end
        ) over (
            partition by source, campaign_native_id, recipient_key
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as visit_number
    from gaps
),

ranked as (
    select
        *,
        row_number() over (
            partition by source, campaign_native_id, recipient_key, visit_number
            order by occurred_at, event_id
        ) as click_rank,
        count(*) over (
            partition by source, campaign_native_id, recipient_key, visit_number
        ) as clicks,
        max(occurred_at) over (
            partition by source, campaign_native_id, recipient_key, visit_number
        ) as last_click_at
    from visits
),

started_sessions as (
    -- The visit a click starts: same person, e-mail, within the gap; clocks may differ by a minute.
    select
        ranked.source,
        ranked.event_id,
        sessions.session_id,
        row_number() over (
            partition by ranked.source, ranked.event_id
            order by sessions.started_at, sessions.session_id
        ) as session_rank
    from ranked
    inner join sessions
        on
            ranked.person_id = sessions.person_id
            and sessions.channel = 'email'
            and sessions.started_at >= {{ add_seconds('ranked.occurred_at', '-60') }}
            and sessions.started_at <= {{ add_seconds('ranked.last_click_at', 1800) }}
    where ranked.click_rank = 1
)

select
    ranked.source,
    ranked.event_id,
    ranked.campaign_native_id,
    ranked.campaign_id,
    ranked.recipient_key,
    ranked.person_id,
    started_sessions.session_id,
    cast(ranked.clicks as bigint) as clicks,
    ranked.occurred_at,
    ranked.last_click_at
from ranked
left join started_sessions
    on
        ranked.source = started_sessions.source
        and ranked.event_id = started_sessions.event_id
        and started_sessions.session_rank = 1
where ranked.click_rank = 1
