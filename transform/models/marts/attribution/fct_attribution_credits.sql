{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id', 'touchpoint_id', 'attribution_model'],
    meta={
        'reads': ['int_attribution__credits'],
        'scope': ['conversion_id']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_attribution__credits', 'conversion') }} as credits
{%- endset -%}
{%- do recompute(since, units) %}
select
    conversion_id,
    touchpoint_id,
    attribution_model,
    stage,
    channel,
    campaign_id,
    touch_position,
    weight,
    credit_micros,
    value_amount,
    currency_code,
    value_amount_reporting,
    model_fit_id,
    cast(touch_reuses as bigint) as touch_reuses,
    is_reversal,
    touched_at,
    converted_at
from {{ ref('int_attribution__credits') }}
where {{ placed_in_scope(since, ref('int_attribution__credits'), ['conversion_id']) }}
