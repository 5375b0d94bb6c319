{{ config(materialized='view') }}
with touches as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
),

session_events as (
    select * from {{ ref('int_web__session_events') }}
),

forms as (
    select * from {{ ref('int_touchpoints__form_submissions') }}
    where not is_spam
),

sittings as (
    select * from {{ ref('int_touchpoints__email_clicks') }}
),

clicks as (
    select * from {{ ref('int_email__clicks') }}
    where is_human and occurred_at <= {{ as_of() }}
),

clicked as (
    select
        touches.touchpoint_id,
        sittings.*
    from sittings
    inner join touches on sittings.session_id = touches.session_id
    union all
    select
        touches.touchpoint_id,
        sittings.*
    from sittings
    inner join touches
        on
            sittings.source = touches.source_system
            and sittings.event_id = touches.native_id
            and touches.touch_type = 'email_click'
    where sittings.session_id is null
)

select
    touches.touchpoint_id,
    'web_event' as kind,
    session_events.source as source_system,
    session_events.message_id as native_id,
    session_events.occurred_at
from touches
inner join session_events on touches.session_id = session_events.session_id
union all
select
    touches.touchpoint_id,
    'form' as kind,
    forms.source as source_system,
    forms.submission_id as native_id,
    forms.submitted_at as occurred_at
from touches
inner join forms on touches.session_id = forms.session_id
union all
select
    clicked.touchpoint_id,
    'email_click' as kind,
    clicks.source as source_system,
    clicks.event_id as native_id,
    clicks.occurred_at
from clicked
inner join clicks
    on
        clicked.source = clicks.source
        and clicked.campaign_native_id = clicks.campaign_native_id
        and clicked.recipient_key = clicks.recipient_key
        and clicks.occurred_at between clicked.occurred_at and clicked.last_click_at
union all
-- Outside a visit a form, a talk with sales or a response is its own evidence.
select
    touchpoint_id,
    touch_type as kind,
    source_system,
    native_id,
    touched_at as occurred_at
from touches
where session_id is null and touch_type in ('form', 'sales', 'event')
