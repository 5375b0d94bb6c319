with source_rows as (
    select * from {{ source('config', 'consent_signals') }}
)

select
    cast(tool as varchar) as tool,
    cast(field as varchar) as field,
    cast(value as varchar) as value,
    cast(channel as varchar) as channel,
    cast(purpose as varchar) as purpose,
    cast(effect as varchar) as effect,
    cast(basis as varchar) as basis,
    cast(scope as varchar) as scope
from source_rows
