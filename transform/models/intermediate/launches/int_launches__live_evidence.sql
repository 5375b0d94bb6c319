with launches as (
    select * from {{ ref('int_launches__projects') }}
),

fields as (
    select * from {{ ref('int_launches__fields') }}
),

milestones as (
    select * from {{ ref('int_launches__milestones') }}
),

publications as (
    select * from {{ ref('int_social__publications') }}
),

pages as (
    {% for system in var('content_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__content_items') }}
        where not is_deleted
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

ad_days as (
    select
        campaign_id,
        min(reported_on) as first_on
    from {{ ref('int_ads__ad_days') }}
    where impressions > 0
    group by campaign_id
),

sends as (
    select
        campaign_id,
        min(sent_at) as first_at
    from {{ ref('int_email__sends') }}
    group by campaign_id
),

campaign_starts as (
    select
        campaigns.canonical_campaign,
        cast(min(ad_days.first_on) as timestamp) as first_ad_at,
        min(sends.first_at) as first_send_at
    from campaigns
    left join ad_days on campaigns.campaign_id = ad_days.campaign_id
    left join sends on campaigns.campaign_id = sends.campaign_id
    group by campaigns.canonical_campaign
),

seen as (
    select
        launch_id,
        'milestone' as kind,
        milestone as reference,
        reached_at as live_at
    from milestones
    where is_live
    union all
    select
        fields.launch_id,
        'post' as kind,
        fields.tool_post_id as reference,
        min(publications.published_at) as live_at
    from fields
    inner join publications
        on fields.tool_post_id = publications.tool_post_id and not publications.is_deleted
    group by fields.launch_id, fields.tool_post_id
    union all
    select
        fields.launch_id,
        'page' as kind,
        fields.page_path as reference,
        min(pages.published_at) as live_at
    from fields
    inner join pages
        on fields.page_path = pages.page_path and fields.page_host = pages.page_host
    group by fields.launch_id, fields.page_path
    union all
    select
        fields.launch_id,
        'ad' as kind,
        fields.canonical_campaign as reference,
        campaign_starts.first_ad_at as live_at
    from fields
    inner join campaign_starts on fields.canonical_campaign = campaign_starts.canonical_campaign
    union all
    select
        fields.launch_id,
        'send' as kind,
        fields.canonical_campaign as reference,
        campaign_starts.first_send_at as live_at
    from fields
    inner join campaign_starts on fields.canonical_campaign = campaign_starts.canonical_campaign
)

select
    seen.launch_id,
    seen.kind,
    seen.reference,
    seen.live_at,
    row_number() over (partition by seen.launch_id order by seen.live_at, seen.kind)
        as evidence_rank
from seen
inner join launches on seen.launch_id = launches.launch_id
-- What was there before the launch was begun, as a campaign that runs all year, is not of it.
where seen.live_at >= launches.created_at and seen.live_at <= {{ as_of() }}
