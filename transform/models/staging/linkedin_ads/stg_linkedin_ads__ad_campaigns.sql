with source_rows as (
    select * from {{ source('linkedin_ads', 'campaigns') }}
    where _dlt_valid_to is null
)

select
    'linkedin_ads' as platform,
    account_id,
    id as campaign_id,
    name as campaign_name,
    case when is_deleted then 'deleted' else lower(status) end as status,
    lower(type) as channel_type,
    {{ date_of('starts_at') }} as started_on,
    {{ date_of('ends_at') }} as ended_on,
    cast(null as varchar) as tracking_suffix
from source_rows
