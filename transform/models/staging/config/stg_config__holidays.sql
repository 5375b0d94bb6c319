with source_rows as (
    select * from {{ source('config', 'holidays') }}
)

select
    cast(holiday_on as date) as holiday_on,
    cast(name as varchar) as holiday_name
from source_rows
