{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['touchpoint_id'],
    meta={
        'reads': ['int_touchpoints__touchpoints'],
        'scope': ['touchpoint_id']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_touchpoints__touchpoints', 'touchpoint') }} as touches
{%- endset -%}
{%- do recompute(since, units) %}
select
    touchpoint_id,
    person_id,
    account_id,
    touch_type,
    touch_class,
    channel,
    campaign_id,
    {{ without_addresses('source') }} as source,
    {{ without_addresses('medium') }} as medium,
    click_id_type,
    session_id,
    source_system,
    forms,
    email_clicks,
    is_lead_creation,
    touched_at
from {{ ref('int_touchpoints__touchpoints') }}
where {{ in_scope(since, ['touchpoint_id']) }}
