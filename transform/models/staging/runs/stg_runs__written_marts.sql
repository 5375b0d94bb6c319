with source_rows as (
    select * from {{ source('runs', 'written_marts') }}
)

select
    cast(run_id as varchar) as run_id,
    cast(mart as varchar) as mart
from source_rows
