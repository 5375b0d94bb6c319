with source_rows as (
    select * from {{ source('truth', 'planted') }}
)

select
    cast(kind as varchar) as kind,
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(key as varchar) as record_key,
    cast(note as varchar) as note
from source_rows
