-- A form that a person sent to a system that knows owners. Its record is the one that the form
-- found or made: the oldest contact of the person that there was by then.
with submissions as (
    select * from {{ ref('int_touchpoints__form_submissions') }}
    where not is_spam
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

contacts as (
    {% for system in var('routed_systems') %}
        select
            source,
            object,
            source_record_id,
            created_at
        from {{ ref('stg_' ~ system ~ '__contacts') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
),

senders as (
    select
        submissions.source,
        submissions.submission_id,
        submissions.form_id,
        submissions.session_id,
        submissions.person_id,
        bridge.account_id,
        submissions.submitted_at
    from submissions
    inner join bridge
        on
            submissions.source = bridge.source
            and bridge.object = 'form_submissions'
            and submissions.submission_id = bridge.source_record_id
    where bridge.kind = 'person' and submissions.source in {{ routed_systems() }}
),

records as (
    select
        senders.source,
        senders.submission_id,
        contacts.source_record_id,
        row_number() over (
            partition by senders.source, senders.submission_id
            order by contacts.created_at, contacts.source_record_id
        ) as position
    from senders
    inner join bridge
        on
            senders.source = bridge.source
            and senders.person_id = bridge.person_id
            and bridge.object in {{ contact_objects() }}
    inner join contacts
        on
            bridge.source = contacts.source
            and bridge.object = contacts.object
            and bridge.source_record_id = contacts.source_record_id
    where contacts.created_at <= {{ add_seconds('senders.submitted_at', 3600) }}
)

select
    {{ surrogate_key(['senders.source', 'senders.submission_id']) }} as lead_id,
    senders.source,
    senders.submission_id,
    senders.person_id,
    senders.account_id,
    records.source_record_id as contact_record_id,
    senders.form_id,
    coalesce(session_touches.channel, own_touches.channel) as channel,
    senders.submitted_at as arrived_at
from senders
left join records
    on
        senders.source = records.source
        and senders.submission_id = records.submission_id
        and records.position = 1
left join touchpoints as session_touches
    on senders.session_id = session_touches.session_id
left join touchpoints as own_touches
    on
        own_touches.touch_type = 'form'
        and senders.source = own_touches.source_system
        and senders.submission_id = own_touches.native_id
