with post_days as (
    select * from {{ ref('int_social__post_days') }}
)

select
    platform,
    post_id,
    reported_on,
    cast(impressions as bigint) as impressions,
    cast(reach as bigint) as reach,
    cast(interactions as bigint) as interactions,
    cast(clicks as bigint) as clicks,
    cast(interactions as double) / nullif(impressions, 0) as engagement_rate,
    'impressions' as engagement_denominator,
    is_first_snapshot,
    is_correction
from post_days
