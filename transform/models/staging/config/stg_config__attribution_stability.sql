with source_rows as (
    select * from {{ source('config', 'attribution_stability') }}
)

select cast(stable_within_ranks as bigint) as stable_within_ranks
from source_rows
