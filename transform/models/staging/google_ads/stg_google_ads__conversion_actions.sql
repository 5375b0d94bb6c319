with source_rows as (
    select * from {{ source('google_ads', 'conversion_actions') }}
    where _dlt_valid_to is null
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(conversion_action__id as varchar) as conversion_action_id,
    conversion_action__name as name,
    lower(conversion_action__status) as status,
    lower(conversion_action__category) as category,
    lower(conversion_action__origin) as origin,
    lower(conversion_action__counting_type) as counting_type,
    cast(conversion_action__click_through_lookback_window_days as bigint) as click_window_days,
    cast(conversion_action__view_through_lookback_window_days as bigint) as view_window_days,
    coalesce(conversion_action__primary_for_goal, false) as is_primary,
    coalesce(is_deleted, false) as is_deleted
from source_rows
