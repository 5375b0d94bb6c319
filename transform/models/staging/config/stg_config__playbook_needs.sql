with source_rows as (
    select * from {{ source('config', 'playbook_needs') }}
)

select
    cast(playbook as varchar) as playbook,
    cast(milestone as varchar) as milestone,
    cast(needs as varchar) as needs
from source_rows
