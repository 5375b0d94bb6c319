select
    'web_events' as source,
    cast(anonymous_id as varchar) as visitor_id,
    cast(occurred_at as timestamp) as occurred_at,
    _dlt_load_id as load_id
from {{ source('web_events', 'events') }}
