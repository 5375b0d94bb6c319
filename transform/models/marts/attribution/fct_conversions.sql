{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id'],
    meta={
        'reads': ['int_conversions__conversions'],
        'scope': ['conversion_id']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_conversions__conversions', 'conversion') }} as conversions
{%- endset -%}
{%- do recompute(since, units) %}
select
    conversion_id,
    stage,
    person_id,
    account_id,
    opportunity_id,
    source as source_system,
    cast(cycle_no as bigint) as cycle_no,
    value_amount,
    currency_code,
    fx_rate,
    rate_on,
    fx_quoted_on,
    value_amount_reporting,
    is_reversal,
    is_rate_missing,
    reverses_conversion_id,
    converted_at
from {{ ref('int_conversions__conversions') }}
where {{ in_scope(since, ['conversion_id']) }}
