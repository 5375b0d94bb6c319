-- A run knows nothing beyond its own clock: not a touch, a stage, a conversion, a sale or a send.
with dated as (
    select
        'fct_touchpoints' as place,
        touched_at as dated_at
    from {{ ref('fct_touchpoints') }}
    union all
    select
        'fct_conversions' as place,
        converted_at as dated_at
    from {{ ref('fct_conversions') }}
    union all
    select
        'fct_lifecycle_events' as place,
        entered_at as dated_at
    from {{ ref('fct_lifecycle_events') }}
    union all
    select
        'fct_lifecycle_events exits' as place,
        exited_at as dated_at
    from {{ ref('fct_lifecycle_events') }}
    union all
    select
        'fct_opportunities' as place,
        closed_at as dated_at
    from {{ ref('fct_opportunities') }}
    union all
    select
        'fct_form_submissions' as place,
        submitted_at as dated_at
    from {{ ref('fct_form_submissions') }}
    union all
    select
        'fct_ad_performance' as place,
        cast(reported_on as timestamp) as dated_at
    from {{ ref('fct_ad_performance') }}
)

select
    place,
    max(dated_at) as latest
from dated
where dated_at > {{ as_of() }}
group by place
