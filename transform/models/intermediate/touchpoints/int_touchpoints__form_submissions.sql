{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'submission_id'],
    meta={
        'feeds': {
            'session': ['session_id'],
            'submission': ['source', 'submission_id']
        }
    }
) }}
with entries as (
    select * from {{ ref('int_touchpoints__form_entries') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

session_events as (
    select * from {{ ref('int_web__session_events') }}
),

sessions as (
    select * from {{ ref('int_web__sessions') }}
),

identified as (
    select
        entries.*,
        bridge.person_id,
        bridge.kind
    from entries
    left join bridge
        on
            entries.source = bridge.source
            and bridge.object = 'form_submissions'
            and entries.submission_id = bridge.source_record_id
),

named_sessions as (
    select
        form_submission_id as submission_id,
        session_id,
        row_number() over (
            partition by form_submission_id order by occurred_at, message_id
        ) as session_rank
    from session_events
    where form_submission_id is not null
),

timed_sessions as (
    -- A page that does not send the submission's id still shows the visit it happened in.
    select
        identified.source,
        identified.submission_id,
        sessions.session_id,
        row_number() over (
            partition by identified.source, identified.submission_id
            order by sessions.started_at desc, sessions.session_id asc
        ) as session_rank
    from identified
    inner join sessions
        on
            identified.person_id = sessions.person_id
            and identified.submitted_at >= sessions.started_at
            and identified.submitted_at <= {{ add_seconds('sessions.ended_at', 1800) }}
)

select
    identified.source,
    identified.submission_id,
    identified.form_id,
    identified.person_id,
    identified.landing_page,
    identified.click_id_type,
    identified.utm_source,
    identified.utm_medium,
    identified.utm_campaign,
    identified.evidence_key,
    coalesce(named_sessions.session_id, timed_sessions.session_id) as session_id,
    coalesce(identified.kind in ('spam', 'test'), false) as is_spam,
    identified.submitted_at
from identified
left join named_sessions
    on
        identified.submission_id = named_sessions.submission_id
        and named_sessions.session_rank = 1
left join timed_sessions
    on
        identified.source = timed_sessions.source
        and identified.submission_id = timed_sessions.submission_id
        and timed_sessions.session_rank = 1
