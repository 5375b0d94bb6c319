with source_rows as (
    select * from {{ source('file_drops', 'webinar_attendance') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(webinar_id as varchar) as campaign_native_id,
    max(nullif(trim(webinar_name), '')) as name,
    cast(null as varchar) as utm_campaign,
    'Webinar' as campaign_type,
    cast(null as varchar) as status,
    cast(null as varchar) as owner_native_id,
    cast(null as varchar) as currency_code,
    cast(null as decimal(18, 2)) as budget_amount,
    cast(null as decimal(18, 2)) as spend_amount,
    false as is_deleted,
    {{ date_of('min(coalesce(cast(held_at as timestamp), cast(joined_at as timestamp)))') }}
        as started_on,
    {{ date_of('max(coalesce(cast(held_at as timestamp), cast(joined_at as timestamp)))') }}
        as ended_on,
    cast(null as timestamp) as updated_at
from source_rows
group by source, cast(webinar_id as varchar)
