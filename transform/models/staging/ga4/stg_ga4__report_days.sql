with source_rows as (
    select * from {{ source('ga4', 'report_days') }}
    where _dlt_valid_to is null
)

select
    'ga4' as source,
    cast(property_id as varchar) as property_id,
    report as report_name,
    cast(date as date) as reported_on,
    time_zone,
    upper(nullif(trim(currency_code), '')) as currency_code,
    empty_reason,
    coalesce(is_thresholded, false) as is_thresholded,
    coalesce(has_other_row, false) as has_other_row,
    coalesce(is_sampled, false) as is_sampled,
    coalesce(is_truncated, false) as is_truncated,
    coalesce(is_restricted, false) as is_restricted,
    cast({{ days_between('asked_from', 'asked_to') }} as bigint) + 1 as asked_days
from source_rows
