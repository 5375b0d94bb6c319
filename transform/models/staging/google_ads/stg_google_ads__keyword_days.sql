with source_rows as (
    select * from {{ source('google_ads', 'keyword_stats') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    cast(ad_group__id as varchar) as ad_group_id,
    cast(ad_group_criterion__criterion_id as varchar) as criterion_id,
    cast(segments__date as date) as reported_on,
    ad_group_criterion__keyword__text as keyword,
    lower(ad_group_criterion__keyword__match_type) as match_type,
    customer__currency_code as currency_code,
    cast(metrics__impressions as bigint) as impressions,
    cast(metrics__clicks as bigint) as clicks,
    cast(cast(metrics__cost_micros as decimal(24, 0)) / 1000000 as decimal(18, 6)) as spend_amount,
    cast(metrics__conversions as double) as platform_conversions,
    cast(metrics__conversions_value as double) as platform_conversion_value
from source_rows
where not coalesce(is_deleted, false)
