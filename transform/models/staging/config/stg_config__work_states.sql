with source_rows as (
    select * from {{ source('config', 'work_states') }}
)

select
    cast(work_system as varchar) as work_system,
    cast(told_by as varchar) as told_by,
    cast(field as varchar) as field,
    cast(value as varchar) as value,
    cast(state as varchar) as state
from source_rows
