-- Daily differences of a post, corrections included, sum to its newest snapshot.
with ranked as (
    {% for platform in var('social_platforms') %}
        select
            platform,
            post_id,
            impressions,
            row_number() over (partition by platform, post_id order by observed_on desc)
                as position
        from {{ ref('stg_' ~ platform ~ '__social_post_snapshots') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

summed as (
    select
        platform,
        post_id,
        sum(impressions) as impressions
    from {{ ref('fct_social_post_days') }}
    group by platform, post_id
)

select
    ranked.platform,
    ranked.post_id
from ranked
left join summed on ranked.platform = summed.platform and ranked.post_id = summed.post_id
where ranked.position = 1 and ranked.impressions <> coalesce(summed.impressions, 0)
