{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'campaign_native_id'],
    meta={
        'feeds': {'campaign': ['source', 'campaign_native_id']}
    }
) }}
with campaigns as (
    {% for platform in var('email_platforms') %}
        select * from {{ ref('stg_' ~ platform ~ '__email_campaigns') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    source,
    campaign_native_id,
    list_id,
    sent_at
from campaigns
