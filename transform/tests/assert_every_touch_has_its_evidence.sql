-- What collapses into a touch keeps its id: no touch stands on nothing, and the forms and clicks
-- that it counts are the ones that can be named.
with evidence as (
    select
        touchpoint_id,
        sum(case when kind = 'form' then 1 else 0 end) as forms,
        sum(case when kind = 'email_click' then 1 else 0 end) as email_clicks
    from {{ ref('int_touchpoints__evidence') }}
    group by touchpoint_id
)

select touches.touchpoint_id
from {{ ref('int_touchpoints__touchpoints') }} as touches
left join evidence on touches.touchpoint_id = evidence.touchpoint_id
where
    evidence.touchpoint_id is null
    or evidence.forms <> touches.forms
    or evidence.email_clicks <> touches.email_clicks
