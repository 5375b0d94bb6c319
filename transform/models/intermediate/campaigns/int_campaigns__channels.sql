with channels as (
    select * from {{ ref('stg_config__channels') }}
)

select
    channel,
    channel_group,
    is_paid,
    sort_order,
    default_medium
from channels
