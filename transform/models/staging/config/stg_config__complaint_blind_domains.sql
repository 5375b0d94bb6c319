with source_rows as (
    select * from {{ source('config', 'complaint_blind_domains') }}
)

select cast(domain as varchar) as domain
from source_rows
