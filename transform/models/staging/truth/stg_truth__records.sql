with source_rows as (
    select * from {{ source('truth', 'records') }}
)

select
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(source_record_id as varchar) as source_record_id,
    cast(true_person_id as varchar) as true_person_id,
    cast(party_kind as varchar) as party_kind
from source_rows
