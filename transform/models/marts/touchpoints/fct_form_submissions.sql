with submissions as (
    select * from {{ ref('int_touchpoints__form_submissions') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
)

select
    {{ surrogate_key(['submissions.source', 'submissions.submission_id']) }} as submission_id,
    submissions.submission_id as submission_native_id,
    submissions.source as source_system,
    submissions.form_id,
    submissions.person_id,
    {{ page_only('submissions.landing_page') }} as landing_page,
    coalesce(session_touches.touchpoint_id, own_touches.touchpoint_id) as touchpoint_id,
    submissions.is_spam,
    submissions.submitted_at
from submissions
left join touchpoints as session_touches
    on submissions.session_id = session_touches.session_id
left join touchpoints as own_touches
    on
        own_touches.touch_type = 'form'
        and submissions.source = own_touches.source_system
        and submissions.submission_id = own_touches.native_id
