with source_rows as (
    select * from {{ source('config', 'kpis') }}
)

select
    cast(kpi as varchar) as kpi_id,
    cast(title as varchar) as title,
    cast(unit as varchar) as unit,
    cast(better_when as varchar) as better_when,
    cast(target as double) as target,
    cast(coalesce(tolerance, 0) as double) as tolerance,
    cast(coalesce(window_weeks, 1) as integer) as window_weeks,
    cast(coalesce(segment, '(all)') as varchar) as segment,
    cast(definition_version as integer) as definition_version,
    cast(definition as varchar) as definition
from source_rows
