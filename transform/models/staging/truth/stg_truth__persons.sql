with source_rows as (
    select * from {{ source('truth', 'persons') }}
)

select
    cast(true_person_id as varchar) as true_person_id,
    cast(party_kind as varchar) as party_kind,
    cast(true_account_id as varchar) as true_account_id
from source_rows
