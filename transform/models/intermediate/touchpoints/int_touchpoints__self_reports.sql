with answers as (
    {% for system in var('form_systems') %}
        select
            source,
            submission_id,
            how_did_you_hear
        from {{ ref('stg_' ~ system ~ '__form_submissions') }}
        where how_did_you_hear is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

channels as (
    select * from {{ ref('stg_config__self_reported_channels') }}
),

submissions as (
    select * from {{ ref('int_touchpoints__form_submissions') }}
    where not is_spam
),

touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
    where touch_class = 'marketing' and person_id is not null
),

company as (
    select * from {{ ref('stg_config__company') }}
),

judged as (
    select
        answers.source,
        answers.submission_id,
        submissions.person_id,
        channels.channel,
        submissions.submitted_at,
        row_number() over (
            partition by answers.source, answers.submission_id
            order by channels.rule_order
        ) as rule_rank
    from answers
    inner join submissions
        on
            answers.source = submissions.source
            and answers.submission_id = submissions.submission_id
    inner join channels on lower(trim(answers.how_did_you_hear)) like channels.answer
),

firsts as (
    select
        person_id,
        channel,
        touched_at,
        row_number() over (
            partition by person_id
            order by touched_at, touch_type_priority, touchpoint_id
        ) as touch_rank
    from touchpoints
)

select
    judged.source,
    judged.submission_id,
    judged.person_id,
    judged.channel as self_reported_channel,
    coalesce(firsts.channel, '(none)') as first_touch_channel,
    judged.submitted_at,
    {{ date_in_zone('judged.submitted_at', 'company.reporting_time_zone') }} as submitted_on
from judged
cross join company
left join firsts
    on
        judged.person_id = firsts.person_id
        and firsts.touch_rank = 1
        and judged.submitted_at >= firsts.touched_at
where judged.rule_rank = 1
