with source_rows as (
    select * from {{ source('truth', 'mailable_members') }}
)

select
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(source_record_id as varchar) as source_record_id,
    cast(valid_from as timestamp) as valid_from,
    cast(valid_to as timestamp) as valid_to
from source_rows
