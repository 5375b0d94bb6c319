{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'campaign_native_id', 'recipient_key', 'send_id'],
    meta={
        'feeds': {'send': ['source', 'campaign_native_id', 'recipient_key']}
    }
) }}
with sends as (
    {% for platform in var('email_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__email_sends') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

campaigns as (
    select * from {{ ref('int_email__campaigns') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where object in ('members', 'recipients') and person_id is not null
)

select
    sends.source,
    sends.campaign_native_id,
    sends.recipient_key,
    coalesce(sends.send_id, '') as send_id,
    row_number() over (
        partition by sends.source, sends.campaign_native_id
        order by sends.recipient_key, coalesce(sends.send_id, '')
    ) as recipient_number
from sends
left join campaigns
    on
        sends.source = campaigns.source
        and sends.campaign_native_id = campaigns.campaign_native_id
left join bridge
    on
        sends.source = bridge.source
        and {{ recipient_record_id('campaigns.list_id', 'sends.recipient_key') }}
        = bridge.source_record_id
where bridge.source is null
