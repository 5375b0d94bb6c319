-- A session is one touch; a form that is no spam is in one. Nothing else points at a touch.
select sessions.session_id as row_id
from {{ ref('fct_web_sessions') }} as sessions
left join {{ ref('fct_touchpoints') }} as touchpoints
    on
        sessions.touchpoint_id = touchpoints.touchpoint_id
        and sessions.session_id = touchpoints.session_id
        and sessions.channel = touchpoints.channel
where touchpoints.touchpoint_id is null
union all
select forms.submission_id as row_id
from {{ ref('fct_form_submissions') }} as forms
left join {{ ref('fct_touchpoints') }} as touchpoints
    on forms.touchpoint_id = touchpoints.touchpoint_id and touchpoints.is_lead_creation
where not forms.is_spam and touchpoints.touchpoint_id is null
