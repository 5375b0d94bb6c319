with source_rows as (
    select * from {{ source('config', 'finance_settings') }}
)

select cast(contract_months as bigint) as contract_months
from source_rows
