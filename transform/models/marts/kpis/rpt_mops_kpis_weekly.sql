with kpis as (
    select * from {{ ref('int_kpis__judged') }}
)

select
    kpi_id,
    week_starts_on,
    week_ends_on,
    title,
    unit,
    better_when,
    value,
    numerator,
    denominator,
    previous_value,
    change_share,
    target,
    status,
    is_complete,
    window_weeks,
    definition_version,
    definition
from kpis
