with analytics as (
    select * from {{ source('linkedin_ads', 'analytics') }}
    where not coalesce(is_deleted, false)
),

campaigns as (
    -- Deleted ones too: their days stay in the reports.
    select * from {{ source('linkedin_ads', 'campaigns') }}
    where _dlt_valid_to is null
),

creatives as (
    select * from {{ source('linkedin_ads', 'creatives') }}
    where _dlt_valid_to is null
),

placed as (
    -- A creative that was deleted before the first load names no campaign:
    -- it stays inside that campaign's own row.
    select
        analytics.*,
        case analytics.pivot_name
            when 'ACCOUNT' then 'account'
            when 'CAMPAIGN' then 'campaign'
            when 'CREATIVE' then 'ad'
        end as grain,
        case analytics.pivot_name
            when 'CAMPAIGN' then analytics.entity_id
            when 'CREATIVE' then creatives.campaign_id
        end as campaign_id,
        case analytics.pivot_name when 'CREATIVE' then analytics.entity_id end as ad_id
    from analytics
    left join creatives on analytics.pivot_name = 'CREATIVE' and analytics.entity_id = creatives.id
    where analytics.pivot_name <> 'CREATIVE' or creatives.campaign_id is not null
)

select
    'linkedin_ads' as platform,
    placed.grain,
    placed.account_id,
    placed.campaign_id,
    cast(null as varchar) as ad_group_id,
    placed.ad_id,
    cast(placed.reported_on as date) as reported_on,
    campaigns.name as campaign_name,
    cast(null as varchar) as ad_group_name,
    placed.currency_code,
    'UTC' as account_time_zone,
    cast(placed.impressions as bigint) as impressions,
    cast(placed.clicks as bigint) as clicks,
    {{ safe_decimal('placed.cost_in_local_currency', 18, 6) }} as spend_amount,
    cast(placed.external_website_conversions as double) as platform_conversions,
    cast(
        {{ safe_decimal('placed.conversion_value_in_local_currency', 18, 6) }} as double
    ) as platform_conversion_value,
    'as each conversion rule is set' as attribution_setting,
    '202606' as api_version,
    cast(placed._dlt_valid_from as timestamp) as observed_at,
    cast(placed._dlt_valid_to as timestamp) as superseded_at
from placed
left join campaigns on placed.campaign_id = campaigns.id
