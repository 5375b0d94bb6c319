{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['platform', 'account_id', 'campaign_native_id', 'reported_on', 'version_no'],
    meta={
        'scope': ['platform', 'account_id', 'reported_on'],
        'touched': staging_models('ad_platforms', 'touched_ad_days')
    }
) }}
{%- set measures = [
    'impressions', 'clicks', 'spend_amount', 'platform_conversions', 'platform_conversion_value'
] -%}
{%- set day = ['platform', 'account_id', 'campaign_native_id', 'reported_on'] -%}
{%- set since = last_build() -%}
{%- set units -%}
    {% for platform in var('ad_platforms') %}
        select {{ unit_key(['platform', 'account_id', 'reported_on']) }} as unit
        from {{ ref('stg_' ~ platform ~ '__touched_ad_days') }}
        where {{ is_new_load('load_id') }} or closed_at >= {{ built_as_of(since) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endset -%}
{%- do recompute(since, units) %}
with reported as (
    {% for platform in var('ad_platforms') %}
        select
            platform,
            account_id,
            campaign_id as campaign_native_id,
            reported_on,
            currency_code,
            observed_at,
            superseded_at,
            case grain when 'campaign' then 1 when 'ad_group' then 2 else 3 end as fineness,
            {% for measure in measures %}coalesce({{ measure }}, 0) as {{ measure }}{{ ',
            ' if not loop.last }}{% endfor %}
        from {{ ref('stg_' ~ platform ~ '__ad_days') }}
        where
            campaign_id is not null
            and {{ in_scope(since, ['platform', 'account_id', 'reported_on']) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A campaign's day is read off the coarsest rows that it ever had: finer ones repeat them.
coarsest as (
    select
        *,
        min(fineness) over (partition by {{ day | join(', ') }}) as coarsest_fineness
    from reported
),

-- What a version adds when it is read it takes away when it no longer stands.
steps as (
    select
        {{ day | join(',\n        ') }},
        currency_code,
        observed_at as step_at,
        1 as row_step,
        {% for measure in measures %}{{ measure }}{{ ',
        ' if not loop.last }}{% endfor %}
    from coarsest
    where fineness = coarsest_fineness
    union all
    select
        {{ day | join(',\n        ') }},
        currency_code,
        superseded_at as step_at,
        -1 as row_step,
        {% for measure in measures %}-{{ measure }} as {{ measure }}{{ ',
        ' if not loop.last }}{% endfor %}
    from coarsest
    where fineness = coarsest_fineness and superseded_at is not null
),

instants as (
    select
        {{ day | join(',\n        ') }},
        step_at,
        max(currency_code) as currency_code,
        sum(row_step) as rows_change,
        {% for measure in measures %}sum({{ measure }}) as {{ measure }}_change{{ ',
        ' if not loop.last }}{% endfor %}
    from steps
    group by {{ day | join(', ') }}, step_at
),

standing as (
    select
        *,
        sum(rows_change) over so_far as standing_rows,
        row_number() over so_far as instant_no,
        {% for measure in measures %}sum({{ measure }}_change) over so_far as {{ measure }}{{ ',
        ' if not loop.last }}{% endfor %}
    from instants
    window so_far as (
        partition by {{ day | join(', ') }} order by step_at
        rows between unbounded preceding and current row
    )
),

-- A row that only got another name changes no figure, and is no restatement.
versions as (
    select
        *,
        row_number() over next_ones as version_no,
        lead(step_at) over next_ones as superseded_at
    from standing
    where
        instant_no = 1
        or standing_rows = 0
        or standing_rows = rows_change
        or impressions_change <> 0
        or clicks_change <> 0
        or spend_amount_change <> 0
        or round(platform_conversions_change, 6) <> 0
        or round(platform_conversion_value_change, 6) <> 0
    window next_ones as (partition by {{ day | join(', ') }} order by step_at)
)

select
    platform,
    account_id,
    campaign_native_id,
    reported_on,
    cast(version_no as bigint) as version_no,
    step_at as observed_at,
    superseded_at,
    currency_code,
    standing_rows = 0 as is_withdrawn,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    cast(spend_amount as decimal(18, 6)) as spend_amount,
    round(platform_conversions, 6) as platform_conversions,
    round(platform_conversion_value, 6) as platform_conversion_value,
    case when version_no > 1 then cast(impressions_change as bigint) end as impressions_change,
    case when version_no > 1 then cast(clicks_change as bigint) end as clicks_change,
    case
        when version_no > 1 then cast(spend_amount_change as decimal(18, 6))
    end as spend_amount_change,
    case
        when version_no > 1 then round(platform_conversions_change, 6)
    end as platform_conversions_change,
    case
        when version_no > 1 then round(platform_conversion_value_change, 6)
    end as platform_conversion_value_change
from versions
