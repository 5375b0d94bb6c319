with posts as (
    {% for platform in var('social_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__social_posts') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

lookup as (
    select * from {{ ref('int_campaigns__utm_lookup') }}
    -- A post is no ad, so no network's campaigns are meant.
    where channel = 'organic_social' and ad_network = '(none)'
)

select
    posts.platform,
    posts.post_id,
    posts.page_id,
    posts.published_at,
    posts.post_type,
    posts.text_length,
    lookup.campaign_id,
    posts.is_deleted
from posts
left join lookup on posts.campaign_tag = lookup.utm_campaign_normalised
