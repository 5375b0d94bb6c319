with source_rows as (
    select * from {{ source('google_ads', 'conversion_stats') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(campaign__id as varchar) as campaign_id,
    {{ regexp_extract('segments__conversion_action', '([0-9]+)$') }} as conversion_action_id,
    cast(segments__date as date) as reported_on,
    segments__conversion_action_name as conversion_action,
    lower(segments__conversion_action_category) as category,
    customer__currency_code as currency_code,
    cast(metrics__conversions as double) as platform_conversions,
    cast(metrics__conversions_value as double) as platform_conversion_value,
    cast(metrics__all_conversions as double) as all_conversions,
    cast(metrics__all_conversions_value as double) as all_conversion_value,
    cast(metrics__conversions_by_conversion_date as double)
        as platform_conversions_by_conversion_day,
    cast(metrics__conversions_value_by_conversion_date as double)
        as platform_conversion_value_by_conversion_day,
    cast(metrics__all_conversions_by_conversion_date as double)
        as all_conversions_by_conversion_day,
    cast(metrics__all_conversions_value_by_conversion_date as double)
        as all_conversion_value_by_conversion_day
from source_rows
where not coalesce(is_deleted, false)
