select
    tag,
    utm_value,
    problem,
    suggested_value,
    events,
    first_seen_at,
    last_seen_at
from {{ ref('int_hygiene__utm_values') }}
