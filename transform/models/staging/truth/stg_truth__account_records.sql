with source_rows as (
    select * from {{ source('truth', 'account_records') }}
)

select
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(source_record_id as varchar) as source_record_id,
    cast(true_account_id as varchar) as true_account_id
from source_rows
