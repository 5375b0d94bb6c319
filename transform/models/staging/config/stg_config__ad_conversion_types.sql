with source_rows as (
    select * from {{ source('config', 'ad_conversion_types') }}
)

select
    cast(platform as varchar) as platform,
    cast(family as varchar) as family,
    cast(tier as bigint) as tier,
    cast(action_type as varchar) as action_type
from source_rows
