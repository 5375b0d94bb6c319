with source_rows as (
    select * from {{ source('truth', 'channel_effects') }}
)

select
    cast(stage as varchar) as stage,
    cast(channel as varchar) as channel,
    cast(true_share as double) as true_share
from source_rows
