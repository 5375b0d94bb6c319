with source_rows as (
    select * from {{ source('google_ads', 'search_term_stats') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    cast(ad_group__id as varchar) as ad_group_id,
    search_term_view__search_term as search_term,
    lower(segments__search_term_match_type) as match_type,
    cast(segments__date as date) as reported_on,
    lower(search_term_view__status) as status,
    customer__currency_code as currency_code,
    cast(metrics__impressions as bigint) as impressions,
    cast(metrics__clicks as bigint) as clicks,
    cast(cast(metrics__cost_micros as decimal(24, 0)) / 1000000 as decimal(18, 6)) as spend_amount,
    cast(metrics__conversions as double) as platform_conversions,
    cast(metrics__conversions_value as double) as platform_conversion_value
from source_rows
where not coalesce(is_deleted, false)
