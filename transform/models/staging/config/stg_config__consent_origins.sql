with source_rows as (
    select * from {{ source('config', 'consent_origins') }}
)

select
    cast(tool as varchar) as tool,
    cast(origin as varchar) as origin,
    cast(standing as varchar) as standing,
    cast(evidence as varchar) as evidence
from source_rows
