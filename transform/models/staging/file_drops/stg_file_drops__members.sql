with source_rows as (
    select * from {{ source('file_drops', 'members') }}
    where _dlt_valid_to is null
)

select
    source,
    'members' as object,
    concat(list_id, ':', member_id) as source_record_id,
    cast(list_id as varchar) as list_id,
    {{ address_key('email') }} as email_id,
    nullif(trim(email), '') as email,
    nullif(trim(first_name), '') as first_name,
    nullif(trim(last_name), '') as last_name,
    nullif(trim(phone), '') as phone,
    nullif(trim(company_name), '') as company_name,
    nullif(trim(country), '') as country,
    status,
    cast(created_at as timestamp) as created_at,
    cast(coalesce(updated_at, created_at) as timestamp) as updated_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows
