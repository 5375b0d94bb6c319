with source_rows as (
    select * from {{ source('config', 'reports') }}
)

select
    cast(report as varchar) as report,
    cast(page as varchar) as page,
    cast(mart as varchar) as mart,
    cast(mart_group as varchar) as mart_group,
    cast(owner as varchar) as owner,
    cast(days as varchar) as days,
    cast(due as varchar) as due,
    cast(time_zone as varchar) as time_zone,
    cast(max_age_hours as double) as max_age_hours,
    cast(coalesce(grace_minutes, 0) as bigint) as grace_minutes,
    cast(in_force_from as date) as in_force_from
from source_rows
