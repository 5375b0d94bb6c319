{%- set measures = ['impressions', 'reach', 'interactions', 'clicks'] -%}
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
        -- Some platforms count no clicks at all; where one does, a missing count is unknown.
        likes + comments + shares
        + case when count(clicks) over (partition by platform) = 0 then 0 else clicks end
            as interactions
    from snapshots
),

compared as (
    select
        platform,
        post_id,
        observed_on as reported_on,
        {% for measure in measures %}
            {{ measure }} - coalesce(
                lag({{ measure }}) over (partition by platform, post_id order by observed_on), 0
            ) as {{ measure }},
        {% endfor %}
        row_number() over (partition by platform, post_id order by observed_on) = 1
            as is_first_snapshot
    from summed
)

-- A platform that takes something back (removed bots, withdrawn likes) gives a negative day. It is
-- kept: without it the days of a post would not add up to its lifetime count.
select
    platform,
    post_id,
    reported_on,
    {% for measure in measures %}{{ measure }},
    {% endfor -%}
    is_first_snapshot,
    coalesce(impressions < 0 or reach < 0 or interactions < 0 or clicks < 0, false)
        as is_correction
from compared
