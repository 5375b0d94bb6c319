with source_rows as (
    select * from {{ source('config', 'attribution_settings') }}
)

select
    cast(eligible_contacts as varchar) as eligible_contacts,
    cast(reset_on_conversion as boolean) as reset_on_conversion
from source_rows
