with channels as (
    select * from {{ ref('int_campaigns__channels') }}
)

select
    channel,
    channel_group,
    is_paid,
    sort_order
from channels
