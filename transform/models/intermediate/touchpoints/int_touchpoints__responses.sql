with responses as (
    {% for system in var('response_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__responses') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

channels as (
    select * from {{ ref('stg_config__response_channels') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where object in {{ contact_objects() }}
),

judged as (
    select
        responses.*,
        channels.channel,
        channels.is_touch,
        row_number() over (
            partition by responses.source, responses.response_id
            order by channels.rule_order
        ) as rule_rank
    from responses
    inner join channels
        on lower(coalesce(responses.campaign_type, '(none)')) like channels.campaign_type
    where not responses.is_deleted and responses.responded_at <= {{ as_of() }}
),

met as (
    -- A lead and the contact it became, both on one campaign, are one person who responded once.
    select
        judged.source,
        judged.response_id,
        judged.campaign_native_id,
        judged.campaign_type,
        judged.channel,
        bridge.person_id,
        judged.responded_at,
        row_number() over (
            partition by judged.source, judged.campaign_native_id, bridge.person_id
            order by judged.responded_at, judged.response_id
        ) as response_rank
    from judged
    inner join bridge
        on
            judged.source = bridge.source
            and judged.contact_record_id = bridge.source_record_id
    where judged.rule_rank = 1 and judged.is_touch and bridge.person_id is not null
)

select
    met.source,
    met.response_id,
    met.person_id,
    lower(met.campaign_type) as campaign_type,
    met.channel,
    campaigns.campaign_id,
    met.responded_at
from met
left join campaigns
    on
        met.source = campaigns.platform
        and met.campaign_native_id = campaigns.campaign_native_id
        and campaigns.account_native_id = '(none)'
where met.response_rank = 1
