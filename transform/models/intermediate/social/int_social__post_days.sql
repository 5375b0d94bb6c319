with snapshots as (
    {% for platform in var('social_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__social_post_snapshots') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

summed as (
    select
        platform,
        post_id,
        observed_on,
        impressions,
        reach,
        clicks,
        clicks + likes + comments + shares as interactions
    from snapshots
)

select
    platform,
    post_id,
    observed_on as reported_on,
    {% for measure in ['impressions', 'reach', 'interactions', 'clicks'] %}
        {{ measure }} - coalesce(
            lag({{ measure }}) over (partition by platform, post_id order by observed_on), 0
        ) as {{ measure }},
    {% endfor %}
    row_number() over (partition by platform, post_id order by observed_on) = 1
        as is_first_snapshot
from summed
