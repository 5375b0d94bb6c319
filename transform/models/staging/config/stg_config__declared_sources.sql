with source_rows as (
    select * from {{ source('config', 'declared_sources') }}
)

select
    cast(crm as varchar) as crm,
    cast(source_declared as varchar) as source_declared,
    cast(source_class as varchar) as source_class,
    cast(channel as varchar) as channel
from source_rows
