{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['campaign_id'],
    meta={
        'feeds': {'campaign': ['campaign_id']},
        'carries_faults': false
    }
) }}
with ad_campaigns as (
    {% for platform in var('ad_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__ad_campaigns') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ad_days as (
    select distinct
        platform,
        account_id,
        campaign_native_id
    from {{ ref('int_ads__ad_days') }}
),

email_campaigns as (
    {% for platform in var('email_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__email_campaigns') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

marketing_campaigns as (
    {% for system in var('campaign_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__marketing_campaigns') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

utm_values as (
    select * from {{ ref('int_campaigns__utm_values') }}
),

ad_channels as (
    select * from {{ ref('stg_config__ad_channels') }}
),

response_channels as (
    select * from {{ ref('stg_config__response_channels') }}
),

marketing_ranked as (
    -- A kind of campaign has a channel; one that spans channels stands in none of them, and its
    -- tag brings its parts together.
    select
        marketing_campaigns.*,
        case
            when marketing_campaigns.campaign_type is null then 'other'
            else coalesce(response_channels.channel, 'other')
        end as channel,
        row_number() over (
            partition by marketing_campaigns.source, marketing_campaigns.campaign_native_id
            order by coalesce(response_channels.rule_order, 999999)
        ) as position
    from marketing_campaigns
    left join response_channels
        on lower(marketing_campaigns.campaign_type) like response_channels.campaign_type
    where not marketing_campaigns.is_deleted
),

paid as (
    -- A campaign that only its spend names is a campaign too.
    select
        ad_days.platform,
        ad_days.account_id as account_native_id,
        ad_days.campaign_native_id,
        coalesce(ad_campaigns.campaign_name, ad_days.campaign_native_id) as name,
        ad_campaigns.status,
        coalesce(ad_campaigns.channel_type, '') as channel_type,
        ad_campaigns.started_on,
        ad_campaigns.ended_on,
        ad_campaigns.tracking_suffix
    from ad_days
    left join ad_campaigns
        on
            ad_days.platform = ad_campaigns.platform
            and ad_days.account_id = ad_campaigns.account_id
            and ad_days.campaign_native_id = ad_campaigns.campaign_id
    union all
    select
        ad_campaigns.platform,
        ad_campaigns.account_id as account_native_id,
        ad_campaigns.campaign_id as campaign_native_id,
        ad_campaigns.campaign_name as name,
        ad_campaigns.status,
        coalesce(ad_campaigns.channel_type, '') as channel_type,
        ad_campaigns.started_on,
        ad_campaigns.ended_on,
        ad_campaigns.tracking_suffix
    from ad_campaigns
    where not exists (
        select 1 from ad_days
        where
            ad_days.platform = ad_campaigns.platform
            and ad_days.account_id = ad_campaigns.account_id
            and ad_days.campaign_native_id = ad_campaigns.campaign_id
    )
),

paid_ranked as (
    select
        paid.*,
        coalesce(ad_channels.channel, 'other') as channel,
        row_number() over (
            partition by paid.platform, paid.account_native_id, paid.campaign_native_id
            order by coalesce(ad_channels.rule_order, 999999)
        ) as position
    from paid
    left join ad_channels
        on
            paid.platform like ad_channels.platform
            and paid.channel_type like ad_channels.channel_type
),

every_campaign as (
    select
        platform,
        account_native_id,
        campaign_native_id,
        name,
        coalesce(
            lower({{ regexp_extract('tracking_suffix', 'utm_campaign=([^&]+)') }}), lower(name)
        ) as canonical_text,
        channel,
        status,
        started_on,
        ended_on
    from paid_ranked
    where position = 1
    union all
    select
        source as platform,
        coalesce(list_id, '(none)') as account_native_id,
        campaign_native_id,
        coalesce(name, subject, campaign_native_id) as name,
        -- A mailing's running number is no part of the campaign's name.
        {{ regexp_replace_all(
            'lower(coalesce(name, subject, campaign_native_id))', ' *#[0-9]+ *$', ''
        ) }} as canonical_text,
        'email' as channel,
        status,
        {{ date_of('sent_at') }} as started_on,
        {{ date_of('sent_at') }} as ended_on
    from email_campaigns
    union all
    select
        source as platform,
        '(none)' as account_native_id,
        campaign_native_id,
        coalesce(name, campaign_native_id) as name,
        coalesce(utm_campaign, lower(name), campaign_native_id) as canonical_text,
        channel,
        status,
        started_on,
        ended_on
    from marketing_ranked
    where position = 1
    union all
    select
        'utm' as platform,
        channel as account_native_id,
        utm_campaign as campaign_native_id,
        utm_campaign as name,
        lower(utm_campaign) as canonical_text,
        channel,
        cast(null as varchar) as status,
        {{ date_of('first_seen_at') }} as started_on,
        {{ date_of('last_seen_at') }} as ended_on
    from utm_values
)

select
    {{ surrogate_key(['platform', 'account_native_id', 'campaign_native_id']) }} as campaign_id,
    platform,
    account_native_id,
    campaign_native_id,
    name,
    -- Where a name has several parts, the last one carries the campaign.
    trim(
        {{ regexp_replace_all(
            regexp_replace_all('canonical_text', '^.*[|] *', ''), '[^a-z0-9]+', '_'
        ) }}, '_'
    ) as canonical_campaign,
    channel,
    status,
    started_on,
    ended_on,
    {{ regexp_matches('canonical_text', '^[a-z0-9]+(_[a-z0-9]+)*$') }} as is_taxonomy_valid
from every_campaign
