with expected as (
    select
        (select count(*) from {{ ref('int_web__sessions') }}) as sessions,
        (
            select count(*) from {{ ref('int_touchpoints__form_submissions') }}
            where not is_spam
        ) as forms,
        (
            select coalesce(sum(clicks), 0) from {{ ref('int_touchpoints__email_clicks') }}
        ) as clicks
),

held as (
    select
        count(session_id) as sessions,
        coalesce(sum(forms), 0) as forms,
        coalesce(sum(email_clicks), 0) as clicks
    from {{ ref('fct_touchpoints') }}
)

select held.*
from held
cross join expected
where
    held.sessions <> expected.sessions
    or held.forms <> expected.forms
    or held.clicks <> expected.clicks
