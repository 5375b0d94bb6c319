with sessions as (
    select * from {{ ref('int_web__sessions') }}
),

form_entries as (
    select * from {{ ref('int_touchpoints__form_entries') }}
),

channel_lookup as (
    select * from {{ ref('int_web__channel_lookup') }}
),

aliases as (
    select * from {{ ref('stg_config__utm_aliases') }}
    where kind = 'campaign'
),

posts as (
    {% for platform in var('social_platforms') %}
        select
            campaign_tag,
            published_at
        from {{ ref('stg_' ~ platform ~ '__social_posts') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

tagged as (
    select
        utm_campaign,
        channel,
        started_at as seen_at
    from sessions
    union all
    select
        coalesce(aliases.canonical_value, form_entries.utm_campaign) as utm_campaign,
        channel_lookup.channel,
        form_entries.submitted_at as seen_at
    from form_entries
    inner join channel_lookup on form_entries.evidence_key = channel_lookup.evidence_key
    left join aliases on form_entries.utm_campaign = aliases.raw_value
    union all
    -- A post that nobody followed yet is tagged all the same.
    select
        coalesce(aliases.canonical_value, posts.campaign_tag) as utm_campaign,
        'organic_social' as channel,
        posts.published_at as seen_at
    from posts
    left join aliases on posts.campaign_tag = aliases.raw_value
)

select
    utm_campaign,
    channel,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at
from tagged
where utm_campaign is not null
group by utm_campaign, channel
