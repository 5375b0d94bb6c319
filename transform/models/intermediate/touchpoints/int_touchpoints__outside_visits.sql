with forms as (
    select * from {{ ref('int_touchpoints__form_submissions') }}
),

clicks as (
    select * from {{ ref('int_touchpoints__email_clicks') }}
),

activities as (
    select * from {{ ref('int_touchpoints__sales_activities') }}
),

responses as (
    select * from {{ ref('int_touchpoints__responses') }}
),

channels as (
    select * from {{ ref('stg_config__channels') }}
),

channel_lookup as (
    select * from {{ ref('int_web__channel_lookup') }}
),

aliases as (
    select * from {{ ref('stg_config__utm_aliases') }}
),

form_touches as (
    select
        {{ surrogate_key(['forms.source', 'forms.submission_id']) }} as touchpoint_id,
        forms.source as source_system,
        forms.submission_id as native_id,
        forms.person_id,
        'form' as touch_type,
        channel_lookup.channel,
        channel_lookup.ad_network,
        channel_lookup.source,
        channel_lookup.medium,
        coalesce(aliases.canonical_value, forms.utm_campaign) as utm_campaign,
        cast(null as varchar) as known_campaign_id,
        forms.click_id_type,
        cast(null as varchar) as session_id,
        1 as forms,
        0 as email_clicks,
        forms.submitted_at as touched_at
    from forms
    inner join channel_lookup on forms.evidence_key = channel_lookup.evidence_key
    left join aliases
        on forms.utm_campaign = aliases.raw_value and aliases.kind = 'campaign'
    where forms.session_id is null and not forms.is_spam
),

click_touches as (
    select
        {{ surrogate_key(['source', 'event_id']) }} as touchpoint_id,
        source as source_system,
        event_id as native_id,
        person_id,
        'email_click' as touch_type,
        'email' as channel,
        '(none)' as ad_network,
        source,
        'email' as medium,
        cast(null as varchar) as utm_campaign,
        campaign_id as known_campaign_id,
        cast(null as varchar) as click_id_type,
        cast(null as varchar) as session_id,
        0 as forms,
        clicks as email_clicks,
        occurred_at as touched_at
    from clicks
    where session_id is null
),

sales_touches as (
    -- One meeting with two persons is a touch of each, so the contact is part of its id.
    select
        {{ surrogate_key(['source', 'activity_type', 'source_record_id', 'contact_record_id']) }}
            as touchpoint_id,
        source as source_system,
        source_record_id as native_id,
        person_id,
        'sales' as touch_type,
        'sales' as channel,
        '(none)' as ad_network,
        activity_type as source,
        '(none)' as medium,
        cast(null as varchar) as utm_campaign,
        cast(null as varchar) as known_campaign_id,
        cast(null as varchar) as click_id_type,
        cast(null as varchar) as session_id,
        0 as forms,
        0 as email_clicks,
        occurred_at as touched_at
    from activities
),

response_touches as (
    select
        {{ surrogate_key(['responses.source', 'responses.response_id']) }} as touchpoint_id,
        responses.source as source_system,
        responses.response_id as native_id,
        responses.person_id,
        case responses.channel when 'sales' then 'sales' else 'event' end as touch_type,
        responses.channel,
        '(none)' as ad_network,
        coalesce(responses.campaign_type, '(none)') as source,
        coalesce(channels.default_medium, '(none)') as medium,
        cast(null as varchar) as utm_campaign,
        responses.campaign_id as known_campaign_id,
        cast(null as varchar) as click_id_type,
        cast(null as varchar) as session_id,
        0 as forms,
        0 as email_clicks,
        responses.responded_at as touched_at
    from responses
    left join channels on responses.channel = channels.channel
)

select * from form_touches
union all
select * from click_touches
union all
select * from sales_touches
union all
select * from response_touches
