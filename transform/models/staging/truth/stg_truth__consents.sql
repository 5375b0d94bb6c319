with source_rows as (
    select * from {{ source('truth', 'consents') }}
)

select
    cast(true_person_id as varchar) as true_person_id,
    cast(channel as varchar) as channel,
    cast(purpose as varchar) as purpose,
    cast(valid_from as timestamp) as valid_from,
    cast(state as varchar) as state,
    cast(trap as varchar) as trap
from source_rows
