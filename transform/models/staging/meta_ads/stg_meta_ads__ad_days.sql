{%- set entity = ['account_id', 'level', 'campaign_id', 'adset_id', 'ad_id', 'date_start'] -%}
with insights as (
    select * from {{ source('meta_ads', 'insights') }}
    where not coalesce(is_deleted, false)
),

actions as (
    -- What the ad set's own attribution setting counts; the other windows are parts of it.
    select * from {{ source('meta_ads', 'insight_actions') }}
    where not coalesce(is_deleted, false) and attribution_window = '(setting)'
),

accounts as (
    select * from {{ source('meta_ads', 'accounts') }}
    where _dlt_valid_to is null
),

types as (
    select * from {{ ref('stg_config__ad_conversion_types') }}
    where platform = 'meta_ads'
),

-- Figures and claims are versioned apart; a day looks different when either changes.
instants as (
    select
        {{ entity | join(', ') }},
        _dlt_valid_from as looked_at
    from insights
    union distinct
    select
        {{ entity | join(', ') }},
        _dlt_valid_from as looked_at
    from actions
    union distinct
    select
        {{ entity | join(', ') }},
        _dlt_valid_to as looked_at
    from actions
    where _dlt_valid_to is not null
),

looks as (
    select
        insights.*,
        instants.looked_at,
        lead(instants.looked_at) over (
            partition by insights.{{ entity | join(', insights.') }}, insights._dlt_valid_from
            order by instants.looked_at
        ) as next_look_at
    from insights
    inner join instants
        on
            {% for column in entity -%}
                insights.{{ column }} = instants.{{ column }}
                and {% endfor -%}
            insights._dlt_valid_from <= instants.looked_at
            and (
                insights._dlt_valid_to is null or insights._dlt_valid_to > instants.looked_at
            )
),

tiered as (
    select
        actions.*,
        instants.looked_at,
        types.tier,
        min(types.tier) over (
            partition by
                actions.{{ entity | join(', actions.') }}, instants.looked_at, types.family
        ) as counted_tier
    from actions
    inner join types on actions.action_type = types.action_type
    inner join instants
        on
            {% for column in entity -%}
                actions.{{ column }} = instants.{{ column }}
                and {% endfor -%}
            actions._dlt_valid_from <= instants.looked_at
            and (actions._dlt_valid_to is null or actions._dlt_valid_to > instants.looked_at)
),

claimed as (
    -- Types of one family overlap, so one tier of each counts.
    select
        {{ entity | join(', ') }},
        looked_at,
        cast(sum(actions) as double) as conversions,
        cast(sum(action_value) as double) as conversion_value
    from tiered
    where tier = counted_tier
    group by {{ entity | join(', ') }}, looked_at
)

select
    'meta_ads' as platform,
    case looks.level when 'adset' then 'ad_group' else looks.level end as grain,
    looks.account_id,
    nullif(looks.campaign_id, '') as campaign_id,
    nullif(looks.adset_id, '') as ad_group_id,
    nullif(looks.ad_id, '') as ad_id,
    cast(looks.date_start as date) as reported_on,
    looks.campaign_name,
    looks.adset_name as ad_group_name,
    looks.account_currency as currency_code,
    accounts.timezone_name as account_time_zone,
    cast(looks.impressions as bigint) as impressions,
    -- Clicks that lead somewhere; Meta's `clicks` hold likes and comments as well.
    cast(looks.inline_link_clicks as bigint) as clicks,
    {{ safe_decimal('looks.spend', 18, 6) }} as spend_amount,
    coalesce(claimed.conversions, 0) as platform_conversions,
    coalesce(claimed.conversion_value, 0) as platform_conversion_value,
    coalesce(looks.attribution_setting, 'as each ad set is set') as attribution_setting,
    'v26.0' as api_version,
    cast(looks.looked_at as timestamp) as observed_at,
    cast(coalesce(looks.next_look_at, looks._dlt_valid_to) as timestamp) as superseded_at
from looks
left join accounts on looks.account_id = accounts.account_id
left join claimed
    on
        {% for column in entity -%}
            looks.{{ column }} = claimed.{{ column }}
            and {% endfor -%}
        looks.looked_at = claimed.looked_at
