with session_entries as (
    select * from {{ ref('int_web__session_entries') }}
),

form_entries as (
    select * from {{ ref('int_touchpoints__form_entries') }}
),

rules as (
    select * from {{ ref('stg_config__channel_rules') }}
),

channels as (
    select * from {{ ref('stg_config__channels') }}
),

aliases as (
    select * from {{ ref('stg_config__utm_aliases') }}
),

signs as (
    select * from {{ ref('stg_config__ad_network_signs') }}
),

evidence as (
    -- A few thousand combinations stand for all visits, so each rule is tried once a combination.
    select
        evidence_key,
        click_id_type,
        utm_source,
        utm_medium,
        referrer_host
    from session_entries
    union
    select
        evidence_key,
        click_id_type,
        utm_source,
        utm_medium,
        referrer_host
    from form_entries
),

spelled as (
    select
        evidence.evidence_key,
        evidence.click_id_type,
        evidence.referrer_host,
        coalesce(sources.canonical_value, evidence.utm_source) as utm_source,
        coalesce(mediums.canonical_value, evidence.utm_medium) as utm_medium,
        coalesce(
            sources.canonical_value,
            evidence.utm_source,
            case evidence.click_id_type
                when 'gclid' then 'google'
                when 'msclkid' then 'bing'
                when 'li_fat_id' then 'linkedin'
                when 'fbclid' then 'facebook'
            end,
            evidence.referrer_host,
            '(direct)'
        ) as source
    from evidence
    left join aliases as sources
        on evidence.utm_source = sources.raw_value and sources.kind = 'source'
    left join aliases as mediums
        on evidence.utm_medium = mediums.raw_value and mediums.kind = 'medium'
),

matched as (
    select
        spelled.*,
        rules.channel,
        rules.rule_order,
        row_number() over (
            partition by spelled.evidence_key order by rules.rule_order
        ) as match_rank
    from spelled
    inner join rules
        on
            (rules.match_click_id is null or spelled.click_id_type = rules.match_click_id)
            and (rules.match_medium is null or spelled.utm_medium like rules.match_medium)
            and (rules.match_source is null or spelled.utm_source like rules.match_source)
            and (rules.match_referrer is null or spelled.referrer_host like rules.match_referrer)
),

networks as (
    select
        spelled.evidence_key,
        signs.ad_network,
        row_number() over (
            partition by spelled.evidence_key order by signs.rule_order
        ) as network_rank
    from spelled
    inner join signs
        on
            (signs.match_click_id is null or spelled.click_id_type = signs.match_click_id)
            and (signs.match_source is null or spelled.source like signs.match_source)
)

select
    matched.evidence_key,
    matched.channel,
    coalesce(matched.utm_medium, channels.default_medium, '(none)') as medium,
    matched.source,
    coalesce(networks.ad_network, '(none)') as ad_network,
    matched.rule_order
from matched
left join channels on matched.channel = channels.channel
left join networks on matched.evidence_key = networks.evidence_key and networks.network_rank = 1
where matched.match_rank = 1
