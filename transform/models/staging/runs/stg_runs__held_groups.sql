with source_rows as (
    select * from {{ source('runs', 'held_groups') }}
)

select
    cast(run_id as varchar) as run_id,
    cast(mart_group as varchar) as mart_group,
    cast(rule_id as varchar) as rule_id,
    cast(table_name as varchar) as table_name
from source_rows
