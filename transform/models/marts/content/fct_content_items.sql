with items as (
    select * from {{ ref('int_content__items') }}
)

select
    content_id,
    source,
    {{ published_id('item_native_id') }} as item_native_id,
    item_type,
    title,
    stage,
    cast(due_on as date) as due_on,
    cast(sessions as bigint) as sessions,
    cast(sessions_30_days as bigint) as sessions_30_days,
    cast(impressions as bigint) as impressions,
    cast(interactions as bigint) as interactions,
    cast(clicks as bigint) as clicks,
    {{ days_between('begun_at', 'published_at') }} as cycle_days,
    begun_at,
    published_at
from items
