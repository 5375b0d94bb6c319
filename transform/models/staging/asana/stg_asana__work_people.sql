with source_rows as (
    select * from {{ source('asana', 'users') }}
    where _dlt_valid_to is null
)

select
    'asana' as source,
    cast(gid as varchar) as person_native_id,
    nullif(trim(name), '') as person_name,
    lower(nullif(trim(email), '')) as email,
    coalesce(is_deleted, false) = false as is_active
from source_rows
