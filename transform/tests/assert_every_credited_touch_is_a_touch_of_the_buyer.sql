-- A credit points at a marketing touch of a person, with that touch's channel, or at nobody's.
select
    credits.conversion_id,
    credits.touchpoint_id
from {{ ref('fct_attribution_credits') }} as credits
left join {{ ref('fct_touchpoints') }} as touchpoints
    on credits.touchpoint_id = touchpoints.touchpoint_id
where
    (
        credits.touchpoint_id = '(none)'
        and (credits.channel <> '(none)' or credits.campaign_id is not null or credits.weight <> 1)
    )
    or (
        credits.touchpoint_id <> '(none)'
        and (
            touchpoints.touchpoint_id is null
            or touchpoints.person_id is null
            or touchpoints.touch_class <> 'marketing'
            or touchpoints.channel <> credits.channel
        )
    )
