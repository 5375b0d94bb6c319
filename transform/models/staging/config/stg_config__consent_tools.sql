with source_rows as (
    select * from {{ source('config', 'consent_tools') }}
)

select
    cast(tool as varchar) as tool,
    cast(object as varchar) as object,
    cast(channel as varchar) as channel,
    cast(purpose as varchar) as purpose,
    cast(sends as varchar) as sends,
    cast(remedy as varchar) as remedy
from source_rows
